"""What every report has (`fupin roster`, `risk`, `match`, `forecast`, `due`, `what-if`, `report`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from fupin_cli.results.shown import Shown

if TYPE_CHECKING:
    import polars as pl


@dataclass(kw_only=True, repr=False)
class Report(Shown):
    """What every report has: where it was made, and what it wrote. Reports find nothing wrong: their exit code is 0."""

    kind: ClassVar[str] = ""  # the command that makes it
    root: Path = field(default_factory=Path)  # the workspace
    posted: int = 0  # postings that the ledger had
    outputs: list[Path] = field(default_factory=list)
    exit_code: int = 0
    unreported: list[str] = field(
        default_factory=list, repr=False
    )  # townships that handed in nothing, in words (IN015)

    @property
    def hashed(self) -> list[pl.DataFrame]:
        """The rows by whose hash `fupin verify` knows it again."""
        return []

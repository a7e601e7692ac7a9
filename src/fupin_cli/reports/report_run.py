"""What `fupin report` comes to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from fupin_cli.reports.known import Known
    from fupin_cli.reports.page import Page


@dataclass
class ReportRun:
    """A page's data, the results it was taken from, and the file."""

    page: Page = field(repr=False)
    known: Known = field(repr=False)
    outputs: list[Path] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """A page that was made is made: what it says is no failure of it."""
        return 0

"""What taking back a draft or an approval comes to."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli import findings
from fupin_cli.checks.engine import CheckResult
from fupin_cli.intake.load import Intake
from fupin_cli.results.shown import Shown

if TYPE_CHECKING:
    from fupin_cli.policy.parameters import Policy


@dataclass(repr=False)
class TakenBack(Shown):
    """A draft or an approval that was taken back, in the form that a manifest describes.

    `voided`: files that were put aside, as they were called and where they are now.
    """

    month: int
    policy: Policy
    posted: int
    voided: dict[str, str] = field(default_factory=dict)
    outputs: list[Path] = field(default_factory=list)
    exit_code: int = 0
    root: Path = field(default_factory=Path)  # the workspace

    def counts(self) -> dict[str, int]:
        """Files that were put aside."""
        return {"voided": len(self.voided)}

    @property
    def intake(self) -> Intake:
        """Nothing was read for it."""
        return Intake(self.month)

    @property
    def result(self) -> CheckResult:
        """Nothing was checked for it."""
        return CheckResult(findings.empty().with_columns(waived=pl.lit(value=False)), [])

    def moved(self) -> list[dict[str, str]]:
        """The files that were put aside, for the manifest."""
        return [{"file": name, "to": place} for name, place in self.voided.items()]

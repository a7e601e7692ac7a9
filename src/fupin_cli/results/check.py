"""What a check comes to: the findings of a month."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from fupin_cli.results.exit_codes import exit_code
from fupin_cli.results.shown import Shown

if TYPE_CHECKING:
    import polars as pl

    from fupin_cli.checks.engine import CheckResult
    from fupin_cli.intake.contracts import TableSpec
    from fupin_cli.intake.load import Intake
    from fupin_cli.policy.parameters import Policy
    from fupin_cli.results.since import Kept, Since


@dataclass(frozen=True)
class MarkedCopy:
    """A file with findings, and the copy of it in which their cells are marked (`copy` is None where none was made).

    `note`: what the copy lacks or asks for; without a copy why, and what is done instead.
    """

    file: str
    copy: Path | None
    cells: int
    errors: int
    warnings: int
    note: str = ""


@dataclass(repr=False)
class CheckRun(Shown):
    """A finished check and what it wrote."""

    month: int
    policy: Policy
    intake: Intake
    contracts: dict[str, TableSpec]
    result: CheckResult
    fail_on: str
    outputs: list[Path] = field(default_factory=list)
    marked: list[MarkedCopy] | None = None  # None: no copies were asked for
    since: Since | None = None  # beside the check of an earlier month; its findings then have `since` and `standing`
    kept: Kept | None = None  # what is to be kept of it for the next
    posted: int = 0  # postings that the ledger had
    root: Path = field(default_factory=Path)  # the workspace
    password: str | None = None  # with which its workbooks are encrypted

    @property
    def findings(self) -> pl.DataFrame:
        """One row a finding (docs/frames.md), the worst first."""
        return self.result.found

    @property
    def crashed(self) -> bool:
        """Whether a rule ended with a bug of the program (exit code 70): then nothing of the result is to be used."""
        return self.result.crashed

    def counts(self) -> dict[str, int]:
        """Findings by severity, and how many are waived: errors, warnings, infos, waived."""
        return self.result.counts()

    def by_code(self) -> dict[str, int]:
        """Findings by code."""
        return self.result.by_code()

    @property
    def exit_code(self) -> int:
        """70 a rule crashed, 3 some input could not be read, 1 findings at or above the bound, else 0."""
        return exit_code(self.result, self.intake, found=self.result.at_or_above(self.fail_on))

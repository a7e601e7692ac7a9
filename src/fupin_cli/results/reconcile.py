"""What a reconciliation comes to: a verdict for every line of one month or several."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.policy.months import month_text, month_words
from fupin_cli.reconciliation.verdict import SETTLED
from fupin_cli.results.exit_codes import exit_code
from fupin_cli.results.shown import Shown

if TYPE_CHECKING:
    from fupin_cli.checks.engine import CheckResult
    from fupin_cli.intake.load import Intake
    from fupin_cli.policy.parameters import Policy
    from fupin_cli.reconciliation.money import BatchSums
    from fupin_cli.reconciliation.verdict import Reconciled


@dataclass(repr=False)
class ReconcileRun(Shown):
    """A finished reconciliation of the months `first` to `month`. `now`: the lines as they are computed now."""

    first: int
    month: int
    policy: Policy
    intake: Intake
    result: CheckResult
    reconciled: Reconciled
    now: pl.DataFrame
    refused: pl.DataFrame
    sums: BatchSums  # what the bank was to pay by the months' batches
    answered: dict[str, list[str]] = field(default_factory=dict)  # batches, each with the return files that answer it
    moved: list[str] = field(default_factory=list)  # answers that were read once and are not there any more, in words
    notes: list[str] = field(default_factory=list)  # months of which the files are not there any more
    send_again: pl.DataFrame = field(default_factory=pl.DataFrame)  # failed lines (`reissue.to_send_again`)
    sending: bool = False  # what is ready is sent again in this very run
    outputs: list[Path] = field(default_factory=list)
    posted: int = 0  # postings that the ledger had
    root: Path = field(default_factory=Path)  # the workspace
    password: str | None = None

    @property
    def lines(self) -> pl.DataFrame:
        """One row a line with its verdict (docs/frames.md)."""
        return self.reconciled.lines

    @property
    def findings(self) -> pl.DataFrame:
        """What is wrong with the bank's returns, one row a finding (docs/frames.md)."""
        return self.result.found

    @property
    def crashed(self) -> bool:
        """Whether a rule ended with a bug of the program (exit code 70): then nothing of the result is to be used."""
        return self.result.crashed

    def counts(self) -> dict[str, int]:
        """Lines by verdict, in the order of the verdicts."""
        return dict(self.reconciled.by_verdict().select("verdict", "lines").iter_rows())

    def by_code(self) -> dict[str, int]:
        """Findings by code."""
        return self.result.by_code()

    @property
    def open_lines(self) -> pl.DataFrame:
        """Lines of which something is left to do."""
        return self.lines.filter(~pl.col("verdict").is_in(SETTLED))

    @property
    def exit_code(self) -> int:
        """70 a rule crashed, 3 some input could not be read, 1 differences, errors or rows that fit nowhere, else 0."""
        differs = self.open_lines.height > 0 or self.reconciled.unmatched.height > 0
        return exit_code(self.result, self.intake, found=differs or self.result.at_or_above("error"))

    @property
    def title(self) -> str:
        """The months, as in file names."""
        first, last = month_text(self.first), month_text(self.month)
        return first if first == last else f"{first}至{last}"

    @property
    def heading(self) -> str:
        """The months, as in headings."""
        first, last = month_words(self.first), month_words(self.month)
        return first if first == last else f"{first}至{last}"

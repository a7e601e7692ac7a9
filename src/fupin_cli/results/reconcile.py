"""What a reconciliation comes to: a verdict for every line of one month or several."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.policy.months import month_text, month_words
from fupin_cli.reconcile.verdict import SETTLED
from fupin_cli.results.exit_codes import exit_code

if TYPE_CHECKING:
    from fupin_cli.checks.engine import CheckResult
    from fupin_cli.intake.load import Intake
    from fupin_cli.policy.parameters import Policy
    from fupin_cli.reconcile.money import BatchSums
    from fupin_cli.reconcile.verdict import Reconciled


@dataclass
class ReconcileRun:
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
    notes: list[str] = field(default_factory=list)  # months of which the files are not there any more
    send_again: pl.DataFrame = field(default_factory=pl.DataFrame)  # failed lines (`reissue.to_send_again`)
    sending: bool = False  # what is ready is sent again in this very run
    outputs: list[Path] = field(default_factory=list)
    posted: int = 0  # postings that the ledger had
    root: Path = field(default_factory=Path)  # the workspace
    password: str | None = None

    @property
    def lines(self) -> pl.DataFrame:
        """Lines with their verdicts."""
        return self.reconciled.lines

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

"""What `fupin report` comes to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from fupin_cli.results.report import Report

if TYPE_CHECKING:
    from fupin_cli.intake.load import Intake
    from fupin_cli.policy.parameters import Policy
    from fupin_cli.reports.known import Known
    from fupin_cli.reports.page import Page


@dataclass(repr=False)
class ReportRun(Report):
    """A page's data and the results it was taken from. `month`, `policy`, `intake`: those of its last month.

    A page that was made is made: its exit code is 0, whatever it says.
    """

    kind: ClassVar[str] = "report"
    month: int
    policy: Policy
    intake: Intake
    page: Page = field(repr=False)
    known: Known = field(repr=False)

    def counts(self) -> dict[str, int]:
        """Things to do, and lines of the month's subsidies (0 where none could be computed)."""
        totals = self.page.totals or {}
        return {"todo": len(self.page.todo), "lines": totals.get("lines", 0)}

"""What `fupin report` comes to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from fupin_cli.reports.runs import Report

if TYPE_CHECKING:
    from fupin_cli.intake.load import Intake
    from fupin_cli.policy.parameters import Policy
    from fupin_cli.reports.known import Known
    from fupin_cli.reports.page import Page


@dataclass
class ReportRun(Report):
    """A page's data, the results it was taken from, and the file. A page that was made is made: its exit code is 0."""

    kind: ClassVar[str] = "report"
    page: Page = field(repr=False)
    known: Known = field(repr=False)

    @property
    def month(self) -> int:
        """The last month of the page."""
        return self.page.scope.month

    @property
    def policy(self) -> Policy:
        """The policy of the page's months."""
        return self.known.policy

    @property
    def intake(self) -> Intake:
        """What was read of the last month."""
        return self.known.check.intake

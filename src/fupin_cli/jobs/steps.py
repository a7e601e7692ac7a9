"""A month's nine steps: what is done, by whom, when, what is missing, and the next command (issue 14.5).

Rests on the ledger and on the manifests in `out/2024-05/`; what nobody wrote down (whether a notice hangs on a wall,
whether a file was taken to the bank) is not claimed.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.checks.unreported import by_township
from fupin_cli.errors import NoInputError
from fupin_cli.jobs.steps_known import CHANGED, Facts
from fupin_cli.jobs.steps_of_money import approved, closed, reconciled, returned, sent
from fupin_cli.jobs.steps_to_draft import checked, collected, computed, noticed
from fupin_cli.outputs.manifest import month_manifests
from fupin_cli.policy.months import month_text
from fupin_cli.reconciliation.returns import TABLE as RETURNS
from fupin_cli.results.status import DONE, OPEN, Step

if TYPE_CHECKING:
    from fupin_cli.jobs.desk import Desk
    from fupin_cli.results.status import MonthState

STEPS = (collected, checked, computed, noticed, approved, sent, returned, reconciled, closed)


@dataclass
class MonthSteps:
    """The steps of a month, and what each township has handed in (`month.handed_in`)."""

    month: int
    steps: list[Step]
    handed_in: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema={"missing": pl.Boolean}), repr=False)

    @property
    def next(self) -> Step | None:
        """The first step that is not done; what is only partly done before a later one is past, but for what has changed."""
        computed = next((step for step in self.steps if step.key == "compute" and step.missing == CHANGED), None)
        if computed:
            return computed
        last = max((n for n, step in enumerate(self.steps) if step.state != OPEN), default=-1)
        begun = [step for step in self.steps[max(last, 0) :] if step.state != DONE and step.todo]
        return begun[0] if begun else None


def month_steps(desk: Desk, month: int, state: MonthState | None) -> MonthSteps:
    """The nine steps. `state`: what `jobs.status` says of the month, None where it was never computed.

    Raises:
        NoInputError: there is no file at all, and the ledger knows nothing of the month (exit 10).
    """
    manifests = month_manifests(desk.workspace.out / month_text(month))
    try:
        now = replace(desk.context(month), earlier=desk.earlier(month))
    except NoInputError:
        if state is None:
            raise
        rows, files, inputs = pl.DataFrame(schema={"missing": pl.Boolean}), [], None
    else:
        rows = by_township(now)
        own = {source.file for source in now.intake.sources if source.folder == month and source.role == "current"}
        files = sorted(own)
        inputs = {(s.file, s.sha256) for s in now.intake.sources if s.role == "current" and s.spec.table != RETURNS}
    facts = Facts(desk, month, manifests, inputs, rows, files)
    steps = [step(facts) for step in STEPS]
    if steps[-1].state == DONE:  # what was settled at the closing stays so, whatever became of the bank's files
        steps = [step if step.state == DONE else replace(step, state=DONE, missing="", todo="") for step in steps]
    return MonthSteps(month, [replace(step, number=n) for n, step in enumerate(steps, 1)], rows)

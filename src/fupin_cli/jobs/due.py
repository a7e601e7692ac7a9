"""`fupin due`: who and what comes to an end within the next months (三(五), 四(一)). Writes no draft."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fupin_cli.jobs.forecast import monthly_runs
from fupin_cli.reports.due import due_of
from fupin_cli.reports.runs import DueRun

if TYPE_CHECKING:
    from fupin_cli.jobs.desk import Desk


def due_month(desk: Desk, month: int) -> DueRun:
    """List the ends of the month's lines of every monthly subsidy: caps, pension ages, contracts, accident insurance.

    Raises:
        NoInputError: no roster and no table of a monthly subsidy (exit 10).
    """
    runs = monthly_runs(desk, month)
    titles = {name: spec.title for name, spec in desk.contracts.items()}
    measures, late = [run.measure for run in runs], runs[0].unreported
    return DueRun(month, desk.policy, runs[0].intake, due_of(runs), measures, titles, unreported=late)

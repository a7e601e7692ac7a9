"""fupin as a library: a command's work as a function. Plain arguments in, a result out; nothing printed, nothing written.

Each takes a workspace (the folder with `fupin.toml` and `inbox/`) and a month as people write it (`2024-05`), and gives the
result that the command of that name renders; docs/library.md shows how, docs/frames.md names the columns. Nothing is posted,
no file is made, not even the key for person codes: until a command has made it, `person_code` is null. What a user can do
wrong is a `FupinError`, with the same words and `hint` as on the command line.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fupin_cli.jobs.desk import Desk
from fupin_cli.jobs.workspace import find_workspace
from fupin_cli.policy.months import parse_month

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fupin_cli.reports.runs import DueRun, ForecastRun, MatchRun, RiskRun, RosterRun
    from fupin_cli.results.check import CheckRun
    from fupin_cli.results.reconcile import ReconcileRun
    from fupin_cli.results.subsidy import PayrollRun

    Folder = str | Path

__all__ = ["check", "due", "forecast", "match", "payroll", "reconcile", "risk", "roster", "subsidy"]


def _desk(folder: Folder, inbox: Folder | None) -> Desk:
    """A workspace opened for reading.

    Raises:
        FupinError: the folder does not exist, or its settings are wrong.
    """
    return Desk(find_workspace(Path(folder)), None if inbox is None else Path(inbox), makes_key=False)


def check(
    folder: Folder,
    month: str,
    *,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    inbox: Folder | None = None,
) -> CheckRun:
    """What is wrong with a month's files: `findings`, `counts()`, `by_code()`.

    `select`, `ignore`: codes or groups of rules (`CAP001`, `POST`); `inbox`: where the tables are, else the workspace's.

    Raises:
        UsageError: wrong settings, no month, no such code.
        NoInputError: no file, or none recognised.
    """
    from fupin_cli.jobs import check as job

    codes = job.chosen_codes(list(select), list(ignore))
    return job.check(_desk(folder, inbox), parse_month(month), codes=codes)


def payroll(folder: Folder, month: str, *, inbox: Folder | None = None) -> PayrollRun:
    """The month's post subsidies: `lines`, `counts()`, `by_code()`, `findings`. No draft is made of it.

    Raises:
        UsageError: wrong settings, no month.
        NoInputError: no roster.
    """
    from fupin_cli.jobs.subsidy import subsidy as job
    from fupin_cli.measures.catalogue import leading

    return job(_desk(folder, inbox), leading(), parse_month(month))


def subsidy(folder: Folder, measure: str, month: str, *, inbox: Folder | None = None) -> PayrollRun:
    """The month's lines of a subsidy by its code or title (`transport`, 一次性交通补助), as `payroll`.

    Raises:
        UsageError: wrong settings, no month, no such subsidy.
        NoInputError: its table was not supplied.
    """
    from fupin_cli.jobs.subsidy import find_measure
    from fupin_cli.jobs.subsidy import subsidy as job

    desk = _desk(folder, inbox)
    return job(desk, find_measure(measure, desk.policy), parse_month(month))


def reconcile(folder: Folder, month: str, last: str | None = None, *, inbox: Folder | None = None) -> ReconcileRun:
    """Due, approved and paid of a month (or of `month` to `last`): `lines` with their verdicts, `counts()`.

    Raises:
        UsageError: wrong settings, no month, `last` before `month`.
        NoInputError: no roster.
    """
    from fupin_cli.errors import UsageError
    from fupin_cli.jobs.reconcile import reconcile_months

    first = parse_month(month)
    end = first if last is None else parse_month(last)
    if end < first:
        raise UsageError(f"{month} 晚于 {last}", "把两个月份对调")
    return reconcile_months(_desk(folder, inbox), first, end)


def roster(folder: Folder, month: str, *, inbox: Folder | None = None) -> RosterRun:
    """Everyone whom the policy means: `people`, what `changes` since the month folder before, `proof`, `counts()`.

    Raises:
        UsageError: wrong settings, no month.
        NoInputError: no registry.
    """
    from fupin_cli.jobs.monitor import roster as job

    return job(_desk(folder, inbox), parse_month(month))


def risk(folder: Folder, month: str, *, inbox: Folder | None = None) -> RiskRun:
    """Who is at risk of losing work: `lines`, `counts()`, `by_code()`. No list is sent by it.

    Raises:
        UsageError: wrong settings, no month.
        NoInputError: no registry.
    """
    from fupin_cli.jobs.monitor import risk as job

    return job(_desk(folder, inbox), parse_month(month))


def match(folder: Folder, month: str, *, inbox: Folder | None = None) -> MatchRun:
    """Who wants to go out and which vacancies there are: `matched.people`, `matched.vacancies`, `counts()`.

    Raises:
        UsageError: wrong settings, no month.
        NoInputError: no list of people, or none of vacancies.
    """
    from fupin_cli.jobs.monitor import match_month

    return match_month(_desk(folder, inbox), parse_month(month))


def forecast(folder: Folder, month: str, *, renew: bool = True, inbox: Folder | None = None) -> ForecastRun:
    """The month's lines paid on to the policy's end: `lines`, `shortages` of funds, `counts()`.

    `renew`: contracts are renewed; False: each line ends with its contract.

    Raises:
        UsageError: wrong settings, no month.
        NoInputError: no monthly subsidy.
    """
    from fupin_cli.jobs.forecast import forecast_month

    return forecast_month(_desk(folder, inbox), parse_month(month), renew=renew)


def due(folder: Folder, month: str, *, inbox: Folder | None = None) -> DueRun:
    """What ends within a year (months of subsidy, contracts, insurance, pension ages): `lines`, `counts()`.

    Raises:
        UsageError: wrong settings, no month.
        NoInputError: no monthly subsidy.
    """
    from fupin_cli.jobs.due import due_month

    return due_month(_desk(folder, inbox), parse_month(month))

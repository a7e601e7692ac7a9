"""`fupin counties report`: what each county's own commands say of a month, added up for a city or a province."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from fupin_cli.checks.catalogue import all_rules
from fupin_cli.counties import state as states
from fupin_cli.counties.result import CountiesRun
from fupin_cli.counties.run import run_all, silent, task_of
from fupin_cli.counties.task import Done, Task, carried_out, checked_words, payroll_figures
from fupin_cli.errors import NoInputError
from fupin_cli.jobs import check as checking
from fupin_cli.jobs.desk import Desk
from fupin_cli.jobs.forecast import forecast_month
from fupin_cli.jobs.lock import workspace_lock
from fupin_cli.jobs.monitor import risk
from fupin_cli.jobs.own_month import refuse_without_own
from fupin_cli.jobs.status import month_states
from fupin_cli.jobs.subsidy import subsidy
from fupin_cli.measures.catalogue import leading
from fupin_cli.outputs.bulk import save_workbooks
from fupin_cli.outputs.counties_workbook import MEASURED, rollup_sheets
from fupin_cli.outputs.files import make_folder
from fupin_cli.outputs.manifest import summary
from fupin_cli.policy.months import last_day, month_text
from fupin_cli.reports.forecast import PAYING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from fupin_cli.counties.find import County
    from fupin_cli.counties.pool import Board, Engine, Limits

LEVELS = {"city": "市", "province": "省"}
WAIT = 1.0


def report_counties(  # noqa: PLR0913 - what a run is told on the command line
    root: Path,
    counties: list[County],
    month: int,
    engine: Engine,
    limits: Limits,
    *,
    by: str,
    operator: str,
    folder: Path | None = None,
    told: Callable[[Board], None] = silent,
) -> CountiesRun:
    """Gather the figures of a month of every county of `root` (`find_counties`) and write the roll-up; `by`: a row a county (`city`) or a city (`province`).

    Raises:
        FupinError: the folder cannot be written to.
    """
    tasks = [task_of(root, county, month, "report", operator) for county in counties]
    rows = run_all(tasks, do_report, engine, limits, told)
    for row, county in zip(rows, counties, strict=True):
        row["city"] = county.city
    run = CountiesRun("report", month, root, rows)
    run.groups = groups_of(run.with_status(states.DONE), by)
    target = (folder or root / "out") / month_text(month)
    make_folder(target)
    titles = {code: rule.title for code, rule in all_rules().items()}
    sheets = rollup_sheets(rows, run.groups, by, month, titles)
    stem = f"汇总_{month_text(month)}_按{LEVELS[by]}"
    run.outputs += save_workbooks(target, [(stem, sheets)], last_day(month), force=False, password=None)
    return run


def groups_of(rows: list[dict[str, Any]], by: str) -> list[dict[str, Any]]:
    """Figures of each county (`city`) or added up for each city (`province`), with how many counties they are of.

    What a county cannot say (None) is left out of a sum, and counted in `unknown`: it is not nothing.
    """
    if by == "city":
        return [
            {
                "city": row["city"],
                "county": row["name"],
                "counties": 1,
                "unknown": 0,
                "figures": _measured(row["figures"]),
            }
            for row in sorted(rows, key=lambda row: (row["city"], row["county"]))
        ]
    found = []
    for city in sorted({row["city"] for row in rows}):
        own = [_measured(row["figures"]) for row in rows if row["city"] == city]
        sums: dict[str, int | None] = {}
        for name in MEASURED:
            known = [value for one in own if (value := one[name]) is not None]
            sums[name] = sum(known) if known else None
        unknown = sum(any(value is None for value in one.values()) for one in own)
        found.append({"city": city, "county": "", "counties": len(own), "unknown": unknown, "figures": sums})
    return found


def _measured(figures: dict[str, Any]) -> dict[str, int | None]:
    return {name: figures.get(name) for name in MEASURED}


def do_report(task: Task) -> dict[str, Any]:
    """Gather one county's figures.

    Raises:
        FupinError: as the jobs.
    """
    return carried_out(task, _report)


def _report(task: Task, now: datetime, said: list[str]) -> Done:
    place = task.workspace
    with workspace_lock(place.root, "counties report", WAIT, now, posts=False, say=said.append):
        desk = Desk(place)
        refuse_without_own(desk.context(task.month))
        checked = checking.check(desk, task.month, codes=set(all_rules()))
        counts = summary(checked.result)
        figures: dict[str, Any] = {
            "tables": sum(
                source.role == "current" and source.folder == task.month for source in checked.intake.sources
            ),
            "unreported": len(checked.result.messages("IN015")),
            **counts,
            **_money(desk, task.month, said),
            **_states(desk, task.month),
            **_forecast(desk, task.month, said),
            **_risks(desk, task.month, said),
        }
    return Done(checked_words(counts), 70 if checked.result.crashed else 0, [], figures)


def _money(desk: Desk, month: int, said: list[str]) -> dict[str, Any]:
    """The month's lines as they are computed now, and the differences of earlier months."""
    try:
        return payroll_figures(subsidy(desk, leading(), month))
    except NoInputError as error:
        said.append(f"发放：{error}")
        return {}


def _states(desk: Desk, month: int) -> dict[str, Any]:
    """What was approved and paid of the month, by the ledger and the bank; before an approval that is nothing."""
    state = next((one for one in month_states(desk) if one.month == month), None)
    if state is None:
        return dict.fromkeys(
            ("approved_fen", "paid_fen", "open_fen", "failed", "no_return", "other", "to_recover_fen"), 0
        )
    return {
        "approved_fen": state.approved_fen,
        "paid_fen": state.paid_fen,
        "open_fen": state.open_fen,
        "failed": state.failed,
        "no_return": state.no_return,
        "other": state.other,
        "to_recover_fen": state.to_recover_fen,
    }


def _forecast(desk: Desk, month: int, said: list[str]) -> dict[str, Any]:
    try:
        run = forecast_month(desk, month)
    except NoInputError as error:
        said.append(f"预测：{error}")
        return {}
    said += [f"预测：{words}" for words in run.skipped]
    paying = pl.col("status") == PAYING
    sums = run.found.rows.select(
        forecast_fen=pl.col("amount_fen").filter(paying).sum(),
        forecast_held_fen=pl.col("amount_fen").filter(~paying).sum(),
    )
    return {
        **{name: int(value or 0) for name, value in sums.row(0, named=True).items()},
        "short_fen": sum(entry.short_fen for entry in run.shortages) if run.shortages else None,
    }


def _risks(desk: Desk, month: int, said: list[str]) -> dict[str, Any]:
    try:
        run = risk(desk, month)
    except NoInputError as error:
        said.append(f"风险：{error}")
        return {}
    said += [
        f"风险：{entry.code} 没有比对（缺 {'、'.join((*entry.missing_tables, *entry.missing_settings))}）"
        for entry in run.listed.not_run
    ]
    counts = dict(run.listed.rows.group_by("code").len().sort("code").iter_rows())
    return {
        "risks": run.listed.rows.height,
        "risk_people": run.listed.rows["id_number"].n_unique(),
        "risks_by_code": counts,
    }

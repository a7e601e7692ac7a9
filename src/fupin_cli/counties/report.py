"""`fupin counties report`: what each county's own commands say of a month, added up for a city or a province."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import polars as pl

from fupin_cli.counties import state as states
from fupin_cli.counties.fold import folded
from fupin_cli.counties.own_page import FORMAT, own_page
from fupin_cli.counties.result import CountiesRun, labels
from fupin_cli.counties.run import run_all, silent, task_of
from fupin_cli.counties.task import Done, carried_out, checked_words, payroll_figures
from fupin_cli.counties.wording import shared_rules
from fupin_cli.jobs import report as reporting
from fupin_cli.jobs.desk import Desk
from fupin_cli.jobs.kept_months import Cache
from fupin_cli.jobs.lock import workspace_lock
from fupin_cli.jobs.own_month import refuse_without_own
from fupin_cli.outputs.bulk import save_workbooks
from fupin_cli.outputs.counties_workbook import MEASURED, rollup_sheets
from fupin_cli.outputs.files import make_folder, renewed
from fupin_cli.outputs.manifest import summary
from fupin_cli.outputs.page import page_html
from fupin_cli.outputs.page_json import page_document
from fupin_cli.outputs.page_words import file_stem
from fupin_cli.policy.months import last_day, month_text
from fupin_cli.reports.forecast import PAYING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from fupin_cli.counties.find import County
    from fupin_cli.counties.handed_out import Task
    from fupin_cli.counties.pool import Board, Engine, Limits
    from fupin_cli.reports.known import Known

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
    page: bool = True,
    told: Callable[[Board], None] = silent,
) -> CountiesRun:
    """Gather the figures of a month of every county of `root` (`find_counties`) and write the roll-up; `by`: a row a county (`city`) or a city (`province`).

    `page`: whether the page is written beside the workbook.

    Raises:
        FupinError: the folder cannot be written to.
    """
    tasks = [task_of(root, county, month, "report", operator) for county in counties]
    rows = run_all(tasks, do_report, engine, limits, told)
    for row, county in zip(rows, counties, strict=True):
        row["city"] = county.city
    called = labels(rows)
    for row in rows:
        row["label"] = called[row["county"]]
    run = CountiesRun("report", month, root, rows)
    run.groups = groups_of(run.with_status(states.DONE), by)
    target = (folder or root / "out") / month_text(month)
    make_folder(target)
    rules = shared_rules([row["page"] for row in run.with_status(states.DONE)])
    titles = {code: rule.title for code, rule in rules.items()}
    sheets = rollup_sheets(rows, run.groups, by, month, titles)
    stem = f"汇总_{month_text(month)}_按{LEVELS[by]}"
    run.outputs += save_workbooks(target, [(stem, sheets)], last_day(month), force=False, password=None)
    if page:
        run.outputs.append(_write_page(rows, by, month, target))
    return run


def _write_page(rows: list[dict[str, Any]], by: str, month: int, target: Path) -> Path:
    whole = folded(rows, month, by_city=by == "province")
    about = whole.about
    document = page_document(whole) | {
        "counties": [asdict(source) for source in about.sources],
        "absent": [asdict(one) for one in about.absent or []],
    }
    path = target / f"{file_stem(whole.scope)}_按{LEVELS[by]}.html"
    with renewed(path, force=False) as temporary:
        temporary.write_bytes(page_html(whole, document).encode())
    return path


def groups_of(rows: list[dict[str, Any]], by: str) -> list[dict[str, Any]]:
    """Figures of each county (`city`) or added up for each city (`province`), with how many counties they are of.

    What a county cannot say (None) is left out of a sum, and counted in `unknown`: it is not nothing.
    """
    if by == "city":
        return [
            {
                "city": row["city"],
                "county": row["label"],
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
    return carried_out(task, _report, also=FORMAT)


def _report(task: Task, now: datetime, said: list[str]) -> Done:
    place = task.workspace
    with workspace_lock(place.root, "counties report", WAIT, now, posts=False, say=said.append):
        desk = Desk(place, cache=Cache.READ)
        refuse_without_own(desk.context(task.month))
        run = reporting.report(desk, task.month, task.month)
    known = run.known
    checked = known.check
    counts = summary(checked.result)
    figures: dict[str, Any] = {
        "tables": sum(source.role == "current" and source.folder == task.month for source in checked.intake.sources),
        "unreported": len(checked.result.messages("IN015")),
        **counts,
        **_money(known, said),
        **_states(known),
        **_forecast(known, said),
        **_risks(known, said),
    }
    crashed = checked.result.crashed
    return Done(checked_words(counts), 70 if crashed else 0, [], figures, {} if crashed else own_page(run.page))


def _money(known: Known, said: list[str]) -> dict[str, Any]:
    """The month's lines as they are computed now, and the differences of earlier months."""
    if known.payroll is None:
        said.append(f"发放：{known.missing('payroll').why}")
        return {}
    return payroll_figures(known.payroll)


def _states(known: Known) -> dict[str, Any]:
    """What was approved and paid of the month, by the ledger and the bank; before an approval that is nothing."""
    state = next((one for one in known.states if one.month == known.scope.month), None)
    names = ("approved_fen", "paid_fen", "open_fen", "failed", "no_return", "other", "to_recover_fen")
    return {name: 0 if state is None else getattr(state, name) for name in names}


def _forecast(known: Known, said: list[str]) -> dict[str, Any]:
    run = known.forecast
    if run is None:
        said.append(f"预测：{known.missing('forecast').why}")
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


def _risks(known: Known, said: list[str]) -> dict[str, Any]:
    run = known.risk
    if run is None:
        said.append(f"风险：{known.missing('risk').why}")
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

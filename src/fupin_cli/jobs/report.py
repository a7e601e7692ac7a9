"""`fupin report`: a page for leaders from the results of a month's commands, or of several months'."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

import polars as pl

from fupin_cli.checks.catalogue import all_rules
from fupin_cli.errors import NoInputError, UsageError
from fupin_cli.jobs import monitor
from fupin_cli.jobs.check import check
from fupin_cli.jobs.corrections import lines_now
from fupin_cli.jobs.forecast import forecast_month, monthly_runs
from fupin_cli.jobs.funds import funds_of
from fupin_cli.jobs.reconcile import reconcile_months
from fupin_cli.jobs.status import handed_in, month_states
from fupin_cli.jobs.subsidy import compute, subsidy, supplied
from fupin_cli.ledger import store
from fupin_cli.measures.catalogue import leading
from fupin_cli.month import platform
from fupin_cli.outputs.files import make_folder, renewed
from fupin_cli.policy.months import month_text
from fupin_cli.reports.due import due_of
from fupin_cli.reports.gather import gather
from fupin_cli.reports.known import TOWNSHIP, Known, Scope
from fupin_cli.reports.page_people import workers
from fupin_cli.reports.report_run import ReportRun

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path
    from typing import TypeVar

    from fupin_cli.jobs.desk import Desk
    from fupin_cli.measures.measure import Measure
    from fupin_cli.month.month import Month
    from fupin_cli.results.reconcile import ReconcileRun

    R = TypeVar("R")

HISTORY = "payment_history"


def report(desk: Desk, first: int, last: int, *, town: str = "") -> ReportRun:
    """Compute what a page says of the months `first` to `last`. Writes nothing.

    What stands (findings, risks, roster, forecast) is the last month's; what flows (lines, money) that of all months. What
    the desk has computed already (`fupin run`) is not computed again.

    Raises:
        NoInputError: no file at all (exit 10).
        UsageError: no such township (exit 2).
    """
    scope = Scope(first, last, town)
    checked = desk.once("check", last, lambda: check(desk, last, codes=set(all_rules())))
    known = Known(scope, desk.policy, checked, _titles(desk))
    month = desk.context(last)
    if town:
        _refuse_unknown(town, month, known)
    _money(desk, known, month)
    _people(desk, known, month)
    return ReportRun(last, known.policy, checked.intake, gather(known), known)


def _titles(desk: Desk) -> dict[str, str]:
    return {name: spec.title for name, spec in desk.contracts.items()}


def _refuse_unknown(town: str, month: Month, known: Known) -> None:
    """A township that no table names is a slip.

    Raises:
        UsageError: there is none of that name; the hint names the nearest.
    """
    tables = [month.maybe(name) for name in ("villages", "registry", "assignments", "posts")]
    named = [frame[TOWNSHIP] for frame in tables if frame is not None and TOWNSHIP in frame.columns]
    names = pl.concat([known.check.result.found[TOWNSHIP], *named]).drop_nulls().unique().sort().to_list()
    if town not in names:
        near = difflib.get_close_matches(town, names, n=1, cutoff=0.0)
        raise UsageError(
            f"没有 {town} 这个乡镇", f"是不是 {near[0]}？全部：{'、'.join(names)}" if near else "表里没有一个乡镇"
        )


def _try(known: Known, command: str, work: Callable[[], R]) -> R | None:
    """A part of the page; what has no input is missing, with the reason."""
    try:
        return work()
    except NoInputError as error:
        known.why[command] = str(error)
        return None


def _money(desk: Desk, known: Known, month: Month) -> None:
    first, last = known.scope.first, known.scope.month
    posts, one = leading(), first == last
    known.payroll = _try(known, "payroll", lambda: desk.once(posts.code, last, lambda: subsidy(desk, posts, last)))
    known.approved = [m for m in desk.measures_in(last) if last in desk.approved_months(m)]

    def reconciled() -> ReconcileRun:
        return reconcile_months(desk, first, last)

    known.reconcile = _try(
        known, "reconcile", lambda: desk.once("reconcile", last, reconciled) if one else reconciled()
    )
    runs = {posts.code: known.payroll} if known.payroll is not None else {}
    for measure in _drafted(desk, last):
        run = desk.done(measure.code, last) or compute(desk, measure, last)
        if run.lines.height:
            runs[measure.code] = run
    if one:
        parts = [lines_now(run) for run in runs.values()]
        known.lines = pl.concat([p.select(parts[0].columns) for p in parts], how="vertical_relaxed") if parts else None
    elif known.reconcile is not None:
        known.lines = known.reconcile.now
    monthly = _try(known, "forecast", lambda: monthly_runs(desk, last, runs))
    if monthly is not None:
        known.due = due_of(monthly)
        known.forecast = desk.once("forecast", last, lambda: forecast_month(desk, last, runs=monthly))
    known.states = month_states(desk)
    known.funds = funds_of(desk, last // 12)
    known.money = desk.money
    history = month.maybe(HISTORY)
    if history is not None:
        known.history = history.filter(pl.col("_src").is_not_null())  # the ledger's own rows are in `money`
    opening = desk.batches.filter(pl.col("kind") == store.OPENING)["batch"]
    own = desk.lines.filter(pl.col("batch").is_in(opening.implode()) & (pl.col("month") // 12 == last // 12))
    known.opening_fen = int(own["amount_fen"].sum() or 0)
    if one:
        known.handed_in = _try(known, "status", lambda: handed_in(desk, last))


def _drafted(desk: Desk, month: int) -> list[Measure]:
    """Measures besides posts of which the month was computed or approved: of the others the page says nothing."""
    drafts = store.read(desk.workspace.root, "drafts").filter(pl.col("month") == month)
    last = drafts.unique("measure", keep="last").filter(pl.col("kind") != store.DISCARDED)
    asked = {*last["measure"], *(measure for measure in desk.measures_in(month))}
    return [measure for measure in supplied(desk, month) if measure.code in asked]


def _people(desk: Desk, known: Known, month: Month) -> None:
    last = known.scope.month
    known.roster = _try(known, "roster", lambda: desk.once("roster", last, lambda: monitor.roster(desk, last)))
    known.risk = _try(known, "risk", lambda: desk.once("risk", last, lambda: monitor.risk(desk, last)))
    if known.roster is not None:
        known.scale, known.when = workers(month)
    if not month.has("staff"):
        known.why["staff"] = f"没有“{desk.contracts['staff'].title}”"
        return
    asked = [month.policy.has(name, last) for name in (platform.PER_TOWNSHIP, platform.PER_VILLAGE)]
    if asked[0]:
        known.assistants = platform.assistants(month)
    if asked[1] and month.has("villages"):
        known.village_staff = platform.village_staff(month)
    if not any(asked):
        known.why["staff"] = f"政策（{month.policy.file.title}）没有规定乡镇和村要配几名人员，没有算"
    elif known.assistants is None and known.village_staff is None:
        known.why["staff"] = f"没有“{desk.contracts['villages'].title}”"


def write_page(  # noqa: PLR0913 - what a run is told on the command line
    run: ReportRun, desk: Desk, folder: Path, *, force: bool, operator: str, now: datetime
) -> Path:
    """Write the page and its manifest into `folder/2024-05/`; the newest has the plain name, one that is the same stays.

    Raises:
        FupinError: the folder cannot be written to (exit 2).
    """
    from fupin_cli.outputs.manifest import write_manifest
    from fupin_cli.outputs.page import page_digest, page_html
    from fupin_cli.outputs.page_json import report_document
    from fupin_cli.outputs.page_words import file_stem
    from fupin_cli.system import MAX_STEM, safe_name

    scope = run.page.scope
    target = folder / month_text(scope.month)
    make_folder(target)
    path = target / f"{safe_name(file_stem(scope), MAX_STEM)}.html"
    with renewed(path, force=force) as temporary:
        temporary.write_bytes(page_html(run.page, report_document(run)).encode())
    result = page_digest(run)  # what stands on the page, before the page names itself among what was written
    run.outputs.append(path)
    run.root, run.posted = desk.workspace.root, desk.postings.height
    more: dict[str, Any] = {"first": month_text(scope.first), **({"town": scope.town} if scope.town else {})}
    write_manifest(run, folder, run.kind, operator, now, result=result, **more)
    return path

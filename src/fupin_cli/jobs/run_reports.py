"""What `fupin run` does besides check, payroll and reconciliation: subsidies, the reports and the page (`[run] jobs`).

Each only if what it looks at has changed since its last run, one line each. What cannot be done for want of a table is left
out without a word, unless `[run] jobs` names it. What was computed once (`Desk.once`) is drawn on the page as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any

import polars as pl

from fupin_cli.errors import FupinError, NoInputError
from fupin_cli.jobs.draft import TAKEN_BACK, record_unattended
from fupin_cli.jobs.due import due_month
from fupin_cli.jobs.forecast import forecast_month
from fupin_cli.jobs.lock import FOLDER
from fupin_cli.jobs.monitor import match_month, risk, roster
from fupin_cli.jobs.report import report, write_page
from fupin_cli.jobs.report_books import write_books
from fupin_cli.jobs.sent import SENT
from fupin_cli.jobs.subsidy import subsidy, supplied
from fupin_cli.month import states
from fupin_cli.outputs.manifest import digest, text_digests
from fupin_cli.outputs.page_words import sentence
from fupin_cli.policy.months import month_text
from fupin_cli.policy.rounding import fen_to_yuan
from fupin_cli.reports.due import SPANS
from fupin_cli.reports.forecast import PAYING
from fupin_cli.reports.risk_rules import RISKS
from fupin_cli.results.exit_codes import worse
from fupin_cli.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from fupin_cli.jobs.desk import Desk
    from fupin_cli.measures.measure import Measure
    from fupin_cli.reports.runs import DueRun, ForecastRun, MatchRun, RiskRun, RosterRun

PEOPLE = ("registry", "households", "deaths", *states.TABLES)
# Tables that a report looks at; of jobs that are not named here everything that was handed in can change the result.
LOOKED_AT = {
    "roster": PEOPLE,
    "risk": (
        *PEOPLE,
        "risk_feedback",
        *(t.split("@")[0] for r in RISKS for t in (*r.tables, *(n for g in r.any_of for n in g))),
    ),
    "match": (*PEOPLE, "going_out", "vacancies"),
}
TITLES = {"roster": "台账", "risk": "风险预警", "match": "对接", "forecast": "预测", "due": "到期", "report": "月报"}
UNCHANGED = "输入没有变，没有重做"


@dataclass
class Place:
    """Where and by whom a run is made."""

    desk: Desk
    month: int
    folder: Path
    operator: str
    maker: str
    now: datetime


@dataclass
class Done:
    """What a job came to: its line, its exit code and its files; by what it is known that nothing has changed."""

    line: str
    exit_code: int
    fingerprint: str
    outputs: list[Path]
    again: bool = True  # False: not done again
    urgent: bool = False  # to be told in the mail whatever the exit code

    def state(self, root: Path) -> dict[str, Any]:
        """As it is kept for the next run."""
        return {"fingerprint": self.fingerprint, "outputs": kept_names(self.outputs, root)}


def kept_names(outputs: list[Path], root: Path) -> list[str]:
    """Files as the next run finds them: below the workspace by their place in it, so that it can be moved."""
    return [str(p.relative_to(root)) if p.is_relative_to(root) else str(p.resolve()) for p in outputs]


def run_reports(
    place: Place, asked: tuple[str, ...], whole: str, kept: dict[str, Any], log: Callable[..., None]
) -> dict[str, Done]:
    """Do the jobs that are asked for (empty: all that can be done). Gives what each came to, in order.

    `whole`: the fingerprint of everything that was handed in; `kept`: the states of the last run.
    """
    found: dict[str, Done] = {}
    if not asked or "subsidy" in asked:
        # A table that serves something else first (the list of the insured) makes no claims unless subsidies are named.
        for measure in (m for m in supplied(place.desk, place.month) if m.in_check or asked):
            done = _kept(measure.code, whole, kept, place, measure.title) or _subsidy(place, measure, whole)
            if done is not None:
                found[measure.code] = done
    for job, title in TITLES.items():
        if asked and job not in asked:
            continue
        fingerprint = _fingerprint(place, job) if job in LOOKED_AT else whole
        done = _kept(job, fingerprint, kept, place, title)
        if done is None:
            done = _report(place, job, title, fingerprint, named=job in asked)
        if done is not None:
            found[job] = done
    for job, done in found.items():
        if done.again:
            log(job, exit_code=done.exit_code, outputs=[path.name for path in done.outputs], line=done.line)
    return found


def _kept(job: str, fingerprint: str, kept: dict[str, Any], place: Place, title: str) -> Done | None:
    """What was done before and stands; None if it is to be done (again)."""
    last = kept.get(job)
    if (
        not isinstance(last, dict)
        or last.get("fingerprint") != fingerprint
        or not isinstance(last.get("outputs"), list)
    ):
        return None
    root = place.desk.workspace.root
    paths = [root / str(name) for name in last["outputs"]]
    if not all(path.exists() for path in paths):
        return None
    return Done(f"{title}：{UNCHANGED}", 0, fingerprint, paths, again=False)


def _fingerprint(place: Place, job: str) -> str:
    """What a report looks at: its tables of any month, settings, formats, law, ledger, program; of risks the lists that were sent."""
    desk = place.desk
    tables = set(LOOKED_AT[job])
    files = sorted({(s.file, s.sheet, s.sha256) for s in desk.inbox.sources if s.spec.table in tables})
    lists = sorted((desk.workspace.root / FOLDER / SENT).glob("*.json")) if job == "risk" else []
    return digest(
        [
            job,
            place.month,
            __version__,
            [list(file) for file in files],
            text_digests(path for path in lists if path.stem < month_text(place.month)),
            text_digests([*desk.workspace.own_schemas, *desk.workspace.own_policies]),
            desk.policy.settings.model_dump(mode="json"),
            desk.batches["batch"].to_list(),
        ]
    )


def _subsidy(place: Place, measure: Measure, fingerprint: str) -> Done | None:
    """Another subsidy as a draft; None where it is approved, or has nothing of the month."""
    desk = place.desk
    if place.month in desk.approved_months(measure.code):
        return None
    try:
        run = desk.once(measure.code, place.month, lambda: subsidy(desk, measure, place.month))
    except NoInputError:
        return None
    if not record_unattended(run, desk, place.folder, operator=place.operator, maker=place.maker, now=place.now):
        return Done(f"{measure.title}：{TAKEN_BACK}", 0, fingerprint, [])
    totals = run.totals()
    line = (
        f"{measure.title}：测算发放 {totals['pay']} 行 {fen_to_yuan(totals['amount'])} 元，暂缓 {totals['hold']}，"
        f"不予 {totals['refuse']}，待批准"
    )
    return Done(line, run.exit_code, fingerprint, list(run.outputs))


def _report(place: Place, job: str, title: str, fingerprint: str, *, named: bool) -> Done | None:
    desk, month = place.desk, place.month
    try:
        if job == "report":
            page = report(desk, month, month)
            write_page(page, desk, place.folder, force=False, operator=place.operator, now=place.now)
            return Done(f"{title}：{sentence(page.page)}", 0, fingerprint, list(page.outputs))
        work, words = WORK[job]
        run = desk.once(job, month, lambda: work(desk, month))
    except NoInputError as error:
        return Done(f"{title}：{error}", error.exit_code, "", []) if named else None
    except FupinError as error:
        if named or job != "report":
            raise
        # A page that nobody asked for must not end the run: what hinders it hinders the jobs that it is drawn from.
        return Done(f"{title}：没有写出，{error}", 0, "", [], urgent=True)
    write_books(run, desk, place.folder, force=False, operator=place.operator, now=place.now)
    return Done(f"{title}：{words(run)}", 0, fingerprint, list(run.outputs))


def _roster_words(run: RosterRun) -> str:
    return f"{run.whole} 人，劳动力 {run.labour}，在业 {run.working}"


def _risk_words(run: RiskRun) -> str:
    total = run.compared.proof.filter(pl.col("code") == "合计").row(0, named=True)
    compared = "" if run.before is None else f"，持续 {total['continuing']}，已解除 {total['cleared']}"
    return f"{total['now']} 条，新增 {total['new']}{compared}"


def _match_words(run: MatchRun) -> str:
    proof = run.matched.proof()
    return f"{proof['people']} 人，建议匹配 {proof['matched']}，没有匹配 {proof['rest']}"


def _forecast_words(run: ForecastRun) -> str:
    fen = int(run.found.rows.filter(pl.col("status") == PAYING)["amount_fen"].sum() or 0)
    short = [f"{e.fund} {month_text(e.short_from)} 起不够" for e in run.shortages if e.short_from is not None]
    return "，".join([f"到 {month_text(run.found.end)} 还要 {fen_to_yuan(fen)} 元", *short])


def _due_words(run: DueRun) -> str:
    soon = int(run.found.counts()[f"within_{SPANS[0]}"].sum())
    return f"{SPANS[0]}个月内 {soon} 人次"


# job → what computes it, and the line that says what it came to
WORK: dict[str, tuple[Callable[[Desk, int], Any], Callable[[Any], str]]] = {
    "roster": (roster, _roster_words),
    "risk": (risk, _risk_words),
    "match": (match_month, _match_words),
    "forecast": (forecast_month, _forecast_words),
    "due": (due_month, _due_words),
}


def report_codes(found: dict[str, Done]) -> int:
    """The worst exit code of the jobs that were done."""
    return reduce(worse, (done.exit_code for done in found.values()), 0)

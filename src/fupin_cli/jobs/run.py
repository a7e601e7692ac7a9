"""`fupin run`: the unattended month. Check, payroll draft, reconciliation of the returns that came; never an approval."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import polars as pl

from fupin_cli.checks.catalogue import all_rules
from fupin_cli.errors import FupinError, NoInputError
from fupin_cli.intake.inbox import find_files
from fupin_cli.jobs import check as checking
from fupin_cli.jobs import reconcile as reconciling
from fupin_cli.jobs.desk import Desk
from fupin_cli.jobs.draft import TAKEN_BACK, record_unattended
from fupin_cli.jobs.kept_months import Cache
from fupin_cli.jobs.lock import FOLDER
from fupin_cli.jobs.log import job_log
from fupin_cli.jobs.run_reports import Place, kept_names, report_codes, run_reports
from fupin_cli.jobs.subsidy import subsidy
from fupin_cli.jobs.withdraw import finish_all
from fupin_cli.ledger import store
from fupin_cli.measures.catalogue import leading
from fupin_cli.outputs.files import atomic
from fupin_cli.outputs.manifest import digest, text_digests
from fupin_cli.outputs.payroll_basis import unplaced_words
from fupin_cli.policy.months import month_index, month_text
from fupin_cli.policy.rounding import fen_to_yuan
from fupin_cli.results.exit_codes import worse
from fupin_cli.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime
    from pathlib import Path

    from fupin_cli.jobs.workspace import Workspace

STATE = "run.json"


@dataclass
class RunReport:
    """What a run did: one line for the mail, the worst exit code, the files. `skipped`: nothing had changed.

    `more`: a line a further job (`jobs.run_reports`); `urgent`: those that could not be done.
    """

    line: str
    exit_code: int
    outputs: list[Path] = field(default_factory=list)
    skipped: bool = False
    more: list[str] = field(default_factory=list)
    urgent: list[str] = field(default_factory=list)


def month_before(today: date) -> int:
    """The month before the day's: the one that is due."""
    return month_index(today) - 1


def run_month(  # noqa: PLR0913, PLR0917 - what a run is told
    workspace: Workspace, month: int, folder: Path, operator: str, now: datetime, maker: str = ""
) -> RunReport:
    """Do a month's unattended work, unless nothing has changed since the last time. The caller holds the lock.

    `operator` runs the program; `maker` answers for the draft, if the command line names somebody.

    Raises:
        FupinError: as the single jobs; it is in the log too.
    """
    stamp = now.isoformat(timespec="seconds")
    with job_log(workspace.root, workspace.settings().run, stamp) as log:
        log("start", month=month_text(month), tool=__version__, operator=operator)
        began = time.perf_counter()
        try:
            report = _run(workspace, month, folder, operator, maker, now, log)
        except FupinError as error:
            log("error", message=str(error), hint=error.hint, exit_code=error.exit_code)
            raise
        except BaseException as error:
            log("error", message=type(error).__name__)
            raise
        seconds = round(time.perf_counter() - began, 2)
        log("end", line=report.line, exit_code=report.exit_code, skipped=report.skipped, seconds=seconds)
    return report


def _run(  # noqa: PLR0913, PLR0917 - what a run works with
    workspace: Workspace, month: int, folder: Path, operator: str, maker: str, now: datetime, log: Callable[..., None]
) -> RunReport:
    text = month_text(month)
    current = fingerprint(workspace, month)
    states, odd = _states(workspace.root)
    last = states.get(text)
    if last and last["fingerprint"] == current and all((workspace.root / path).exists() for path in last["outputs"]):
        return RunReport(
            f"{text}：与上次（{last['finished']}）的输入相同，没有重做。上次：{last['line']}", 0, skipped=True
        )
    desk = Desk(workspace, cache=Cache.KEEP)
    report = RunReport("", 0)
    parts = finish_all(desk, folder, now)
    if odd:
        parts.append("上次运行的记录 .fupin/run.json 读不懂，全部重做")
    asked = tuple(desk.policy.settings.run.jobs)
    if not asked or "check" in asked:
        parts += _checked(desk, month, folder, operator, now, report, log)
    if month in desk.approved_months():
        parts.append("已批准")
    elif not asked or "payroll" in asked:
        parts.append(_draft(desk, month, folder, operator, maker, now, report, log))
    for earlier in _with_returns(desk) if not asked or "reconcile" in asked else []:
        run = desk.once("reconcile", earlier, partial(reconciling.reconcile_months, desk, earlier, earlier))
        reconciling.write_outputs(run, folder, operator=operator, now=now, force=False)
        open_ = run.open_lines.height
        parts.append(f"{month_text(earlier)} 对账{f' {open_} 行没有了结' if open_ else '全部了结'}")
        _add(report, run, log, "reconcile", of=month_text(earlier), open=open_)
    kept = last.get("jobs", {}) if last else {}
    place = Place(desk, month, folder, operator, maker, now)
    done = run_reports(place, asked, current, kept if isinstance(kept, dict) else {}, log)
    report.exit_code = worse(report.exit_code, report_codes(done))
    for entry in done.values():
        report.outputs += entry.outputs
        report.more.append(f"{text} {entry.line}")
        # Errors are counted in the first line: a mail names a further job only where it could not be done.
        report.urgent += [report.more[-1]] if entry.urgent or entry.exit_code not in (0, 1) else []
    report.line = f"{text}：{'；'.join(parts) or '没有要做的'}。详见 {folder / text}"
    if report.exit_code in (0, 1, 3):  # an unfinished run is done again
        jobs = {job: entry.state(workspace.root) for job, entry in done.items()}
        _remember(workspace, month, current, report, now, jobs)
    return report


def _checked(  # noqa: PLR0913, PLR0917 - what a run works with
    desk: Desk, month: int, folder: Path, operator: str, now: datetime, report: RunReport, log: Callable[..., None]
) -> list[str]:
    checked = desk.once("check", month, lambda: checking.check(desk, month, codes=set(all_rules())))
    checking.write_outputs(checked, folder, split_by=None, force=False, operator=operator, now=now)
    counts = dict(checked.result.found.group_by("severity").len().iter_rows())
    parts = [f"{checked.result.crash_words}错误 {counts.get('error', 0)}，警告 {counts.get('warning', 0)}"]
    if checked.since is not None and checked.since.before is not None:
        parts.append(
            f"比 {month_text(checked.since.before)} 新出 {checked.since.totals['new']}，改好 {checked.since.totals['mended']}"
        )
    if unreported := len(checked.result.messages("IN015")):
        parts.append(f"该报未报 {unreported} 项")
    _add(report, checked, log, "check", errors=counts.get("error", 0), warnings=counts.get("warning", 0))
    return parts


def _draft(  # noqa: PLR0913, PLR0917 - what a run works with
    desk: Desk,
    month: int,
    folder: Path,
    operator: str,
    maker: str,
    now: datetime,
    report: RunReport,
    log: Callable[..., None],
) -> str:
    try:
        run = desk.once(leading().code, month, lambda: subsidy(desk, leading(), month))
    except NoInputError as error:  # a month without a roster can still be checked and reconciled
        report.exit_code = worse(report.exit_code, error.exit_code)
        log("payroll", message=str(error), exit_code=error.exit_code)
        return str(error)
    if not record_unattended(run, desk, folder, operator=operator, maker=maker, now=now):
        return TAKEN_BACK
    if run.result.crashed:
        _add(report, run, log, "payroll")
        return "没有做成测算"
    totals = run.totals()
    money = fen_to_yuan(totals["amount"])
    _add(report, run, log, "payroll", pay=totals["pay"], hold=totals["hold"], refuse=totals["refuse"], amount=money)
    corrected = f"，以前月份差额 {run.corrections.height} 笔" if run.corrections.height else ""
    unread = f"，{unplaced_words(run.unplaced)}" if run.unplaced else ""
    return f"测算发放 {totals['pay']} 行 {money} 元，暂缓 {totals['hold']}，不予 {totals['refuse']}{corrected}{unread}，待批准"


def _with_returns(desk: Desk) -> list[int]:
    """Approved months that are not closed and for which the bank has answered."""
    closed = desk.batches.filter(pl.col("kind") == store.CLOSING)["month"].to_list()
    if not desk.returned.rows.height and not desk.returned.refused.height:
        return []
    answered = set(desk.rows["period"].drop_nulls()) | set(desk.returned.refused["folder"].drop_nulls())
    return [month for month in desk.approved_months(None) if month not in closed and month in answered]


def _add(report: RunReport, part: Any, log: Callable[..., None], event: str, **facts: Any) -> None:
    report.exit_code = worse(report.exit_code, part.exit_code)
    report.outputs += part.outputs
    log(event, exit_code=part.exit_code, outputs=[path.name for path in part.outputs], **facts)


def fingerprint(workspace: Workspace, month: int, passing: str = "") -> str:
    """All that a run's results depend on: files, settings, contracts, ledger, program.

    `passing`: files whose names begin so do not count (for what does not read them).
    """
    own = sorted([*([workspace.file] if workspace.file else []), *workspace.own_schemas, *workspace.own_policies])
    return digest(
        [
            month,
            __version__,
            [
                [file.name, file.sha256]
                for file in find_files(workspace.inbox)
                if not (passing and file.path.name.startswith(passing))
            ],
            text_digests(own),
            workspace.settings().model_dump(mode="json"),
            store.batches(workspace.root)["batch"].to_list(),
        ]
    )


def _states(root: Path) -> tuple[dict[str, Any], bool]:
    """What the last run of each month was made from, and whether some of it makes no sense: that month is done again."""
    path = root / FOLDER / STATE
    try:
        found: Any = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}, False
    except (OSError, ValueError, RecursionError):
        return {}, True
    known = found if isinstance(found, dict) else {}
    whole = {month: state for month, state in known.items() if _is_state(state)}
    return whole, len(whole) < len(known) or not isinstance(found, dict)


def _is_state(state: Any) -> bool:
    return (
        isinstance(state, dict)
        and all(isinstance(state.get(key), str) for key in ("fingerprint", "finished", "line"))
        and isinstance(state.get("outputs"), list)
        and all(isinstance(path, str) and "\0" not in path for path in state["outputs"])
    )


def _remember(  # noqa: PLR0913, PLR0917 - what is kept of a run
    workspace: Workspace, month: int, fingerprint: str, report: RunReport, now: datetime, jobs: dict[str, Any]
) -> None:
    states, _ = _states(workspace.root)
    states[month_text(month)] = {
        "fingerprint": fingerprint,
        "finished": now.isoformat(timespec="seconds"),
        "line": report.line,
        "exit_code": report.exit_code,
        "outputs": kept_names(report.outputs, workspace.root),
        "jobs": jobs,
    }
    with atomic(workspace.root / FOLDER / STATE) as temporary:
        temporary.write_text(json.dumps(states, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

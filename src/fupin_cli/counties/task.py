"""What a worker does with one county: the same jobs as `fupin check`, `payroll` and `run`, in this process, under its own lock."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fupin_cli.checks.catalogue import all_rules
from fupin_cli.counties import state as states
from fupin_cli.errors import NoInputError
from fupin_cli.jobs import check as checking
from fupin_cli.jobs.approve import approved_words
from fupin_cli.jobs.desk import Desk
from fupin_cli.jobs.draft import TAKEN_BACK, record_unattended
from fupin_cli.jobs.kept_months import Cache
from fupin_cli.jobs.lock import workspace_lock
from fupin_cli.jobs.run import fingerprint, run_month
from fupin_cli.jobs.subsidy import subsidy
from fupin_cli.jobs.subsidy_files import write_corrections
from fupin_cli.jobs.withdraw import finish_all
from fupin_cli.ledger import store
from fupin_cli.ledger.kept import file_sha256
from fupin_cli.measures.catalogue import leading
from fupin_cli.outputs.manifest import digest, summary
from fupin_cli.outputs.payroll_corrections import correction_words
from fupin_cli.policy.months import month_text
from fupin_cli.policy.rounding import fen_to_yuan

if TYPE_CHECKING:
    from collections.abc import Callable

    from fupin_cli.counties.handed_out import Task
    from fupin_cli.results.subsidy import PayrollRun

WHOLE = (0, 1, 3, 12)  # how a job ends that has done all it can
NO_INPUT, WAIT = 10, 1.0


@dataclass
class Done:
    """What a county's job came to, in plain data: a line for people, what it wrote, figures to be summed up (money in fen)."""

    line: str
    exit_code: int
    outputs: list[Path]
    figures: dict[str, Any] = field(default_factory=dict)
    page: dict[str, Any] | None = None  # of `counties report`: `own_page.own_page`
    sealed: bool = False  # whether what it wrote is for the program alone: once changed, it is written again


def done(task: Task) -> dict[str, Any]:
    """Do a county's work, unless it was done from the same inputs before, and keep what became of it.

    Raises:
        FupinError: as the single jobs; the coordinator keeps that.
    """
    return carried_out(task, JOBS[task.command])


def carried_out(
    task: Task, job: Callable[[Task, datetime, list[str]], Done], also: object = None, passing: str = ""
) -> dict[str, Any]:
    """Do one county's `job` as `done` does.

    `also`: what its result depends on besides the county's own files and settings; `passing`: files that it does not read.

    Raises:
        FupinError: as the job.
    """
    path = Path(task.state)
    try:
        current = digest([task.command, fingerprint(task.workspace, task.month, passing), also])
    except NoInputError as error:
        return _nothing(path, task, error)
    before = states.read_state(path)
    if states.unchanged(before, current):
        return {**before, "skipped": True}
    said: list[str] = []
    try:
        done = job(task, datetime.now().astimezone(), said)
    except NoInputError as error:
        return _nothing(path, task, error)
    status = states.DONE if done.exit_code in WHOLE else states.MISSING if done.exit_code == NO_INPUT else states.FAILED
    # Its own inputs may have been written by the job itself: what counts is what the next run will find.
    after = digest([task.command, fingerprint(task.workspace, task.month, passing), also])
    body = {
        "status": status,
        "exit_code": done.exit_code,
        "line": done.line,
        "said": said,
        "outputs": [str(place.resolve()) for place in done.outputs],
        "figures": done.figures,
        **({"page": done.page} if done.page else {}),
        **({states.FILES: [file_sha256(place) for place in done.outputs]} if done.sealed else {}),
    }
    return _kept(path, task, after if status == states.DONE else "", body)


def _nothing(path: Path, task: Task, error: NoInputError) -> dict[str, Any]:
    """Keep that a county has handed in nothing, unless its settings or policies are wrong: that has to be told first.

    Raises:
        FupinError: they are.
    """
    task.workspace.policy()
    missing = {
        "status": states.MISSING,
        "exit_code": error.exit_code,
        "line": str(error),
        "hint": error.hint,
        "said": [],
        "outputs": [],
        "figures": {},
    }
    return _kept(path, task, "", missing)


def _kept(path: Path, task: Task, current: str, body: dict[str, Any]) -> dict[str, Any]:
    whole = {
        "format": states.FORMAT,
        "county": task.key,
        "name": task.name,
        "month": month_text(task.month),
        "command": task.command,
        "fingerprint": current,
        "finished": datetime.now().astimezone().isoformat(timespec="seconds"),
        **body,
    }
    states.write_state(path, whole)
    return {**whole, "skipped": False}


def _check(task: Task, now: datetime, said: list[str]) -> Done:
    place = task.workspace
    with workspace_lock(place.root, "counties check", WAIT, now, posts=False, say=said.append):
        run = checking.check(Desk(place), task.month, codes=set(all_rules()))
        checking.write_outputs(run, place.out, split_by=None, force=False, operator=task.operator, now=now)
    counts = summary(run.result)
    figures = {**counts, "unreported": len(run.result.messages("IN015"))}
    line = checked_words(counts)
    return Done(run.result.crash_words + line, run.exit_code, run.outputs, figures)


def checked_words(counts: dict[str, Any]) -> str:
    """What a check came to (`manifest.summary`), for people."""
    return f"错误 {counts['errors']}，警告 {counts['warnings']}，提示 {counts['infos']}"


def _payroll(task: Task, now: datetime, said: list[str]) -> Done:
    place = task.workspace
    with workspace_lock(place.root, "counties payroll", WAIT, now, say=said.append):
        desk = Desk(place, cache=Cache.KEEP)
        said += finish_all(desk, place.out, now)
        approved = store.approval_of(place.root, task.month)
        run = subsidy(desk, leading(), task.month)
        figures = payroll_figures(run)
        words = correction_words(run)
        if approved is not None:
            if words:
                write_corrections(run, place.out)
            line = f"{approved_words(approved)}；{words or '重算的结果与批准的一致'}"
            return Done(line, 12, run.outputs, figures)
        if not record_unattended(run, desk, place.out, operator=task.operator, maker=task.maker, now=now):
            return Done(TAKEN_BACK, run.exit_code, [], figures)
    line = (
        f"发放 {figures['pay']} 行 {fen_to_yuan(figures['amount_fen'])} 元，暂缓 {figures['hold']}，不予 {figures['refuse']}"
        f"{f'；{words}' if words else ''}"
    )
    return Done(run.result.crash_words + line, run.exit_code, run.outputs, figures)


def payroll_figures(run: PayrollRun) -> dict[str, Any]:
    """Counts and sums of a month's lines, and of the corrections of earlier months; money in fen."""
    totals = run.totals()
    sums = run.correction_sums()
    return {
        **{name: totals[name] for name in ("lines", "pay", "hold", "refuse")},
        "amount_fen": totals["amount"],
        "due_hold_fen": totals["due_hold"],
        "due_refuse_fen": totals["due_refuse"],
        "back_pay_fen": sums.get("back_pay", 0),
        "recover_fen": sums.get("recover", 0),
        "undecided": run.undecided.height,
    }


def _run(task: Task, now: datetime, said: list[str]) -> Done:
    place = task.workspace
    with workspace_lock(place.root, "run", WAIT, now, say=said.append):
        report = run_month(place, task.month, place.out, task.operator, now, task.maker)
    return Done(report.line, report.exit_code, report.outputs)


JOBS: dict[str, Callable[[Task, datetime, list[str]], Done]] = {"check": _check, "payroll": _payroll, "run": _run}

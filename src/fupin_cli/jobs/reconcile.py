"""`fupin reconcile`: due × approved × paid of one month or several, a verdict for every line, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli import findings
from fupin_cli.checks.engine import CheckResult, completed
from fupin_cli.checks.ret import return_findings
from fupin_cli.errors import NoInputError
from fupin_cli.jobs.answered import answers_of, moved_answers
from fupin_cli.jobs.corrections import standing_lines
from fupin_cli.jobs.reissue import to_send_again
from fupin_cli.jobs.subsidy import as_now, compute
from fupin_cli.ledger.store import APPROVAL, REISSUE
from fupin_cli.measures.catalogue import MEASURES, leading
from fupin_cli.measures.claims import PAY
from fupin_cli.month.month import Month
from fupin_cli.policy.months import month_text
from fupin_cli.reconciliation.match import OBLIGATION
from fupin_cli.reconciliation.money import FACTS, batch_sums
from fupin_cli.reconciliation.returns import TABLE
from fupin_cli.reconciliation.verdict import reconcile
from fupin_cli.results.reconcile import ReconcileRun

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from fupin_cli.jobs.desk import Desk
    from fupin_cli.reconciliation.verdict import Reconciled
    from fupin_cli.results.subsidy import PayrollRun


def reconcile_months(desk: Desk, first: int, last: int) -> ReconcileRun:
    """Reconcile every month from `first` to `last`, both included. Writes nothing.

    Raises:
        FupinError: as `payroll`.
    """
    runs, parts, kept = _computed_again(desk, first, last)
    now = pl.concat([part.select(parts[0].columns) for part in parts], how="vertical_relaxed")
    due = now.select(
        *OBLIGATION, *FACTS, "status", "codes", due_fen=pl.when(pl.col("status") == PAY).then("amount_fen").otherwise(0)
    )
    inside = pl.col("month").is_between(first, last)
    here = inside | (pl.col("month").is_null() & pl.col("period").is_between(first, last).fill_null(value=True))
    rows = desk.rows.filter(here)
    result = reconcile(due, desk.money.filter(inside), rows)
    returns = desk.return_intake
    told = returns.found.filter((pl.col("table") == TABLE) & (pl.col("code") != "IN011") & (pl.col("code") != "IN007"))
    unread = returns.found.filter(pl.col("code") == "IN001")
    found = findings.gather([told, unread, desk.returned.found, *return_findings(rows)])
    ctx = Month(returns, desk.policy, desk.contracts)
    crashed = [outcome for run in runs for outcome in run.result.outcomes if outcome.status == "crashed"]
    moved = _moved(desk, result, first, last)
    run = ReconcileRun(
        first,
        last,
        desk.policy,
        returns,
        CheckResult(completed(found, ctx), crashed),
        result,
        now,
        desk.returned.refused,
        batch_sums(desk.lines, desk.batches, first, last),
        answered=answers_of(rows),
        moved=moved,
        notes=[*kept, *moved, *_unread(desk, result, first), *_in_fen(result)],
        posted=desk.postings.height,
        root=desk.workspace.root,
        password=desk.workspace.password,
    )
    run.send_again = to_send_again(run, desk)
    return run


def _waits(result: Reconciled) -> bool:
    """Whether some line waits for the bank's answer."""
    return bool((result.lines["verdict"] == "no_return").any())


def _moved(desk: Desk, result: Reconciled, first: int, last: int) -> list[str]:
    """Files that were read once as the answer to a batch of which some line waits for one, and are not there any more."""
    if not _waits(result):
        return []
    sent = desk.batches.filter(pl.col("month").is_between(first, last) & pl.col("kind").is_in([APPROVAL, REISSUE]))
    moved = [moved_answers(desk, batch, month) for batch, month in sent.select("batch", "month").iter_rows()]
    return [f"{words}；放回去再对账" for words in moved if words]


def _unread(desk: Desk, result: Reconciled, first: int) -> list[str]:
    """Files that were not read and may be the answers that some line waits for."""
    if not _waits(result):
        return []
    returns = desk.return_intake
    files = [e for e in returns.unplaced if not e.tables or TABLE in e.tables] + returns.answers
    files = [e for e in files if e.folder is None or e.folder >= first]
    return [f"{e.file} 没有读进来，可能是回盘（{e.why}）；处理好再对账" for e in files]


def _in_fen(result: Reconciled) -> list[str]:
    """Payments that are a hundred times what was approved: the bank counts in fen."""
    sums = pl.col("approved_fen")
    hundredfold = result.lines.filter((sums > 0) & (pl.col("paid_fen") == sums * 100)).height
    return [f"{hundredfold} 行实付正好是批准的100倍：回盘的金额多半以分为单位，改成元再对账"] if hundredfold else []


def _computed_again(desk: Desk, first: int, last: int) -> tuple[list[PayrollRun], list[pl.DataFrame], list[str]]:
    """What is due now: months that can be computed again, the lines of all, and whose approved lines stand for them and why."""
    posts = leading().code
    runs: list[PayrollRun] = []
    parts: list[pl.DataFrame] = []
    kept: list[str] = []
    for number, month in enumerate(range(first, last + 1), 1):
        desk.progress(f"对账 {month_text(month)}", number, last - first + 1)
        approved = desk.measures_in(month)
        for measure in dict.fromkeys((posts, *approved)):
            if file := desk.gone(month, measure):
                kept.append(f"{month_text(month)} 的输入 {file} 已不在收件夹里，应发按已批准的算")
                parts.append(standing_lines(desk, month, measure))
                continue
            try:
                one = compute(desk, MEASURES[measure], month, again=True)
            except NoInputError:
                # What was approved needs its own tables; a roster only where posts were (SPEC 8.24).
                if measure != posts or posts in approved or not approved:
                    raise
                continue
            runs.append(one)
            parts.append(as_now(desk, one).lines)
    return runs, parts, kept


def write_outputs(run: ReconcileRun, folder: Path, *, operator: str, now: datetime, force: bool) -> None:
    """Write the workbook and the manifest into `folder/2024-05/`.

    Raises:
        FupinError: the folder cannot be written to (exit 2).
    """
    from fupin_cli.jobs.result_hash import reconcile_hash
    from fupin_cli.outputs.manifest import write_manifest

    write_workbook(run, folder, "对账", force=force)
    write_manifest(
        run,
        folder,
        "reconcile",
        operator,
        now,
        result=reconcile_hash(run),
        first=month_text(run.first),
        answered=run.answered,
    )


def write_workbook(run: ReconcileRun, folder: Path, name: str, *, force: bool) -> None:
    """Write the workbook of a reconciliation, or of a closing, into `folder/2024-05/`.

    Raises:
        FupinError: the folder cannot be written to (exit 2).
    """
    from fupin_cli.outputs.bulk import save_workbooks
    from fupin_cli.outputs.files import make_folder
    from fupin_cli.outputs.reconcile_workbook import reconcile_sheets
    from fupin_cli.outputs.workbook_charts import reconcile_charts
    from fupin_cli.policy.months import last_day

    target = folder / month_text(run.month)
    make_folder(target)
    books = [(f"{name}_{run.title}", [*reconcile_sheets(run), *reconcile_charts(run)])]
    run.outputs += save_workbooks(target, books, last_day(run.month), force=force, password=run.password)

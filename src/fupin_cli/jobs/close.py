"""`fupin close`: the end of a month. What became of every line is kept; nothing more can be posted to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.errors import FupinError, MonthClosedError
from fupin_cli.jobs.posting import commit, staged
from fupin_cli.jobs.reconcile import write_workbook
from fupin_cli.jobs.result_hash import reconcile_hash
from fupin_cli.ledger import store
from fupin_cli.ledger.model import schema_of
from fupin_cli.ledger.seal import rows_sha256
from fupin_cli.outputs.manifest import write_manifest
from fupin_cli.policy.months import month_text
from fupin_cli.reconciliation.verdict import VERDICTS
from fupin_cli.version import __version__

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from fupin_cli.jobs.desk import Desk
    from fupin_cli.results.reconcile import ReconcileRun

# What a later month's approval puts right; everything else must be settled first.
LATER = ("recover", "back_pay", "unapproved")


class OpenDifferencesError(FupinError):
    """The month has differences that are not settled (exit 1)."""

    exit_code = 1


def close(  # noqa: PLR0913, PLR0917 - who closes what, when, into which folder
    run: ReconcileRun, desk: Desk, operator: str, document: str, now: datetime, folder: Path
) -> store.Batch:
    """Close a reconciled month: workbook and manifest are written, and stand in place once it is posted.

    Differences that are still open need a document under which it is closed with them.

    Raises:
        MonthClosedError: the month is not approved, or closed already.
        OpenDifferencesError: something is not settled, and no document was given.
    """
    month = run.month
    text = month_text(month)
    refuse_unless_open(desk, month)
    open_ = obstacles(run)
    if open_ and not document:
        raise OpenDifferencesError(
            f"{text} 还有没有了结的：{'，'.join(open_)}",
            f"处理完再关账（fupin reconcile {text} 看明细）；确实要带着差额关账的，写明文号：--document",
        )
    name = f"{text.replace('-', '')}-99"
    settled = _settlements(run, name)
    batch = store.Batch(
        name,
        store.CLOSING,
        month,
        now.isoformat(timespec="seconds"),
        operator,
        operator,
        document,
        rows_sha256("settlements", settled),
        "",
        run.policy.file.id,
        __version__,
    )
    root = desk.workspace.root
    with staged(root, name, folder / text) as stage:
        posting = store.prepared(root, batch, settlements=settled)
        write_workbook(run, stage.folder, "关账", force=False)
        write_manifest(
            run,
            folder,
            "close",
            operator,
            now,
            result=reconcile_hash(run),
            stage=stage.month,
            posting=posting,
            first=text,
        )
        run.outputs = stage.final(run.outputs)
        return commit(stage, posting)


def _settlements(run: ReconcileRun, batch: str) -> pl.DataFrame:
    """What became of every line, as it is kept."""
    facts = {"batch": pl.lit(batch), "reason": pl.col("why"), "bank_fen": pl.col("bank_fen").fill_null(0)}
    columns = schema_of("settlements").items()
    rows = run.lines.select(facts.get(name, pl.col(name)).cast(dtype).alias(name) for name, dtype in columns)
    return rows.with_columns(pl.col(pl.String).fill_null(""))


def refuse_unless_open(desk: Desk, month: int) -> None:
    """Only an approved month that is not closed yet can be closed.

    Raises:
        MonthClosedError: the month is not approved, or closed already.
    """
    root, text = desk.workspace.root, month_text(month)
    if store.approval_of(root, month, None) is None:
        raise MonthClosedError(f"{text} 还没有批准，不能关账", f"先批准：fupin approve {text} --by 姓名")
    closed = store.batch_of(root, store.CLOSING, month)
    if closed is not None:
        raise MonthClosedError(f"{text} 已由 {closed.operator} 关账（{closed.posted_at}）", "查看：fupin status")


def obstacles(run: ReconcileRun) -> list[str]:
    """What has to be settled before the month can be closed, in words."""
    open_ = run.open_lines.filter(~pl.col("verdict").is_in(LATER)).group_by("verdict").len()
    counts = dict(open_.iter_rows())
    found = [f"{VERDICTS[verdict][0]} {counts[verdict]} 笔" for verdict in VERDICTS if verdict in counts]
    if run.reconciled.unmatched.height:
        found.append(f"对不上的回盘 {run.reconciled.unmatched.height} 行")
    if run.refused.height:
        found.append(f"没有采用的回盘文件里的 {run.refused.height} 行")
    return found + run.moved

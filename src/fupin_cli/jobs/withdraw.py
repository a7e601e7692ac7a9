"""`fupin withdraw`: an approval taken back before the bank has answered. Nothing is erased: a batch of its own reverses it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.errors import MonthClosedError, NoInputError
from fupin_cli.jobs.answered import moved_answers
from fupin_cli.jobs.names import same_person
from fupin_cli.ledger import store
from fupin_cli.ledger.seal import rows_sha256
from fupin_cli.outputs.files import VOID, make_folder, put_aside
from fupin_cli.outputs.manifest import month_manifests, write_manifest
from fupin_cli.policy.months import month_text
from fupin_cli.reconciliation.match import OBLIGATION
from fupin_cli.results.withdraw import TakenBack
from fupin_cli.version import __version__

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from fupin_cli.jobs.desk import Desk

CORRECTIONS = (store.BACK_PAY, store.RECOVER, store.CANCEL, store.NETTED, store.AGAIN)


@dataclass(kw_only=True, repr=False)
class Withdrawal(TakenBack):
    """A withdrawn approval: the batch that took it back, and what the bank was to pay by it."""

    batch: store.Batch
    amount_fen: int = 0
    lines: int = 0


def refuse_to_withdraw(desk: Desk, approval: store.Batch, operator: str) -> None:
    """Whether an approval can be taken back, and by this person.

    Raises:
        MonthClosedError: the month is closed, the bank has answered, or may have; a later batch rests on it; the person
            computed the month (exit 12).
    """
    text = month_text(approval.month)
    if store.batch_of(desk.workspace.root, store.CLOSING, approval.month) is not None:
        raise MonthClosedError(f"{text} 已经关账，不能撤回批准", "以后发现的差错随当前月的批准更正")
    if same_person(operator, approval.drafter) and not desk.policy.settings.approval.one_person_office:
        raise MonthClosedError(
            f"测算和撤回是同一个人（{operator}）",
            "换一个人撤回（--by）；只有一个人的单位可在 fupin.toml 里设 [approval] one_person_office = true",
        )
    own = desk.lines.filter(pl.col("batch") == approval.batch).select(OBLIGATION)
    after = desk.lines.filter((pl.col("batch") != approval.batch) & pl.col("kind").is_in(CORRECTIONS))
    order = {name: n for n, name in enumerate(desk.batches["batch"])}
    resting = after.join(own, on=OBLIGATION, how="semi")["batch"].unique().to_list()
    later = sorted((b for b in resting if order[b] > order[approval.batch]), key=order.__getitem__)
    if later:
        raise MonthClosedError(
            f"后来的批次 {later[-1]} 更正或补发过 {approval.batch} 的行，不能撤回 {approval.batch}",
            f"先撤回 {later[-1]}，再撤回这一批；查看：fupin ledger show",
        )
    if why := _answered(desk, approval):
        raise MonthClosedError(
            f"{approval.batch} 不能撤回：{why}", f"差错随当前月的批准更正；查看：fupin reconcile {text}"
        )


def _answered(desk: Desk, approval: store.Batch) -> str:
    """Why the bank has answered a batch, or may have; empty where nothing says so."""
    if moved := moved_answers(desk, approval.batch, approval.month):
        return moved
    try:
        unplaced = desk.inbox.unplaced + desk.inbox.answers
    except NoInputError:
        return ""
    if unplaced:
        return f"收件夹里的 {unplaced[0].file} 没有读进来，可能是回盘（{unplaced[0].why}）"
    name = approval.batch
    named = (pl.col("batch") == name) | (pl.col("source_batch") == name)
    rows = desk.rows
    # What names no batch, or one that only the bank knows, may be of this one where it is of the month.
    nameless = pl.col("batch").is_null() & pl.col("source_batch").is_null()
    doubtful = (nameless | pl.col("stranger")) & pl.col("root_batch").is_null() & (pl.col("period") == approval.month)
    told = rows.filter(named | (pl.col("root_batch") == name) | doubtful)
    told = pl.concat([told.select("_file", "_row"), desk.returned.refused.filter(named).select("_file", "_row")])
    if told.height:
        file, row = told.row(0)
        return f"银行已经回盘（{file} 第 {row} 行，共 {told.height} 行）"
    return ""


def withdraw(desk: Desk, approval: store.Batch, operator: str, document: str, now: datetime) -> Withdrawal:
    """Post a batch that takes every line of an approval back to 0; the month's drafts are taken back with it.

    Raises:
        MonthClosedError: as `refuse_to_withdraw`.
        AlreadyPostedError: somebody else has withdrawn it meanwhile.
    """
    refuse_to_withdraw(desk, approval, operator)
    root, month = desk.workspace.root, approval.month
    stamp = now.isoformat(timespec="seconds")
    name = store.next_batch(root, month)
    batch = store.Batch(
        name,
        store.WITHDRAWAL,
        month,
        stamp,
        operator,
        approval.drafter,
        document,
        approval.result_hash,
        approval.source_hash,
        desk.policy.file.id,
        __version__,
        approval.measure,
        approval.batch,
    )
    posted = desk.lines.filter(pl.col("batch") == approval.batch)
    lines = _back(posted, name, document)
    taken_back = [replace(d, drafted_at=stamp, operator=operator, kind=store.DISCARDED) for d in _draft(root, batch)]
    store.post(root, batch, lines, drafts=taken_back)
    sent = posted.filter(pl.col("kind").is_in([store.LINE, store.BACK_PAY]))
    amount = int(sent["amount_fen"].sum())
    return Withdrawal(month, desk.policy, desk.postings.height, batch=batch, amount_fen=amount, lines=lines.height)


def _draft(root: Path, batch: store.Batch) -> list[store.Draft]:
    return store.drafts_of(root, batch.month, batch.measure)[-1:]


def _back(lines: pl.DataFrame, batch: str, document: str) -> pl.DataFrame:
    """The lines that take others back to 0; what was kept back from a payment is kept back no more."""
    netted = pl.col("kind") == store.NETTED
    return lines.with_columns(
        batch=pl.lit(batch),
        amount_fen=-pl.col("amount_fen"),
        source_batch="batch",
        source_line="line_no",
        old_fen="amount_fen",
        kind=pl.when(netted).then("kind").otherwise(pl.lit(store.WITHDRAWN)),
        reason=pl.concat_str(pl.lit("撤回批次 "), "batch", pl.lit(f"，文号 {document}")),
    )


def finish(run: Withdrawal, root: Path, folder: Path, now: datetime) -> None:
    """Put the withdrawn batch's files aside into `folder/2024-05/作废/`, and write the manifest. Done twice, it does no harm.

    Raises:
        FupinError: the folder cannot be written to; the next command that holds the workspace finishes it.
    """
    target = folder / month_text(run.month)
    make_folder(target)
    manifests = month_manifests(target)
    written = {entry["file"] for m in manifests if m.get("batch") == run.batch.refers for entry in m["outputs"]}
    written |= {path.name for path in target.glob(f"*_{run.batch.refers}*") if path.is_file()}
    run.root = root
    run.voided = put_aside(target, sorted(written))
    lines = store.read(root, "lines")
    posted = rows_sha256("lines", lines.filter(pl.col("batch") == run.batch.batch))
    write_manifest(
        run,
        folder,
        "withdraw",
        run.batch.operator,
        now,
        result="",
        measure=run.batch.measure,
        batch=run.batch.batch,
        document=run.batch.document,
        withdrawn=run.batch.refers,
        ledger_sha256=posted,
        voided=run.moved(),
    )


def unfinished(desk: Desk, folder: Path) -> list[Withdrawal]:
    """Withdrawals that were posted and not finished: the program was stopped before it had put the files aside."""
    left = []
    for row in desk.postings.filter(pl.col("kind") == store.WITHDRAWAL).iter_rows():
        batch = store.Batch(*row)
        manifests = month_manifests(folder / month_text(batch.month))
        if not any(m.get("batch") == batch.batch for m in manifests):
            left.append(Withdrawal(batch.month, desk.policy, desk.postings.height, batch=batch))
    return left


def finish_all(desk: Desk, folder: Path, now: datetime) -> list[str]:
    """Finish what an interruption has left of withdrawals, and say so, a sentence each."""
    said = []
    for run in unfinished(desk, folder):
        finish(run, desk.workspace.root, folder, now)
        said.append(f"上次撤回 {run.batch.refers}（批次 {run.batch.batch}）没有做完，现已把文件移入 {VOID}/")
    return said

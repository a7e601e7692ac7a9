"""Failed payments sent again, once what was wrong has been mended: a batch of its own, linked line by line."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.errors import MonthClosedError
from fupin_cli.jobs.approve import bank_files
from fupin_cli.jobs.names import same_person
from fupin_cli.jobs.posting import commit, staged
from fupin_cli.ledger import store
from fupin_cli.measures.claims import PAY
from fupin_cli.outputs.manifest import write_manifest
from fupin_cli.policy.months import month_text
from fupin_cli.reconciliation.attempts import last_attempts
from fupin_cli.reconciliation.match import LINE, OBLIGATION, ROOT, sent_lines
from fupin_cli.reconciliation.returns import FAILED, PAID, REASON_ADVICE, REASON_WORDS, SEND_AGAIN_AS_IS, UNKNOWN
from fupin_cli.version import __version__

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from fupin_cli.jobs.desk import Desk
    from fupin_cli.outputs.bank import BankFiles
    from fupin_cli.results.reconcile import ReconcileRun


def to_send_again(run: ReconcileRun, desk: Desk) -> pl.DataFrame:
    """Failed payments of the months' batches, whatever month they are for, with what they would be sent again with.

    Gives `OBLIGATION`, the line's facts as they are now, `amount_fen` (what failed, at most what is still approved, due and
    not paid), `root_batch`, `root_line`, `reason`, `why`, `advice`, and `ready`: the account or payee was mended since, or
    nothing on the payee's side had to be.
    """
    sent = sent_lines(desk.lines, desk.batches)
    failed = _failed(sent, desk.rows).filter(
        pl.col("period").is_between(run.first, run.month) | pl.col("month").is_between(run.first, run.month)
    )
    approved, due, paid = pl.col("approved_fen"), pl.col("due_fen"), pl.col("paid_fen")
    verdict = pl.col("verdict")  # what is held is not sent again, though it still stands approved (SPEC 9.4)
    room = desk.money.select(*OBLIGATION, "approved_fen", "paid_fen").join(
        run.lines.select(*OBLIGATION, due_fen=pl.when(verdict == "undecided").then(0).otherwise("due_fen")),
        on=OBLIGATION,
        how="left",
    )
    # Of months outside this reconciliation what stands approved is what is due: they were corrected before.
    room = room.select(*OBLIGATION, _room=pl.min_horizontal(approved, due.fill_null(approved)) - paid)
    failed = failed.join(room, on=OBLIGATION, how="left", maintain_order="left")
    before = pl.col("_left").cum_sum().over(OBLIGATION) - pl.col("_left")
    failed = failed.with_columns(amount_fen=pl.min_horizontal("_left", pl.col("_room") - before)).filter(
        pl.col("amount_fen") > 0
    )
    now = run.now.unique(["measure", "person"], keep="first", maintain_order=True)
    now = now.select(
        "measure", "person", *(pl.col(name).alias(f"{name}_now") for name in ("bank", "account", "payee", "payee_id"))
    )
    lines = failed.join(now, on=["measure", "person"], how="left", maintain_order="left")
    mended = (pl.col("account_now") != pl.col("account")) | (pl.col("payee_now") != pl.col("payee"))
    payer = pl.col("reason").is_in(SEND_AGAIN_AS_IS)
    return lines.with_columns(
        ready=(mended.fill_null(value=False) | payer) & (pl.coalesce("account_now", "account") != ""),
        why=pl.col("reason").replace_strict(REASON_WORDS, return_dtype=pl.String),
        advice=pl.col("reason").replace_strict(REASON_ADVICE, return_dtype=pl.String),
        **{name: pl.coalesce(f"{name}_now", name) for name in ("bank", "account", "payee", "payee_id")},
    )


def as_sent(run: ReconcileRun) -> ReconcileRun:
    """The reconciliation after its lines were sent again: they are not ready to be sent any more."""
    return replace(run, send_again=run.send_again.with_columns(ready=pl.lit(value=False)))


def _failed(sent: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Roots of which a payment failed and the last word was not said: as they were last sent, with `_left` fen."""
    result = pl.col("result")
    answers = (
        rows.filter(pl.col("matched") == LINE)
        .group_by(ROOT)
        .agg(
            _paid=pl.col("amount_fen").filter(result == PAID).sum(),
            n_unknown=(result == UNKNOWN).sum(),
            reason=pl.col("reason").filter(result == FAILED).last(),
        )
    )
    roots = sent.group_by(ROOT, maintain_order=True).agg(
        pl.all().exclude([*ROOT, "amount_fen", "period", "reason"]).last(),
        pl.col("period").first(),
        _first=pl.col("amount_fen").first(),
    )
    roots = roots.join(answers, on=ROOT, maintain_order="left").with_columns(_left=pl.col("_first") - pl.col("_paid"))
    # What was sent again and not answered is on its way: it is sent once more only if the last attempt failed.
    roots = roots.join(last_attempts(sent, rows), on=ROOT, how="left", maintain_order="left")
    return roots.filter(pl.col("failed") & (pl.col("n_unknown") == 0) & (pl.col("_left") > 0))


def reissue(  # noqa: PLR0913, PLR0917 - who sends what again, when, into which folder
    run: ReconcileRun, desk: Desk, operator: str, document: str, now: datetime, folder: Path
) -> tuple[store.Batch, BankFiles] | None:
    """Post the lines that are ready as the month's next batch, with bank files and manifest; None where none is.

    Raises:
        MonthClosedError: the month is not approved, or closed; the operator computed the month themselves.
    """
    month = run.month
    approval = _approval(desk, month, operator)
    ready = run.send_again.filter("ready")
    if not ready.height:
        return None
    name = store.next_batch(desk.workspace.root, month)
    batch = store.Batch(
        name,
        store.REISSUE,
        month,
        now.isoformat(timespec="seconds"),
        operator,
        approval.drafter,
        document,
        "",
        "",
        run.policy.file.id,
        __version__,
    )
    lines = store.lines_from(
        ready,
        1,
        batch=pl.lit(name),
        status=pl.lit(PAY),
        proration=pl.lit(""),
        source_batch=pl.col("root_batch"),
        kind=pl.lit(store.AGAIN),
        source_line=pl.col("root_line"),
        reason=pl.col("why"),
    )
    root = desk.workspace.root
    with staged(root, name, folder / month_text(month)) as stage:
        posting = store.prepared(root, batch, lines)
        bank = bank_files(posting.lines, batch, run.policy.settings.bank, stage.month, run.password)
        run.outputs += bank.paths
        write_manifest(run, folder, "reissue", operator, now, result="", stage=stage.month, posting=posting)
        run.outputs, bank.paths = stage.final(run.outputs), stage.final(bank.paths)
        return commit(stage, posting), bank


def _approval(desk: Desk, month: int, operator: str) -> store.Batch:
    """The approval that lines are sent again for.

    Raises:
        MonthClosedError: the month is not approved, or closed; the operator computed the month themselves.
    """
    approval = store.approval_of(desk.workspace.root, month, None)
    if approval is None:
        raise MonthClosedError(
            f"{month_text(month)} 还没有批准，没有可补发的", f"先批准：fupin approve {month_text(month)} --by 姓名"
        )
    if store.batch_of(desk.workspace.root, store.CLOSING, month) is not None:
        raise MonthClosedError(f"{month_text(month)} 已经关账，不能再补发", "差错随当前月的批准更正")
    if same_person(operator, approval.drafter) and not desk.policy.settings.approval.one_person_office:
        raise MonthClosedError(
            f"测算和补发是同一个人（{operator}）",
            "换一个人（--by）；只有一个人的单位可设 [approval] one_person_office = true",
        )
    return approval

"""Draft → approved: what was computed, by whom, and that nothing has changed since; then the ledger, then the bank."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli import __version__
from fupin_cli.jobs.approve_errors import MonthClosedError
from fupin_cli.jobs.draft import draft_of
from fupin_cli.jobs.payroll import write_outputs
from fupin_cli.ledger import store
from fupin_cli.measures.claims import MEASURE, PAY
from fupin_cli.measures.corrections import netting
from fupin_cli.outputs.bank import BankFiles, write_bank_files
from fupin_cli.outputs.manifest import digest, write_manifest
from fupin_cli.policy.idnumber import age_expr, birth_expr
from fupin_cli.policy.months import last_day, month_text, text_expr

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from fupin_cli.jobs.claim_run import PayrollRun
    from fupin_cli.jobs.desk import Desk
    from fupin_cli.policy.settings import Bank


def refuse_if_approved(root: Path, month: int, measure: str) -> None:
    """An approved month never changes.

    Raises:
        MonthClosedError: the month is approved.
    """
    batch = store.approval_of(root, month, measure)
    if batch is not None:
        raise MonthClosedError(approved_words(batch), f"查看：fupin ledger show --month {month_text(month)}")


def approved_words(batch: store.Batch) -> str:
    """Say that a month is approved, by whom and under which number."""
    return f"{month_text(batch.month)} 已由 {batch.operator} 批准（批次 {batch.batch}），结果不能再变"


def approve(run: PayrollRun, desk: Desk, operator: str, document: str, now: datetime) -> store.Batch:
    """Post the month, with the corrections of earlier ones, if it is what was drafted and somebody else drafted it.

    Raises:
        MonthClosedError: no draft; inputs, settings or results have changed; the approver drafted it; approved already.
    """
    month, root = run.month, desk.workspace.root
    refuse_if_approved(root, month, run.measure)
    draft = store.last_draft(root, month, run.measure)
    if draft is None:
        raise MonthClosedError(f"{month_text(month)} 还没有测算过", f"先运行：{_computing(run)}")
    current = draft_of(run, operator, now)
    changed = [
        words
        for words, same in (
            ("收件夹里的文件", draft.inputs_hash == current.inputs_hash), ("设置或政策", draft.settings_hash == current.settings_hash),
            ("测算结果", draft.result_hash == current.result_hash),
        )
        if not same
    ]  # fmt: skip
    if changed:
        raise MonthClosedError(
            f"测算（{draft.drafted_at}）以后有变化：{'、'.join(changed)}",
            f"重新测算、看过结果再批准：{_computing(run)}",
        )
    if draft.operator == operator and not run.policy.settings.approval.one_person_office:
        raise MonthClosedError(
            f"测算和批准是同一个人（{operator}）",
            "换一个人批准（--operator）；只有一个人的单位可设 [approval] one_person_office = true",
        )
    name = store.next_batch(root, month)
    batch = store.Batch(
        name, store.APPROVAL, month, current.drafted_at, operator, draft.operator, document, draft.result_hash, draft.inputs_hash,
        run.policy.file.id, __version__, run.measure,
    )  # fmt: skip
    lines = _ledger_lines(run, name)
    lines += _correction_lines(run, name, len(lines))
    inputs = sorted({(s.file, s.spec.table) for s in run.intake.sources if s.role == "current"})
    entries = [store.Input(name, month, file, table) for file, table in inputs]
    store.post(root, batch, lines + _netted_lines(run, desk, lines), inputs=entries)
    return batch


def _computing(run: PayrollRun) -> str:
    """The command that computes a month of this measure."""
    name = "payroll" if run.measure == MEASURE else f"subsidy {run.measure}"
    return f"fupin {name} --month {month_text(run.month)}"


def _ledger_lines(run: PayrollRun, batch: str) -> list[store.Line]:
    """The lines as they are posted: a snapshot of all that the bank will be told."""
    rows = run.with_heads().with_columns(codes=pl.col("codes").list.join(",")).fill_null("")
    return [
        store.Line(
            batch, number, run.measure, row["person_key"], row["name"], row["post_id"], run.month, row["status"], row["codes"],
            row["amount_fen"], row["due_fen"], row["standard_fen"], run.proration, row["numerator_x100"],
            row["divisor_x100"], row["fund"], row["county"], row["township"], row["village"], row["bank"], row["account"],
            row["payee_name"] or row["name"], row["payee_id"] or row["person_key"], row["phone"], row["head_name"], row["head_id"], "",
        )
        for number, row in enumerate(rows.iter_rows(named=True), 1)
    ]  # fmt: skip


def _correction_lines(run: PayrollRun, batch: str, after: int) -> list[store.Line]:
    """Differences of earlier months, posted with this one; `source_batch` and `source_line` name the line they correct."""
    return [
        store.Line(
            batch, number, row["measure"], row["person"], row["name"], row["post_id"], row["month"],
            row["status"], row["codes"] or "", row["amount_fen"], row["due_fen"],
            row["standard_fen"], run.proration, row["numerator_x100"], row["divisor_x100"], row["fund"],
            row["county"], row["township"], row["village"], row["bank"], row["account"], row["payee"], row["payee_id"],
            row["phone"], row["head_name"], row["head_id"], "", row["kind"], 0, row["old_fen"], row["reason"],
        )
        for number, row in enumerate(run.corrections.iter_rows(named=True), after + 1)
    ]  # fmt: skip


def _netted_lines(run: PayrollRun, desk: Desk, posted: list[store.Line]) -> list[store.Line]:
    """What is kept back from this batch's payments for what was paid too much, if the county nets recoveries."""
    if run.policy.settings.corrections.recoveries != "net":
        return []
    keys = {"measure": pl.String, "person": pl.String, "post_id": pl.String, "month": pl.Int64}
    fresh = [(x.measure, x.person, x.post_id, x.month, -x.amount_fen) for x in posted if x.kind == store.RECOVER]
    owed = pl.concat([
        desk.money.select(*keys, owed_fen="outstanding_fen"),
        pl.DataFrame(fresh, schema=keys | {"owed_fen": pl.Int64}, orient="row"),
    ]).group_by(list(keys), maintain_order=True).agg(pl.col("owed_fen").sum())  # fmt: skip
    paying = [
        (x.person, x.measure, x.line_no, x.amount_fen)
        for x in posted
        if x.kind in store.SENT_KINDS and x.amount_fen > 0
    ]
    payable = pl.DataFrame(
        paying,
        schema={"person": pl.String, "measure": pl.String, "line_no": pl.Int64, "amount_fen": pl.Int64},
        orient="row",
    )
    names = {x.person: x for x in posted}
    rows = netting(owed, payable).iter_rows(named=True)
    return [
        replace(
            names[row["person"]], line_no=number, measure=row["measure"], post_id=row["post_id"], month=row["month"], status=store.NETTED,
            codes="", amount_fen=row["amount_fen"], due_fen=None, standard_fen=None, numerator_x100=None, divisor_x100=None,
            kind=store.NETTED, source_batch="", source_line=row["source_line"], old_fen=0, reason=f"从本批第 {row['source_line']} 行抵扣",
        )
        for number, row in enumerate(rows, len(posted) + 1)
    ]  # fmt: skip


def write_approved(run: PayrollRun, desk: Desk, batch: store.Batch, folder: Path, now: datetime) -> BankFiles:
    """Write what was approved: the workbook, the bank files, the manifest. The ledger has it all already.

    Raises:
        FupinError: the folder cannot be written to; `fupin ledger bank` writes the bank files again.
    """
    alone = "（编制人自己审核：一人单位）" if batch.drafter == batch.operator else ""
    state = f"状态：已批准，批次 {batch.batch}，批准人 {batch.operator}{alone}，文号 {batch.document or '无'}"
    write_outputs(run, folder, split_by=None, force=False, state=state, approved=True)
    lines = store.read(desk.workspace.root, "lines")
    bank = bank_files(lines, batch, run.policy.settings.bank, folder / month_text(run.month))
    run.outputs += bank.paths
    posted = digest(lines.filter(pl.col("batch") == batch.batch).rows())
    write_manifest(
        run,
        folder,
        "approve",
        batch.operator,
        now,
        result=batch.result_hash,
        measure=run.measure,
        batch=batch.batch,
        document=batch.document,
        ledger_sha256=posted,
    )
    return bank


def bank_files(lines: pl.DataFrame, batch: store.Batch, bank: Bank, folder: Path) -> BankFiles:
    """Write the bank files of a batch from its lines in the ledger.

    A line's 序号 is its number in the ledger, so that the bank's return finds it. What is kept back for an earlier
    over-payment is not sent; a line of which nothing is left is not written.
    """
    own = lines.filter(pl.col("batch") == batch.batch)
    kept = (
        own.filter(pl.col("kind") == store.NETTED)
        .group_by(line_no="source_line")
        .agg(kept_fen=pl.col("amount_fen").sum())
    )
    sent = own.filter(pl.col("kind").is_in(store.SENT_KINDS) & (pl.col("status") == PAY)).join(
        kept, on="line_no", how="left", maintain_order="left"
    )
    sent = sent.with_columns(pl.col("kept_fen").fill_null(0)).with_columns(
        amount_fen=pl.col("amount_fen") - pl.col("kept_fen")
    )
    day = last_day(batch.month)
    fields = sent.filter((pl.col("amount_fen") > 0) | (pl.col("kept_fen") == 0)).with_columns(
        no=pl.col("line_no").cast(pl.String),
        age=age_expr(birth_expr(pl.col("person")), day).cast(pl.String),
        date=pl.lit(day.isoformat()),
        month=text_expr(pl.col("month")),
        source=pl.col("source_batch"),
    )
    again = batch.kind == store.REISSUE
    stem = f"更正发放_{batch.batch}" if again else f"代发_{batch.batch}"
    written = write_bank_files(fields, bank.chosen.linked() if again else bank.chosen, bank.encoding, folder, stem, day)
    written.kept_fen = int(kept["kept_fen"].sum() or 0)
    return written

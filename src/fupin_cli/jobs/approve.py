"""Draft → approved: what was computed, by whom, and that nothing has changed since; then the ledger, then the bank."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli import __version__
from fupin_cli.errors import FupinError
from fupin_cli.ledger import store
from fupin_cli.measures.claims import MEASURE, PAY
from fupin_cli.measures.households import heads_of, one_row_each
from fupin_cli.outputs.bank import BankFiles, write_bank_files
from fupin_cli.outputs.payroll_json import line_rows
from fupin_cli.policy.idnumber import age_expr, birth_expr
from fupin_cli.policy.months import last_day, month_text

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from fupin_cli.jobs.payroll import PayrollRun
    from fupin_cli.policy.settings import Bank


class MonthClosedError(FupinError):
    """The month is approved, or results differ from what was drafted (exit 12)."""

    exit_code = 12


def digest(value: object) -> str:
    """SHA-256 of a value's canonical JSON."""
    return hashlib.sha256(json.dumps(value, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def draft_of(run: PayrollRun, operator: str, now: datetime) -> store.Draft:
    """Describe a computed payroll: hashes of its inputs, its settings and its lines."""
    inputs = sorted({(s.file, s.sha256) for s in run.intake.sources if s.role != "unused"})
    settings = run.policy.settings.model_dump(mode="json") | {"policy": run.policy.file.model_dump(mode="json")}
    lines = [{k: v for k, v in line.items() if k != "person_code"} for line in line_rows(run, unmask=True)]
    return store.Draft(
        run.month,
        now.isoformat(timespec="seconds"),
        operator,
        digest(lines),
        digest([list(pair) for pair in inputs]),
        digest(settings),
    )


def refuse_if_approved(root: Path, month: int) -> None:
    """An approved month never changes.

    Raises:
        MonthClosedError: the month is approved.
    """
    batch = store.approval_of(root, month)
    if batch is not None:
        raise MonthClosedError(
            f"{month_text(month)} 已由 {batch.operator} 批准（批次 {batch.batch}），结果不能再变",
            f"查看：fupin ledger show --month {month_text(month)}",
        )


def approve(run: PayrollRun, root: Path, operator: str, document: str, now: datetime) -> store.Batch:
    """Post the month if it is what was drafted and somebody else drafted it.

    Raises:
        MonthClosedError: no draft; inputs, settings or results have changed; the approver drafted it; approved already.
    """
    month = run.month
    refuse_if_approved(root, month)
    draft = store.last_draft(root, month)
    if draft is None:
        raise MonthClosedError(
            f"{month_text(month)} 还没有测算过", f"先运行：fupin payroll --month {month_text(month)}"
        )
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
            f"重新测算、看过结果再批准：fupin payroll --month {month_text(month)}",
        )
    if draft.operator == operator and not run.policy.settings.approval.one_person_office:
        raise MonthClosedError(
            f"测算和批准是同一个人（{operator}）",
            "换一个人批准（--operator）；只有一个人的单位可设 [approval] one_person_office = true",
        )
    name = f"{month_text(month).replace('-', '')}-01"
    batch = store.Batch(
        name, store.APPROVAL, month, current.drafted_at, operator, draft.operator, document, draft.result_hash, draft.inputs_hash,
        run.policy.file.id, __version__,
    )  # fmt: skip
    store.post(root, batch, _ledger_lines(run, name))
    return batch


def _ledger_lines(run: PayrollRun, batch: str) -> list[store.Line]:
    """The lines as they are posted: a snapshot of all that the bank will be told."""
    rows = _with_heads(run).with_columns(codes=pl.col("codes").list.join(",")).fill_null("")
    return [
        store.Line(
            batch, number, MEASURE, row["person_key"], row["name"], row["post_id"], run.month, row["status"], row["codes"],
            row["amount_fen"], row["due_fen"], row["standard_fen"], run.policy.settings.post.proration, row["numerator_x100"],
            row["divisor_x100"], row["fund"], row["county"], row["township"], row["village"], row["bank"], row["account"],
            row["payee_name"] or row["name"], row["payee_id"] or row["person_key"], row["phone"], row["head_name"], row["head_id"], "",
        )
        for number, row in enumerate(rows.iter_rows(named=True), 1)
    ]  # fmt: skip


def _with_heads(run: PayrollRun) -> pl.DataFrame:
    """Claim lines with the head of each person's household, where the registry was supplied."""
    registry = run.intake.tables.get("registry")
    if registry is None:
        return run.lines.with_columns(head_id=pl.lit(""), head_name=pl.lit(""))
    people = one_row_each(registry)
    homes = people.select("id_number", "household_id").join(heads_of(people), on="household_id", how="left")
    homes = homes.drop("household_id")
    return run.lines.join(homes, on="id_number", how="left", maintain_order="left")


def bank_files(lines: pl.DataFrame, batch: str, month: int, bank: Bank, folder: Path) -> BankFiles:
    """Write the bank files of a batch from its lines in the ledger.

    A line's 序号 is its number in the ledger, so that the bank's return finds it.
    """
    paid = lines.filter((pl.col("batch") == batch) & (pl.col("status") == PAY))
    day = last_day(month)
    fields = paid.with_columns(
        no=pl.col("line_no").cast(pl.String),
        age=age_expr(birth_expr(pl.col("person")), day).cast(pl.String),
        date=pl.lit(day.isoformat()),
        month=pl.lit(month_text(month)),
    )
    return write_bank_files(fields, bank, folder, f"代发_{batch}", day)

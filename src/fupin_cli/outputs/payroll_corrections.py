"""Sheets of a payroll on months approved before: 补发追回, 待核定; and what the bank is to pay by both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.outputs.capitals import in_capitals
from fupin_cli.outputs.check_workbook import NO_TOWN
from fupin_cli.outputs.heading import heading
from fupin_cli.outputs.sheet import SheetPlan
from fupin_cli.policy.months import text_expr
from fupin_cli.policy.rounding import fen_to_yuan

if TYPE_CHECKING:
    from fupin_cli.reconciliation.money import BatchSums
    from fupin_cli.results.subsidy import PayrollRun


def to_pay_words(sums: BatchSums) -> tuple[str, str]:
    """What the bank is to pay, in capitals and figures, and the parts it is made of (SPEC 9.11)."""
    parts = (fen_to_yuan(fen) for fen in (sums.month_fen, sums.back_pay_fen, sums.kept_fen))
    month, back_pay, kept = parts
    total = fen_to_yuan(sums.total_fen)
    return (
        f"银行应付合计（大写）：{in_capitals(sums.total_fen)}    （小写）：￥{total}",
        f"其中：本月 {month} + 补发 {back_pay} − 抵扣 {kept} = {total} 元",
    )


# Of what line of which month a sheet speaks.
LINE = {
    "no": "序号",
    "name": "姓名",
    "person": "身份证号",
    "township": "乡镇",
    "village": "村",
    "post_id": "岗位编号",
    "origin": "原月份",
}
CORRECTION = {"back_pay": "补发", "recover": "追回", "cancel": "撤销（款已退回）"}


def correction_sheet(run: PayrollRun, part: str = "", *, in_batch: bool = True) -> SheetPlan:
    """Differences of months approved before, each with the month it comes from and why.

    `in_batch`: the sheet is part of a batch, and says what the bank is to pay by it.
    """
    headers = LINE | {
        "source_batch": "原批次",
        "source_line": "原批次序号",
        "old_fen": "原批准(元)",
        "amount_fen": "差额(元)",
        "reason": "原因",  # so far it is printed
        "new_fen": "应为(元)",
        "what": "处理",
    }
    table = _lines(run.corrections, part).with_columns(
        what=pl.col("kind").replace_strict(CORRECTION, return_dtype=pl.String)
    )
    title = heading(run, "查出的以前月份差额", part)
    signed = (
        "补发为正，追回为负；随当前月的批准入账。",
        *(to_pay_words(run.sums(part, NO_TOWN)) if in_batch else ()),
        "编制：                    审核：                    负责人：",
    )
    return SheetPlan(
        "补发追回",
        headers,
        table.select(list(headers)),
        title,
        wrapped=("reason",),
        summed=("amount_fen",),
        below=signed,
        printed=list(headers).index("reason") + 1,
    )


def undecided_sheet(run: PayrollRun, part: str = "") -> SheetPlan:
    """Lines of months approved before that are now only held, why, and what decides them (SPEC 9.4)."""
    headers = LINE | {
        "old_fen": "已批准(元)",
        "reason": "现在为什么暂缓",
        "advice": "怎么核定",
    }
    advice = "改正原表后重算；或写进核定清单（fupin template settlements），写明天数或金额、理由、批准文号、批准人"
    table = _lines(run.undecided, part).with_columns(advice=pl.lit(advice))
    title = heading(run, "待核定的以前月份", part)
    below = ("待核定的行不补发，也不追回；核定以前这些月份不能关账。",)
    return SheetPlan(
        "待核定",
        headers,
        table.select(list(headers)),
        title,
        wrapped=("reason", "advice"),
        summed=("old_fen",),
        below=below,
    )


def correction_words(run: PayrollRun) -> str:
    """The sums of the corrections in one sentence; empty where there are none."""
    sums = [f"{CORRECTION[kind]} {fen_to_yuan(fen)} 元" for kind, fen in run.correction_sums().items()]
    return f"以前月份差额 {run.corrections.height} 笔：{'，'.join(sums)}" if sums else ""


def _lines(rows: pl.DataFrame, part: str) -> pl.DataFrame:
    """Rows of a township (of all without one), numbered, with the month they come from in words."""
    own = rows.filter(pl.col("township").fill_null(NO_TOWN) == part) if part else rows
    return numbered(own).with_columns(origin=text_expr(pl.col("month")))


def numbered(rows: pl.DataFrame) -> pl.DataFrame:
    """Add `no`: the rows counted from 1."""
    return rows.with_columns(no=pl.int_range(1, rows.height + 1, dtype=pl.Int64))

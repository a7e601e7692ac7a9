"""The whole ledger as a workbook for people: Chinese headers, money in yuan, every number of a person as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.ledger.store import SENT_KINDS
from fupin_cli.measures.claims import STATUS_WORDS
from fupin_cli.outputs.ledger_view import KIND, LINE_KINDS
from fupin_cli.outputs.sheet import SheetPlan
from fupin_cli.policy.months import text_expr

if TYPE_CHECKING:
    from collections.abc import Mapping

BATCHES = {
    "batch": "批次",
    "kind": "类别",
    "month": "月份",
    "measure": "补贴",
    "lines": "行数",
    "sent_fen": "代发金额(元)",
    "posted_at": "记账时间",
    "operator": "批准人",
    "drafter": "编制人",
    "document": "文号",
    "policy": "政策",
    "tool": "程序版本",
}
LINES = {
    "batch": "批次",
    "line_no": "序号",
    "kind": "类别",
    "month": "月份",
    "measure": "补贴",
    "name": "姓名",
    "person": "身份证号",
    "post_id": "岗位编号",
    "status": "状态",
    "codes": "规则",
    "amount_fen": "金额(元)",
    "due_fen": "应发(元)",
    "standard_fen": "标准(元)",
    "old_fen": "更正前批准(元)",
    "numerator_x100": "计发天数",
    "divisor_x100": "规定天数",
    "fund": "资金来源",
    "county": "县",
    "township": "乡镇",
    "village": "村",
    "bank": "开户银行",
    "account": "银行账号",
    "payee": "收款人",
    "payee_id": "收款人身份证号",
    "phone": "联系电话",
    "head_name": "户主姓名",
    "head_id": "户主身份证号",
    "source_batch": "原批次",
    "source_line": "原序号",
    "reason": "原因",
}


def ledger_sheets(
    batches: pl.DataFrame, lines: pl.DataFrame, county: str, titles: Mapping[str, str]
) -> list[SheetPlan]:
    """Plan the sheets: every posting, and every line of every posting."""
    sent = pl.col("amount_fen").filter(pl.col("kind").is_in(SENT_KINDS)).sum()
    sums = lines.group_by("batch").agg(lines=pl.len().cast(pl.Int64), sent_fen=sent)
    posted = batches.join(sums, on="batch", how="left", maintain_order="left").with_columns(
        pl.col("lines", "sent_fen").fill_null(0),
        pl.col("posted_at").str.replace("T", " ").str.head(19),
        kind=_words(KIND, "kind"),
        month=text_expr(pl.col("month")),
        measure=_words(titles, "measure"),
    )
    written = lines.with_columns(
        kind=_words({"line": "批准", **LINE_KINDS}, "kind"),
        month=text_expr(pl.col("month")),
        measure=_words(titles, "measure"),
        status=_words(STATUS_WORDS, "status"),
        source_line=pl.when(pl.col("source_line") != 0).then(pl.col("source_line")),
    )
    title = f"{county} 账本".lstrip()
    return [
        SheetPlan("批次", BATCHES, posted.select(list(BATCHES)), f"{title}批次", summed=("lines", "sent_fen")),
        SheetPlan(
            "明细",
            LINES,
            written.select(list(LINES)),
            f"{title}明细（金额单位为元，更正与抵扣各为一行）",
            printed=list(LINES).index("due_fen") + 1,
            kept=True,
        ),
    ]


def _words(words: Mapping[str, str], name: str) -> pl.Expr:
    """What a code is called; a code without a name stays as it is."""
    return pl.col(name).replace_strict(dict(words), default=pl.col(name), return_dtype=pl.String)

"""Bank returns (RET): told when a month is reconciled (SPEC 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.checks.report import report
from fupin_cli.checks.rule import declared
from fupin_cli.policy.rounding import fen_to_yuan_expr
from fupin_cli.reconciliation.match import LINE, ROOT
from fupin_cli.reconciliation.returns import PAID, RECOVERED, TABLE, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable

RET001 = declared(
    "RET001",
    "回盘文件自报的笔数或金额与明细不符",
    "error",
    compares="文件的合计行与明细的笔数、金额",
    hint="向银行重新要一份完整的回盘文件；这个文件整个没有采用",
    tables=(TABLE,),
    stage="reconcile",
)
RET002 = declared(
    "RET002",
    "更正发放没有对应的失败行，或超过原行金额",
    "error",
    compares="更正发放的行与它所更正的行",
    hint="核实是否重复发放；多发的追回",
    tables=(TABLE,),
    stage="reconcile",
)
RET003 = declared(
    "RET003",
    "处理结果看不懂",
    "error",
    compares="处理结果与成功、失败的各种写法",
    hint="向银行问明；常用的写法可加入工作区 schemas/_common.yaml 的 paid 或 failed",
    tables=(TABLE,),
    stage="reconcile",
)
RET004 = declared(
    "RET004",
    "账号或户名与批准的不同",
    "error",
    compares="回盘的账号、户名与批准时的账号、收款人",
    hint="核实钱进了谁的账户",
    tables=(TABLE,),
    stage="reconcile",
)


def return_findings(rows: pl.DataFrame) -> Iterable[pl.DataFrame]:
    """Findings RET002–RET004 on annotated return rows."""
    linked = rows.filter(pl.col("source_batch").is_not_null())
    lost = linked.filter(~pl.col("source_failed"))
    message = (
        pl.when(pl.col("source_paid"))
        .then(pl.lit("原批次的这一行已经成功，又发了一次"))
        .otherwise(pl.format("原批次 {} 里没有这一行失败的记录", "source_batch"))
    )
    yield _told("RET002", lost, message, "source_batch")
    again = rows.filter(pl.col("retry") & (pl.col("result") == PAID) & (pl.col("matched") == LINE))
    over = again.with_columns(_sum=pl.col("amount_fen").sum().over(ROOT)).filter(pl.col("_sum") > pl.col("root_fen"))
    yuan = [fen_to_yuan_expr(pl.col(name)) for name in ("_sum", "root_fen")]
    yield _told("RET002", over, pl.format("各次更正共 {} 元，超过原行的 {} 元", *yuan), "amount_fen")
    unknown = rows.filter(pl.col("result") == UNKNOWN)
    odd = (
        pl.when("unread")
        .then(pl.lit("这一行的金额读不出，不当作已付"))
        .otherwise(pl.lit("“{}”不是认得的处理结果，不当作已付"))
    )
    yield _told("RET003", unknown, odd, "result")
    sent = rows.filter(pl.col("result") != RECOVERED)  # from whose account it came back decides nothing
    for column, flag, word in (("account", "other_account", "账号"), ("name", "other_name", "户名")):
        yield _told("RET004", sent.filter(flag), pl.lit(f"{word}与批准的不同"), column)


def _told(code: str, rows: pl.DataFrame, message: pl.Expr, column: str) -> pl.DataFrame:
    found = report(rows, TABLE, message, column, amount_fen=pl.col("amount_fen"))
    return found.collect().with_columns(code=pl.lit(code))

"""The ledger on the terminal and as JSON. People are masked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.ledger.store import APPROVED_KINDS, SENT_KINDS, WITHDRAWN
from fupin_cli.measures.claims import STATUS_WORDS
from fupin_cli.outputs.grid import Grid, figures, text, whole
from fupin_cli.outputs.masking import mask_name_expr, mask_number_expr
from fupin_cli.policy.months import text_expr
from fupin_cli.policy.rounding import fen_to_yuan, fen_to_yuan_expr

if TYPE_CHECKING:
    from collections.abc import Mapping

KIND = {"approval": "批准", "opening": "期初余额", "reissue": "更正发放", "withdrawal": "撤回", "closing": "关账"}
LINE_KINDS = {
    "back_pay": "补发",
    "recover": "追回",
    "cancel": "撤销",
    "reissue": "更正发放",
    "netted": "抵扣",
    "withdrawn": "撤回",
}


def _with_sums(batches: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Batches with their lines and what the bank was to be given by them; recoveries stand on the lines.

    A withdrawal's sum is what it takes from the bank: recoveries that it takes back are above 0.
    """
    sent = pl.col("kind").is_in(SENT_KINDS) | ((pl.col("kind") == WITHDRAWN) & (pl.col("amount_fen") < 0))
    sums = lines.group_by("batch").agg(lines=pl.len(), amount_fen=pl.col("amount_fen").filter(sent).sum())
    return batches.join(sums, on="batch", how="left", maintain_order="left").with_columns(
        pl.col("lines", "amount_fen").fill_null(0), text_expr(pl.col("month")).alias("month")
    )


def batch_table(batches: pl.DataFrame, lines: pl.DataFrame) -> Grid:
    """All postings."""
    columns = [
        *whole("批次"),
        *text("类别"),
        *whole("月份"),
        *text("记账时间", "批准人", "编制人", "文号"),
        *figures("行数", "金额(元)"),
    ]
    table = Grid("账本", columns, heading=3)
    withdrawn = set(batches["refers"]) - {""}
    for row in _with_sums(batches, lines).iter_rows(named=True):
        what = KIND[row["kind"]] + ("（已撤回）" if row["batch"] in withdrawn and row["kind"] == "approval" else "")
        table.add(
            row["batch"],
            f"{what} {row['refers']}" if row["kind"] == "withdrawal" else what,
            row["month"],
            row["posted_at"].replace("T", " ")[:19],
            row["operator"],
            row["drafter"],
            row["document"],
            str(row["lines"]),
            fen_to_yuan(row["amount_fen"]),
        )
    return table


def batches_json(batches: pl.DataFrame, lines: pl.DataFrame) -> str:
    """All postings as JSON."""
    rows = (
        _with_sums(batches, lines)
        .with_columns(amount=fen_to_yuan_expr(pl.col("amount_fen")))
        .drop("amount_fen")
        .to_dicts()
    )
    return json.dumps({"format": "fupin.ledger/1", "batches": rows}, ensure_ascii=False, indent=2)


def _masked(lines: pl.DataFrame) -> pl.DataFrame:
    return lines.with_columns(person=mask_number_expr(pl.col("person")), name=mask_name_expr(pl.col("name")))


def line_table(lines: pl.DataFrame, titles: Mapping[str, str]) -> Grid:
    """Lines of a person or a month. `titles`: what subsidies are called."""
    columns = [
        *whole("月份", "批次", "行", "姓名", "身份证号"),
        *text("补贴", "岗位", "状态", "类别", "规则"),
        *figures("金额(元)"),
    ]
    table = Grid("账本明细", columns, heading=5)
    for row in _masked(lines).with_columns(m=text_expr(pl.col("month"))).iter_rows(named=True):
        table.add(
            row["m"],
            row["batch"],
            str(row["line_no"]),
            row["name"],
            row["person"],
            titles.get(row["measure"], row["measure"]),
            row["post_id"],
            STATUS_WORDS.get(row["status"], ""),
            LINE_KINDS.get(row["kind"], ""),
            row["codes"],
            fen_to_yuan(row["amount_fen"]),
        )
    return table


def history_grid(paid: pl.DataFrame, titles: Mapping[str, str]) -> Grid:
    """What a payment history comes to, by subsidy and month."""
    rows = paid.group_by("measure", "month").agg(
        n=pl.len(), people=pl.col("id_number").n_unique(), fen=pl.col("amount_fen").sum()
    )
    grid = Grid("补贴发放台账", [*text("补贴"), *whole("月份"), *figures("笔数", "人数", "金额(元)")], total=True)
    for row in rows.sort("measure", "month").with_columns(m=text_expr(pl.col("month"))).iter_rows(named=True):
        title = titles.get(row["measure"], row["measure"])
        grid.add(title, row["m"], str(row["n"]), str(row["people"]), fen_to_yuan(row["fen"]))
    people = str(paid["id_number"].n_unique())
    grid.add("合计", "", str(paid.height), people, fen_to_yuan(int(paid["amount_fen"].sum())))
    return grid


def sums(lines: pl.DataFrame) -> str:
    """How many months and how much money the lines come to, corrections counted."""
    standing = lines.filter(pl.col("kind").is_in(APPROVED_KINDS))
    months = standing.group_by("person", "measure", "month").agg(pl.col("amount_fen").sum())
    paid = months.filter(pl.col("amount_fen") > 0)
    return f"{lines.height} 行，已发 {paid.height} 人月，{fen_to_yuan(int(months['amount_fen'].sum()))} 元"


def lines_json(lines: pl.DataFrame, *, unmask: bool) -> str:
    """Lines as JSON; accounts, phones and household heads are left out unless asked for."""
    rows = lines if unmask else _masked(lines).drop("account", "payee", "payee_id", "phone", "head_name", "head_id")
    money = [pl.col(c) for c in ("amount_fen", "due_fen", "standard_fen")]
    rows = rows.with_columns(
        text_expr(pl.col("month")).alias("month"),
        *(fen_to_yuan_expr(c).alias(c.meta.output_name().removesuffix("_fen")) for c in money),
    )
    return json.dumps(
        {"format": "fupin.ledger/1", "lines": rows.drop("amount_fen", "due_fen", "standard_fen").to_dicts()},
        ensure_ascii=False,
        indent=2,
    )

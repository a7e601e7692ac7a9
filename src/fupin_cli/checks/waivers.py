"""Approved exceptions (豁免清单, SPEC §6, 8.17): a waived finding stays in the report and no longer decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.checks.report import report
from fupin_cli.checks.rule import declared
from fupin_cli.findings import empty
from fupin_cli.plans import collected
from fupin_cli.policy.said import says_nothing

if TYPE_CHECKING:
    from fupin_cli.month.month import Month

TABLE = "waivers"
WVR001 = declared(
    "WVR001",
    "豁免没有文号、批准人或理由",
    "warning",
    compares="豁免清单的批准文号、批准人、理由",
    hint="补全后才有效",
    tables=(TABLE,),
    stage="waivers",
)
WVR002 = declared(
    "WVR002",
    "豁免不在有效期内",
    "warning",
    compares="生效月份、截止月份与本月",
    hint="需要继续的重新报批；不需要的删去",
    tables=(TABLE,),
    stage="waivers",
)
WVR003 = declared(
    "WVR003",
    "豁免写得不对",
    "warning",
    compares="规则代码、身份证号码、岗位编号",
    hint="写明可豁免的规则代码，和人或岗位；可豁免的规则见 fupin rules",
    tables=(TABLE,),
    stage="waivers",
)
WVR004 = declared(
    "WVR004",
    "豁免没有用上",
    "info",
    compares="豁免清单与本月发现的问题",
    hint="核对身份证号、岗位编号；不再需要的删去",
    tables=(TABLE,),
    stage="waivers",
)


def apply(ctx: Month, found: pl.DataFrame, waivable: list[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Mark waived findings, and judge the waivers themselves.

    `found` has code, person, post_id, waivable; `waivable` are the codes that can be waived. Returns it with `waived` (Boolean) and `waiver` (the document),
    and the WVR findings.
    """
    if not ctx.has(TABLE):
        return found.with_columns(waived=pl.lit(value=False), waiver=pl.lit(None, dtype=pl.String)), empty()
    rows = _judged(ctx, waivable)
    valid = rows.filter(pl.col("_state").is_null()).select(
        "_waiver", "rule_code", _who="id_number", _where="post_id", waiver="document"
    )
    numbered = found.with_row_index("_finding")
    candidates = numbered.filter(pl.col("waivable")).select("_finding", "code", "person", "post_id")
    hits = candidates.join(valid, left_on="code", right_on="rule_code").filter(
        (pl.col("_who").is_null() | (pl.col("_who") == pl.col("person")).fill_null(value=False))
        & (pl.col("_where").is_null() | (pl.col("_where") == pl.col("post_id")).fill_null(value=False))
    )
    documents = hits.group_by("_finding").agg(pl.col("waiver").sort().unique(maintain_order=True).str.join("、"))
    marked = numbered.join(documents, on="_finding", how="left", maintain_order="left").drop("_finding")
    marked = marked.with_columns(waived=pl.col("waiver").is_not_null())
    unused = rows.filter(pl.col("_state").is_null()).join(hits.select("_waiver").unique(), on="_waiver", how="anti")
    reported = pl.concat([rows.filter(pl.col("_state").is_not_null()), unused.with_columns(_state=pl.lit("WVR004"))])
    return marked, _told(reported)


def _judged(ctx: Month, waivable: list[str]) -> pl.DataFrame:
    """The waivers, numbered (`_waiver`), with the code of what is wrong with each (`_state`; null: it is valid)."""
    aimless = pl.col("id_number").is_null() & pl.col("post_id").is_null()
    wrong = ~pl.col("rule_code").is_in(waivable).fill_null(value=False) | aimless
    bare = pl.any_horizontal(says_nothing(name) for name in ("document", "approver", "reason"))
    inside = (pl.col("from_month") <= ctx.month) & (pl.col("to_month") >= ctx.month)
    rows = ctx.intake.tables[TABLE].with_row_index("_waiver").with_columns(pl.col("rule_code").str.to_uppercase())
    return rows.with_columns(
        _state=pl.when(wrong)
        .then(pl.lit("WVR003"))
        .when(bare)
        .then(pl.lit("WVR001"))
        .when(~inside.fill_null(value=False))
        .then(pl.lit("WVR002"))
    )


def _told(reported: pl.DataFrame) -> pl.DataFrame:
    """What is said of waivers that do not count or were not used, by their `_state`."""
    said = {
        "WVR001": "没有批准文号、批准人或理由，不算数",
        "WVR002": "本月不在豁免的有效期内，不算数",
        "WVR003": "没有写明人或岗位，或规则代码不存在、不可豁免，不算数",
        "WVR004": "本月没有用上这项豁免",
    }
    columns = {"WVR001": "document", "WVR002": "to_month", "WVR003": "rule_code", "WVR004": "rule_code"}
    state = pl.col("_state")
    words, column = (state.replace_strict(names, return_dtype=pl.String) for names in (said, columns))
    return collected(report(reported, TABLE, words, column, code=state), reported.height)

"""Payments of the history that cannot be counted: nothing may rest on them (SPEC 8.7; unknown is never "not paid")."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli import findings
from fupin_cli.checks.report import at_stake, place_expr, report
from fupin_cli.month.used_months import NOT_PAID, POSTS

if TYPE_CHECKING:
    from fupin_cli.month.month import Month

HISTORY, ROSTER = "payment_history", "assignments"
DECIDING = ("month", "amount_fen", "measure")
CODES = ("IN004", "IN005", "IN006")


def unread_payments(ctx: Month) -> pl.DataFrame:
    """Hold each line whose person has a row in the history with no readable month, amount or kind (IN004–006).

    The months used are not known then. Rows that came back, and rows of other subsidies, decide nothing here.
    """
    if not (ctx.has(HISTORY) and ctx.has(ROSTER)):
        return findings.empty()
    cells = ctx.intake.found.filter(
        (pl.col("table") == HISTORY) & pl.col("column").is_in(DECIDING) & pl.col("code").is_in(CODES)
    )
    if not cells.height:
        return findings.empty()
    rows = ctx.intake.tables[HISTORY].filter(
        pl.col("measure").fill_null(POSTS).eq(POSTS) & ~pl.col("status").fill_null("paid").is_in(NOT_PAID)
    )
    headers = {name: ctx.contracts[HISTORY].columns[name].header for name in DECIDING}
    unread = (
        cells.select("_src", "_row", "code", "column")
        .join(rows.with_columns(_place=place_expr()), on=["_src", "_row"])
        .sort("_src", "_row", "column")
        .group_by("id_number", unread="code", maintain_order=True)
        .agg(_place=pl.col("_place").first(), _what=pl.col("column").first().replace_strict(headers), _n=pl.len())
    )
    lines = ctx.judged.join(unread, on="id_number", maintain_order="left")
    more = pl.when(pl.col("_n") > 1).then(pl.format("等{}处", "_n")).otherwise(pl.lit(""))
    message = pl.concat_str(
        pl.lit("补贴发放台账 "), "_place", pl.lit(" 的"), "_what", pl.lit("读不出"), more, pl.lit("，数不清已发的月数")
    )
    found = report(
        lines,
        ROSTER,
        message,
        "id_number",
        code=pl.col("unread"),
        effect="hold",
        severity="error",
        hint="先改正补贴发放台账里的这一处，再重新计算",
        waivable=False,
        **at_stake(),
    )
    return findings.conform(found.collect())

"""Amounts of lines that were settled by hand (SPEC 9.5): the days or the sum of the 核定清单 in place of the tables'."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.month.roster import KEYS
from fupin_cli.policy.rounding import prorate_fen

if TYPE_CHECKING:
    from fupin_cli.month.month import Month

TABLE, ROSTER = "settlements", "assignments"
LINE_FACTS = {"standard_fen": pl.Int64, "divisor_x100": pl.Int64}

SETTLED = pl.Schema(
    {
        "id_number": pl.String(),
        "post_id": pl.String(),
        "settled_days_x100": pl.Int64(),
        "settled_fen": pl.Int64(),  # one of the two
        "settled_by": pl.String(),  # the document
    }
)


def with_settled(lines: pl.DataFrame, settled: pl.DataFrame) -> pl.DataFrame:
    """Put what was settled in place of what was computed.

    `lines` has `standard_fen`, `numerator_x100`, `divisor_x100`, `due_fen`; `settled`: `SETTLED`. By days, these are the
    numerator; by amount, the line has that amount, at most the standard, and no days. Adds the columns of `SETTLED`.
    """
    lines = lines.join(settled, on=KEYS, how="left", maintain_order="left")
    days, fen = pl.col("settled_days_x100"), pl.col("settled_fen")
    lines = lines.with_columns(
        numerator_x100=pl.when(fen.is_null()).then(pl.coalesce(days, "numerator_x100")),
        divisor_x100=pl.when(fen.is_null()).then("divisor_x100"),
    )
    by_days = prorate_fen(pl.col("standard_fen"), pl.col("numerator_x100"), pl.col("divisor_x100"))
    due = pl.when(fen.is_not_null()).then(pl.min_horizontal(fen, "standard_fen"))
    return lines.with_columns(due_fen=due.when(days.is_not_null()).then(by_days).otherwise("due_fen"))


def decision_spots(ctx: Month) -> pl.DataFrame:
    """Which line each of the month's settlement rows names: table, _src, _row, `KEYS`."""
    if not (ctx.has(TABLE) and ctx.has(ROSTER)):
        return pl.DataFrame(
            schema={"table": pl.String, "_src": pl.UInt32, "_row": pl.UInt32, **dict.fromkeys(KEYS, pl.String)}
        )
    rows = placed(ctx, ctx.intake.tables[TABLE].filter(pl.col("month") == ctx.month)).filter("_found")
    return rows.select(pl.lit(TABLE).alias("table"), "_src", "_row", *KEYS)


def placed(ctx: Month, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with the line that they name: by post, or the person's only line of the month (`_found`)."""
    lines = ctx.lines.filter(pl.col("id_number").is_not_null())
    only = lines.group_by("id_number").agg(_posts=pl.len(), _only=pl.col("post_id").first())
    rows = rows.join(only, on="id_number", how="left", maintain_order="left").with_columns(
        post_id=pl.coalesce("post_id", pl.when(pl.col("_posts") == 1).then("_only"))
    )
    facts = lines.select(*KEYS, *LINE_FACTS, _found=pl.lit(value=True))
    return rows.join(facts, on=KEYS, how="left", maintain_order="left", nulls_equal=True).with_columns(
        pl.col("_found").fill_null(value=False)
    )

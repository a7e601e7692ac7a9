"""Amounts of lines that were settled by hand (SPEC 9.5): the days or the sum of the 核定清单 in place of the tables'."""

from __future__ import annotations

import polars as pl

from fupin_cli.policy.rounding import prorate_fen

KEYS = ["id_number", "post_id"]
SETTLED = pl.Schema({
    "id_number": pl.String(), "post_id": pl.String(),
    "settled_days_x100": pl.Int64(), "settled_fen": pl.Int64(),  # one of the two
    "settled_by": pl.String(),  # the document
})  # fmt: skip


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

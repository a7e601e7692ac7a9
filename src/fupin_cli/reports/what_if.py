"""Two computations of the same inputs, line by line: what a changed setting would do (SPEC 15)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

SAME, CHANGED, NEWLY, NO_LONGER = "same", "amount_changed", "newly_paid", "no_longer_paid"
CHANGE_WORDS = {SAME: "不变", CHANGED: "金额变", NEWLY: "新发放", NO_LONGER: "不再发放"}
KEYS = ["measure", "month", "person_key", "post_id"]
FACTS = ["id_number", "name", "person_code", "county", "township", "village", "fund"]
FIGURES = ["status", "amount_fen", "codes"]
PAY = "pay"


def compare(old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """Set two computations beside each other; both have KEYS, FACTS and FIGURES, one row a claim line.

    Gives KEYS, FACTS, old_ and new_ status and amount_fen (fen; 0 where the line is not there), difference_fen, `change`,
    codes_gained, codes_lost.
    """
    none = pl.lit([], dtype=pl.List(pl.String))
    sides = [
        frame.select(*KEYS, *(pl.col(f).alias(f"{side}_{f}") for f in (*FIGURES, *FACTS)))
        for side, frame in (("old", old), ("new", new))
    ]
    both = sides[0].join(sides[1], on=KEYS, how="full", coalesce=True, nulls_equal=True, maintain_order="left_right")
    both = both.with_columns(
        *(pl.coalesce(f"new_{f}", f"old_{f}").alias(f) for f in FACTS),
        pl.col("old_amount_fen", "new_amount_fen").fill_null(0),
        pl.col("old_codes", "new_codes").fill_null(none),
    )
    paid = [(pl.col(f"{side}_status") == PAY).fill_null(value=False) for side in ("old", "new")]
    change = (
        pl.when(~paid[0] & paid[1])
        .then(pl.lit(NEWLY))
        .when(paid[0] & ~paid[1])
        .then(pl.lit(NO_LONGER))
        .when(pl.col("old_amount_fen") != pl.col("new_amount_fen"))
        .then(pl.lit(CHANGED))
        .otherwise(pl.lit(SAME))
    )
    return both.select(
        *KEYS,
        *FACTS,
        "old_status",
        "new_status",
        "old_amount_fen",
        "new_amount_fen",
        difference_fen=pl.col("new_amount_fen") - pl.col("old_amount_fen"),
        change=change,
        codes_gained=pl.col("new_codes").list.set_difference("old_codes").list.sort(),
        codes_lost=pl.col("old_codes").list.set_difference("new_codes").list.sort(),
    )


def sums(lines: pl.DataFrame, columns: Sequence[str] = ()) -> pl.DataFrame:
    """Old, new and difference in fen by some columns, with the number of lines that change; the differences tie."""
    figures = {
        "old_fen": pl.col("old_amount_fen").sum(),
        "new_fen": pl.col("new_amount_fen").sum(),
        "difference_fen": pl.col("difference_fen").sum(),
        "changed": (pl.col("change") != SAME).sum().cast(pl.Int64),
    }
    return lines.group_by(list(columns)).agg(**figures).sort(list(columns)) if columns else lines.select(**figures)

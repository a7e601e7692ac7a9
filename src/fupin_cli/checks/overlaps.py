"""Periods of one key that share a day: one sort, never a join of everything with everything."""

from __future__ import annotations

import polars as pl


def overlapping(rows: pl.LazyFrame, keys: list[str], start: str, end: str) -> pl.LazyFrame:
    """Rows whose period shares a day with another row of the same key; both ends are included.

    In order of start, a row meets an earlier one if it begins before the latest end so far, and a later one if that
    begins before its own end.
    """
    ordered = rows.filter(pl.col(start).is_not_null() & pl.col(end).is_not_null()).sort(
        *keys, start, end, "_src", "_row"
    )
    latest = pl.col(end).cum_max().shift(1).over(keys)
    following = pl.col(start).shift(-1).over(keys)
    meets = (pl.col(start) <= latest).fill_null(value=False) | (following <= pl.col(end)).fill_null(value=False)
    return ordered.filter(meets)

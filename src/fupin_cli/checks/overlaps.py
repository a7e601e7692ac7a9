"""Periods of one key that share a day: one sort, never a join of everything with everything."""

from __future__ import annotations

import polars as pl

from fupin_cli.plans import collected


def _crowded(rows: pl.LazyFrame, keys: list[str], start: str, end: str) -> pl.LazyFrame:
    """Rows of those keys of which two periods may share a day: in order of start, one begins before the one before it ends.

    Where none does, none of the key's periods meets another, however they lie. Rows without a bound are left out.
    """
    bounded = pl.col(start).is_not_null() & pl.col(end).is_not_null()
    periods = rows.select(*keys, start, end).filter(bounded)  # whole rows are only looked at where something meets
    several = periods.filter(pl.struct(keys).is_duplicated() if len(keys) > 1 else pl.col(keys[0]).is_duplicated())
    same = pl.all_horizontal(pl.col(key).eq_missing(pl.col(key).shift(1)) for key in keys)
    met = several.sort(*keys, start).filter(same & (pl.col(start) <= pl.col(end).shift(1)))
    crowded = collected(met.select(keys).unique())
    if not crowded.height:
        return rows.clear()
    # Few rows, of which several plans are made: found once.
    found = rows.filter(bounded).join(crowded.lazy(), on=keys, how="semi", nulls_equal=True)
    return collected(found).lazy()


def overlapping(rows: pl.LazyFrame, keys: list[str], start: str, end: str) -> pl.LazyFrame:
    """Rows whose period shares a day with another row of the same key; both ends are included.

    In order of start, a row meets an earlier one if it begins before the latest end so far, and a later one if that
    begins before its own end. Only keys in which something meets are looked at: in nearly all nothing does.
    """
    ordered = _crowded(rows, keys, start, end).sort(*keys, start, end, "_src", "_row")
    latest = pl.col(end).cum_max().shift(1).over(keys)
    following = pl.col(start).shift(-1).over(keys)
    meets = (pl.col(start) <= latest).fill_null(value=False) | (following <= pl.col(end)).fill_null(value=False)
    return ordered.filter(meets)


def overlapping_spans(rows: pl.LazyFrame, key: str, start: str, end: str) -> pl.LazyFrame:
    """Rows whose period shares a day with another's for sure, where a bound may be known to the month only.

    `_<start>_month`, `_<end>_month` mark such bounds: a start is then some day up to the month's last, an end some day
    from the month's first. What may be one after the other is no overlap (SPEC 9.12).
    """
    low = pl.when(f"_{end}_month").then(pl.col(end).dt.month_start()).otherwise(end)
    high = pl.when(f"_{start}_month").then(pl.col(start).dt.month_end()).otherwise(start)
    rows = _crowded(rows, [key], start, end).with_columns(_low=low, _high=high)
    # One bound written to the day settles the other inside its month.
    exact_end, exact_start = ~pl.col(f"_{end}_month"), ~pl.col(f"_{start}_month")
    rows = rows.with_columns(
        _from=pl.when(exact_end).then(pl.min_horizontal("_high", end)).otherwise("_high"),
        _to=pl.when(exact_start).then(pl.max_horizontal("_low", start)).otherwise("_low"),
    )
    within = pl.col("_from") > pl.col("_to")  # some days of one month, nobody knows which
    plain = rows.filter(~within)
    inside = rows.filter(within).sort(key, "_to", "_src", "_row")
    # A period inside a month meets only what covers the whole month, and that meets it.
    covers = plain.sort(key, "_from").with_columns(_end=pl.col("_to").cum_max().over(key))
    held = inside.sort("_to").join_asof(
        covers.select(key, _begin="_from", _end="_end").sort("_begin"),
        left_on="_to",
        right_on="_begin",
        by=key,
        check_sortedness=False,
    )
    held = held.filter(pl.col("_end") >= pl.col("_from"))
    holds = plain.sort("_from").join_asof(
        inside.select(key, _month_from="_to", _month_to="_from").sort("_month_from"),
        left_on="_from",
        right_on="_month_from",
        by=key,
        strategy="forward",
        check_sortedness=False,
    )
    holds = holds.filter(pl.col("_month_to") <= pl.col("_to"))
    columns = ["_src", "_row"]
    found = pl.concat(
        [
            overlapping(plain, [key], "_from", "_to").select(columns),
            held.select(columns),
            holds.select(columns),
        ]
    ).unique()
    return rows.join(found, on=columns, how="semi")

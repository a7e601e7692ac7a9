"""Months as integers (year × 12 + month − 1), so that a month can be compared, added to and stored in one column.

Written `2024-05` everywhere a person sees it.
"""

from __future__ import annotations

import calendar
import re
from datetime import date

import polars as pl

from fupin_cli.errors import UsageError

MONTH_PATTERN = re.compile(r"(\d{4})-(\d{2})\Z")
YEARS = range(1900, 2100)
MONTHS_PER_YEAR = 12


def parse_month(text: str) -> int:
    """Turn `2024-05` into its month index.

    Raises:
        UsageError: the text is not a month.
    """
    match = MONTH_PATTERN.match(text)
    if not match or int(match[1]) not in YEARS or not 1 <= int(match[2]) <= MONTHS_PER_YEAR:
        raise UsageError(f"月份写法不对：{text!r}", "月份写成 年-月，例如 --month 2024-05")
    return int(match[1]) * MONTHS_PER_YEAR + int(match[2]) - 1


def month_index(day: date) -> int:
    """Give the index of the month in which the day lies."""
    return day.year * MONTHS_PER_YEAR + day.month - 1


def month_text(month: int) -> str:
    """Write a month index as `2024-05`."""
    return f"{month // MONTHS_PER_YEAR:04d}-{month % MONTHS_PER_YEAR + 1:02d}"


def first_day(month: int) -> date:
    """Give the first day of the month."""
    return date(month // MONTHS_PER_YEAR, month % MONTHS_PER_YEAR + 1, 1)


def last_day(month: int) -> date:
    """Give the last day of the month."""
    first = first_day(month)
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


def index_expr(day: pl.Expr) -> pl.Expr:
    """Month index of a Date column."""
    return day.dt.year().cast(pl.Int32) * MONTHS_PER_YEAR + day.dt.month().cast(pl.Int32) - 1


def text_expr(month: pl.Expr) -> pl.Expr:
    """`2024-05` of a month-index column."""
    year = (month // MONTHS_PER_YEAR).cast(pl.String).str.zfill(4)
    return year + "-" + (month % MONTHS_PER_YEAR + 1).cast(pl.String).str.zfill(2)


def day_mask(start: pl.Expr, end: pl.Expr, month: int) -> pl.Expr:
    """Set one bit for each day of the month inside [start, end], both included; bit 0 is the 1st.

    Unions of periods are then bitwise ORs and their lengths are bit counts. A null bound is open.
    """
    first, last = first_day(month), last_day(month)
    low = pl.max_horizontal(start.fill_null(first), pl.lit(first)).dt.day().cast(pl.Int64)
    high = pl.min_horizontal(end.fill_null(last), pl.lit(last)).dt.day().cast(pl.Int64)
    inside = (start.fill_null(first) <= last) & (end.fill_null(last) >= first) & (low <= high)
    two = pl.lit(2, dtype=pl.Int64)
    return pl.when(inside).then(two.pow(high) - two.pow(low - 1)).otherwise(pl.lit(0, dtype=pl.Int64))

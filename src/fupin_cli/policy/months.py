"""Months as integers (year × 12 + month − 1), so that a month can be compared, added to and stored in one column.

Read as people write them (SPEC 9.1); written `2024-05` in files and JSON, `2024年5月` in headings.
"""

from __future__ import annotations

import calendar
import re
from datetime import date

import polars as pl

from fupin_cli.errors import UsageError
from fupin_cli.policy.letters import tight

MONTH_PATTERN = re.compile(r"(\d{4})-(\d{2})\Z")  # as this program writes it
WRITTEN = re.compile(r"(\d{4})(?:[-./](\d{1,2})|年(\d{1,2})月份?|(\d{2}))\Z", re.ASCII)
# What a person would take for a month, whole or as the beginning of a name: no such folder serves every month.
LIKE_A_MONTH = re.compile(
    r"(?:19|20)\d\d(?:[-_./年]?\d{1,2})(?:\D|\d\d\Z|\Z)"  # 2024-13, 2024年5, 202405花名册, 20240501
    r"|\d{2}[-_./]\d{1,2}\Z|\d{2}年\d{1,2}"  # 24-05, 24年5月
    r"|\d{1,2}[-_./](?:19|20)\d\d\Z"  # 05-2024
    r"|(?:\d{1,2}|[正一二三四五六七八九十冬腊]{1,2})月"  # 5月, 五月份
    r"|[〇零○一二三四五六七八九]{2,4}年[一二三四五六七八九十]{1,2}月",  # 二〇二四年五月
    re.ASCII,
)
IN_A_YEAR = re.compile(r"(?:(\d{1,2})|([一二三四五六七八九]|十[一二]?))月份?\Z", re.ASCII)  # 5月, 十一月份
NUMERALS = "一二三四五六七八九十"
YEARS = range(1900, 2100)
MONTHS_PER_YEAR = 12


def read_month(text: str) -> int | None:
    """Read a month as people write it: `2024-05`, `2024.5`, `2024/5`, `202405`, `2024年5月`, `2024年5月份`, full-width digits too."""
    match = WRITTEN.match(tight(text))
    if not match:
        return None
    year, month = int(match[1]), int(match[2] or match[3] or match[4])
    return year * MONTHS_PER_YEAR + month - 1 if year in YEARS and 1 <= month <= MONTHS_PER_YEAR else None


def month_by(text: str, month: int) -> int | None:
    """Read a month that stands beside another: with a year as `read_month`; `4月` and `十二月` are the latest up to that other."""
    match = IN_A_YEAR.match(tight(text))
    if not match:
        return read_month(text)
    number = int(match[1]) if match[1] else sum(NUMERALS.index(sign) + 1 for sign in match[2])
    return month - (month + 1 - number) % MONTHS_PER_YEAR if 1 <= number <= MONTHS_PER_YEAR else None


def looks_like_month(text: str, *, whole: bool = False) -> bool:
    """Whether a name that is no month (`read_month`) would be taken for one: `2024-13`, `24年5月`, `5月`, `五月份`.

    `whole`: only where nothing else stands in the name (`5月报送` begins with a month).
    """
    match = LIKE_A_MONTH.match(tight(text))
    rest = match.string[match.end() :] if match else ""
    return read_month(text) is None and bool(match) and not (whole and rest not in ("", "份", "月", "月份"))


def parse_month(text: str) -> int:
    """Turn `2024-05`, or what else people write for it (`read_month`), into its month index.

    Raises:
        UsageError: the text is not a month.
    """
    month = read_month(text)
    if month is None:
        raise UsageError(f"月份写法不对：{text!r}", "月份写成 年-月，例如 2024-05（2024.5、202405、2024年5月 也可以）")
    return month


def month_index(day: date) -> int:
    """Give the index of the month in which the day lies."""
    return day.year * MONTHS_PER_YEAR + day.month - 1


def month_text(month: int) -> str:
    """Write a month index as `2024-05`."""
    return f"{month // MONTHS_PER_YEAR:04d}-{month % MONTHS_PER_YEAR + 1:02d}"


def month_words(month: int) -> str:
    """Write a month index as `2024年5月`, for headings."""
    return f"{month // MONTHS_PER_YEAR}年{month % MONTHS_PER_YEAR + 1}月"


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

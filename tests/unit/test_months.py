"""Months and masks of days."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fupin_cli.errors import UsageError
from fupin_cli.policy import months

DAYS = st.dates(date(2023, 1, 1), date(2025, 12, 31))


@pytest.mark.parametrize(
    "text",
    ["2024-13", "2024-00", "24-05", "24年5月", "5月", "20245", "", "2024-05-01", "0024-05", "2024_05", "٢٠٢٤-٠٥"],
)
def test_what_is_no_month_is_refused(text: str) -> None:
    """9.1: what only looks like a month is none."""
    with pytest.raises(UsageError):
        months.parse_month(text)


SPELLINGS = [
    "2024-05",
    "2024-5",
    "2024.5",
    "2024.05",
    "2024/5",
    "2024/05",
    "202405",
    "2024年5月",
    "2024年05月",
    "2024年5月份",
    "2024年05月份",
    "2024 年 5 月",
    "２０２４－０５",
    "２０２４．５",
    "２０２４年５月",
    " 2024-05\u3000",
]


@pytest.mark.parametrize("text", SPELLINGS)
def test_a_month_is_read_as_people_write_it(text: str) -> None:
    """9.1: one month, however it is written."""
    assert months.month_text(months.parse_month(text)) == "2024-05"
    assert months.month_words(months.parse_month(text)) == "2024年5月"
    assert not months.looks_like_month(text)


@pytest.mark.parametrize(
    "name",
    [
        "2024-13",
        "202413",
        "24年5月",
        "5月",
        "五月",
        "05月份",
        "24-05",
        "24.5",
        "05-2024",
        "2024_05",
        "2024年5",
        "2024-05 补报",
        "2024年5月（2）",
        "202405花名册",
        "20240501",
        "二〇二四年五月",
        "２４年５月",
    ],
)
def test_a_name_that_only_looks_like_a_month_is_seen(name: str) -> None:
    """9.1: no folder of such a name serves every month."""
    assert months.looks_like_month(name)


@pytest.mark.parametrize(
    "name", ["清单", "东川镇", "2024", "2024年", "211390", "月报", "第5批", "2024001号文", "2023-2024年度", "12345678"]
)
def test_other_names_are_no_months(name: str) -> None:
    """9.1: other folders go on serving like the one they lie in."""
    assert months.read_month(name) is None
    assert not months.looks_like_month(name)


@given(DAYS)
def test_a_month_is_written_as_it_is_read(day: date) -> None:
    index = months.month_index(day)
    assert months.parse_month(months.month_text(index)) == index
    assert months.first_day(index) <= day <= months.last_day(index)
    frame = pl.DataFrame({"d": [day]}).select(i=months.index_expr(pl.col("d")))
    assert frame["i"][0] == index
    assert frame.select(months.text_expr(pl.col("i"))).item() == f"{day:%Y-%m}"


@given(DAYS, DAYS, DAYS)
def test_a_mask_has_one_bit_for_each_day_inside(start: date, end: date, within: date) -> None:
    month = months.month_index(within)
    mask = pl.DataFrame({"s": [start], "e": [end]}).select(months.day_mask(pl.col("s"), pl.col("e"), month)).item()
    first = months.first_day(month)
    inside = {n for n in range(months.last_day(month).day) if start <= first + timedelta(days=n) <= end}
    assert {n for n in range(40) if mask >> n & 1} == inside


def test_an_open_bound_reaches_the_months_ends() -> None:
    frame = pl.DataFrame({"s": [None], "e": [None]}, schema={"s": pl.Date, "e": pl.Date})
    assert frame.select(months.day_mask(pl.col("s"), pl.col("e"), months.parse_month("2024-02"))).item() == 2**29 - 1


def add_months(day: date, count: int) -> date:
    """Add months to a day; where the month is shorter, its last day (SPEC 2.3)."""
    target = months.month_index(day) + count
    return min(months.first_day(target) + timedelta(days=day.day - 1), months.last_day(target))


@pytest.mark.parametrize(
    ("start", "latest"), [("2024-01-31", "2024-07-30"), ("2023-08-31", "2024-02-28"), ("2024-03-01", "2024-08-31")]
)
def test_six_months_of_contract_end_the_day_before(start: str, latest: str) -> None:
    assert add_months(date.fromisoformat(start), 6) - timedelta(days=1) == date.fromisoformat(latest)
    frame = pl.DataFrame({"s": [date.fromisoformat(start)]})
    assert frame.select(pl.col("s").dt.offset_by("6mo").dt.offset_by("-1d")).item() == date.fromisoformat(latest)

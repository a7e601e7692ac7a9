"""Pension dates by the public table of the gradual delay."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fupin_cli.policy import months
from fupin_cli.policy.pension import SCHEMES, pension_date_expr

NOW, BEFORE = date(2025, 1, 1), date(2024, 12, 31)


def pension(birth: date, scheme: str, law: date) -> date:
    frame = pl.DataFrame({"b": [birth], "s": [scheme]})
    day: date = frame.select(pension_date_expr(pl.col("b"), pl.col("s"), law)).item()
    return day


@pytest.mark.parametrize(
    ("scheme", "born", "month"),
    [
        ("职工男", (1965, 1), "2025-02"),
        ("职工男", (1965, 5), "2025-07"),
        ("职工男", (1976, 9), "2039-09"),
        ("职工女干部", (1970, 1), "2025-02"),
        ("职工女干部", (1981, 9), "2039-09"),
        ("职工女工人", (1975, 1), "2025-02"),
        ("职工女工人", (1984, 11), "2039-11"),
        ("职工男", (1964, 12), "2024-12"),
        ("城乡居民", (1970, 6), "2030-06"),
    ],
)
def test_the_public_rows(scheme: str, born: tuple[int, int], month: str) -> None:
    assert months.month_text(months.month_index(pension(date(*born, 15), scheme, NOW))) == month


@given(st.dates(date(1955, 1, 1), date(1990, 12, 31)), st.sampled_from(sorted(SCHEMES)))
def test_columns_agree_with_the_rule_by_month(birth: date, scheme: str) -> None:
    rule = SCHEMES[scheme]
    wanted = months.month_index(birth) + rule.base_years * 12 + rule.delay_months(months.month_index(birth))
    found = pension(birth, scheme, NOW)
    assert months.month_index(found) == wanted
    assert found.day == min(birth.day, months.last_day(wanted).day)


@given(st.dates(date(1955, 1, 1), date(1990, 12, 31)), st.sampled_from(sorted(SCHEMES)))
def test_before_2025_nothing_is_delayed(birth: date, scheme: str) -> None:
    wanted = months.month_index(birth) + SCHEMES[scheme].base_years * 12
    assert months.month_index(pension(birth, scheme, BEFORE)) == wanted


def test_an_unknown_scheme_has_no_date() -> None:
    frame = pl.DataFrame({"b": [date(1970, 1, 1)], "s": [None]}, schema={"b": pl.Date, "s": pl.String})
    assert frame.select(pension_date_expr(pl.col("b"), pl.col("s"), NOW)).item() is None

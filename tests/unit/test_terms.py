"""雨露计划: once a person and term, however the term is written (8.24)."""

from __future__ import annotations

import polars as pl
import pytest

from fupin_cli.measures.rain_dew import term_key

SPRING = (
    "2024春",
    "2024年春季学期",
    "２０２４年 春季",
    "2024年上半年",
    "2023-2024学年第二学期",
    "2023—2024学年 第2学期",
    "2023~2024学年度下学期",
    "2023至2024学年（第二学期）",
    "2023-24-2",
    "2023/2024学年春季学期",
)
OTHERS = ("2024秋", "2023-2024学年第一学期", "2023-2025学年第二学期", "2024年", "第二学期", "2024-2025学年第二学期")


def key(text: str) -> str | None:
    found: str | None = pl.select(term_key(pl.lit(text))).item()
    return found


@pytest.mark.parametrize("text", SPRING)
def test_one_term_however_it_is_written(text: str) -> None:
    assert key(text) == key("2024春") == "2023-2"


@pytest.mark.parametrize("text", OTHERS)
def test_another_term_or_none_is_not_that_one(text: str) -> None:
    assert key(text) not in (None, "2023-2")


def test_autumn_begins_the_school_year() -> None:
    assert key("2024年秋季学期") == key("2024-2025学年第一学期") == key("2024年下半年") == "2024-1"

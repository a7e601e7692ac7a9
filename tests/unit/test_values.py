"""Cell text → typed values, in all the ways files write them."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fupin_cli.intake.contracts import ColumnSpec, load_contracts
from fupin_cli.intake.values import BLANKS, clean, convert, half_width, suggestion
from fupin_cli.policy.months import parse_month

CONTRACTS = load_contracts()
COMMON = CONTRACTS["registry"].common


def typed(kind: str, *texts: str | None, **spec: Any) -> tuple[list[Any], list[bool]]:
    """Values, and which cells failed."""
    cells = clean(pl.DataFrame({"x": texts}, schema={"x": pl.String}))
    result = convert(cells, [ColumnSpec("x", "x", kind, **spec)], COMMON)["x"]
    return result.series.to_list(), result.bad.to_list() if result.bad is not None else [False] * len(texts)


@pytest.mark.parametrize(
    "text",
    [
        "20230401",
        "2023-04-01",
        "2023/4/1",
        "2023.4.1",
        "2023年4月1日",
        "45017",
        "2023-04-01 00:00:00",
        "２０２３年４月１日",
        "2023年04月",
        "202304",
        "2023-4",
        "　2023/04/01 ",
        '="20230401"',
        "'20230401",
        "2023-04-01T08:30:00",
    ],
)
def test_every_way_to_write_a_date(text: str) -> None:
    assert typed("date", text) == ([date(2023, 4, 1)], [False])


@pytest.mark.parametrize(
    "text", ["2019-02-29", "2023-13-01", "2023-04-31", "昨天", "20230431", "1899-01-01", "12", "2023-04-01-02"]
)
def test_an_impossible_date_fails_and_is_null(text: str) -> None:
    assert typed("date", text) == ([None], [True])


def test_an_end_without_a_day_is_the_months_last_day() -> None:
    values, _ = typed("date", "2024年2月", "202402", "2024-02-01", "至今", partial="end")
    assert values == [date(2024, 2, 29), date(2024, 2, 29), date(2024, 2, 1), None]


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_dates_come_back_from_every_format(day: date) -> None:
    texts = [
        f"{day:%Y%m%d}",
        f"{day:%Y-%m-%d}",
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
    ]
    assert typed("date", *texts) == ([day] * 4, [False] * 4)


def test_months_in_all_writings() -> None:
    values, bad = typed(
        "month", "2024-05", "2024年5月份", "202405", "2024/5/1", "2024-05-01 00:00:00", "2024.13", "五月", "5月份"
    )
    assert values == [parse_month("2024-05")] * 5 + [None] * 3
    assert bad == [False] * 5 + [True] * 3


def test_amounts_are_fen_and_never_rounded() -> None:
    values, bad = typed("money", "1,234.50", "￥500", "500元", "５００", "12.100", "0", "0.125", "-3", "1e5", "五百")
    assert values == [123450, 50000, 50000, 50000, 1210, 0, None, None, None, None]
    assert bad == [False] * 6 + [True] * 4


@given(st.integers(0, 10**12))
def test_any_amount_comes_back_to_the_fen(fen: int) -> None:
    text = f"{fen // 100}.{fen % 100:02d}"
    assert typed("money", text, f"{fen // 100:,}.{fen % 100:02d}元") == ([fen, fen], [False, False])


def test_days_counts_and_rates() -> None:
    assert typed("days", "22", "10.5天", "0.125") == ([2200, 1050, None], [False, False, True])
    assert typed("count", "3.0", "6个月", "2.5") == ([3, 6, None], [False, False, True])
    assert typed("rate", "4.35", "4.35%") == ([43500, 43500], [False, False])


def test_numbers_of_people_lose_every_blank_and_full_width_digit() -> None:
    values, _ = typed(
        "id", "'211390198001011234", " 2113 9019 8001 01123x", "２１１３９０", '="123"', "\u200b211\u00a0390"
    )
    assert values == ["211390198001011234", "21139019800101123X", "211390", "123", "211390"]


def test_names_lose_blanks_and_dots_become_one_kind() -> None:
    assert typed("name", "张 三", "阿里木•买买提", "阿里木．买买提", "李四")[0] == [
        "张三",
        "阿里木·买买提",
        "阿里木·买买提",
        "李四",
    ]


def test_signs_that_take_no_room_make_no_other_value() -> None:
    """A township with an unseen sign in its name was a second township, alike to the eye."""
    assert typed("text", "西\u200b河乡", "西河\u00ad乡", "\u202a西河乡\u202c", "西河乡\ufeff", "\u200e")[0] == [
        "西河乡"
    ] * 4 + [None]


def test_yes_no_and_benefits() -> None:
    assert typed("yes_no", "是", "否", "1", "N", " 享受", "也许", None) == (
        [True, False, True, False, True, None, None],
        [False] * 5 + [True, False],
    )
    assert typed("benefit", "农村低保", "否", None, "0", "未享受")[0] == [True, False, False, False, False]


def test_synonyms_and_lists() -> None:
    labour = CONTRACTS["registry"].columns["labour_ability"]
    assert typed("choice", "弱（半）劳动力", "半劳力", " 普通劳动力", synonyms=labour.synonyms)[0] == [
        "弱劳动力或半劳动力",
        "弱劳动力或半劳动力",
        "普通劳动力",
    ]
    assert typed("choices", "残疾，长期慢性病", "健康")[0] == ["残疾,长期慢性病", "健康"]


def test_bank_words_are_normalised_and_unknown_ones_never_count_as_paid() -> None:
    assert typed("pay_status", "交易成功", "0000", "退回", "已追回", "处理中", None) == (
        ["paid", "paid", "failed", "recovered", "unknown", None],
        [False, False, False, False, True, False],
    )


def test_lone_dashes_are_empty_cells() -> None:
    assert typed("text", "-", "——", "/", "a-b", "")[0] == [None, None, None, "a-b", None]


def test_an_unknown_word_gets_the_nearest_listed_one() -> None:
    assert "初中" in suggestion("初种", ["小学", "初中", "高中"])


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn", "Co"]), max_size=12))
def test_plain_form_is_unicodes_own(text: str) -> None:
    """15: full-width signs become half-width as Unicode says (NFKC), whatever else stands in the cell."""
    plain = pl.select(half_width(pl.lit(text))).item()
    assert plain == "".join(c for c in unicodedata.normalize("NFKC", text) if not re.match(rf"[{BLANKS}]", c))


def test_a_large_table_is_typed_like_a_small_one() -> None:
    """15: of many rows the distinct words are typed; each cell comes to the same, empty ones and wrong ones too."""
    spec = CONTRACTS["payment_history"]
    texts = [
        "2024-05",
        "202405",
        "五月",
        None,
        "605.00",
        "６０５",
        "1.005",
        "失败",
        "处理中",
        "岗位补贴",
        "某项公益补贴",
        "是",
    ]
    few = clean(pl.DataFrame(dict.fromkeys(spec.columns, texts), schema=dict.fromkeys(spec.columns, pl.String)))
    small = convert(few, list(spec.columns.values()), spec.common)
    many = convert(pl.concat([few] * 200), list(spec.columns.values()), spec.common)
    for name, one in small.items():
        for part in ("series", "bad", "month_only"):
            alone, among = getattr(one, part), getattr(many[name], part)
            assert (alone is None) == (among is None), (name, part)
            if alone is not None:
                assert among.to_list() == alone.to_list() * 200, (name, part)

"""Money: exact, half up, once."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fupin_cli.policy.rounding import fen_to_yuan, monthly_standard_fen, prorate_fen, yuan_to_fen

CENT = Decimal("0.01")


@given(standard=st.integers(0, 10**7), worked=st.integers(0, 3100), required=st.integers(1, 3100))
def test_proration_equals_decimal_arithmetic_half_up(standard: int, worked: int, required: int) -> None:
    share = min(Decimal(1), Decimal(worked) / Decimal(required)) if worked >= required else None
    exact = Decimal(standard) if share else Decimal(standard) * worked / Decimal(required)
    by_decimal = int(exact.quantize(Decimal(1), ROUND_HALF_UP)) if share else None
    half_up = (2 * standard * min(worked, required) + required) // (2 * required)
    assert prorate_fen(standard, worked, required) == half_up
    if by_decimal is not None:
        assert half_up == by_decimal
    assert 0 <= half_up <= standard


@given(st.lists(st.tuples(st.integers(0, 10**7), st.integers(0, 3100), st.integers(1, 3100)), min_size=1, max_size=20))
def test_columns_round_like_single_numbers(rows: list[tuple[int, int, int]]) -> None:
    frame = pl.DataFrame(rows, schema={"s": pl.Int64, "n": pl.Int64, "d": pl.Int64}, orient="row")
    computed = frame.select(prorate_fen(pl.col("s"), pl.col("n"), pl.col("d"))).to_series().to_list()
    assert computed == [prorate_fen(*row) for row in rows]


def test_an_unknown_numerator_or_divisor_gives_no_amount() -> None:
    frame = pl.DataFrame({"n": [None, 1100], "d": [2200, None]}, schema={"n": pl.Int64, "d": pl.Int64})
    assert frame.select(prorate_fen(pl.lit(73205), pl.col("n"), pl.col("d"))).to_series().to_list() == [None, None]


@pytest.mark.parametrize(
    ("line", "monthly"),
    [("6600.00", "550.00"), ("7260.00", "605.00"), ("7986.00", "665.50"), ("8784.60", "732.05"), ("9663.06", "805.26")],
)
def test_the_years_lines_give_the_published_monthly_standards(line: str, monthly: str) -> None:
    assert fen_to_yuan(monthly_standard_fen(yuan_to_fen(line))) == monthly


@pytest.mark.parametrize(
    ("standard", "worked", "required", "amount"),
    [
        ("805.26", 22, 22, "805.26"),
        ("805.26", 11, 22, "402.63"),
        ("805.26", 10, 30, "268.42"),
        ("805.26", 31, 30, "805.26"),
        ("805.26", 5, 20, "201.32"),
        ("732.05", 3, 30, "73.21"),
        ("665.50", 3, 20, "99.83"),
        ("550.00", 10.5, 24, "240.63"),
        ("805.26", 17, 21.75, "629.40"),
        ("805.26", 14, 28, "402.63"),
        ("805.26", 10, 31, "259.76"),
        ("665.50", 7, 22, "211.75"),
        ("732.05", 1, 30, "24.40"),
        ("732.05", 13, 30, "317.22"),
        ("605.00", 29, 30, "584.83"),
    ],
)
def test_the_worked_examples_of_the_rules(standard: str, worked: float, required: float, amount: str) -> None:
    fen = prorate_fen(yuan_to_fen(standard), round(worked * 100), round(required * 100))
    assert fen_to_yuan(fen) == amount


@given(st.integers(-(10**12), 10**12))
def test_fen_are_written_with_two_decimals(fen: int) -> None:
    assert Decimal(fen_to_yuan(fen)) == Decimal(fen) * CENT


@pytest.mark.parametrize("text", ["1.234", "-1", "abc", "NaN", "Infinity", "1e400", ""])
def test_an_amount_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="不是"):
        yuan_to_fen(text)

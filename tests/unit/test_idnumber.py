"""Resident identity numbers: python-stdnum is the oracle."""

from __future__ import annotations

from datetime import date

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from fupin_cli.checks.accounts import luhn_expr
from fupin_cli.checks.places import areas
from fupin_cli.month.numbered import born, is_male, numbered
from fupin_cli.policy.idnumber import (
    MALE,
    SHAPE,
    age_expr,
    birth_expr,
    check_digit,
    check_fits,
    is_valid_expr,
    sex_expr,
)

BODIES = st.from_regex(r"[1-9][0-9]{16}", fullmatch=True)


@given(BODIES)
def test_the_check_digit_is_that_of_python_stdnum(body: str) -> None:
    assert check_digit(body) == ric.calc_check_digit(body + "0")


@given(BODIES, st.sampled_from("0123456789X"))
def test_only_the_right_last_character_is_valid(body: str, last: str) -> None:
    number = pl.DataFrame({"n": [body + last]})
    assert number.select(is_valid_expr(pl.col("n"))).item() == (last == check_digit(body))


def test_letters_and_wrong_lengths_are_not_valid() -> None:
    frame = pl.DataFrame({"n": ["21139019800101001", "2113901980010100ab", "", "x" * 18, None]})
    assert frame.select(is_valid_expr(pl.col("n"))).to_series().to_list() == [False, False, False, False, False]


@given(st.dates(date(1900, 1, 1), date(2024, 12, 31)), st.integers(0, 999))
def test_birth_date_and_sex_are_read_from_the_number(birth: date, sequence: int) -> None:
    body = f"211390{birth:%Y%m%d}{sequence:03d}"
    frame = pl.DataFrame({"n": [body + check_digit(body)]})
    assert frame.select(birth_expr(pl.col("n"))).item() == birth
    assert frame.select(sex_expr(pl.col("n"))).item() == ("男" if sequence % 2 else "女")


@given(st.dates(date(1920, 1, 1), date(2010, 1, 1)), st.dates(date(2021, 1, 1), date(2025, 12, 31)))
def test_age_changes_on_the_birthday(birth: date, on: date) -> None:
    age = pl.DataFrame({"b": [birth]}).select(age_expr(pl.col("b"), on)).item()
    assert age == on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def test_someone_born_on_a_leap_day_has_the_birthday_on_the_first_of_march() -> None:
    frame = pl.DataFrame({"b": [date(2008, 2, 29)]})
    assert frame.select(age_expr(pl.col("b"), date(2024, 2, 28))).item() == 15
    assert frame.select(age_expr(pl.col("b"), date(2023, 2, 28))).item() == 14
    assert frame.select(age_expr(pl.col("b"), date(2023, 3, 1))).item() == 15


@given(st.integers(10**15, 10**16 - 1) | st.integers(10**18, 10**19 - 1))
def test_luhn_equals_a_digit_by_digit_sum(number: int) -> None:
    total = 0
    for n, character in enumerate(reversed(str(number))):
        digit = int(character) * (1 + n % 2)
        total += digit - 9 if digit > 9 else digit
    assert pl.DataFrame({"n": [str(number)]}).select(luhn_expr(pl.col("n"))).item() == (total % 10 == 0)


def test_the_area_list_knows_the_city_and_not_the_made_up_code() -> None:
    assert "211302" in areas().codes
    assert "211390" not in areas().codes


@given(
    st.lists(
        st.one_of(st.from_regex(r"\A[0-9+\- ]?[0-9]{14,17}[0-9Xx ]?\Z"), st.text("0129X+-x_ ０", max_size=20)),
        max_size=8,
    )
)
def test_a_number_for_each_id_number(texts: list[str]) -> None:
    """15: unlike ID numbers have unlike numbers, the same in all columns, and these say what the texts say."""
    people = pl.Series("n", [*texts, *texts[:2], None], dtype=pl.String)
    keys = numbered({"a": people, "b": people.reverse()})
    assert keys["a"].to_list() == keys["b"].reverse().to_list()
    assert len(set(zip(people, keys["a"], strict=True))) == len(set(people)) == len(set(keys["a"]))
    frame = (
        pl.DataFrame([people, keys["a"].alias("k")]).with_columns(shaped=pl.col("n").str.contains(SHAPE)).drop_nulls()
    )
    assert (frame["shaped"] == (frame["k"] >= 0)).all()
    plain = frame.filter(pl.col("k") >= 0)
    told = plain.select(
        fits=check_fits(pl.col("k")), born=born(pl.col("k")).cast(pl.String).str.zfill(8), male=is_male(pl.col("k"))
    )
    assert told["fits"].equals(plain.select(fits=is_valid_expr(pl.col("n"))).to_series())
    assert told["born"].equals(plain.select(born=pl.col("n").str.slice(6, 8)).to_series())
    assert told["male"].equals(plain.select(male=sex_expr(pl.col("n")) == MALE).to_series())

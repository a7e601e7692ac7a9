"""Resident identity numbers (GB 11643) as Polars expressions: check digit, birth date, sex, area, age.

An 18-character number is area (6) · birth date (8) · sequence (3, odd = male) · check digit.
"""

from __future__ import annotations

from datetime import date
from functools import cache

import polars as pl

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"
LENGTH = 18
SHAPE = r"^[0-9]{17}[0-9X]$"
OLD_LENGTH, OLD_SHAPE = 15, r"^[0-9]{15}$"
CHECKS = 11  # values of the check character
PARTS = ((0, 5), (5, 4), (9, 4), (13, 4))  # where each part of the 17 digits begins, and how many it has
MALE, FEMALE = "男", "女"


def check_digit(body: str) -> str:
    """Give the 18th character for the first 17 digits (GB 11643)."""
    return CHECK_DIGITS[sum(int(d) * w for d, w in zip(body, WEIGHTS, strict=True)) % 11]


def _sums(first: int, count: int) -> pl.Series:
    """For each number of so many digits: its digits by their weights (the first stands at `first`), modulo 11."""
    digits = pl.int_range(10**count, dtype=pl.Int32, eager=True).to_frame("n")
    weighed = (pl.col("n") // 10 ** (count - 1 - n) % 10 * WEIGHTS[first + n] for n in range(count))
    return digits.select((pl.sum_horizontal(weighed) % 11).cast(pl.UInt8)).to_series()


@cache
def _tables() -> tuple[pl.Series, ...]:
    """The sums of the digits of each of `PARTS`."""
    return tuple(_sums(first, count) for first, count in PARTS)


def check_value(body: pl.Expr) -> pl.Expr:
    """The value that the check character of 17 digits, given as a number, must have (X: 10)."""
    parts = (body // 10**12, body // 10**8 % 10**4, body // 10**4 % 10**4, body % 10**4)
    return _looked_up([part.cast(pl.UInt32) for part in parts])


def _looked_up(parts: list[pl.Expr]) -> pl.Expr:
    """The value that the check character must have, by the digits of `PARTS`: looked up by fours, not one by one."""
    sums = (pl.lit(table).gather(part) for table, part in zip(_tables(), parts, strict=True))
    total = sum((found.cast(pl.Int64) for found in sums), start=pl.lit(0))
    return (12 - total % 11) % 11


def plain_keys(numbers: pl.Series) -> pl.Series:
    """Of 17 digits and a check character one number, unlike for unlike ones: digits × 11 + check; null for every other text."""
    number, body, last, check = pl.col(numbers.name), pl.col("_body"), pl.col("_last"), pl.col("_check")
    value = pl.when(last == "X").then(pl.lit(10, dtype=pl.Int64)).otherwise(last.cast(pl.Int64, strict=False))
    # A sign is read as part of a number too: 17 characters with one never come to so much.
    digits = (body >= 10 ** (LENGTH - 2)) | ((body >= 0) & number.str.starts_with("0"))
    sound = (number.str.len_bytes() == LENGTH) & digits & check.is_between(0, 10)
    parts = {
        "_body": number.str.slice(0, LENGTH - 1).cast(pl.Int64, strict=False),
        "_last": number.str.slice(LENGTH - 1),
    }
    # Step by step: what an expression names twice is made twice.
    told = numbers.to_frame().with_columns(**parts).with_columns(_check=value)
    return told.select(pl.when(sound).then(body * CHECKS + check).alias(numbers.name)).to_series()


def check_fits(key: pl.Expr) -> pl.Expr:
    """Whether the check character of one of `plain_keys` is the one that its digits ask for."""
    return key % CHECKS == check_value(key // CHECKS)


def is_valid_expr(number: pl.Expr) -> pl.Expr:
    """Whether a number of 18 characters has the right shape and check digit; null is not valid.

    Of many rows `check_fits` of a column with their `plain_keys` says the same, and faster.
    """
    asked = _looked_up([number.str.slice(*part).cast(pl.UInt32, strict=False) for part in PARTS])
    expected = pl.when(asked == 10).then(pl.lit("X")).otherwise(asked.cast(pl.String))  # noqa: PLR2004 - X stands for 10
    return number.str.contains(SHAPE) & (number.str.slice(17, 1) == expected).fill_null(value=False)


def of_today(number: pl.Expr) -> pl.Expr:
    """A number of 15 digits, as issued until 1999, as the same person's is written today; every other as it is.

    The year of birth was written with two digits and there was no check character (GB 11643-1999).
    """
    body = number.str.slice(0, 6) + pl.lit("19") + number.str.slice(6)
    value = check_value(body.cast(pl.Int64, strict=False))
    check = pl.when(value == 10).then(pl.lit("X")).otherwise(value.cast(pl.String))  # noqa: PLR2004 - X stands for 10
    return pl.when(number.str.contains(OLD_SHAPE)).then(body + check).otherwise(number)


def birth_expr(number: pl.Expr) -> pl.Expr:
    """Birth date in characters 7–14; null where there is no such day, or where the number is not of 18 characters.

    A 15-digit number has the year in two digits: read here it would give somebody of the year 8001 (SPEC 9.12).
    """
    return pl.when(number.str.len_chars() == LENGTH).then(number.str.slice(6, 8)).str.to_date("%Y%m%d", strict=False)


def sex_expr(number: pl.Expr) -> pl.Expr:
    """男 or 女 by the 17th digit; null where it is no digit, or where the number is not of 18 characters."""
    digit = pl.when(number.str.len_chars() == LENGTH).then(number.str.slice(16, 1)).cast(pl.Int8, strict=False)
    return pl.lit(pl.Series([FEMALE, MALE])).gather(digit % 2)


def age_expr(birth: pl.Expr, on: pl.Expr | date) -> pl.Expr:
    """Age in full years on a day, by the birthday: the one function for age.

    Someone born on 29 February has the birthday on 1 March in common years.
    """
    day = pl.lit(on) if isinstance(on, date) else on

    def in_year(date_: pl.Expr) -> pl.Expr:
        return date_.dt.month().cast(pl.Int32) * 32 + date_.dt.day()  # months are 8-bit: 4 × 32 would overflow

    before = in_year(day) < in_year(birth)
    return day.dt.year() - birth.dt.year() - before.cast(pl.Int32)

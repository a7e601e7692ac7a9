"""Resident identity numbers (GB 11643) as Polars expressions: check digit, birth date, sex, area, age.

An 18-character number is area (6) · birth date (8) · sequence (3, odd = male) · check digit.
"""

from __future__ import annotations

from datetime import date

import polars as pl

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"
LENGTH = 18
SHAPE = r"^[0-9]{17}[0-9X]$"
MALE, FEMALE = "男", "女"


def check_digit(body: str) -> str:
    """Give the 18th character for the first 17 digits (GB 11643)."""
    return CHECK_DIGITS[sum(int(d) * w for d, w in zip(body, WEIGHTS, strict=True)) % 11]


def is_valid_expr(number: pl.Expr) -> pl.Expr:
    """Whether a number of 18 characters has the right shape and check digit; null is not valid."""
    body = number.str.slice(0, 17).cast(pl.Int64, strict=False)
    total = sum((body // 10 ** (16 - i) % 10 * weight for i, weight in enumerate(WEIGHTS)), start=pl.lit(0))
    expected = pl.lit(CHECK_DIGITS).str.slice((total % 11).cast(pl.Int64), 1)
    return number.str.contains(SHAPE) & (number.str.slice(17, 1) == expected).fill_null(value=False)


def birth_expr(number: pl.Expr) -> pl.Expr:
    """Birth date in characters 7–14; null where there is no such day, or where the number is not of 18 characters.

    A 15-digit number has the year in two digits: read here it would give somebody of the year 8001 (SPEC 9.12).
    """
    return pl.when(number.str.len_chars() == LENGTH).then(number.str.slice(6, 8)).str.to_date("%Y%m%d", strict=False)


def sex_expr(number: pl.Expr) -> pl.Expr:
    """男 or 女 by the 17th digit; null where it is no digit, or where the number is not of 18 characters."""
    digit = pl.when(number.str.len_chars() == LENGTH).then(number.str.slice(16, 1)).cast(pl.Int8, strict=False)
    return pl.when(digit % 2 == 1).then(pl.lit(MALE)).when(digit % 2 == 0).then(pl.lit(FEMALE))


def age_expr(birth: pl.Expr, on: pl.Expr | date) -> pl.Expr:
    """Age in full years on a day, by the birthday: the one function for age.

    Someone born on 29 February has the birthday on 1 March in common years.
    """
    day = pl.lit(on) if isinstance(on, date) else on

    def in_year(date_: pl.Expr) -> pl.Expr:
        return date_.dt.month().cast(pl.Int32) * 32 + date_.dt.day()  # months are 8-bit: 4 × 32 would overflow

    before = in_year(day) < in_year(birth)
    return day.dt.year() - birth.dt.year() - before.cast(pl.Int32)

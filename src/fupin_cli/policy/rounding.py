"""Exact money: integers of fen, rounded half up once, where the law says so. Never a float."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TypeVar

import polars as pl

IntOrExpr = TypeVar("IntOrExpr", int, pl.Expr)
FEN_PER_YUAN = 100
LARGEST_FEN = 10**15  # ten trillion yuan: more is a slip of the keyboard


class Rounding:
    """How a quotient becomes a whole number of fen; on whose authority, the policy file says."""

    @staticmethod
    def divide(numerator: IntOrExpr, divisor: IntOrExpr) -> IntOrExpr:
        """Divide two whole numbers ≥ 0 and round half up to a whole number.

        Works on Python integers and on Int64 columns alike; exact while 2 × numerator + divisor fits 64 bits.
        """
        return (numerator * 2 + divisor) // (divisor * 2)


HALF_UP = Rounding()


def monthly_standard_fen(annual_fen: int) -> int:
    """Monthly standard in fen: a twelfth of the year's line, half up (三(五))."""
    return HALF_UP.divide(annual_fen, 12)


def prorate_fen(standard_fen: IntOrExpr, numerator: IntOrExpr, divisor: IntOrExpr) -> IntOrExpr:
    """Amount in fen: standard × min(1, numerator / divisor), half up to the fen (三(五), 折月计算).

    Numerator and divisor are in the same whole unit (hundredths of a day); the divisor is above 0. Columns: null in
    either gives null.
    """
    if isinstance(numerator, pl.Expr):
        # Not min_horizontal: it passes over nulls, and an unknown numerator would pay the whole month.
        return HALF_UP.divide(standard_fen * pl.when(numerator > divisor).then(divisor).otherwise(numerator), divisor)
    return HALF_UP.divide(standard_fen * min(numerator, divisor), divisor)


def yuan_to_fen(text: str) -> int:
    """Turn an amount in yuan, as text, into fen.

    Raises:
        ValueError: not a number, negative, or more than 2 decimals.
    """
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise ValueError(f"{text!r} 不是数") from error
    fen = value * FEN_PER_YUAN
    if not value.is_finite() or fen != fen.to_integral_value() or not 0 <= fen < LARGEST_FEN:
        raise ValueError(f"{text!r} 不是两位小数以内的非负金额")
    return int(fen)


def fen_to_yuan_expr(fen: pl.Expr) -> pl.Expr:
    """Write a column of fen as yuan with two decimals; null stays null."""
    sign = pl.when(fen < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    whole, rest = fen.abs() // FEN_PER_YUAN, fen.abs() % FEN_PER_YUAN
    return pl.concat_str(sign, whole, pl.lit("."), rest.cast(pl.String).str.zfill(2))


def fen_to_yuan(fen: int) -> str:
    """Write fen as yuan with two decimals."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // FEN_PER_YUAN}.{abs(fen) % FEN_PER_YUAN:02d}"

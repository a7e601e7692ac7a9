"""Personal data outside the clerk's workbook: 211381********1234, 张*, 6228********0123."""

from __future__ import annotations

import re

import polars as pl

ID_LIKE, PHONE_LIKE = 15, 8  # digits from which a number shows six, or three, of its first
LONG_NUMBER = r"(\d{3})\d{4,}([\dXx]{4})"


def mask_number_expr(number: pl.Expr) -> pl.Expr:
    """First 6 and last 4 characters of long numbers, first 3 and last 4 of shorter ones; stars between."""
    length = number.str.len_chars()
    return (
        pl.when(length >= ID_LIKE)
        .then(pl.concat_str(number.str.head(6), pl.lit("********"), number.str.tail(4)))
        .when(length >= PHONE_LIKE)
        .then(pl.concat_str(number.str.head(3), pl.lit("****"), number.str.tail(4)))
        .otherwise(pl.when(number.is_not_null()).then(pl.lit("****")))
    )


def mask_name_expr(name: pl.Expr) -> pl.Expr:
    """The first character, then a star."""
    return name.str.head(1) + "*"


def mask_text_expr(text: pl.Expr) -> pl.Expr:
    """Free text in which a long number stands: the number's middle becomes stars."""
    return text.str.replace_all(LONG_NUMBER, "$1********$2")


def mask_text(text: str) -> str:
    """As `mask_text_expr`, of one text."""
    return re.sub(LONG_NUMBER, r"\1********\2", text)


def masked(found: pl.DataFrame) -> pl.DataFrame:
    """Mask person, name and raw value of findings. A value of a personal column is masked whole."""
    is_name = pl.col("value").str.contains(r"\d").not_().fill_null(value=False)
    value = pl.when(is_name).then(mask_name_expr(pl.col("value"))).otherwise(mask_number_expr(pl.col("value")))
    return found.with_columns(
        person=mask_number_expr(pl.col("person")),
        name=mask_name_expr(pl.col("name")),
        value=pl.when("personal").then(value).otherwise(mask_text_expr(pl.col("value"))),
        message=mask_text_expr(pl.col("message")),
    )

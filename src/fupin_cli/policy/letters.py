"""Texts as they are compared: in half-width signs and without blanks, so that only what is said counts."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl


NAMED = 10


def tight(text: str) -> str:
    """A text in half-width signs, without blanks."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def some_of(numbers: list[int]) -> str:
    """The first of many numbers, with dots for the rest."""
    return "、".join(map(str, numbers[:NAMED])) + ("……" if len(numbers) > NAMED else "")


def tight_expr(text: pl.Expr) -> pl.Expr:
    """Cells in half-width signs, without blanks; empty cells stay so."""
    return text.str.normalize("NFKC").str.replace_all(r"\s", "")

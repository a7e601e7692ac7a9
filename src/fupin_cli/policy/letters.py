"""Texts as they are compared: in half-width signs and without blanks, so that only what is said counts."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl


NAMED = 10


def tight(text: str) -> str:
    """A text in half-width signs, without blanks."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def some_of(numbers: list[int]) -> str:
    """The first of many numbers, with dots for the rest."""
    return "、".join(map(str, numbers[:NAMED])) + ("……" if len(numbers) > NAMED else "")


def first_of(names: Sequence[str], most: int, kind: str, between: str = "、") -> str:
    """The first of several names; where there are more than `most`, how many of a kind (个, 项, 处) there are in all."""
    return between.join(names[:most]) + (f" 等 {len(names)} {kind}" if len(names) > most else "")


def tight_expr(text: pl.Expr) -> pl.Expr:
    """Cells in half-width signs, without blanks; empty cells stay so."""
    return text.str.normalize("NFKC").str.replace_all(r"\s", "")

"""Texts as they are compared: in half-width signs and without blanks, so that only what is said counts."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl


def tight(text: str) -> str:
    """A text in half-width signs, without blanks."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def tight_expr(text: pl.Expr) -> pl.Expr:
    """Cells in half-width signs, without blanks; empty cells stay so."""
    return text.str.normalize("NFKC").str.replace_all(r"\s", "")

"""A number for every person: whole tables are compared and grouped by it several times as fast as by ID numbers.

The number of a plain ID number (17 digits and a check character) is made of its digits alone, so that it says the date of
birth, the sex and whether the check character is right without another look at the text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.policy.idnumber import CHECKS, plain_key

if TYPE_CHECKING:
    from collections.abc import Mapping


def numbered(columns: Mapping[str, pl.Series]) -> dict[str, pl.Series]:
    """A number for each ID number of some columns, the same in all of them; null for none.

    Texts that are no plain ID number are few: they have numbers below 0, in the order in which they are found.
    """
    keys = {name: people.to_frame("n").select(plain_key(pl.col("n"))).to_series() for name, people in columns.items()}
    odd = {name: keys[name].is_null() & people.is_not_null() for name, people in columns.items()}
    left = [columns[name].filter(mask) for name, mask in odd.items() if mask.any()]
    if not left:
        return keys
    texts = pl.concat(left).unique(maintain_order=True)
    below = pl.int_range(-1, -1 - len(texts), -1, dtype=pl.Int64, eager=True)
    for name, mask in odd.items():
        if mask.any():
            found = columns[name].replace_strict(texts, below, default=None, return_dtype=pl.Int64)
            keys[name] = keys[name].fill_null(found)
    return keys


def born(key: pl.Expr) -> pl.Expr:
    """The date of birth that a plain ID number says, as the number YYYYMMDD, whether there is such a day or not."""
    return key // CHECKS // 1000 % 10**8


def is_male(key: pl.Expr) -> pl.Expr:
    """Whether the 17th digit is odd."""
    return key // CHECKS % 2 == 1

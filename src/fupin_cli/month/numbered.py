"""A number for every person: whole tables are compared and grouped by it several times as fast as by ID numbers.

The number of a plain ID number (17 digits and a check character) is made of its digits alone, so that it says the date of
birth, the sex and whether the check character is right without another look at the text.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.policy.idnumber import CHECKS, plain_keys

if TYPE_CHECKING:
    from collections.abc import Mapping


def numbered(columns: Mapping[str, pl.Series]) -> dict[str, pl.Series]:
    """A number for each ID number of some columns, the same in all of them; null for none.

    Texts that are no plain ID number are few: they have numbers below 0, in the order in which they are found.
    """
    if not columns:
        return {}
    people = pl.concat([column.rename("n") for column in columns.values()])
    keys = plain_keys(people)
    odd = keys.is_null() & people.is_not_null()
    if odd.any():
        texts = people.filter(odd).unique(maintain_order=True)
        below = pl.int_range(-1, -1 - len(texts), -1, dtype=pl.Int64, eager=True)
        keys = keys.fill_null(people.replace_strict(texts, below, default=None, return_dtype=pl.Int64))
    ends = accumulate(map(len, columns.values()))
    return {
        name: keys.slice(end - len(column), len(column))
        for (name, column), end in zip(columns.items(), ends, strict=True)
    }


def born(key: pl.Expr) -> pl.Expr:
    """The date of birth that a plain ID number says, as the number YYYYMMDD, whether there is such a day or not."""
    return key // CHECKS // 1000 % 10**8


def is_male(key: pl.Expr) -> pl.Expr:
    """Whether the 17th digit is odd."""
    return key // CHECKS % 2 == 1

"""Approved months that one command has computed again, kept while it runs (`fupin verify` of years of months).

Each month's approval computed up to twelve earlier months again for its differences; verified one after the other, the same
earlier month comes up twelve times. It is computed once for every fingerprint (`fingerprint.Fingerprints`): where a file,
a setting, the law or a line of the ledger that it rests on is another, the fingerprint is, and it is computed anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl


@dataclass
class Memo:
    """`months`: lines (`corrections.lines_now`) by fingerprint."""

    months: dict[str, pl.DataFrame] = field(default_factory=dict, repr=False)
    _contents: dict[tuple[int, str], tuple[pl.DataFrame, str]] = field(default_factory=dict, repr=False)

    def content(self, part: tuple[int, str], rows: pl.DataFrame, work: Callable[[pl.DataFrame], str]) -> str:
        """The hash of a part of the ledger, worked out again only if its rows are others than those that were last asked for."""
        known = self._contents.get(part)
        if known is None or not known[0].equals(rows):
            known = self._contents[part] = rows, work(rows)
        return known[1]

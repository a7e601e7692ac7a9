"""One look at all cells of a sheet, before anything is done: for which columns there is more to do than to take what they say."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fupin_cli.intake import short_months
from fupin_cli.intake.converters import LOOKS, WIDE
from fupin_cli.intake.values import WRAPPED
from fupin_cli.intake.words import Words, look

if TYPE_CHECKING:
    import polars as pl

    from fupin_cli.intake.contracts import ColumnSpec

WRITTEN_TEXT = ("text", "place", "name", "code", "choice", "choices")
FORMULA = r",[=+\-@\t#]"


@dataclass(frozen=True)
class Looks:
    """Names of columns in which a cell may be something; of those that are not named none is.

    `dirty`: have something around its value (`values.clean`); `wide`: not be in the plain form of its type; `short`: be a month
    that has lost its 0 (`short_months`); `formulas`: begin as a formula does, or its error.
    """

    dirty: list[str]
    wide: set[str]
    short: set[str]
    formulas: set[str]

    def cleaned(self, text: pl.DataFrame, columns: list[ColumnSpec]) -> Looks:
        """The same after the dirty columns were cleaned: these are looked at again."""
        if not self.dirty:
            return self
        seen = _seen(text, {c.name: _plain(c) for c in columns if c.name in self.dirty}, Words())
        wide, short = self.wide.difference(self.dirty), self.short.difference(self.dirty)
        return replace(self, wide=wide | seen.wide, short=short | seen.short)


def looks(cells: pl.DataFrame, columns: list[ColumnSpec], words: Words) -> Looks:
    """Look at cells as they stand. `words`: `few_words` of them."""
    formula = {c.name: [FORMULA] if c.type in WRITTEN_TEXT else [] for c in columns}
    return _seen(cells, {c.name: [*WRAPPED, *_plain(c), *formula[c.name]] for c in columns}, words)


def _plain(column: ColumnSpec) -> list[str]:
    """What is asked of cells of whom nothing else stands around the value."""
    wide = LOOKS.get(column.type, WIDE)
    return [*([wide] if wide else []), *([short_months.LOOK] if column.type in ("date", "month") else [])]


def _seen(cells: pl.DataFrame, asked: dict[str, list[str]], words: Words) -> Looks:
    found: dict[str, list[str]] = {}
    for name, pattern in look(cells, asked, words):
        found.setdefault(pattern, []).append(name)
    dirty = {name for pattern in WRAPPED for name in found.pop(pattern, [])}
    short, formulas = found.pop(short_months.LOOK, []), found.pop(FORMULA, [])
    wide = {name for names in found.values() for name in names}
    return Looks([name for name in cells.columns if name in dirty], wide, set(short), set(formulas))

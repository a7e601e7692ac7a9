"""The cells of a large sheet as they are kept: a column of few words as these words and, for each cell, the number of its word.

A history has millions of rows in which kinds, months and amounts stand again and again. A cell of text takes 16 bytes whatever
it says, besides what is typed of it; its word's number takes one, where the words are not many. What was written is looked up
again for those who ask. Columns that the typed table takes over as they stand are shared with it, and stay texts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import polars.selectors as cs

from fupin_cli.intake.values import EACH_ITS_OWN
from fupin_cli.intake.words import few_words

if TYPE_CHECKING:
    from collections.abc import Collection

    from fupin_cli.intake.contracts import TableSpec
    from fupin_cli.intake.raw import RawSheet, Sheet


LARGE = 150_000  # rows: of smaller sheets, to look their words up again costs more time than the memory is worth


def coded(sheet: RawSheet, texts: Collection[int]) -> Sheet:
    """A sheet as it is kept; a small one as it is. `texts`: positions of columns that stay texts (`shared`)."""
    return CodedSheet(sheet, texts) if sheet.height > LARGE else sheet


def shared(spec: TableSpec, positions: dict[str, int]) -> set[int]:
    """The positions of columns whose texts are their values: the typed table holds the same."""
    return {position for name, position in positions.items() if spec.columns[name].type in EACH_ITS_OWN}


class CodedSheet:
    """A large sheet whose columns of few words are numbers of these (`raw.Sheet`)."""

    def __init__(self, sheet: RawSheet, texts: Collection[int]) -> None:
        """`texts`: positions of columns that stay texts."""
        self.offset, self.hidden, self.merged = sheet.offset, sheet.hidden, sheet.merged
        self.numeric, self.untyped = sheet.numeric, sheet.untyped
        self._cells = _kept(sheet.cells, texts)

    @property
    def height(self) -> int:
        """Rows."""
        return self._cells.height

    @property
    def width(self) -> int:
        """Columns."""
        return self._cells.width

    @property
    def cells(self) -> pl.DataFrame:
        """All cells as they stand."""
        return _texts(self._cells)

    def rows(self, numbers: pl.Series) -> pl.DataFrame:
        """Some rows (from 0) as they stand."""
        return _texts(self._cells[numbers])

    def column(self, position: int, rows: pl.Series | None = None) -> pl.Series:
        """A column as it stands, or those of its rows (from 0)."""
        column = self._cells.to_series(position)
        return (column if rows is None else column.gather(rows)).cast(pl.String)


def _kept(cells: pl.DataFrame, texts: Collection[int]) -> pl.DataFrame:
    words = few_words(cells.select(name for n, name in enumerate(cells.columns) if n not in texts))
    columns = (column.cast(_numbers(words[column.name])) if column.name in words else column for column in cells)
    return pl.DataFrame([in_one_piece(column) for column in columns])


def _numbers(words: pl.Series) -> pl.Enum:
    """The type of cells that are numbers of these words."""
    return pl.Enum(words.drop_nulls())


def _texts(cells: pl.DataFrame) -> pl.DataFrame:
    return cells.with_columns(cs.enum().cast(pl.String))


def in_one_piece(column: pl.Series) -> pl.Series:
    """A column as one piece of memory; as the reader gives it, in a hundred, it stays where hardly anybody wrote anything.

    A typed table's columns come in pieces alike: what stays as it was read would be copied there. Pieces of nothing take no room.
    """
    return column if column.null_count() * 2 > len(column) else column.rechunk()

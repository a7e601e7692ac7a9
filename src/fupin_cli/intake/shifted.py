"""Rows of a text file that fall into more cells than the header: a comma inside a cell that nobody put in quotes.

What stands behind it stands one column too far. Nobody can say where the comma is, so that nothing of the row can be used,
where anything of it cannot be read. Where all can be, what is too much is a remark at its end; but not where the last cell and what
is too much are one number whose thousands are set off (1,464.10).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fupin_cli.intake.raw import Source

THOUSANDS, REST = r"^\s*[￥¥]?\s*\d{1,3}\s*$", r"^\s*\d{3}(?:\.\d{1,2})?\s*元?\s*$"  # of a number that fell apart
FEN = r"\.\d"
MOST = 2  # half of the rows and more: a column without a header


def shifted(sources: list[Source], text: pl.DataFrame, failed: Iterable[pl.Series | None]) -> pl.Series | None:
    """Which of the rows of sheets (`text`: `_src`, `_row`) are; None if none. `failed`: marks of cells that could not be read, of a column each."""
    longer = [rows for source in sources if (rows := _longer(source)) is not None]
    if not longer:
        return None
    marks = {str(n): marks for n, marks in enumerate(failed) if marks is not None}
    unread = pl.DataFrame(marks).select(pl.any_horizontal(pl.all())).to_series()
    rows = text.select("_src", "_row").with_columns(_unread=unread)
    told = rows.join(pl.concat(longer), on=["_src", "_row"], how="left", maintain_order="left")
    found = told.select((pl.col("_apart") | (pl.col("_longer") & pl.col("_unread"))).fill_null(value=False)).to_series()
    return found if found.any() else None


def _longer(source: Source) -> pl.DataFrame | None:
    """Rows (`_src`, `_row`) of a text file that hold something behind the header's last cell; None where none do.

    `_longer`: no column without a header; `_apart`: the last cell and the next are one number.
    """
    sheet, first = source.raw, source.header_row
    if not sheet.untyped:
        return None
    labels = sheet.rows(pl.Series([first - 1])).row(0)
    last = max((n for n, cell in enumerate(labels) if cell), default=sheet.width)
    behind = [sheet.column(n) for n in range(last + 1, sheet.width)]
    if not behind or all(column.null_count() == len(column) for column in behind):
        return None
    filled = pl.DataFrame(behind).slice(first).select(pl.any_horizontal(pl.all().str.strip_chars() != "")).to_series()
    longer = filled.fill_null(value=False)
    column = longer.sum() * MOST > len(longer) > MOST
    apart = _one_number(source, last, behind[0]).slice(first) & (
        behind[0].str.contains(FEN).slice(first) | (not column)
    )
    rows = pl.DataFrame([pl.Series("_longer", longer & (not column)), apart.fill_null(value=False).alias("_apart")])
    found = rows.with_row_index("_row", first + 1).filter(pl.any_horizontal("_longer", "_apart"))
    return found.with_columns(_src=pl.lit(source.index, dtype=pl.UInt32)) if found.height else None


def _one_number(source: Source, last: int, behind: pl.Series) -> pl.Series:
    """Which rows of a sheet, from its top, have in the header's last column the thousands of an amount and behind it the rest."""
    kinds = {position: source.spec.columns[name].type for name, position in source.positions.items()}
    if kinds.get(last) != "money":
        return pl.repeat(value=False, n=len(behind), eager=True)
    return source.raw.column(last).str.contains(THOUSANDS) & behind.str.contains(REST)

"""Workbooks sheet by sheet as strings; numbers told from texts by the cell's type."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.intake.plain_cells import ENDS, refused
from fupin_cli.intake.raw import RawSheet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import fastexcel

    from fupin_cli.intake.failed_formulas import Cells
    from fupin_cli.intake.plain_cells import PlainSheet
    from fupin_cli.intake.sheet_scan import SheetShape
    from fupin_cli.intake.xlsx_guard import Look

    Flags = Callable[[list[int]], Iterable[pl.Series]]  # of sheet columns: which cells hold a value as Boolean


def read_excel(content: bytes, look: Look) -> list[RawSheet]:
    """Read the sheets of an .xlsx; sheets that hold no cells are listed as unread. `look`: what stands in it beside cells.

    The content is handed over, not the path: the reader would go by the name's ending.

    Raises:
        UnreadableError: damaged or encrypted.
    """
    import fastexcel

    sheet = ""
    try:
        reader = fastexcel.read_excel(content)
        others = {part.name: part.why for part in look.others}
        sheets = []
        for sheet in reader.sheet_names:
            shape = look.shapes.get(sheet)
            if sheet in others or shape is None:
                why = others.get(sheet, "不在工作簿的目录里")
                sheets.append(RawSheet(sheet, pl.DataFrame(), unread=why))
            else:
                sheets.append(_sheet(reader, sheet, shape))
        missing = [RawSheet(name, pl.DataFrame(), unread=why) for name, why in others.items()]
        return sheets + [part for part in missing if part.name not in reader.sheet_names]
    except (Exception, BaseException) as error:  # a panic inside the reader derives from BaseException
        if isinstance(error, ENDS):
            raise
        raise refused(error, sheet) from error


def raw_sheet(plain: PlainSheet) -> RawSheet:
    """A sheet that was read as lists (`plain_cells`), as tables."""
    if plain.unread:
        return RawSheet(plain.name, pl.DataFrame(), unread=plain.unread)
    frame = pl.DataFrame([pl.Series(str(n), texts, dtype=pl.String) for n, texts in enumerate(plain.columns)])
    known = plain.numeric

    def flags(places: list[int]) -> Iterable[pl.Series]:
        marks = [known[place - plain.offset] for place in places] if known else []
        return [pl.Series([True if mark == "1" else None for mark in text], dtype=pl.Boolean) for text in marks]

    raw = RawSheet(plain.name, frame, plain.offset, hidden=plain.hidden, untyped=known is None, merged=plain.merged)
    return _finished(raw, plain.formulas, [], None if known is None else flags)


def _sheet(reader: fastexcel.ExcelReader, name: str, shape: SheetShape) -> RawSheet:
    """Load one sheet as strings. A number's digits beyond the 15th are lost in Excel already, and look plausible.

    Whether a cell is a number is asked of the cell itself: read as Boolean, a number gives a value and a text none.
    The second reading is made only where the sheet holds a number long enough to be an ID number or an account; numbers that
    may have been 2024.10 are told already (`SheetShape.tenths`).
    """
    loaded = reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string", schema_sample_rows=1)
    frame = loaded.to_polars()
    columns = loaded.available_columns()
    offset = columns[0].absolute_index if columns else 0
    frame = frame.rename({old: str(i) for i, old in enumerate(frame.columns)})

    def flags(places: list[int]) -> Iterable[pl.Series]:  # the reader counts from column A
        typed = reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="boolean", use_columns=places)
        return typed.to_polars().iter_columns()

    def told(places: list[int]) -> Iterable[pl.Series]:
        cells = pl.Series([None], dtype=pl.Boolean).new_from_index(0, frame.height)
        for place in places:
            rows = [row for row, column in shape.tenths if column == place and row < frame.height]
            yield cells.clone().scatter(rows, values=True) if rows else cells

    hidden = loaded.visible != "visible"
    raw = RawSheet(name, frame, offset, hidden, hidden_rows=sorted(shape.hidden_rows))
    numbers = flags if shape.shortened else told if shape.tenths else None
    return _finished(raw, shape.formulas, list(shape.merges), numbers)


def _finished(raw: RawSheet, formulas: Cells, merges: list[tuple[int, int, int, int]], flags: Flags | None) -> RawSheet:
    """A sheet as the reader gave it, with what formulas without a value show and merged cells filled."""
    frame, offset = raw.cells, raw.offset
    read = range(offset, offset + frame.width)  # columns that the reader knows
    if formulas:
        frame, offset = _with_formulas(frame, formulas, offset)
    blocks: dict[int, list[tuple[int, int]]] = {}
    if merges:
        frame, blocks = _fill_merged(frame, merges, offset)

    def numeric(wanted: list[int]) -> pl.DataFrame:
        places = [offset + position for position in sorted(wanted) if offset + position in read]
        no = pl.repeat(value=False, n=frame.height, eager=True)
        found = dict.fromkeys(map(str, wanted), no)
        if places and flags:
            for place, column in zip(places, flags(places), strict=True):
                found[str(place - offset)] = column.is_not_null().extend(no.head(frame.height - len(column)))
        return pl.DataFrame(found)

    filled = [(position, top + 1, bottom + 1) for position, rows in blocks.items() for top, bottom in rows]
    return replace(raw, cells=frame, offset=offset, numeric=numeric if flags else None, merged=raw.merged + filled)


def _with_formulas(frame: pl.DataFrame, formulas: Cells, offset: int) -> tuple[pl.DataFrame, int]:
    """Put into their cells what formulas without a value show; the frame grows where the reader saw nothing at all."""
    first = min(offset, *(column for _, column in formulas)) if frame.width else min(column for _, column in formulas)
    last = max(offset + frame.width - 1, *(column for _, column in formulas))
    height = max(frame.height, *(row + 1 for row, _ in formulas))
    values: dict[int, dict[int, str]] = {}
    for (row, column), words in formulas.items():
        values.setdefault(column, {})[row] = words
    columns = []
    for column in range(first, last + 1):
        known = (
            frame.to_series(column - offset) if offset <= column < offset + frame.width else pl.Series(dtype=pl.String)
        )
        cells = known.extend_constant(None, height - len(known)).alias(str(column - first))
        if column in values:
            filled = cells.to_list()
            for row, words in values[column].items():
                filled[row] = words
            cells = pl.Series(cells.name, filled, dtype=pl.String)
        columns.append(cells)
    return pl.DataFrame(columns), first


def _fill_merged(
    frame: pl.DataFrame, merges: list[tuple[int, int, int, int]], offset: int
) -> tuple[pl.DataFrame, dict[int, list[tuple[int, int]]]]:
    """Give every cell of a block merged downwards the value of its first cell, as the eye reads it; and the blocks by column.

    Blocks that overlap are no workbook's own: of two the upper one counts, so that each cell is filled once at most.
    """
    updates: dict[int, list[tuple[int, int]]] = {}
    for top, left, bottom, right in sorted(merges):
        if bottom > top and left == right and 0 <= left - offset < frame.width and top < frame.height:
            blocks = updates.setdefault(left - offset, [])
            if not blocks or top > blocks[-1][1]:
                blocks.append((top, min(bottom, frame.height - 1)))
    columns = []
    for position, blocks in updates.items():
        values = frame.to_series(position).to_list()
        for top, bottom in blocks:
            values[top : bottom + 1] = [values[top]] * (bottom + 1 - top)
        columns.append(pl.Series(frame.columns[position], values, dtype=pl.String))
    return frame.with_columns(columns), updates

"""Workbooks, new and old, sheet by sheet as strings; numbers told from texts by the cell's type."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.intake.failed_formulas import failed_formulas
from fupin_cli.intake.raw import HINT_DAMAGED, RawSheet, UnreadableError

if TYPE_CHECKING:
    import fastexcel

    from fupin_cli.intake.failed_formulas import Cells
    from fupin_cli.intake.sheet_scan import SheetShape
    from fupin_cli.intake.xlsx_guard import Look

NO_SHEET = "not a valid worksheet"  # the reader's words for charts in an old workbook


def read_excel(content: bytes, look: Look | None) -> list[RawSheet]:
    """Read a workbook's sheets; sheets that hold no cells are listed as unread. `look`: None for the old format.

    The content is handed over, not the path: the reader would go by the name's ending.

    Raises:
        UnreadableError: damaged or encrypted.
    """
    import fastexcel

    sheet = ""
    try:
        reader = fastexcel.read_excel(content)
        others = {part.name: part.why for part in look.others} if look else {}
        formulas = {name: shape.formulas for name, shape in look.shapes.items()} if look else failed_formulas(content)
        sheets = []
        for sheet in reader.sheet_names:
            shape = look.shapes.get(sheet) if look else None
            if sheet in others or (look and shape is None):
                why = others.get(sheet, "不在工作簿的目录里")
                sheets.append(RawSheet(sheet, pl.DataFrame(), unread=why))
            else:
                sheets.append(_sheet(reader, sheet, shape, formulas.get(sheet, {})))
        missing = [RawSheet(name, pl.DataFrame(), unread=why) for name, why in others.items()]
        return sheets + [part for part in missing if part.name not in reader.sheet_names]
    except (Exception, BaseException) as error:  # a panic inside the reader derives from BaseException
        if isinstance(error, KeyboardInterrupt | SystemExit | MemoryError):
            raise
        text = str(error).lower()
        if "password" in text or "encrypt" in text:
            raise UnreadableError("文件加了密码，打不开", "请用 Excel 打开，取消密码后另存再放进来") from error
        where = f"（工作表“{sheet}”）" if sheet else ""
        raise UnreadableError(f"文件不完整或已损坏，打不开{where}", HINT_DAMAGED) from error


def _sheet(reader: fastexcel.ExcelReader, name: str, shape: SheetShape | None, formulas: Cells) -> RawSheet:
    """Load one sheet as strings, with what `formulas` without a value show. A number's digits beyond the 15th are lost in Excel already, and look plausible.

    Whether a cell is a number is asked of the cell itself: read as Boolean, a number gives a value and a text none.
    The second reading is made only where the sheet holds a number long enough to be an ID number or an account.
    """
    try:
        loaded = reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string", schema_sample_rows=1)
    except Exception as error:
        if shape is None and NO_SHEET in str(error):
            return RawSheet(name, pl.DataFrame(), unread="不是单元格表")
        raise
    frame = loaded.to_polars()
    columns = loaded.available_columns()
    offset = columns[0].absolute_index if columns else 0
    frame = frame.rename({old: str(i) for i, old in enumerate(frame.columns)})
    read = range(offset, offset + frame.width)  # columns that the reader knows
    if formulas:
        frame, offset = _with_formulas(frame, formulas, offset)
    if shape and shape.merges:
        frame = _fill_merged(frame, list(shape.merges), offset)

    def numeric(wanted: list[int]) -> pl.DataFrame:
        places = [offset + position for position in sorted(wanted) if offset + position in read]
        no = pl.repeat(value=False, n=frame.height, eager=True)
        flags = dict.fromkeys(map(str, wanted), no)
        if places:  # the reader counts from column A
            typed = reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="boolean", use_columns=places)
            for place, column in zip(places, typed.to_polars().iter_columns(), strict=True):
                flags[str(place - offset)] = column.is_not_null().extend(no.head(frame.height - len(column)))
        return pl.DataFrame(flags)

    return RawSheet(
        name=name,
        cells=frame,
        offset=offset,
        hidden=loaded.visible != "visible",
        numeric=numeric if shape is None or shape.long_numbers else None,
        hidden_rows=sorted(shape.hidden_rows) if shape else [],
    )


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


def _fill_merged(frame: pl.DataFrame, merges: list[tuple[int, int, int, int]], offset: int) -> pl.DataFrame:
    """Give every cell of a block merged downwards the value of its first cell, as the eye reads it.

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
    return frame.with_columns(columns)

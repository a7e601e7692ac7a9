"""Formulas without a value in a workbook of the old format (#N/A, or never computed): the reader of its cells gives them as empty, or 0."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from fupin_cli.intake.uncomputed import SHOWN, uncomputed

if TYPE_CHECKING:
    import xlrd

Cells = dict[tuple[int, int], str]


def failed_formulas(content: bytes) -> dict[str, Cells]:
    """Each sheet's cells that hold an error, by row and column (0-based): #N/A, #REF!, #DIV/0! as Excel shows them.

    Of a formula that was never computed `uncomputed.SHOWN`. A workbook that this second reader cannot follow tells nothing:
    the first one has read it.
    """
    import xlrd

    try:
        # Sheets are asked for one by one: the stream in which they stand is there until then.
        with xlrd.open_workbook(file_contents=content, logfile=io.StringIO(), ragged_rows=True, on_demand=True) as book:
            stream = bytes(book.mem[book.base : book.base + book.stream_len])
            never = uncomputed(stream, content)
            return {
                sheet.name: _errors(sheet) | dict.fromkeys(cells, SHOWN)
                for sheet, cells in zip(book.sheets(), never, strict=False)
            }
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - damaged files make it raise whatever its parser meets
        return {}


def _errors(sheet: xlrd.sheet.Sheet) -> Cells:
    import xlrd

    return {
        (row, column): xlrd.error_text_from_code.get(sheet.cell_value(row, column), "#N/A")
        for row in range(sheet.nrows)
        for column, kind in enumerate(sheet.row_types(row))
        if kind == xlrd.XL_CELL_ERROR
    }

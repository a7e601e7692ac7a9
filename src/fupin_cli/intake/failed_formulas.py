"""Formulas that failed (#N/A) in a workbook of the old format: the reader of its cells gives them as empty."""

from __future__ import annotations

import io

Cells = dict[tuple[int, int], str]


def failed_formulas(content: bytes) -> dict[str, Cells]:
    """Each sheet's cells that hold an error, by row and column (0-based): #N/A, #REF!, #DIV/0! as Excel shows them.

    A workbook that this second reader cannot follow tells nothing: the first one has read it.
    """
    import xlrd

    try:
        book = xlrd.open_workbook(file_contents=content, logfile=io.StringIO(), ragged_rows=True)
        return {
            sheet.name: {
                (row, column): xlrd.error_text_from_code.get(sheet.cell_value(row, column), "#N/A")
                for row in range(sheet.nrows)
                for column, kind in enumerate(sheet.row_types(row))
                if kind == xlrd.XL_CELL_ERROR
            }
            for sheet in book.sheets()
        }
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - damaged files make it raise whatever its parser meets
        return {}

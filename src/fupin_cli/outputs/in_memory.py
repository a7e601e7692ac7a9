"""openpyxl writes each sheet to a temporary file first, and a program that is killed leaves it there. Not here."""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import TYPE_CHECKING, Any

from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.writer.excel import ExcelWriter

if TYPE_CHECKING:
    from collections.abc import Container

    from openpyxl.workbook import Workbook


class InMemory(ExcelWriter):
    """The library's writer with its one method that goes through the disk replaced, step for step.

    `written_elsewhere`: sheets of which it writes no XML, since the caller does.
    """

    def __init__(self, book: Workbook, archive: zipfile.ZipFile, written_elsewhere: Container[str]) -> None:
        """Take the workbook and the zip that it goes into."""
        super().__init__(book, archive)
        self.written_elsewhere = written_elsewhere

    def write_worksheet(self, ws: Any) -> None:
        """Write a sheet into the workbook's zip."""
        ws._drawing = SpreadsheetDrawing()  # noqa: SLF001 - as the library does
        ws._drawing.charts, ws._drawing.images = ws._charts, ws._images  # noqa: SLF001
        part = BytesIO()
        self.manifest.append(ws)
        if ws.title in self.written_elsewhere:
            self.archive.writestr(ws.path[1:], b"")
            return
        writer: Any = WorksheetWriter(ws, part)
        writer.write()
        ws._rels = writer._rels  # noqa: SLF001
        self.archive.writestr(ws.path[1:], part.getvalue())

    @property
    def archive(self) -> zipfile.ZipFile:
        """The workbook's zip."""
        archive: zipfile.ZipFile = vars(self)["_archive"]
        return archive


def saved(book: Workbook, written_elsewhere: Container[str] = ()) -> BytesIO:
    """A workbook's bytes, not compressed; of these sheets only what the workbook itself says of them."""
    stream = BytesIO()
    InMemory(book, zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED), written_elsewhere).save()
    return stream

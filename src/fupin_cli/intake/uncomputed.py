"""Formulas in a workbook of the old format that no program has computed: they look empty, or 0.

A program that only writes files leaves a value that is none: 0, with the mark that it is to be computed on opening; or the
empty text, in a file without the properties that Excel, WPS and LibreOffice always save.
"""

from __future__ import annotations

from struct import unpack_from
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMULA, BOF, EOF, BOUNDSHEET = 0x0006, 0x0809, 0x000A, 0x0085  # kinds of records [MS-XLS 2.3]
WORKSHEET = 0
ON_OPENING = 0x0002
ZERO, EMPTY_TEXT = b"\0" * 8, b"\x03\0\0\0\0\0\xff\xff"
PROPERTIES = "\x05SummaryInformation".encode("utf-16-le")
SHOWN = "=未计算"  # what stands in such a cell: no value of any kind


def uncomputed(stream: bytes, content: bytes) -> Iterator[list[tuple[int, int]]]:
    """The cells (row and column from 0) of each worksheet, in order, with a formula of which no value is known.

    `stream`: the workbook inside the file's `content`.
    """
    saved = PROPERTIES in content
    for kind, at in _records(stream, 0):
        if kind == BOUNDSHEET and stream[at + 5] == WORKSHEET:
            (begins,) = unpack_from("<I", stream, at)
            yield list(_of_sheet(stream, begins, saved=saved))


def _of_sheet(stream: bytes, begins: int, *, saved: bool) -> Iterator[tuple[int, int]]:
    for kind, at in _records(stream, begins):
        if kind == FORMULA:
            row, column, _, value, marks = unpack_from("<HHH8sH", stream, at)
            if (value == ZERO and marks & ON_OPENING) or (value == EMPTY_TEXT and not saved):
                yield row, column


def _records(stream: bytes, at: int) -> Iterator[tuple[int, int]]:
    """Kind and place of the records from a beginning to its end, without those of charts that lie inside."""
    depth = 0
    while at + 4 <= len(stream):
        kind, size = unpack_from("<HH", stream, at)
        depth += (kind == BOF) - (kind == EOF)
        if depth == 0:
            return
        if depth == 1:
            yield kind, at + 4
        at += 4 + size

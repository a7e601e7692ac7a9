"""Sheets as bytes: what the helper process hands over, and what is kept of workbooks that were read. Never objects.

One head a sheet, for JSON, says how long its tables are; these are Arrow's own stream, packed: most cells of a sheet are empty or
stand there again and again, so that packing takes less time than handing over eighty times the bytes. Which cells hold numbers
is asked of all columns at once.
"""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl

from fupin_cli.intake.raw import RawSheet

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import IO

Head = dict[str, Any]


def settled(sheet: RawSheet) -> RawSheet:
    """The sheet with its numbers told from its texts: nothing of the file is needed any more, nothing is read twice."""
    if sheet.numeric is None or not sheet.cells.width:
        return replace(sheet, numeric=None)
    return replace(sheet, numeric=_told(sheet.numeric(list(range(sheet.cells.width)))))


def pack(sheets: list[RawSheet]) -> tuple[list[Head], list[bytes]]:
    """Each sheet's head, and the tables of all of them one after the other."""
    heads, parts = [], []
    for sheet in map(settled, sheets):
        tables = [arrow(sheet.cells)]
        if sheet.numeric is not None:
            tables.append(arrow(sheet.numeric(list(range(sheet.cells.width)))))
        parts += tables
        heads.append(
            {
                "name": sheet.name,
                "offset": sheet.offset,
                "hidden": sheet.hidden,
                "unread": sheet.unread,
                "hidden_rows": sheet.hidden_rows,
                "untyped": sheet.untyped,
                "merged": sheet.merged,
                "cells": len(tables[0]),
                "numeric": len(tables[1]) if len(tables) > 1 else 0,
            }
        )
    return heads, parts


def unpack(heads: list[Head], stream: IO[bytes]) -> list[RawSheet]:
    """The sheets again.

    Raises:
        EOFError: the tables end too early.
        PolarsError: a table is none.
    """
    return [_sheet(head, stream) for head in heads]


def _sheet(head: Head, stream: IO[bytes]) -> RawSheet:
    cells = pl.read_ipc_stream(io.BytesIO(exactly(stream, head["cells"])))
    flags = pl.read_ipc_stream(io.BytesIO(exactly(stream, head["numeric"]))) if head["numeric"] else None
    return RawSheet(
        name=head["name"],
        cells=cells,
        offset=head["offset"],
        hidden=head["hidden"],
        numeric=None if flags is None else _told(flags),
        unread=head["unread"],
        hidden_rows=head["hidden_rows"],
        untyped=head["untyped"],
        merged=[(position, first, last) for position, first, last in head["merged"]],
    )


def _told(flags: pl.DataFrame) -> Callable[[list[int]], pl.DataFrame]:
    return lambda wanted: flags.select(str(n) for n in sorted(wanted))


def arrow(frame: pl.DataFrame) -> bytes:
    """A table as Arrow's stream, packed."""
    stream = io.BytesIO()
    frame.write_ipc_stream(stream, compression="zstd")
    return stream.getvalue()


def exactly(stream: IO[bytes], size: int) -> bytes:
    """The next so many bytes.

    Raises:
        EOFError: there are not so many.
    """
    data = stream.read(size)
    if len(data) != size:
        raise EOFError
    return data

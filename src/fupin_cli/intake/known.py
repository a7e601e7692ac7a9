"""Sheets that are known already: what a sheet was recognised as and its rows as they were typed, in words and bytes. Never objects.

The folders of months are looked into again and again: the own by every command, those of the past for days worked and people
listed then, and for what is wrong with them. Of a file that has not changed nothing of that changes. Its cells are read when somebody asks for one.
"""

from __future__ import annotations

import io
import json
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

import polars as pl

from fupin_cli import findings
from fupin_cli.errors import FupinError
from fupin_cli.intake.coded import coded, shared
from fupin_cli.intake.packed import arrow, exactly
from fupin_cli.intake.raw import Source, UnreadableError
from fupin_cli.intake.rows import Rows
from fupin_cli.intake.values import dtype_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from fupin_cli.intake.contracts import TableSpec
    from fupin_cli.intake.inbox import InboxFile
    from fupin_cli.intake.raw import RawSheet, Sheet

    Read = Callable[[], list[RawSheet] | UnreadableError]

Head = dict[str, Any]


class KeptTables(Protocol):
    """What was kept of the files of months' folders (`jobs.kept_tables`)."""

    def heads(self, file: InboxFile) -> list[Head] | None:
        """What a file's sheets were recognised as (`head_of`); None where it is not known, or there was something to be told."""

    def recognised(self, heads: dict[InboxFile, list[Head]], sources: list[Source]) -> None:
        """These are the sheets there are; `heads`: what those files were recognised as of which there is nothing to be told."""

    def rows(self, source: Source) -> Rows | None:
        """A sheet's rows, if they are kept."""

    def typed(self, source: Source, rows: Rows) -> None:
        """Keep a sheet's rows."""


class LaterSheet:
    """A sheet whose cells are read when somebody asks for them (`raw.Sheet`)."""

    hidden = False  # of a hidden one there is something to be told

    def __init__(self, offset: int, nth: int, read: Callable[[], list[Sheet]]) -> None:
        """`read` gives all the file's sheets, of which this is the `nth`."""
        self.offset, self._nth, self._read = offset, nth, read

    @property
    def _sheet(self) -> Sheet:
        return self._read()[self._nth]

    @property
    def cells(self) -> pl.DataFrame:
        """All cells as they stand."""
        return self._sheet.cells

    @property
    def height(self) -> int:
        """Rows."""
        return self._sheet.height

    @property
    def width(self) -> int:
        """Columns."""
        return self._sheet.width

    def rows(self, numbers: pl.Series) -> pl.DataFrame:
        """Some rows (from 0) as they stand."""
        return self._sheet.rows(numbers)

    def column(self, position: int, rows: pl.Series | None = None) -> pl.Series:
        """A column as it stands, or those of its rows (from 0)."""
        return self._sheet.column(position, rows)

    @property
    def numeric(self) -> Callable[[list[int]], pl.DataFrame] | None:
        """Which cells hold numbers."""
        return self._sheet.numeric

    @property
    def untyped(self) -> bool:
        """Whether the kind of file knows no numbers."""
        return self._sheet.untyped

    @property
    def merged(self) -> list[tuple[int, int, int]]:
        """Blocks of merged cells that were filled."""
        return self._sheet.merged


def later(file: InboxFile, heads: list[Head], contracts: dict[str, TableSpec], read: Read) -> Callable[[], list[Sheet]]:
    """A file's sheets, read when they are first asked for. `heads`: those that were recognised.

    Raises (when asked):
        FupinError: the file has changed since its bytes were looked at.
    """

    @cache
    def sheets() -> list[Sheet]:
        found = read()
        if isinstance(found, UnreadableError):
            raise FupinError(f"{file.name} {found}", found.hint)
        known = {head["nth"]: shared(contracts[head["table"]], head["positions"]) for head in heads}
        return [coded(sheet, known.get(nth, set())) for nth, sheet in enumerate(found)]

    return sheets


def head_of(source: Source) -> Head:
    """What a sheet was recognised as: all of a source that its file and the contracts decide."""
    return {
        "nth": source.nth,
        "sheet": source.sheet,
        "table": source.spec.table,
        "offset": source.raw.offset,
        "header_row": source.header_row,
        "positions": source.positions,
        "headers": [[position, text] for position, text in source.headers.items()],
        "people": source.people,
    }


def source_of(
    head: Head, file: InboxFile, contracts: dict[str, TableSpec], sheets: Callable[[], list[Sheet]]
) -> Source:
    """The source again (`head_of`)."""
    return Source(
        index=0,
        file=file.name,
        sheet=head["sheet"],
        sha256=file.sha256,
        spec=contracts[head["table"]],
        raw=LaterSheet(head["offset"], head["nth"], sheets),
        header_row=head["header_row"],
        positions=head["positions"],
        folder=file.folder,
        headers=dict(head["headers"]),
        nth=head["nth"],
        people=head["people"],
    )


def pack_rows(source: Source, rows: Rows) -> bytes:
    """A sheet's rows (`Rows.of` it alone). Most sheets have none that were set aside, and nothing to be told of any."""
    accepted = rows.accepted
    same = _single(accepted, source)
    parts = [
        arrow(accepted.drop(same)),
        *(arrow(part) if part.height else b"" for part in (rows.set_aside, rows.found)),
    ]
    head = {
        "sizes": [len(part) for part in parts],
        "counts": rows.counts[source.index],
        "order": accepted.columns,
        "same": same,
    }
    return b"".join((json.dumps(head).encode(), b"\n", *parts))


def unpack_rows(source: Source, body: bytes) -> Rows:
    """The rows again, as those of this source.

    Raises:
        ValueError, KeyError, EOFError, PolarsError: they are none.
    """
    first, _, tables = body.partition(b"\n")
    head, stream = json.loads(first), io.BytesIO(tables)
    of_accepted, of_aside, of_found = (exactly(stream, size) for size in head["sizes"])
    index = pl.lit(source.index, dtype=pl.UInt32).alias("_src")
    columns = {name: pl.lit(value, dtype=_dtype(source, name)) for name, value in head["same"].items()}
    accepted = _frame(of_accepted).select(
        index if name == "_src" else columns[name].alias(name) if name in columns else pl.col(name)
        for name in head["order"]
    )
    none = accepted.clear().with_columns(pl.Series("_reason", [], pl.String))
    aside = _frame(of_aside).with_columns(index) if of_aside else none
    found = _frame(of_found).with_columns(index) if of_found else findings.empty()
    read, good = head["counts"]
    return Rows(accepted, aside, found, {source.index: (read, good)})


def _frame(body: bytes) -> pl.DataFrame:
    return pl.read_ipc_stream(io.BytesIO(body))


def _single(accepted: pl.DataFrame, source: Source) -> dict[str, Any]:
    """What stands in every row of columns where that is seen at once: kept as one value, as it was typed (`rows.read_rows`)."""
    if not accepted.height:
        return {}
    empty = accepted.null_count().row(0, named=True)
    marks = [name for name, dtype in accepted.schema.items() if dtype == pl.Boolean and not empty[name]]
    same: dict[str, Any] = {name: False for name in marks if not accepted.select(pl.col(name).any()).item()}
    same |= {name: None for name, count in empty.items() if count == accepted.height}
    return same | {"_file": source.file, "_sheet": source.sheet}


def _dtype(source: Source, name: str) -> Any:
    """The type of such a column."""
    if name in source.spec.columns:
        return dtype_of(source.spec.columns[name])
    return pl.Boolean if name.endswith("_month") else pl.String

"""Cells as plain lists, of workbooks of the old format: without Polars, whose loading takes longer than reading most of them.

The helper process (`intake.apart_worker`) loads nothing else for them. The reader hands its columns over by Arrow's C data
interface, whose layout is fixed (arrow.apache.org/docs/format/CDataInterface): a text column is three buffers.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fupin_cli.intake.failed_formulas import failed_formulas
from fupin_cli.intake.raw import HINT_DAMAGED, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fupin_cli.intake.failed_formulas import Cells

NO_SHEET = "not a valid worksheet"  # the reader's words for charts in an old workbook
LOCKED = "文件加了密码，打不开"
NO_CELLS = "不是单元格表"
ENDS = (KeyboardInterrupt, SystemExit, MemoryError)  # no fault of the file
TEXTS = {b"u": ctypes.c_int32, b"U": ctypes.c_int64}  # formats of text columns, and the kind of their offsets


@dataclass
class PlainSheet:
    """One sheet: a list of texts for each column from sheet column `offset` on, None where a cell is empty.

    `numeric`: for each column a text of 1 where a cell holds a number and 0 where not, which may be shorter than the column;
    None where nobody has looked. `formulas`: what formulas without a value show, by row and column. `merged`: as in `RawSheet`.
    """

    name: str
    columns: list[list[str | None]] = field(default_factory=list, repr=False)
    offset: int = 0
    hidden: bool = False
    numeric: list[str] | None = field(default=None, repr=False)
    formulas: Cells = field(default_factory=dict, repr=False)
    unread: str = ""
    merged: list[tuple[int, int, int]] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Bytes of all its texts."""
        return sum(len(text.encode()) for column in self.columns for text in column if text)


def read_old_workbook(content: bytes) -> Iterator[PlainSheet]:
    """Read the sheets of a BIFF .xls one after the other; those that hold no cells are given as unread.

    Raises:
        UnreadableError: damaged or encrypted.
    """
    import fastexcel

    sheet = ""
    try:
        reader = fastexcel.read_excel(content)
        formulas = failed_formulas(content)
        for sheet in reader.sheet_names:
            yield _sheet(reader, sheet, formulas.get(sheet, {}))
    except (Exception, BaseException) as error:  # a panic inside the reader derives from BaseException
        if isinstance(error, (*ENDS, GeneratorExit)):
            raise
        raise refused(error, sheet) from error


def refused(error: BaseException, sheet: str) -> UnreadableError:
    """What is said where reading a workbook ended with an error."""
    text = str(error).lower()
    if "password" in text or "encrypt" in text:
        return UnreadableError(LOCKED, "请用 Excel 打开，取消密码后另存再放进来")
    where = f"（工作表“{sheet}”）" if sheet else ""
    return UnreadableError(f"文件不完整或已损坏，打不开{where}", HINT_DAMAGED)


def _sheet(reader: Any, name: str, formulas: Cells) -> PlainSheet:
    """Load one sheet as texts. Whether a cell is a number is asked of the cell: read as Boolean, a number gives a value and a text none."""
    options: dict[str, Any] = {"header_row": None, "skip_rows": 0}
    try:
        loaded = reader.load_sheet(name, dtypes="string", schema_sample_rows=1, **options)
    except Exception as error:
        if NO_SHEET in str(error):
            return PlainSheet(name, unread=NO_CELLS)
        raise
    known = loaded.available_columns()
    typed = reader.load_sheet(name, dtypes="boolean", **options)
    return PlainSheet(
        name,
        [_texts(column, kind) for column, kind in _columns(loaded)],
        known[0].absolute_index if known else 0,
        hidden=loaded.visible != "visible",
        numeric=[_there(column) for column, _ in _columns(typed)],
        formulas=formulas,
    )


class _Schema(ctypes.Structure):
    """Arrow's `ArrowSchema`."""


class _Array(ctypes.Structure):
    """Arrow's `ArrowArray`."""


_Schema._fields_ = [
    ("format", ctypes.c_char_p),
    ("name", ctypes.c_char_p),
    ("metadata", ctypes.c_char_p),
    ("flags", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("children", ctypes.POINTER(ctypes.POINTER(_Schema))),
]
_Array._fields_ = [
    ("length", ctypes.c_int64),
    ("null_count", ctypes.c_int64),
    ("offset", ctypes.c_int64),
    ("n_buffers", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("buffers", ctypes.POINTER(ctypes.c_void_p)),
    ("children", ctypes.POINTER(ctypes.POINTER(_Array))),
]
_pointer = ctypes.pythonapi.PyCapsule_GetPointer
_pointer.restype, _pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]


def _columns(loaded: Any) -> Iterator[tuple[_Array, bytes]]:
    """The columns of what the reader gives, each with its format; they last as long as the two capsules, which end with this."""
    about, cells = loaded.__arrow_c_array__()
    schema = _Schema.from_address(_pointer(about, b"arrow_schema"))
    array = _Array.from_address(_pointer(cells, b"arrow_array"))
    for n in range(array.n_children):
        yield array.children[n].contents, schema.children[n].contents.format


def _there(column: _Array) -> str:
    """A text of 1 for each cell that is not null, and 0 for each that is."""
    if not column.buffers[0]:  # none is null
        return "1" * int(column.length)
    end: int = column.offset + column.length
    bits = int.from_bytes(ctypes.string_at(column.buffers[0], (end + 7) // 8), "little")
    return f"{bits:0{end}b}"[::-1][column.offset : end]


def _texts(column: _Array, kind: bytes) -> list[str | None]:
    if not column.length:
        return []
    ends = (TEXTS[kind] * (column.offset + column.length + 1)).from_address(column.buffers[1])[column.offset :]
    data = ctypes.string_at(column.buffers[2], ends[-1]) if ends[-1] else b""
    return [
        data[start:end].decode() if there == "1" else None
        for start, end, there in zip(ends, ends[1:], _there(column), strict=False)
    ]

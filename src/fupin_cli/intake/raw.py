"""A file's cells as they stand: every sheet as strings, with the positions that Excel shows."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    import polars as pl

    from fupin_cli.intake.contracts import TableSpec


HINT_DAMAGED = "请向报送单位重新要一份，或用 Excel 打开后另存为 .xlsx"


class UnreadableError(Exception):
    """A file that cannot be read: why, and what to do (finding IN001). The other files are still done."""

    def __init__(self, message: str, hint: str) -> None:
        """Keep both sentences."""
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True)
class Unplaced:
    """What a month's computation could not take in: a file, a folder, a link, or a sheet that fits no table.

    `code` of the finding that tells of it; `why` and `hint` as there. `tables` whose rows it may hold, as far as its headers,
    or of a file that cannot be opened its name, tell; `folder`: the month index of its folder.
    """

    file: str
    sheet: str
    code: str
    why: str
    hint: str
    tables: tuple[str, ...] = ()
    folder: int | None = None


@dataclass
class RawSheet:
    """One sheet. `cells`: all-String frame, its n-th column is sheet column `offset + n`, its rows start at row 1.

    `numeric(columns)` gives one Boolean column per asked column: whether the cell holds a number, by its type (of an .xlsx that
    has no long ones: a number that may have been 2024.10).
    `hidden_rows`: rows (from 1) that a filter or a person has hidden; old workbooks and texts tell of none.
    `untyped`: the kind of file knows no numbers apart from texts (.csv, a web page).
    `merged`: blocks merged downwards whose cells were filled: position of the column, first and last row (from 1).
    `unread`: the sheet holds no cells to be read (a chart, a macro), and why.
    """

    name: str
    cells: pl.DataFrame = field(repr=False)
    offset: int = 0
    hidden: bool = False
    numeric: Callable[[list[int]], pl.DataFrame] | None = None
    unread: str = ""
    hidden_rows: list[int] = field(default_factory=list)
    untyped: bool = False
    merged: list[tuple[int, int, int]] = field(default_factory=list)

    @property
    def height(self) -> int:
        """Rows."""
        return self.cells.height

    @property
    def width(self) -> int:
        """Columns."""
        return self.cells.width

    def rows(self, numbers: pl.Series) -> pl.DataFrame:
        """Some rows (from 0)."""
        return self.cells[numbers]

    def column(self, position: int, rows: pl.Series | None = None) -> pl.Series:
        """A column, or those of its rows (from 0)."""
        column = self.cells.to_series(position)
        return column if rows is None else column.gather(rows)


class Sheet(Protocol):
    """What is asked of a recognised sheet, as it was read or as it is kept (`coded`), or read when it is asked (`known.LaterSheet`).

    All cells of a large one are not there as texts: who needs some asks for these.
    """

    @property
    def cells(self) -> pl.DataFrame:
        """All cells as they stand."""

    @property
    def height(self) -> int:
        """Rows."""

    @property
    def width(self) -> int:
        """Columns."""

    def rows(self, numbers: pl.Series) -> pl.DataFrame:
        """Some rows (from 0) as they stand."""

    def column(self, position: int, rows: pl.Series | None = None) -> pl.Series:
        """A column as it stands, or those of its rows (from 0)."""

    @property
    def hidden(self) -> bool:
        """Whether the sheet is hidden."""

    @property
    def offset(self) -> int:
        """The sheet column of the first."""

    @property
    def numeric(self) -> Callable[[list[int]], pl.DataFrame] | None:
        """Which cells hold numbers."""

    @property
    def untyped(self) -> bool:
        """Whether the kind of file knows no numbers."""

    @property
    def merged(self) -> list[tuple[int, int, int]]:
        """Blocks of merged cells that were filled."""


@dataclass
class Source:
    """One sheet that was recognised as a table, and where its columns and rows stand."""

    index: int
    file: str
    sheet: str
    sha256: str
    spec: TableSpec
    raw: Sheet = field(repr=False)
    header_row: int  # 1-based
    positions: dict[str, int]  # column name → position in raw.cells
    folder: int | None = None  # month index of the folder, None for files that serve every month
    role: str = "unused"  # current, previous, unused
    rows_read: int = 0
    rows_accepted: int = 0
    rows_set_aside: int = 0
    headers: dict[int, str] = field(default_factory=dict)  # position → header as written
    nth: int = 0  # which of the file's sheets
    people: str = ""  # a hash of whom it names, or of what its rows are of (`copies.people_of`)

    def header_of(self, name: str) -> str:
        """A column's header as this file writes it, on one line."""
        return "".join(self.headers.get(self.positions.get(name, -1), self.spec.columns[name].header).split())

    def letter(self, position: int) -> str:
        """Column letter as Excel shows it."""
        return column_letter(self.raw.offset + position)


def is_utf8(data: bytes) -> bool:
    """Whether bytes are UTF-8."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def column_letter(index: int) -> str:
    """Give Excel's letters for a 0-based column index."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def without(sources: list[Source], gone: Collection[int]) -> list[Source]:
    """The sheets but those of these indexes, numbered anew; as they are, where none goes."""
    if not gone:
        return sources
    return [replace(source, index=n) for n, source in enumerate(s for s in sources if s.index not in gone)]

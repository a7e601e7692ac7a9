"""What a sheet's XML says of itself: its last row and column, hidden rows, merged cells, shortened numbers, formulas without a value.

All of a sheet is looked through for what few sheets have. Looking for one letter costs a tenth of looking for a word,
and a pattern that does not begin with letters of its own ten times as much: so each search begins with its own letters,
and what has a letter that sheets rarely have is only looked for where that letter stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from typing import TYPE_CHECKING

from fupin_cli.intake.budget import SHEET_COLUMNS
from fupin_cli.intake.raw import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterable

OVERLAP = 16 << 10  # longer than all that is looked for, so that nothing is lost between two chunks
# Numbers that are not all that was typed: beyond 15 digits, and 2024.10 (programs write 2024.1 or 2024.0999999999999).
TENTH = rb"[12]\d{3}\.(?:1(?:0*<)|09999|1000000)"
SHORTENED = re.compile(rb"v>(?:\d{14,}|\d(?:\.\d+)?[eE]\+?\d\d|" + TENTH + rb")")
ROW = re.compile(rb"w (?<=row )[^>]{0,200}?\br=\"(\d{1,9})\"")
HIDDEN_ROW = re.compile(rb"row (?=[^>]{0,200}?\bhidden=\"(?:1|true)\")[^>]{0,200}?\br=\"(\d{1,9})\"")
FAR = re.compile(rb" r=\"([E-Z][A-Z]|[A-Z]{3})\d")  # columns beyond DZ
MERGE = re.compile(rb"mergeCell [^>]{0,60}?ref=\"([A-Z]{1,3})(\d{1,9}):([A-Z]{1,3})(\d{1,9})\"")
COLUMNS_PER_LETTER = 26
USUAL_COLUMNS = 5 * COLUMNS_PER_LETTER  # up to DZ: no table has more, so narrower sheets are not measured closer
# As every program that clerks use writes it: the address first, in double quotes, with nothing hidden between.
CELL = re.compile(rb"r=\"(?<=<c r=\")[A-Z]{1,3}(\d{1,7})\"")
OTHER_CELL = re.compile(rb"<c[\t\n\r\f\v/>]")
PREFIX = re.compile(rb":c[\s/>]")  # a cell with a namespace prefix, or a text that looks like one
PREFIXED_CELL = re.compile(rb"<(?:\w{1,9}:)?c r=\"[A-Z]{1,3}(\d{1,7})\"")
ANY_CELL = re.compile(rb"<(?:[^\s<>/:]+:)?c[\s/>]")
INSTRUCTION = re.compile(rb"<\?(?!xml )")
SINGLE_QUOTED = re.compile(rb"=\s*'")
SHEET_END = re.compile(rb"</(?:\w{1,9}:)?worksheet>\Z")
LONGEST_END = 32
# A formula that failed shows #N/A, one that was never computed shows what Excel computes on opening: neither is an empty
# cell, though a reader gives none of them. (A formula may well have computed an empty text: t="str" and an empty value.)
TAG = rb"<(?:\w{1,9}:)?"
FORMULA_TAG = re.compile(rb"f(?<=[<:]f)[\s/>]")
FORMULA = TAG + rb"f(?:\s[^>]{0,200})?(?:/>|>([^<]{0,8192})</(?:\w{1,9}:)?f>)"
ADDRESS = TAG + rb"c r=\"([A-Z]{1,3})(\d{1,7})\""
FAILED = re.compile(
    ADDRESS + rb"[^>]{0,80} t=\"e\"[^>]{0,80}>(?:" + FORMULA + rb")?" + TAG + rb"v>(#[^<]{1,20})</", re.DOTALL
)
NOT_COMPUTED = re.compile(
    ADDRESS + rb"(?![^>]{0,80} t=\"str\")[^>]{0,80}>" + FORMULA + rb"(?:" + TAG + rb"v\s*(?:/>|></(?:\w{1,9}:)?v>))?</",
    re.DOTALL,
)
# A cell with such a number as every program writes it. In a county's incomes there is always one (1500.1).
TENTH_CELL = re.compile(
    rb"c r=\"([A-Z]{1,3})(\d{1,7})\"(?: s=\"\d{1,6}\")?(?: t=\"n\")?>(?:" + FORMULA + rb")?" + TAG + rb"v>" + TENTH
)
NEAR = 256  # how far before a number its cell is looked for
MOST_TENTHS = 20_000  # where there are more, or one that is written otherwise, the cells are asked themselves
FORMULA_SHOWN = 60  # letters of a formula that are shown in place of what it never gave
MOST_FORMULAS = 300_000  # formulas without a value in a sheet: each is held by itself


@dataclass
class SheetShape:
    """What one sheet's XML says of itself."""

    last_row: int = 0
    last_column: int = USUAL_COLUMNS
    # row, column (0-based) of numbers that may have been 2024.10; `shortened`: others too are not all that was typed, or some
    # of these cannot be told from the XML alone
    tenths: set[tuple[int, int]] = field(default_factory=set)
    shortened: bool = False
    hidden_rows: set[int] = field(default_factory=set)  # 1-based; of one that is filtered the rows left out
    # first row, column, last row, column (0-based); a key, since some programs write the same block many times
    merges: dict[tuple[int, int, int, int], None] = field(default_factory=dict)
    # row, column (0-based) → what stands in a cell whose formula failed (#N/A) or was never computed (=B2+1)
    formulas: dict[tuple[int, int], str] = field(default_factory=dict)

    @property
    def cells(self) -> int:
        """How many cells a reader must hold."""
        return self.last_row * self.last_column


def column_number(letters: bytes) -> int:
    """1-based number of a column's letters."""
    number = 0
    for letter in letters:
        number = number * COLUMNS_PER_LETTER + letter - 64
    return number


def scan(chunks: Iterable[bytes]) -> SheetShape:
    """Describe a sheet by its XML, which comes in pieces.

    Raises:
        UnreadableError: more formulas without a value than can be told one by one.
    """
    shape = SheetShape()
    tail = b""
    for chunk in chunks:
        text = tail + chunk if tail else chunk
        _look(shape, text, NEAR if len(tail) == OVERLAP else 0)  # what stands before was seen with its cell
        tail = text[-OVERLAP:]
    return shape


def usual_cells(text: bytes) -> list[bytes] | None:
    """The row number of each cell of a whole sheet; None where a cell may be written as no usual program writes it.

    Every element `c`, whatever its prefix, has to be one that is seen here, and nothing may hide what only looks like one.
    """
    if not SHEET_END.search(text.rstrip()[-LONGEST_END:]) or (b"!" in text and b"<!" in text):
        return None
    if INSTRUCTION.search(text) or (b"'" in text and SINGLE_QUOTED.search(text)):
        return None
    if PREFIX.search(text):
        rows = PREFIXED_CELL.findall(text)
        return rows if len(rows) == len(ANY_CELL.findall(text)) else None
    rows = CELL.findall(text)
    return rows if len(rows) == text.count(b"<c ") and not OTHER_CELL.search(text) else None


def _look(shape: SheetShape, text: bytes, begin: int) -> None:
    shape.last_row = max(shape.last_row, max(map(int, ROW.findall(text)), default=0))
    if b"h" in text and b"d" in text and b' hidden="' in text:
        shape.hidden_rows.update(map(int, HIDDEN_ROW.findall(text)))
    for letters in set(FAR.findall(text)):
        shape.last_column = max(shape.last_column, min(column_number(letters), SHEET_COLUMNS))
    if b"v" in text and not shape.shortened:
        shape.shortened = not _tell_tenths(shape, text, begin)
    if b"g" in text and b"mergeCell " in text:
        for first, top, last, bottom in MERGE.findall(text):
            shape.merges[int(top) - 1, column_number(first) - 1, int(bottom) - 1, column_number(last) - 1] = None
    _look_for_formulas(shape, text)


def _tell_tenths(shape: SheetShape, text: bytes, begin: int) -> bool:
    """Tell the cells of all shortened numbers from `begin` on; no where one is of another kind, or its cell cannot be told."""
    for number in SHORTENED.finditer(text, begin):
        start = text.rfind(b'c r="', max(number.start() - NEAR, 0), number.start())
        cell = TENTH_CELL.match(text, start) if start > 0 and text[start - 1] in b"<:" else None
        if cell is None or cell.end() != number.end() or len(shape.tenths) == MOST_TENTHS:
            return False
        shape.tenths.add((int(cell[2]) - 1, column_number(cell[1]) - 1))
    return True


def _look_for_formulas(shape: SheetShape, text: bytes) -> None:
    found: list[tuple[bytes, bytes, str]] = []
    if b"#" in text and b't="e"' in text:
        found += [(letters, row, value.decode()) for letters, row, _, value in FAILED.findall(text)]
    if b"f" in text and FORMULA_TAG.search(text):
        found += [
            (letters, row, "=" + unescape(formula.decode("utf-8", "replace"))[:FORMULA_SHOWN])
            for letters, row, formula in NOT_COMPUTED.findall(text)
        ]
    for letters, row, words in found:
        shape.formulas[int(row) - 1, column_number(letters) - 1] = words
    if len(shape.formulas) > MOST_FORMULAS:
        raise UnreadableError(
            f"有 {MOST_FORMULAS} 多格公式没有算出值，整个文件没有用", "用 Excel 打开，把公式换成数值后另存再报"
        )

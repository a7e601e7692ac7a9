"""Looks into an .xlsx before anything opens it: its size, its shape, its merged cells, long numbers, failed formulas.

Some well-formed workbooks make every reader allocate without bound: a part that unpacks to gigabytes, or two cells
at opposite corners of a sheet. The zip's directory and one pass over the XML tell, at little cost, before they can.
What they cannot tell is read apart (`intake.apart`): `Look.plain` says that nothing here can cost more than it shows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from typing import TYPE_CHECKING

from fupin_cli.intake.budget import MIB, SIZE_HINT, cells_refused, unpacked_limit
from fupin_cli.intake.package import STRINGS, Package, SheetPart, opened
from fupin_cli.intake.raw import UnreadableError

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterator
    from io import BytesIO
    from pathlib import Path

    from fupin_cli.policy.settings import Intake

RATIO_FLOOR = 20 * MIB  # small parts may pack as tightly as they like
CHUNK = 4 * MIB
OVERLAP = 512  # longer than any tag looked for, so that none is lost between two chunks
# Each begins with letters of its own, whatever the namespace prefix: the search then runs at the speed of memory.
LONG_NUMBER = re.compile(rb"v>(?:\d{14,}|\d(?:\.\d+)?[eE]\+?\d\d)")
ROW = re.compile(rb"row [^>]{0,200}?\br=\"(\d{1,9})\"")
HIDDEN_ROW = re.compile(rb"row (?=[^>]{0,200}?\bhidden=\"(?:1|true)\")[^>]{0,200}?\br=\"(\d{1,9})\"")
FAR = re.compile(rb" r=\"([E-Z][A-Z]|[A-Z]{3})\d")  # columns beyond DZ
MERGE = re.compile(rb"mergeCell [^>]{0,60}?ref=\"([A-Z]{1,3})(\d{1,9}):([A-Z]{1,3})(\d{1,9})\"")
COLUMNS_PER_LETTER = 26
USUAL_COLUMNS = 5 * COLUMNS_PER_LETTER  # up to DZ: no table has more, so narrower sheets are not measured closer
SHEET_COLUMNS = 16_384
# As every program that clerks use writes it: the address first, in double quotes, with nothing hidden between.
CELL = re.compile(rb"<(?:\w{1,9}:)?c r=\"[A-Z]{1,3}(\d{1,7})\"")
ANY_CELL = re.compile(rb"<(?:\w{1,9}:)?c[\s/>]")
CELLS_HIDDEN = re.compile(rb"<!|<\?(?!xml )|=\s*'")
# A formula that failed shows #N/A, one that was never computed shows what Excel computes on opening: neither is an empty
# cell, though a reader gives none of them. (A formula may well have computed an empty text: t="str" and an empty value.)
TAG = rb"<(?:\w{1,9}:)?"
FORMULA = TAG + rb"f(?:\s[^>]{0,200})?(?:/>|>([^<]{0,8192})</(?:\w{1,9}:)?f>)"
ADDRESS = TAG + rb"c r=\"([A-Z]{1,3})(\d{1,7})\""
FAILED = re.compile(
    ADDRESS + rb"[^>]{0,80} t=\"e\"[^>]{0,80}>(?:" + FORMULA + rb")?" + TAG + rb"v>(#[^<]{1,20})</", re.DOTALL
)
NOT_COMPUTED = re.compile(
    ADDRESS + rb"(?![^>]{0,80} t=\"str\")[^>]{0,80}>" + FORMULA + rb"(?:" + TAG + rb"v\s*(?:/>|></(?:\w{1,9}:)?v>))?</",
    re.DOTALL,
)
FORMULA_SHOWN = 60  # letters of a formula that are shown in place of what it never gave
MOST_FORMULAS = 300_000  # formulas without a value in a sheet: each is held by itself
SHEET_END = re.compile(rb"</(?:\w{1,9}:)?worksheet>\s*\Z")
STRING_END = re.compile(rb"</(?:\w{1,9}:)?si>")
# A plain file is read in this process: no more than a moment and 200 MiB, whatever stands in it.
PLAIN_UNPACKED = 32 * MIB
PLAIN_CELLS = 3_000_000
PLAIN_TEXT = 128 * MIB


@dataclass
class SheetShape:
    """What one sheet's XML says of itself."""

    last_row: int = 0
    last_column: int = USUAL_COLUMNS
    long_numbers: bool = False
    hidden_rows: set[int] = field(default_factory=set)  # 1-based; of one that is filtered the rows left out
    # first row, column, last row, column (0-based); a key, since some programs write the same block many times
    merges: dict[tuple[int, int, int, int], None] = field(default_factory=dict)
    # row, column (0-based) → what stands in a cell whose formula failed (#N/A) or was never computed (=B2+1)
    formulas: dict[tuple[int, int], str] = field(default_factory=dict)

    @property
    def cells(self) -> int:
        """How many cells a reader must hold."""
        return self.last_row * self.last_column


@dataclass
class Look:
    """What a look into a workbook tells: its sheets' shapes by name, sheets without cells, whether it is plain."""

    shapes: dict[str, SheetShape]
    others: list[SheetPart]
    plain: bool


def column_number(letters: bytes) -> int:
    """1-based number of a column's letters."""
    number = 0
    for letter in letters:
        number = number * COLUMNS_PER_LETTER + letter - 64
    return number


def inspect(file: Path | BytesIO, limits: Intake) -> Look:
    """Check an .xlsx against the limits and describe its sheets.

    Raises:
        UnreadableError: not a whole zip, too large unpacked, packed too tightly, or too many cells.
    """
    with opened(file) as package:
        _check_size(package, limits)
        sheets = package.sheets()
        shapes = {
            sheet.name: _scan(_chunks(package, sheet.part, limits)) for sheet in sheets if sheet.part and not sheet.why
        }
        cells = sum(shape.cells for shape in shapes.values())
        if cells > limits.max_cells_million * 1_000_000:
            raise _too_wide(shapes, cells, limits)
        return Look(shapes, [sheet for sheet in sheets if sheet.why], plain=False)


def look_closely(file: Path | BytesIO, limits: Intake) -> Look:
    """As `inspect`, for a file small enough to be looked at cell by cell: `plain` if all of it is as it seems.

    Raises:
        UnreadableError: as `inspect`.
    """
    with opened(file) as package:
        if package.unpacked > PLAIN_UNPACKED or not package.is_plain:
            return Look({}, [], plain=False)
    look = inspect(file, limits)
    with opened(file) as package:
        longest = _longest_string(package)
        cells = 0
        for sheet in package.sheets():
            if sheet.part is None or sheet.why:
                continue
            text = package.archive.read(sheet.part)
            rows = CELL.findall(text)
            shape = look.shapes[sheet.name]
            shape.last_row = max(shape.last_row, max(map(int, set(rows)), default=0))
            if len(rows) != len(ANY_CELL.findall(text)) or CELLS_HIDDEN.search(text) or not SHEET_END.search(text):
                return look
            cells += len(rows)
    look.plain = sum(s.cells for s in look.shapes.values()) <= PLAIN_CELLS and longest * cells <= PLAIN_TEXT
    return look


def _longest_string(package: Package) -> int:
    """Bytes of the longest shared string: each cell that names it gets a copy."""
    part = package.part(STRINGS)
    if part is None:
        return 0
    return max(map(len, STRING_END.split(package.archive.read(part))))


def _check_size(package: Package, limits: Intake) -> None:
    most = unpacked_limit(limits)
    if package.unpacked > most * MIB:
        raise UnreadableError(
            f"文件解压后有 {package.unpacked // MIB} MiB，超过上限 {most} MiB（[intake] max_unpacked_mib），没有打开",
            SIZE_HINT,
        )
    for part in package.parts:
        if part.file_size > RATIO_FLOOR and part.file_size > limits.max_ratio * max(part.compress_size, 1):
            raise UnreadableError(
                f"文件压缩得异常紧（超过 {limits.max_ratio} 倍，[intake] max_ratio），疑似压缩炸弹，没有打开", SIZE_HINT
            )


def _chunks(package: Package, part: zipfile.ZipInfo, limits: Intake) -> Iterator[bytes]:
    unpacked = 0
    with package.archive.open(part) as stream:
        while chunk := stream.read(CHUNK):
            unpacked += len(chunk)
            if unpacked > unpacked_limit(limits) * MIB:  # the directory may lie
                raise UnreadableError("文件解压后超过上限（[intake] max_unpacked_mib），没有打开", SIZE_HINT)
            yield chunk


def _scan(chunks: Iterator[bytes]) -> SheetShape:
    shape = SheetShape()
    tail = b""
    for chunk in chunks:
        _look(shape, tail + chunk)
        tail = chunk[-OVERLAP:]
    return shape


def _too_wide(shapes: dict[str, SheetShape], cells: int, limits: Intake) -> UnreadableError:
    name, widest = max(shapes.items(), key=lambda item: item[1].cells)
    far = f"工作表“{name}”写到第 {widest.last_row} 行、第 {widest.last_column} 列，范围过大；"
    hint = "多半是误在很远的单元格里留了字；删去表外的行和列，另存后再报。" + SIZE_HINT
    return UnreadableError(far + cells_refused(cells, limits), hint)


def _look(shape: SheetShape, text: bytes) -> None:
    for match in ROW.finditer(text):
        shape.last_row = max(shape.last_row, int(match[1]))
    if b' hidden="' in text:
        shape.hidden_rows.update(map(int, HIDDEN_ROW.findall(text)))
    for letters in set(FAR.findall(text)):
        shape.last_column = max(shape.last_column, min(column_number(letters), SHEET_COLUMNS))
    shape.long_numbers = shape.long_numbers or LONG_NUMBER.search(text) is not None
    for first, top, last, bottom in MERGE.findall(text):
        shape.merges[int(top) - 1, column_number(first) - 1, int(bottom) - 1, column_number(last) - 1] = None
    _look_for_formulas(shape, text)


def _look_for_formulas(shape: SheetShape, text: bytes) -> None:
    found: list[tuple[bytes, bytes, str]] = []
    if b't="e"' in text:
        found += [(letters, row, value.decode()) for letters, row, _, value in FAILED.findall(text)]
    if b"f>" in text or b"<f" in text:
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

"""Looks into an .xlsx before anything opens it: its size, its shape, its merged cells, long numbers, failed formulas.

Some well-formed workbooks make every reader allocate without bound: a part that unpacks to gigabytes, or two cells
at opposite corners of a sheet. The zip's directory and one pass over the XML tell, at little cost, before they can.
What they cannot tell is read apart (`intake.apart`): `Look.plain` says that nothing here can cost more than it shows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fupin_cli.intake.budget import MIB, SIZE_HINT, cells_refused, unpacked_limit
from fupin_cli.intake.package import STRINGS, Package, SheetPart, opened
from fupin_cli.intake.raw import UnreadableError
from fupin_cli.intake.sheet_scan import SheetShape, scan, usual_cells

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterator
    from io import BytesIO
    from pathlib import Path

    from fupin_cli.policy.settings import Intake

RATIO_FLOOR = 20 * MIB  # small parts may pack as tightly as they like
CHUNK = MIB // 4  # of one that is larger the unpacker copies what is still packed too often
STRING_END = re.compile(rb"</(?:\w{1,9}:)?si>")
# A plain file is read in this process: no more than a moment and 200 MiB, whatever stands in it.
PLAIN_UNPACKED = 32 * MIB
PLAIN_CELLS = 3_000_000
PLAIN_TEXT = 128 * MIB


@dataclass
class Look:
    """What a look into a workbook tells: its sheets' shapes by name, sheets without cells, whether it is plain."""

    shapes: dict[str, SheetShape]
    others: list[SheetPart]
    plain: bool


def inspect(file: Path | BytesIO, limits: Intake) -> Look:
    """Check an .xlsx against the limits and describe its sheets.

    Raises:
        UnreadableError: not a whole zip, too large unpacked, packed too tightly, or too many cells.
    """
    with opened(file) as package:
        _check_size(package, limits)
        sheets = package.sheets()
        shapes = {
            sheet.name: scan(_chunks(package, sheet.part, limits)) for sheet in sheets if sheet.part and not sheet.why
        }
    _refuse_wide(shapes, limits)
    return Look(shapes, [sheet for sheet in sheets if sheet.why], plain=False)


def look_closely(file: Path | BytesIO, limits: Intake) -> Look:
    """As `inspect`, for a file small enough to be looked at cell by cell: `plain` if all of it is as it seems.

    Of one that is not plain nothing more is told. Each sheet is unpacked once.

    Raises:
        UnreadableError: as `inspect`.
    """
    doubtful = Look({}, [], plain=False)
    with opened(file) as package:
        if package.unpacked > PLAIN_UNPACKED or not package.is_plain:
            return doubtful
        _check_size(package, limits)
        sheets = package.sheets()
        shapes: dict[str, SheetShape] = {}
        last_rows: dict[str, int] = {}  # by the cells' own addresses
        cells = 0
        for sheet in sheets:
            if sheet.part is None or sheet.why:
                continue
            text = b"".join(_chunks(package, sheet.part, limits))
            shapes[sheet.name] = scan([text])
            rows = usual_cells(text)
            if rows is None:
                return doubtful
            last_rows[sheet.name] = max(map(int, set(rows)), default=0)
            cells += len(rows)
        _refuse_wide(shapes, limits)
        longest = _longest_string(package, limits)
    for name, shape in shapes.items():
        shape.last_row = max(shape.last_row, last_rows[name])
    plain = sum(shape.cells for shape in shapes.values()) <= PLAIN_CELLS and longest * cells <= PLAIN_TEXT
    return Look(shapes, [sheet for sheet in sheets if sheet.why], plain=plain)


def _longest_string(package: Package, limits: Intake) -> int:
    """Bytes of the longest shared string: each cell that names it gets a copy."""
    part = package.part(STRINGS)
    if part is None:
        return 0
    return max(map(len, STRING_END.split(b"".join(_chunks(package, part, limits)))))


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


def _refuse_wide(shapes: dict[str, SheetShape], limits: Intake) -> None:
    cells = sum(shape.cells for shape in shapes.values())
    if cells <= limits.max_cells_million * 1_000_000:
        return
    name, widest = max(shapes.items(), key=lambda item: item[1].cells)
    far = f"工作表“{name}”写到第 {widest.last_row} 行、第 {widest.last_column} 列，范围过大；"
    hint = "多半是误在很远的单元格里留了字；删去表外的行和列，另存后再报。" + SIZE_HINT
    raise UnreadableError(far + cells_refused(cells, limits), hint)

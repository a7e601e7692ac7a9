"""Looks into an .xlsx before anything opens it: its size, its shape, its merged cells, long numbers.

Some well-formed workbooks make every reader allocate without bound: a part that unpacks to gigabytes, or two cells
at opposite corners of a sheet. The zip's directory and one pass over the XML tell, at little cost, before they can.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lxml import etree

from fupin_cli.intake.raw import UnreadableError

if TYPE_CHECKING:
    from io import BytesIO
    from pathlib import Path

    from fupin_cli.policy.settings import Intake

MIB = 1 << 20
RATIO_FLOOR = 20 * MIB  # small parts may pack as tightly as they like
CHUNK = 4 * MIB
OVERLAP = 512  # longer than any tag looked for, so that none is lost between two chunks
# Each begins with letters of its own, whatever the namespace prefix: the search then runs at the speed of memory.
LONG_NUMBER = re.compile(rb"v>(?:\d{14,}|\d(?:\.\d+)?[eE]\+?\d\d)")
ROW = re.compile(rb"row [^>]{0,200}?\br=\"(\d+)\"")
FAR = re.compile(rb" r=\"([E-Z][A-Z]|[A-Z]{3})\d")  # columns beyond DZ
MERGE = re.compile(rb"mergeCell [^>]{0,60}?ref=\"([A-Z]+)(\d+):([A-Z]+)(\d+)\"")
COLUMNS_PER_LETTER = 26
USUAL_COLUMNS = 5 * COLUMNS_PER_LETTER  # up to DZ: no table has more, so narrower sheets are not measured closer
HINT_DAMAGED = "请向报送单位重新要一份，或用 Excel 打开后另存为 .xlsx"
HINT_SIZE = "确认文件来源；若确实这么大，请分成几个文件，或在 fupin.toml 的 [intake] 中放宽限制"


@dataclass
class SheetShape:
    """What one sheet's XML says of itself."""

    last_row: int = 0
    last_column: int = USUAL_COLUMNS
    long_numbers: bool = False
    merges: list[tuple[int, int, int, int]] = field(
        default_factory=list
    )  # first row, column, last row, column (0-based)


def column_number(letters: bytes) -> int:
    """1-based number of a column's letters."""
    number = 0
    for letter in letters:
        number = number * COLUMNS_PER_LETTER + letter - 64
    return number


def inspect(file: Path | BytesIO, limits: Intake) -> dict[str, SheetShape]:
    """Check an .xlsx against the limits and describe its sheets, by sheet name.

    Raises:
        UnreadableError: not a whole zip, too large unpacked, packed too tightly, or too many cells.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            total = sum(part.file_size for part in parts)
            if total > limits.max_unpacked_mib * MIB:
                raise UnreadableError(
                    f"文件解压后有 {total // MIB} MiB，超过上限 {limits.max_unpacked_mib} MiB，没有打开", HINT_SIZE
                )
            for part in parts:
                if part.file_size > RATIO_FLOOR and part.file_size > limits.max_ratio * max(part.compress_size, 1):
                    raise UnreadableError("文件压缩得异常紧，疑似压缩炸弹，没有打开", HINT_SIZE)
            return {name: _scan(archive, part, limits) for name, part in _sheet_parts(archive).items()}
    except etree.XMLSyntaxError as error:
        raise UnreadableError("工作簿内部的目录已损坏，打不开", HINT_DAMAGED) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, NotImplementedError) as error:
        raise UnreadableError("文件不完整或已损坏，打不开", HINT_DAMAGED) from error


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name → part, by the workbook's own list: part numbers need not follow the order of the tabs."""
    if "xl/workbook.xml" not in archive.namelist():
        raise UnreadableError("这不是 Excel 工作簿（.xlsx）", "用 Excel 或 WPS 打开后另存为 .xlsx 再放进来")
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    workbook = etree.fromstring(archive.read("xl/workbook.xml"), parser)
    links = etree.fromstring(archive.read("xl/_rels/workbook.xml.rels"), parser)
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    found = {}
    for sheet in workbook.iter("{*}sheet"):
        relation = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), None)
        target = targets.get(relation, "")
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if part in archive.namelist() and "worksheets/" in part:
            found[sheet.get("name", "")] = part
    return found


def _scan(archive: zipfile.ZipFile, part: str, limits: Intake) -> SheetShape:
    shape = SheetShape()
    tail = b""
    unpacked = 0
    with archive.open(part) as stream:
        while chunk := stream.read(CHUNK):
            unpacked += len(chunk)
            if unpacked > limits.max_unpacked_mib * MIB:  # the directory may lie
                raise UnreadableError("文件解压后超过上限，没有打开", HINT_SIZE)
            _look(shape, tail + chunk)
            tail = chunk[-OVERLAP:]
    if shape.last_row * shape.last_column > limits.max_cells_million * 1_000_000:
        raise UnreadableError(
            f"工作表写到第 {shape.last_row} 行、第 {shape.last_column} 列，范围过大，没有打开",
            "多半是误在很远的单元格里留了字；删去表外的行和列，另存后再报。" + HINT_SIZE,
        )
    return shape


def _look(shape: SheetShape, text: bytes) -> None:
    for match in ROW.finditer(text):
        shape.last_row = max(shape.last_row, int(match[1]))
    for letters in set(FAR.findall(text)):
        shape.last_column = max(shape.last_column, column_number(letters))
    shape.long_numbers = shape.long_numbers or LONG_NUMBER.search(text) is not None
    for first, top, last, bottom in MERGE.findall(text):
        box = (int(top) - 1, column_number(first) - 1, int(bottom) - 1, column_number(last) - 1)
        if box not in shape.merges:
            shape.merges.append(box)

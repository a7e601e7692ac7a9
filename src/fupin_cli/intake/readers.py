"""File → raw sheets: the kind is told by the first bytes, never by the name's ending.

What may cost more than it shows is not read in this process but apart (`intake.apart`), where memory and time are
capped: workbooks of the old format, web pages, large workbooks, and those that are not written as usual. What a text comes to
is known beforehand by its lines and columns: apart is read what would take more than may stay in this process, and what is
large and not written by the rules.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.encryption import decrypt
from fupin_cli.errors import os_words
from fupin_cli.intake.budget import MIB, SIZE_HINT, memory_limit, result_limit, result_refused, unpacked_limit
from fupin_cli.intake.excel_reader import raw_sheet, read_excel
from fupin_cli.intake.other_kinds import by_start
from fupin_cli.intake.plain_cells import LOCKED
from fupin_cli.intake.plain_reader import HEAD, OLE, XML_START, is_page, plain_sheets
from fupin_cli.intake.raw import RawSheet, UnreadableError, column_letter
from fupin_cli.intake.text_reader import COPIES, read_text
from fupin_cli.intake.xlsx_guard import inspect, look_closely

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fupin_cli.policy.settings import Intake

ZIP = b"PK\x03\x04"
SPREADSHEET_ML = b"urn:schemas-microsoft-com:office:spreadsheet"
PLAIN_ZIP = 16 * MIB  # larger ones are read apart
DIRECTORY_END, DIRECTORY_TAIL = b"PK\x05\x06", (1 << 16) + 22
PLAIN_DIRECTORY = 1 << 18  # bytes of a zip's directory: thousands of parts
CELL_LIMIT = 32_767  # characters that Excel holds in one cell
READING_SHARE = 2  # of the memory for a file: texts that need more are read apart


def read_file(
    path: Path, limits: Intake, password: str | None = None, apart: Callable[[], list[RawSheet]] | None = None
) -> list[RawSheet]:
    """Read every sheet of a file as strings; an encrypted .xlsx with the password, if one is given.

    `apart`: reads the same file in a process of its own, for files that may cost more than they show; without it all
    is read here.

    Raises:
        UnreadableError: empty, encrypted, damaged, too large, or no table file at all.
    """
    head, size = _begin(path)
    if head.startswith(ZIP):
        look = look_closely(path, limits) if apart and size <= PLAIN_ZIP and _directory_is_small(path) else None
        if apart and not (look and look.plain):
            return _sized(apart(), limits)
        return _sized(read_excel(path.read_bytes(), look or inspect(path, limits)), limits)
    if size > unpacked_limit(limits) * MIB:
        raise UnreadableError(
            f"文件超过上限 {unpacked_limit(limits)} MiB（[intake] max_unpacked_mib），没有打开", SIZE_HINT
        )
    share = memory_limit(limits) // READING_SHARE
    if apart and (head.startswith(OLE) or is_page(head) or COPIES * size > share * MIB):
        return _sized(apart(), limits)
    plain = plain_sheets(path, limits)
    if plain is not None:
        return _sized([raw_sheet(sheet) for sheet in plain], limits)
    if head.startswith(OLE):
        return _sized(_read_encrypted(path, limits, password), limits)
    if XML_START.match(head) and SPREADSHEET_ML in head:
        raise UnreadableError("这是 XML 电子表格 2003，不是真正的 .xls", "用 Excel 或 WPS 打开后另存为 .xlsx 再放进来")
    sheet = read_text(path.read_bytes(), limits, most_mib=share if apart else None)
    return _sized(apart() if apart and sheet is None else [sheet] if sheet else [], limits)


def _begin(path: Path) -> tuple[bytes, int]:
    """The first bytes of a file that may hold a table, and its size.

    Raises:
        UnreadableError: it cannot be opened, is empty, or is of another kind.
    """
    try:
        with path.open("rb") as stream:
            head = stream.read(HEAD)
            size = path.stat().st_size
    except OSError as error:
        raise UnreadableError(f"文件打不开：{os_words(error)}", "检查文件权限，或关闭正在使用它的程序") from error
    if not head.strip(b"\x00\r\n\t "):
        raise UnreadableError("文件是空的", "请向报送单位重新要一份")
    if refusal := by_start(head):
        raise refusal
    return head, size


def _directory_is_small(path: Path) -> bool:
    """Whether a zip's directory, which is read whole, is of an ordinary size (and of the ordinary kind)."""
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - DIRECTORY_TAIL))
        tail = stream.read()
    at = tail.rfind(DIRECTORY_END)
    return at < 0 or int.from_bytes(tail[at + 12 : at + 16], "little") <= PLAIN_DIRECTORY


def _read_encrypted(path: Path, limits: Intake, password: str | None) -> list[RawSheet]:
    """Read an .xlsx with a password; it is wrapped like a workbook of the old format."""
    if password is None:
        raise UnreadableError(LOCKED, "请用 Excel 打开，取消密码后另存再放进来；或用 --password-file 给出密码")
    try:
        plain = decrypt(path, password)
    except ValueError as error:
        raise UnreadableError("文件加了密码，给出的密码打不开", "核对 --password-file 里的密码") from error
    if not plain.startswith(ZIP):
        raise UnreadableError("加密的文件里不是 .xlsx", "请用 Excel 打开，取消密码后另存为 .xlsx")
    return read_excel(plain, inspect(BytesIO(plain), limits))


def _sized(sheets: list[RawSheet], limits: Intake) -> list[RawSheet]:
    """Refuse cells that no spreadsheet holds, and what is too much to be worked with.

    Raises:
        UnreadableError: a cell above Excel's limit, or all cells together above their share of the memory.
    """
    for sheet in sheets:
        if sheet.cells.estimated_size() <= CELL_LIMIT:  # bytes: none of its cells can hold so much
            continue
        longest = sheet.cells.select(pl.all().str.len_bytes().max()).row(0)
        for position in [n for n, size in enumerate(longest) if (size or 0) > CELL_LIMIT]:
            length = sheet.cells.to_series(position).str.len_chars()
            row = length.arg_max()
            if row is not None and length[row] > CELL_LIMIT:
                spot = f"{sheet.name + '!' if sheet.name else ''}{column_letter(sheet.offset + position)}{row + 1}"
                raise UnreadableError(
                    f"单元格 {spot} 有 {length[row]} 个字，超过 Excel 一格的上限 {CELL_LIMIT} 个，没有用",
                    "多半是引号不成对，或误贴了大段内容；改正后再报",
                )
    total = sum(int(sheet.cells.estimated_size()) for sheet in sheets)
    if total > result_limit(limits):
        raise UnreadableError(result_refused(total, limits), SIZE_HINT)
    return sheets

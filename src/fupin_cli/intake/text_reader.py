"""Text files (.csv, .txt): their encoding, separator, lines and quotes, as people and programs write them."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.intake.budget import MIB, SHEET_COLUMNS, SIZE_HINT, cells_refused
from fupin_cli.intake.raw import RawSheet, UnreadableError, is_utf8

if TYPE_CHECKING:
    from fupin_cli.policy.settings import Intake

UTF8_BOM, UTF16_BOMS = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")
SAMPLE_BYTES = 1 << 16
GUARDED_NUMBER = re.compile(rb'(^|[,\t;])="([^"\r\n]*)"(?=[,\t;\r\n]|$)', re.MULTILINE)
SAMPLE_LINES = 60
SEPARATORS = "\t,;|"
COPIES, CELL_BYTES = 2, 16  # what reading holds of a file's bytes at a time; what a cell takes whatever it says
LONGEST_FIELD = 64 * MIB  # what is longer than a cell may be is refused afterwards, with its place


def as_utf8(data: bytes) -> bytes:
    """Bytes of a .csv or .txt in UTF-8 without mark: by its mark, else as UTF-8, else from GB18030.

    A file that begins as UTF-8 is not decoded here: the reader looks at every byte anyway.

    Raises:
        UnreadableError: no text in any of them.
    """
    if data.startswith(UTF8_BOM):
        return data[len(UTF8_BOM) :]
    try:
        if data.startswith(UTF16_BOMS):
            return data.decode("utf-16").encode()
        if b"\x00" in data[:SAMPLE_BYTES]:
            raise UnreadableError("这不是表格文件", "只收 .xlsx .xls .xlsm .csv .txt")
        if is_utf8(data[: data.rfind(b"\n", 0, SAMPLE_BYTES) + 1] or data):
            return data
        return data.decode("gb18030").encode()
    except UnicodeDecodeError as error:
        raise UnreadableError(
            "文字编码既不是 UTF-8 也不是 GB18030，读不出来", "用记事本打开后另存为 UTF-8 编码"
        ) from error


def read_text(data: bytes, limits: Intake, most_mib: int | None = None) -> RawSheet | None:
    """Read a text file as one sheet; None if that may hold more than `most_mib`, or the quotes do not follow the rules.

    Raises:
        UnreadableError: no text, or too much of it.
    """
    body = _with_plain_lines(as_utf8(data))
    del data  # of a large file no copy is kept that is not needed
    if b'"' in body and b'="' in body:  # to look for one letter costs a tenth
        body = GUARDED_NUMBER.sub(rb'\1"\2"', body)
    head = _first_lines(body)
    separator = max(SEPARATORS, key=lambda mark: sum(line.count(mark) > 0 for line in head))
    width = max(_width(line, separator) for line in head) + 1
    lines = body.count(b"\n") + 1
    if width > SHEET_COLUMNS:
        raise UnreadableError(f"文件有一行分成 {width - 1} 列，超过 Excel 的 {SHEET_COLUMNS} 列，没有打开", SIZE_HINT)
    if lines * width > limits.max_cells_million * 1_000_000:
        raise UnreadableError(f"文件有 {lines} 行、{width - 1} 列，{cells_refused(lines * width, limits)}", SIZE_HINT)
    if most_mib is not None and COPIES * len(body) + CELL_BYTES * lines * width > most_mib * MIB:
        return None
    names = [str(i) for i in range(width)]
    # A heading of our own tells the reader how wide the table is: title lines above it are shorter.
    heading = separator.join(names).encode() + b"\n"
    body = heading + body
    try:
        frame = pl.read_csv(body, separator=separator, infer_schema=False, truncate_ragged_lines=True)
    except pl.exceptions.PolarsError:
        body = body[len(heading) :]
        if not is_utf8(body):  # it began as UTF-8 and went on as something else
            return read_text(_from_gb18030(body), limits, most_mib)
        if most_mib is not None:
            return None
        frame = _read_loose(body.decode(), separator, names)
    del body
    return RawSheet(name="", cells=frame, untyped=True)


def _first_lines(body: bytes) -> list[str]:
    """The first lines of a text, by which separator and width are told."""
    lines: list[str] = []
    start = 0
    while start >= 0 and len(lines) < SAMPLE_LINES:
        end = body.find(b"\n", start)
        lines.append(body[start : end if end >= 0 else len(body)].decode(errors="replace"))
        start = end + 1 if end >= 0 else -1
    return lines


def _with_plain_lines(body: bytes) -> bytes:
    """A lone carriage return ends a line, as in Excel, unless it may stand inside quotes."""
    if b"\r" in body and (b'"' not in body or b"\n" not in body):
        return body.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return body


def _width(line: str, separator: str) -> int:
    """Into how many cells a line falls; where its quotes are too odd to say, by its separators."""
    try:
        return max((len(row) for row in csv.reader([line], delimiter=separator)), default=0)
    except csv.Error:
        return line.count(separator) + 1


def _from_gb18030(data: bytes) -> bytes:
    try:
        return data.decode("gb18030").encode()
    except UnicodeDecodeError as error:
        raise UnreadableError("文字编码前后不一致，读不出来", "用记事本打开后另存为 UTF-8 编码") from error


def _read_loose(text: str, separator: str, names: list[str]) -> pl.DataFrame:
    """Read a text file whose quotes do not follow the rules, as Excel would: slower, forgiving."""
    csv.field_size_limit(LONGEST_FIELD)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        rows = [(row + [""] * len(names))[: len(names)] or [""] * len(names) for row in lines]
    except csv.Error as error:
        raise UnreadableError(
            f"第 {lines.line_num} 行的引号或换行太乱，分不成格", "用 Excel 打开，核对这一行后另存为 .xlsx"
        ) from error
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")

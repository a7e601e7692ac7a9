"""File → raw sheets: the kind is told by the first bytes, never by the name's ending."""

from __future__ import annotations

import csv
import io
import re
from io import BytesIO
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.encryption import decrypt
from fupin_cli.intake.raw import RawSheet, UnreadableError
from fupin_cli.intake.xlsx_guard import HINT_DAMAGED, HINT_SIZE, SheetShape, inspect

if TYPE_CHECKING:
    from pathlib import Path

    import fastexcel

    from fupin_cli.policy.settings import Intake

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
HTML_START = re.compile(
    rb"^\s*(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|meta|table|style|body|div)\b", re.IGNORECASE | re.DOTALL
)
XML_START = re.compile(rb"^\s*<\?xml", re.IGNORECASE)
SPREADSHEET_ML = b"urn:schemas-microsoft-com:office:spreadsheet"
UTF8_BOM, UTF16_BOMS = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")
SAMPLE_BYTES = 1 << 16
GUARDED_NUMBER = re.compile(rb'(^|[,\t;])="([^"\r\n]*)"(?=[,\t;\r\n]|$)', re.MULTILINE)
SAMPLE_LINES = 60
SEPARATORS = "\t,;|"


def read_file(path: Path, limits: Intake, password: str | None = None) -> list[RawSheet]:
    """Read every sheet of a file as strings; an encrypted .xlsx with the password, if one is given.

    Raises:
        UnreadableError: empty, encrypted, damaged, too large, or no table file at all.
    """
    try:
        with path.open("rb") as stream:
            head = stream.read(4096)
    except OSError as error:
        raise UnreadableError(f"文件打不开：{error.strerror}", "检查文件权限，或关闭正在使用它的程序") from error
    if not head.strip(b"\x00\r\n\t "):
        raise UnreadableError("文件是空的", "请向报送单位重新要一份")
    if head.startswith(ZIP):
        return _read_excel(path, inspect(path, limits))
    if head.startswith(OLE):
        return _read_legacy(path, limits, password)
    if path.stat().st_size > limits.max_unpacked_mib * (1 << 20):
        raise UnreadableError(f"文件超过上限 {limits.max_unpacked_mib} MiB，没有打开", HINT_SIZE)
    data = path.read_bytes()
    if HTML_START.match(head.removeprefix(b"\xef\xbb\xbf")) or (XML_START.match(head) and b"<html" in head.lower()):
        return _read_html(data)
    if XML_START.match(head) and SPREADSHEET_ML in head:
        raise UnreadableError("这是 XML 电子表格 2003，不是真正的 .xls", "用 Excel 或 WPS 打开后另存为 .xlsx 再放进来")
    return [_read_text(data, limits)]


def _read_legacy(path: Path, limits: Intake, password: str | None) -> list[RawSheet]:
    """Read a BIFF .xls; an OLE file may also be an encrypted .xlsx or an old Word file."""
    if ENCRYPTED not in path.read_bytes():
        return _read_excel(path, None)
    if password is None:
        raise UnreadableError(
            "文件加了密码，打不开", "请用 Excel 打开，取消密码后另存再放进来；或用 --password-file 给出密码"
        )
    try:
        plain = decrypt(path, password)
    except ValueError as error:
        raise UnreadableError("文件加了密码，给出的密码打不开", "核对 --password-file 里的密码") from error
    if not plain.startswith(ZIP):
        raise UnreadableError("加密的文件里不是 .xlsx", "请用 Excel 打开，取消密码后另存为 .xlsx")
    return _read_excel(plain, inspect(BytesIO(plain), limits))


def _read_excel(file: Path | bytes, shapes: dict[str, SheetShape] | None) -> list[RawSheet]:
    import fastexcel

    try:
        reader = fastexcel.read_excel(file)
        return [_sheet(reader, name, shapes) for name in reader.sheet_names if shapes is None or name in shapes]
    except (Exception, BaseException) as error:  # a panic inside the reader derives from BaseException
        if isinstance(error, KeyboardInterrupt | SystemExit | MemoryError):
            raise
        text = str(error).lower()
        if "password" in text or "encrypt" in text:
            raise UnreadableError("文件加了密码，打不开", "请用 Excel 打开，取消密码后另存再放进来") from error
        raise UnreadableError("文件不完整或已损坏，打不开", HINT_DAMAGED) from error


def _sheet(reader: fastexcel.ExcelReader, name: str, shapes: dict[str, SheetShape] | None) -> RawSheet:
    """Load one sheet as strings. A number's digits beyond the 15th are lost in Excel already, and look plausible.

    Whether a cell is a number is asked of the cell itself: read as Boolean, a number gives a value and a text none.
    The second reading is made only where the sheet holds a number long enough to be an ID number or an account.
    """
    loaded = reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string", schema_sample_rows=1)
    frame = loaded.to_polars()
    columns = loaded.available_columns()
    offset = columns[0].absolute_index if columns else 0
    frame = frame.rename({old: str(i) for i, old in enumerate(frame.columns)})
    shape = shapes[name] if shapes is not None else None
    if shape and shape.merges:
        frame = _fill_merged(frame, shape.merges, offset)

    def numeric(wanted: list[int]) -> pl.DataFrame:
        typed = reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="boolean", use_columns=wanted).to_polars()
        return typed.select(pl.all().is_not_null()).rename(
            {old: str(i) for old, i in zip(typed.columns, sorted(wanted), strict=True)}
        )

    return RawSheet(
        name=name,
        cells=frame,
        offset=offset,
        hidden=loaded.visible != "visible",
        numeric=numeric if shape is None or shape.long_numbers else None,
    )


def _fill_merged(frame: pl.DataFrame, merges: list[tuple[int, int, int, int]], offset: int) -> pl.DataFrame:
    """Give every cell of a block merged downwards the value of its first cell, as the eye reads it."""
    updates: dict[int, list[tuple[int, int]]] = {}
    for top, left, bottom, right in merges:
        if bottom > top and left == right and 0 <= left - offset < frame.width:
            updates.setdefault(left - offset, []).append((top, min(bottom, frame.height - 1)))
    columns = []
    for position, blocks in updates.items():
        values = frame.to_series(position).to_list()
        for top, bottom in blocks:
            if top < len(values):
                values[top : bottom + 1] = [values[top]] * (bottom + 1 - top)
        columns.append(pl.Series(frame.columns[position], values, dtype=pl.String))
    return frame.with_columns(columns)


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


def is_utf8(data: bytes) -> bool:
    """Whether bytes are UTF-8."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _read_text(data: bytes, limits: Intake) -> RawSheet:
    body = as_utf8(data)
    if b'="' in body:
        body = GUARDED_NUMBER.sub(rb'\1"\2"', body)
    head = [line.decode(errors="replace") for line in body.split(b"\n", SAMPLE_LINES)[:SAMPLE_LINES]]
    separator = max(SEPARATORS, key=lambda mark: sum(line.count(mark) > 0 for line in head))
    width = max(len(row) for row in csv.reader(head, delimiter=separator)) + 1
    lines = body.count(b"\n") + 1
    if lines * width > limits.max_cells_million * 1_000_000:
        raise UnreadableError(f"文件有 {lines} 行，超过上限，没有打开", HINT_SIZE)
    names = [str(i) for i in range(width)]
    try:
        # A heading of our own tells the reader how wide the table is: title lines above it are shorter.
        frame = pl.read_csv(
            io.BytesIO(separator.join(names).encode() + b"\n" + body),
            separator=separator,
            infer_schema=False,
            truncate_ragged_lines=True,
        )
    except pl.exceptions.PolarsError:
        if not is_utf8(body):  # it began as UTF-8 and went on as something else
            return _read_text(_from_gb18030(body), limits)
        frame = _read_loose(body.decode(), separator, names)
    return RawSheet(name="", cells=frame)


def _from_gb18030(data: bytes) -> bytes:
    try:
        return data.decode("gb18030").encode()
    except UnicodeDecodeError as error:
        raise UnreadableError("文字编码前后不一致，读不出来", "用记事本打开后另存为 UTF-8 编码") from error


def _read_loose(text: str, separator: str, names: list[str]) -> pl.DataFrame:
    """Read a CSV whose quotes do not follow the rules, as Excel would: slower, forgiving."""
    rows = [
        (row + [""] * len(names))[: len(names)] or [""] * len(names)
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


def _read_html(data: bytes) -> list[RawSheet]:
    """Read the tables of a web page that was named .xls, with cells that span rows or columns filled."""
    from lxml import html

    try:
        encoding = "utf-8" if is_utf8(data) else "gb18030"
        document = html.fromstring(data, parser=html.HTMLParser(encoding=encoding, huge_tree=False))
    except (ValueError, html.etree.LxmlError) as error:
        raise UnreadableError("网页格式的表打不开", HINT_DAMAGED) from error
    tables = [table for table in document.iter("table") if not table.xpath(".//table")]
    if not tables:
        raise UnreadableError("这是网页，里面没有表", "只收 .xlsx .xls .xlsm .csv .txt")
    return [
        RawSheet(name=f"表{n}" if len(tables) > 1 else "", cells=_html_cells(table))
        for n, table in enumerate(tables, 1)
    ]


def _html_cells(table: object) -> pl.DataFrame:
    rows: list[list[str]] = []
    spans: dict[int, tuple[int, str]] = {}  # column → rows still covered from above, and their text
    for line in table.iter("tr"):  # type: ignore[attr-defined]  # an lxml element
        row: list[str] = []
        for cell in line.iterchildren("td", "th"):
            _take_spans(row, spans)
            text = " ".join(cell.text_content().split())
            down, across = _span(cell, "rowspan"), _span(cell, "colspan")
            for n in range(across):
                row.append(text if n == 0 else "")
                if down > 1:
                    spans[len(row) - 1] = (down - 1, text if n == 0 else "")
        _take_spans(row, spans)
        rows.append(row)
    width = max((len(row) for row in rows), default=0)
    filled = [row + [""] * (width - len(row)) for row in rows]
    return pl.DataFrame(filled, schema={str(i): pl.String for i in range(width)}, orient="row")


def _take_spans(row: list[str], spans: dict[int, tuple[int, str]]) -> None:
    while len(row) in spans:
        left, text = spans.pop(len(row))
        if left > 1:
            spans[len(row)] = (left - 1, text)
        row.append(text)


def _span(cell: object, name: str) -> int:
    text = cell.get(name, "1")  # type: ignore[attr-defined]  # an lxml element
    return min(int(text), 1000) if text.isdigit() and int(text) > 0 else 1

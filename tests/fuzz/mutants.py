"""A clean month as files of every kind, and what can go wrong with them: each seed gives the same inbox every time."""

from __future__ import annotations

import html
import os
import random
import zipfile
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import xlwt

from tests.cases.test_cases import BASE

if TYPE_CHECKING:
    from collections.abc import Callable

Rows = list[list[str]]
ODD_TEXTS = (
    "٢٠٢٤",
    "٢٠٢٤-٠٥",
    "𝟏𝟐𝟑𝟒𝟓",
    "𝟐𝟎𝟐𝟒-𝟎𝟓",
    "१२",
    "½",
    "²",
    "Ⅻ",
    "①",
    "\uffff",
    "\ufffe",
    "\x01\x02",
    "\x0b",
    "\x7f\x85",
    "a\x00b",
    "\u2028",
    "张\u200b三",
    "\u202e三张",
    "👨‍👩‍👧",
    "𠮷",
    "=1+1",
    '=HYPERLINK("x")',
    "+86",
    "-",
    "——",
    "@a",
    "\t",
    "'",
    '"',
    "_x000D_",
    "_xFFFF_",
    "a\r\nb",
    "a\rb",
    "a\nb",
    "<b>&amp;",
    "&#0;",
    "]]>",
    "{}",
    "{0}",
    "%s",
    "$1",
    "\\1",
    "\\",
    "(",
    "[",
    "*",
    "NaN",
    "inf",
    "-0",
    "1e308",
    "1E+20",
    "9" * 13,
    "9" * 14,
    "9" * 40,
    "0.005",
    "1.999",
    "-5",
    "1,234.50",
    "１２３",
    "￥5",
    "99999",
    "2958466",
    "2024-02-30",
    "2024-13",
    "0000-00-00",
    "9999-12-31",
    "1899-12-31",
    "45413",
    "45413.5",
    "2024/5/1 8:00",
    "2024年5月",
    "至今",
    "2024-05至2024-06",
    "211302198001010012",
    "21130219800101001X",
    "211302198013010012",
    "130503670401001",
    "2113021980010100124401",
    "x" * 40,
    "长" * 300,
    "x" * 33_000,
    "是",
    "否",
    "None",
    "null",
    "#REF!",
    "真",
    " ",
    "　",
)
ODD_BYTES = (
    b"\r",
    b"\n",
    b"\r\n",
    b'"',
    b'""',
    b"'",
    b",",
    b"\t",
    b";",
    b"\x00",
    b"\xff",
    b"\xfe\xff",
    b"\x80",
    b"\x81\x30",
    b'="',
    b"\xef\xbb\xbf",
)
ODD_NAMES = ("表\n", "a'b\"c", "=1+1", " 空 ", "%s{}", "x" * 100, "表.xls", "\x01表", "表\u202e", "-rf", "长" * 60)
ODD_XML: tuple[tuple[bytes, bytes], ...] = (
    (b'"', b"'"),
    (b'r="A1"', b'r="XFD1048576"'),
    (b'r="B2"', b'r="ZZZZ99999999"'),
    (b'r="A2"', b""),
    (b't="s"', b't="e"'),
    (b't="inlineStr"', b't="s"'),
    (b"<v>", b"<v>-"),
    (b"<v>", b"<v>99999999999"),
    (b"</sheetData>", b""),
    (b"<sheetData>", b"<!-- "),
    (b"<row", b"<row r='7'"),
    (b"worksheets/", b"Worksheets/"),
    (b"<t>", b"<t>&#1;"),
    (b"<t>", b"<t>&x;"),
    (b"UTF-8", b"UTF-16"),
    (b"<worksheet", b"<!DOCTYPE a [<!ENTITY x 'y'>]><worksheet"),
    (b"rId1", b"rId9"),
    (b"<is>", b"<is><r><t>x</t></r>"),
    (b"</worksheet>", b'<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>'),
    (b"xmlns", b"xmlnz"),
    (b'name="', b'name="\n'),
    (b"<sheet ", b'<sheet state="veryHidden" '),
    (b"1", b"0"),
    (b"t=", b"T="),
    (b">", b">\n"),
    (b"<c ", b"<x:c "),
)


def tables(random_: random.Random) -> dict[str, Rows]:
    """The clean month of one person, with some further tables, as rows of text."""
    rows = {name: [row] for name, row in BASE["tables"].items()}
    for name, row in BASE["rows"].items():
        if random_.random() < 0.4:
            rows[name] = [row]
    found = {}
    for name, lines in rows.items():
        first: dict[str, Any] = lines[0]
        cells = [str(cell) for cell in first.values()]
        found[BASE["files"][name]] = [list(first), *([cells] * random_.choice((1, 1, 2, 5)))]
    return {name: [list(row) for row in lines] for name, lines in found.items()}


def as_csv(rows: Rows, random_: random.Random) -> bytes:
    lines = "\r\n".join(",".join(_quoted(cell) for cell in row) for row in rows)
    return lines.encode(random_.choice(("utf-8", "gb18030", "utf-16")), errors="replace")


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(c in cell for c in ',"\r\n') else cell


def as_xlsx(rows: Rows, random_: random.Random) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append([openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.sub("", cell)[:32_767] for cell in row])
        if random_.random() < 0.2:
            sheet.cell(sheet.max_row, random_.randint(1, len(row)), random_.choice((0, 1.5, 10**17, -3, True)))
    if random_.random() < 0.3:
        book.create_sheet(random_.choice(("二", "Sheet 2", "a'b"))).sheet_state = "hidden"
    return _bytes_of(book.save)


def as_xls(rows: Rows, random_: random.Random) -> bytes:
    del random_
    book = xlwt.Workbook()
    sheet = book.add_sheet("表")
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            sheet.write(number, column, cell[:32_000])
    return _bytes_of(book.save)


def as_html(rows: Rows, random_: random.Random) -> bytes:
    span = random_.choice(("", " colspan=2", " rowspan=3", " colspan=99999 rowspan=99999", " colspan=²", " rowspan=-1"))
    lines = "".join(
        "<tr>" + "".join(f"<td{span if not n else ''}>{html.escape(cell)}" for n, cell in enumerate(row))
        for row in rows
    )
    return f"<html><table>{lines}</table></html>".encode(random_.choice(("utf-8", "gb18030")), errors="replace")


def _bytes_of(save: Callable[[BytesIO], object]) -> bytes:
    stream = BytesIO()
    save(stream)
    return stream.getvalue()


KINDS: tuple[tuple[str, Callable[[Rows, random.Random], bytes]], ...] = (
    (".csv", as_csv),
    (".xlsx", as_xlsx),
    (".xls", as_xls),
    (".xls", as_html),
)


def odd_cells(rows: Rows, random_: random.Random) -> None:
    """Put odd texts into cells and headers, and rows and columns out of place."""
    for _ in range(random_.choice((1, 1, 2, 5))):
        row = random_.choice(rows[1:] or rows) if random_.random() < 0.9 else rows[0]
        if row:
            row[random_.randrange(len(row))] = random_.choice(ODD_TEXTS)
    chance = random_.random()
    if chance < 0.05:
        rows.insert(0, [random_.choice(ODD_TEXTS)])
    elif chance < 0.1:
        rows.append(["合计", random_.choice(ODD_TEXTS)])
    elif chance < 0.15:
        for row in rows:
            row.append(row[0])
    elif chance < 0.18:
        rows[1:] = []
    elif chance < 0.21:
        rows[0] = [f"{cell}\n" for cell in rows[0]]


def struck(data: bytes, random_: random.Random) -> bytes:
    """Bytes that were cut, overwritten, or had odd ones put in."""
    content = bytearray(data)
    chance = random_.random()
    if chance < 0.25:
        return bytes(content[: random_.randrange(len(content) + 1)])
    for _ in range(random_.choice((1, 3, 20))):
        place = random_.randrange(len(content) + 1)
        if chance < 0.6:
            content[place:place] = random_.choice(ODD_BYTES)
        else:
            content[place : place + 1] = bytes([random_.randrange(256)])
    return bytes(content)


def repacked(data: bytes, random_: random.Random) -> bytes:
    """An .xlsx whose parts were rewritten, left out, renamed or doubled, and zipped again."""
    stream = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        hit = random_.sample(names, min(len(names), random_.choice((1, 1, 3))))
        for name in names:
            part, target = old.read(name), name
            if name in hit or name.endswith("sheet1.xml"):
                for before, after in random_.sample(ODD_XML, random_.choice((1, 2))):
                    part = part.replace(before, after, random_.choice((1, -1)))
            if name in hit:
                chance = random_.random()
                if chance < 0.15:
                    continue
                if chance < 0.3:
                    target = name.upper()
                elif chance < 0.5:
                    part = struck(part, random_)
            new.writestr(target, part)
    return stream.getvalue()


def hostile(random_: random.Random) -> bytes:
    """A file of a hostile size."""
    size = random_.choice((20_000, 300_000))
    return random_.choice(
        (
            lambda: b"," * size,
            lambda: b"a\n" * size,
            lambda: b'"' + b"x" * size,
            lambda: "姓名,身份证号码\n".encode() + b"\x00" * size,
            lambda: b"<table><tr>" + b"<td colspan=1000>x" * (size // 100) + b"</table>",
            lambda: b"<table>" + b"<tr><td rowspan=60000>x" * (size // 20),
            lambda: b"<div>" * size,
            lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + random_.randbytes(size // 10),
            lambda: b"PK\x03\x04" + random_.randbytes(size // 10),
            lambda: b"\r" * size,
            lambda: b"\xff\xfe" + b"\x00\xd8" * size,
            lambda: b'="1",' * (size // 5),
        )
    )()


def write_inbox(seed: int, folder: Path) -> None:
    """Write the workspace of a seed: a clean month in which one to three files are hit."""
    random_ = random.Random(seed)  # noqa: S311 - a seed is the point
    folder.mkdir(parents=True)
    (folder / "fupin.toml").write_text(BASE["settings"], encoding="utf-8")
    inbox = folder / "inbox" / random_.choice((BASE["month"],) * 9 + ("2024年5月",))
    inbox.mkdir(parents=True)
    month = tables(random_)
    hit = set(random_.sample(sorted(month), random_.choice((1, 1, 2, 3))))
    for name, rows in month.items():
        if name in hit and random_.random() < 0.6:
            odd_cells(rows, random_)
        suffix, make = random_.choice(KINDS) if name in hit else KINDS[0]
        try:
            data = make(rows, random_)
        except (ValueError, TypeError):  # the writer takes no such text
            suffix, data = ".csv", as_csv(rows, random_)
        if name in hit:
            chance = random_.random()
            if suffix == ".xlsx" and chance < 0.6:
                data = repacked(data, random_)
            elif chance < 0.7:
                data = struck(data, random_)
            elif chance < 0.75:
                data = hostile(random_)
        _write(inbox, name, suffix, data, random_)


def _write(inbox: Path, name: str, suffix: str, data: bytes, random_: random.Random) -> None:
    """Write a file, now and then under an odd name or one in another encoding."""
    chance = random_.random()
    file = os.fsencode(inbox) + b"/"
    if chance < 0.05:
        file += (random_.choice(ODD_NAMES) + name + suffix).encode()[:200]
    elif chance < 0.1:
        file += (name + suffix).encode("gb18030")
    else:
        file += (name + suffix).encode()
    try:
        Path(os.fsdecode(file)).write_bytes(data)
    except (OSError, ValueError):  # a system that takes no such name
        (inbox / f"{name}{suffix}").write_bytes(data)

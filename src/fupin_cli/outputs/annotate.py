"""A copy of a workbook as it came, with the cells to mend in colour and a comment in each; the township sends it back.

Everything is kept that openpyxl keeps: formats, widths, protection, formulas with the values they had. Marks of an
earlier copy are taken away first, so that a copy that came back can be marked again.
"""

from __future__ import annotations

import re
import warnings
import zipfile
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterable

    import polars as pl

SAID = "〔fupin 核查〕"  # begins our part of a comment
BEFORE = "原底色："  # ends it, where the cell had a colour of its own
COLOURS = {
    "error": "FFFFC7CF",
    "warning": "FFFFEB9D",
}  # no program's usual red and yellow: they are known again as ours
NAMESPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
DECLARATION = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(<)")
LOST = re.compile(
    r"xl/(?:media|drawings/drawing|diagrams|embeddings|ctrlProps|slicers|threadedComments)", re.IGNORECASE
)
COMMENT_WIDTH, LINE_PIXELS, LINE_PLACES = 340, 18, 44
WIDEST = 40


@dataclass(frozen=True)
class Cell:
    """A cell to mend: its sheet and place, how bad it is, and what is said of it."""

    sheet: str
    row: int
    column: int  # 1-based
    severity: str
    text: str


def mark_book(content: bytes, cells: Iterable[Cell]) -> tuple[bytes, list[str]]:
    """Give a workbook's bytes with its cells marked, and what the copy lacks or asks for, in words.

    The bytes depend on nothing but the arguments.
    """
    from openpyxl import load_workbook

    from fupin_cli.outputs.in_memory import saved

    with warnings.catch_warnings(record=True) as told:  # what the library cannot keep it says by a warning
        warnings.simplefilter("always")
        book = load_workbook(BytesIO(content), rich_text=True)
    notes = _lost(content, told)
    changed = book.properties.modified
    for sheet in book.worksheets:
        _take_marks_away(sheet)
    touched = [_mark(book[cell.sheet] if cell.sheet else book.worksheets[0], cell) for cell in cells]
    if any(sheet.protection.sheet for sheet in touched):
        notes.append("工作表有保护，改前先撤销保护")
    formulas = {sheet.title for sheet in book.worksheets if _has_formula(sheet)}
    values = _values(content, formulas) if formulas else {}
    stamp = changed.isoformat(timespec="seconds").removesuffix("+00:00").encode() + b"Z" if changed else b""
    parts = {number: values[sheet.title] for number, sheet in enumerate(book.worksheets, 1) if sheet.title in values}
    return _packed(saved(book), parts, stamp), notes


def text_book(cells: pl.DataFrame, title: str) -> bytes:
    """A workbook of a text file's cells, all of them texts as they were read."""
    from openpyxl import Workbook

    from fupin_cli.outputs.in_memory import saved

    book = Workbook()
    sheet: Any = book.worksheets[0]
    sheet.title = re.sub(r"[\[\]:*?/\\']", "", title)[:31] or "表"
    for number, row in enumerate(cells.iter_rows(), 1):
        for column, text in enumerate(row, 1):
            if text is not None:
                cell = sheet.cell(number, column, text)
                cell.data_type, cell.number_format = "s", "@"
    for column, texts in enumerate(cells.head(200).iter_columns(), 1):
        widest = max((len(t) + sum(not c.isascii() for c in t) for t in texts.drop_nulls()), default=0)
        sheet.column_dimensions[sheet.cell(1, column).column_letter].width = min(widest + 2, WIDEST)
    return saved(book).getvalue()


def _lost(content: bytes, told: list[warnings.WarningMessage]) -> list[str]:
    """What a copy will not have, by the names of the parts and by what the library says."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        pictures = any(LOST.match(name) for name in archive.namelist())
    notes = ["图片、图形没有带到副本里"] if pictures else []
    return notes + (["有的扩展格式（如下拉选项、条件格式）没有带到副本里"] if told else [])


def _mark(sheet: Any, mark: Cell) -> Any:
    """Colour a cell and say what is wrong with it; of merged cells the first carries both."""
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    cell = sheet.cell(mark.row, mark.column)
    for block in sheet.merged_cells.ranges:
        if cell.coordinate in block:
            cell = sheet.cell(block.min_row, block.min_col)
            break
    own = cell.comment.text.rstrip() if cell.comment else ""
    if SAID in own:  # merged cells: said of the first already
        text, fill = f"{own}\n{mark.text}", None
    else:
        colour = _colour_text(cell.fill)
        text = f"{own}\n\n" * bool(own) + f"{SAID}\n{mark.text}" + f"\n{BEFORE}{colour}" * bool(colour)
        fill = PatternFill("solid", fgColor=COLOURS[mark.severity])
    comment = Comment(text, cell.comment.author if cell.comment else "fupin")
    comment.width = COMMENT_WIDTH
    comment.height = LINE_PIXELS * (1 + sum(1 + len(line) * 2 // LINE_PLACES for line in text.splitlines()))
    cell.comment = comment
    if fill is not None:
        cell.fill = fill
    return sheet


def _take_marks_away(sheet: Any) -> None:
    """Take our comments and colours off a sheet; a comment of its own stays, a colour of its own comes back."""
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    for row in sheet.iter_rows():
        for cell in row:
            comment: Any = getattr(cell, "comment", None)
            said = comment.text if comment else ""
            ours = cell.has_style and cell.fill.fill_type == "solid" and cell.fill.fgColor.rgb in COLOURS.values()
            if ours:
                cell.fill = _own_fill(said) or PatternFill()
            if SAID in said:
                own = said.partition(SAID)[0].rstrip()
                cell.comment = Comment(own, comment.author) if own else None


def _colour_text(fill: Any) -> str:
    """A cell's own colour as it can be written down; empty for none."""
    if fill.fill_type != "solid":
        return ""
    colour = fill.fgColor
    return f"{colour.type} {getattr(colour, colour.type)} {colour.tint}"


def _own_fill(said: str) -> Any:
    """The colour that a comment has kept; None where it kept none."""
    from openpyxl.styles import PatternFill
    from openpyxl.styles.colors import Color

    kept = re.search(rf"{BEFORE}(rgb|theme|indexed) (\w+) (-?[\d.]+)", said)
    if kept is None:
        return None
    kind, value = kept[1], kept[2] if kept[1] == "rgb" else int(kept[2])
    return PatternFill("solid", fgColor=Color(**{kind: value}, tint=float(kept[3])))


def _has_formula(sheet: Any) -> bool:
    return any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)


def _values(content: bytes, sheets: set[str]) -> dict[str, dict[str, tuple[str, str]]]:
    """What the formulas of sheets came to: sheet → cell → type and text, as a workbook writes them."""
    from openpyxl import load_workbook
    from openpyxl.cell.cell import TYPE_ERROR
    from openpyxl.utils import datetime as dates

    serial: Any = dates.to_excel
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = load_workbook(BytesIO(content), data_only=True)
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for name in sheets:
        cells = found.setdefault(name, {})
        for row in book[name].iter_rows():
            for cell in row:
                value: Any = cell.value
                if value is None:
                    continue
                if cell.data_type == TYPE_ERROR:
                    cells[cell.coordinate] = ("e", str(value))
                elif isinstance(value, bool):
                    cells[cell.coordinate] = ("b", str(int(value)))
                elif isinstance(value, str):
                    cells[cell.coordinate] = ("str", value)
                else:
                    number = value if isinstance(value, int | float) else serial(value, book.epoch)
                    cells[cell.coordinate] = ("n", repr(number))
    return found


def _packed(shell: BytesIO, values: dict[int, dict[str, tuple[str, str]]], stamp: bytes) -> bytes:
    """The workbook's zip, its formulas with their values, always the same for the same."""
    result = BytesIO()
    with zipfile.ZipFile(shell) as source, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.namelist():
            content = source.read(part)
            sheet = re.fullmatch(r"xl/worksheets/sheet(\d+)\.xml", part)
            if sheet and (known := values.get(int(sheet[1]))):
                content = _with_values(content, known)
            elif part == "docProps/core.xml":
                content = MODIFIED.sub(rb"\g<1>" + (stamp or b"1980-01-01T00:00:00Z") + rb"\g<2>", content)
            entry = zipfile.ZipInfo(part, ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, content)
    return result.getvalue()


def _with_values(xml: bytes, known: dict[str, tuple[str, str]]) -> bytes:
    """Put beside each formula what it came to: a reader that does not compute would take the cell for empty."""
    tree = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    for formula in tree.iter(f"{NAMESPACE}f"):
        cell = formula.getparent()
        found = known.get(cell.get("r", "")) if cell is not None else None
        if cell is None or found is None:
            continue
        kind, text = found
        value = cell.find(f"{NAMESPACE}v")
        if value is None:
            value = etree.SubElement(cell, f"{NAMESPACE}v")
        value.text = text
        cell.attrib.pop("t", None)
        if kind != "n":
            cell.set("t", kind)
    written: bytes = etree.tostring(
        tree, encoding="UTF-8"
    )  # the library's declaration has single quotes: no usual file
    return DECLARATION + written.partition(b"?>")[2].lstrip() if written.startswith(b"<?xml") else DECLARATION + written

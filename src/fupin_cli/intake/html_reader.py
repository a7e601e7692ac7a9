"""Tables of a web page that was named .xls, as platforms export them."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from fupin_cli.intake.budget import SHEET_COLUMNS, SIZE_HINT, cells_refused
from fupin_cli.intake.plain_cells import PlainSheet
from fupin_cli.intake.raw import HINT_DAMAGED, UnreadableError, is_utf8

if TYPE_CHECKING:
    from fupin_cli.policy.settings import Intake

LONGEST_SPAN = 1000  # as browsers have it for columns


def read_html(data: bytes, limits: Intake) -> list[PlainSheet]:
    """Read the tables of a page, with cells that span rows or columns filled.

    Raises:
        UnreadableError: no page, no table in it, or more cells than the limit.
    """
    from lxml import html

    try:
        encoding = "utf-8" if is_utf8(data) else "gb18030"
        document = html.fromstring(data, parser=html.HTMLParser(encoding=encoding, huge_tree=False))
    except (ValueError, html.etree.LxmlError) as error:
        raise UnreadableError("网页格式的表打不开", HINT_DAMAGED) from error
    tables = [table for table in document.iter("table") if not table.xpath(".//table")]
    if not tables:
        raise UnreadableError("这是网页，里面没有表", "只收 .xlsx .xls .xlsm .csv .txt")
    found, left = [], limits.max_cells_million * 1_000_000
    for number, table in enumerate(tables, 1):
        columns, merged = _columns(table, left, limits)
        left -= sum(map(len, columns))
        found.append(PlainSheet(f"表{number}" if len(tables) > 1 else "", columns, merged=merged))
    return found


def _columns(table: Any, left: int, limits: Intake) -> tuple[list[list[str | None]], list[tuple[int, int, int]]]:
    rows: list[list[str]] = []
    merged: list[tuple[int, int, int]] = []
    spans: dict[int, tuple[int, str]] = {}  # column → rows still covered from above, and their text
    width = 0
    for line in table.iter("tr"):
        row: list[str] = []
        for cell in line.iterchildren("td", "th"):
            _take_spans(row, spans)
            text = " ".join(cell.text_content().split())
            down, across = _span(cell, "rowspan"), _span(cell, "colspan")
            for n in range(across):
                row.append(text if n == 0 else "")
                if down > 1:
                    spans[len(row) - 1] = (down - 1, text if n == 0 else "")
            if down > 1:
                merged.append((len(row) - across, len(rows) + 1, len(rows) + down))
            if len(row) > SHEET_COLUMNS:
                raise UnreadableError(f"网页里的表超过 Excel 的 {SHEET_COLUMNS} 列，没有打开", SIZE_HINT)
        _take_spans(row, spans)
        rows.append(row)
        width = max(width, len(row))
        if width * len(rows) > left:
            raise UnreadableError(f"网页里的表{cells_refused(width * len(rows), limits)}", SIZE_HINT)
    return [list(column) for column in zip_longest(*rows, fillvalue="")], merged


def _take_spans(row: list[str], spans: dict[int, tuple[int, str]]) -> None:
    while len(row) in spans:
        left, text = spans.pop(len(row))
        if left > 1:
            spans[len(row)] = (left - 1, text)
        row.append(text)


def _span(cell: Any, name: str) -> int:
    text = cell.get(name, "1").strip()
    return min(int(text[:9]), LONGEST_SPAN) if text.isdecimal() and int(text[:9]) > 0 else 1

"""A sheet's shape by openpyxl: headings, headers, styles, page setup; everything but its rows, which bulk.py writes."""

from __future__ import annotations

import re
from copy import copy
from typing import TYPE_CHECKING, Any

from fupin_cli.intake.raw import column_letter
from fupin_cli.outputs.rows_xml import CELL_LIMIT, SPACING
from fupin_cli.outputs.sheet import GREY, REPEATED, USUAL_SIZE, places

if TYPE_CHECKING:
    import polars as pl
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from fupin_cli.outputs.sheet import SheetPlan

    # What a cell looks like → openpyxl's numbers for it. To find those costs ten times as much as all else of a cell:
    # a workbook of 300 villages asks for each look once.
    Styles = dict[tuple[object, ...], Any]

FONT, PALE = "宋体", "FFF2F2F2"
WIDER_FONTS = (
    0.85  # where a computer has other fonts the columns come out wider, and the last one is not to go over the edge
)
A4 = 9
TITLE_LENGTH = 31
NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
FORBIDDEN_TITLE = re.compile(r"[\[\]:*?/\\']")


def add_sheet(book: Workbook, plan: SheetPlan, styles: Styles) -> None:
    """Make the sheet with everything but its texts: prototype rows carry the styles: heading, headers, plain, marked, below.

    `styles`: of the workbook's sheets before.
    """
    sheet = add_bare_sheet(book, plan)
    first = first_row(plan)
    if plan.heading:
        _look(sheet.cell(1, 1, 0), ("heading", plan.heading_size), styles)
    for column, (name, header) in enumerate(plan.headers.items(), 1):
        cell = write_text(sheet, first - 1, column, header)
        _look(cell, ("header", plan.size), styles)
        sheet.row_dimensions[first - 1].height = plan.size * SPACING * plan.header_lines + 3
        look = plan.size, tuple(_alignment(plan, name).items()), _number_format(plan.rows[name])
        for offset, fill in ((0, None), (1, plan.mark_colour)):
            _look(sheet.cell(first + offset, column, 0), ("body", *look, fill), styles)
        sheet.column_dimensions[column_letter(column - 1)].width = plan.width(name)
    _look(sheet.cell(first + 2, 1, 0), ("below", plan.size), styles)  # the prototype of the lines below the table
    sheet.freeze_panes = f"A{first}"
    _fit(sheet, plan)
    if plan.upright:
        sheet.page_setup.orientation = "portrait"
        sheet.print_options.horizontalCentered = True


def add_bare_sheet(book: Workbook, plan: SheetPlan) -> Worksheet:
    """A sheet with what the workbook itself says of it: its name, what is printed, repeated and filtered."""
    sheet: Worksheet = book.create_sheet(sheet_title(book, plan.title))
    first = first_row(plan)
    sheet.print_title_rows = f"{first - 1}:{first - 1}"
    if plan.filtered and plan.rows.height:
        last = column_letter(max(len(plan.headers), 1) - 1)
        sheet.auto_filter.ref = f"A{first - 1}:{last}{first - 1 + plan.rows.height}"
    if plan.printed:
        sheet.print_area = f"A1:{column_letter(plan.printed_columns - 1)}{plan.last_row}"
    if len(plan.pages) > 1:
        sheet.print_title_cols = f"A:{column_letter(REPEATED - 1)}"
    return sheet


def _alignment(plan: SheetPlan, name: str) -> dict[str, Any]:
    """Numbers to the right with a space before the next column; long texts folded."""
    if _is_number(plan, name):
        return {"horizontal": "right", "vertical": "center", "indent": 1}
    names = list(plan.headers)
    after = names.index(name) > 0 and _is_number(plan, names[names.index(name) - 1])  # off the figure before it
    across = {"horizontal": "left" if after else None, "indent": int(after)}
    return {**across, "vertical": "center", "wrap_text": name in plan.folded}


def _is_number(plan: SheetPlan, name: str) -> bool:
    return plan.rows[name].dtype.is_integer() or name in plan.figures


def _fit(sheet: Worksheet, plan: SheetPlan) -> None:
    """Break a wide sheet into pages that can be read, each with the first columns again."""
    from openpyxl.worksheet.pagebreak import Break, ColBreak

    pages = plan.pages
    set_page(sheet, fits=len(pages) == 1)
    if len(pages) == 1:
        return
    sheet.page_setup.scale = min(int(plan.across * WIDER_FONTS * 100 / max(map(sum, pages))), 100)
    sheet.col_breaks = ColBreak()
    end = 0
    for page in pages[:-1]:
        end += len(page) - (REPEATED if end else 0)
        sheet.col_breaks.append(Break(id=end))


def _look(cell: Any, look: tuple[Any, ...], styles: Styles) -> None:
    """Give a cell a look: `"heading"` or `"header"`, size; `"body"`, size, alignment, number format, fill; `"below"`, size."""
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    if look in styles:
        cell._style = copy(styles[look])  # noqa: SLF001 - openpyxl has no other way to copy a look
        return
    line = Side(style="thin", color="FFBFBFBF")
    kind, size, *more = look
    cell.font = Font(name=FONT, size=size, bold=kind in ("heading", "header"))
    if kind == "heading":
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    elif kind == "header":
        cell.fill = PatternFill("solid", fgColor=GREY)
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        cell.border = Border(left=line, right=line, top=line, bottom=line)
    elif kind == "body":
        alignment, number_format, fill = more
        cell.border = Border(left=line, right=line, top=line, bottom=line)
        cell.alignment = Alignment(**dict(alignment))
        cell.number_format = number_format
        if fill:
            cell.fill = PatternFill("solid", fgColor=fill)
    else:
        cell.alignment = Alignment(vertical="top", wrap_text=True)
    styles[look] = copy(cell._style)  # noqa: SLF001 - as above


def write_heading(sheet: Worksheet, plan: SheetPlan, columns: int) -> None:
    """Write the heading of a sheet that openpyxl writes itself, if there is one, over so many columns."""
    if not plan.heading:
        return
    _look(write_text(sheet, 1, 1, plan.heading), ("heading", plan.heading_size), {})
    sheet.row_dimensions[1].height = heading_height(plan, columns)
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=max(columns, 1))


def heading_height(plan: SheetPlan, columns: int) -> float:
    """Points that the heading needs over so many columns."""
    room = sum(map(plan.width, list(plan.headers)[:columns])) * USUAL_SIZE / plan.heading_size
    lines = -(-places(plan.heading) // max(int(room), 1)) if plan.headers else 1
    return plan.heading_size * (SPACING * lines + 0.6)


def first_row(plan: SheetPlan) -> int:
    """The first row of data: below the heading, if any, and the headers."""
    return 3 if plan.heading else 2


def sheet_title(book: Workbook, wanted: str) -> str:
    """A title that Excel takes and the workbook does not have yet."""
    base = "".join(c for c in FORBIDDEN_TITLE.sub("", wanted) if c.isprintable())[:TITLE_LENGTH] or "表"
    title, number = base, 2
    taken = {name.casefold() for name in book.sheetnames}  # Excel tells no case
    while title.casefold() in taken:
        title = f"{base[: TITLE_LENGTH - 4]}({number})"
        number += 1
    return title


def write_text(sheet: Worksheet, row: int, column: int, text: str) -> Any:
    """Write a cell as text, whatever it begins with: words of a heading come from files too."""
    cell = sheet.cell(row, column, NOT_XML.sub("", text)[:CELL_LIMIT])
    cell.data_type = "s"
    return cell


def set_page(sheet: Worksheet, *, fits: bool) -> None:
    """A4 landscape with page numbers; `fits`: the columns are made to fit one page's width."""
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = A4
    if fits:
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.page_margins.top, sheet.page_margins.bottom = 0.6, 0.8
    sheet.page_margins.header = sheet.page_margins.footer = 0.4  # nearer the edge a printer cuts the page number
    footer: Any = sheet.oddFooter
    footer.center.text = "第 &P 页 共 &N 页"
    footer.right.text = "&A"


def _number_format(series: pl.Series) -> str:
    if series.name.endswith("_fen"):
        return "#,##0.00"
    if series.name.endswith("_x100"):
        return "General"
    return "0" if series.dtype.is_integer() else "@"

"""The sheet 图表 of a workbook: native charts, to be changed by whoever reads them, beside the figures that they draw.

Looks are hatched as on the page, for blue and red print as the same grey. Small: a chart has at most `MOST` categories.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from fupin_cli.intake.raw import column_letter
from fupin_cli.outputs.sheet_shape import first_row, set_page, sheet_title, write_heading, write_text

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from fupin_cli.outputs.sheet import Bars, SheetPlan

MOST = 40
DATA = 14  # the column in which a chart's figures begin, to the right of what is printed
WIDTH, LEAST, EACH, ROW = (
    24.0,
    7.0,
    0.62,
    0.529,
)  # centimetres: a chart's width and least height, a category, a row of the sheet
# look → (hatch or none, foreground, background)
LOOKS: dict[str, tuple[str | None, str, str]] = {
    "paid": (None, "1B5E8F", "FFFFFF"),
    "open": ("wdUpDiag", "1B5E8F", "FFFFFF"),
    "ahead": (None, "D5DBE1", "FFFFFF"),
    "hold": ("wdDnDiag", "8A4B00", "F6CF94"),
    "refuse": ("pct50", "FFFFFF", "B3261E"),
    "new": ("pct50", "FFFFFF", "B3261E"),
    "lasting": ("wdDnDiag", "8A4B00", "F6CF94"),
    "mended": ("dkVert", "2E6B34", "FFFFFF"),
    "plain": (None, "6B7680", "FFFFFF"),
}


def add_chart_sheet(book: Workbook, plan: SheetPlan) -> None:
    """Add a sheet with one chart for each of `plan.charts`, one below the other, their figures beside, `below` under them."""
    sheet: Worksheet = book.create_sheet(sheet_title(book, plan.title))
    write_heading(sheet, plan, DATA - 2)
    row = first_row(plan) - 1  # no row of headers
    for one in plan.charts:
        if one.bars is None or not one.rows.height:
            continue
        row = _add(sheet, one, one.bars, row)
    for line in plan.below:
        write_text(sheet, row, 1, line)
        row += 1
    set_page(sheet, fits=True)
    sheet.page_setup.orientation = "portrait"
    sheet.page_margins.footer = 0.25
    sheet.print_area = f"A1:{column_letter(DATA - 2)}{max(row, 2)}"


def _add(sheet: Worksheet, plan: SheetPlan, bars: Bars, row: int) -> int:
    """Write the figures of a plan and its chart from a row on; gives the row after both."""
    rows = plan.rows.head(MOST) if not bars.upright else plan.rows
    names = [series.column for series in bars.series]
    write_text(sheet, row, DATA, plan.title)
    write_text(sheet, row + 1, DATA, plan.headers.get(bars.category, ""))
    for n, series in enumerate(bars.series, 1):
        write_text(sheet, row + 1, DATA + n, series.words)
    for place, values in enumerate(rows.select(bars.category, *names).iter_rows(), row + 2):
        write_text(sheet, place, DATA, str(values[0]))
        for n, (name, value) in enumerate(zip(names, values[1:], strict=True), 1):
            cell = sheet.cell(place, DATA + n, _number(name, value))
            cell.number_format = "#,##0.00" if name.endswith("_fen") or name.startswith("_") else "0"
    title = plan.title if rows.height == plan.rows.height else f"{plan.title}（前 {MOST} 行）"
    chart = _chart(sheet, bars, title, row + 1, rows.height)
    if all((value or 0) >= 0 for name in names for value in rows[name]):
        chart.y_axis.scaling.min = 0  # a bar is as long as its figure
    sheet.add_chart(chart, f"A{row}")
    return row + max(int(chart.height / ROW) + 2, rows.height + 4)


def _number(name: str, value: int | None) -> Decimal | int:
    """Yuan of fen; other counts as they are. A bar of nothing is 0."""
    return Decimal(value or 0) / 100 if name.endswith("_fen") or name.startswith("_") else value or 0


def _chart(sheet: Worksheet, bars: Bars, title: str, head: int, categories: int) -> Any:
    from openpyxl.chart import BarChart, Reference

    chart: Any = BarChart()
    chart.type = "col" if bars.upright else "bar"
    chart.grouping = "stacked" if bars.stacked else "clustered"
    chart.overlap = 100 if bars.stacked else None
    chart.gapWidth = 40
    chart.title = title
    chart.width = WIDTH
    chart.height = (
        10.0 if bars.upright else max(LEAST, 3 + EACH * categories * (1 if bars.stacked else len(bars.series)))
    )
    chart.legend.position = "b"
    if len(bars.series) == 1:
        chart.legend = None
    last = head + categories
    chart.add_data(
        Reference(sheet, min_col=DATA + 1, max_col=DATA + len(bars.series), min_row=head, max_row=last),
        titles_from_data=True,
    )
    chart.set_categories(Reference(sheet, min_col=DATA, min_row=head + 1, max_row=last))
    for drawn, series in zip(chart.series, bars.series, strict=True):
        _look(drawn.graphicalProperties, series.look)
    chart.x_axis.delete = chart.y_axis.delete = False  # openpyxl hides both otherwise
    chart.y_axis.number_format = "#,##0"
    chart.y_axis.majorGridlines = chart.y_axis.majorGridlines if bars.upright else None
    if not bars.upright:  # bars are read from above, as the sheet's rows are
        chart.x_axis.scaling.orientation = "maxMin"
        chart.y_axis.crosses = "max"
    return chart


def _look(shape: Any, look: str) -> None:
    from openpyxl.chart.shapes import GraphicalProperties
    from openpyxl.drawing.colors import ColorChoice
    from openpyxl.drawing.fill import PatternFillProperties

    hatch, front, back = LOOKS[look]
    if hatch is None:
        shape.solidFill = front
    else:
        colours: Any = ColorChoice
        pattern: Any = PatternFillProperties
        shape.pattFill = pattern(prst=hatch, fgClr=colours(srgbClr=front), bgClr=colours(srgbClr=back))
    line: Any = GraphicalProperties().line
    shape.line = line
    shape.line.solidFill = front if front != "FFFFFF" else back

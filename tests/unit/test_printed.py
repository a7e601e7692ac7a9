"""14.7: what a printer needs to know of each sheet: fonts with sizes, margins, headings, areas, widths."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import openpyxl
import polars as pl

from fupin_cli.outputs.bulk import write_workbook
from fupin_cli.outputs.check_workbook import DETAILS
from fupin_cli.outputs.notice import HEADERS, WIDTHS
from fupin_cli.outputs.sheet import SheetPlan

if TYPE_CHECKING:
    from pathlib import Path


def test_a_sheet_as_it_is_printed(tmp_path: Path) -> None:
    """14.7: the footer stands off the edge, the heading is centred over what is printed, totals and signatures are in the area."""
    rows = pl.DataFrame(
        {"name": ["张三", "李四"], "days_x100": [2000, 1950], "money_fen": [73205, 1], "more": ["甲", "乙"]}
    )
    headers = {"name": "姓名", "days_x100": "天数", "money_fen": "金额(元)", "more": "不印"}
    plans = [
        SheetPlan("宽", headers, rows, "某县 2024年5月", printed=3, summed=("money_fen",), below=("大写", "签字")),
        SheetPlan(
            "墙", headers, rows, "公示表", portrait=True, heading_size=18, size=12, row_height=24, filtered=False
        ),
    ]
    write_workbook(tmp_path / "页.xlsx", plans, date(2024, 5, 31))
    book = openpyxl.load_workbook(tmp_path / "页.xlsx")
    wide: Any = book["宽"]
    wall: Any = book["墙"]
    assert wide.print_area == "'宽'!$A$1:$C$8"
    assert (wide["A7"].value, wide["A8"].value, wide["A8"].font.name, wide["A8"].font.sz) == (
        "大写",
        "签字",
        "宋体",
        11,
    )
    assert ([str(r) for r in wide.merged_cells.ranges], wide["A1"].alignment.horizontal) == (["A1:C1"], "center")
    assert (wide["B3"].value, wide["B4"].value, wide["B3"].data_type) == (20, 19.5, "n"), "days are numbers"
    for sheet in (wide, wall):
        margins = sheet.page_margins
        assert margins.bottom - margins.footer >= 0.3, "the page number has its own room"
        assert margins.footer >= 0.3
        assert (sheet.page_setup.paperSize, sheet.sheet_properties.pageSetUpPr.fitToPage) == (9, True)
        assert sheet.print_title_rows == "$2:$2"
    assert (wide.page_setup.orientation, wall.page_setup.orientation) == ("landscape", "portrait")
    assert (wall["A1"].font.sz, wall["A3"].font.sz, wall.row_dimensions[3].height) == (18, 12, 24)


def test_what_a_clerk_needs_is_inside_the_printed_part() -> None:
    """14.7: at most 12 columns a page, 原值 and 怎么办 among them; a notice fits an upright page."""
    printed = list(DETAILS.values())[: list(DETAILS).index("letter") + 1]
    assert len(printed) == 12
    assert {"问题", "原值", "怎么办", "文件", "行", "列"} <= set(printed)
    assert set(WIDTHS) == set(HEADERS)
    assert sum(WIDTHS.values()) <= 100

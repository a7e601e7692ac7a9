"""14.7: what a printer needs to know of each sheet: fonts with sizes, margins, headings, areas, widths."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import openpyxl
import polars as pl
import pytest

from fupin_cli.outputs.bulk import write_workbook
from fupin_cli.outputs.check_workbook import DETAILS
from fupin_cli.outputs.notice import HEADERS, WIDTHS, hung
from fupin_cli.outputs.sheet import MOST_COLUMNS, NONE, SheetPlan, places
from fupin_cli.policy.months import parse_month
from fupin_cli.policy.settings import Notice

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
    assert {str(r) for r in wide.merged_cells.ranges} == {"A1:C1", "A7:C7", "A8:C8"}
    assert wide["A1"].alignment.horizontal == "center"
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


def test_no_empty_sheet_but_where_one_has_to_be(tmp_path: Path) -> None:
    """14.7: an empty list is no sheet; one that has to be there says so in a line; a workbook has its first sheet always."""
    rows = pl.DataFrame({"name": ["张三"]})
    none = rows.clear()
    names = {"name": "姓名"}
    plans = [
        SheetPlan("汇总", names, none),
        SheetPlan("暂缓", names, none, below=("签字",)),
        SheetPlan("已解除", names, none, "题", kept=True, below=("签字",)),
        SheetPlan("明细", names, rows),
    ]
    write_workbook(tmp_path / "页.xlsx", plans, date(2024, 5, 31))
    book = openpyxl.load_workbook(tmp_path / "页.xlsx")
    assert book.sheetnames == ["汇总", "已解除", "明细"]
    assert [row[0] for row in book["已解除"].values] == ["题", "姓名", None, NONE, "签字"]
    assert [row[0] for row in book["汇总"].values] == ["姓名"]
    assert plans[0].below == (), "the plan itself is as it was"


def test_nothing_is_cut_at_the_edge_of_its_cell(tmp_path: Path) -> None:
    """14.7: a heading of two lines, one long text among many short ones, a long line below: each has the height it needs."""
    rows = pl.DataFrame({"kind": ["出勤汇总表"] * 60 + ["与别的文件相同的一份副本，" * 5], "n_fen": [1] * 61})
    plan = SheetPlan("文件", {"kind": "认作", "n_fen": "元"}, rows, "很长的标题" * 12, below=("很长的一行" * 30, "短"))
    write_workbook(tmp_path / "页.xlsx", [plan], date(2024, 5, 31))
    sheet: Any = openpyxl.load_workbook(tmp_path / "页.xlsx").worksheets[0]
    across = sum(sheet.column_dimensions[letter].width for letter in "AB")
    assert sheet["A1"].alignment.wrap_text
    assert sheet.row_dimensions[1].height >= 14 * -(-places(plan.heading) * 14 // (across * 11))
    assert sheet["A63"].alignment.wrap_text
    assert sheet.row_dimensions[63].height > sheet.row_dimensions[62].height
    assert sheet.row_dimensions[65].height >= 11 * places(plan.below[0]) / across
    assert sheet["A65"].alignment.wrap_text
    assert sheet.row_dimensions[2].height > 15, "a header is folded too"
    assert "A65:B65" in {str(joined) for joined in sheet.merged_cells.ranges}
    assert (sheet["B3"].alignment.horizontal, sheet["B3"].alignment.indent) == ("right", 1), "off the next column"


def test_texts_that_are_numbers_are_numbers(tmp_path: Path) -> None:
    """14.7: months used are numbers, decimals too; what is none, or only a name made of digits, stays text."""
    months = ["12", "3.5", "0.333333", "1/2", "", None, "-4", "=1+1", "0012", "1" * 18]
    rows = pl.DataFrame({"months": months, "code": ["211390"] * len(months)})
    headers = {"months": "月数", "code": "代码"}
    write_workbook(tmp_path / "页.xlsx", [SheetPlan("月", headers, rows, figures=("months",))], date(2024, 5, 31))
    sheet = openpyxl.load_workbook(tmp_path / "页.xlsx").worksheets[0]
    said = [sheet.cell(row, 1).value for row in range(2, 2 + len(months))]
    assert said == [12, 3.5, 0.333333, "1/2", "", None, -4, "=1+1", "0012", "1" * 18]
    assert sheet["A9"].data_type == "s"
    assert sheet["B2"].value == "211390"


@pytest.mark.parametrize(
    ("widths", "counts"),
    [
        ([10.0] * 12, [12]),
        ([10.0] * 13, [12, 3]),  # the first two again
        ([10.0] * 33, [12, 12, 12, 3]),
        ([40.0] * 12, [5, 5, 5, 3]),  # no more than can be read
        ([300.0], [1]),
    ],
)
def test_a_wide_sheet_goes_on_further_pages(tmp_path: Path, widths: list[float], counts: list[int]) -> None:
    """14.7: at most twelve columns a page, each page with the first two columns; no column is lost between pages."""
    names = [f"c{n}" for n in range(len(widths))]
    plan = SheetPlan(
        "宽",
        {n: n for n in names},
        pl.DataFrame({n: ["x"] for n in names}),
        widths=dict(zip(names, map(int, widths), strict=True)),
    )
    assert [len(page) for page in plan.pages] == counts
    assert max(counts) <= MOST_COLUMNS
    write_workbook(tmp_path / "页.xlsx", [plan], date(2024, 5, 31))
    sheet: Any = openpyxl.load_workbook(tmp_path / "页.xlsx").worksheets[0]
    ends = [mark.id for mark in sheet.col_breaks.brk]
    own = [count - (2 if n else 0) for n, count in enumerate(counts)]
    assert ends == [sum(own[: n + 1]) for n in range(len(counts) - 1)]
    assert sum(own) == len(widths)
    assert (sheet.print_title_cols or "") == ("$A:$B" if ends else "")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (Notice(), "公示时间：      年    月    日 至       年    月    日（     天）"),
        (Notice(days=7), "公示时间：      年    月    日 至       年    月    日（7 天）"),
        (Notice(start_day=5), "公示时间：2025年1月5日 至       年    月    日（     天）"),
        (Notice(start_day=28, days=7), "公示时间：2025年1月28日 至 2025年2月3日（7 天）"),
    ],
)
def test_when_a_notice_hangs(settings: Notice, said: str) -> None:
    """14.7: dates from the settings, over the ends of months and years; what is not set is left to the pen."""
    assert hung(settings, parse_month("2024-12")) == said

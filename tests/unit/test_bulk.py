"""Workbooks written the fast way, read back by other programs' readers."""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import fastexcel
import openpyxl
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fupin_cli.outputs import bulk, rows_xml, sheet_xml
from fupin_cli.outputs.bulk import write_workbook
from fupin_cli.outputs.sheet import RED, SheetPlan, lengths_of, measured

if TYPE_CHECKING:
    from pathlib import Path

NASTY = ["=1+1", "+1", "-1", "@x", "\tx", "<&>\"'", "a\x01b\x1f", "_x000D_", "多\n行", " 空 ", "", "𠮷", "x" * 40000]
HEADERS = {"text": "文字", "number": "数", "money_fen": "金额"}


def plan(rows: pl.DataFrame, **more: object) -> SheetPlan:
    return SheetPlan("表", HEADERS, rows, **more)  # type: ignore[arg-type]


def frame(texts: list[str | None]) -> pl.DataFrame:
    n = len(texts)
    return pl.DataFrame(
        {"text": texts, "number": list(range(n)), "money_fen": [123456 + i for i in range(n)]},
        schema_overrides={"text": pl.String},
    )


def test_nothing_that_came_from_a_file_is_a_formula(tmp_path: Path) -> None:
    write_workbook(tmp_path / "a.xlsx", [plan(frame([*NASTY, None]))], date(2024, 5, 31))
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0]
    cells = [sheet.cell(row, 1) for row in range(2, 2 + len(NASTY))]
    assert all(cell.data_type in ("s", "inlineStr", "n") for cell in cells)
    assert [cell.value for cell in cells[:6]] == NASTY[:6]
    assert cells[6].value == "ab"
    assert cells[7].value == "_x005F_x000D_"  # openpyxl does not undo the escape, Excel does
    assert len(str(cells[12].value)) == 32767
    assert sheet.cell(2, 3).value == pytest.approx(1234.56)
    assert fastexcel.read_excel(tmp_path / "a.xlsx").load_sheet(0).to_polars().height == len(NASTY) + 1


def test_marked_cells_are_coloured_and_others_not(tmp_path: Path) -> None:
    rows = frame(["a", "b"])
    write_workbook(tmp_path / "a.xlsx", [plan(rows, marked={"text": pl.Series([True, False])})], date(2024, 5, 31))
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0]
    assert sheet["A2"].fill.fgColor.rgb == RED
    assert sheet["A3"].fill.fill_type is None
    assert sheet["C2"].number_format == "#,##0.00"


def test_rows_beyond_excels_limit_go_on_another_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "EXCEL_ROWS", 12)
    monkeypatch.setattr(sheet_xml, "BATCH", 4)
    texts = [f"行{n}" for n in range(25)]
    marked = pl.Series([n == 24 for n in range(25)])
    write_workbook(
        tmp_path / "a.xlsx", [plan(frame([*texts]), marked={"text": marked}, heading="题")], date(2024, 5, 31)
    )
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == ["表", "表(2)", "表(3)"]
    read = [cell.value for sheet in book.worksheets for (cell,) in sheet.iter_rows(min_row=3, max_col=1)]
    assert read == texts
    assert book.worksheets[2]["A7"].fill.fgColor.rgb == RED


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write_workbook(tmp_path / name, [plan(frame(["x"]))], date(2024, 5, 31))
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_parts_are_packed_at_the_level_that_was_measured(tmp_path: Path) -> None:
    """Not at zlib's usual one: `ZipFile` asks its own level only where an entry is a bare name."""
    write_workbook(
        tmp_path / "a.xlsx", [plan(frame([f"第{n * 7919 % 10007}村" for n in range(5000)]))], date(2024, 5, 31)
    )
    with zipfile.ZipFile(tmp_path / "a.xlsx") as book:
        entry = book.getinfo("xl/worksheets/sheet1.xml")
        sizes = {level: packed_size(book.read(entry), level) for level in range(10)}
    assert sizes[bulk.LEVEL] != sizes[6]
    assert entry.compress_size == pytest.approx(sizes[bulk.LEVEL], rel=0.01)


def packed_size(content: bytes, level: int) -> int:
    packer = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    return len(packer.compress(content) + packer.flush())


def test_pages_are_landscape_a4_with_repeated_headers(tmp_path: Path) -> None:
    write_workbook(tmp_path / "a.xlsx", [plan(frame(["x"]), heading="题")], date(2024, 5, 31))
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0]
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet.print_title_rows == "$2:$2"
    assert sheet.freeze_panes == "A3"
    assert sheet.auto_filter.ref == "A2:C3"


@given(
    st.lists(
        st.text(st.characters(codec="utf-8", max_codepoint=0xFFFF) | st.sampled_from("_x0D<&>\x01\ufffe"), max_size=12)
    )
)
def test_a_column_without_anything_to_escape_is_as_it_would_be_escaped(texts: list[str]) -> None:
    column = pl.Series("t", texts, pl.String)
    safe = column.filter(~column.str.contains(rows_xml.UNSAFE))
    assert safe.to_frame().select(rows_xml.escaped(pl.col("t"))).to_series().to_list() == safe.to_list()


def test_titles_that_excel_refuses_are_mended(tmp_path: Path) -> None:
    plans = [SheetPlan(title, HEADERS, frame(["x"])) for title in ("a/b[c]", "名" * 40, "名" * 40)]
    write_workbook(tmp_path / "a.xlsx", plans, date(2024, 5, 31))
    names = openpyxl.load_workbook(tmp_path / "a.xlsx").sheetnames
    assert names[0] == "abc"
    assert all(len(name) <= 31 for name in names)


def village(name: str, texts: list[str | None], **more: object) -> SheetPlan:
    """A sheet as a 公示表 is: fixed widths, a total, lines below."""
    given = {"widths": {"text": 12, "number": 6, "money_fen": 14}, "filtered": False, "summed": ("money_fen",)} | more
    below = (f"公示单位：{name}<&>", "=1+1", "有异议的请反映。" * 12)
    return SheetPlan(name, HEADERS, frame(texts), f"{name}公示表", below=below, **given)  # type: ignore[arg-type]


def read(path: Path) -> list[dict[str, object]]:
    """All that is to be seen of each sheet."""
    return [
        {
            "title": sheet.title,
            "cells": [
                [
                    (c.value, c.data_type, c.number_format, c.font.sz, c.fill.fgColor.rgb, c.alignment.wrap_text)
                    for c in row
                ]
                for row in sheet.iter_rows()
            ],
            "heights": {row: size.height for row, size in sheet.row_dimensions.items()},
            "widths": {column: size.width for column, size in sheet.column_dimensions.items()},
            "merged": sorted(map(str, sheet.merged_cells.ranges)),
            "printed": (sheet.print_area, sheet.print_title_rows, sheet.print_title_cols, sheet.auto_filter.ref),
            "page": (sheet.page_setup.orientation, sheet.page_setup.scale, sheet.page_margins.bottom),
        }
        for sheet in openpyxl.load_workbook(path).worksheets
    ]


@pytest.mark.parametrize("batch", [20_000, 5], ids=["一次写成", "分几次写"])
def test_sheets_that_look_alike_are_written_together_as_each_would_be_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    """15: openpyxl shapes one sheet of a run; a sheet without rows, a longer name, a mark, a filter make no other's page."""
    monkeypatch.setattr(bulk, "BATCH", batch)
    monkeypatch.setattr(sheet_xml, "BATCH", batch)
    plans = [
        village("东岭村", ["甲", "乙<&>"]),
        village("西岭村", ["丙"]),
        village("空村", []),
        village("东岭村", [None, *NASTY]),
        village("有名字很长的人的村", ["一个非常非常长的名字" * 3], printed=2),
        village("南岭村", ["丁"], marked={"text": pl.Series([True])}),
        village("北岭村", ["戊"], marked={"text": pl.Series([False])}),
        village("可筛的村", ["己"], filtered=True),
        village("也可筛的村", ["庚", "辛"], filtered=True),
        village("宽村", ["壬"], widths={}, kept=True),
        village("更宽村", ["癸" * 30], widths={}),
    ]
    plans[2] = replace(plans[2], kept=True)
    write_workbook(tmp_path / "一起.xlsx", plans, date(2024, 5, 31))
    alone = []
    for number, one in enumerate(plans):
        path = tmp_path / f"{number}.xlsx"
        write_workbook(path, [replace(one, title=f"东岭村({number})" if number == 3 else one.title)], date(2024, 5, 31))
        alone += read(path)
    alone[3]["title"] = "东岭村(2)"
    together = read(tmp_path / "一起.xlsx")
    for sheet, own in zip(together, alone, strict=True):
        own["printed"] = tuple(str(text).replace("(3)", "(2)") for text in own["printed"])  # type: ignore[attr-defined]
        sheet["printed"] = tuple(map(str, sheet["printed"]))  # type: ignore[call-overload]
        assert sheet == own


def test_lengths_asked_together_are_those_of_each() -> None:
    """15: widths of many sheets in one pass."""
    columns: list[list[str | None]] = [["甲" * 9, "a"], [], [None], [*["a"] * 50, "宽" * 20]]
    plans = [plan(frame(texts)) for texts in columns]
    assert [one.lengths for one in measured(plans)] == [lengths_of([one])[0] for one in plans]
    assert lengths_of([plans[3]])[0]["text"] == (1, 40)

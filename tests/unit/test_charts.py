"""13.3: native charts in workbooks, from the same plans as the page."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl

from fupin_cli.checks.catalogue import rules_of
from fupin_cli.outputs.bulk import write_workbook
from fupin_cli.outputs.money_plans import steps_plan
from fupin_cli.outputs.page_plans import found_plan, rules_plan
from fupin_cli.outputs.sheet import SheetPlan
from fupin_cli.outputs.workbook_charts import check_charts
from fupin_cli.policy.months import parse_month
from fupin_cli.policy.parameters import Policy, load_policy
from fupin_cli.policy.settings import Settings
from fupin_cli.reports.page_findings import at_stake, heat

RULES = rules_of(Policy(load_policy("朝阳市"), Settings()), parse_month("2024-05"))

ROWS = [
    ("POST001", "error", "甲", "GW1", "东川镇", 73_205, False),
    ("CAP003", "error", "甲", "GW1", "东川镇", 73_205, False),
    ("INS001", "error", "乙", "GW2", "=1+1", 36_603, False),
    ("INS001", "error", "丙", "GW3", "=1+1", 10_000, True),
    ("PLT002", "warning", None, None, None, None, False),
]
SCHEMA = {
    "code": pl.String,
    "severity": pl.String,
    "person": pl.String,
    "post_id": pl.String,
    "township": pl.String,
    "amount_fen": pl.Int64,
    "waived": pl.Boolean,
    "_src": pl.UInt32,
    "_row": pl.UInt32,
}
FOUND = pl.DataFrame([(*row, 0, n) for n, row in enumerate(ROWS)], schema=SCHEMA, orient="row")
VERDICTS = pl.DataFrame({"due_fen": [300, 5], "approved_fen": [200, 5], "paid_fen": [100, 0]})


def written(path: Path, plans: list[SheetPlan]) -> Any:
    """A workbook with a plain sheet and the charts, opened again."""
    plain = SheetPlan("表", {"a": "甲"}, pl.DataFrame({"a": ["x", "y"]}))
    write_workbook(path, [plain, *plans, plain], date(2024, 5, 31))
    return openpyxl.load_workbook(path)


def test_a_sheet_of_charts_stands_between_sheets_of_rows(tmp_path: Path) -> None:
    """13.3: a sheet 图表 of its own: portrait, fitted, axes shown, bars read from above, figures as they are."""
    book = written(tmp_path / "a.xlsx", check_charts(FOUND, RULES, "示例县 2024年5月 核查 图表"))
    assert book.sheetnames == ["表", "图表", "表(2)"]
    assert [cell.value for cell in book["表(2)"]["A"]] == ["甲", "x", "y"]
    sheet = book["图表"]
    assert sheet["A1"].value == "示例县 2024年5月 核查 图表"
    assert sheet.page_setup.orientation == "portrait"
    assert (sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.page_setup.fitToHeight) == (True, 0)
    rules, towns = sheet._charts
    for chart in (rules, towns):
        assert (chart.x_axis.delete, chart.y_axis.delete) == (False, False)
        assert chart.x_axis.scaling.orientation == "maxMin"
        assert chart.type == "bar"
    assert towns.grouping == "stacked"
    assert [s.graphicalProperties.pattFill.prst for s in towns.series] == ["pct50", "wdDnDiag"]
    said = {row[13].value: row[14].value for row in sheet.iter_rows() if len(row) > 14 and row[14].value is not None}
    assert next(value for name, value in said.items() if str(name).startswith("POST001")) == 732.05
    assert said["（未分乡镇）"] == 0
    place = next(cell for row in sheet.iter_rows() for cell in row if cell.value == "=1+1")
    assert place.data_type == "s"  # a township's name is no formula


def test_the_same_charts_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        written(tmp_path / f"{name}.xlsx", check_charts(FOUND, RULES, "示例县 2024年5月 核查 图表"))
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.xlsx") as packed:
        assert [n for n in packed.namelist() if n.startswith("xl/charts/")] == [
            "xl/charts/chart1.xml",
            "xl/charts/chart2.xml",
        ]


def test_nothing_to_draw_is_no_sheet() -> None:
    assert check_charts(FOUND.clear(), RULES, "") == []


def test_one_sum_of_several_rules_is_counted_once() -> None:
    """13: 甲's 732.05 stands with two rules; 丙's is waived."""
    assert at_stake(FOUND) == 73_205 + 36_603
    assert (
        rules_plan(
            pl.DataFrame(
                {
                    "code": ["X"],
                    "title": ["t"],
                    "severity": ["error"],
                    "count": [1],
                    "people": [1],
                    "amount_fen": [None],
                }
            )
        ).rows["label"][0]
        == "X t"
    )
    rows = found_plan(heat(FOUND, "township", ["INS001"]), "township").rows
    assert dict(zip(rows["township"], rows["count"], strict=True)) == {"=1+1": 2, "东川镇": 2, "（未分乡镇）": 1}


def test_each_step_says_its_difference_to_the_one_before() -> None:
    rows = steps_plan(VERDICTS).rows
    assert rows["sum_fen"].to_list() == [305, 205, 100]
    assert rows["less_fen"].to_list() == [None, -100, -105]

"""What a formula in a township's workbook did not compute is told as such, and holds: it is not an empty cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import openpyxl
import pytest
import xlwt

from fupin_cli.intake.uncomputed import PROPERTIES
from tests.cases.test_cases import BASE, build

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Ran


def test_a_formula_without_a_value_holds_and_says_so(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """An attendance by formula that no program has computed, and a benefit (empty: no) that failed to be looked up."""
    build({}, tmp_path)
    folder = tmp_path / "inbox" / BASE["month"]
    for table, cells in (("attendance", {"本月累计出勤天数": "=20+2"}), ("registry", {"享受低保政策情况": "#N/A"})):
        row = BASE["tables"][table] | cells
        (folder / f"{BASE['files'][table]}.csv").unlink()
        book = openpyxl.Workbook()
        for values in (list(row), list(row.values())):
            book.worksheets[0].append(values)
        book.save(folder / f"{BASE['files'][table]}.xlsx")
    ran = fupin("check", "-w", tmp_path, "--month", BASE["month"], "--format", "json", "--no-workbook")
    told = [f for f in ran.document["findings"] if f["hint"].startswith("公式没有算出值")]
    assert {(f["table"], f["value"]) for f in told} == {("attendance", "=20+2"), ("registry", "#N/A")}
    drafted = fupin("payroll", "-w", tmp_path, "--month", BASE["month"], "--operator", "甲", "--format", "json")
    assert [line["status"] for line in drafted.document["lines"]] == ["hold"]


COMPUTED_NOTHING = (
    b"\x03\0\0\0\0\0\xff\xff\0\0"  # what xlwt writes of a formula, and Excel of one that gives an empty text
)


@pytest.mark.parametrize(
    ("value", "saved", "shown"),
    [
        (COMPUTED_NOTHING, False, "=未计算"),
        (COMPUTED_NOTHING, True, ""),  # by Excel: nothing
        (b"\0" * 8 + b"\x02\0", True, "=未计算"),  # 0, to be computed on opening
        (b"\0" * 8 + b"\x03\0", False, "=未计算"),
        (b"\0" * 8 + b"\0\0", False, "0"),
        (b"\0" * 8 + b"\x01\0", True, "0"),  # as TODAY()*0: computed always
        (b"\0" * 6 + b"\x36\x40\x02\0", False, "22"),
    ],
    ids=range(7),
)
def test_a_formula_of_an_old_workbook_that_nobody_computed_is_not_empty_and_not_0(
    fupin: Callable[..., Ran], tmp_path: Path, value: bytes, shown: str, *, saved: bool
) -> None:
    """ATT003 refused who had "0" days; an empty 离岗日期 paid."""
    build({}, tmp_path)
    folder, row = tmp_path / "inbox" / BASE["month"], BASE["tables"]["attendance"]
    book = xlwt.Workbook()
    sheet = book.add_sheet("出勤")
    for column, (header, cell) in enumerate(row.items()):
        sheet.write(0, column, header)
        sheet.write(1, column, xlwt.Formula("20+2") if header == "本月累计出勤天数" else cell)
    (folder / f"{BASE['files']['attendance']}.csv").unlink()
    file = folder / "出勤汇总表.xls"
    book.save(str(file))
    content = file.read_bytes()
    assert content.count(COMPUTED_NOTHING) == 1
    file.write_bytes(content.replace(COMPUTED_NOTHING, value) + PROPERTIES * saved)
    ran = fupin("payroll", "-w", tmp_path, "--month", BASE["month"], "--by", "甲", "--format", "json", "--no-workbook")
    (line,) = ran.document["lines"]
    assert (line["status"], line["numerator"]) == {"22": ("pay", "22"), "0": ("refuse", "0")}.get(shown, ("hold", None))
    checked = fupin("check", "-w", tmp_path, "--month", BASE["month"], "--format", "json", "--no-workbook").document
    told = [f["value"] for f in checked["findings"] if f["hint"].startswith("公式没有算出值")]
    assert told == [shown] * shown.startswith("=")

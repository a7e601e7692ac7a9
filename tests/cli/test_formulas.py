"""What a formula in a township's workbook did not compute is told as such, and holds: it is not an empty cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import openpyxl

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

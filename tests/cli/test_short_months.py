"""A month typed as the number 2024.10 is kept as 2024.1: it is never taken for January."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
import xlwt

from tests.conftest import write_csv

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Ran

HEAD = ("身份证号码", "补贴类型", "补贴月份", "金额")


def xlsx(path: Path, rows: list[list[Any]]) -> None:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(path)


def xls(path: Path, rows: list[list[Any]]) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("台账")
    for at, row in enumerate(rows):
        for place, cell in enumerate(row):
            sheet.write(at, place, cell)
    book.save(str(path))


def csv(path: Path, rows: list[list[Any]]) -> None:
    write_csv(path, [dict(zip(HEAD, row, strict=True)) for row in rows[1:]])


@pytest.mark.parametrize(
    ("write", "name", "held"),
    [
        (xlsx, "台账.xlsx", [2024.1]),  # a text that says 2024.1 is what was typed: January
        (xls, "台账.xls", [2024.1]),
        (csv, "台账.csv", [2024.1, "2024.1"]),  # no numbers apart from texts: nobody knows
    ],
)
def test_october_as_a_number_is_not_january(
    fupin: Callable[..., Ran],
    tmp_path: Path,
    write: Callable[[Path, list[list[Any]]], None],
    name: str,
    held: list[Any],
) -> None:
    """9.1, 8.3: the cell is told with its address and what to write; every other month typed as a number is clear."""
    cells = [2024.1, "2024.1", 2024.2, 2024.01, 2024.11, 2024.12, "2024.10", "2024年5月份"]
    write(tmp_path / name, [list(HEAD), *(["211302198202020022", "岗位补贴", cell, 2024.1] for cell in cells)])
    ran = fupin("check", tmp_path, "--month", "2024-12", "--format", "json", "--no-workbook")
    found = [f for f in ran.document["findings"] if f["code"] == "IN005"]
    assert [(f["row"], f["column"], f["value"]) for f in found] == [
        (n, "C", str(cell)) for n, cell in enumerate(cells, 2) if n - 2 < len(held)
    ]
    assert all("1 月，也可能是 10 月" in f["message"] and "2024-10" in f["hint"] for f in found)


def test_a_contract_from_october_as_a_number_is_held(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """8.3: days too are written as months; the roster's contract is unknown (CON001), not one from January."""
    from tests.cases.test_cases import BASE, build

    build({}, tmp_path)
    path = tmp_path / "inbox" / BASE["month"] / f"{BASE['files']['assignments']}.csv"
    row = BASE["tables"]["assignments"] | {"合同开始日期": 2024.1}
    path.unlink()
    xlsx(path.with_suffix(".xlsx"), [list(row), list(row.values())])
    drafted = fupin("payroll", "-w", tmp_path, "--month", BASE["month"], "--operator", "甲", "--format", "json")
    (line,) = drafted.document["lines"]
    assert line["status"] == "hold"
    assert "CON001" in line["codes"]

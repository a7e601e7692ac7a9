"""Amounts that read well and mean something else: one cell for several rows, another unit than yuan above the table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from tests.cases.test_measure_cases import OWN, build
from tests.cases.test_reconcile_cases import second_id
from tests.conftest import write_csv

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Ran

pytestmark = pytest.mark.usefixtures("books_planned")
MONTH = "2024-05"
MEASURE = "employer_social_insurance"
PARTS = ("养老单位缴费", "医疗单位缴费", "失业单位缴费")


def two_employees(root: Path) -> list[dict[str, Any]]:
    """Two employees of one employer, of whom the registry knows."""
    build({"measure": MEASURE}, root)
    row = dict(OWN["measures"][MEASURE]["row"])
    other = row | {"姓名": "李四", "身份证号码": second_id()}
    (file,) = (root / "inbox" / MONTH).glob("监测对象信息.csv")
    header, first = file.read_text("gb18030").splitlines()[:2]
    second = first.replace(str(row["身份证号码"]), second_id()).replace("张三", "李四")
    file.write_text(f"{header}\n{first}\n{second}", "gb18030")
    for old in (root / "inbox" / MONTH).glob("社保补贴*"):
        old.unlink()
    return [row, other]


def paid(fupin: Callable[..., Ran], root: Path) -> list[tuple[str, list[str]]]:
    ran = fupin("subsidy", MEASURE, "-w", root, "--month", MONTH, "--operator", "甲", "--format", "json")
    assert ran.out, ran.err
    return [(line["status"], [c for c in line["codes"] if c.startswith("IN")]) for line in ran.document["lines"]]


@pytest.mark.parametrize("kind", ["xlsx", "html"])
@pytest.mark.parametrize(
    ("merged", "said"),
    [
        (PARTS[:1], ("hold", ["IN006"])),
        (PARTS, ("hold", ["IN006"])),
        (("单位名称", "统一社会信用代码", "年月"), ("pay", [])),
    ],
)
def test_an_amount_of_several_people_is_paid_to_nobody_twice(
    fupin: Callable[..., Ran], tmp_path: Path, kind: str, merged: tuple[str, ...], said: tuple[str, list[str]]
) -> None:
    """What an employer paid for two people, in one cell over both rows, was paid for each of them."""
    rows = two_employees(tmp_path)
    folder = tmp_path / "inbox" / MONTH
    if kind == "xlsx":
        book = openpyxl.Workbook()
        sheet = book.worksheets[0]
        sheet.append(list(rows[0]))
        for row in rows:
            sheet.append(list(row.values()))
        sheet.append([*(rows[0] | {"姓名": "王五", "身份证号码": "211302197003030037"}).values()])
        for place in (list(rows[0]).index(header) + 1 for header in merged):
            sheet.merge_cells(start_row=2, end_row=3, start_column=place, end_column=place)
        book.save(folder / "企业.xlsx")
    else:
        first = "".join(f"<td{' rowspan=2' if h in merged else ''}>{v}</td>" for h, v in rows[0].items())
        second = "".join(f"<td>{v}</td>" for h, v in rows[1].items() if h not in merged)
        head = "".join(f"<th>{h}</th>" for h in rows[0])
        page = f"<html><table><tr>{head}</tr><tr>{first}</tr><tr>{second}</tr></table></html>"
        (folder / "企业.xls").write_text(page, "utf-8")
    assert paid(fupin, tmp_path)[:2] == [said, said]
    if said[0] == "hold":
        found = fupin("check", MONTH, "-w", tmp_path, "--format", "json", "--no-workbook").findings
        told = [f["message"] for f in found if f["code"] == "IN006" and f["header"] == PARTS[0]]
        assert told
        assert all("写在几行合并的格里，分不清是每人的还是几个人合计的" in message for message in told)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("单位：万元", ("hold", ["IN006"])),
        ("填报单位：某厂    （单位：人民币 千元）", ("hold", ["IN006"])),
        ("单位：元", ("pay", [])),
        ("填报单位：万元村", ("pay", [])),
    ],
)
def test_amounts_in_another_unit_are_not_read_as_yuan(
    fupin: Callable[..., Ran], tmp_path: Path, line: str, said: tuple[str, list[str]]
) -> None:
    """0.09 under 单位：万元 was nine fen."""
    rows = two_employees(tmp_path)
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["社保补贴岗位补贴花名册"])
    sheet.append([None, None, line])
    sheet.append(list(rows[0]))
    for row in rows:
        sheet.append(list(row.values()))
    book.save(tmp_path / "inbox" / MONTH / "企业.xlsx")
    assert paid(fupin, tmp_path) == [said, said]
    found = fupin("check", MONTH, "-w", tmp_path, "--format", "json", "--no-workbook").findings
    told = [f["message"] for f in found if f["code"] == "IN006"]
    assert bool(told) is (said[0] == "hold")
    assert all("的上方写着单位是万元" in message for message in told)


def test_amounts_of_their_own_are_paid(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    rows = two_employees(tmp_path)
    rows[1]["养老单位缴费"] = "五百"
    write_csv(tmp_path / "inbox" / MONTH / "企业.csv", rows, "gb18030")
    assert paid(fupin, tmp_path) == [("pay", []), ("hold", ["IN006"])]
    rows[1]["养老单位缴费"] = rows[0]["养老单位缴费"]
    write_csv(tmp_path / "inbox" / MONTH / "企业.csv", rows, "gb18030")
    assert paid(fupin, tmp_path) == [("pay", [])] * 2

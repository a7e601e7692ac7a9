"""Months as people write them, through the command line (SPEC 9.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import openpyxl
import pytest

from fupin_cli.policy.months import month_by, month_text, parse_month
from tests.cases.test_cases import build, tables_of
from tests.conftest import write_csv

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Ran


def test_folders_and_options_in_every_spelling(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """9.1: one month's files in two folders of two spellings are that month's, and no other's; so is a cell."""
    build({"change": {"attendance": {"年月": "2024年05月"}}}, tmp_path / "w")
    inbox = tmp_path / "w" / "inbox"
    (inbox / "2024年5月").mkdir()
    (inbox / "2024-05" / "在岗人员花名册.csv").rename(inbox / "2024年5月" / "花名册.csv")
    for text in ("2024年5月", "２０２４．５", "202405"):
        ran = fupin("payroll", "-w", tmp_path / "w", "--month", text, "--format", "json", "--no-workbook")
        assert ran.document["month"] == "2024-05"
        assert [line["amount"] for line in ran.document["lines"]] == ["732.05"], ran.err
    assert fupin("payroll", "-w", tmp_path / "w", "--month", "2024-04", "--format", "json", "--no-workbook").code == 10
    drafted = fupin("payroll", "-w", tmp_path / "w", "--month", "2024.5", "--operator", "甲")
    assert drafted.code == 0, drafted.err
    assert "2024年5月 乡村公益性岗位补贴" in drafted.out
    assert (tmp_path / "w" / "out" / "2024-05" / "发放_2024-05.xlsx").exists()
    same = fupin(
        "approve", "2024/5", "--month", "2024-05", "-w", tmp_path / "w", "--by", "乙", "--yes", "--format", "json"
    )
    assert same.document["month"] == "2024-05", same.err
    # An approved month's folder may be written otherwise later: the files are there.
    (inbox / "2024-05").rename(inbox / "2024.05")
    again = fupin("payroll", "-w", tmp_path / "w", "--month", "2024-05")
    assert again.code == 12
    assert "与批准的一致" in again.err, again.err


def test_a_name_that_only_looks_like_a_month(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """9.1: IN016 names the folder and its files, an error; they serve no month, where an ordinary folder serves every one."""
    build({}, tmp_path / "w")
    inbox = tmp_path / "w" / "inbox"
    (inbox / "清单").mkdir()
    (inbox / "2024-05" / "公益性岗位台账.csv").rename(inbox / "清单" / "岗位.csv")
    check = ("check", "-w", tmp_path / "w", "--month", "2024-05", "--format", "json", "--no-workbook")
    assert fupin(*check).codes() == []
    (inbox / "清单").rename(inbox / "5月")
    ran = fupin(*check)
    assert ran.code == 1
    (found,) = [f for f in ran.findings if f["code"] == "IN016"]
    assert (found["severity"], found["effect"], found["file"]) == ("error", "none", "5月")
    assert "5月/岗位.csv" in found["message"]
    assert "posts" not in {source["table"] for source in ran.document["inputs"]}
    held = fupin("payroll", "-w", tmp_path / "w", "--month", "2024-05", "--format", "json", "--no-workbook")
    assert [line["status"] for line in held.document["lines"]] == ["hold"]


def test_nothing_but_a_misnamed_folder_is_no_input(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """9.1: with no other file the run says which folder it did not use (exit 10)."""
    build({}, tmp_path / "w")
    (tmp_path / "w" / "inbox" / "2024-05").rename(tmp_path / "w" / "inbox" / "2024-13")
    ran = fupin("payroll", "-w", tmp_path / "w", "--month", "2024-05")
    assert ran.code == 10
    assert "2024-13" in ran.err


def test_two_ways_to_name_the_month_must_agree(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """9.1: a month as argument and as option: equal months are one, others are a mistake."""
    build({}, tmp_path / "w")
    assert fupin("close", "2024.5", "--month", "2024-06", "-w", tmp_path / "w", "--by", "乙").code == 2
    assert fupin("close", "5月", "-w", tmp_path / "w", "--by", "乙").code == 2


@pytest.mark.parametrize(
    ("sheets", "lines", "told"),
    [
        (("4月", "5月"), ["张三"], ["4月"]),
        (("2024年4月份", "2024.05"), ["张三"], ["2024年4月份"]),
        (("十二月", "四月", "五月份"), ["张三"], ["十二月", "四月"]),
        (("4月", "本月"), ["李四", "张三"], []),  # no sheet says that it is this month's
        (("4月",), ["李四"], []),
        (("东川镇", "5月"), ["李四", "张三"], []),
    ],
)
def test_a_workbook_that_grows_by_a_sheet_each_month(
    fupin: Callable[..., Ran], tmp_path: Path, sheets: tuple[str, ...], lines: list[str], told: list[str]
) -> None:
    """By the calendar who stood on last month's roster alone was paid, with no word; by attendance he lacked it."""
    build({"settings": "[post]\nproration = 'calendar'\n", "remove": ["attendance"]}, tmp_path)
    inbox = tmp_path / "inbox" / "2024-05"
    (inbox / "出勤汇总表.csv").unlink(missing_ok=True)
    (row,) = tables_of({})["在岗人员花名册"]
    gone = row | {"姓名": "李四", "身份证号码": "211302198001010030"}
    (inbox / "在岗人员花名册.csv").unlink()
    book = openpyxl.Workbook()
    for n, name in enumerate(sheets):
        sheet = book.create_sheet(name)
        sheet.append(list(row))
        last = n == len(sheets) - 1
        sheet.append([str(cell) for cell in (row if last and len(sheets) > 1 else gone).values()])
    del book["Sheet"]
    book.save(inbox / "花名册.xlsx")
    ran = fupin("payroll", "2024-05", "-w", tmp_path, "--format", "json", "--no-workbook")
    assert [line["name"][0] for line in ran.document["lines"]] == [name[0] for name in lines]
    assert [entry["sheet"] for entry in ran.document["unplaced"]] == told, "an approval asks for a document"
    found = fupin("check", "2024-05", "-w", tmp_path, "--format", "json", "--no-workbook").findings
    assert [f["sheet"] for f in found if f["code"] == "IN016"] == told


def test_a_month_beside_another() -> None:
    may = parse_month("2024-05")
    read = {
        text: month_by(text, may)
        for text in ("5月", "４月", "6月份", "十二月", "2023年6月", "13月", "二十月", "0月", "5")
    }
    assert {text: month and month_text(month) for text, month in read.items()} == {
        "5月": "2024-05",
        "４月": "2024-04",
        "6月份": "2023-06",
        "十二月": "2023-12",
        "2023年6月": "2023-06",
        "13月": None,
        "二十月": None,
        "0月": None,
        "5": None,
    }


@pytest.mark.parametrize(
    ("files", "lines", "told"),
    [
        (("花名册（4月）", "花名册（5月）"), ["张三"], ["花名册（4月）"]),
        (("西河乡2024年4月花名册", "西河乡2024年5月花名册"), ["张三"], ["西河乡2024年4月花名册"]),
        (("在岗人员花名册_20240430", "在岗人员花名册_20240531"), ["张三"], ["在岗人员花名册_20240430"]),
        (("东川镇4月花名册", "西河乡5月花名册"), ["李四", "张三"], []),  # of two townships, one of them late
        (("花名册（4月）", "花名册"), ["李四", "张三"], []),  # no file says that it is this month's
        (("花名册2023-06-01", "花名册2024-05-31"), ["张三"], ["花名册2023-06-01"]),
        (("花名册1", "花名册2"), ["李四", "张三"], []),
        (("花名册20240", "花名册20245"), ["李四", "张三"], []),
    ],
)
def test_last_months_file_beside_this_months(
    fupin: Callable[..., Ran], tmp_path: Path, files: tuple[str, ...], lines: list[str], told: list[str]
) -> None:
    """Copied along into the month's folder: who stood on it alone was paid by the calendar, everybody else stood there twice."""
    build({"settings": "[post]\nproration = 'calendar'\n", "remove": ["attendance"]}, tmp_path)
    inbox = tmp_path / "inbox" / "2024-05"
    (inbox / "出勤汇总表.csv").unlink(missing_ok=True)
    (row,) = tables_of({})["在岗人员花名册"]
    (inbox / "在岗人员花名册.csv").unlink()
    gone = row | {"姓名": "李四", "身份证号码": "211302198001010030"}
    for name, who in zip(files, (gone, row), strict=True):
        write_csv(inbox / f"{name}.csv", [who])
    for _ in range(2):  # read, and as they were kept
        ran = fupin("payroll", "2024-05", "-w", tmp_path, "--format", "json", "--unmask", "--operator", "甲")
        assert {line["name"] for line in ran.document["lines"]} == set(lines)
        assert [entry["file"] for entry in ran.document["unplaced"]] == [f"2024-05/{name}.csv" for name in told]
    found = fupin("check", "2024-05", "-w", tmp_path, "--format", "json", "--no-workbook").findings
    assert [f["file"] for f in found if f["code"] == "IN016"] == [f"2024-05/{name}.csv" for name in told]

"""What was not read, not handed in or handed in for another month is said where somebody seems not to be there because of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from tests.cases.test_cases import BASE, build, tables_of
from tests.cli.test_handed_in import NEXT, next_month, two_towns
from tests.conftest import write_csv

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Ran

pytestmark = pytest.mark.usefixtures("books_planned")
M, FILES = BASE["month"], BASE["files"]
SCAN = f"{NEXT}/西岭乡花名册{{1}}.pdf"  # a name may hold braces


def without_a_roster(root: Path, *, scan: bool) -> None:
    """Two months of two townships; in the second one of them hands in no roster, or a picture of it."""
    two_towns(root)
    spell = BASE["rows"]["employment"]
    for month in (M, NEXT):
        write_csv(root / "inbox" / month / "务工.csv", [spell])
    registry = (root / "inbox" / M / f"{FILES['registry']}.csv").read_bytes()
    (root / "inbox" / NEXT / f"{FILES['registry']}.csv").write_bytes(registry)
    next_month(root, assignments=[{}], attendance=[{"年月": NEXT}])
    if scan:
        (root / "inbox" / SCAN).write_bytes(b"%PDF-1.4\n")


@pytest.mark.books
@pytest.mark.parametrize("scan", [True, False])
def test_a_list_says_who_may_stand_in_what_it_has_not_seen(
    fupin: Callable[..., Ran], tmp_path: Path, scan: bool
) -> None:
    """10, 11: the township's people were 未就业, pushed as 失业, and the lists said nothing of its roster."""
    without_a_roster(tmp_path, scan=scan)
    for command in ("roster", "risk", "forecast", "due"):
        out = fupin(command, NEXT, "-w", tmp_path).out
        assert "该报未报（IN015）：示例县西岭乡 没有报送2024-06 的" in out, command
        assert "“在岗人员花名册”（2024-05 报了 1 行）" in out, command
        assert (f"没有读入 1 处：{SCAN}" in out) is scan, command
    for stem, sheet in (("台账", "汇总"), ("风险推送", "核对"), ("预测", "各月"), ("到期", "汇总")):
        book = openpyxl.load_workbook(tmp_path / "out" / NEXT / f"{stem}_{NEXT}.xlsx")
        cells = [str(cell.value) for row in book[sheet].iter_rows() for cell in row if cell.value]
        assert any(text.startswith("该报未报") for text in cells), stem
        assert any(text.startswith("没有读入") for text in cells) is scan, stem
    pushed = openpyxl.load_workbook(tmp_path / "out" / NEXT / f"风险推送_{NEXT}.xlsx")["风险推送"]
    assert "还有表没有读入或没有报送，见“核对”" in str(pushed["A1"].value)
    risks = fupin("risk", NEXT, "-w", tmp_path, "--format", "json", "--no-workbook").document["risks"]
    (lost,) = [risk for risk in risks if risk["code"] == "RSK001"]
    assert lost["fact"].endswith("西岭乡没有报送在岗人员花名册，先核实")
    found = fupin("check", NEXT, "-w", tmp_path, "--format", "json").findings
    front = openpyxl.load_workbook(tmp_path / "out" / NEXT / f"核查_{NEXT}.xlsx")["说明"]
    unread = [str(row[1].value) for row in front.iter_rows() if row[0].value == "没有读入"]
    assert unread == [f"没有读入 1 处：{SCAN}" if scan else "无"]
    said = [f["message"] for f in found if f["code"] in {"SCL001", "SCL002"}]
    assert said
    assert all("西岭乡没有报送在岗人员花名册" in message for message in said)
    assert all((f"{SCAN} 没有读进来" in message) is scan for message in said)


def test_a_list_of_which_all_is_there_says_nothing_of_that(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    two_towns(tmp_path)
    for command in ("roster", "risk", "forecast", "due"):
        out = fupin(command, M, "-w", tmp_path, "--no-workbook").out
        assert ("没有读入" in out, "该报未报" in out) == (False, False), command


def test_every_file_that_was_not_read_is_named(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """Of three only the first was: the clerk mended it, and was then told of the second."""
    build({"add": {"attendance": [{"姓名": "李四", "身份证号码": "211302198001010030"}]}}, tmp_path)
    for n in range(5):
        (tmp_path / "inbox" / M / f"花名册{n}.pdf").write_bytes(b"%PDF-1.4" + bytes([n]))
    found = fupin("check", M, "-w", tmp_path, "--format", "json", "--no-workbook").findings
    (said,) = [f["message"] for f in found if f["code"] == "ATT004"]
    names = "、".join(f"{M}/花名册{n}.pdf" for n in range(3))
    assert said.endswith(f"；{names} 等 5 个文件 没有读进来，处理好再看")


@pytest.mark.parametrize(
    ("month", "words"),
    [
        ("2024-04", f"；{M}/出勤汇总表.csv!第2行 写的是 2024-04"),
        ("5月", f"；{M}/出勤汇总表.csv!第2行 没有写明能读懂的年月"),
    ],
)
def test_attendance_of_another_month_is_named(
    fupin: Callable[..., Ran], tmp_path: Path, month: str, words: str
) -> None:
    """ATT001 said that there is none, and named another township's damaged file: the form has last month's month still."""
    build({"change": {"attendance": {"年月": month}}}, tmp_path)
    (tmp_path / "inbox" / M / "别的乡镇出勤汇总表.xlsx").write_bytes(b"")
    found = fupin("check", M, "-w", tmp_path, "--format", "json", "--no-workbook").findings
    (said,) = [f["message"] for f in found if f["code"] == "ATT001"]
    assert said == f"本月没有这个人在这个岗位的出勤{words}"
    earlier = tmp_path / "inbox" / "2024-04"
    earlier.mkdir()
    file = tmp_path / "inbox" / M / "出勤汇总表.csv"
    file.rename(earlier / file.name)
    found = fupin("check", M, "-w", tmp_path, "--format", "json", "--no-workbook").findings
    assert [words in f["message"] for f in found if f["code"] == "ATT001"] == [False], "an earlier month's own file"


@pytest.mark.parametrize(
    ("lines", "people"),
    [
        ([["西河村花名册"]], 2),
        ([["下村"], ["填报单位：下村", "", "填报时间：5月3日"]], 2),
        ([["王强"]], 3),  # a person of whom nothing but the name is there
        ([["下村", "", "", "", "", "GW1"]], 3),
    ],
)
def test_a_title_over_a_second_table_is_nobody(
    fupin: Callable[..., Ran], tmp_path: Path, lines: list[list[str]], people: int
) -> None:
    """8.3: the title was somebody without a number: seven findings, and a line that was held."""
    build({}, tmp_path)
    (row,) = tables_of({})[FILES["assignments"]]
    other: dict[str, Any] = row | {"姓名": "李四", "身份证号码": "211302198001010030"}
    header = ",".join(row)
    text = [header, ",".join(map(str, row.values())), *(",".join(line) for line in lines)]
    text += [header, ",".join(map(str, other.values()))]
    (tmp_path / "inbox" / M / f"{FILES['assignments']}.csv").write_text("\n".join(text), "utf-8")
    ran = fupin("payroll", M, "-w", tmp_path, "--operator", "甲", "--format", "json", "--no-workbook")
    assert ran.document["totals"]["lines"] == people


@pytest.mark.parametrize(
    ("header", "cell", "hint"),
    [
        ("合同期限", "2024.3.1-2024.8.31", "“合同期限”里写的是起止两个日期的，拆成 合同开始日期、合同结束日期 两列"),
        ("合同签订时间", "2024.3.1", ""),
    ],
)
def test_two_days_in_one_column_are_to_be_parted(
    fupin: Callable[..., Ran], tmp_path: Path, header: str, cell: str, hint: str
) -> None:
    """IN003 told to rename the column, which then lacked the other one."""
    build({}, tmp_path)
    (row,) = tables_of({})[FILES["assignments"]]
    row = {h: v for h, v in row.items() if h not in {"合同开始日期", "合同结束日期"}} | {header: cell}
    write_csv(tmp_path / "inbox" / M / f"{FILES['assignments']}.csv", [row])
    found = fupin("check", M, "-w", tmp_path, "--format", "json", "--no-workbook").findings
    (said,) = [f["hint"] for f in found if f["code"] == "IN003"]
    assert hint in said
    assert ("拆成" in said) is bool(hint)

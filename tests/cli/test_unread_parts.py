"""A part of a table that was not read: whom the rest does not name is held, and nothing is said against him."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.cases.test_cases import BASE, build, tables_of
from tests.conftest import write_csv

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Ran

pytestmark = pytest.mark.usefixtures("books_planned")
M = BASE["month"]
OTHER = "211390198001010030"
FILES = BASE["files"]


def parted(
    root: Path, table: str, *, folder: str = M, whole: bool = False, header: str = "", add: dict[str, Any] | None = None
) -> None:
    """A month whose table lies in two files: one names somebody else, the other, our person's, lacks a header."""
    build({"add": add or {}}, root)
    (row,) = tables_of({})[FILES[table]]
    number = "证件号码" if "证件号码" in row else "身份证号码"
    ours = row if whole else {cell: value for cell, value in row.items() if cell != header}
    (root / "inbox" / M / f"{FILES[table]}.csv").unlink()
    write_csv(root / "inbox" / M / "一.csv", [row | {number: OTHER, "姓名": "李四"}])
    write_csv(root / "inbox" / folder / f"二 {FILES[table]}.csv", [ours])


def line_of(fupin: Callable[..., Ran], root: Path) -> tuple[str, list[str]]:
    lines = fupin("payroll", "-w", root, "--month", M, "--operator", "甲", "--format", "json").document["lines"]
    (line,) = [line for line in lines if line["name"] == "张*"]
    return line["status"], line["codes"]


def told(fupin: Callable[..., Ran], root: Path, code: str) -> list[dict[str, Any]]:
    found = fupin("check", "-w", root, "--month", M, "--no-workbook", "--format", "json").document["findings"]
    return [f for f in found if f["code"] == code]


@pytest.mark.parametrize(
    ("folder", "whole", "said"),
    [
        (M, False, ("hold", "hold")),
        ("", False, ("hold", "hold")),  # the inbox itself serves every month
        ("2024-04", False, ("refuse", "refuse")),  # an older export than that in use
        ("2024-06", False, ("refuse", "refuse")),
        (M, True, ("pay", "")),
    ],
)
def test_an_export_of_which_a_part_was_not_read_refuses_nobody(
    fupin: Callable[..., Ran], tmp_path: Path, folder: str, whole: bool, said: tuple[str, str]
) -> None:
    """8.5: never refused for want of a file; a township's export lacked one column, and its people were no beneficiaries."""
    parted(tmp_path, "registry", folder=folder, whole=whole, header="劳动技能")
    found = told(fupin, tmp_path, "POST001")
    assert (line_of(fupin, tmp_path)[0], found[0]["effect"] if found else "") == said
    assert all(("没有读进来" in f["message"]) == (f["effect"] == "hold") for f in found)


def test_a_damaged_file_is_taken_for_what_its_name_says(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    for name, status in (("监测对象信息2.xlsx", "hold"), ("另一张.xlsx", "refuse")):
        root = tmp_path / name
        parted(root, "registry", whole=True)
        (root / "inbox" / M / f"二 {FILES['registry']}.csv").unlink()
        (root / "inbox" / M / name).write_bytes(b"PK\x03\x04")
        assert line_of(fupin, root) == (status, ["POST001"])


def test_a_roster_of_which_a_part_was_not_read_ends_no_contract(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """8.1: the renewed contract may stand in the part that was not read."""
    build({"change": {"assignments": {"合同结束日期": "2024-04-30"}}}, tmp_path)
    (row,) = tables_of({})[FILES["assignments"]]
    assert line_of(fupin, tmp_path)[0] == "refuse"
    renewed = {cell: value for cell, value in row.items() if cell != "首次核定日期"}
    write_csv(tmp_path / "inbox" / M / "续签.csv", [renewed | {"合同开始日期": "2024-05-01"}])
    assert line_of(fupin, tmp_path) == ("hold", ["CON004"])


@pytest.mark.parametrize(
    ("table", "header", "code"),
    [
        ("attendance", "规定出勤天数", "ATT001"),
        ("assignments", "首次核定日期", "ATT004"),
        ("accident_insurance", "保单号", "INS001"),
    ],
)
def test_what_is_said_of_an_absence_names_what_was_not_read(
    fupin: Callable[..., Ran], tmp_path: Path, table: str, header: str, code: str
) -> None:
    """ATT004 told the clerk to strike attendance out, where the township's roster lacked a column."""
    parted(tmp_path, table, header=header)
    said = [f["message"] for f in told(fupin, tmp_path, code) if f["person"] != f"{OTHER[:6]}********{OTHER[-4:]}"]
    assert said
    assert all(f"二 {FILES[table]}.csv 没有读进来" in message for message in said)


def test_what_was_held_for_a_part_that_was_not_read_is_so_when_it_is_computed_again(
    fupin: Callable[..., Ran], tmp_path: Path
) -> None:
    """9.10: the file that could not be used is kept, too: without it the person would be refused."""
    also = {"身份证号码": OTHER, "姓名": "李四"}
    parted(
        tmp_path,
        "registry",
        header="劳动技能",
        add={
            "assignments": [also | {"银行账号": "6217000010001234567"}],
            "attendance": [also],
            "accident_insurance": [also],
        },
    )
    fupin("payroll", "-w", tmp_path, "--month", M, "--operator", "甲")
    ran = fupin("approve", M, "-w", tmp_path, "--by", "乙", "-y", "--document", "文1", "--despite", "文9")
    assert ran.code == 0, ran.err
    said = fupin("verify", M, "-w", tmp_path)
    assert (said.code, "批准：重算结果相同" in said.out) == (0, True), said.out
    for file in (tmp_path / "inbox" / M).iterdir():
        file.unlink()
    write_csv(tmp_path / "inbox" / "以往.csv", [BASE["rows"]["payment_history"]])
    assert "批准：重算结果相同" in fupin("verify", M, "-w", tmp_path).out


@pytest.mark.parametrize(
    ("name", "row", "told"),
    [
        ("银行返回.csv", {"收款人": "张三", "收款账号": "6217990000000000014", "状态": "成功"}, True),
        ("银行返回.csv", {"户名": "张三", "账号": "6217990000000000014", "金额": "732.05"}, True),  # lacks the result
        ("通知.csv", {"收款人": "张三", "说明": "已入账"}, False),
        ("出勤.csv", {"姓名": "张三", "身份证号码": OTHER, "岗位编号": "GW1", "年月": M, "规定出勤天数": "22"}, False),
    ],
)
def test_an_answer_of_the_bank_that_was_not_read_is_told_where_answers_are_awaited(
    fupin: Callable[..., Ran], tmp_path: Path, name: str, row: dict[str, str], told: bool
) -> None:
    """7: every line was 未回盘, the clerk was told to wait, and the approval could be withdrawn."""
    build({}, tmp_path)
    fupin("payroll", "-w", tmp_path, "--month", M, "--operator", "甲")
    assert fupin("approve", M, "-w", tmp_path, "--by", "乙", "-y", "--document", "文1").code == 0
    write_csv(tmp_path / "inbox" / M / name, [row])
    ran = fupin("reconcile", M, "-w", tmp_path)
    assert (f"{M}/{name} 没有读进来，可能是回盘" in ran.out) is told
    if told:
        assert fupin("withdraw", M, "-w", tmp_path, "--by", "乙", "-y", "--document", "文2").code == 12
    paid = {"户名": "张三", "账号": "6217990000000000014", "金额": "732.05", "处理结果": "成功"}
    write_csv(tmp_path / "inbox" / M / "回盘.csv", [paid])
    assert "可能是回盘" not in fupin("reconcile", M, "-w", tmp_path).out, "nothing is awaited any more"

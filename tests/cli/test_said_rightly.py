"""What was said wrongly (10.C)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import openpyxl
import pytest

from tests.cases.test_cases import BASE, build
from tests.cases.test_reconcile_cases import SECOND, approved, month, write_returns

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Ran

pytestmark = pytest.mark.usefixtures("books_planned")

__all__ = ["approved", "month"]  # fixtures
MONTH = BASE["month"]


def test_only_what_stops_a_line_is_a_reason(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """10.C: a finding without effect on a held line is not counted among the reasons."""
    build({"change": {"assignments": {"合同结束日期": ""}, "attendance": {"本月累计出勤天数": "23"}}}, tmp_path)
    shown = fupin("payroll", "-w", tmp_path, "--month", MONTH, "--no-workbook").out
    assert ("CON001" in shown, "ATT002" in shown) == (True, False)
    line = fupin("payroll", "-w", tmp_path, "--month", MONTH, "--no-workbook", "--format", "json").document["lines"][0]
    assert line["codes"] == ["ATT002", "CON001"]


@pytest.mark.parametrize(
    ("more", "words"),
    [({}, "同一份合同写了不止一行："), ({"合同开始日期": "2024-04-01"}, "与另一份合同的期限重叠：")],
)
def test_a_contract_written_twice_does_not_overlap_another(
    fupin: Callable[..., Ran], tmp_path: Path, more: dict[str, str], words: str
) -> None:
    """Last month's rows on a hidden sheet: there is no other contract to be looked for."""
    build({"add": {"assignments": [more]}}, tmp_path)
    ran = fupin("check", "-w", tmp_path, "--month", MONTH, "--no-workbook", "--format", "json")
    said = [f["message"] for f in ran.findings if f["code"] == "CON005"]
    assert len(said) == 2
    assert all(message.startswith(words) for message in said)


def test_a_row_without_a_usable_id_is_explained_as_that(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """10.C: not "there is no attendance", which there is."""
    build({"change": {"assignments": {"身份证号码": "12345"}}}, tmp_path)
    shown = fupin("explain", "张三", "--month", MONTH, "-w", tmp_path).out
    assert ("身份证号不能用" in shown, "没有出勤表" in shown) == (True, False)


def test_differences_both_ways_do_not_look_like_none(fupin: Callable[..., Ran], month: Path) -> None:
    """10.C: 100 too much and 100 too little come to 0.00; both are said, here and in the status."""
    write_returns(month / "inbox" / MONTH, [{"金额": "832.05"}, SECOND | {"金额": "632.05"}])
    ran = fupin("reconcile", MONTH, "-w", month, "--no-workbook")
    assert ran.code == 1
    assert "差额 0.00 元（多 100.00，少 100.00）；2 行没有了结" in "".join(ran.out.splitlines())
    (state,) = fupin("status", "-w", month, "--format", "json").document["months"]
    assert (state["open"], state["other"]) == ("100.00", 2)


def test_what_was_sent_again_is_not_offered_again(fupin: Callable[..., Ran], month: Path) -> None:
    """10.C: after an accepted reissue no line is ready to be sent; failures are listed in one order."""
    failed = {"处理结果": "失败", "失败原因": "账面可用余额不足", "批次号": "202405-01"}
    write_returns(month / "inbox" / MONTH, [failed, SECOND])
    assert "可以补发 1 行" in fupin("reconcile", MONTH, "-w", month, "--no-workbook").out
    ran = fupin("reconcile", MONTH, "-w", month, "--reissue", "--by", "乙", "-y")
    assert "更正发放批次 202405-02" in ran.out, ran.err
    assert "可以补发" not in ran.out


def test_an_approved_month_is_explained_by_what_was_approved(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """Of a month whose files have changed or gone an auditor was shown another sum, or that nobody is there."""
    root, given = tmp_path / "w", tmp_path / "留存"
    build({}, root)
    fupin("payroll", "-w", root, "--month", MONTH, "--operator", "甲")
    assert fupin("approve", MONTH, "-w", root, "--by", "乙", "-y", "--document", "文1").code == 0
    assert "批准：" not in fupin("explain", "张三", MONTH, "-w", root).out
    file = root / "inbox" / MONTH / f"{BASE['files']['attendance']}.csv"
    file.write_bytes(file.read_bytes().replace(b",22,22,", b",22,11,"))
    (line,) = fupin("explain", "张三", MONTH, "-w", root, "--format", "json").document["lines"]
    assert [(step["name"], step["value"]) for step in line["steps"][:2]] == [
        ("批准", "732.05 元"),
        ("实发", "366.03 元"),
    ]
    (root / "inbox" / MONTH / f"{BASE['files']['assignments']}.csv").unlink()
    ran = fupin("explain", "张三", MONTH, "-w", root)
    assert (ran.code, f"fupin inputs {MONTH} --to 文件夹" in ran.err) == (2, True)
    assert fupin("inputs", MONTH, "-w", root, "--to", given).code == 0
    ran = fupin("explain", "张三", MONTH, given, "-w", root)
    assert ("732.05" in ran.out, "批准：" in ran.out) == (True, False)


@pytest.mark.parametrize(
    ("post", "more"),
    [("1", "；出勤表里此人的岗位编号是 1"), ("", None)],
    ids=["zeros lost", "no post: found by the person"],
)
def test_attendance_for_a_post_of_another_number_is_named(
    fupin: Callable[..., Ran], tmp_path: Path, post: str, more: str | None
) -> None:
    """Excel makes 1 of 001: "hand the attendance in" was said to a clerk who had."""
    change = {"posts": {"岗位编号": "001"}, "assignments": {"岗位编号": "001"}, "attendance": {"岗位编号": post}}
    build({"change": change}, tmp_path)
    ran = fupin("check", "-w", tmp_path, "--month", MONTH, "--no-workbook", "--format", "json")
    said = [f["message"] for f in ran.findings if f["code"] == "ATT001"]
    assert said == ([] if more is None else [f"本月没有这个人在这个岗位的出勤{more}"])


@pytest.mark.books
@pytest.mark.parametrize(
    ("days", "said"), [("", "暂缓 0.00 元（另有 1 行还算不出），不予 0.00 元"), ("11", "暂缓 0.00 元，不予 0.00 元")]
)
def test_what_is_not_known_is_not_nothing(fupin: Callable[..., Ran], tmp_path: Path, days: str, said: str) -> None:
    """Twenty-eight held lines without attendance came to 0.00."""
    build({"change": {"attendance": {"本月累计出勤天数": days}}}, tmp_path)
    assert said in fupin("payroll", MONTH, "-w", tmp_path, "--operator", "甲").out
    book = openpyxl.load_workbook(tmp_path / "out" / MONTH / f"发放_{MONTH}.xlsx")
    cells = [str(cell.value) for row in book["汇总"].iter_rows() for cell in row if cell.value]
    assert ("暂缓的有 1 行还算不出金额，没有计入暂缓金额" in cells) is (days == "")

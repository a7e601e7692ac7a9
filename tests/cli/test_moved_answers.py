"""The bank's answers that a reconciliation has read, and whose file is not in the inbox any more: what was paid stays paid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import openpyxl
import pytest

from tests.cases.test_cases import BASE
from tests.cases.test_reconcile_cases import SECOND, approved, month, write_returns

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Ran

pytestmark = pytest.mark.usefixtures("books_planned")

__all__ = ["approved", "month"]  # fixtures
MONTH = BASE["month"]
GONE = "的对账读到过银行对 202405-01 的回盘（2024-05/回盘.csv），这个文件现在不在收件夹里"


def reconciled(fupin: Callable[..., Ran], root: Path) -> Path:
    """The month, paid and reconciled; gives the return file."""
    file = write_returns(root / "inbox" / MONTH, [{}, SECOND])
    assert fupin("reconcile", MONTH, "-w", root).code == 0
    return file


@pytest.mark.parametrize("later", ["gone", "written over", "all gone"])
def test_what_the_bank_has_paid_cannot_be_taken_back_when_its_answer_was_put_away(
    fupin: Callable[..., Ran], month: Path, later: str
) -> None:
    """9.8: the approval could be withdrawn, the month approved anew and paid twice; status and reconcile told to wait for the bank."""
    file = reconciled(fupin, month)
    if later == "written over":
        write_returns(month / "inbox" / MONTH, [{"批次号": "202406-01"}])
    else:
        for path in [file] if later == "gone" else [p for p in (month / "inbox").rglob("*") if p.is_file()]:
            path.unlink()
    ran = fupin("withdraw", MONTH, "-w", month, "--by", "乙", "-y", "--document", "文2")
    assert (ran.code, GONE in ran.err) == (12, True), ran.err
    (state,) = fupin("status", "-w", month, "--format", "json").document["months"]
    assert state["todo"].endswith(f"{GONE}，放回去再对账")
    if later != "all gone":
        assert f"{GONE}；放回去再对账" in fupin("reconcile", MONTH, "-w", month).out
        assert f"{GONE}；放回去再对账" in fupin("close", MONTH, "-w", month, "--by", "丙", "-y").err
    ran = fupin("withdraw", MONTH, "-w", month, "--by", "乙", "-y", "--document", "文2")
    assert ran.code == 12, "a reconciliation without the file changes nothing"


def test_a_file_that_lies_elsewhere_is_not_gone(fupin: Callable[..., Ran], month: Path) -> None:
    """Last month's answer, laid into the wrong folder and matched by account, was no answer to this month."""
    file = reconciled(fupin, month)
    other = month / "inbox" / "2024-04"
    other.mkdir()
    file.rename(other / "四月.csv")
    ran = fupin("reconcile", MONTH, "-w", month)
    assert "不在收件夹里" not in ran.out


def test_before_any_answer_an_approval_can_be_withdrawn(fupin: Callable[..., Ran], month: Path) -> None:
    assert fupin("reconcile", MONTH, "-w", month).code == 1
    ran = fupin("withdraw", MONTH, "-w", month, "--by", "乙", "-y", "--document", "文2")
    assert ran.code == 0, ran.err


def test_the_way_in_knows_what_was_reconciled(
    fupin: Callable[..., Ran], month: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`fupin` alone told to take the file to the bank, after the bank had paid."""
    monkeypatch.chdir(month)
    assert "代发文件交银行" in fupin().out
    reconciled(fupin, month)
    out = fupin().out
    assert ("代发文件交银行" in out, f"看还缺什么：fupin status {MONTH}" in out) == (False, True)


@pytest.mark.books
def test_a_number_that_only_the_bank_knows_is_told_and_stops_a_withdrawal(
    fupin: Callable[..., Ran], month: Path
) -> None:
    """7, 9.8: the bank numbers its batches itself; nothing was counted, for a reason that was none, and what was paid could be taken back."""
    file = write_returns(month / "inbox" / MONTH, [{"批次号": "DF0605"}, SECOND | {"批次号": "DF0605"}])
    ran = fupin("reconcile", MONTH, "-w", month)
    assert "回盘有 2 行写着账本里没有的批次号，没有计入" in ran.out
    book = openpyxl.load_workbook(month / "out" / MONTH / f"对账_{MONTH}.xlsx")
    cells = [str(cell.value) for row in book["对不上的回盘"].iter_rows() for cell in row if cell.value]
    assert sum("批次号“DF0605”不是账本里的批次" in text for text in cells) == 2
    stop = fupin("withdraw", MONTH, "-w", month, "--by", "乙", "-y", "--document", "文2")
    assert (stop.code, "银行已经回盘" in stop.err) == (12, True)
    other = month / "inbox" / "2024-04"
    other.mkdir()
    file.rename(other / "四月.csv")
    stop = fupin("withdraw", MONTH, "-w", month, "--by", "乙", "-y", "--document", "文2")
    assert stop.code == 0, "of another month"


def test_an_amount_that_cannot_be_read_is_no_odd_result(fupin: Callable[..., Ran], month: Path) -> None:
    """RET003 said of 成功 that it is not known."""
    write_returns(month / "inbox" / MONTH, [{"金额": "-732.05"}, SECOND | {"处理结果": "处理中"}])
    found = fupin("reconcile", MONTH, "-w", month, "--format", "json").findings
    said = sorted(f["message"] for f in found if f["code"] == "RET003")
    assert said == ["“处理中”不是认得的处理结果，不当作已付", "这一行的金额读不出，不当作已付"]


def test_amounts_in_fen_are_told(fupin: Callable[..., Ran], month: Path) -> None:
    write_returns(month / "inbox" / MONTH, [{"金额": "73205"}, SECOND])
    words = "1 行实付正好是批准的100倍：回盘的金额多半以分为单位"
    assert words in fupin("reconcile", MONTH, "-w", month).out
    write_returns(month / "inbox" / MONTH, [{"金额": "73206"}, SECOND])
    assert "100倍" not in fupin("reconcile", MONTH, "-w", month).out

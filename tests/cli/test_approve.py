"""Who may approve what, and how it is taken back (SPEC 9.3, 9.8, 9.9, 9.11)."""

from __future__ import annotations

import os
import re
import shutil
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fupin_cli.cli.main import main
from fupin_cli.jobs.names import same_person, visible
from fupin_cli.ledger import store
from fupin_cli.policy.months import month_index, month_text
from tests.cases.test_cases import BASE, build
from tests.cases.test_reconcile_cases import write_returns
from tests.conftest import LONG, write_csv

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Ran

pytestmark = pytest.mark.usefixtures("books_planned")

MONTH, JUNE = BASE["month"], "2024-06"
INDEX = 2024 * 12 + 4
ID = "211302198001010012"


def draft(root: Path, month: str = MONTH, by: str = "甲") -> None:
    assert main(["payroll", "-w", str(root), "--month", month, "--operator", by, "-q"]) in (0, 1, 3)


@pytest.fixture
def drafted(drafted_once: Path, tmp_path: Path) -> Path:
    shutil.copytree(drafted_once, tmp_path / "w")
    return tmp_path / "w"


@pytest.fixture
def approved(approved_once: Path, tmp_path: Path) -> Path:
    shutil.copytree(approved_once, tmp_path / "w")
    return tmp_path / "w"


def refused(ran: Ran, word: str, code: int = 12) -> None:
    assert ran.code == code, ran.out + ran.err
    assert word in ran.err
    assert "提示" in ran.err


def cells(path: Path, sheet: str) -> list[str]:
    book = openpyxl.load_workbook(path, data_only=True)
    return [str(cell.value) for row in book[sheet].iter_rows() for cell in row if cell.value is not None]


# --- 9.9: names ---------------------------------------------------------------------------------------------------

SAME = [
    ("Wang", "Wang "),
    ("Wang", "W ang"),
    ("Wang", "Wang\u200b"),
    ("Wang", "Wang\ufe00"),
    ("Wang", "Wang\t"),
    ("Wang", "wang"),
    ("张三", "张\u00a0三"),
    ("张三", "张\u200b三"),
    ("张三", "张三\t"),
    ("Wang", "wANG"),
    ("Wang", "Ｗａｎｇ"),
    ("张三", "张三\ufe00"),
    ("Wang", "Wаng"),
    ("张三", "张三\U000e0101"),
    ("张三", "张\u3164三"),
    ("张三", "\u202e张三"),
    ("НИНА", "нина"),
    ("Нина", "Hинa"),
    ("王一", "王ー"),
    ("Straße", "STRASSE"),
]
OTHERS = [
    ("张三", "张三丰"),
    ("王土", "王士"),
    ("李末", "李未"),
    ("Wang", "Wong"),
    ("Nan", "Van"),
    ("user1", "user2"),
    ("Анна", "Инна"),
    ("甲", "乙"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_names_that_look_alike_are_one_persons(one: str, other: str) -> None:
    """9.A5: space, NBSP, ZWSP, tab, case, full width, variation selector, Cyrillic: each passed as another person."""
    assert one != other
    assert same_person(one, other)
    assert same_person(other, one)


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_names_that_differ_are_two_persons(one: str, other: str) -> None:
    """9.A5: what just misses: 土 and 士 look alike in one script, and are two names."""
    assert not same_person(one, other)


@given(
    st.text(min_size=1, max_size=6),
    st.sampled_from([" ", "\u00a0", "\u200d", "\ufe0f", "\t", "\u3000"]),
    st.integers(0, 6),
)
def test_nothing_unseen_makes_another_person(name: str, unseen: str, place: int) -> None:
    """9.A5: whatever the name, and wherever it stands."""
    assert same_person(name, name[:place] + unseen + name[place:]) or not visible(name)
    assert same_person(name, name.upper()) or name.upper().casefold() != name.casefold()


def test_the_same_person_under_another_spelling_cannot_approve(fupin: Callable[..., Ran], drafted: Path) -> None:
    """9.A5, 9.9: maker and checker through the command line; reissue and withdraw ask the same."""
    draft(drafted, by="Wang")
    for name in ("Wаng", "\u00a0Ｗang\u200b"):  # `SAME` has all
        refused(fupin("approve", MONTH, "-w", drafted, "--by", name, "-y"), "测算和批准是同一个人")
    assert fupin("approve", MONTH, "-w", drafted, "--by", "Wong", "-y").code == 0
    refused(fupin("withdraw", MONTH, "-w", drafted, "--by", "wаng", "-y", "--document", "文2"), "测算和撤回是同一个人")
    refused(fupin("reconcile", MONTH, "--reissue", "-w", drafted, "--by", "WANG", "-y"), "测算和补发是同一个人")


@pytest.mark.parametrize("command", ["approve", "withdraw", "close", "reissue"])
def test_who_posts_is_named_and_without_a_terminal_says_yes(
    fupin: Callable[..., Ran], approved: Path, command: str
) -> None:
    """9.A11, 9.9: no name, an empty one, or nobody who could be asked: exit 2, nothing is posted."""
    words = ["reconcile", MONTH, "--reissue"] if command == "reissue" else [command, MONTH]
    words += ["-w", str(approved)] + (["--document", "文2"] if command == "withdraw" else [])
    for name in ([], ["--by", ""], ["--by", " \u200b\u3000"]):
        refused(fupin(*words, "-y", *name), "姓名", 2)
    refused(fupin(*words, "--operator", "乙"), "--yes", 2)
    assert store.batches(approved).height == 1


def test_a_question_on_the_terminal(fupin: Callable[..., Ran], drafted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """9.9: on a terminal the sum that the bank is to pay is shown, and no is no."""
    asked: list[str] = []
    monkeypatch.setattr("fupin_cli.cli.options.on_terminal", lambda: True)

    def confirm(text: str, **_: object) -> bool:
        asked.append(text)
        return len(asked) > 1

    monkeypatch.setattr("fupin_cli.cli.ask.confirm", confirm)
    assert fupin("approve", MONTH, "-w", drafted, "--by", "乙").code == 130
    assert store.approval_of(drafted, INDEX) is None
    assert fupin("approve", MONTH, "-w", drafted, "--by", "乙").code == 0
    assert asked == ["批准 2024-05：发放 1 行，银行应付 732.05 元？"] * 2


def test_both_ways_to_write_it_print_the_batch(fupin: Callable[..., Ran], drafted: Path) -> None:
    """8.23: `approve --month M --operator NAME --yes --document 文号`, in words and as JSON."""
    ran = fupin("approve", "--month", MONTH, "--operator", "乙", "--yes", "--document", "文1", "-w", drafted)
    assert (ran.code, "202405-01" in ran.out) == (0, True)
    assert fupin("withdraw", "--month", MONTH, "--operator", "乙", "-y", "--document", "文2", "-w", drafted).code == 0
    draft(drafted)
    document = fupin("approve", MONTH, "--by", "乙", "-y", "-w", drafted, "--format", "json").document
    assert (document["batch"], document["operator"], document["drafter"]) == ("202405-03", "乙", "甲")


# --- A5: the unattended run ------------------------------------------------------------------------------------------


def test_a_run_takes_nobodys_place(fupin: Callable[..., Ran], drafted: Path) -> None:
    """9.A5: after `fupin run` the draft is still 甲's; 甲 cannot approve it, 乙 can."""
    for _ in range(2):
        assert fupin("run", "-w", drafted, "--month", MONTH).code == 0
    refused(fupin("approve", MONTH, "-w", drafted, "--by", "甲", "-y"), "同一个人")
    ran = fupin("approve", MONTH, "-w", drafted, "--by", "乙", "-y", "--format", "json")
    assert ran.document["drafter"] == "甲"


def test_a_run_of_something_else_has_no_maker(fupin: Callable[..., Ran], drafted: Path) -> None:
    """9.A5: files changed, the machine computed them: whoever computed by hand still may not approve, a maker is wanted."""
    write_csv(
        drafted / "inbox" / "死亡人员.csv",
        [{"姓名": "李四", "身份证号码": "211302198202020022", "死亡日期": "2024-01-01"}],
    )
    assert fupin("run", "-w", drafted, "--month", MONTH).code in (0, 1)
    refused(fupin("approve", MONTH, "-w", drafted, "--by", "甲", "-y"), "同一个人")
    refused(fupin("approve", MONTH, "-w", drafted, "--by", "甲", "-y", "--drafter", "丁"), "同一个人")
    refused(fupin("approve", MONTH, "-w", drafted, "--by", "乙", "-y"), "没有编制人")
    refused(fupin("approve", MONTH, "-w", drafted, "--by", "乙", "-y", "--drafter", "乙 "), "同一个人")
    refused(fupin("approve", MONTH, "-w", drafted, "--by", "乙", "-y", "--drafter", " "), "编制人", 2)
    document = fupin(
        "approve", MONTH, "-w", drafted, "--by", "乙", "-y", "--drafter", "丁", "--format", "json"
    ).document
    assert document["drafter"] == "丁"


def test_who_is_named_on_the_runs_command_line_answers_for_it(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """9.A5: `run --operator 编制` has a maker; whoever computes by hand afterwards takes over."""
    build({}, tmp_path)
    assert fupin("run", "-w", tmp_path, "--month", MONTH, "--operator", "编制").code == 0
    refused(fupin("approve", MONTH, "-w", tmp_path, "--by", "编制", "-y"), "同一个人")
    refused(fupin("approve", MONTH, "-w", tmp_path, "--by", "乙", "-y", "--drafter", "丙"), "是 编制 做的", 2)
    draft(tmp_path, by="丙")
    refused(fupin("approve", MONTH, "-w", tmp_path, "--by", "丙", "-y"), "同一个人")
    assert fupin("approve", MONTH, "-w", tmp_path, "--by", "编制", "-y").code == 0


@pytest.mark.books
def test_one_person_offices_are_declared_in_the_file_only(
    fupin: Callable[..., Ran], drafted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """9.A5: the environment declares nothing, in whatever way it is written; the refusal says so."""
    for name, value in (
        ("FUPIN_APPROVAL__ONE_PERSON_OFFICE", "true"),
        ("fupin_approval__one_person_office", "1"),
        ("FUPIN_APPROVAL", '{"one_person_office": true}'),
    ):
        with monkeypatch.context() as patch:
            patch.setenv(name, value)
            ran = fupin("approve", MONTH, "-w", drafted, "--by", "甲", "-y")
            refused(ran, "同一个人")
            assert f"环境变量 {name} 不算数" in ran.err
            rows = fupin("config", "-w", drafted, "--format", "json").document["settings"]
            assert {"name": "approval.one_person_office", "value": False, "origin": "默认"} in rows
    with (drafted / "fupin.toml").open("a", encoding="utf-8") as stream:
        stream.write("\n[approval]\none_person_office = true\n")
    draft(drafted)
    assert fupin("approve", MONTH, "-w", drafted, "--by", "甲 ", "-y").code == 0
    assert any("一人单位" in cell for cell in cells(drafted / "out" / MONTH / f"批准_{MONTH}.xlsx", "汇总"))


# --- A4: what was not taken in -----------------------------------------------------------------------------------------

STRANGE = "证号,死亡时间\n211302198202020022,2024-04-01\n"


def broken(inbox: Path) -> None:
    (inbox / "死亡人员.xlsx").write_bytes(b"PK\x03\x04 cut off")


def strange(inbox: Path) -> None:
    (inbox / "名单.csv").write_text(STRANGE, encoding="utf-8")


def nearly(inbox: Path) -> None:
    row = {name: value for name, value in BASE["tables"]["assignments"].items() if name != "首次核定日期"}
    write_csv(inbox / "花名册2.csv", [row | {"姓名": "李四"}])


def outside(inbox: Path) -> Path:
    return write_csv(
        inbox.parent / "外面" / "死亡人员.csv", [{"姓名": "李四", "身份证号码": "1", "死亡日期": "2024-01-01"}]
    )


def leading_out(inbox: Path) -> None:
    (inbox / "死亡人员.csv").symlink_to(outside(inbox))


def leading_out_whole(inbox: Path) -> None:
    (inbox / "外面").symlink_to(outside(inbox).parent)


def leading_nowhere(inbox: Path) -> None:
    (inbox / "死亡名单.csv").symlink_to(inbox / "没有.csv")


UNPLACED = [
    (broken, "死亡人员.xlsx", "IN001"),
    (strange, "名单.csv", "IN002"),
    (nearly, "花名册2.csv", "IN003"),
    (leading_out, "死亡人员.csv", ""),
    (leading_out_whole, "外面", ""),
    (leading_nowhere, "死亡名单.csv", ""),
]
ALONE = UNPLACED if LONG else UNPLACED[:1]


@pytest.mark.books
@pytest.mark.parametrize(("put", "name", "code"), ALONE, ids=[put.__name__ for put, *_ in ALONE])
def test_what_was_not_taken_in_is_said_and_stops_the_approval(
    fupin: Callable[..., Ran], drafted: Path, put: Callable[[Path], None], name: str, code: str
) -> None:
    """9.A4: in the draft, on its workbook, on the terminal, in JSON; approved only under a document that stands in the batch."""
    put(drafted / "inbox")
    refused(fupin("approve", MONTH, "-w", drafted, "--by", "乙", "-y", "--despite", "文9"), "收件夹里的文件")
    document = fupin("payroll", "-w", drafted, "--month", MONTH, "--operator", "甲", "--format", "json").document
    assert [(entry["file"], entry["code"]) for entry in document["unplaced"]] == [(name, code)]
    assert f"没有读入 1 处：{name}" in fupin("payroll", "-w", drafted, "--month", MONTH, "--operator", "甲").out
    assert name in cells(drafted / "out" / MONTH / f"发放_{MONTH}.xlsx", "未读入")
    refused(fupin("approve", MONTH, "-w", drafted, "--by", "乙", "-y"), f"没有读入 1 处：{name}")
    ran = fupin(
        "approve", MONTH, "-w", drafted, "--by", "乙", "-y", "--document", "文1", "--despite", "文9", "--format", "json"
    )
    assert ran.code == 0, ran.err
    assert (ran.document["despite"], ran.document["unplaced"][0]["file"]) == ("文9", name)
    batch = store.approval_of(drafted, INDEX)
    assert batch is not None
    assert batch.document == "文1，未读入照批 文9"
    assert any("未读入照批 文9" in cell for cell in cells(drafted / "out" / MONTH / f"批准_{MONTH}.xlsx", "汇总"))
    said = fupin("verify", MONTH, "-w", drafted)
    assert said.code == 0, said.out


@pytest.mark.books
def test_whatever_is_not_taken_in_is_said_of_all_at_once(fupin: Callable[..., Ran], drafted: Path) -> None:
    """9.A4: each of six kinds, by its own name; the approval names them all and verify agrees with what was approved despite them."""
    for put, *_ in UNPLACED:
        put(drafted / "inbox")
    said = [(name, code) for _, name, code in UNPLACED]
    document = fupin("payroll", "-w", drafted, "--month", MONTH, "--operator", "甲", "--format", "json").document
    assert sorted((entry["file"], entry["code"]) for entry in document["unplaced"]) == sorted(said)
    assert {name for name, _ in said} <= set(cells(drafted / "out" / MONTH / f"发放_{MONTH}.xlsx", "未读入"))
    refused(fupin("approve", MONTH, "-w", drafted, "--by", "乙", "-y"), f"没有读入 {len(said)} 处：")
    ran = fupin("approve", MONTH, "-w", drafted, "--by", "乙", "-y", "--despite", "文9", "--format", "json")
    assert (ran.code, sorted((e["file"], e["code"]) for e in ran.document["unplaced"])) == (0, sorted(said))
    verified = fupin("verify", MONTH, "-w", drafted)
    assert verified.code == 0, verified.out


def test_a_folder_that_may_not_be_listed(
    fupin: Callable[..., Ran], drafted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """9.A4: it was passed over without a word; as permissions bind no administrator, the system's refusal is played."""
    (drafted / "inbox" / "锁着").mkdir()
    scan = os.scandir

    def scandir(path: Any = ".") -> Any:
        if Path(path).name == "锁着":
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", scandir)
    found = fupin("check", "-w", drafted, "--month", MONTH, "--format", "json", "--no-workbook")
    assert (found.code, [f["file"] for f in found.findings if f["code"] == "IN001"]) == (3, ["锁着/"])
    draft(drafted)
    refused(fupin("approve", MONTH, "-w", drafted, "--by", "乙", "-y"), "没有读入 1 处：锁着/")


HARMLESS = {
    "通知.txt": "各乡镇：请于5月20日前报送，联系电话 13900000001\n",
    "其他.csv": "名称,账号\n村委会,6217990000000000014\n",
    "电话.csv": "姓名,电话\n李四,13900000002\n",
}


def test_what_names_nobody_hinders_nobody(fupin: Callable[..., Ran], drafted: Path) -> None:
    """9.A4: a notice, accounts, telephone numbers: no ID number, no obstacle."""
    for name, text in HARMLESS.items():
        (drafted / "inbox" / name).write_text(text, encoding="utf-8")
    draft(drafted)
    assert fupin("approve", MONTH, "-w", drafted, "--by", "乙", "-y").code == 0


def test_every_file_belongs_to_what_was_seen(fupin: Callable[..., Ran], drafted: Path) -> None:
    """9.A4: added, changed or taken away after the draft, recognised or not: a change."""
    note = drafted / "inbox" / "通知.txt"
    note.write_text("报送", encoding="utf-8")
    refused(fupin("approve", MONTH, "-w", drafted, "--by", "乙", "-y"), "有变化：收件夹里的文件")
    draft(drafted)
    note.write_text("报送。", encoding="utf-8")
    refused(fupin("approve", MONTH, "-w", drafted, "--by", "乙", "-y"), "有变化：收件夹里的文件")
    note.unlink()
    refused(fupin("approve", MONTH, "-w", drafted, "--by", "乙", "-y"), "有变化：收件夹里的文件")
    draft(drafted)
    assert fupin("approve", MONTH, "-w", drafted, "--by", "乙", "-y").code == 0


# --- 9.3: months that cannot be approved ---------------------------------------------------------------------------


def test_nothing_to_pay_and_months_ahead(fupin: Callable[..., Ran], drafted: Path) -> None:
    """9.3: a draft in which nothing is paid and nothing corrected, and a month that has not begun: 12."""
    attendance = drafted / "inbox" / MONTH / "出勤汇总表.csv"
    attendance.write_bytes(attendance.read_bytes().replace(b",22,22,", b",22,0,"))
    draft(drafted)
    refused(fupin("approve", MONTH, "-w", drafted, "--by", "乙", "-y"), "没有一行发放")
    ahead = month_text(month_index(datetime.now().astimezone().date()) + 1)
    refused(fupin("approve", ahead, "-w", drafted, "--by", "乙", "-y"), f"{ahead} 还没有开始")


# --- 9.8: withdrawing --------------------------------------------------------------------------------------------------


def withdraw(fupin: Callable[..., Ran], root: Path, *more: str) -> Ran:
    return fupin("withdraw", MONTH, "-w", root, "--by", "乙", "-y", "--document", "文2", *more)


def test_a_withdrawn_approval_is_as_if_it_had_not_been(fupin: Callable[..., Ran], approved: Path) -> None:
    """9.8: a batch of its own takes every line back to 0; files aside; drafted and approved anew; everything agrees."""
    out = approved / "out" / MONTH
    bank = (out / "代发_202405-01.csv").read_bytes()
    ran = withdraw(fupin, approved, "--format", "json")
    assert ran.code == 0, ran.err
    said = ran.document
    assert (said["batch"], said["withdrawn"], said["lines"], said["amount"]) == ("202405-02", "202405-01", 1, "732.05")
    assert (out / "作废" / "代发_202405-01.csv").read_bytes() == bank
    assert not (out / "代发_202405-01.csv").exists()
    assert not (out / f"批准_{MONTH}.xlsx").exists()
    lines = store.read(approved, "lines")
    assert lines["batch"].to_list() == ["202405-01", "202405-02"]
    assert lines["amount_fen"].to_list() == [73205, -73205]
    assert lines.filter(pl.col("kind").is_in(store.APPROVED_KINDS))["amount_fen"].sum() == 0
    months = fupin("status", "-w", approved, "--format", "json").document["months"]
    assert [(m["month"], m["state"], m["approved"]) for m in months] == [(MONTH, "withdrawn", "0.00")]
    assert "已发 0 人月，0.00 元" in fupin("ledger", "show", "--month", MONTH, "-w", approved).out
    table = fupin("ledger", "show", "-w", approved).out
    assert "已撤回" in table
    assert fupin("ledger", "bank", MONTH, "-w", approved).code == 2
    assert fupin("verify", "--all", "-w", approved).code == 0
    refused(withdraw(fupin, approved), "没有批准")
    refused(fupin("close", MONTH, "-w", approved, "--by", "丙", "-y"), "没有批准")
    refused(fupin("approve", MONTH, "-w", approved, "--by", "乙", "-y"), "还没有测算过")
    attendance = approved / "inbox" / MONTH / "出勤汇总表.csv"
    attendance.write_bytes(attendance.read_bytes().replace(b",22,22,", b",22,11,"))
    drafted = fupin("payroll", "-w", approved, "--month", MONTH, "--operator", "甲", "--format", "json").document
    assert (drafted["lines"][0]["amount"], drafted["corrections"], drafted["funds"]) == ("366.03", [], [])
    assert drafted["lines"][0]["months_before"] == "0"
    again = fupin("approve", MONTH, "-w", approved, "--by", "乙", "-y", "--format", "json")
    assert (again.document["batch"], again.document["bank"]["amount"]) == ("202405-03", "366.03")
    write_returns(approved / "inbox" / JUNE, [{"批次号": "202405-03", "序号": 1, "金额": "366.03", "处理结果": "成功"}])
    reconciled = fupin("reconcile", MONTH, "-w", approved, "--format", "json").document
    assert [line["verdict"] for line in reconciled["lines"]] == ["paid"]
    assert fupin("close", MONTH, "-w", approved, "--by", "丙", "-y").code == 0
    refused(withdraw(fupin, approved), "已经关账")
    verified = fupin("verify", "--all", "-w", approved)
    assert verified.code == 0, verified.out


ANSWERS = [
    {"批次号": "202405-01", "序号": 1, "处理结果": "失败", "失败原因": "已销户"},
    {"批次号": "202405-01", "序号": 9, "处理结果": "成功", "姓名": "别人"},
    {"批次号": "", "序号": "", "处理结果": "成功"},
]


@pytest.mark.parametrize("answer", ANSWERS, ids=["failed", "a line unknown", "no batch named"])
def test_once_the_bank_has_answered_it_is_too_late(
    fupin: Callable[..., Ran], approved: Path, answer: dict[str, Any]
) -> None:
    """9.8: a return row that names the batch, or that is known to be of it."""
    write_returns(approved / "inbox" / MONTH, [answer])
    refused(withdraw(fupin, approved), "银行已经回盘")
    assert store.batches(approved).height == 1
    shutil.rmtree(approved / "inbox" / MONTH)
    assert withdraw(fupin, approved).code == 0


def test_a_file_that_may_be_the_banks_answer_stops_it(fupin: Callable[..., Ran], approved: Path) -> None:
    """9.8: unknown is never "not paid": what cannot be read may be the return."""
    (approved / "inbox" / "回盘.xlsx").write_bytes(b"PK\x03\x04 cut off")
    refused(withdraw(fupin, approved), "可能是回盘")


def test_what_a_withdrawal_wants(fupin: Callable[..., Ran], approved: Path) -> None:
    """9.8, 9.9: a document, another person than the maker, an approval."""
    refused(fupin("withdraw", MONTH, "-w", approved, "--by", "乙", "-y"), "文号", 2)
    refused(fupin("withdraw", MONTH, "-w", approved, "--by", "乙", "-y", "--document", " "), "文号", 2)
    refused(fupin("withdraw", MONTH, "-w", approved, "--by", "甲", "-y", "--document", "文"), "同一个人")
    refused(fupin("withdraw", JUNE, "-w", approved, "--by", "乙", "-y", "--document", "文"), "没有批准")
    refused(
        fupin("withdraw", MONTH, "--measure", "transport", "-w", approved, "--by", "乙", "-y", "--document", "文"),
        "没有批准",
    )


def test_an_interrupted_withdrawal_is_finished_by_the_next_command(
    fupin: Callable[..., Ran], approved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """9.8, 9.B17: stopped between posting and moving the bank files: the next command moves them and says so."""
    with monkeypatch.context() as patch:
        patch.setattr("fupin_cli.jobs.withdraw.put_aside", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        assert withdraw(fupin, approved).code == 130
    out = approved / "out" / MONTH
    assert (out / "代发_202405-01.csv").exists()
    ran = fupin("payroll", "-w", approved, "--month", MONTH, "--operator", "甲")
    assert "上次撤回 202405-01（批次 202405-02）没有做完" in ran.err
    assert [p.name for p in out.glob("代发*")] == []
    assert (out / "作废" / "代发_202405-01.csv").exists()
    assert fupin("verify", "--all", "-w", approved).code == 0


def test_one_withdrawal_an_approval(approved: Path) -> None:
    """9.8: of two at once the ledger takes one; of two approvals after it too."""
    approval = store.approval_of(approved, INDEX)
    assert approval is not None
    from dataclasses import replace

    taken = replace(approval, batch="202405-02", kind=store.WITHDRAWAL, refers=approval.batch)
    store.post(approved, taken)
    with pytest.raises(store.AlreadyPostedError):
        store.post(approved, replace(taken, batch="202405-03"))
    anew = replace(approval, batch="202405-03", refers="202405-02")
    store.post(approved, anew)
    with pytest.raises(store.AlreadyPostedError):
        store.post(approved, replace(anew, batch="202405-04"))
    standing = store.approval_of(approved, INDEX)
    assert standing is not None
    assert standing.batch == "202405-03"


# --- corrections, netting, sums in words (9.11) ----------------------------------------------------------------------


@pytest.fixture(scope="session")
def corrected_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """May paid whole though 11 of 22 days were worked; June with its recovery kept back, and 2024-04 paid too little."""
    root = tmp_path_factory.mktemp("netted") / "w"
    build({"settings": '[corrections]\nrecoveries = "net"\n'}, root)
    for name in ("公益性岗位台账", "在岗人员花名册", "意外险名单", "监测对象信息"):
        (root / "inbox" / MONTH / f"{name}.csv").rename(root / "inbox" / f"{name}.csv")

    def attended(month: str, days: int) -> None:
        row = BASE["tables"]["attendance"] | {"年月": month, "本月累计出勤天数": days}
        write_csv(root / "inbox" / month / "出勤汇总表.csv", [row], "gb18030")

    for month, days in (("2024-04", 11), (MONTH, 22), (JUNE, 22)):
        attended(month, days)
        if month == JUNE:
            attended("2024-04", 22)  # 366.02 more
            attended(MONTH, 20)  # 66.55 less
            write_returns(root / "inbox" / JUNE, [{"批次号": "202405-01", "序号": 1, "处理结果": "成功"}])
        draft(root, month)
        assert main(["approve", month, "-w", str(root), "--by", "乙", "-y"]) == 0
    return root


@pytest.fixture
def corrected(corrected_once: Path, tmp_path: Path) -> Path:
    shutil.copytree(corrected_once, tmp_path / "w")
    return tmp_path / "w"


def figure(texts: list[str]) -> Decimal:
    """The figure beside the sum in capitals, which has to be there, with its parts in the cell after it."""
    place = next(n for n, text in enumerate(texts) if "（大写）" in text)
    match = re.fullmatch(r"银行应付合计（大写）：(\S+)    （小写）：￥([0-9.]+)", texts[place])
    assert match is not None
    import cn2an

    assert cn2an.an2cn(match[2], "rmb") == match[1]
    parts = re.fullmatch(r"其中：本月 ([0-9.]+) \+ 补发 ([0-9.]+) − 抵扣 ([0-9.]+) = ([0-9.]+) 元", texts[place + 1])
    assert parts is not None
    month, back_pay, kept, total = map(Decimal, parts.groups())
    assert month + back_pay - kept == total == Decimal(match[2])
    return total


@pytest.mark.books
def test_the_sum_in_words_is_what_the_bank_is_to_pay(fupin: Callable[..., Ran], corrected: Path) -> None:
    """9.A10, 9.11: back pay and netting in the batch: every signed sheet, the draft's too, says the bank file's total."""
    folder = corrected / "out" / JUNE
    bank = (folder / "代发_202406-01.csv").read_bytes().decode("gbk").splitlines()
    total = Decimal(bank[-1].split(",")[4])
    assert total == Decimal("732.05") + Decimal("366.02") - Decimal("66.55")
    for book in (f"发放_{JUNE}", f"批准_{JUNE}"):
        for sheet in ("汇总", "发放花名册", "补发追回"):
            assert figure(cells(folder / f"{book}.xlsx", sheet)) == total, (book, sheet)
    ran = fupin("reconcile", JUNE, "-w", corrected)
    assert ran.code == 1
    for sheet in ("汇总", "签字"):
        assert figure(cells(folder / f"对账_{JUNE}.xlsx", sheet)) == total
    document = fupin("reconcile", "--from", "2024-04", "--to", JUNE, "-w", corrected, "--format", "json")
    assert document.code == 1
    three = figure(cells(folder / f"对账_2024-04至{JUNE}.xlsx", "签字"))
    assert three == total + Decimal("366.03") + Decimal("732.05")


@pytest.mark.books
def test_townships_sums_in_words_add_up(fupin: Callable[..., Ran], corrected: Path) -> None:
    """9.11: after a withdrawal the draft by township says the same sum."""
    ran = fupin("withdraw", JUNE, "-w", corrected, "--by", "乙", "-y", "--document", "文2", "--format", "json")
    assert (ran.document["amount"], ran.document["lines"]) == ("1098.07", 4)
    lines = store.read(corrected, "lines").filter(pl.col("batch").is_in(["202406-01", "202406-02"]))
    for kinds in (store.APPROVED_KINDS, (store.NETTED,)):
        assert lines.filter(pl.col("kind").is_in(kinds))["amount_fen"].sum() == 0
    document = fupin(
        "payroll", "-w", corrected, "--month", JUNE, "--operator", "甲", "--split-by", "town", "--format", "json"
    ).document
    assert document["to_pay"] == {"month": "732.05", "back_pay": "366.02", "kept_back": "66.55", "total": "1031.52"}
    towns = [path for path in document["outputs"] if Path(path).stem.count("_") > 1 and "镇" in path]
    assert len(towns) == 1
    assert figure(cells(Path(towns[0]), "汇总")) == Decimal("1031.52")


def test_a_batch_that_others_rest_on_is_not_withdrawn(fupin: Callable[..., Ran], corrected: Path) -> None:
    """9.8: June's batch corrects April's: June first, then April; the corrections of June are found again."""
    refused(fupin("withdraw", "2024-04", "-w", corrected, "--by", "乙", "-y", "--document", "文"), "先撤回 202406-01")
    assert fupin("withdraw", JUNE, "-w", corrected, "--by", "乙", "-y", "--document", "文").code == 0
    assert fupin("withdraw", "2024-04", "-w", corrected, "--by", "乙", "-y", "--document", "文").code == 0
    document = fupin("payroll", "-w", corrected, "--month", "2024-04", "--format", "json", "--no-workbook").document
    assert document["lines"][0]["amount"] == "732.05"


# --- discard -------------------------------------------------------------------------------------------------------------


def test_a_draft_is_taken_back_and_a_run_does_not_bring_it_again(fupin: Callable[..., Ran], drafted: Path) -> None:
    """9.8: `fupin discard M`: nothing to approve, workbooks aside; the machine computes it anew only if something changed."""
    ran = fupin("discard", MONTH, "-w", drafted)
    assert ran.code == 0, ran.err
    assert not list((drafted / "out" / MONTH).glob("*.xlsx"))
    assert len(list((drafted / "out" / MONTH / "作废").glob("*.xlsx"))) == 2
    assert fupin("status", "-w", drafted, "--format", "json").document["months"] == []
    refused(fupin("approve", MONTH, "-w", drafted, "--by", "乙", "-y"), "还没有测算过")
    refused(fupin("discard", MONTH, "-w", drafted), "没有测算可撤")
    assert fupin("verify", "--all", "-w", drafted).code == 0
    assert "测算已撤回" in fupin("run", "-w", drafted, "--month", MONTH).out
    assert store.last_draft(drafted, INDEX) is None
    (drafted / "inbox" / "通知.txt").write_text("补报", encoding="utf-8")
    assert "待批准" in fupin("run", "-w", drafted, "--month", MONTH).out
    draft(drafted)
    assert fupin("approve", MONTH, "-w", drafted, "--by", "乙", "-y").code == 0
    refused(fupin("discard", MONTH, "-w", drafted), "已由 乙 批准")

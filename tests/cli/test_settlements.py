"""Held later is not owed back, and what is settled by hand (SPEC 9.4, 9.5), through the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.cases.test_cases import BASE, BASE_ID, build, place_of, printed, tables_of, write
from tests.cases.test_reconcile_cases import two_people, write_returns
from tests.cases.together import Places
from tests.conftest import write_csv

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Ran

pytestmark = pytest.mark.usefixtures("books_planned")

MONTH = BASE["month"]
ROW = {
    "姓名": "张三",
    "身份证号码": BASE_ID,
    "岗位编号": "GW1",
    "月份": "2024年5月",
    "核定天数": "",
    "核定金额": "",
    "理由": "核实考勤原始记录",
    "批准文号": "示人社〔2024〕9号",
    "批准人": "王局长",
}


def settle(root: Path, *rows: dict[str, Any], name: str = "核定清单") -> None:
    write_csv(root / "inbox" / MONTH / f"{name}.csv", [ROW | row for row in rows], "gb18030")


def payroll(fupin: Callable[..., Ran], root: Path, month: str = MONTH) -> Ran:
    return fupin("payroll", "-w", root, "--month", month, "--format", "json", "--no-workbook")


# The line's trouble, what was settled, what comes of it.
LINES: list[tuple[str, dict[str, Any], list[dict[str, Any]], str]] = [
    (
        "no attendance, by days",
        {"change": {"attendance": {"年月": "2024-04"}}},
        [{"核定天数": "11"}],
        "pay 366.03 ATT001,SET001",
    ),
    (
        "no attendance, by amount",
        {"change": {"attendance": {"年月": "2024-04"}}},
        [{"核定金额": "500"}],
        "pay 500.00 ATT001,SET001",
    ),
    (
        "the post need not be named",
        {"change": {"attendance": {"年月": "2024-04"}}},
        [{"核定天数": "22", "岗位编号": ""}],
        "pay 732.05 ATT001,SET001",
    ),
    (
        "more than required is a month",
        {"change": {"attendance": {"年月": "2024-04"}}},
        [{"核定天数": "31"}],
        "pay 732.05 ATT001,SET001",
    ),
    (
        "died in the month",
        {"add": {"deaths": [{"死亡日期": "2024-05-15"}]}},
        [{"核定天数": "10"}],
        "pay 332.75 POST011,SET001",
    ),
    (
        "more than the days on post",
        {"change": {"attendance": {"本月累计出勤天数": "31.5"}}},
        [{"核定天数": "22"}],
        "pay 732.05 ATT002,SET001",
    ),
    (
        "failed the appraisal",
        {"change": {"attendance": {"考核结果": "不合格"}}},
        [{"核定金额": "732.05"}],
        "pay 732.05 ATT006,SET001",
    ),
    (
        "two rows of attendance differ",
        {"add": {"attendance": [{"本月累计出勤天数": "20"}]}},
        [{"核定天数": "20"}],
        "pay 665.50 ID007,SET001",
    ),
    (
        "settled at nothing is refused",
        {"change": {"attendance": {"年月": "2024-04"}}},
        [{"核定天数": "0"}],
        "refuse 0.00 ATT001,SET001",
    ),
    (
        "a document that is none",
        {"change": {"attendance": {"年月": "2024-04"}}},
        [{"核定天数": "11", "批准文号": "暂 无"}],
        "hold 0.00 ATT001,SET002",
    ),
    (
        "a document with that word in it",
        {"change": {"attendance": {"年月": "2024-04"}}},
        [{"核定天数": "11", "批准文号": "无锡〔2024〕1号"}],
        "pay 366.03 ATT001,SET001",
    ),
    (
        "the same row twice counts once",
        {"change": {"attendance": {"年月": "2024-04"}}},
        [{"核定天数": "11"}, {"核定天数": "11"}],
        "pay 366.03 ATT001,SET001,SET002",
    ),
    (
        "two rows that differ",
        {"change": {"attendance": {"年月": "2024-04"}}},
        [{"核定天数": "11"}, {"核定天数": "12"}],
        "hold 0.00 ATT001,SET002",
    ),
    (
        "another month's row says nothing",
        {"change": {"attendance": {"年月": "2024-04"}}},
        [{"核定天数": "11", "月份": "2024-06"}],
        "hold 0.00 ATT001",
    ),
    (
        "no document",
        {"change": {"attendance": {"年月": "2024-04"}}},
        [{"核定天数": "11", "批准文号": ""}],
        "hold 0.00 ATT001,SET002",
    ),
    (
        "no reason",
        {"change": {"attendance": {"年月": "2024-04"}}},
        [{"核定天数": "11", "理由": ""}],
        "hold 0.00 ATT001,SET002",
    ),
    (
        "no approver",
        {"change": {"attendance": {"年月": "2024-04"}}},
        [{"核定天数": "11", "批准人": ""}],
        "hold 0.00 ATT001,SET002",
    ),
    (
        "days and amount",
        {"change": {"attendance": {"年月": "2024-04"}}},
        [{"核定天数": "11", "核定金额": "100"}],
        "hold 0.00 ATT001,SET002",
    ),
    ("neither", {"change": {"attendance": {"年月": "2024-04"}}}, [{}], "hold 0.00 ATT001,SET002"),
    (
        "unreadable days are neither",
        {"change": {"attendance": {"年月": "2024-04"}}},
        [{"核定天数": "半个月"}],
        "hold 0.00 ATT001,IN006,SET002",
    ),
    (
        "a fen over the standard",
        {"change": {"attendance": {"年月": "2024-04"}}},
        [{"核定金额": "732.06"}],
        "hold 0.00 ATT001,SET002",
    ),
    (
        "over the days of the month",
        {"change": {"attendance": {"年月": "2024-04"}}},
        [{"核定天数": "31.5"}],
        "hold 0.00 ATT001,SET002",
    ),
    (
        "by days where nobody says how many are required",
        {"change": {"attendance": {"年月": "2024-04"}, "posts": {"规定出勤天数": ""}}},
        [{"核定天数": "11"}],
        "hold 0.00 ATT001,SET002",
    ),
    (
        "a refused line is not decided",
        {"change": {"attendance": {"本月累计出勤天数": "0"}}},
        [{"核定天数": "11"}],
        "refuse 0.00 ATT003,SET002",
    ),
    (
        "the dead of an earlier month are not decided",
        {"add": {"deaths": [{"死亡日期": "2024-04-30"}]}},
        [{"核定天数": "11"}],
        "refuse 0.00 POST011,SET002",
    ),
    (
        "a contract is not decided",
        {"change": {"assignments": {"合同结束日期": ""}}},
        [{"核定天数": "11"}],
        "hold 0.00 CON001,SET002",
    ),
    (
        "an account is not decided",
        {"change": {"assignments": {"银行账号": ""}}},
        [{"核定天数": "11"}],
        "hold 0.00 ID014,SET002",
    ),
    (
        "insurance holds on beside it",
        {"change": {"attendance": {"年月": "2024-04"}, "accident_insurance": {"终保日期": "2024-04-30"}}},
        [{"核定天数": "11"}],
        "hold 0.00 ATT001,INS001,SET001",
    ),
    ("a line that pays needs none", {}, [{"核定天数": "11"}], "pay 732.05 SET002"),
    ("a line that pays, a row without document", {}, [{"核定天数": "11", "批准文号": ""}], "hold 0.00 SET002"),
    (
        "by the calendar",
        {"settings": '[post]\nproration = "calendar"', "add": {"deaths": [{"死亡日期": "2024-05-15"}]}},
        [{"核定天数": "15"}],
        "pay 354.22 POST011,SET001",
    ),
]


def settled_lines(root: Path, here: list[int], tables: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """The payroll's lines of the cases of one workspace."""
    write(root, tables, MONTH, LINES[here[0]][1].get("settings", ""))
    return list(printed("payroll", "-w", str(root), "--month", MONTH, "--no-workbook")["lines"])


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Places:
    def tables(n: int) -> dict[str, list[dict[str, Any]]]:
        _, case, rows, _ = LINES[n]
        return tables_of(case) | {"核定清单": [ROW | row for row in rows]}

    return Places(tmp_path_factory.mktemp("settled"), [place_of(line[1]) for line in LINES], tables, settled_lines)


@pytest.mark.parametrize("n", range(len(LINES)), ids=[line[0] for line in LINES])
def test_a_line_is_settled_by_hand(n: int, places: Places) -> None:
    """9.5: what a settlement decides, and what it never does."""
    (line,) = places.of(n)
    assert f"{line['status']} {line['amount']} {','.join(line['codes'])}" == LINES[n][3]


def test_a_row_that_names_no_line_is_told(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """9.5: SET002 on the settlement's own row; SET001 names the document; several posts need the post."""
    build({"change": {"attendance": {"年月": "2024-04"}}}, tmp_path)
    settle(tmp_path, {"核定天数": "11"}, {"核定天数": "11", "岗位编号": "GW9"})
    ran = fupin("check", "-w", tmp_path, "--month", MONTH, "--format", "json", "--no-workbook")
    told = {f["code"]: f for f in ran.findings if f["code"].startswith("SET")}
    assert (told["SET001"]["severity"], told["SET001"]["row"]) == ("info", 2)
    assert "示人社〔2024〕9号" in told["SET001"]["message"]
    assert (told["SET002"]["severity"], told["SET002"]["effect"], told["SET002"]["row"]) == ("error", "hold", 3)
    assert "没有这个人在这个岗位" in told["SET002"]["message"]
    shown = fupin("explain", "张三", "--month", MONTH, "-w", tmp_path)
    assert "示人社〔2024〕9号" in shown.out
    assert payroll(fupin, tmp_path).document["lines"][0]["settled"] == "示人社〔2024〕9号"


def approve(fupin: Callable[..., Ran], root: Path, month: str = MONTH) -> Ran:
    drafted = fupin("payroll", "-w", root, "--month", month, "--operator", "甲", "-q")
    assert drafted.code in (0, 1), drafted.err
    return fupin("approve", month, "-w", root, "--by", "乙", "-y", "--format", "json")


def test_held_later_is_not_owed_back(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """9.4: a death in the month found later leaves the line undecided; settled by hand, the difference is owed back."""
    build(two_people(), tmp_path)
    assert approve(fupin, tmp_path).code == 0
    dead = BASE["rows"]["deaths"] | {"死亡日期": "2024-05-20"}
    write_csv(tmp_path / "inbox" / MONTH / "死亡人员.csv", [dead], "gb18030")
    write_returns(tmp_path / "inbox" / MONTH, [{}])
    shown = fupin("payroll", "-w", tmp_path, "--month", MONTH, "--format", "json")
    assert shown.code == 12
    assert "待核定" in shown.err
    (undecided,) = shown.document["undecided"]
    assert (undecided["approved"], undecided["codes"], undecided["month"]) == ("732.05", ["POST011"], MONTH)
    assert shown.document["corrections"] == []
    ran = fupin("reconcile", MONTH, "-w", tmp_path, "--format", "json", "--no-workbook")
    lines = {one["post"]: one for one in ran.document["lines"]}
    assert [lines["GW1"][k] for k in ("verdict", "due", "approved", "paid", "difference")] == [
        "undecided",
        "732.05",
        "732.05",
        "732.05",
        "0.00",
    ]
    assert "POST011" in lines["GW1"]["why"]
    refused = fupin("close", MONTH, "-w", tmp_path, "--by", "乙", "-y")
    assert (refused.code, "待核定 1 笔" in refused.err) == (1, True)
    # Decided: any reason counts once the line stands approved; 14 of 22 days are 465.85.
    settle(tmp_path, {"核定天数": "14"})
    again = fupin("payroll", "-w", tmp_path, "--month", MONTH, "--format", "json")
    assert again.document["undecided"] == []
    assert [(c["kind"], c["amount"]) for c in again.document["corrections"]] == [("recover", "-266.20")]


def test_an_approved_line_held_for_any_reason_can_be_settled(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """9.4, 9.5: undecided for want of insurance; a decision settles it, and refused later it is owed back."""
    build({}, tmp_path)
    assert approve(fupin, tmp_path).code == 0
    policy = BASE["tables"]["accident_insurance"]
    write_csv(tmp_path / "inbox" / MONTH / "意外险名单.csv", [policy | {"终保日期": "2024-04-30"}], "gb18030")
    again = fupin("payroll", "-w", tmp_path, "--month", MONTH, "--format", "json").document
    assert [u["codes"] for u in again["undecided"]] == [["INS001"]]
    settle(tmp_path, {"核定金额": "732.05"})
    settled = fupin("payroll", "-w", tmp_path, "--month", MONTH, "--format", "json")
    assert (settled.document["undecided"], settled.document["corrections"]) == ([], [])
    assert "与批准的一致" in settled.err
    worked = BASE["tables"]["attendance"] | {"本月累计出勤天数": "0"}
    write_csv(tmp_path / "inbox" / MONTH / "出勤汇总表.csv", [worked], "gb18030")
    owed = fupin("payroll", "-w", tmp_path, "--month", MONTH, "--format", "json").document
    assert [(c["kind"], c["amount"]) for c in owed["corrections"]] == [("recover", "-732.05")]

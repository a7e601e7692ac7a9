"""A month with nothing of its own, and townships that handed in nothing (SPEC 9.2, 9.3), through the command line."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING, Any

import openpyxl
import polars as pl
import pytest

from fupin_cli.intake.values import BLANKS
from fupin_cli.month.handed_in import Earlier, handed_in
from tests.cases.test_cases import BASE, build
from tests.cases.test_reconcile_cases import second_id
from tests.conftest import write_csv

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Ran

pytestmark = pytest.mark.usefixtures("books_planned")

MONTH, NEXT = BASE["month"], "2024-06"


def two_towns(root: Path) -> None:
    """A month of two people in two townships."""
    who = {"姓名": "李四", "身份证号码": second_id()}
    place = {"乡": "西岭乡", "村": "西一村"}
    registry = {
        "姓名": "李四",
        "证件号码": second_id(),
        "出生日期": "19820202",
        "性别": "女",
        "户编号": "H2",
        "成员联系电话": "13900000002",
        "户联系电话": "13900000002",
    } | place
    roster = who | place | {"岗位编号": "GW2", "银行账号": "6217990000000000022", "联系电话": "13900000002"}
    build(
        {
            "add": {
                "registry": [registry],
                "assignments": [roster],
                "posts": [{"岗位编号": "GW2", "岗位类型": "护林"} | place],
                "attendance": [who | {"岗位编号": "GW2"}],
                "accident_insurance": [who | {"保单号": "B2"}],
            }
        },
        root,
    )


def next_month(root: Path, **tables: list[dict[str, Any]]) -> None:
    for name, rows in tables.items():
        base = BASE["tables"][name]
        cells = [base | row for row in rows]
        write_csv(root / "inbox" / NEXT / f"{BASE['files'][name]}.csv", cells, "gb18030")


def unreported(ran: Ran) -> list[str]:
    return [f["message"] for f in ran.document["findings"] if f["code"] == "IN015"]


@pytest.mark.books
def test_a_township_that_hands_in_nothing_is_named(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """9.2: in check, payroll, status, on the first sheets; not in a first month; a name with a space is the same one."""
    two_towns(tmp_path)
    check = ("check", "-w", tmp_path, "--format", "json", "--no-workbook", "--month")
    assert unreported(fupin(*check, MONTH)) == []
    next_month(tmp_path, assignments=[{"乡": "东川 镇"}], attendance=[{"年月": NEXT}])
    ran = fupin(*check, NEXT)
    said = unreported(ran)
    assert all("西岭乡" in text for text in said)
    assert sorted("出勤汇总表" in text for text in said) == [False, True]
    (first, _) = [f for f in ran.findings if f["code"] == "IN015"]
    assert (first["severity"], first["effect"], ran.code) == ("error", "none", 1)
    drafted = fupin("payroll", "-w", tmp_path, "--month", NEXT, "--operator", "甲")
    assert drafted.code == 1
    assert drafted.out.count("该报未报（IN015）") == 2
    book = openpyxl.load_workbook(tmp_path / "out" / NEXT / f"发放_{NEXT}.xlsx")
    cells = [str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row if cell.value]
    assert sum("该报未报" in text and "西岭乡" in text for text in cells) == 2
    assert unreported(fupin("payroll", "-w", tmp_path, "--month", NEXT, "--format", "json", "--no-workbook")) == said
    rows = fupin("status", "--month", NEXT, "-w", tmp_path, "--format", "json").document["handed_in"]
    facts = {(row["table"], row["township"]): (row["rows"], row["rows_before"], row["missing"]) for row in rows}
    assert facts == {
        ("assignments", "东川镇"): (1, 1, False),
        ("assignments", "西岭乡"): (0, 1, True),
        ("attendance", "东川镇"): (1, 1, False),
        ("attendance", "西岭乡"): (0, 1, True),
    }
    assert "该报未报" in fupin("status", "2024.6", "-w", tmp_path).out


def test_no_sign_that_takes_no_room_makes_another_township() -> None:
    """11.4: every blank and every unseen sign that the intake knows; a sign that is seen makes another one."""
    signs = " \t\u00a0\u3000\u00ad\u200b\u200f\u2060\ufeff"
    assert all(re.fullmatch(f"[{BLANKS}]", sign) for sign in signs)

    def towns(*names: str) -> pl.DataFrame:
        return pl.DataFrame({"county": "示例县", "township": names})

    earlier = Earlier({"assignments": (towns("东川镇"), 1)}, towns().clear().cast(pl.String))
    now = {"assignments": towns(*(f"东{sign}川镇" for sign in signs), "东-川镇")}
    found = handed_in(now, earlier, None, by_attendance=False)
    assert found.select("township", "rows", "missing").rows() == [("东-川镇", 1, False), ("东川镇", len(signs), False)]


def test_a_township_of_last_months_payments_is_expected(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """9.2: a paid line of the latest approved month makes its township expected, though all files lie in the inbox."""
    two_towns(tmp_path)
    fupin("payroll", "-w", tmp_path, "--month", MONTH, "--operator", "甲", "-q")
    assert fupin("approve", MONTH, "-w", tmp_path, "--by", "乙", "-y").code == 0
    shutil.move(tmp_path / "inbox" / MONTH, tmp_path / "kept")
    next_month(tmp_path, assignments=[{}], attendance=[{"年月": NEXT}])
    said = unreported(fupin("check", "-w", tmp_path, "--format", "json", "--no-workbook", "--month", NEXT))
    assert len(said) == 2
    assert all("西岭乡" in text and f"{MONTH} 有批准发放的行" in text for text in said)


def test_a_renamed_township_is_named_beside_the_new_one(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """9.2: the old name is told once, with the name that is new; a county written otherwise is the same township."""
    two_towns(tmp_path)
    who = {"姓名": "李四", "身份证号码": second_id(), "岗位编号": "GW2"}
    next_month(
        tmp_path,
        assignments=[{"县": "示例自治县"}, who | {"乡": "西岭镇", "村": "西一村"}],
        attendance=[{"年月": NEXT}, who | {"年月": NEXT}],
    )
    said = unreported(fupin("check", "-w", tmp_path, "--format", "json", "--no-workbook", "--month", NEXT))
    assert len(said) == 2
    assert all("西岭乡" in text and "西岭镇" in text for text in said)


def test_an_earlier_roster_alone_makes_no_payroll(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """9.3: exit 10, in payroll, subsidy and run; a row of attendance, or by the calendar one of the roster, is enough."""
    build({}, tmp_path)
    ran = fupin("payroll", "-w", tmp_path, "--month", "2024-07", "--no-workbook")
    assert (ran.code, "2024-07 没有报送任何东西" in ran.err) == (10, True)
    assert fupin("run", "-w", tmp_path, "--month", "2024-07").code == 10
    attendance = BASE["tables"]["attendance"]
    write_csv(tmp_path / "inbox" / "出勤.csv", [attendance | {"年月": "2024-07"}], "gb18030")
    one = fupin("payroll", "-w", tmp_path, "--month", "2024-07", "--no-workbook", "--format", "json")
    assert [line["status"] for line in one.document["lines"]] == ["pay"]
    (tmp_path / "inbox" / "出勤.csv").unlink()
    settings = tmp_path / "fupin.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + '[post]\nproration = "calendar"\n', encoding="utf-8")
    assert fupin("payroll", "-w", tmp_path, "--month", "2024-07", "--no-workbook").code in (0, 1)


def test_what_cannot_be_approved(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """9.3: a month that has not begun, and one in which nothing is paid and nothing corrected (12)."""
    build({"change": {"attendance": {"考核结果": "不合格"}}}, tmp_path)
    fupin("payroll", "-w", tmp_path, "--month", MONTH, "--operator", "甲", "-q")
    ran = fupin("approve", MONTH, "-w", tmp_path, "--by", "乙", "-y")
    assert (ran.code, "没有一行发放" in ran.err) == (12, True)
    later = "2090-01"
    write_csv(tmp_path / "inbox" / later / "出勤.csv", [BASE["tables"]["attendance"] | {"年月": later}], "gb18030")
    fupin("payroll", "-w", tmp_path, "--month", later, "--operator", "甲", "-q")
    ran = fupin("approve", later, "-w", tmp_path, "--by", "乙", "-y")
    assert (ran.code, "还没有开始" in ran.err) == (12, True)


def test_the_cap_that_is_printed_is_the_one_that_is_used(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """9.B15: the policy's number, or the county's in its place; rules, parameters, payroll and explain name the same."""
    build({"history": ["2022-06", "2024-04"], "change": {"assignments": {"首次核定日期": "2022-06-01"}}}, tmp_path)
    settings = tmp_path / "fupin.toml"
    plain = settings.read_text(encoding="utf-8")
    for more, cap, end in (
        ("", "36", "2025-05"),
        ('[post]\ncap_months = 24\ncap_source = "示人社〔2024〕2号"\n', "24", MONTH),
    ):
        settings.write_text(plain + more, encoding="utf-8")
        document = fupin("payroll", "-w", tmp_path, "--month", MONTH, "--format", "json", "--no-workbook").document
        assert (str(document["cap"]["months"]), document["lines"][0]["cap_end"]) == (cap, end)
        rows: Any = fupin("rules", "--parameters", "--month", MONTH, "-w", tmp_path, "--format", "json").document
        (row,) = [r for r in rows if r["name"] == "post.cap_months"]
        assert row["value"] == cap
        rules: Any = fupin("rules", "CAP001", "-w", tmp_path, "--format", "json").document
        told = rules[0]["bounds"]["post.cap_months"]
        assert told.startswith(cap)
        assert ("示人社〔2024〕2号" in told) == ("示人社〔2024〕2号" in row["source"]) == bool(more)
        shown = fupin("explain", "张三", "--month", MONTH, "-w", tmp_path).out
        assert f"最长{cap}" in re.sub(r"[\s│├└─]", "", shown)
        values = {
            s["name"]: s["value"] for s in fupin("config", "-w", tmp_path, "--format", "json").document["settings"]
        }
        assert str(values["post.cap_months"]) == cap

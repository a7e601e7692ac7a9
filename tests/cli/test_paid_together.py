"""What is newly due of an earlier month, and what was or is paid beside it, never come to more than the law allows together.

Several payments can each be the 36th: the month that was held, the later one that was paid, the one that is paid now (8.7).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from fupin_cli.policy.months import parse_month
from tests.conftest import Ran, write_csv
from tests.fuzz.edges import id_number, tables
from tests.fuzz.reckoned import Person, Row
from tests.sample.county import luhn

pytestmark = pytest.mark.usefixtures("books_planned")

APRIL, MAY, JUNE, JULY = "2024-04", "2024-05", "2024-06", "2024-07"
SETTINGS = '[county]\nname = "示例县"\n[accident_insurance]\npremium = 100\n[checks]\nextra_area_codes = ["211390"]\n'
FULL, FAILED = (Fraction(22), Fraction(22), "合格"), (Fraction(22), Fraction(22), "不合格")
FIRST_PAID = date(2021, 5, 1)


def person(number: int, used: int = 0) -> Person:
    """Somebody on a post, who was paid so many months up to March 2024."""
    birth, march = date(1985, 3, 4), parse_month("2024-03")
    return Person(
        number=number,
        id=id_number(birth, 1, number),
        sex=1,
        birth=birth,
        scheme="",
        rows=[Row(date(2024, 3, 1), date(2024, 8, 31), date(2024, 3, 1), None, FIRST_PAID)],
        registry={"户类型": "脱贫户", "监测对象类别": "", "劳动技能": "普通劳动力", "在校生状况": ""},
        attendance=FULL,
        history=[(march - n, 50000, "") for n in range(used)],
        policies=[(date(2024, 1, 1), date(2024, 12, 31))],
    )


def hand_in(root: Path, month: str, *people: Person) -> None:
    """Write a month's folder; the payments of former years lie in the inbox itself."""
    root.mkdir(exist_ok=True)
    (root / "fupin.toml").write_text(SETTINGS, encoding="utf-8")
    for name, rows in tables(list(people), parse_month(month)).items():
        folder = root / "inbox" if name == "补贴发放台账" else root / "inbox" / month
        write_csv(folder / f"{name}.csv", rows)


def draft(fupin: Callable[..., Ran], root: Path, month: str, *what: str) -> dict[str, Any]:
    command = what or ("payroll",)
    ran = fupin(*command, "-w", root, "--month", month, "--operator", "甲", "--format", "json", "--unmask")
    assert ran.code in {0, 1}, ran.err
    return ran.document


def approve(fupin: Callable[..., Ran], root: Path, month: str, *more: str) -> None:
    ran = fupin("approve", month, "-w", root, "--by", "乙", "--yes", "--document", "文1", *more)
    assert ran.code == 0, ran.err


def paid(document: dict[str, Any], who: Person) -> tuple[str, list[str]]:
    """What the draft pays a person for its own month, and the earlier months that it pays with it."""
    (line,) = [line for line in document["lines"] if line["person"] == who.id]
    back = [row for row in document.get("corrections") or [] if row["person"] == who.id]
    return line["status"], [row["month"] for row in back]


@pytest.fixture
def april(fupin: Callable[..., Ran], tmp_path: Path, request: pytest.FixtureRequest) -> tuple[Path, Person, Person]:
    """April is approved: one is held for the appraisal, another paid."""
    held, other = person(1, request.param), person(2)
    root = tmp_path / "w"
    hand_in(root, APRIL, replace(held, attendance=FAILED), other)
    draft(fupin, root, APRIL)
    approve(fupin, root, APRIL)
    return root, held, other


@pytest.mark.parametrize(("april", "expected"), [(34, [APRIL]), (35, [])], indirect=["april"])
def test_the_month_that_is_paid_now_counts_for_the_one_that_was_held(
    fupin: Callable[..., Ran], april: tuple[Path, Person, Person], expected: list[str]
) -> None:
    root, held, other = april
    hand_in(root, APRIL, held, other)  # the appraisal was wrong
    hand_in(root, MAY, held, other)
    assert paid(draft(fupin, root, MAY), held) == ("pay", expected)
    approve(fupin, root, MAY)
    hand_in(root, JUNE, held, other)
    assert paid(draft(fupin, root, JUNE), held) == ("refuse", [])
    assert fupin("verify", "-w", root).code == 0


@pytest.mark.parametrize(("april", "expected"), [(34, [APRIL]), (35, [])], indirect=["april"])
def test_a_month_that_was_paid_later_counts_for_the_one_that_was_held(
    fupin: Callable[..., Ran], april: tuple[Path, Person, Person], expected: list[str]
) -> None:
    root, held, other = april
    hand_in(root, MAY, held, other)
    draft(fupin, root, MAY)
    approve(fupin, root, MAY)
    hand_in(root, APRIL, held, other)
    hand_in(root, JUNE, replace(held, attendance=FAILED), other)
    status, back = paid(draft(fupin, root, JUNE), held)
    assert (status, back) == ("hold" if expected else "refuse", expected)
    ran = fupin("reconcile", APRIL, "-w", root, "--format", "json", "--unmask", "--no-workbook")
    verdicts = {line["person"]: line["verdict"] for line in ran.document["lines"]}
    assert verdicts[held.id] == ("unapproved" if expected else "not_due")


@pytest.mark.parametrize("april", [34], indirect=True)
def test_two_months_that_were_held_do_not_become_the_36th_both(
    fupin: Callable[..., Ran], april: tuple[Path, Person, Person]
) -> None:
    root, held, other = april
    hand_in(root, MAY, replace(held, attendance=FAILED), other)
    draft(fupin, root, MAY)
    approve(fupin, root, MAY)
    for month in (APRIL, MAY, JUNE):
        hand_in(root, month, held, other)
    assert paid(draft(fupin, root, JUNE), held) == ("pay", [APRIL])


@pytest.mark.parametrize("used", [34, 35])
def test_a_month_whose_money_came_back_is_not_sent_again_where_a_later_one_took_its_place(
    fupin: Callable[..., Ran], tmp_path: Path, used: int
) -> None:
    root, one, two = tmp_path / "w", person(1, used), person(2)
    hand_in(root, APRIL, one, two)
    (line,) = [x for x in draft(fupin, root, APRIL)["lines"] if x["person"] == one.id]
    approve(fupin, root, APRIL)
    answer = {"姓名": "乙" + chr(0x4E33), "账号": luhn("621799000000000001"), "金额": line["amount"]}
    answer |= {"身份证号码": one.id, "处理结果": "失败", "失败原因": "账面可用余额不足", "批次号": "", "序号": ""}
    write_csv(root / "inbox" / APRIL / "代发回盘.csv", [answer])
    hand_in(root, MAY, one, two)
    assert paid(draft(fupin, root, MAY), one) == ("pay", [])  # a payment that came back is no month used
    approve(fupin, root, MAY)
    ran = fupin("reconcile", APRIL, "-w", root, "--reissue", "--by", "丙", "--yes", "--format", "json", "--unmask")
    verdicts = {x["person"]: x["verdict"] for x in ran.document["lines"]}
    assert verdicts[one.id] == ("cancelled" if used == 35 else "failed")
    again = fupin("ledger", "show", "-w", root, "--format", "json").document["batches"]
    assert [b["kind"] for b in again].count("reissue") == (0 if used == 35 else 1)


def travel(root: Path, month: str, *claims: tuple[Person, str]) -> None:
    rows = [
        {"姓名": "甲乙"[p.number - 1] + chr(0x4E32 + p.number), "身份证号码": p.id, "输出地": "示例县"}
        | {"输入省": "辽宁省", "输入市": "大连市", "输入县": "西岗区", "交通方式": "铁路", "出发日期": f"{month}-03"}
        | {"票面金额": "80", "是否有组织输出": organised, "银行账号": ""}
        for p, organised in claims
    ]
    write_csv(root / "inbox" / month / "交通补贴申请表.csv", rows)
    home = [
        {"县": "示例县", "乡": "东川镇", "村": "一村", "户编号": f"H{p.number}", "与户主关系": "户主", "证件号码": p.id}
        | {"姓名": row["姓名"], "户类型": "脱贫户", "监测对象类别": "", "劳动技能": "普通劳动力"}
        for (p, _), row in zip(claims, rows, strict=True)
    ]
    write_csv(root / "inbox" / month / "监测对象信息.csv", home)


def test_what_is_paid_once_is_not_paid_for_an_earlier_claim_too(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    root, one, two = tmp_path / "w", person(1), person(2)
    root.mkdir()
    fares = '[transport]\nmethod = "ticket"\nin_province = 100\nout_of_province = 300\n'
    (root / "fupin.toml").write_text(SETTINGS + fares, encoding="utf-8")
    command, measure = ("subsidy", "transport"), ("--measure", "transport")
    travel(root, APRIL, (one, "否"), (two, "是"))
    draft(fupin, root, APRIL, *command)
    approve(fupin, root, APRIL, *measure)
    travel(root, APRIL, (one, "是"), (two, "是"))
    travel(root, MAY, (one, "是"))
    assert paid(draft(fupin, root, MAY, *command), one) == ("pay", [])
    approve(fupin, root, MAY, *measure)
    travel(root, JUNE, (one, "是"))
    assert paid(draft(fupin, root, JUNE, *command), one) == ("refuse", [])


HALF = (Fraction(11), Fraction(22), "合格")
BY_SHARES = SETTINGS.replace("[accident", '[post]\nmonth_count = "prorated"\n[accident')


@pytest.mark.parametrize(
    ("used", "april", "may", "june", "back"),
    [
        (34, "366.03", "732.05", "366.03", None),  # 34 + ½ + 1, and ½ in June: nothing is left for April
        (34, "366.03", "366.03", "366.03", "366.01"),  # 34 + ½ + ½ + ½: another half of April is the 36th
    ],
)
def test_more_days_of_a_month_are_due_beside_what_was_paid_later(
    fupin: Callable[..., Ran], tmp_path: Path, used: int, april: str, may: str, june: str, back: str | None
) -> None:
    """8.7, 008: before, they were paid, and the later month was cut by them a month after."""
    root, other = tmp_path / "w", person(2)
    one = replace(person(1, used), history=[(month, 73205, "") for month, _, _ in person(1, used).history])
    days = {"366.03": HALF, "732.05": FULL}
    for month, amount in ((APRIL, april), (MAY, may)):
        hand_in(root, month, replace(one, attendance=days[amount]), other)
        (root / "fupin.toml").write_text(BY_SHARES, encoding="utf-8")
        document = draft(fupin, root, month)
        assert [line["amount"] for line in document["lines"] if line["person"] == one.id] == [amount]
        approve(fupin, root, month)
    hand_in(root, APRIL, one, other)  # all of April was attended
    for month in (JUNE, JULY):
        hand_in(
            root,
            month,
            replace(one, attendance=days[june]) if month == JUNE else replace(one, attendance=FAILED),
            other,
        )
        (root / "fupin.toml").write_text(BY_SHARES, encoding="utf-8")
        document = draft(fupin, root, month)
        found = [(row["month"], row["amount"]) for row in document["corrections"] if row["person"] == one.id]
        assert found == ([(APRIL, back)] if back and month == JUNE else [])
        if month == JUNE:
            approve(fupin, root, month)
    ran = fupin("reconcile", APRIL, "-w", root, "--format", "json", "--unmask", "--no-workbook")
    assert [x["verdict"] for x in ran.document["lines"] if x["person"] == one.id] == ["no_return"]
    assert fupin("verify", "--all", "-w", root).code == 0

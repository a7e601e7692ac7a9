"""Months are approved, sent, answered by the bank as banks do, sent again, taken back, corrected: what people hold in the end.

The bank pays, refuses, forgets rows and answers weeks later; accounts are mended or not; attendance is corrected up and down while
money is on its way. No approval sends anybody more than is due of all months, nothing is sent again that did not fail; once everything
is answered everybody holds what is due, and who holds more is told with that sum.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import LONG, Ran, write_csv
from tests.fuzz.edges import AREA, id_number, month_text, tables
from tests.fuzz.reckoned import LINE, Person, Row, half_up, index, plus_months
from tests.sample.county import luhn

pytestmark = pytest.mark.usefixtures("books_planned")

PEOPLE, MONTHS, FIRST = 8, 4 if LONG else 3, date(2024, 3, 1)
SETTINGS = f'[county]\nname = "示例县"\n[accident_insurance]\npremium = 100\n[checks]\nextra_area_codes = ["{AREA}"]\n'
PAID, THEIRS, OURS = "成功", "已销户", "账面可用余额不足"  # paid; refused until the account is mended; refused as it is
ANSWER = ["批次号", "序号", "姓名", "账号", "金额", "身份证号码", "处理结果", "失败原因"]
Sent = dict[str, str]  # a row of a bank's file


def fen(yuan: str) -> int:
    return int(Decimal(yuan) * 100)


@dataclass
class Life:
    """People by ID number, what is due to them, what is on its way, what they hold."""

    fupin: Callable[..., Ran]
    root: Path
    chance: random.Random
    nets: bool  # what somebody owes is kept back from what is newly approved
    days: dict[tuple[int, date], int] = field(default_factory=dict)
    account: dict[int, str] = field(default_factory=dict)
    approved: list[date] = field(default_factory=list)
    on_its_way: dict[str, list[Sent]] = field(default_factory=dict)  # batch → rows that are not answered
    month_of: dict[str, date] = field(default_factory=dict)  # batch → the month whose folders it lies in
    seen: set[str] = field(default_factory=set)
    holds: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)  # and was not sent again
    down: Counter[str] = field(default_factory=Counter)  # corrections downwards: owed, where it had been paid
    answers: int = 0

    def __post_init__(self) -> None:
        """Everybody works some days of each month."""
        self.ids = {n: id_number(date(1985, 3, 4), 1, n) for n in range(1, PEOPLE + 1)}
        self.account = {n: luhn(f"621799{n:012d}") for n in self.ids}
        self.days = {(n, m): self.chance.choice([22, 22, 11, 20]) for n in self.ids for m in self.months(MONTHS)}

    def months(self, count: int) -> list[date]:
        return [plus_months(FIRST, n) for n in range(count)]

    def person(self, n: int, month: date) -> Person:
        return Person(
            number=n,
            id=self.ids[n],
            sex=1,
            birth=date(1985, 3, 4),
            scheme="",
            rows=[Row(FIRST, plus_months(FIRST, 6) - timedelta(1), FIRST, None, FIRST)],
            registry={"户类型": "脱贫户", "监测对象类别": "", "劳动技能": "普通劳动力", "在校生状况": ""},
            attendance=(Fraction(self.days[n, month]), Fraction(22), "合格"),
            history=[],
            policies=[(date(2021, 1, 1), date(2026, 12, 31))],
        )

    def hand_in(self, count: int) -> None:
        for month in self.months(count):
            for name, rows in tables([self.person(n, month) for n in self.ids], index(month)).items():
                for row in rows:
                    if "银行账号" in row:
                        row["银行账号"] = self.account[int(row["岗位编号"].removeprefix("GW"))]
                write_csv(self.root / "inbox" / month_text(index(month)) / f"{name}.csv", rows)

    def due(self, who: str) -> int:
        """What is due of all approved months, by the files as they are."""
        n = next(n for n, number in self.ids.items() if number == who)
        return sum(half_up(Fraction(LINE[m.year]) * self.days[n, m] / 22) for m in self.approved)

    def flying(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for rows in self.on_its_way.values():
            for row in rows:
                found[row["身份证号码"]] += fen(row["金额"])
        return found

    def run(self, *words: object, expect: tuple[int, ...] = (0,)) -> Ran:
        ran = self.fupin(*words, "-w", self.root)
        assert ran.code in expect, (words, ran.out, ran.err)
        return ran

    def sent(self, *, again: bool) -> None:
        """Take up the bank's files that are new: beside what people have and are being sent, no more than is due of all months.

        What failed is sent again whole: debts are kept back from what is newly approved.
        """
        before = self.holds + self.flying()
        for path in sorted((self.root / "out").glob("*/*_2024*-*.csv")):
            batch = path.stem.partition("_")[2]
            if batch in self.seen or path.parent.name == "作废":
                continue
            lines = path.read_bytes().decode("gbk").splitlines()
            rows = [dict(zip(lines[0].split(","), line.split(","), strict=True)) for line in lines[1:-1]]
            assert all(fen(row["金额"]) > 0 for row in rows)
            self.seen.add(batch)
            self.on_its_way[batch] = rows
            self.month_of[batch] = date.fromisoformat(f"{path.parent.name}-01")
        for who, sum_ in (self.holds + self.flying()).items():
            owes = 0 if self.nets else self.down[who]
            most = before[who] + self.failed[who] if again else max(before[who], self.due(who) + owes)
            assert sum_ <= most, (who, sum_, before[who], most)
            if again:
                self.failed[who] -= sum_ - before[who]

    def answer(self, odds: float, *, fails: bool = True) -> None:
        """The bank answers some of its files, some of their rows."""
        for batch, rows in list(self.on_its_way.items()):
            if not rows or self.chance.random() > odds:
                continue
            told, later = [], []
            for row in rows:
                if fails and self.chance.random() < 0.1:
                    later.append(row)
                    continue
                result = self.chance.choices([PAID, THEIRS, OURS], [6, 2, 1])[0] if fails else PAID
                paid = result == PAID
                told.append(
                    {name: row.get(name, "") for name in ANSWER}
                    | {"处理结果": "成功" if paid else "失败", "失败原因": "" if paid else result}
                )
                (self.holds if paid else self.failed)[row["身份证号码"]] += fen(row["金额"])
            if not told:
                continue
            self.on_its_way[batch] = later
            self.answers += 1
            total = sum(Decimal(row["金额"]) for row in told)
            told.append({"批次号": f"合计{len(told)}笔", "金额": str(total)})
            month = month_text(index(self.month_of[batch]))
            write_csv(self.root / "inbox" / month / f"回盘{self.answers}_{batch}.csv", told, "gb18030")

    def send_again(self, odds: float) -> None:
        """Some accounts are mended; what failed is sent again."""
        for n in self.ids:
            if self.chance.random() < odds:
                self.account[n] = luhn(f"621700{self.answers:04d}{n:08d}")
        self.hand_in(len(self.approved))
        for month in self.approved:
            if self.chance.random() < odds:
                self.run("reconcile", month_text(index(month)), "--reissue", "--by", "乙", "-y", "-q", expect=(0, 1))
                self.sent(again=True)

    def approve(self, month: date) -> None:
        text = month_text(index(month))
        self.run("payroll", "-m", text, "--operator", "甲", "-q", expect=(0, 1))
        self.run("approve", text, "--by", "乙", "-y", "--document", "文1")
        self.approved.append(month)
        self.sent(again=False)

    def withdraw(self, month: date) -> None:
        """What nobody has answered yet can be taken back: the bank is told not to pay."""
        text = month_text(index(month))
        batch = next(b for b in sorted(self.on_its_way, reverse=True) if self.month_of[b] == month)
        self.run("withdraw", text, "--by", "乙", "-y", "--document", "文2")
        del self.on_its_way[batch]
        self.approved.remove(month)
        self.approve(month)

    def reconciled(self, *, expect: tuple[int, ...]) -> list[dict[str, Any]]:
        """All lines of all months."""
        first, last = (month_text(index(month)) for month in (self.approved[0], self.approved[-1]))
        words = ("reconcile", "--from", first, "--to", last, "--format", "json", "--unmask", "--no-workbook")
        found: list[dict[str, Any]] = self.run(*words, expect=expect).document["lines"]
        return found

    def pay_back(self, lines: list[dict[str, Any]]) -> None:
        """Who holds too much brings it back; the bureau writes it down as an answer of the bank."""
        for n, line in enumerate(lines):
            sums = {
                "批次号": line["batch"],
                "序号": "",
                "金额": line["difference"],
                "处理结果": "已追回",
                "失败原因": "",
            }
            who = {"姓名": line["name"], "账号": self.account[int(line["post"].removeprefix("GW"))]}
            row = sums | who | {"身份证号码": line["person"]}
            write_csv(self.root / "inbox" / line["month"] / f"追回{n}.csv", [row], "gb18030")

    def corrected(self, now: int) -> None:
        for _ in range(2):
            n, month = self.chance.choice(list(self.ids)), self.chance.choice(self.months(now))
            before = self.due(self.ids[n])
            self.days[n, month] = self.chance.choice([22, 11, 5, 20])
            self.down[self.ids[n]] += max(0, before - self.due(self.ids[n]))


@pytest.mark.parametrize("seed", range(20 if LONG else 1))
def test_everybody_holds_what_is_due(fupin: Callable[..., Ran], tmp_path: Path, seed: int) -> None:
    life = Life(fupin, tmp_path / "w", random.Random(seed), nets=seed % 3 != 1)  # noqa: S311 - made-up people, no secret
    life.root.mkdir()
    nets = '[corrections]\nrecoveries = "net"\n' if life.nets else ""
    (life.root / "fupin.toml").write_text(SETTINGS + nets, encoding="utf-8")
    for now, month in enumerate(life.months(MONTHS)):
        if now:
            life.corrected(now)
        life.hand_in(now + 1)
        life.approve(month)
        if life.chance.random() < 0.3:
            life.withdraw(month)
        life.answer(0.7)
        life.send_again(0.5)
        life.answer(0.3)
    for _ in range(3):
        life.answer(1, fails=False)
        life.send_again(1)
    assert not any(life.on_its_way.values())
    lines = life.reconciled(expect=(0, 1))
    told: Counter[str] = Counter()
    for line in lines:
        told[line["person"]] += fen(line["difference"])
    more = {who: life.holds[who] - life.due(who) for who in life.ids.values()}
    assert min(more.values()) >= 0
    assert {who: sum_ for who, sum_ in told.items() if sum_} == {who: sum_ for who, sum_ in more.items() if sum_}
    life.pay_back([line for line in lines if fen(line["difference"])])
    assert {line["difference"] for line in life.reconciled(expect=(0,))} == {"0.00"}
    for month in life.approved:
        life.run("close", month_text(index(month)), "--by", "丙", "-y")
    life.run("verify", "--all")

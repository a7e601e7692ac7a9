"""Months are drafted and approved one after the other while news comes late; what stands is what a second reckoning comes to.

Attendance is corrected and lost, people turn out to be dead or in prison, some have used nearly all of their 36 months, some
reach their pension. After each approval: every approved line is what is due of it now, or as it stood where it is only held;
nobody without the extension is paid for more than 36 months, whichever they are.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import LONG, Ran, write_csv
from tests.fuzz.edges import AREA, id_number, month_text, tables
from tests.fuzz.reckoned import Person, Reckoning, Row, Told, index, pension_date, plus_months

pytestmark = pytest.mark.usefixtures("books_planned")

PEOPLE, MONTHS, CAP = 30, 4, 36
STARTS = [date(2023, 11, 1), date(2024, 10, 1), date(2025, 2, 1)]
SETTINGS = {
    "proration": "attendance",
    "month_count": "paid_months",
    "after_pension": "refuse",
    "scheme": "resident",
    "age_max": 70,
    "insurance_gap": "warn",
}
TOML = f'[county]\nname = "示例县"\n[accident_insurance]\npremium = 100\n[checks]\nextra_area_codes = ["{AREA}"]\n'
Line = tuple[int, date]  # a person's number and a month


@dataclass
class County:
    """What is known so far of people (by number) and their months."""

    chance: random.Random
    first: date
    people: dict[int, Person] = field(default_factory=dict)
    days: dict[Line, int] = field(default_factory=dict)
    lost: set[Line] = field(default_factory=set)
    stands: dict[Line, int] = field(default_factory=dict)  # fen posted

    def __post_init__(self) -> None:
        """Make up the people: some have used nearly 36 months, some reach 60 in these months."""
        start = plus_months(self.first, -1)
        for number in range(1, PEOPLE + 1):
            young = number % 5 > 0
            birth = (
                date(1985, 3, 4) if young else plus_months(self.first, -720 + self.chance.randint(-1, 3)) + timedelta(3)
            )
            used = self.chance.choice([0, 0, 33, 34, 35, 36])
            before = [(index(self.first) - 1 - n, 50000, "") for n in range(used)]
            approved = plus_months(self.first, -used) if used else start
            rows = [Row(start, plus_months(start, 6) - timedelta(1), start, None, approved)]
            self.people[number] = Person(
                number=number,
                id=id_number(birth, 1, number),
                sex=1,
                birth=birth,
                scheme="",
                rows=rows,
                registry={"户类型": "脱贫户", "监测对象类别": "", "劳动技能": "普通劳动力", "在校生状况": ""},
                attendance=None,
                history=before,
                policies=[(date(2021, 1, 1), date(2026, 12, 31))],
            )
            for month in self.months(MONTHS):
                self.days[number, month] = self.chance.choice([22, 22, 22, 11, 20, 0])

    def months(self, count: int) -> list[date]:
        return [plus_months(self.first, n) for n in range(count)]

    def news(self, now: int) -> None:
        """What becomes known before the month with that number (0 is the first) is drafted."""
        past, numbers = self.months(now), list(self.people)
        for number in self.chance.sample(numbers, 6):
            self.days[number, self.chance.choice(past)] = self.chance.choice([22, 11, 5, 0, 20])
        for number in self.chance.sample(numbers, 2):
            when = self.chance.choice(self.months(now + 1)) + timedelta(self.chance.randint(-5, 20))
            self.people[number] = replace(self.people[number], dead=self.people[number].dead or when)
        (number,) = self.chance.sample(numbers, 1)
        since = self.chance.choice(self.months(now + 1)) + timedelta(self.chance.randint(0, 20))
        prison = self.people[number].prison or (since, since + timedelta(self.chance.randint(1, 50)))
        self.people[number] = replace(self.people[number], prison=prison)
        self.lost = {line for line in self.lost if self.chance.random() < 0.7}
        self.lost.add((self.chance.choice(numbers), self.chance.choice(past)))

    def of(self, month: date) -> list[Person]:
        """The people as a month's files have them."""
        return [
            replace(
                p, attendance=None if (n, month) in self.lost else (Fraction(self.days[n, month]), Fraction(22), "合格")
            )
            for n, p in self.people.items()
        ]

    def hand_in(self, root: Path, count: int) -> None:
        """Write the folders of so many months; lists and former payments lie in the inbox itself."""
        for month in self.months(count):
            for name, rows in tables(self.of(month), index(month)).items():
                shared = name in {"死亡人员", "服刑人员", "补贴发放台账"}
                write_csv(root / "inbox" / ("" if shared else month_text(index(month))) / f"{name}.csv", rows)

    def due(self, p: Person, month: date) -> Told:
        """What a line is now. Who was paid for the month keeps it, whatever came later; else everything paid counts."""
        paid = {m: fen for (n, m), fen in self.stands.items() if n == p.number and fen > 0}
        counts = [(index(m), fen, "") for m, fen in paid.items() if m < month or (m > month and month not in paid)]
        told = Reckoning(month, SETTINGS).line(replace(p, history=p.history + counts))
        assert told is not None
        return told

    def used_up(self, p: Person) -> int:
        """Months paid, former ones too; of whom the extension holds none counts."""
        approved = p.rows[0].approved
        then = pension_date("城乡居民", p.birth, approved)
        extended = plus_months(then, -60) < approved <= then
        mine = [fen for (n, _), fen in self.stands.items() if n == p.number and fen > 0]
        return 0 if extended else len(p.history) + len(mine)


def fen(yuan: str) -> int:
    return int(Decimal(yuan) * 100)


def posted(fupin: Callable[..., Ran], root: Path, months: list[date]) -> dict[Line, int]:
    """What the ledger has of each line, corrections counted."""
    found: dict[Line, int] = {}
    for month in months:
        shown = fupin("ledger", "show", "-w", root, "--month", month_text(index(month)), "--format", "json", "--unmask")
        for line in shown.document["lines"]:
            key = int(line["post_id"].removeprefix("GW")), month
            found[key] = found.get(key, 0) + fen(line["amount"])
    return found


def expected(county: County, line: Line, told: Told, *, own: bool) -> int:
    """What is to stand of a line."""
    stood = county.stands.get(line, 0)
    if own or told.status != "hold":
        return told.due or 0 if told.status == "pay" else 0
    return stood


@pytest.mark.long
@pytest.mark.parametrize("seed", range(20 if LONG else 1))
def test_what_stands_is_what_is_due(fupin: Callable[..., Ran], tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - made-up people, no secret
    county, root = County(chance, STARTS[seed % len(STARTS)]), tmp_path / "w"
    root.mkdir()
    (root / "fupin.toml").write_text(TOML, encoding="utf-8")
    for now, month in enumerate(county.months(MONTHS)):
        if now:
            county.news(now)
        county.hand_in(root, now + 1)
        told = {(p.number, m): county.due(p, m) for m in county.months(now + 1) for p in county.of(m)}
        text = month_text(index(month))
        assert fupin("payroll", "-w", root, "-m", text, "--operator", "甲", "-q").code in {0, 1}
        assert fupin("approve", text, "-w", root, "--by", "乙", "--yes", "--document", "文1").code == 0
        stands = posted(fupin, root, county.months(now + 1))
        wanted = {line: expected(county, line, t, own=line[1] == month) for line, t in told.items()}
        differ: dict[Line, Any] = {
            line: (sum_, stands.get(line, 0)) for line, sum_ in wanted.items() if stands.get(line, 0) != sum_
        }
        county.stands = stands
        # Of several months that are newly due at once the last ones wait for room.
        assert not {line: d for line, d in differ.items() if d[1] or county.used_up(county.people[line[0]]) < CAP}, (
            text,
            told,
        )
        assert max(county.used_up(p) for p in county.people.values() if len(p.history) <= CAP) <= CAP
    assert fupin("verify", "--all", "-w", root).code == 0

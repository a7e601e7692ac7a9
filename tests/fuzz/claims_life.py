"""A county in which subsidies are claimed again and again, mended, taken out and late, and what its ledger and bank say; for `test_claims_lived`."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from tests.conftest import LONG, write_csv
from tests.fuzz.claimant import EMPLOYER, SPANS, TRAINED, Claim, Claimant, Paid, begun, last_day
from tests.fuzz.claims_files import ORGANISATIONS, TABLES, claims_tables, credit_code
from tests.fuzz.edges import id_number, month_text
from tests.fuzz.reckoned import index, plus_months

PEOPLE, MONTHS = 24, 4 if LONG else 3


@dataclass
class Life:
    """What is known so far; claims by month and person, what the bank has answered."""

    chance: random.Random
    measure: str
    first: int
    county: dict[str, Any]
    people: dict[str, Claimant] = field(default_factory=dict)
    answers: dict[tuple[str, int], str] = field(default_factory=dict)  # batch and line: success or failure
    void: set[str] = field(default_factory=set)  # batches that were withdrawn

    def __post_init__(self) -> None:
        """Make up the people; some have nearly reached a cap."""
        for number in range(1, PEOPLE + 1):
            registry = {"户类型": "脱贫户", "监测对象类别": "", "劳动技能": "普通劳动力", "在校生状况": ""}
            sex, birth = self.chance.choice([1, 2]), date(1985, 3, 4)
            p = Claimant(number, id_number(birth, sex, number), sex, birth, registry, exported=True)
            if self.measure in ORGANISATIONS:
                p.id, p.registry, p.exported = credit_code(number), None, False
                p.workshop = (date(2021, 1, 1), None, 40)
            used = {"on_the_job_training": [0, 4, 5], "transport": [0], "unemployment_aid": [0]}
            used |= {EMPLOYER[0]: [0, 0, 33, 34, 35], "flexible_social_insurance": [0, 0, 33, 34, 35]}
            count = self.chance.choice(used.get(self.measure, [0]))
            measures = EMPLOYER if self.measure in EMPLOYER else (self.measure,)
            p.paid = [Paid(m, self.first - 1 - n, 10000) for n in range(count) for m in measures]
            self.people[p.id] = p

    def months(self, count: int) -> list[int]:
        return [self.first + n for n in range(count)]

    def claim(self, p: Claimant, month: int) -> Claim:
        """Something to claim in a month; often what was claimed before."""
        measures = {"training_living": TRAINED, EMPLOYER[0]: EMPLOYER}.get(self.measure, (self.measure,))
        cells: dict[str, Any] = getattr(self, f"_{self.measure}")(p, month)
        return Claim(measures, month, cells)

    def _transport(self, _: Claimant, month: int) -> dict[str, Any]:
        cells = {"省": "广东省", "市": "深圳市", "县": "南山区", "交通方式": "铁路", "组织": True}
        leaves = last_day(month).replace(day=self.chance.choice([1, 4, 10]))
        return cells | {"出发日期": leaves, "票面": self.chance.choice([8000, 9000, 30001])}

    def _rain_dew(self, _: Claimant, __: int) -> dict[str, Any]:
        return {
            "层次": self.chance.choice(["中职", "高职"]),
            "学期": self.chance.choice(["2023秋", "2024春", "2024秋"]),
        }

    def _labour_export_service(self, _: Claimant, __: int) -> dict[str, Any]:
        start = self.chance.choice([date(2022, 3, 1), date(2022, 3, 1), date(2023, 3, 1)])
        end = plus_months(start, 12) - timedelta(1)
        cells = {"始": start, "止": end, "许可起": date(2019, 1, 1), "许可止": date(2026, 12, 31), "县": "西岗区"}
        cells |= {"参保地": "示例县", "参保起": index(start), "参保止": None}
        return cells | {"跟踪起": start, "跟踪止": end, "次数": 9}

    def _startup_interest(self, _: Claimant, __: int) -> dict[str, Any]:
        start = plus_months(date(2024, 1, 1), self.chance.choice([0, 3, 6]))
        end = plus_months(start, self.chance.choice([3, 3, 6, 12]))
        return {"本金": 5000000, "利率": Fraction("4.35") / 100, "起": start, "止": end, "用途": "养殖"}

    def _startup_venue(self, _: Claimant, month: int) -> dict[str, Any]:
        months = self.chance.choice([1, 2, 3])
        start = plus_months(last_day(month).replace(day=1), -self.chance.choice([0, 1, 2, 3]))
        return {"起": start, "止": plus_months(start, months) - timedelta(1), "租金": 60000 * months}

    def _incubator(self, _: Claimant, month: int) -> dict[str, Any]:
        start = plus_months(last_day(month).replace(day=1), -self.chance.choice([0, 1, 2]))
        return {"起": start, "止": last_day(month), "支出": self.chance.choice([3000000, 6000000])}

    def _base_reward(self, _: Claimant, __: int) -> dict[str, Any]:
        return {"人数": self.chance.choice([12, 35])}

    def _on_the_job_training(self, _: Claimant, __: int) -> dict[str, Any]:
        days = Fraction(self.chance.choice([11, 20, 22]))
        return {"单位": "某厂", "实际": days, "应训": Fraction(22), "享受过": False}

    def _employer_social_insurance(self, p: Claimant, month: int) -> dict[str, Any]:
        first = last_day(month).replace(day=1)
        cells = {
            "类型": "企业",
            "核定": plus_months(first, -40),
            "合同始": plus_months(first, -3),
            "合同止": last_day(month),
        }
        cells |= {"养老": self.chance.choice([60000, 70000]), "医疗": 30000, "失业": 2000, "他处": 0}
        return cells | {"参保类型": "" if p.sex == 1 else "职工女干部"}

    def _flexible_social_insurance(self, _: Claimant, month: int) -> dict[str, Any]:
        approved = plus_months(last_day(month).replace(day=1), -40)
        return {"核定": approved, "养老": self.chance.choice([70000, 50000]), "医疗": 30000}

    def _unemployment_aid(self, _: Claimant, month: int) -> dict[str, Any]:
        ended = plus_months(last_day(month).replace(day=1), -1) - timedelta(1)
        return {"期满": ended, "参保": month - 40, "原因": ""}

    def _training_living(self, p: Claimant, month: int) -> dict[str, Any]:
        """One of a person's classes, the same whenever it is claimed; those of one month do not overlap."""
        held = month - self.chance.choice([0, 0, 1])
        nth = self.chance.choice([0, 1])
        start = last_day(held).replace(day=1 + 14 * nth)
        days = Fraction(5 + (p.number + held + nth) % 4)
        cells = {"班次": f"C{held}{nth}", "工种": "家政", "开班": start, "结业": start + timedelta(9), "应到": days}
        return cells | {"实到": days - (p.number % 2), "收费": False}

    def hand_in(self, month: int) -> None:
        """Claims of a month, some twice."""
        for p in self.people.values():
            for _ in range(self.chance.choice([0, 1, 1, 1, 2]) if p.number > 1 else 1):
                p.claims.append(self.claim(p, month))

    def news(self, month: int) -> None:
        """What becomes known of earlier months: other sums, rows taken out, rows that come late, deaths."""
        past = [(p, c) for p in self.people.values() for c in p.claims if c.month < month and p.number > 1]
        for p, claim in self.chance.sample(past, min(5, len(past))):
            if self.chance.random() < 0.3:
                p.claims.remove(claim)
            else:
                p.claims[p.claims.index(claim)] = Claim(claim.measures, claim.month, self._mended(claim.cells))
        for p in self.chance.sample(list(self.people.values()), 2):
            p.claims.append(self.claim(p, self.chance.randrange(self.first, month)))
        # A loan or rent that is held for a death takes its days from another claim of them: a person decides both.
        if self.measure not in {*ORGANISATIONS, *SPANS}:
            p = self.chance.choice(list(self.people.values()))
            when = last_day(self.chance.randrange(self.first, month + 1)) - timedelta(self.chance.randint(0, 20))
            self.people[p.id] = replace(p, dead=p.dead or when)

    def _mended(self, c: dict[str, Any]) -> dict[str, Any]:
        if "租金" in c:
            return c | {"租金": self.chance.choice([c["租金"], 50000, None])}
        for cell in ("票面", "养老", "支出"):
            if cell in c:
                return c | {cell: self.chance.choice([c[cell] or 8000, (c[cell] or 8000) + 1500, 5000, None])}
        if "实到" in c:
            return c | {"实到": self.chance.choice([c["应到"], c["应到"] - 2, None])}
        return c | {"参保起": None} if "参保起" in c else c

    def write(self, root: Path, count: int) -> None:
        """Write the folders of so many months; what was paid before and who died stands in the inbox itself."""
        for month in self.months(count):
            for name, rows in claims_tables(list(self.people.values()), month).items():
                if name in {"死亡人员", "服刑人员", "补贴发放台账"}:
                    write_csv(root / "inbox" / f"{name}.csv", rows)
                elif name in TABLES.values():  # a township hands its file in apart
                    for half in (0, 1):
                        mine = rows[half::2]
                        if mine:
                            write_csv(root / "inbox" / month_text(month) / f"{name}_{half}.csv", mine)
                else:
                    write_csv(root / "inbox" / month_text(month) / f"{name}.csv", rows)

    def about(self, measure: str, ref: str) -> list[Any]:
        """What a ledger line was for."""
        if measure == "startup_interest":
            days = ref.removeprefix("贷款贴息").split("本金")[0].split("至")
            return [tuple(date.fromisoformat(x) for x in days)]
        if measure == "startup_venue":
            start, end = (date.fromisoformat(x) for x in ref.removeprefix("场地补贴").split("至"))
            return [index(start) + n for n in range(begun(start, end))]
        if measure == "incubator":
            return [date.fromisoformat(ref.removeprefix("孵化平台"))]
        return [date.fromisoformat(ref)] if measure == "labour_export_service" else [ref]


def fen(yuan: str) -> int:
    return int(Decimal(yuan) * 100)


@dataclass
class Ledger:
    """What stands, by measure, person, month and reference; which of it the bank sent back."""

    lines: list[dict[str, Any]]
    answers: dict[tuple[str, int], str]
    void: set[str]

    def stands(self) -> dict[Any, int]:
        found: dict[Any, int] = defaultdict(int)
        for x in self.lines:
            if x["kind"] not in {"reissue", "netted"}:
                found[x["measure"], x["person"], x["month"], x["post_id"]] += fen(x["amount"])
        return found

    def out(self) -> dict[Any, int]:
        """What the bank has paid, or has not said yet that it did not."""
        found: dict[Any, int] = defaultdict(int)
        for x in self.lines:
            sent = x["kind"] in {"line", "back_pay", "reissue"} and fen(x["amount"]) > 0
            if sent and x["batch"] not in self.void and self.answers.get((x["batch"], x["line_no"])) != "失败":
                found[x["measure"], x["person"], x["month"], x["post_id"]] += fen(x["amount"])
        return found


def parse(month: str) -> int:
    year, number = month.split("-")
    return int(year) * 12 + int(number) - 1

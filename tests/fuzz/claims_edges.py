"""Made-up claimants of every subsidy beside the post, at the edges of rules."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from tests.fuzz.claimant import EMPLOYER, TRAINED, Claim, Claimant, Paid, last_day
from tests.fuzz.claims_files import COUNTY_NAME, ORGANISATIONS, credit_code
from tests.fuzz.edges import id_number
from tests.fuzz.reckoned import index, pension_date, plus_months


@dataclass
class ClaimEdges:
    """Claimants around one month, from one source of chance."""

    chance: random.Random
    month: int
    set: dict[str, Any]

    def __post_init__(self) -> None:
        """Find out the month's ends."""
        self.last = last_day(self.month)
        self.first = self.last.replace(day=1)

    def near(self, low: int, high: int) -> date:
        return self.first + timedelta(self.chance.randint(low, high))

    def maybe(self, odds: float, make: Callable[[], Any] | Any, other: Any = None) -> Any:
        """With so much chance the one, else the other."""
        value = make if self.chance.random() < odds else other
        return value() if callable(value) else value

    def pick(self, *values: Any) -> Any:
        return self.chance.choice(values)

    def person(self, number: int, measure: str) -> Claimant:
        sex = self.pick(1, 2)
        birth = self.maybe(0.1, lambda: plus_months(self.near(-5, 40), -16 * 12), date(1985, 3, 4))
        p = Claimant(number, id_number(birth, sex, number), sex, birth, self.maybe(0.97, self.registry))
        if measure in ORGANISATIONS:
            p.id, p.registry, p.birth = credit_code(number), None, date(1985, 3, 4)
        p.dead = self.maybe(0.06, lambda: self.near(-40, 33))
        p.prison = self.maybe(0.05, lambda: (self.near(-40, 33), self.maybe(0.5, lambda: self.near(33, 60))))
        if measure in ORGANISATIONS:
            p.dead = p.prison = None
        getattr(self, f"_{measure}")(p)
        return p

    def registry(self) -> dict[str, str]:
        return {
            "户类型": self.pick(*["脱贫户"] * 14, "普通农户"),
            "监测对象类别": self.pick("", "", "", "", "边缘易致贫户"),
            "劳动技能": self.pick(*["普通劳动力"] * 14, "弱劳动力或半劳动力", "丧失劳动力", "无劳动力"),
            "在校生状况": self.pick(*[""] * 20, "中职二年级", "普通高中一年级"),
        }

    def claim(self, p: Claimant, measures: tuple[str, ...], **cells: Any) -> None:
        p.claims.append(Claim(measures, self.month, cells))

    def before(self, p: Claimant, measure: str, count: int, about: Any = "") -> None:
        """So many months paid up to the last one."""
        p.paid += [Paid(measure, self.month - 1 - n, 10000, about) for n in range(count)]

    def _transport(self, p: Claimant) -> None:
        place = self.pick(
            ("辽宁省", "大连市", "西岗区"),
            ("辽宁", "沈阳市", "和平区"),
            ("北京市", "北京市", "朝阳区"),
            ("吉林省", "长春市", "朝阳区"),
            ("广东省", "深圳市", "南山区"),
            ("辽宁省", "朝阳市", "建平县"),
            ("辽宁省", "北票市", ""),
            ("辽宁省", None, ""),
        )
        leaves = self.maybe(0.95, lambda: self.pick(self.near(-40, 33), self.near(0, 20), date(2021, 9, 25)))
        for _ in range(self.pick(1, 1, 1, 2)):
            self.claim(
                p,
                ("transport",),
                省=place[0],
                市=place[1],
                县=place[2],
                交通方式=self.pick("铁路", "公路", "航运", "铁路", "公路", "铁路", "飞机", "铁路、飞机", "其他", None),
                出发日期=leaves,
                票面=self.maybe(0.95, lambda: self.pick(8000, 10000, 10001, 30000, 30001, 55050)),
                组织=self.pick(*[True] * 10, False, None),
            )
        near = self.pick(-32, -31, 0, 31, 32)
        p.works = leaves and self.maybe(0.8, lambda: leaves + timedelta(near))
        p.exported = p.works is None and self.chance.random() < 0.7
        if self.chance.random() < 0.25:
            p.paid.append(Paid("transport", self.month - self.pick(1, 12, 23, 24, 25), 8000))

    def _rain_dew(self, p: Claimant) -> None:
        if p.registry:
            p.registry["在校生状况"] = self.pick(
                "", "", "中职二年级", "高职高专一年级", "技师学院二年级", "普通高中一年级"
            )
        year = self.month // 12
        for term in self.chance.sample([f"{year}春", f"{year - 1}秋", f"{year - 1}春"], self.pick(1, 1, 2)):
            spelled = self.maybe(0.95, term)
            self.claim(
                p, ("rain_dew",), 层次=self.pick("中职", "高职", "技工院校", "中职", "普通高中", None), 学期=spelled
            )
        if self.chance.random() < 0.3:
            p.paid.append(
                Paid("rain_dew", self.month - self.pick(1, 7), 150000, self.pick(f"{year}春", f"{year - 1}秋"))
            )

    def _training_living(self, p: Claimant) -> None:
        end = self.pick(self.near(0, self.last.day - 1), self.last, self.first)
        scheduled = Fraction(self.pick(1, 5, 10, 10, 15))
        start = end - timedelta(int(scheduled) + self.pick(-1, 3))
        wrong = self.pick(*[0] * 12, 1, 2)
        for _ in range(self.pick(1, 1, 1, 2)):
            attended = self.pick(
                scheduled, scheduled, scheduled - 1, scheduled - Fraction(1, 2), scheduled + Fraction(1, 2)
            )
            self.claim(
                p,
                TRAINED,
                班次="C1",
                工种=self.pick("家政", "电工", "育婴"),
                开班=start if wrong != 1 else None,
                结业=end,
                应到=scheduled,
                实到=max(Fraction(0), attended) if wrong != 2 else None,
                收费=self.pick(*[False] * 8, True, None),
            )
        if self.chance.random() < 0.2:
            p.paid.append(Paid(self.pick(*TRAINED), self.month - 1, 10000, self.pick("C1", "C0")))
        p.post = self.pick("", "", "", "full", "part", "none")

    def _on_the_job_training(self, p: Claimant) -> None:
        self.claim(
            p,
            ("on_the_job_training",),
            单位="某厂",
            实际=self.pick(*[Fraction(n) for n in (1, 11, 22, 25, 30, 31, 0)], Fraction(21, 2), Fraction(63, 2), None),
            应训=self.pick(Fraction(22), Fraction(20), None),
            享受过=self.pick(*[False] * 8, True),
        )
        self.before(p, "on_the_job_training", self.pick(0, 0, 5, 6))
        p.insured = (self.pick("某厂", "某厂", "他厂"), (self.month - 8, self.pick(None, self.month - 1, self.month)))

    def _insured(self, p: Claimant, scheme: str, approved: date | None = None) -> tuple[date, int]:
        """First approval and months used: around 36, the pension, and five years before it."""
        base = {"职工男": 60, "职工女干部": 55, "职工女工人": 50}[scheme]
        p.birth = self.pick(
            date(1985, 3, 4), plus_months(self.near(-3, 33), -12 * base), plus_months(self.near(0, 20), -12 * base + 24)
        )
        p.id = id_number(p.birth, p.sex, p.number)
        used = self.pick(0, 0, 1, 35, 36, 37)
        pension = pension_date(scheme, p.birth, date(2024, 1, 1))
        early = plus_months(pension, -60) + timedelta(self.pick(-1, 0, 1))
        approved = self.pick(early, plus_months(self.first, -used), plus_months(self.first, -used))
        return min(approved, self.last), used

    def _employer_social_insurance(self, p: Claimant) -> None:
        scheme = "职工男" if p.sex == 1 else self.pick("职工女干部", "职工女工人")
        approved, used = self._insured(p, scheme)
        kind = self.pick("企业", "企业", "合作社", "就业帮扶车间", None)
        if kind == "就业帮扶车间":
            p.workshop = self.maybe(0.9, lambda: (self.near(-400, 33), self.maybe(0.4, lambda: self.near(-3, 33)), 30))
        elsewhere = self.pick(0, 0, 0, 1)
        for _ in range(self.pick(1, 1, 1, 2 if kind == "企业" else 1)):
            start = self.pick(self.near(-300, 0), self.near(28, 33), None)
            self.claim(
                p,
                EMPLOYER,
                类型=kind,
                核定=approved,
                合同始=start,
                合同止=self.pick(self.near(-2, 2), self.near(40, 400), self.near(40, 400)),
                养老=self.pick(60010, 60010, 60010, 70000, 0, None),
                医疗=self.pick(30000, 30000, 0, None),
                失业=2000,
                他处=elsewhere,
                参保类型=scheme if p.sex == 2 else "",
            )
        for measure in self.chance.sample(EMPLOYER, self.pick(1, 2)):
            self.before(p, measure, used)
        if self.chance.random() < 0.05:
            p.paid.append(Paid(self.pick(*EMPLOYER), self.month, 10000))
        p.post = self.pick(*[""] * 8, "full", "none", "left")

    def _flexible_social_insurance(self, p: Claimant) -> None:
        scheme = "职工男" if p.sex == 1 else "职工女干部"
        approved, used = self._insured(p, scheme)
        self.claim(
            p,
            ("flexible_social_insurance",),
            核定=approved,
            养老=self.pick(70000, 70001, 70002, 0, None),
            医疗=self.pick(30001, 30000, 0, None),
        )
        self.before(p, "flexible_social_insurance", used)
        p.insured = self.maybe(0.2, lambda: ("某厂", (self.month - 5, self.pick(None, self.month - 1, self.month))))
        p.post = self.pick(*[""] * 8, "full", "part", "none", "left")
        if self.chance.random() < 0.15:
            start, end = self.near(-300, 0), self.near(-2, 400)
            cells = {"类型": "企业", "核定": approved, "合同始": start, "合同止": end, "养老": self.pick(60000, 0)}
            cells |= {"医疗": 0, "失业": 0, "他处": 0, "参保类型": scheme if p.sex == 2 else ""}
            self.claim(p, EMPLOYER, **cells)

    def _unemployment_aid(self, p: Claimant) -> None:
        reason = self.pick("", "缴费不满一年")
        self.claim(
            p,
            ("unemployment_aid",),
            期满=self.pick(self.first, self.first - timedelta(1), self.near(-90, -2), self.last)
            if not reason
            else None,
            参保=self.pick(*[self.month - 30] * 5, None),
            原因=reason,
        )
        p.works = self.maybe(0.15, lambda: self.near(-60, 40))
        p.insured = self.maybe(0.15, lambda: ("某厂", (self.month - 5, self.pick(None, self.month - 1, self.month))))
        p.post = self.pick(*[""] * 8, "full", "part", "none", "left")
        if self.chance.random() < 0.1:
            p.paid.append(Paid("unemployment_aid", self.month - self.pick(0, 1), 10000))

    def _labour_export_service(self, p: Claimant) -> None:
        start = plus_months(self.near(-90, 20), -12)
        end = plus_months(start, 12) - timedelta(self.pick(1, 1, 1, 1, 2, -20))
        since = self.pick(start, start, start + timedelta(3), start - timedelta(1))
        p.exported = True
        for _ in range(self.pick(1, 1, 1, 2)):
            self.claim(
                p,
                ("labour_export_service",),
                始=self.maybe(0.95, lambda: start),
                止=end,
                许可起=self.pick(*[date(2019, 1, 1)] * 6, start, start + timedelta(1), None),
                许可止=self.pick(*[date(2026, 12, 31)] * 6, start, start - timedelta(1), None),
                县=self.pick(*["西岗区"] * 8, COUNTY_NAME),
                参保地=self.pick(*[COUNTY_NAME] * 8, "朝阳市", "沈阳市和平区", None),
                参保起=self.pick(*[index(start)] * 5, index(start) + 3, index(start) + 4, None),
                参保止=self.pick(None, None, index(end), index(end) - 1),
                跟踪起=since,
                跟踪止=self.pick(
                    *[plus_months(since, 12) - timedelta(1)] * 5, self.last, self.last + timedelta(1), None
                ),
                次数=self.pick(12, 12, 0, None),
            )
        if self.chance.random() < 0.2:
            about = self.pick(start, plus_months(start, -12))
            p.paid.append(Paid("labour_export_service", self.month - 1, 20000, about))

    def _accident_insurance(self, p: Claimant) -> None:
        p.post = self.pick("full", "full", "part", "none", "left", "")
        start = self.near(0, self.last.day - 1)
        for _ in range(self.pick(1, 1, 1, 2)):
            end = plus_months(start, self.pick(1, 6, 12, 12, 24)) - timedelta(self.pick(1, 1, 0))
            self.claim(
                p, ("accident_insurance",), 保单="B1", 起=start, 止=end, 保费=self.pick(9000, 10000, 12000, 25000, None)
            )

    def _startup_interest(self, p: Claimant) -> None:
        start = plus_months(self.near(-40, 20), -12 * self.pick(0, 1, 2, 3))
        year = plus_months(start, 12)
        before = self.pick(None, None, (start, year), (plus_months(start, -12), start))
        cells = {"本金": self.pick(5000000, 10000000, 15000000, None), "利率": Fraction("4.35") / 100}
        end = self.pick(year, year, year - timedelta(1), plus_months(start, 24), plus_months(start, 30))
        use = self.pick("养殖", "养殖", "农家乐", "购房", "非农经营", "")
        self.claim(p, ("startup_interest",), **cells, 起=start, 止=end, 用途=use)
        if before and cells["本金"]:
            p.paid.append(Paid("startup_interest", self.month - 1, 10000, before))

    def _startup_venue(self, p: Claimant) -> None:
        start = plus_months(self.first, -self.pick(0, 4, 11, 12, 13, 23))
        end = last_day(self.month - self.pick(-2, -1, 0, 0, 0, 1))
        cells = {"起": start, "止": max(end, last_day(index(start))), "租金": self.pick(200000, 333300, 1000001, None)}
        self.claim(p, ("startup_venue",), **cells)

    def _incubator(self, p: Claimant) -> None:
        start = date(self.month // 12, 1, 1)
        self.claim(p, ("incubator",), 起=start, 止=self.last, 支出=self.pick(10000000, 15000000, 15000300, None))
        if self.chance.random() < 0.3:
            about = self.pick(start, date(self.month // 12, 2, 1), date(self.month // 12 - 1, 1, 1))
            p.paid.append(Paid("incubator", about.year * 12 + about.month, self.pick(1000000, 5000000), about))

    def _base_reward(self, p: Claimant) -> None:
        people = self.pick(9, 10, 29, 30, 31, None)
        employed = (people or 10) + self.pick(0, 0, 3, -1)
        p.workshop = self.maybe(0.9, lambda: (self.pick(self.near(-400, -1), self.last + timedelta(1)), None, employed))
        for _ in range(self.pick(1, 1, 2)):
            self.claim(p, ("base_reward",), 人数=people)
        if self.chance.random() < 0.2:
            p.paid.append(Paid("base_reward", self.month - 20, 500000))

"""Made-up people who stand at the edges of rules, and the files in which a county says so."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

from tests.conftest import write_csv
from tests.fuzz.reckoned import EMPLOYEES, LINE, Months, Person, Row, Span, half_up, index, pension_date, plus_months
from tests.sample.county import luhn

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
AREA = "211390"  # never assigned


def id_number(birth: date, sex: int, number: int) -> str:
    body = f"{AREA}{birth:%Y%m%d}{number % 500 * 2 + sex % 2:03d}"
    return body + "10X98765432"[sum(int(c) * w for c, w in zip(body, WEIGHTS, strict=True)) % 11]


@dataclass
class Edges:
    """People around one month, from one source of chance."""

    chance: random.Random
    first: date
    last: date
    settings: dict[str, Any]

    def one(self, *choices: tuple[float, Any]) -> Any:
        """One of the values, by weight; of a function its result."""
        value = self.chance.choices([v for _, v in choices], [weight for weight, _ in choices])[0]
        return value() if callable(value) else value

    def near(self, low: int, high: int) -> date:
        """Some day, so many days from the month's first."""
        return self.first + timedelta(self.chance.randint(low, high))

    def seldom(self, make: Callable[[], Any], odds: float = 25) -> Any:
        return self.one((odds, None), (1, make))

    def span(self) -> Span:
        start, end = self.near(-40, 33), self.one((1, None), (1, lambda: self.near(-5, 70)))
        return start, None if end is None else max(start, end)

    def months(self) -> Months:
        now = index(self.first)
        since, ended = (now + self.chance.randint(-3, 1), None), (now - 5, now - self.chance.randint(-1, 1))
        return self.chance.choice([since, ended])

    def birth(self, scheme: str) -> date:
        """At 16, at the upper age, at the pension of the scheme, or nowhere near."""

        def years(*ages: int) -> date:
            return plus_months(self.near(-40, 40), -12 * self.chance.choice(ages))

        found: date = self.one(
            (6, lambda: date(self.chance.randint(1970, 1995), self.chance.randint(1, 12), self.chance.randint(1, 28))),
            (1, lambda: years(16)),
            (1, lambda: years(self.settings["age_max"])),
            (2, lambda: years(60)),
            (2, lambda: years(EMPLOYEES.get(scheme, (60,))[0])),
            (2, lambda: plus_months(years(50, 55, 60), -self.chance.randint(0, 36))),
        )
        return found

    def approved(self, birth: date, scheme: str, start: date) -> date:
        """Long ago, with the contract, or around five years before the pension."""
        pension = pension_date(scheme, birth, self.chance.choice([date(2024, 1, 1), self.last]))
        five_years = plus_months(pension, -60) + timedelta(self.chance.randint(-2, 2))
        long_ago = date(2021, 10, 1) + timedelta(self.chance.randint(0, 300))
        found: date = self.one((3, long_ago), (2, max(five_years, date(2016, 1, 1))), (2, start))
        return min(found, self.last)

    def rows(self, birth: date, scheme: str) -> list[Row]:
        """One contract, or two one after the other; six months, a day more, or the wrong way round."""
        start = self.one(
            (5, lambda: self.near(-150, -1)), (2, lambda: self.near(0, 27)), (1, lambda: self.near(-240, -150))
        )
        latest = plus_months(start, 6) - timedelta(1)
        shorter = latest - timedelta(self.chance.randint(1, 60))
        end = self.one((6, latest), (1, latest + timedelta(1)), (1, shorter), (0.2, start - timedelta(1)))
        on = self.one(
            (5, start), (2, lambda: start + timedelta(self.chance.randint(1, 40))), (1, lambda: self.near(-1, 30))
        )
        off = self.one((6, None), (1, lambda: self.near(-2, 33)), (1, end))
        approved = self.approved(birth, scheme, start)
        rows = [Row(start, end, on, None if off is None else max(on, off), approved)]
        if end > start and self.chance.random() < 0.25:
            renewed = end + timedelta(self.chance.choice([1, 1, 1, 5, 10]))
            rows.append(Row(renewed, plus_months(renewed, 6) - timedelta(1), renewed, None, approved))
        return rows

    def attended(self) -> tuple[Fraction, Fraction | None, str]:
        days = Fraction(self.chance.choice([0, 1, 5, 10, 13, 20, 21, 22, 22, 22, 23, 25, 31, 32]))
        part = self.chance.choice([Fraction(0)] * 3 + [Fraction(1, 2), Fraction(1, 4)])
        required = self.one((19, lambda: Fraction(self.chance.choice([20, 21, 22, 22, 22, 23, 26, 30, 0]))), (1, None))
        return days + part, required, self.chance.choice(["合格"] * 8 + ["", "不合格", "不称职"])

    def history(self) -> list[tuple[int, int, str]]:
        """Months paid before, around the cap; some twice, some in part, some failed, this month itself, a later one."""
        now = index(self.first)
        count = self.chance.choice([0, 0, 1, 10, 20, 33, 34, 35, 36, 37])
        before = now - self.chance.randint(1, 3)
        some = [before - n for n in range(count)]
        if self.chance.random() < 0.3:
            some = self.chance.sample(range(before - 50, before), count)
        paid = [
            (m, self._fen(m), self.one((8, ""), (3, "成功"), (0.4, "失败"), (0.4, "已追回")))
            for m in some
            if m // 12 in LINE
        ]
        if paid and self.chance.random() < 0.1:
            paid.append((paid[0][0], 100, ""))
        odd = [month for month in (now, now + 1) if self.chance.random() < 0.04 and month // 12 in LINE]
        return paid + [(month, 100, self.chance.choice(["成功", "失败", ""])) for month in odd]

    def _fen(self, month: int) -> int:
        whole = half_up(Fraction(LINE[month // 12]))
        return int(self.one((8, whole), (1, lambda: self.chance.randint(1, whole)), (0.5, 0)))

    def person(self, number: int) -> Person:
        sex = self.chance.choice([1, 2])
        of_sex = "职工男" if sex == 1 else self.chance.choice(["职工女干部", "职工女工人"])
        scheme = self.one((6, ""), (2, "城乡居民"), (2, of_sex))
        if self.settings["scheme"] == "employee" and sex == 2 and not scheme:
            scheme = of_sex  # else nobody knows which
        counts = scheme or ("城乡居民" if self.settings["scheme"] == "resident" else "职工男")
        birth = self.birth(counts)
        whole_year = [(date(self.first.year, 1, 1), date(self.first.year, 12, 31))]
        later = lambda: [(self.near(-30, 33), self.near(33, 130))]  # noqa: E731
        ended = lambda: [(self.near(-300, -200), self.near(-3, 33))]  # noqa: E731
        registry = lambda: {  # noqa: E731
            "户类型": self.chance.choice(["脱贫户"] * 8 + ["普通农户"]),
            "监测对象类别": self.one((6, ""), (1, "脱贫不稳定户"), (1, "突发严重困难户")),
            "劳动技能": self.one((20, "普通劳动力"), (3, "弱劳动力或半劳动力"), (0.5, "丧失劳动力"), (0.5, "无劳动力")),
            "在校生状况": self.one((30, ""), (1, "中职二年级")),
        }
        return Person(
            number=number,
            id=id_number(birth, sex, number),
            sex=sex,
            birth=birth,
            scheme=scheme,
            rows=self.rows(birth, counts),
            registry=self.one((1, None), (30, registry)),
            attendance=self.one((9, self.attended), (1, None)),
            history=self.history(),
            policies=self.one((8, whole_year), (1, []), (1, later), (1, ended)),
            fund=self.one(
                (25, "就业补助资金"), (1, "就业资金"), (1, "就业专项资金"), (0.7, ""), (0.7, "光伏收益"), (0.4, "林草")
            ),
            post_days=Fraction(self.chance.choice([22, 22, 20, 0])),
            grandfathered=self.chance.random() < 0.1,
            dead=self.seldom(lambda: self.near(-2, 33), 12),
            prison=self.seldom(self.span),
            public_payroll=self.seldom(self.months),
            insured=self.seldom(self.months),
            pension_from=self.seldom(lambda: index(self.first) + self.chance.randint(-2, 1)),
            business=self.seldom(self.span),
            away=self.seldom(self.span),
            other_post=self.seldom(self.span),
        )


def month_text(month: int | None) -> str:
    return "" if month is None else f"{month // 12}-{month % 12 + 1:02d}"


def number_text(value: Fraction | None) -> str:
    return "" if value is None else f"{float(value):g}"


def _of_lists(p: Person) -> dict[str, Any]:
    """A row of each list on which the person stands."""
    who = {"身份证号码": p.id}
    months = {"财政供养人员": ("某校", p.public_payroll), "职工社保参保": ("某厂", p.insured)}
    return {
        "死亡人员": p.dead and who | {"死亡日期": p.dead},
        "服刑人员": p.prison and who | {"起始日期": p.prison[0], "截止日期": p.prison[1] or ""},
        "职工养老待遇领取": None if p.pension_from is None else who | {"起始月份": month_text(p.pension_from)},
        "市场主体": p.business and who | {"名称": "某店", "成立日期": p.business[0], "注销日期": p.business[1] or ""},
        "他部门公益岗": p.other_post
        and who | {"部门": "林草局", "起始日期": p.other_post[0], "截止日期": p.other_post[1] or ""},
        **{
            table: m and who | {"单位": unit, "起始月份": month_text(m[0]), "截止月份": month_text(m[1])}
            for table, (unit, m) in months.items()
        },
    }


def _of_post(p: Person, month: int, who: dict[str, Any], area: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The post, its roster, attendance, insurance and history."""
    post = {"岗位编号": f"GW{p.number}"}
    basis = "辽人社发〔2019〕16号" if p.grandfathered else ""
    return {
        "公益性岗位台账": [
            post
            | area
            | {"岗位名称": "保洁员", "岗位类型": "保洁", "主管部门": "镇政府"}
            | {"资金来源": p.fund, "核定人数": 2, "规定出勤天数": number_text(p.post_days)}
        ],
        "在岗人员花名册": [
            who
            | area
            | post
            | {"首次核定日期": r.approved, "合同开始日期": r.start, "合同结束日期": r.end}
            | {"上岗日期": r.on, "离岗日期": r.off or "", "参保类型": p.scheme, "享受依据": basis}
            | {"银行账号": luhn(f"621799{p.number:012d}")}
            for r in p.rows
        ],
        "出勤汇总表": [
            who
            | post
            | {"年月": month_text(month), "规定出勤天数": number_text(required)}
            | {"本月累计出勤天数": number_text(worked), "考核结果": appraisal}
            for worked, required, appraisal in ([p.attendance] if p.attendance else [])
        ],
        "意外险名单": [who | {"保单号": f"B{p.number}", "起保日期": a, "终保日期": max(a, b)} for a, b in p.policies],
        "补贴发放台账": [
            who
            | post
            | {"补贴类型": "岗位补贴", "补贴月份": month_text(m), "金额": f"{fen // 100}.{fen % 100:02d}"}
            | {"批次号": f"B{n}", "发放状态": status}
            for n, (m, fen, status) in enumerate(p.history)
        ],
    }


def tables(people: list[Person], month: int) -> dict[str, list[dict[str, Any]]]:
    """All files of the county, by name; a list on which nobody stands is not handed in."""
    found: dict[str, list[dict[str, Any]]] = {}
    for p in people:
        area = {"县": "示例县", "乡": f"第{p.number % 7}镇", "村": f"第{p.number}村"}
        who = {"姓名": "甲乙丙丁戊己庚辛"[p.number % 8] + chr(0x4E32 + p.number), "身份证号码": p.id}
        home = {"户编号": f"H{p.number}", "姓名": who["姓名"], "证件号码": p.id}
        rows = _of_post(p, month, who, area) | {table: [row] for table, row in _of_lists(p).items() if row}
        if p.registry is not None:
            rows["监测对象信息"] = [area | home | {"与户主关系": "户主"} | p.registry]
            if p.away:
                place = {"务工所在省": "广东省", "务工所在市": "深圳市", "务工所在县": "南山区", "就业渠道": "自主就业"}
                spell = {"是否已务工": "是", "开始时间": p.away[0], "结束时间": p.away[1] or ""}
                rows["已外出务工信息"] = [
                    {"县": area["县"], "乡": area["乡"], "行政村": area["村"]} | home | spell | place
                ]
        for table, mine in rows.items():
            found.setdefault(table, []).extend(mine)
    return {table: rows for table, rows in found.items() if rows}


def write(root: Path, people: list[Person], month: int, settings: dict[str, Any]) -> None:
    """Write the workspace."""
    post = "\n".join(
        f"{key} = {settings[key]!r}".replace("'", '"')
        for key in ("proration", "month_count", "after_pension", "scheme", "age_max", "fixed_days")
    ).replace(f'"{settings["fixed_days"]}"', settings["fixed_days"])
    root.mkdir(parents=True)
    (root / "fupin.toml").write_text(
        f'[county]\nname = "示例县"\n[accident_insurance]\npremium = 100\n[post]\n{post}\n'
        f'[checks]\nextra_area_codes = ["{AREA}"]\ninsurance_gap = "{settings["insurance_gap"]}"\n',
        encoding="utf-8",
    )
    for name, rows in tables(people, month).items():
        write_csv(root / "inbox" / month_text(month) / f"{name}.csv", rows)

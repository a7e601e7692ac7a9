"""A payroll of posts reckoned a second time: one person after the other, with fractions, from the rules and not from the program.

Nothing of `fupin_cli` is used here. What it says of a line: the codes that decide, the status, fen due. It knows one post a
person, one household a person, no waivers, no settlements, no ledger.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

LINE = {2021: "550.00", 2022: "605.00", 2023: "665.50", 2024: "732.05", 2025: "805.26"}
TERM = (2021 * 12 + 8, 2025 * 12 + 11)  # 2021-09 … 2025-12
DELAYED_FROM = date(2025, 1, 1)
# Base age, first month of birth that is later, months of birth for one month of delay, longest delay.
EMPLOYEES = {
    "职工男": (60, 1965 * 12, 4, 36),
    "职工女干部": (55, 1970 * 12, 4, 36),
    "职工女工人": (50, 1975 * 12, 2, 60),
}
OURS = {"就业补助资金", "就业补助", "就业资金", "就业专项资金"}
NO_LABOUR = {"丧失劳动力", "无劳动力", ""}
NOT_PAID = {"失败", "退回", "已追回"}

Span = tuple[date, date | None]
Months = tuple[int, int | None]


@dataclass
class Row:
    """One row of the roster."""

    start: date
    end: date
    on: date
    off: date | None
    approved: date


@dataclass
class Person:
    """All that the county's files say of one person on one post; None: not in that file."""

    number: int
    id: str
    sex: int
    birth: date
    scheme: str
    rows: list[Row]
    registry: dict[str, str] | None
    attendance: tuple[Fraction, Fraction | None, str] | None  # days worked, required days, appraisal
    history: list[tuple[int, int, str]]  # month, fen, status
    policies: list[tuple[date, date]]
    fund: str = "就业补助资金"
    post_days: Fraction = Fraction(22)
    grandfathered: bool = False
    dead: date | None = None
    prison: Span | None = None
    public_payroll: Months | None = None
    insured: Months | None = None
    pension_from: int | None = None
    business: Span | None = None
    away: Span | None = None
    other_post: Span | None = None


@dataclass
class Told:
    """What is said of a line."""

    codes: dict[str, str] = field(default_factory=dict)
    due: int | None = None

    def put(self, code: str, effect: str) -> None:
        """Say it; the stronger effect stays."""
        if self.codes.get(code) != "refuse":
            self.codes[code] = effect

    @property
    def status(self) -> str:
        effects = set(self.codes.values())
        return "refuse" if "refuse" in effects else "hold" if "hold" in effects else "pay"


def index(day: date) -> int:
    return day.year * 12 + day.month - 1


def plus_months(day: date, months: int) -> date:
    """The same day of another month, or that month's last."""
    year, month = divmod(index(day) + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def age(birth: date, day: date) -> int:
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def half_up(yuan: Fraction) -> int:
    """Fen."""
    return (200 * yuan.numerator + yuan.denominator) // (2 * yuan.denominator)


def pension_date(scheme: str, birth: date, day: date) -> date:
    """Under the law in force on a day."""
    if scheme == "城乡居民":
        return plus_months(birth, 60 * 12)
    base, start, band, cap = EMPLOYEES[scheme]
    late = index(birth) - start
    delay = 0 if day < DELAYED_FROM or late < 0 else min(cap, late // band + 1)
    return plus_months(birth, base * 12 + delay)


@dataclass
class Reckoning:
    """A month under a county's settings."""

    first: date
    settings: dict[str, Any]

    def __post_init__(self) -> None:
        """Find out the month's days."""
        self.index = index(self.first)
        length = calendar.monthrange(self.first.year, self.first.month)[1]
        self.days = [self.first + timedelta(n) for n in range(length)]
        self.last = self.days[-1]

    def touches(self, start: date, end: date | None) -> bool:
        return start <= self.last and (end is None or end >= self.first)

    def runs(self, months: Months) -> bool:
        start, end = months
        return start <= self.index and (end is None or end >= self.index)

    def line(self, p: Person) -> Told | None:
        """What is said of a person's line; None where there is none."""
        on = {d for d in self.days for r in p.rows if r.on <= d and (r.off is None or d <= r.off)}
        under = {d for d in self.days for r in p.rows if r.start <= d <= r.end}
        gone = all((r.off is not None and r.off < self.first) or r.on > self.last for r in p.rows)
        if p.attendance is None and (gone or not (on or under)):
            return None
        told = Told()
        readable = self._contracts(p, under, told)
        paid = {
            d
            for d in self.days
            for r in p.rows
            if r.start <= d <= r.end and r.on <= d and (r.off is None or d <= r.off)
        }
        self._person(p, min(on, default=self.last), told)
        self._lists(p, told)
        self._insurance(p, on, told)
        share = self._attendance(p, paid, paid if readable and under else on, told)
        share = self._cap(p, share, told)
        if self.index not in range(TERM[0], TERM[1] + 1) and not p.grandfathered:
            told.put("CAP008", "refuse")
        if (standard := LINE.get(self.first.year)) is None:
            told.put("MEA001", "hold")
        elif share is not None:
            told.due = half_up(Fraction(standard) * share)
        return told

    def _contracts(self, p: Person, under: set[date], told: Told) -> bool:
        """CON: whether every row's contract that is asked for can be read."""
        asked = [
            r
            for r in p.rows
            if p.attendance
            or self.touches(r.start, r.end)
            or (self.touches(r.on, r.off) and not (r.off and r.off < r.on))
        ]
        readable = all(r.end >= r.start for r in asked)
        if not readable:
            told.put("CON003", "hold")
        elif not under:
            told.put("CON004", "refuse")
        for r in asked:
            ours = self.touches(r.start, r.end) or not under
            if r.end >= r.start and ours and r.end > plus_months(r.start, 6) - timedelta(1):
                told.put("CON002", "hold")
        return readable

    def _person(self, p: Person, first_day: date, told: Told) -> None:
        """POST001 to POST004, POST018."""
        r = p.registry
        if r is None or not (r["户类型"] == "脱贫户" or r["监测对象类别"]):
            told.put("POST001", "refuse")
        if r is not None and r["劳动技能"] in NO_LABOUR:
            told.put("POST002", "refuse")
        if r is not None and r["在校生状况"]:
            told.put("POST004", "hold")
        if age(p.birth, first_day) < 16 or age(p.birth, self.first) >= self.settings["age_max"]:
            told.put("POST003", "refuse")
        if p.fund not in OURS:
            told.put("POST018", "refuse" if p.fund else "hold")

    def _lists(self, p: Person, told: Told) -> None:
        """POST005, POST010 to POST012."""
        if p.dead and p.dead <= self.last:
            told.put("POST011", "refuse" if p.dead < self.first else "hold")
        if p.prison and self.touches(*p.prison):
            told.put("POST011", "refuse")
        drawing = p.pension_from is not None and p.pension_from <= self.index
        owner = p.business is not None and self.touches(*p.business)
        if drawing or owner or any(m is not None and self.runs(m) for m in (p.public_payroll, p.insured)):
            told.put("POST010", "hold")
        if p.away and p.registry is not None and self.touches(*p.away):
            told.put("POST012", "hold")
        earlier = p.other_post is not None and p.other_post[0] < min(r.approved for r in p.rows)
        if p.other_post and earlier and self.touches(*p.other_post):
            told.put("POST005", "hold")

    def _insurance(self, p: Person, on: set[date], told: Told) -> None:
        covered = {d for d in on for start, end in p.policies if start <= d <= end}
        if not covered:
            told.put("INS001", "hold")
        elif covered != on and self.settings["insurance_gap"] == "hold":
            told.put("INS002", "hold")

    def _attendance(self, p: Person, paid: set[date], on_post: set[date], told: Told) -> Fraction | None:
        """ATT, and the share of the month that was worked."""
        by = self.settings["proration"]
        share = Fraction(len(paid), len(self.days)) if by == "calendar" else None
        if p.attendance is None:
            told.put("ATT001", "hold")
            return share
        worked, required, appraisal = p.attendance
        if appraisal in {"不合格", "不称职"}:
            told.put("ATT006", "hold")
        if worked == 0:
            told.put("ATT003", "refuse")
        if worked > len(on_post):
            told.put("ATT002", "hold")
        if by == "calendar":
            return share
        divisor = Fraction(self.settings["fixed_days"]) if by == "fixed" else required or p.post_days
        if not divisor:
            told.put("ATT001", "hold")
            return None
        return min(Fraction(1), worked / divisor)

    def _cap(self, p: Person, share: Fraction | None, told: Told) -> Fraction | None:
        """CAP001, CAP003, CAP007; what of the share is left by fractions."""
        paid = [(month, fen) for month, fen, status in p.history if fen > 0 and status not in NOT_PAID]
        if any(month == self.index for month, _ in paid):
            told.put("CAP007", "refuse")
        used = sorted({month for month, _ in paid if month != self.index})
        approved = min(r.approved for r in p.rows)
        if used and used[0] < index(approved):
            approved = date(used[0] // 12, used[0] % 12 + 1, 1)
        default = "城乡居民" if self.settings["scheme"] == "resident" else "职工男"
        then = pension_date(p.scheme or default, p.birth, approved)
        now = pension_date(p.scheme or default, p.birth, self.first)
        extended = plus_months(then, -60) < approved <= then
        after = "refuse" if extended else self.settings["after_pension"]
        if self.index > index(now) and after != "within_36":
            told.put("CAP003", after)
        if extended:
            return share
        how = self.settings["month_count"]
        if how == "calendar_span" and used and self.index - used[0] >= 36:
            told.put("CAP001", "refuse")
        if how == "paid_months" and len(used) >= 36:
            told.put("CAP001", "refuse")
        if how != "prorated":
            return share
        sums = {month: Fraction(sum(fen for m, fen in paid if m == month), 100) for month in used}
        months = sum((min(Fraction(1), yuan / Fraction(LINE[m // 12])) for m, yuan in sums.items()), Fraction(0))
        if months >= 36:
            told.put("CAP001", "refuse")
        elif share is not None and months + share > 36:
            return 36 - months
        return share

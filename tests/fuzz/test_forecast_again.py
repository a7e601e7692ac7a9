"""The forecast of people at the edges of rules is, line by line and month by month, the one reckoned a second time (SPEC 14)."""

from __future__ import annotations

import calendar
import random
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import LONG, Ran
from tests.fuzz.edges import Edges, month_text, write
from tests.fuzz.reckoned import LINE, NOT_PAID, TERM, Person, Reckoning, Told, half_up, index, pension_date, plus_months
from tests.fuzz.test_reckoned_again import SETTINGS, yuan

MONTHS = [(2022, 11), (2023, 8), (2024, 2), (2024, 10), (2024, 12), (2025, 1), (2025, 6), (2025, 11)]
PEOPLE = 200


def first_day(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


def share(p: Person, now: int, lately: Fraction) -> Fraction:
    """Of the last three months paid on the average; of this one where none was."""
    sums: dict[int, int] = defaultdict(int)
    for month, fen, status in p.history:
        if fen > 0 and status not in NOT_PAID and month < now:
            sums[month] += fen
    shares = [min(Fraction(1), Fraction(sums[m], 100) / Fraction(LINE[m // 12])) for m in sorted(sums)[-3:]]
    return sum(shares, Fraction(0)) / len(shares) if shares else lately


def share_now(reckoning: Reckoning, p: Person) -> Fraction:
    """The exact share of this month."""
    on = {d for d in reckoning.days for r in p.rows if r.on <= d and (r.off is None or d <= r.off)}
    paid = {d for d in on for r in p.rows if r.start <= d <= r.end and r.on <= d and (r.off is None or d <= r.off)}
    found = reckoning._attendance(p, paid, on, Told())
    assert found is not None
    return found


def paid_in(p: Person, month: int, now: int, settings: dict[str, Any]) -> bool:
    """Whether a month to come is paid, all before it being paid."""
    used = sorted({m for m, fen, status in p.history if fen > 0 and status not in NOT_PAID and m != now})
    approved = min(r.approved for r in p.rows)
    if used and used[0] < index(approved):
        approved = first_day(used[0])
    default = "城乡居民" if settings["scheme"] == "resident" else "职工男"
    scheme = p.scheme or default
    then = pension_date(scheme, p.birth, approved)
    extended = plus_months(then, -60) < approved <= then
    over = month > index(pension_date(scheme, p.birth, first_day(month)))
    if month > TERM[1] or (over and (extended or settings["after_pension"] != "within_36")):
        return False
    if extended:
        return True
    if settings["month_count"] == "calendar_span":
        return month - min([*used, now]) < 36
    return len(used) + month - now < 36


@pytest.mark.parametrize("seed", range(30 if LONG else 1))
def test_a_second_forecast_comes_to_the_same(fupin: Callable[..., Ran], tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - made-up people, no secret
    year, month = chance.choice(MONTHS)
    first, last = date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
    settings = {key: chance.choice(values) for key, values in SETTINGS.items()} | {"age_max": 70}
    settings["month_count"] = chance.choice(["paid_months", "calendar_span"])
    edges, now = Edges(chance, first, last, settings), index(first)
    people = [edges.person(n + 1) for n in range(PEOPLE)]
    for p in people:
        p.history = [paid for paid in p.history if paid[0] < now]
    write(tmp_path / "w", people, now, settings)
    ran = fupin("forecast", "-w", tmp_path / "w", "-m", month_text(now), "--format", "json", "--no-workbook", "-q")
    lines = {line["post_id"]: line for line in ran.document["lines"] if line["status"] == "pay"}
    sums: dict[int, int] = defaultdict(int)
    differ: dict[int, Any] = {}
    for p in people:
        told = Reckoning(first, settings).line(p)
        if told is None or told.status != "pay" or not told.due:
            continue
        f = share(p, now, share_now(Reckoning(first, settings), p))
        months: list[int] = []
        while paid_in(p, now + len(months) + 1, now, settings):
            months.append(half_up(Fraction(LINE[(now + len(months) + 1) // 12]) * f))
            sums[now + len(months)] += months[-1]
        line = lines.pop(f"GW{p.number}", None)
        mine = month_text(now + len(months)), yuan(sum(months))
        theirs = None if line is None else (line["last_month"], line["amount"])
        if mine != theirs:
            differ[p.number] = mine, theirs, p
    assert not differ, (settings, differ)
    assert not lines
    by_month = {row["month"]: row["amount"] for row in ran.document["months"]}
    assert {month_text(m): yuan(fen) for m, fen in sums.items()} == {m: x for m, x in by_month.items() if x != "0.00"}

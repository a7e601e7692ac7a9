"""The payroll of people at the edges of rules is, line by line, the one reckoned a second time from the rules."""

from __future__ import annotations

import calendar
import random
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import LONG, Ran
from tests.fuzz.edges import Edges, month_text, write
from tests.fuzz.reckoned import Person, Reckoning, Told, index

MONTHS = [
    (2021, 9),
    (2022, 2),
    (2022, 10),
    (2023, 2),
    (2023, 8),
    (2024, 2),
    (2024, 5),
    (2024, 12),
    (2025, 1),
    (2025, 2),
]
MONTHS += [(2025, 8), (2025, 12), (2026, 1)]
PEOPLE = 300
SETTINGS: dict[str, list[Any]] = {
    "proration": ["attendance", "attendance", "calendar", "fixed"],
    "fixed_days": ["21.75", "22", "30"],
    "month_count": ["paid_months", "paid_months", "prorated", "calendar_span"],
    "after_pension": ["refuse", "hold", "within_36"],
    "scheme": ["resident", "resident", "employee"],
    "age_max": [70, 70, 65],
    "insurance_gap": ["warn", "hold"],
}


def yuan(fen: int | None) -> str | None:
    return None if fen is None else f"{fen // 100}.{fen % 100:02d}"


def unlike(told: Told | None, line: dict[str, Any] | None) -> str:
    """In what a line of the program differs from what it is to be; empty if in nothing."""
    if told is None or line is None:
        return "" if told is None and line is None else "只有一边有这一行"
    missing = set(told.codes) - set(line["codes"])
    amount = told.due if told.status == "pay" else 0
    differ = [f"没有 {missing}"] if missing else []
    for what, mine in (("status", told.status), ("amount", yuan(amount)), ("due", yuan(told.due))):
        # An amount that cannot be reckoned is not printed; that of nothing worked is no pay.
        if mine != line[what] and not (what == "status" and mine == "pay" and not told.due):
            differ.append(f"{what}: {mine}，程序说 {line[what]}")
    return "；".join(differ)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(40 if LONG else 4))
def test_a_second_reckoning_comes_to_the_same(fupin: Callable[..., Ran], tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - made-up people, no secret
    year, month = chance.choice(MONTHS)
    first, last = date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
    settings = {key: chance.choice(values) for key, values in SETTINGS.items()}
    edges = Edges(chance, first, last, settings)
    people: list[Person] = [edges.person(n + 1) for n in range(PEOPLE)]
    write(tmp_path / "w", people, index(first), settings)
    ran = fupin(
        "payroll", "-w", tmp_path / "w", "-m", month_text(index(first)), "--format", "json", "--no-workbook", "-q"
    )
    lines = {line["post"]: line for line in ran.document["lines"]}
    reckoning = Reckoning(first, settings)
    found = {p.number: why for p in people if (why := unlike(reckoning.line(p), lines.get(f"GW{p.number}")))}
    assert not found, (settings, next(p for p in people if p.number in found))
    assert len(lines) == ran.document["totals"]["lines"] <= PEOPLE

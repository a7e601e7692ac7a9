"""The subsidies of claimants at the edges of rules are those reckoned a second time from the rules."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import LONG, Ran
from tests.fuzz.claims_edges import ClaimEdges
from tests.fuzz.claims_files import TABLES, write_claims, yuan
from tests.fuzz.claims_reckoned import Claims
from tests.fuzz.edges import month_text
from tests.fuzz.reckoned import Told

MONTHS = [
    (2021, 11),
    (2021, 12),
    (2022, 1),
    (2022, 9),
    (2024, 2),
    (2024, 5),
    (2024, 12),
    (2025, 1),
    (2025, 12),
    (2026, 1),
]
EACH = 20
SETTINGS: dict[str, list[Any]] = {
    "premium": [100, 120],
    "premium_period": ["year", "year", "month"],
    "method": ["ticket", "ticket", "flat"],
    "in": [100],
    "out": [300],
    "places": [{"北京市": 500}, {}],
    "once_per_years": [None, 2],
    "job_monthly": [600, 550],
    "divisor": [22, 20],
    "employer_monthly": [400],
    "flexible_share": ["2/3", "0.5", "1/3"],
    "dibao": ["500", "433.33", "450.05"],
    "days_per_month": [30, 25, 22],
    "course": [1200],
    "courses": [{"电工": 1500}, {}],
    "term": [1500],
    "levels": [{"高职": 1800}, {}],
    "interest_share": ["1", "1/2", "1/3"],
    "principal_max": [100000],
    "years_max": [1, 2, 3],
    "venue_share": ["0.5", "1/3"],
    "venue_monthly": [300],
    "venue_months": [12, 24],
    "incubator_share": ["1/3", "0.5"],
    "incubator_max": [50000],
    "steps": [{10: 5000, 30: 20000}],
    "unemployment_monthly": [1000],
}


def outcome(lines: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Lines of one person and subsidy; which of several that stop each other is held and which refused says nothing of money."""
    several = len(lines) > 1
    return sorted(("no" if several and status != "pay" else status, amount) for status, amount in lines)


def said(told: Told) -> tuple[str, str, str]:
    amount = told.due or 0 if told.status == "pay" else 0
    return told.status, yuan(amount), ",".join(sorted(told.codes))


@pytest.mark.long
@pytest.mark.parametrize("seed", range(40 if LONG else 2))
def test_a_second_reckoning_of_claims_comes_to_the_same(fupin: Callable[..., Ran], tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - made-up people, no secret
    year, month = chance.choice(MONTHS)
    now = year * 12 + month - 1
    settings = {key: chance.choice(values) for key, values in SETTINGS.items()}
    edges = ClaimEdges(chance, now, settings)
    people = [edges.person(n, measure) for n, measure in enumerate([m for m in TABLES for _ in range(EACH)], 1)]
    write_claims(tmp_path / "w", people, now, settings)
    ran = fupin(
        *("subsidy", "--all", "-w", tmp_path / "w", "-m", month_text(now), "--format", "json", "--unmask"),
        *("--no-workbook", "-q"),
    )
    lines: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for run in ran.document["runs"]:
        for line in run["lines"]:
            lines[line["person"], line["measure"]].append(line)
    wanted: dict[Any, list[Told]] = defaultdict(list)
    for p in people:
        for measure, _, told in Claims(now, settings).of(p):
            wanted[p.id, measure].append(told)
    differ = {}
    for key in {*wanted, *lines}:
        mine = outcome([said(t)[:2] for t in wanted[key]])
        theirs = outcome([(x["status"], x["amount"]) for x in lines[key]])
        if mine != theirs:
            differ[key] = [said(t) for t in wanted[key]], [(x["status"], x["amount"], x["codes"]) for x in lines[key]]
    by_id = {p.id: p for p in people}
    assert not differ, "\n".join(f"{k} {v}\n    {by_id[k[0]]}" for k, v in differ.items())

"""Somebody who claims subsidies beside the post, and what is written in the claims; for `claims_reckoned`.

Nothing of `fupin_cli` is used. Cells of a claim are typed; None is an empty cell.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tests.fuzz.reckoned import Months, Span, Told, plus_months

EMPLOYER = ("employer_social_insurance", "employer_post")
TRAINED = ("training_living", "training_course")
SPANS = ("startup_interest", "startup_venue")
MONTHLY = {*EMPLOYER, "flexible_social_insurance", "unemployment_aid", "on_the_job_training"}


@dataclass(frozen=True)
class Claim:
    """A row of a claims table: which subsidies it asks for, of which month, and what is written in it."""

    measures: tuple[str, ...]
    month: int
    cells: dict[str, Any]


@dataclass(frozen=True)
class Paid:
    """A payment that stands: what it was for is told by `about` (a term, a class, a day, …)."""

    measure: str
    month: int
    fen: int
    about: Any = ""


@dataclass
class Claimant:
    """All that the county's files say of one person (or of one organisation, whose number is its credit code)."""

    number: int
    id: str
    sex: int
    birth: date
    registry: dict[str, str] | None
    claims: list[Claim] = field(default_factory=list)
    paid: list[Paid] = field(default_factory=list)
    dead: date | None = None
    prison: Span | None = None
    insured: tuple[str, Months] | None = None  # by which employer
    post: str = ""  # full, part or none: days attended this month; left: before this month
    works: date | None = None  # outside the city since
    exported: bool = False  # on the list of those who were sent
    workshop: tuple[date, date | None, int] | None = None  # recognised, left, people employed


def last_day(month: int) -> date:
    return date(month // 12, month % 12 + 1, calendar.monthrange(month // 12, month % 12 + 1)[1])


def begun(start: date, end: date, months: int = 1) -> int:
    """Periods of so many months that have begun by the last day, both ends included."""
    found = 0
    while plus_months(start, found * months) <= end:
        found += 1
    return found


@dataclass
class MonthOfClaims:
    """A month under a county's settings."""

    month: int
    county: dict[str, Any]

    def __post_init__(self) -> None:
        """Find out the month's ends."""
        self.last = last_day(self.month)
        self.first = self.last.replace(day=1)
        self.spent: dict[int, int] = {}  # of a platform's years, before this month's claims

    def _runs(self, months: Months) -> bool:
        return months[0] <= self.month and (months[1] is None or months[1] >= self.month)

    def _recognised(self, p: Claimant, told: Told) -> None:
        since, until, _ = p.workshop or (None, None, 0)
        if since is None or since > self.last or (until is not None and until < self.first):
            told.put("MEA003", "refuse")

"""What `fupin roster`, `risk`, `match`, `forecast`, `due` and `what-if` come to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import polars as pl

from fupin_cli.reports.due import SPANS
from fupin_cli.reports.forecast import PAYING
from fupin_cli.reports.risk import NEW
from fupin_cli.reports.roster import TOTAL
from fupin_cli.results.report import Report
from fupin_cli.results.shown import Shown

if TYPE_CHECKING:
    from pathlib import Path

    from fupin_cli.intake.load import Intake
    from fupin_cli.policy.parameters import Policy
    from fupin_cli.reports.due import Due
    from fupin_cli.reports.forecast import Forecast, Shortage
    from fupin_cli.reports.match import Matched
    from fupin_cli.reports.risk import Compared, RiskList


@dataclass(repr=False)
class RosterRun(Report):
    """The roster of a month. `before`: the month folder it is compared with; None: there is none, nothing is compared.

    `people`, `strangers`: `reports.roster`, with person_code; `changes`, `proof`, `by_town` (null without a month before).
    `missing`: tables of work that were not supplied. `repeated`: registry rows of a person who has one already; `aside`:
    rows that could not be keyed.
    """

    kind: ClassVar[str] = "roster"
    month: int
    before: int | None
    policy: Policy
    intake: Intake
    people: pl.DataFrame = field(repr=False)
    strangers: pl.DataFrame = field(repr=False)
    changes: pl.DataFrame | None = field(repr=False)
    proof: pl.DataFrame | None = field(repr=False)
    by_town: pl.DataFrame | None = field(repr=False)
    missing: list[str]
    skipped: list[str]
    repeated: int = 0
    aside: int = 0
    whole: int = 0  # people on the whole roster, where `people` is a part of it
    labour: int = 0
    working: int = 0

    @property
    def hashed(self) -> list[pl.DataFrame]:
        """The rows by whose hash `fupin verify` knows it again."""
        return [self.people]

    def counts(self) -> dict[str, int]:
        """People, labour among them, and who of those works."""
        return {"people": self.whole, "labour": self.labour, "working": self.working}

    @property
    def total(self) -> dict[str, int] | None:
        """The proof of everybody: before, joined, left, in, out, after."""
        if self.proof is None:
            return None
        return (
            self.proof.filter(pl.col("class") == TOTAL)
            .select("before", "joined", "left", "in", "out", "after")
            .row(0, named=True)
        )


@dataclass(repr=False)
class RiskRun(Report):
    """The risks of a month. `before`: the month folder whose list it is compared with, None: there is none.

    `compared.rows` and `.cleared` have the person's name, area, household_id, category, person_code, title, advice, feedback.
    `sent_list`: the hash of the earlier list as it was sent (`jobs.sent`); empty where it was computed again.
    `odd_answers`: what of the answers is to no risk, in words.
    """

    kind: ClassVar[str] = "risk"
    month: int
    before: int | None
    policy: Policy
    intake: Intake
    listed: RiskList
    compared: Compared
    sent_list: str = ""
    odd_answers: list[str] = field(default_factory=list, repr=False)
    titles: dict[str, str] = field(default_factory=dict, repr=False)  # of tables

    @property
    def hashed(self) -> list[pl.DataFrame]:
        """The rows by whose hash `fupin verify` knows it again."""
        return [self.compared.rows, self.compared.cleared]

    @property
    def sent_before(self) -> bool:
        """Whether the earlier list is the one that was sent, not computed again."""
        return bool(self.sent_list)

    @property
    def lines(self) -> pl.DataFrame:
        """One row a person and risk (docs/frames.md)."""
        return self.compared.rows

    def counts(self) -> dict[str, int]:
        """Risks that stand, the new ones among them, and those of the month before that are cleared."""
        kinds = self.lines["kind"]
        return {"risks": len(kinds), "new": int((kinds == NEW).sum()), "cleared": self.compared.cleared.height}

    def by_code(self) -> dict[str, int]:
        """Risks that stand by code."""
        return dict(self.lines.group_by("code").len().sort("code").iter_rows())


@dataclass(repr=False)
class MatchRun(Report):
    """The going-out list, the vacancies and the suggestion of a month; people and left_out have person_code."""

    kind: ClassVar[str] = "match"
    month: int
    before: int | None
    policy: Policy
    intake: Intake
    matched: Matched
    missing: list[str]

    @property
    def hashed(self) -> list[pl.DataFrame]:
        """The rows by whose hash `fupin verify` knows it again."""
        return [self.matched.people]

    def counts(self) -> dict[str, int]:
        """People = matched + rest; places = taken + left."""
        return self.matched.proof()


@dataclass(repr=False)
class ForecastRun(Report):
    """A forecast: its months, the funds against it, and what of it could not be priced."""

    kind: ClassVar[str] = "forecast"
    month: int
    policy: Policy
    intake: Intake
    found: Forecast = field(repr=False)
    shortages: list[Shortage]
    measures: list[str]
    renew: bool
    skipped: list[str]

    @property
    def hashed(self) -> list[pl.DataFrame]:
        """The rows by whose hash `fupin verify` knows it again."""
        return [self.found.rows]

    @property
    def lines(self) -> pl.DataFrame:
        """One row a line and month to come (docs/frames.md)."""
        return self.found.rows

    def counts(self) -> dict[str, int]:
        """Whose lines pay, and what those come to: people, amount_fen."""
        paying = self.lines.filter(pl.col("status") == PAYING)
        return {"people": paying["person"].n_unique(), "amount_fen": int(paying["amount_fen"].sum())}


@dataclass(repr=False)
class DueRun(Report):
    """What comes to an end in the next months (`reports.due`), of which subsidies."""

    kind: ClassVar[str] = "due"
    month: int
    policy: Policy
    intake: Intake
    found: Due = field(repr=False)
    measures: list[str]
    titles: dict[str, str] = field(default_factory=dict)  # of tables

    @property
    def hashed(self) -> list[pl.DataFrame]:
        """The rows by whose hash `fupin verify` knows it again."""
        return [self.found.rows, self.found.unknown]

    @property
    def lines(self) -> pl.DataFrame:
        """One row a person and end, or a line and end of a contract (docs/frames.md)."""
        return self.found.rows

    def counts(self) -> dict[str, int]:
        """Ends within 3, 6, 12 months (each counts the shorter span too), those over, and those of no known date."""
        names = (*(f"within_{span}" for span in SPANS), "over", "unknown")
        sums = self.found.counts().select(names).sum()
        return {name: int(sums[name].item()) for name in names}


@dataclass
class Scenario:
    """One set of changes and what it would do (`reports.what_if.compare`)."""

    name: str
    changes: list[str]
    lines: pl.DataFrame = field(repr=False)


@dataclass(repr=False)
class WhatIfRun(Shown):
    """Months computed as set and under each scenario. Never approved."""

    first: int
    month: int
    policy: Policy
    scenarios: list[Scenario]
    outputs: list[Path] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """Scenarios that were computed."""
        return {"scenarios": len(self.scenarios)}

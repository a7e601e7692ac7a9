"""What is known of a month (or of several) before a page is made of it: results of its commands, and why some are missing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.intake.inbox import folder_month

if TYPE_CHECKING:
    from fupin_cli.intake.raw import Unplaced
    from fupin_cli.policy.parameters import Policy
    from fupin_cli.reports.due import Due
    from fupin_cli.reports.runs import ForecastRun, MatchRun, RiskRun, RosterRun
    from fupin_cli.results.check import CheckRun
    from fupin_cli.results.fund import Fund
    from fupin_cli.results.reconcile import ReconcileRun
    from fupin_cli.results.status import MonthState
    from fupin_cli.results.subsidy import PayrollRun

CITY, COUNTY, TOWNSHIP, VILLAGE = "city", "county", "township", "village"


@dataclass(frozen=True)
class Scope:
    """What a page is about: the months `first` to `month`, all townships or one (`town`), its rows by `by`.

    A township's page has villages as rows; one of many counties has counties or cities (`whole`).
    """

    first: int
    month: int
    town: str = ""
    whole: str = TOWNSHIP

    @property
    def by(self) -> str:
        """The column whose values are the rows of the page's tables."""
        return VILLAGE if self.town else self.whole

    @property
    def many(self) -> bool:
        """Whether it is about many counties."""
        return self.whole in {CITY, COUNTY}

    @property
    def months(self) -> int:
        """How many months it covers."""
        return self.month - self.first + 1

    def here(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows of the page's township, or all."""
        return frame.filter(pl.col(TOWNSHIP) == self.town) if self.town else frame


@dataclass(frozen=True)
class Missing:
    """A part of the page that could not be computed, and why, in words. Never drawn as 0."""

    why: str


@dataclass(frozen=True)
class Todo:
    """One thing to do: `count` of lines (or files, rules, people, …), money in fen where it is about money, rules, names.

    `where`: on a page of many counties, those where most of it is.
    """

    kind: str
    count: int
    fen: int | None = None
    codes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    where: tuple[str, ...] = ()


@dataclass
class Known:
    """Results of a month's commands. What is None has its reason in `why`, by the command's name.

    `lines`: claim lines of all measures of the months (`jobs.corrections.lines_now`); `money`: the ledger's lines
    (`reconciliation.money.approved_and_paid`) of all months; `history`: payments of the history file; `opening_fen`: what of the
    year stands in the opening balance. `scale`: who works (area columns), with `when` now, before, year_ago; `when`: the
    months that these are. `assistants`, `village_staff`: `month.platform`. `approved`: measures approved in the last month.
    """

    scope: Scope
    policy: Policy
    check: CheckRun
    tables: dict[str, str]
    payroll: PayrollRun | None = None
    lines: pl.DataFrame | None = field(default=None, repr=False)
    approved: list[str] = field(default_factory=list)
    reconcile: ReconcileRun | None = None
    forecast: ForecastRun | None = None
    roster: RosterRun | None = None
    risk: RiskRun | None = None
    match: MatchRun | None = None
    states: list[MonthState] = field(default_factory=list)
    funds: list[Fund] = field(default_factory=list)
    money: pl.DataFrame = field(default_factory=pl.DataFrame, repr=False)
    history: pl.DataFrame | None = field(default=None, repr=False)
    opening_fen: int = 0
    due: Due | None = None
    handed_in: pl.DataFrame | None = field(default=None, repr=False)
    scale: pl.DataFrame | None = field(default=None, repr=False)
    when: dict[str, int] = field(default_factory=dict)
    assistants: pl.DataFrame | None = field(default=None, repr=False)
    village_staff: pl.DataFrame | None = field(default=None, repr=False)
    why: dict[str, str] = field(default_factory=dict)

    @property
    def unread(self) -> list[Unplaced]:
        """What could not be read of these months: what lies in the folder of a later month is for that month's page."""
        folders = ((entry, folder_month(entry.file)) for entry in self.check.intake.unplaced)
        return [entry for entry, month in folders if month is None or month <= self.scope.month]

    def missing(self, command: str) -> Missing:
        """Why a command's result is not there."""
        return Missing(self.why.get(command, "没有算"))

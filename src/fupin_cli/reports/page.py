"""Everything that stands on a page for leaders, as plain data in the order of its sections: nothing rendered, money in fen.

`gather` takes it from the results of the commands; a figure here is the command's own. What could not be computed is
`Missing`, with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.reports import page_findings, page_money, page_people
from fupin_cli.reports.known import Known, Missing
from fupin_cli.reports.todo import Todo, todo

if TYPE_CHECKING:
    from fupin_cli.checks.engine import Outcome
    from fupin_cli.reports.known import Scope

TOP = 12  # rules that stand on the page itself; the others are folded

Part = pl.DataFrame | Missing


@dataclass
class Page:
    """A page's data. `by`: the column whose values are its rows (township, village or county).

    `state`: where the month stands; `standard_fen`: the month's standard of posts. `totals`: lines and money of all
    measures; `measures`: the same by measure. `at_stake_fen`: money that findings are about, each person's once.
    `changes`: findings new, lasting, mended since the month before; `due`: whose months, pension or contract end soon (`due_areas`: where).
    `moves`: the roster's proof (before, joined, left, after). Frames: see `page_money`, `page_findings`, `page_people`.
    """

    scope: Scope
    state: str | None
    standard_fen: int | None
    totals: dict[str, int] | None
    totals_missing: Missing | None
    funds: Part
    opening_fen: int
    months: Part
    verdicts: Part
    areas: Part
    measures: Part
    severities: dict[str, int]
    changes: Part
    rules: pl.DataFrame
    at_stake_fen: int
    heat: pl.DataFrame
    scale: Part
    when: dict[str, int]
    moves: dict[str, int] | Missing
    due: Part
    due_areas: Part
    risks: Part
    staff: Part
    outcomes: list[Outcome]
    todo: list[Todo] = field(default_factory=list)

    @property
    def by(self) -> str:
        """The column whose values are the rows."""
        return self.scope.by

    @property
    def top_codes(self) -> list[str]:
        """The rules that are columns of the heat."""
        return [name for name in self.heat.columns if name not in (self.by, "rest", "count", "errors")]


def gather(known: Known) -> Page:
    """Take a page's data from the results of a month's commands."""
    scope = known.scope
    lines = None if known.lines is None else scope.here(known.lines)
    found = page_findings.own(known)
    rules = page_findings.by_rule(found)
    codes = rules["code"].head(page_findings.COLUMNS).to_list()
    unpaid = known.missing("payroll")
    page = Page(
        scope=scope,
        state=next((state.state for state in known.states if state.month == scope.month), None),
        standard_fen=known.policy.standard_fen(scope.month),
        totals=None if lines is None else page_money.totals(lines),
        totals_missing=unpaid if lines is None else None,
        funds=page_money.funds(known, lines),
        opening_fen=known.opening_fen,
        months=page_money.months(known),
        verdicts=page_money.verdicts(known),
        areas=unpaid if lines is None else page_money.areas(known, lines),
        measures=unpaid if lines is None else page_money.by_column(lines, "measure"),
        severities=page_findings.severities(found),
        changes=Missing("还没有逐月比较问题"),
        rules=rules,
        at_stake_fen=page_findings.at_stake(found),
        heat=page_findings.heat(found, scope.by, codes),
        scale=page_people.scale(known),
        when=known.when,
        moves=_moves(known),
        due=page_people.due(known),
        due_areas=page_people.due(known, scope.by),
        risks=page_people.risks(known),
        staff=page_people.staff(known),
        outcomes=known.check.result.outcomes,
    )
    page.todo = todo(known, page)
    return page


def _moves(known: Known) -> dict[str, int] | Missing:
    """People of the roster before, joined, left, now (moves between townships count with a township's own page)."""
    run = known.roster
    if run is None:
        return known.missing("roster")
    if run.proof is None or run.by_town is None:
        return Missing("；".join(run.skipped) or "没有更早的月份")
    if not known.scope.town:
        total = run.total
        return dict(total) if total is not None else Missing("没有更早的月份")
    own = run.by_town.filter((pl.col("township") == known.scope.town) & (pl.col("dimension") == "total"))
    return {name: int(own[name].sum() or 0) for name in ("before", "joined", "left", "in", "out", "after")}

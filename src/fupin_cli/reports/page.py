"""Everything that stands on a page for leaders, as plain data in the order of its sections: nothing rendered, money in fen.

`reports.gather` takes it from the results of the commands; a figure here is the command's own. What could not be computed is
`Missing`, with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.reports.known import Missing

if TYPE_CHECKING:
    from fupin_cli.checks.engine import Outcome
    from fupin_cli.reports.about import About
    from fupin_cli.reports.known import Scope, Todo

TOP = 12  # rules that stand on the page itself; the others are folded

Part = pl.DataFrame | Missing


@dataclass
class Page:
    """A page's data. `by`: the column whose values are its rows (township, village or county).

    `about`: what stands beside the figures. `state`: where the month stands. `totals`: lines and money of all
    measures; `measures`: the same by measure. `at_stake_fen`: money that findings are about, each person's once.
    `changes`: findings new, lasting, mended since the month before; `due`: whose months, pension or contract end soon (`due_areas`: where).
    `moves`: the roster's proof (before, joined, left, after). Frames: see `page_money`, `page_findings`, `page_people`.
    """

    scope: Scope
    about: About
    state: str | None
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
    rules: pl.DataFrame = field(repr=False)
    at_stake_fen: int
    heat: pl.DataFrame = field(repr=False)
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

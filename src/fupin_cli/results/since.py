"""How the findings of a check stand beside those of the check of an earlier month: new, lasting, mended."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

NEW, LASTING, MENDED = "new", "lasting", "mended"
STATES = (NEW, LASTING, MENDED)
COUNTED = pl.Schema(
    {
        "code": pl.String(),
        "county": pl.String(),
        "township": pl.String(),
        "state": pl.String(),
        "count": pl.Int64(),
        "amount_fen": pl.Int64(),
    }
)


@dataclass
class Since:
    """`before`: the month whose check it is compared with; None: there is none, and `why`.

    `counted`: code, county, township, state (new, lasting, mended), count, amount_fen (fen, null: no money at stake).
    `unlike`: codes that did not run in both months on the same tables, each with why; they are not compared. `unchecked`:
    month folders between the two that were not checked. `again`: what came and went since the last check of the same
    month (`new`, `mended`), None if there was none. `left`: findings of this month, and of the one before, not compared.
    """

    before: int | None = None
    why: str = ""
    counted: pl.DataFrame = field(default_factory=COUNTED.to_frame, repr=False)
    unlike: dict[str, str] = field(default_factory=dict)
    unchecked: list[int] = field(default_factory=list)
    again: dict[str, int] | None = None
    left: tuple[int, int] = (0, 0)

    def by(self, *columns: str) -> pl.DataFrame:
        """Counts and money of the three states beside each other, by some of code, county, township."""
        state = pl.col("state")
        figures = {name: pl.col("count").filter(state == name).sum() for name in STATES}
        money = {f"{name}_fen": pl.col("amount_fen").filter(state == name).sum() for name in STATES}
        rows = self.counted
        if not columns:
            return rows.select(**figures, **money)
        return rows.group_by(columns).agg(**figures, **money).sort(columns, nulls_last=True)

    @property
    def changed(self) -> bool:
        """Whether something is new or mended."""
        return self.counted.filter(pl.col("state") != LASTING).height > 0

    @property
    def totals(self) -> dict[str, int]:
        """new, lasting, mended and their money (…_fen)."""
        row = self.by().row(0, named=True)
        return {name: int(value or 0) for name, value in row.items()}


KEPT = pl.Schema(
    {
        "key": pl.String(),
        "code": pl.String(),
        "table": pl.String(),
        "county": pl.String(),
        "township": pl.String(),
        "since": pl.Int64(),
        "amount_fen": pl.Int64(),
    }
)


@dataclass
class Kept:
    """What is kept of a check: its findings (`KEPT`); per code that ran, what of its tables was there and what was missing."""

    month: int
    rows: pl.DataFrame = field(repr=False)
    ran: dict[str, list[str]]
    tables: list[str]

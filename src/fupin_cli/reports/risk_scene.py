"""What a risk is, and what it looks at: a month, the month folder before it, and the roster of both."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.checks.unreported import by_township
from fupin_cli.month import states
from fupin_cli.reports.roster import people_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from fupin_cli.month.month import Month


@dataclass
class Scene:
    """What a risk looks at: the month, the month folder before it (None: there is none), and the roster of both."""

    month: Month
    before: Month | None
    people: pl.DataFrame = field(repr=False)
    people_before: pl.DataFrame | None = field(repr=False)

    @cached_property
    def gone(self) -> pl.DataFrame:
        """Rows of the list of the dead with no day after the month's last: nobody visits them, whatever the export still says."""
        if not self.month.has("deaths"):
            return pl.DataFrame(schema={"id_number": pl.String, "death_date": pl.Date})
        died = (pl.col("death_date") <= self.month.last).fill_null(value=True)
        return self.month.table("deaths").filter(died).collect()

    @property
    def labour(self) -> pl.DataFrame:
        """People of the roster who are labour and not dead: of them risks are told."""
        return self.people.filter("labour").join(self.gone, on="id_number", how="anti", maintain_order="left")

    @property
    def doubt(self) -> pl.Expr:
        """Of whose work nothing may be known, since it may stand in what was not read or not handed in (`township`); empty elsewhere."""
        unread = self.month.unread("assignments", states.DECIDING)
        late = by_township(self.month).filter(pl.col("missing") & (pl.col("table") == "assignments"))
        towns = late["township"].implode()
        silent = pl.format("；{}没有报送在岗人员花名册，先核实", "township")
        return pl.when(pl.col("township").is_in(towns)).then(silent).otherwise(pl.lit(unread))

    @property
    def earlier(self) -> Month:
        """The month folder before; only risks that need one of its tables ask for it."""
        if self.before is None:
            raise ValueError("no month before")
        return self.before


def scene_of(month: Month, before: Month | None) -> Scene:
    """Look at a month and the one before it."""
    earlier = people_of(states.lent(before, month)) if before is not None and before.has("registry") else None
    return Scene(month, before, people_of(month), earlier)


@dataclass(frozen=True)
class Risk:
    """One risk: the tables (`x@previous`: of the month folder before) and settings it needs, and who is at risk.

    What it compares and what to do about it stand in the catalogue of rules.
    """

    code: str
    find: Callable[[Scene], pl.DataFrame] = field(repr=False)
    tables: tuple[str, ...] = ()
    any_of: tuple[tuple[str, ...], ...] = ()  # of each group at least one
    settings: tuple[str, ...] = ()
    household: bool = False

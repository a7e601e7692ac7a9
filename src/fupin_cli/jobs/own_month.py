"""Whether a month has anything of its own to compute from (SPEC 9.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.errors import NoInputError
from fupin_cli.policy.months import month_text

if TYPE_CHECKING:
    from fupin_cli.month.month import Month

ROSTER, ATTENDANCE = "assignments", "attendance"
ACROSS = "across"  # written by the comparison of counties: no county has handed it in


def refuse_without_own(ctx: Month, *, claims: bool = False) -> None:
    """A roster of an earlier month alone makes no payroll.

    `claims`: the subsidy has claims of the month in a table that all months share.

    Raises:
        NoInputError: no month folder holds a recognised file of the month, and no month table has a row of it (exit 10).
    """
    if claims or _has_own(ctx):
        return
    text = month_text(ctx.month)
    raise NoInputError(
        f"{text} 没有报送任何东西：没有这个月的文件夹，按月的表里也没有这个月的行",
        f"把当月的表放进收件夹下的 {text} 文件夹；月份写错的改正后再运行",
    )


def _has_own(ctx: Month) -> bool:
    if any(source.folder == ctx.month and source.spec.table != ACROSS for source in ctx.intake.sources):
        return True
    for name, frame in ctx.intake.tables.items():
        if name == ACROSS:
            continue
        column = ctx.contracts[name].month_column if name in ctx.contracts else ""
        own = pl.col("_src").is_not_null()  # what the ledger paid was not handed in
        if column and frame.filter(own & (pl.col(column) == ctx.month)).height:
            return True
    # By the calendar a row of the roster is the month's own. Where everything lies in the inbox itself and no attendance
    # was supplied at all, that table is missing (IN012), not the month.
    flat = all(source.folder is None for source in ctx.intake.sources) and not ctx.has(ATTENDANCE)
    by_roster = ctx.settings.post.proration == "calendar" or flat
    return by_roster and ctx.has(ROSTER) and bool(ctx.roster["in_month"].any())

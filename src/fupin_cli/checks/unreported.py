"""IN015: a township that handed in nothing (SPEC 9.2). It stands on the month, for there is no row to point at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli import findings
from fupin_cli.month.handed_in import SCHEMA, TABLES, handed_in
from fupin_cli.policy.months import month_text

if TYPE_CHECKING:
    from fupin_cli.month.month import Month

NAMED = 10


def month_rows(ctx: Month) -> dict[str, pl.DataFrame]:
    """The month's own rows of the tables that townships hand in, those set aside too: the roster in use, the month's attendance."""
    found = {}
    for table in TABLES:
        parts = [part[table] for part in (ctx.intake.tables, ctx.intake.set_aside) if table in part]
        if parts:
            rows = pl.concat(parts, how="diagonal")
            column = ctx.contracts[table].month_column
            found[table] = rows.filter(pl.col(column) == ctx.month) if column else rows
    return found


def by_township(ctx: Month) -> pl.DataFrame:
    """What each township has handed in (`month.handed_in`); nothing where nothing is known of earlier months."""
    if ctx.earlier is None:
        return pl.DataFrame(schema={**SCHEMA, "missing": pl.Boolean, "new": pl.Boolean})
    by_attendance = ctx.settings.post.proration != "calendar"
    return handed_in(month_rows(ctx), ctx.earlier, ctx.maybe("posts"), by_attendance=by_attendance)


def unreported(ctx: Month) -> pl.DataFrame:
    """One finding a township and table that was expected and has no row."""
    rows = by_township(ctx)
    if ctx.earlier is None or not rows["missing"].any():
        return findings.empty()
    found = []
    for row in rows.filter("missing").iter_rows(named=True):
        title = ctx.contracts[row["table"]].title
        before = ctx.earlier.month_of(row["table"])
        if row["rows_before"] and before is not None:
            why = f"{month_text(before)} 报了 {row['rows_before']} 行"
        else:
            why = f"{month_text(ctx.earlier.paid_month or ctx.month)} 有批准发放的行"
        fresh = rows.filter(pl.col("new") & (pl.col("table") == row["table"]))["township"].to_list()[:NAMED]
        renamed = f"；本月新出现 {'、'.join(fresh)}，改名、撤并的请核对" if fresh else ""
        where = "".join(part for part in (row["county"], row["township"]) if part)
        found.append(
            findings.about_file(
                "IN015",
                "",
                f"{where} 没有报送{month_text(ctx.month)} 的“{title}”（{why}{renamed}）{ctx.unread(row['table'])}",
            )
        )
    return findings.gather(found)

"""The page's people: who works beside last month and last year, risks, staff of the platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.checks.catalogue import rules_of
from fupin_cli.month import states
from fupin_cli.reports.due import Due
from fupin_cli.reports.known import Missing
from fupin_cli.reports.risk import CONTINUING, NEW
from fupin_cli.reports.risk_rules import RISKS
from fupin_cli.reports.roster import people_of

if TYPE_CHECKING:
    from fupin_cli.month.month import Month
    from fupin_cli.reports.known import Known

NOW, BEFORE, YEAR_AGO = "now", "before", "year_ago"
WHO = ["id_number", "county", "township", "village"]


def workers(month: Month) -> tuple[pl.DataFrame, dict[str, int]]:
    """People of the roster who work in the month, in the month folder before it and a year ago: `WHO`, when; and the months.

    A month whose registry is not there is not there; earlier months are lent the tables of work that they lack.
    """
    parts, when = [], {}
    for name, one in ((NOW, month), (BEFORE, month.before), (YEAR_AGO, month.year_ago)):
        if one is None or not one.has("registry") or not (one.has(states.DECIDING) or month.has(states.DECIDING)):
            continue
        people = people_of(one if one is month else states.lent(one, month))
        busy = people.filter(pl.col("state").is_in(states.WORKING))
        parts.append(busy.select(*WHO, when=pl.lit(name)))
        when[name] = one.month
    empty = pl.DataFrame(schema=dict.fromkeys([*WHO, "when"], pl.String))
    return pl.concat([empty, *parts]), when


def scale(known: Known) -> pl.DataFrame | Missing:
    """Each area: who works now, last month, a year ago (null where that month is not there)."""
    if known.scale is None or NOW not in known.when:
        return Missing(known.why.get("roster", "没有监测对象信息或已外出务工信息"))
    by = known.scope.by
    rows = (
        known.scope.here(known.scale)
        .group_by(by)
        .agg((pl.col("when") == name).sum().cast(pl.Int64).alias(name) for name in (NOW, BEFORE, YEAR_AGO))
    )
    unknown = [pl.lit(None, dtype=pl.Int64).alias(n) for n in (BEFORE, YEAR_AGO) if n not in known.when]
    return rows.with_columns(unknown).sort(by, nulls_last=True)


def due(known: Known, *by: str) -> pl.DataFrame | Missing:
    """Ends of months, pension, contracts, insurance within 3, 6, 12 months (`reports.due.Due.counts`), by columns."""
    found = known.due
    if found is None:
        return known.missing("forecast")
    return Due(found.month, known.scope.here(found.rows), known.scope.here(found.unknown)).counts(*by)


def risks(known: Known) -> pl.DataFrame | Missing:
    """Each risk that was judged: people now, new, continuing, cleared, and how many were answered; of the others nulls."""
    run = known.risk
    if run is None:
        return known.missing("risk")
    rows, cleared = known.scope.here(run.compared.rows), known.scope.here(run.compared.cleared)
    counted = rows.group_by("code").agg(
        now=pl.len().cast(pl.Int64),
        new=(pl.col("kind") == NEW).sum().cast(pl.Int64),
        continuing=(pl.col("kind") == CONTINUING).sum().cast(pl.Int64),
        answered=pl.col("feedback").is_not_null().sum().cast(pl.Int64),
    )
    gone = cleared.group_by("code").agg(cleared=pl.len().cast(pl.Int64))
    rules = rules_of(known.policy, known.scope.month)
    table = pl.DataFrame([(r.code, rules[r.code].title) for r in RISKS], schema=["code", "title"], orient="row")
    for part in (counted, gone):
        table = table.join(part, on="code", how="left", maintain_order="left")
    judged = pl.col("code").is_in(sorted(run.listed.ran))
    numbers = ["now", "new", "continuing", "cleared", "answered"]
    compared = judged if run.before is not None else pl.lit(value=False)
    return table.select(
        "code",
        "title",
        *(
            pl.when(compared if n in ("new", "continuing", "cleared") else judged).then(pl.col(n).fill_null(0)).alias(n)
            for n in numbers
        ),
    )


def staff(known: Known) -> pl.DataFrame | Missing:
    """Each area of the platform: assistants there and missing, villages, villages without staff."""
    by = known.scope.by
    towns, villages = known.assistants, known.village_staff
    parts = []
    if towns is not None and by != "village":
        parts.append(
            towns.group_by(by).agg(present=pl.col("present").sum(), missing=pl.col("missing").sum().cast(pl.Int64))
        )
    if villages is not None:
        own = known.scope.here(villages)
        parts.append(
            own.group_by(by).agg(
                villages=pl.len().cast(pl.Int64), uncovered=(pl.col("missing") > 0).sum().cast(pl.Int64)
            )
        )
    if not parts:
        return known.missing("staff")
    table = parts[0]
    for part in parts[1:]:
        table = table.join(part, on=by, how="full", coalesce=True, nulls_equal=True)
    for name in ("present", "missing", "villages", "uncovered"):
        if name not in table.columns:
            table = table.with_columns(pl.lit(None, dtype=pl.Int64).alias(name))
    return table.sort(by, nulls_last=True)

"""Takes a page's data from the results of a month's commands."""

from __future__ import annotations

import polars as pl

from fupin_cli.reports import page_findings, page_money, page_people
from fupin_cli.reports.about import about
from fupin_cli.reports.known import Known, Missing
from fupin_cli.reports.page import Page
from fupin_cli.reports.todo import todo


def gather(known: Known) -> Page:
    """Take a page's data from the results of a month's commands."""
    scope = known.scope
    lines = None if known.lines is None else scope.here(known.lines)
    found = page_findings.own(known)
    told = about(known)
    rules = page_findings.by_rule(found, told.rules)
    codes = rules["code"].head(page_findings.COLUMNS).to_list()
    unpaid = known.missing("payroll")
    page = Page(
        scope=scope,
        about=told,
        state=next((state.state for state in known.states if state.month == scope.month), None),
        totals=None if lines is None else page_money.totals(lines),
        totals_missing=unpaid if lines is None else None,
        funds=page_money.funds(known, lines),
        opening_fen=known.opening_fen,
        months=page_money.months(known),
        verdicts=page_money.verdicts(known),
        areas=unpaid if lines is None else page_money.areas(known, lines),
        measures=unpaid if lines is None else page_money.by_column(lines, "measure"),
        severities=page_findings.severities(found),
        changes=page_findings.changes(known),
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

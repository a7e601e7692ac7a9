"""What is to be done now, worst first: each a kind, how many, how much money, and the rules that it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.measures.claims import HOLD, REFUSE
from fupin_cli.reports.due import CAP, PENSION
from fupin_cli.reports.known import Missing, Todo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fupin_cli.reports.known import Known
    from fupin_cli.reports.page import Page

COUNTY_FAILED, COUNTY_MISSING = "county_failed", "county_missing"
CRASHED, UNREAD, LATE, RECOVER, REFUSED, FAILED, HELD = (
    "crashed",
    "unread",
    "late",
    "recover",
    "refuse",
    "failed",
    "hold",
)
UNDECIDED, OVER_BUDGET, UNPAID, UNAPPROVED = "undecided", "over_budget", "no_return", "unapproved"
DUE, NEW_RISKS, STAFF, NOT_RUN = "due", "risks", "staff", "not_run"
# In this order they stand on the page.
ORDER = (
    COUNTY_FAILED,
    COUNTY_MISSING,
    CRASHED,
    UNREAD,
    LATE,
    RECOVER,
    REFUSED,
    FAILED,
    HELD,
    UNDECIDED,
    OVER_BUDGET,
    UNPAID,
    UNAPPROVED,
    DUE,
    NEW_RISKS,
    STAFF,
    NOT_RUN,
)
TO_RECOVER = ["duplicate", "not_approved", "wrong_payee", "overpaid", "recover"]
SHOWN = 4


def todo(known: Known, page: Page) -> list[Todo]:
    """Everything that is to be done; nothing to do is not in the list."""
    parts: tuple[Callable[[Known, Page], Iterator[Todo]], ...] = (_input, _lines, _money, _people, _rules)
    found = [entry for part in parts for entry in part(known, page)]
    return sorted((entry for entry in found if entry.count), key=lambda entry: ORDER.index(entry.kind))


def _input(known: Known, page: Page) -> Iterator[Todo]:
    if not known.scope.town:
        names = tuple(dict.fromkeys(entry.file for entry in known.unread))
        yield Todo(UNREAD, len(known.unread), names=names[:SHOWN])
    if not isinstance(page.areas, Missing):
        late = page.areas.filter(pl.col("lacks").list.len() > 0)
        yield Todo(LATE, late.height, names=tuple(late[known.scope.by].drop_nulls()))


def _lines(known: Known, page: Page) -> Iterator[Todo]:
    if page.totals is None:
        return
    for status, kind in ((REFUSE, REFUSED), (HOLD, HELD)):
        yield Todo(kind, page.totals[status], page.totals[f"{status}_fen"], _codes(known, status))


def _codes(known: Known, status: str) -> tuple[str, ...]:
    """The rules that most lines of the posts' payroll are held or refused for."""
    if known.payroll is None:
        return ()
    stops = known.payroll.result.found.filter((pl.col("effect") == status) & ~pl.col("waived"))["code"].unique()
    codes = known.scope.here(known.payroll.lines).filter(pl.col("status") == status).select("codes").explode("codes")
    counted = codes.filter(pl.col("codes").is_in(stops.implode())).group_by("codes").len()
    return tuple(counted.sort(pl.col("len"), "codes", descending=[True, False])["codes"].head(SHOWN))


def _money(_: Known, page: Page) -> Iterator[Todo]:
    if not isinstance(page.verdicts, Missing):
        rows = {row["verdict"]: row for row in page.verdicts.iter_rows(named=True)}
        wrong = [rows[name] for name in TO_RECOVER if name in rows]
        yield Todo(RECOVER, sum(row["lines"] for row in wrong), sum(row["difference_fen"] for row in wrong))
        for verdict, kind in (
            ("failed", FAILED),
            ("undecided", UNDECIDED),
            ("no_return", UNPAID),
            ("unapproved", UNAPPROVED),
        ):
            if verdict in rows:
                column = "due_fen" if verdict == "unapproved" else "approved_fen"
                yield Todo(kind, rows[verdict]["lines"], rows[verdict][column])
    if not isinstance(page.funds, Missing):
        over = page.funds.filter(pl.col("year_end_fen") > pl.col("budget_fen"))
        yield Todo(
            OVER_BUDGET,
            over.height,
            int((over["year_end_fen"] - over["budget_fen"]).sum() or 0),
            names=tuple(over["fund"]),
        )


def _people(known: Known, page: Page) -> Iterator[Todo]:
    if not isinstance(page.due, Missing):
        soon = {kind: n for kind, n in page.due.select("kind", "within_3").iter_rows() if kind in {CAP, PENSION}}
        yield Todo(DUE, sum(soon.values()), names=tuple(str(soon.get(kind, 0)) for kind in (CAP, PENSION)))
    if not isinstance(page.risks, Missing) and known.risk is not None and known.risk.before is not None:
        fresh = page.risks.filter(pl.col("new") > 0)
        yield Todo(NEW_RISKS, int(fresh["new"].sum() or 0), codes=tuple(fresh["code"]))
    if not isinstance(page.staff, Missing):
        lack, bare = (int(page.staff[name].sum() or 0) for name in ("missing", "uncovered"))
        yield Todo(STAFF, lack + bare, names=(str(lack), str(bare)), codes=("PLT001", "PLT002"))


def _rules(known: Known, page: Page) -> Iterator[Todo]:
    crashed = tuple(outcome.code for outcome in page.outcomes if outcome.status == "crashed")
    yield Todo(CRASHED, len(crashed), codes=crashed)
    if not known.scope.town:
        idle = [outcome.code for outcome in page.outcomes if outcome.status == "not_run"]
        yield Todo(NOT_RUN, len(idle))

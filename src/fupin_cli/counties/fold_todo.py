"""What is to be done in many counties: each kind once, with the counties where most of it is; and a table of all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from fupin_cli.counties.lacking import names_of
from fupin_cli.counties.state import FAILED
from fupin_cli.reports import todo as kinds
from fupin_cli.reports.known import COUNTY, Todo

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fupin_cli.counties.lacking import Own
    from fupin_cli.reports.about import Absent

WORST = 3  # counties that stand with each thing to do
CALLED = (kinds.UNREAD, kinds.LATE, kinds.OVER_BUDGET)  # what is to be done names whom to call on


def todo(owns: Sequence[Own], absent: Sequence[Absent]) -> list[Todo]:
    """Counties that are not in the page, then each kind of thing to do, the worst kind first."""
    failed = [one.name for one in absent if one.status == FAILED]
    others = [one.name for one in absent if one.status != FAILED]
    found = [
        Todo(kind, len(names), names=(names_of(names),))
        for kind, names in ((kinds.COUNTY_FAILED, failed), (kinds.COUNTY_MISSING, others))
        if names
    ]
    by_kind: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    for own in owns:
        for entry in own.page["todo"]:
            by_kind.setdefault(entry["kind"], []).append((own.name, entry))
    return found + [_one(kind, by_kind[kind], owns) for kind in kinds.ORDER if kind in by_kind]


def _one(kind: str, entries: list[tuple[str, dict[str, Any]]], owns: Sequence[Own]) -> Todo:
    money = [entry["fen"] for _, entry in entries if entry["fen"] is not None]
    worst = sorted(entries, key=lambda one: (one[1]["fen"] or 0, one[1]["count"]), reverse=True)
    where = [f"{name} {entry['count']:,}" for name, entry in worst[:WORST]]
    if len(worst) > WORST:
        where[-1] += f" 等 {len(worst)} 个县"
    codes: dict[str, int] = {}
    for _, entry in entries:
        for code in entry["codes"]:
            codes[code] = codes.get(code, 0) + 1
    count = sum(entry["count"] for _, entry in entries)
    if kind == kinds.NOT_RUN:  # the same rule idle in two counties is one rule
        count = len({code for own in owns for code in own.page["whys"]})
    named = [entry["names"] for _, entry in entries if entry["names"]]
    numbers = tuple(str(sum(map(int, column))) for column in zip(*named, strict=True))
    return Todo(
        kind,
        count,
        sum(money) if money else None,
        tuple(sorted(codes, key=lambda code: (-codes[code], code))[: kinds.SHOWN]),
        tuple(where) if kind in CALLED else numbers,
        () if kind in CALLED else tuple(where),
    )


def each(owns: Sequence[Own]) -> pl.DataFrame:
    """What is to be done in each county: a column a kind (null: nothing), the worst county first."""
    shown = [kind for kind in kinds.ORDER if kind not in (kinds.COUNTY_FAILED, kinds.COUNTY_MISSING)]
    rows = [{COUNTY: own.name} | {entry["kind"]: entry["count"] for entry in own.page["todo"]} for own in owns]
    frame = pl.DataFrame(rows, schema={COUNTY: pl.String, **dict.fromkeys(shown, pl.Int64)})
    return frame.sort(shown, descending=True, nulls_last=True, maintain_order=True)

"""What no county can see alone (SPEC 16, XC001–XC007): extracts of all counties compared, one range of codes a task.

Only codes are seen here. A hit names a county (by its number), a person's code, and the other counties.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from fupin_cli.counties.extract import KINDS, MONTHS, OWN_BIT, PARTS
from fupin_cli.outputs.files import atomic
from fupin_cli.policy import months

if TYPE_CHECKING:
    from collections.abc import Iterator

HITS: dict[str, Any] = {
    "rule": pl.String,
    "county": pl.UInt16,
    "person": pl.UInt64,
    "others": pl.List(pl.UInt16),
    "mask": pl.UInt64,
    "total": pl.Int64,
    "approval": pl.Date,
    "kind": pl.String,
    "day": pl.Date,
}
OWN = 1 << OWN_BIT
PAIR = ["code", "check"]


@dataclass(frozen=True)
class Range:
    """One task: buckets `first` to `last` of rows of all counties. `caps`: the cap in months by each county's own settings."""

    key: str
    files: tuple[str, ...]
    caps: tuple[int, ...]
    first: int
    last: int
    month: int
    target: str


def match_range(task: Range, rows: pl.DataFrame | None = None) -> dict[str, Any]:
    """Compare rows whose codes stand in several counties (`shared.sifted`), write the hits, and say how many.

    `rows`: all of them, where they have not been written to `task.files`.
    """
    if rows is None:
        here = pl.col("bucket").is_between(task.first, task.last)
        rows = pl.concat([pl.scan_parquet(file).filter(here) for file in task.files]).collect()
    hits = find_hits(rows, task.caps, task.month)
    with atomic(Path(task.target)) as temporary:
        hits.write_parquet(temporary)
    return {"status": "done", "rows": hits.height}


def find_hits(rows: pl.DataFrame, caps: tuple[int, ...], month: int) -> pl.DataFrame:
    """Give the hits (`HITS`) among rows of extracts with their `county`. `caps`: months, by county number."""
    people = rows.filter(pl.col("kind") == KINDS["person"])
    other = people.select(
        *PAIR, **{f"{name}_other": name for name in people.columns if name not in (*PAIR, "kind", "bucket", "person")}
    )
    pairs = people.join(other, on=PAIR).filter(pl.col("county") != pl.col("county_other"))
    found = [
        *_people(pairs, month),
        _over_cap(people, pairs, caps),
        *(_shared(rows, kind, rule) for kind, rule in (("account", "XC004"), ("phone", "XC005"))),
    ]
    empty = pl.DataFrame(schema=HITS)
    hits = pl.concat(
        [empty, *(part.select(pl.col(n).cast(t) for n, t in HITS.items() if n in part.columns) for part in found)],
        how="diagonal",
    )
    return hits.sort("rule", "county", "person", "kind")


def _people(pairs: pl.DataFrame, month: int) -> Iterator[pl.DataFrame]:
    """Give XC001, XC002, XC006 and XC007."""
    yield _told(pairs.filter(pl.col("registry") & pl.col("registry_other")), "XC001")
    yield _told(pairs.filter(pl.col("roster") & pl.col("roster_other")), "XC002")
    twice = pairs.with_columns(mask=pl.col("mask") & pl.col("mask_other")).filter(pl.col("mask") != 0)
    yield _told(twice, "XC006", mask=pl.col("mask").bitwise_or())
    paid = pl.col("roster") | ((pl.col("mask") & pl.lit(OWN, dtype=pl.UInt64)) != 0)
    first, last = months.first_day(month), months.last_day(month)
    lists = {
        "dead": ("dead_other", (pl.col("dead_other") <= last) & ~pl.col("dead_unsure_other")),
        "jailed": (
            "jailed_other",
            (pl.col("jailed_other") <= last)
            & (pl.col("freed_other").is_null() | (pl.col("freed_other") >= first))
            & ~pl.col("jailed_unsure_other"),
        ),
        "dead_unsure": ("dead_other", pl.col("dead_unsure_other")),
        "jailed_unsure": ("jailed_other", pl.col("jailed_unsure_other")),
        "public": (
            "paid_from_other",
            (pl.col("paid_from_other") <= month)
            & (pl.col("paid_until_other").is_null() | (pl.col("paid_until_other") >= month)),
        ),
    }
    for kind, (column, fits) in lists.items():
        rows = pairs.filter(paid & fits.fill_null(value=False))
        day = pl.col(column).min() if kind != "public" else pl.lit(None, dtype=pl.Date)
        yield _told(rows, "XC007", day=day).with_columns(kind=pl.lit(kind))


def _told(pairs: pl.DataFrame, rule: str, **more: pl.Expr) -> pl.DataFrame:
    """One hit a person and county, with all other counties."""
    return (
        pairs.group_by("county", "person")
        .agg(others=pl.col("county_other").unique().sort(), **more)
        .with_columns(rule=pl.lit(rule))
    )


def _over_cap(people: pl.DataFrame, pairs: pl.DataFrame, caps: tuple[int, ...]) -> pl.DataFrame:
    """XC003: on the roster here, the cap used by all counties together and not by this county alone.

    A month counts once. What counties that count by fractions have left unused is taken off whole, so that nobody is
    refused who might have a day left. Whether the extension holds is for the county to say, which knows the person.
    """
    before = pl.col("mask") & pl.lit(OWN - 1, dtype=pl.UInt64)
    used = (before.bitwise_count_ones().cast(pl.Int64) + pl.col("older")) * PARTS - pl.col("short")
    together = people.group_by(PAIR).agg(
        _before=before.bitwise_or(),
        _older=pl.col("older").max(),
        _short=pl.col("short").sum(),
        approval=pl.col("first_approval").min(),
    )
    total = (pl.col("_before").bitwise_count_ones().cast(pl.Int64) + pl.col("_older")) * PARTS - pl.col("_short")
    cap = pl.col("county").replace_strict(dict(enumerate(caps)), return_dtype=pl.Int64) * PARTS
    rows = people.filter("roster").join(together, on=PAIR).filter((total >= cap) & (used < cap))
    # Its own other counties: those that have paid any month.
    paying = pairs.filter((pl.col("mask_other") != 0) | (pl.col("older_other") > 0))
    others = paying.group_by("county", "person").agg(others=pl.col("county_other").unique().sort())
    return rows.join(others, on=["county", "person"]).select(
        "county", "person", "others", "approval", total=total // PARTS, rule=pl.lit("XC003")
    )


def _shared(rows: pl.DataFrame, kind: str, rule: str) -> pl.DataFrame:
    """XC004, XC005: one account or phone of different people in several counties."""
    own = rows.filter(pl.col("kind") == KINDS[kind]).select(*PAIR, "person", "county")
    other = own.select(*PAIR, person_other="person", county_other="county")
    pairs = own.join(other, on=PAIR).filter(
        (pl.col("county") != pl.col("county_other")) & (pl.col("person") != pl.col("person_other"))
    )
    return _told(pairs, rule)


def months_of(mask: int, month: int) -> list[int]:
    """The months that a mask of a comparison of `month` stands for."""
    return [month - OWN_BIT + bit for bit in range(MONTHS) if mask >> bit & 1]

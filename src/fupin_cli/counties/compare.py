"""The comparison of all extracts on an engine: in one task where they are few, else in steps of many (`shared`)."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import polars as pl

from fupin_cli.counties.match import HITS, Range, match_range
from fupin_cli.counties.pool import Engine, Limits, run_tasks
from fupin_cli.counties.shared import Gather, Meet, Sift, do_gather, do_meet, do_sift, gathered, met, sifted
from fupin_cli.errors import FupinError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

BUCKETS, CODES, ROWS_A_TASK = 256, 1 << 64, 1_000_000


@dataclass(frozen=True)
class Whole:
    """One task: all extracts at once, of so few rows that one worker holds them. Otherwise as `Range`."""

    key: str
    files: tuple[str, ...]
    caps: tuple[int, ...]
    month: int
    target: str


def match_whole(task: Whole) -> dict[str, Any]:
    """Compare all extracts, write the hits, and say how many."""
    rows = sifted(task.files, 0, met(gathered(task.files)))
    return match_range(Range(task.key, (), task.caps, 0, BUCKETS - 1, task.month, task.target), rows)


def compare(  # noqa: PLR0913, PLR0917 - what a comparison is of
    files: Sequence[str],
    rows: Sequence[int],
    caps: Sequence[int],
    folder: Path,
    month: int,
    engine: Engine,
    limits: Limits,
    most: int = ROWS_A_TASK,
) -> pl.DataFrame:
    """Give all hits (`match.HITS`) among extracts: `files`, of so many `rows`; `caps`: the counties' own caps in months.

    What is written on the way lies in `folder`, codes only, and is taken away at the end. `most`: rows a task holds at once.

    Raises:
        FupinError: a part could not be compared: some of the hits are no result.
    """
    if not files:
        return pl.DataFrame(schema=HITS)
    shutil.rmtree(folder, ignore_errors=True)  # of a run that was killed
    folder.mkdir(mode=0o700, parents=True)

    def every(tasks: Sequence[Any], function: Any) -> int:
        found = 0
        for outcome in run_tasks(tasks, function, engine, limits):
            if outcome.result is None:
                raise FupinError(f"{outcome.key} 没有做成：{outcome.error}", outcome.hint)
            found += outcome.result["rows"]
        return found

    def target(name: str, number: int) -> str:
        return str(folder / f"{name}-{number}.parquet")

    try:
        if sum(rows) <= most:
            last: Sequence[Any] = [Whole("比对", tuple(files), tuple(caps), month, target("hits", 0))]
            every(last, match_whole)
        else:
            groups = list(_groups(rows, most))
            own = [tuple(files[first:end]) for first, end in groups]
            gather = [Gather(f"取编码 {n}", one, target("codes", n)) for n, one in enumerate(own, 1)]
            every(gather, do_gather)
            codes = tuple(task.target for task in gather)
            edges = _edges(CODES, -(-sum(rows) // most))
            meet = [
                Meet(f"找相同编码 {n}", codes, low, high - 1, target("met", n))
                for n, (low, high) in enumerate(pairwise(edges), 1)
            ]
            every(meet, do_meet)
            shared = tuple(task.target for task in meet)
            sift = [
                Sift(f"取行 {n}", one, first, shared, target("rows", n))
                for n, (one, (first, _)) in enumerate(zip(own, groups, strict=True), 1)
            ]
            parts = -(-every(sift, do_sift) // most) or 1
            taken = tuple(task.target for task in sift)
            last = [
                Range(f"比对 {n}", taken, tuple(caps), low, high - 1, month, target("hits", n))
                for n, (low, high) in enumerate(pairwise(_edges(BUCKETS, parts)), 1)
            ]
            every(last, match_range)
        return _together([pl.read_parquet(task.target) for task in last])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _together(parts: list[pl.DataFrame]) -> pl.DataFrame:
    """One hit a rule, county and person, also where one of two accounts was compared in another part than the other."""
    key = ["rule", "county", "person", "kind"]
    rest = [name for name in HITS if name not in (*key, "others")]
    whole = pl.concat(parts).group_by(key).agg(pl.col("others").explode().unique().sort(), pl.col(rest).first())
    return whole.select(*HITS).sort(key)


def _groups(rows: Sequence[int], most: int) -> Iterator[tuple[int, int]]:
    """Counties side by side with at most so many rows together, or one that has more: first and end."""
    first = held = 0
    for number, count in enumerate(rows):
        if number > first and held + count > most:
            yield first, number
            first, held = number, 0
        held += count
    yield first, len(rows)


def _edges(whole: int, parts: int) -> list[int]:
    parts = min(parts, BUCKETS)
    return [whole * part // parts for part in range(parts + 1)]

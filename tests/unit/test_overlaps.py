"""Overlapping periods, against every pair."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from fupin_cli.checks.overlaps import overlapping, overlapping_spans
from tests.conftest import LONG

PERIODS = st.lists(st.tuples(st.sampled_from("AB"), st.integers(0, 60), st.integers(0, 20)), max_size=12)


@settings(max_examples=200 if LONG else 60, deadline=None)
@given(PERIODS)
def test_a_row_is_found_if_it_shares_a_day_with_another_of_its_key(periods: list[tuple[str, int, int]]) -> None:
    origin = date(2024, 1, 1)
    rows = [
        (key, origin + timedelta(days=a), origin + timedelta(days=a + n), 0, i) for i, (key, a, n) in enumerate(periods)
    ]
    schema = {"key": pl.String, "start": pl.Date, "end": pl.Date, "_src": pl.UInt32, "_row": pl.UInt32}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    found = set(overlapping(frame.lazy(), ["key"], "start", "end").collect()["_row"])
    pairs = ((a, b) for a in rows for b in rows if a[4] != b[4] and a[0] == b[0])
    assert found == {a[4] for a, b in pairs if a[1] <= b[2] and b[1] <= a[2]}


SPANS = st.lists(
    st.tuples(st.sampled_from("AB"), st.integers(0, 90), st.integers(0, 60), st.booleans(), st.booleans()), max_size=6
)


@settings(max_examples=100 if LONG else 40, deadline=None)
@given(SPANS)
def test_a_bound_known_to_the_month_is_no_overlap_unless_every_day_of_it_would_be(
    spans: list[tuple[str, int, int, bool, bool]],
) -> None:
    """9.12: an end and a start in the same month do not overlap; compared with every way to fill in the days."""
    origin = date(2024, 1, 1)
    rows = []
    for n, (key, a, length, start_month, end_month) in enumerate(spans):
        start, end = origin + timedelta(days=a), origin + timedelta(days=a + length)
        rows.append(
            (
                key,
                start.replace(day=1) if start_month else start,
                last_of(end) if end_month else end,
                start_month,
                end_month,
                0,
                n,
            )
        )
    schema = {
        "key": pl.String,
        "start": pl.Date,
        "end": pl.Date,
        "_start_month": pl.Boolean,
        "_end_month": pl.Boolean,
        "_src": pl.UInt32,
        "_row": pl.UInt32,
    }
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    found = set(overlapping_spans(frame.lazy(), "key", "start", "end").collect()["_row"])
    sure = [(row[6], row[0], *surely(row)) for row in rows]
    pairs = ((a, b) for a in sure for b in sure if a[0] != b[0] and a[1] == b[1])
    # However the unwritten days of both are filled in, they share a day.
    assert found == {a[0] for a, b in pairs if a[2] <= b[3] and b[2] <= a[3]}


def last_of(day: date) -> date:
    """The month's last day."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def surely(row: tuple[Any, ...]) -> tuple[date, date]:
    """The latest start and the earliest end of all periods that a row may mean, day by day."""
    _, start, end, start_month, end_month, *_ = row
    starts = [start + timedelta(days=n) for n in range((last_of(start) - start).days + 1)] if start_month else [start]
    ends = [end - timedelta(days=n) for n in range(end.day)] if end_month else [end]
    possible = [(s, e) for s in starts for e in ends if s <= e]
    return max(s for s, _ in possible), min(e for _, e in possible)

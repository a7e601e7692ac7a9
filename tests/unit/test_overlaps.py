"""Overlapping periods, against every pair."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from fupin_cli.checks.overlaps import overlapping

PERIODS = st.lists(st.tuples(st.sampled_from("AB"), st.integers(0, 60), st.integers(0, 20)), max_size=12)


@settings(max_examples=200, deadline=None)
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

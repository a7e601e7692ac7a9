"""Claim lines: properties that hold for any roster."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from fupin_cli.measures.claims import STATUSES, with_status
from fupin_cli.measures.post import settled
from fupin_cli.policy.parameters import Policy, load_policy
from fupin_cli.policy.rounding import prorate_fen
from fupin_cli.policy.settings import Post, Settings
from tests.conftest import LONG

MONTH = 2024 * 12 + 4
STANDARD = 73205
SCHEMA = {
    "id_number": pl.String,
    "post_id": pl.String,
    "first_approval": pl.Date,
    "on_post": pl.Date,
    "numerator_x100": pl.Int64,
    "divisor_x100": pl.Int64,
    "months_counted": pl.Int64,
    "paid_mask": pl.Int64,
    "refused": pl.Boolean,
    "held": pl.Boolean,
}
ROWS = st.lists(
    st.tuples(
        st.sampled_from("AB"),
        st.sampled_from("123"),
        st.integers(0, 900),
        st.integers(0, 30),
        st.none() | st.integers(0, 3300),
        st.none() | st.integers(100, 3100),
        st.integers(0, 40),
        st.integers(0, 2**31 - 1),
        st.booleans(),
        st.booleans(),
    ),
    max_size=8,
    unique_by=lambda row: (row[0], row[1]),
)


def policy(count: str, proration: str) -> Policy:
    post = Post.model_validate({"month_count": count, "proration": proration})
    return Policy(load_policy("朝阳市"), Settings(post=post))


def compute(rows: list[tuple[object, ...]], chosen: Policy) -> pl.DataFrame:
    origin = date(2022, 1, 1)
    made = [
        (r[0], r[1], origin + timedelta(days=int(str(r[2]))), date(2024, 5, 1) + timedelta(days=int(str(r[3]))), *r[4:])
        for r in rows
    ]
    frame = pl.DataFrame(made, schema=SCHEMA, orient="row")
    calendar = chosen.settings.post.proration == "calendar"
    if calendar:
        days = pl.col("paid_mask").bitwise_count_ones().cast(pl.Int64) * 100
        frame = frame.with_columns(numerator_x100=days, divisor_x100=pl.lit(3100, dtype=pl.Int64))
    lines = frame.drop("refused", "held").with_columns(
        standard_fen=pl.lit(STANDARD, dtype=pl.Int64),
        due_fen=prorate_fen(pl.lit(STANDARD, dtype=pl.Int64), pl.col("numerator_x100"), pl.col("divisor_x100")),
        first_paid=pl.lit(None, dtype=pl.Int32),
        used_num=pl.col("months_counted").cast(pl.Int128),
        used_den=pl.lit(1, dtype=pl.Int128),
        extended=pl.lit(value=False),
        pension_date=pl.lit(date(2040, 1, 1)),
        _src=pl.lit(0, dtype=pl.UInt32),
        _row=pl.int_range(frame.height, dtype=pl.UInt32),
        id_ok=pl.lit(value=True),
        settled_days_x100=pl.lit(None, dtype=pl.Int64),
        settled_fen=pl.lit(None, dtype=pl.Int64),
    )
    codes = lines.select(
        "_src",
        "_row",
        frame["refused"],
        frame["held"],
        codes=pl.lit(["POST005"], dtype=pl.List(pl.String)),
        waived_codes=pl.lit([], dtype=pl.List(pl.String)),
        stopping=pl.lit([], dtype=pl.List(pl.String)),
    )
    return settled(with_status(lines, codes, []), chosen, MONTH)


@settings(max_examples=150 if LONG else 60, deadline=None)
@given(ROWS, st.sampled_from(["paid_months", "prorated"]), st.sampled_from(["attendance", "calendar"]))
def test_no_line_is_negative_or_above_the_standard_and_no_person_is_paid_more_than_a_month(
    rows: list[tuple[object, ...]], count: str, proration: str
) -> None:
    lines = compute(rows, policy(count, proration))
    assert lines.height == len(rows)
    assert set(lines["status"]) <= set(STATUSES)
    assert lines.filter(pl.col("status") != "pay")["amount_fen"].sum() == 0
    assert lines.filter((pl.col("amount_fen") < 0) | (pl.col("amount_fen") > STANDARD)).height == 0
    assert lines.filter((pl.col("status") == "pay") & pl.col("amount_fen").is_null()).height == 0
    by_person = lines.group_by("id_number").agg(pl.col("amount_fen").sum(), n=pl.len())
    rounding = by_person["n"].max() or 0  # each line rounds once
    assert by_person.filter(pl.col("amount_fen") > STANDARD + rounding).height == 0  # type: ignore[operator]


@settings(max_examples=60 if LONG else 25, deadline=None)
@given(ROWS, st.randoms())
def test_the_order_of_rows_does_not_matter(rows: list[tuple[object, ...]], moments: object) -> None:
    chosen = policy("paid_months", "attendance")
    shuffled = list(rows)
    moments.shuffle(shuffled)  # type: ignore[attr-defined]
    keys = ["id_number", "post_id"]
    first, second = (
        compute(order, chosen).select(*keys, "status", "amount_fen", "due_fen").sort(keys) for order in (rows, shuffled)
    )
    assert first.equals(second)

"""Months used, against a naive loop."""

from __future__ import annotations

from fractions import Fraction

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from fupin_cli.month.used_months import used_months
from fupin_cli.policy.parameters import Policy, load_policy
from fupin_cli.policy.settings import Post, Settings

MONTH = 2024 * 12 + 4
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["A", "B"]),
        st.integers(MONTH - 40, MONTH + 2),
        st.integers(0, 90000),
        st.sampled_from(["paid", "failed", "recovered", "unknown", None]),
        st.sampled_from(["post", "transport"]),
    ),
    max_size=60,
)


def policy(count: str) -> Policy:
    return Policy(load_policy("朝阳市"), Settings(post=Post.model_validate({"month_count": count})))


@settings(max_examples=60, deadline=None)
@given(ROWS, st.sampled_from(["paid_months", "prorated"]))
def test_the_count_is_that_of_a_loop(rows: list[tuple[str, int, int, str | None, str]], count: str) -> None:
    chosen = policy(count)
    schema = {
        "id_number": pl.String,
        "month": pl.Int32,
        "amount_fen": pl.Int64,
        "status": pl.String,
        "measure": pl.String,
    }
    found = used_months(pl.DataFrame(rows, schema=schema, orient="row"), chosen, MONTH)
    by_person: dict[str, dict[int, int]] = {}
    for person, month, amount, status, measure in rows:
        if amount > 0 and status in ("paid", "unknown", None) and measure == "post" and month != MONTH:
            paid = by_person.setdefault(person, {})
            paid[month] = paid.get(month, 0) + amount
    assert set(found["id_number"]) == set(by_person)
    for row in found.iter_rows(named=True):
        paid = by_person[row["id_number"]]
        assert row["months_counted"] == len(paid)
        assert row["first_paid"] == min(paid)
        expected = Fraction(len(paid))
        if count == "prorated":
            expected = sum((share(chosen, month, amount) for month, amount in paid.items()), start=Fraction(0))
        assert Fraction(row["used_num"], row["used_den"]) == expected


def share(chosen: Policy, month: int, amount: int) -> Fraction:
    standard = chosen.standard_fen(month)
    return Fraction(1) if standard is None else min(Fraction(1), Fraction(amount, standard))

"""Proofs of the roster and of the risks hold on any two months, and the order of rows means nothing."""

from __future__ import annotations

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from fupin_cli.reports.match import _assign
from fupin_cli.reports.risk import LIST, RiskList, compare
from fupin_cli.reports.risk_rules import RISKS
from fupin_cli.reports.roster import TOTAL, WATCHED, changes_between, proof_of
from tests.conftest import LONG

COLUMNS = ("category", "labour_class", "risk", "age_band", "state", "place", "county", "township", "area")
WORDS = st.sampled_from(["甲", "乙", None])
PERSON = st.fixed_dictionaries({"id_number": st.integers(0, 12).map(str), **dict.fromkeys(COLUMNS, WORDS)})
PEOPLE = st.lists(PERSON, max_size=10, unique_by=lambda row: row["id_number"]).map(
    lambda rows: pl.DataFrame(rows, schema=dict.fromkeys(("id_number", *COLUMNS), pl.String))
)
SOME = settings(max_examples=100 if LONG else 25)  # a tenth of a second each
COUNTS = ["before", "joined", "left", "in", "out", "after"]


@SOME
@given(PEOPLE, PEOPLE)
def test_the_proof_ties_for_every_class_and_township(before: pl.DataFrame, after: pl.DataFrame) -> None:
    whole = proof_of(before, after)
    assert whole["holds"].all()
    for _, part in whole.group_by("dimension"):
        assert part["in"].sum() == part["out"].sum()
        assert part["before"].sum() == before.height
        assert part["after"].sum() == after.height
    towns = proof_of(before, after, ("county", "township"))
    assert towns["holds"].all()
    total = towns.filter(pl.col("class") == TOTAL).select(pl.col(COUNTS).sum()).row(0)
    assert total[0] + total[1] - total[2] == total[5]
    assert total[3] == total[4]


@SOME
@given(PEOPLE, PEOPLE)
def test_changes_are_those_of_the_proof_whatever_the_order_of_rows(before: pl.DataFrame, after: pl.DataFrame) -> None:
    nobody = pl.DataFrame(schema={"id_number": pl.String})
    found = changes_between(before, after, nobody)
    again = changes_between(before.reverse(), after.reverse(), nobody)
    assert sorted(found.rows(), key=str) == sorted(again.rows(), key=str)
    proof = proof_of(before, after)
    for kind in ("joined", "left"):
        told = proof.filter(pl.col("class") == TOTAL)[kind].sum()
        assert found.filter(pl.col("kind") == kind).height == told
    moved = found.filter(pl.col("field") == "category").height
    assert proof.filter(pl.col("dimension") == "category")["in"].sum() == moved
    assert set(found["field"].drop_nulls()) <= set(WATCHED)


CODES = [risk.code for risk in RISKS]
ENTRIES = st.sets(st.tuples(st.integers(0, 5).map(str), st.sampled_from(CODES)), max_size=12)


def _list(month: int, entries: set[tuple[str, str]]) -> RiskList:
    rows = pl.DataFrame(sorted(entries), schema=["id_number", "code"], orient="row").cast(pl.String)
    return RiskList(
        month, rows.select(pl.col(n) if n in rows.columns else pl.lit(None, dtype=t).alias(n) for n, t in LIST.items())
    )


@given(ENTRIES, ENTRIES)
def test_new_continuing_and_cleared_make_up_both_lists(before: set[tuple[str, str]], now: set[tuple[str, str]]) -> None:
    found = compare(_list(24292, now), _list(24291, before))
    assert found.proof["holds"].all()
    total = found.proof.filter(pl.col("code") == "合计").row(0, named=True)
    assert (total["new"], total["continuing"], total["cleared"]) == (
        len(now - before),
        len(now & before),
        len(before - now),
    )
    assert (total["now"], total["before"]) == (len(now), len(before))


@given(
    st.lists(st.integers(0, 3), max_size=20),
    st.lists(st.integers(1, 3), min_size=3, max_size=3),
    st.permutations([(0, 5), (1, 4), (2, 1)]),
)
def test_no_vacancy_is_given_twice(wishes: list[int], room: list[int], order: list[tuple[int, int]]) -> None:
    vacancies = pl.DataFrame({"no": [0, 1, 2], "headcount": room, "usable": [True, True, True]})
    chosen = _assign(wishes, {0: order, 1: order[:1], 2: []}, vacancies)["vacancy"]
    assert len(chosen) == len(wishes)
    for number, places in enumerate(room):
        assert chosen.count(number) <= places
    # Whoever gets nothing finds all that fits full.
    for wish, given_one in zip(wishes, chosen, strict=True):
        if given_one is None and wish == 1:
            assert chosen.count(order[0][0]) == room[order[0][0]]

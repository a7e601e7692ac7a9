"""Which approved line a bank's row belongs to: by the surest key that fits exactly one line, never guessed (SPEC 7)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fupin_cli.ledger.store import APPROVAL, LINE
from fupin_cli.reconciliation.match import AMBIGUOUS, NONE, match
from fupin_cli.reconciliation.match import LINE as MATCHED

BATCH, MONTH = "202405-01", 24292
BATCHES = pl.DataFrame({"batch": [BATCH], "kind": [APPROVAL], "month": [MONTH]}, schema_overrides={"month": pl.Int64})
ROW_TYPES = {
    "batch": pl.String,
    "source_batch": pl.String,
    "line_no": pl.String,
    "id_number": pl.String,
    "name": pl.String,
    "account": pl.String,
    "amount_fen": pl.Int64,
    "folder": pl.Int32,
}
NOTHING = dict.fromkeys(ROW_TYPES) | {"amount_fen": 80526}
ONE = {"person": "A", "payee_id": "A", "payee": "张三", "name": "张三", "account": "1", "amount_fen": 80526}
OTHER = ONE | {"account": "2"}  # the same person's second line, into another account
WIFE = {"person": "B", "payee_id": "A", "payee": "张三", "name": "李四", "account": "1", "amount_fen": 80526}


def found(lines: list[dict[str, Any]], row: dict[str, Any]) -> int | str:
    """The line's number, or why there is none."""
    numbered = [line | {"line_no": n + 1} for n, line in enumerate(lines)]
    sent = pl.DataFrame(numbered).with_columns(
        pl.lit(BATCH).alias("batch"),
        pl.lit(MONTH, dtype=pl.Int64).alias("period"),
        pl.lit(LINE).alias("kind"),
        pl.col("line_no").cast(pl.Int64),
        root_batch=pl.lit(BATCH),
        root_line=pl.col("line_no").cast(pl.Int64),
    )
    matched, _ = match(pl.DataFrame([NOTHING | row], schema=ROW_TYPES), sent, BATCHES)
    ((line, kind),) = matched.select("root_line", "matched").rows()
    return int(line) if kind == MATCHED else str(kind)


@pytest.mark.parametrize(
    ("lines", "row", "expected"),
    [
        ([ONE, OTHER], {"id_number": "A"}, AMBIGUOUS),
        ([ONE, OTHER], {"id_number": "A", "account": "2"}, 2),  # the account tells which of the person's two
        ([ONE, OTHER], {"id_number": "A", "account": "3"}, AMBIGUOUS),
        ([ONE, OTHER, WIFE | {"account": "3"}], {"id_number": "A", "account": "3"}, 3),  # she is paid to him, there
        ([ONE, OTHER, WIFE | {"payee_id": "B", "account": "3"}], {"id_number": "A", "account": "3"}, AMBIGUOUS),
        ([ONE, OTHER | {"amount_fen": 100}], {"id_number": "A", "amount_fen": 100}, 2),
        ([ONE, WIFE], {"account": "1"}, AMBIGUOUS),
        ([ONE, WIFE], {"account": "1", "name": "李四"}, 2),
        ([ONE, WIFE], {"account": "1", "name": "张三"}, AMBIGUOUS),
        ([ONE], {"account": "9", "name": "王五"}, NONE),
        ([ONE, OTHER], {"batch": BATCH, "line_no": "2", "id_number": "B"}, 2),
    ],
)
def test_a_row_belongs_to_the_one_line_that_fits(
    lines: list[dict[str, Any]], row: dict[str, Any], expected: int | str
) -> None:
    assert found(lines, row) == expected


def by_hand(lines: list[dict[str, Any]], row: dict[str, Any]) -> int | str:
    """The same by one line after the other."""
    r = NOTHING | row
    levels: list[Callable[[int, dict[str, Any]], bool]] = [
        lambda n, _: r["batch"] == BATCH and r["line_no"] == str(n),
        lambda _, line: r["id_number"] in {line["person"], line["payee_id"]},
        lambda _, line: r["account"] == line["account"] and r["name"] in {line["payee"], line["name"]},
        lambda _, line: r["account"] == line["account"],
        lambda _, line: (
            r["name"] in {line["payee"], line["name"]}
            and r["amount_fen"] == line["amount_fen"]
            and r["id_number"] in {None, line["person"], line["payee_id"]}
        ),
    ]
    open_: set[int] = set()
    for fits in levels:
        here = {n for n, line in enumerate(lines, 1) if fits(n, line)}
        here = here & open_ if open_ else here
        paid = {n for n in here if lines[n - 1]["amount_fen"] == r["amount_fen"]}
        for chosen in (here, paid):
            if len(chosen) == 1:
                return chosen.pop()
        open_ = open_ or here
    return AMBIGUOUS if open_ else NONE


PEOPLE, NAMES, ACCOUNTS = st.sampled_from("ABC"), st.sampled_from(["张三", "李四"]), st.sampled_from("123")
AMOUNTS = st.sampled_from([80526, 40263])
LINES = st.fixed_dictionaries(
    {
        "person": PEOPLE,
        "payee_id": PEOPLE,
        "payee": NAMES,
        "name": NAMES,
        "account": ACCOUNTS,
        "amount_fen": AMOUNTS,
    }
)
ROWS = st.fixed_dictionaries(
    {
        "batch": st.sampled_from([None, BATCH]),
        "line_no": st.sampled_from([None, "1", "2", "7"]),
        "id_number": st.none() | PEOPLE,
        "name": st.none() | NAMES,
        "account": st.none() | ACCOUNTS | st.just("9"),
        "amount_fen": AMOUNTS,
    }
)


@given(lines=st.lists(LINES, min_size=1, max_size=4), row=ROWS)
def test_the_table_says_what_one_line_after_the_other_says(lines: list[dict[str, Any]], row: dict[str, Any]) -> None:
    assert found(lines, row) == by_hand(lines, row)

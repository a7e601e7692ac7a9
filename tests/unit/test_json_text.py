"""Rows as JSON by Polars are the bytes that the standard library writes."""

from __future__ import annotations

import json

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from fupin_cli.outputs import json_text
from fupin_cli.outputs.json_text import document_json, rows_json

SCHEMA = pl.Schema(
    {
        "text": pl.String(),
        "fen": pl.Int64(),
        "codes": pl.List(pl.String()),
        "said": pl.Boolean(),
        "none": pl.Null(),
        "row": pl.UInt32(),
    }
)
TEXTS = (
    st.none() | st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(['"', "\\", "\x00\x1f\x7f\u2028"])
)
ROWS = st.lists(
    st.tuples(
        TEXTS,
        st.none() | st.integers(-(2**63), 2**63 - 1),
        st.none() | st.lists(TEXTS, max_size=3),
        st.none() | st.booleans(),
        st.none(),
        st.none() | st.integers(0, 2**32 - 1),
    ),
    max_size=5,
)


def by_library(table: pl.DataFrame) -> bytes:
    return json.dumps(table.rows(), ensure_ascii=False).encode()


@given(ROWS)
def test_they_are_what_the_library_writes(rows: list[tuple[object, ...]]) -> None:
    table = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    assert b"".join(rows_json(table)) == by_library(table)
    document = {"格式": "x\n", "lines": table, "none": [], "totals": {"n": 1, "codes": ["A"]}}
    whole = document | {"lines": table.to_dicts()}
    assert "".join(document_json(document)) == json.dumps(whole, ensure_ascii=False, indent=2)


def test_pieces_of_a_long_table_make_one_list() -> None:
    table = pl.DataFrame({"n": range(2 * json_text.BATCH + 1), "text": "第一村"})
    assert b"".join(rows_json(table)) == by_library(table)
    assert json.loads("".join(document_json({"lines": table}))) == {"lines": table.to_dicts()}

"""The ledger's tables come back as they were posted, whatever their texts hold."""

from __future__ import annotations

import tempfile
from dataclasses import fields, replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fupin_cli.ledger import file
from fupin_cli.ledger.model import APPROVAL, Batch, Line, frame, sql_type
from fupin_cli.ledger.store import post, read
from tests.conftest import LONG

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)  # a lone surrogate is no text that a file can hold
NUMBER = st.integers(-(2**63), 2**63 - 1)
BATCH = Batch("202405-01", APPROVAL, 24288, "2024-06-01T09:00:00", "审", "编", "文", "", "", "朝阳", "0")


def lines(number: int) -> st.SearchStrategy[Line]:
    """Any line of a posting with this number."""
    facts = {
        f.name: (st.none() | NUMBER if "None" in str(f.type) else NUMBER) if sql_type(f) == "INTEGER" else TEXT
        for f in fields(Line)
    }
    return st.builds(Line, **facts | {"batch": st.just(BATCH.batch), "line_no": st.just(number)})


@settings(max_examples=100 if LONG else 15)
@given(st.integers(0, 7).flatmap(lambda count: st.tuples(*map(lines, range(count)))))
def test_what_was_posted_is_read_in_its_order_in_portions_too(posted: tuple[Line, ...]) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        root = Path(folder)
        wanted = frame("lines", posted)
        post(root, BATCH, wanted)
        assert read(root, "lines").equals(wanted)
        patch.setattr(file, "PORTION", 3)
        assert read(root, "lines").equals(wanted)
        other = wanted.head(2).with_columns(batch=pl.lit("期初's"))
        post(root, replace(BATCH, batch="期初's", month=24289), other)
        for names in ([], [BATCH.batch], [BATCH.batch, "没有"]):
            known = wanted.filter(wanted["batch"].is_in(names)).select("name", "old_fen")
            assert read(root, "lines", ["name", "old_fen"], names).equals(known)

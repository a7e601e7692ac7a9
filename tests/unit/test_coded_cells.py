"""Cells of a large sheet are kept as numbers of their words, and say what they said: to rows, to columns, to the typed table."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from fupin_cli.intake.coded import LARGE, CodedSheet, coded, shared
from fupin_cli.intake.contracts import load_contracts
from fupin_cli.intake.raw import RawSheet, Source
from fupin_cli.intake.rows import read_rows
from fupin_cli.intake.words import MANY_ROWS, says_one, single

SPEC = load_contracts()["payment_history"]
HEADERS = ["姓名", "身份证号码", "补贴类型", "补贴月份", "金额", "资金来源", "岗位编号", "批次号", "发放状态", "备注"]
COLUMNS = ["name", "id_number", "measure", "month", "amount_fen", "fund", "post_id", "batch", "status"]
ROWS = MANY_ROWS + 500


def sheet(odd: bool) -> RawSheet:
    """A title, the header, then payments; every 97th as people write them, where they are `odd`."""
    lines: list[list[str | None]] = [["补贴发放台账", *[None] * 9], [*HEADERS]]
    for n in range(ROWS):
        line: list[str | None] = [
            f"张{n % 7}",
            f"2113901970{n % 9000 + 1000}0019",
            "岗位补贴",
            f"2022{n % 12 + 1:02d}",
            "605.00",
        ]
        line += ["就业补助资金", f"GW{n}", "202203-01", "已发放", None]
        if odd and n % 97 == 0:
            line = [f" 张{n % 7}", "　", "别的补贴", "2022年13月", "=A1", "  就业资金", None, "#N/A", " 已发放 ", "?"]
        if odd and n % 501 == 0:
            line = [None] * 10
        lines.append(line)
    lines.append(["合计", *[None] * 3, "1.00", *[None] * 5])
    return RawSheet("表", pl.DataFrame(lines, orient="row", schema=dict.fromkeys(map(str, range(10)), pl.String)))


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sheets are large from a few thousand rows on: the same, in less time."""
    monkeypatch.setattr("fupin_cli.intake.coded.LARGE", MANY_ROWS)


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize("odd", [False, True])
def test_a_large_sheet_says_what_it_said(odd: bool) -> None:
    raw = sheet(odd)
    positions = {name: n for n, name in enumerate(COLUMNS)}
    kept = coded(raw, shared(SPEC, positions))
    assert isinstance(kept, CodedSheet)
    assert_frame_equal(kept.cells, raw.cells)
    assert (kept.height, kept.width, kept.offset, kept.hidden) == (raw.height, raw.width, raw.offset, raw.hidden)
    some = pl.Series([0, 1, 97, 500, ROWS], dtype=pl.UInt32)
    assert_frame_equal(kept.rows(some), raw.rows(some))
    for position in range(raw.width):
        assert kept.column(position).equals(raw.column(position))
        assert kept.column(position, some).equals(raw.column(position, some))
    # Months, amounts and words take a byte a cell; names and numbers stay the texts that the typed table takes over.
    held = kept._cells.dtypes
    assert [held[positions[name]] == pl.String for name in COLUMNS] == [
        SPEC.columns[name].type in {"name", "id", "code"} for name in COLUMNS
    ]


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize("odd", [False, True])
def test_its_rows_are_typed_as_those_of_the_sheet_as_it_was_read(odd: bool) -> None:
    raw = sheet(odd)
    positions = {name: n for n, name in enumerate(COLUMNS)}
    source = Source(
        0, "a.csv", "表", "", SPEC, raw, 2, positions, headers=dict(enumerate(HEADERS[: len(COLUMNS)])), role="current"
    )
    as_read, as_kept = (read_rows([one]) for one in (source, replace(source, raw=coded(raw, shared(SPEC, positions)))))
    assert_frame_equal(as_kept.accepted, as_read.accepted)
    assert_frame_equal(as_kept.set_aside, as_read.set_aside)
    assert_frame_equal(as_kept.found, as_read.found)
    assert as_kept.counts == as_read.counts
    assert as_kept.found.height > 0 if odd else as_kept.set_aside.is_empty()


def test_a_small_sheet_stays_as_it_is() -> None:
    small = RawSheet("表", pl.DataFrame({"0": ["a"] * LARGE}))
    assert coded(small, set()) is small
    assert isinstance(coded(RawSheet("表", pl.DataFrame({"0": ["a"] * (LARGE + 1)})), set()), CodedSheet)


@pytest.mark.parametrize(
    ("cells", "one"),
    [
        ([], True),
        ([None, None], True),
        (["a", "a"], False),  # of a small table nobody asks
        (["a"] * (MANY_ROWS + 1), True),
        (["a"] * MANY_ROWS + ["b"], False),
        (["a"] * MANY_ROWS + ["b", "a"], False),
        (["a"] * MANY_ROWS + [None], False),
        ([None] * (MANY_ROWS + 1), True),
    ],
)
def test_a_column_that_says_one_thing_is_told(cells: list[str | None], one: bool) -> None:
    assert says_one(pl.Series(cells, dtype=pl.String)) is one


def test_columns_of_a_large_table_that_say_one_thing_take_no_room() -> None:
    """As one value however many rows; and stay so, whatever the contract asks of them."""
    raw = sheet(odd=False)
    positions = {name: n for n, name in enumerate(COLUMNS)}
    source = Source(0, "a.csv", "表", "", SPEC, raw, 2, positions, headers=dict(enumerate(HEADERS[: len(COLUMNS)])))
    rows = read_rows([source]).accepted
    alike = [name for name in rows.columns if rows.select(pl.col(name).n_unique()).item() == 1]
    assert {"measure", "amount_fen", "fund", "status", "batch", "_card", "_file", "_sheet"} <= set(alike)
    assert rows.select(alike).estimated_size() < rows.height


def test_the_ledgers_payments_leave_one_values_of_a_history_as_they_are() -> None:
    few = pl.DataFrame({"measure": ["post"] * (MANY_ROWS + 1), "batch": [str(n) for n in range(MANY_ROWS + 1)]})
    assert_frame_equal(single(few), few)
    history = pl.DataFrame({"batch": few["batch"]}).select(pl.lit("post").alias("measure"), "batch")
    assert pl.concat([history, single(few)]).select("measure").estimated_size() < len(few)

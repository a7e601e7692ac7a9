"""12.7: findings month on month: what is new, what lasts since when, what is mended; nothing is new because it moved."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fupin_cli.findings import SCHEMA
from fupin_cli.reports.since import compared, keys_of
from fupin_cli.results.since import KEPT, LASTING, MENDED, NEW, Kept
from tests.cases.test_monitor_cases import build, number_of
from tests.conftest import Ran, write_csv

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.usefixtures("books_planned")

STAFF = [{"who": "S", "姓名": "王一"}, {"who": "T", "姓名": "王二"}]
VILLAGES = [{"行政村": "东一村"}, {"行政村": "东二村"}]
CODES = ("IN006", "PLT002")


def people(*wrong: str, every: str = "ABCDE") -> list[dict[str, Any]]:
    return [{"who": who, "人均纯收入": "看不清" if who in wrong else "20000"} for who in every]


def place(folder: Path, **months: Any) -> Path:
    build({"month": "2024-05"} | months, folder)
    return folder


def check(fupin: Callable[..., Ran], root: Path, month: str, *more: str) -> dict[str, Any]:
    ran = fupin("check", month, "-w", root, "--format", "json", "--unmask", *more)
    assert ran.code in (0, 1), ran.err
    return ran.document


def stands(document: dict[str, Any]) -> set[tuple[str, str, str | None, str | None]]:
    """Code, whom or what it is about, standing and since of the findings of the two codes that the tests plant."""
    return {
        (f["code"], f["person"] or f["village"] or f["message"], f["standing"], f["since"])
        for f in document["findings"]
        if f["code"] in CODES
    }


def test_a_finding_is_known_again_wherever_it_stands(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """12.7: first run: nothing is called new. Then re-sorted rows in another file last, one is mended, one is new."""
    root = place(
        tmp_path / "w",
        before={"registry": people("A", "B"), "villages": VILLAGES, "staff": STAFF},
        now={"registry": people("C", "B", every="EDCBA"), "villages": VILLAGES[::-1], "staff": STAFF[::-1]},
    )
    first = check(fupin, root, "2024-04")
    assert first["compared"]["with"] is None
    assert "没有以前月份的核查记录" in first["compared"]["why"]
    assert {(standing, since) for _, _, standing, since in stands(first)} == {(None, None)}
    moved = root / "inbox" / "2024-05" / "监测对象信息.csv"
    moved.rename(moved.with_name("5月导出(改).csv"))
    second = check(fupin, root, "2024-05")
    b, c = (number_of(who, "19800101") for who in "BC")
    assert stands(second) == {
        ("IN006", b, LASTING, "2024-04"),
        ("IN006", c, NEW, "2024-05"),
        ("PLT002", "东一村", LASTING, "2024-04"),
        ("PLT002", "东二村", LASTING, "2024-04"),
    }
    by_code = {row["code"]: [row[s] for s in (NEW, LASTING, MENDED)] for row in second["compared"]["by_code"]}
    assert by_code["IN006"] == [1, 1, 1]
    assert by_code["PLT002"] == [0, 2, 0]
    found, told = second["compared"], len(second["findings"])
    assert found["totals"][NEW] + found["totals"][LASTING] + found["left_out"]["now"] == told
    assert found["totals"][LASTING] + found["totals"][MENDED] + found["left_out"]["before"] == len(first["findings"])
    kept = b"".join(gzip.decompress(p.read_bytes()) for p in (root / ".fupin" / "findings").iterdir()).decode()
    for secret in (b, c, "张三", "王一"):
        assert secret not in kept


def test_what_a_new_table_or_rule_finds_is_not_new(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """12.7: only rules that ran in both months on the same tables are compared; the others are named."""
    root = place(
        tmp_path / "w",
        before={"registry": people("A")},
        now={"registry": people("A"), "villages": VILLAGES, "staff": STAFF},
    )
    check(fupin, root, "2024-04")
    second = check(fupin, root, "2024-05")
    assert {entry[2] for entry in stands(second) if entry[0] == "PLT002"} == {None}
    assert {entry["code"]: entry["why"] for entry in second["compared"]["not_compared"]}["PLT002"] == "上次没有运行"
    assert [entry[2] for entry in stands(second) if entry[0] == "IN006"] == [LASTING]
    ran = fupin("check", "2024-05", "-w", root)
    assert "与 2024-04 的核查比：新出 0" in ran.out
    assert "不比" in ran.out


def test_the_same_month_again(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """12.7: a second run of a month is compared with the month before; what was mended the same day is counted."""
    root = place(tmp_path / "w", before={"registry": people("A", "B")}, now={"registry": people("A", "B", "C")})
    check(fupin, root, "2024-04")
    check(fupin, root, "2024-05")
    build({"month": "2024-05", "now": {"registry": people("B", "C")}}, root)
    again = check(fupin, root, "2024-05")
    assert again["compared"]["with"] == "2024-04"
    assert again["compared"]["since_last_run"] == {NEW: 0, MENDED: 1}
    row = next(r for r in again["compared"]["by_code"] if r["code"] == "IN006")
    assert [row[s] for s in (NEW, LASTING, MENDED)] == [1, 1, 1]
    # Of some rules only: what is kept of the others stays; the month after knows both.
    check(fupin, root, "2024-05", "--select", "REG")
    write_csv(root / "inbox" / "2024-06" / "x.csv", [{"说明": "x"}])
    (root / "inbox" / "2024-06" / "x.csv").unlink()
    source = root / "inbox" / "2024-05" / "监测对象信息.csv"
    (root / "inbox" / "2024-06" / "六月.csv").write_bytes(source.read_bytes())
    later = check(fupin, root, "2024-06")
    b, c = (number_of(who, "19800101") for who in "BC")
    assert stands(later) == {("IN006", b, LASTING, "2024-04"), ("IN006", c, LASTING, "2024-05")}


def test_a_month_that_was_not_checked_and_records_that_cannot_be_used(
    fupin: Callable[..., Ran], tmp_path: Path
) -> None:
    """12.7: a month that was not checked is named; a record of another key or a damaged one is no record, and said."""
    root = place(
        tmp_path / "w",
        older={"registry": people("A")},
        before={"registry": people("A")},
        now={"registry": people("A")},
    )
    check(fupin, root, "2024-03")
    found = check(fupin, root, "2024-05", "--no-workbook")
    assert found["compared"]["with"] == "2024-03"
    assert found["compared"]["unchecked"] == ["2024-04"]
    records = root / ".fupin" / "findings"
    assert [p.name for p in records.iterdir()] == ["2024-03.json.gz"]  # nothing is kept of a look
    for content in (b"", gzip.compress(b"{}"), gzip.compress(b'{"key": "x"}')):
        (records / "2024-03.json.gz").write_bytes(content)
        found = check(fupin, root, "2024-05", "--no-workbook")
        assert found["compared"]["with"] is None
        assert "读不懂" in found["compared"]["why"]
        assert {f["standing"] for f in found["findings"]} <= {None}


@pytest.mark.books
def test_the_workbook_says_since_when(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """12.7: column 首次发现 of the list; a sheet with rule × township that says what it compares."""
    import openpyxl

    root = place(tmp_path / "w", before={"registry": people("A")}, now={"registry": people("A", "B")})
    check(fupin, root, "2024-04")
    document = check(fupin, root, "2024-05")
    book = openpyxl.load_workbook(document["outputs"][0])
    every = [list(row) for row in book["明细"].iter_rows(values_only=True)]
    top = next(n for n, row in enumerate(every) if "代码" in row)
    headers, rows = every[top], every[top + 1 :]
    column, code = headers.index("首次发现"), headers.index("代码")
    assert sorted(str(row[column]) for row in rows if row[code] == "IN006") == ["2024-04", "2024-05（新）"]
    sheet = ["".join(str(c or "") for c in row) for row in book["与上月比"].iter_rows(values_only=True)]
    assert "与 2024-04 的核查比" in sheet[0]
    assert any(row.startswith("IN006") and "东川镇" in row for row in sheet)


FOUND = {
    **SCHEMA,
    "county": pl.String(),
    "township": pl.String(),
}


def _found(rows: list[tuple[str, str, str]], order: list[int], file: str) -> pl.DataFrame:
    picked = [rows[n] for n in order]
    frame = pl.DataFrame(
        [{"code": code, "person": person, "column": column} for code, person, column in picked], schema=FOUND
    )
    return frame.with_columns(
        file=pl.lit(file), _row=pl.int_range(2, 2 + len(picked)).cast(pl.UInt32), table=pl.lit("registry")
    )


@given(
    st.lists(st.tuples(st.sampled_from(["A1", "B2"]), st.sampled_from("xyz"), st.sampled_from("uv")), max_size=12),
    st.randoms(use_true_random=False),
)
def test_order_and_place_mean_nothing(rows: list[tuple[str, str, str]], random: Any) -> None:
    """12.7: the keys of findings are the same whatever line and file they stand on; new + lasting, lasting + mended tie."""
    order = list(range(len(rows)))
    random.shuffle(order)
    one = keys_of(_found(rows, list(range(len(rows))), "a.csv"), [], b"k" * 32)
    other = keys_of(_found(rows, order, "六月/b.csv"), [], b"k" * 32)
    assert sorted(one) == sorted(other)
    assert one.n_unique() == len(rows)  # equal findings are told apart by their number
    cut = random.randint(0, len(rows))
    before, now = _kept(24291, _found(rows, order[cut:], "b.csv")), _kept(24292, _found(rows, order, "a.csv"))
    _, states, since = compared(now, before, None)
    assert since.totals[NEW] + since.totals[LASTING] == len(rows)
    assert since.totals[LASTING] + since.totals[MENDED] == len(rows) - cut
    assert (states == LASTING).sum() == len(rows) - cut


def _kept(month: int, found: pl.DataFrame) -> Kept:
    keys = keys_of(found, [], b"k" * 32)
    rows = found.select("code", "table", "county", "township", "amount_fen", key=keys, since=month)
    return Kept(month, rows.select(KEPT.names()).cast(KEPT), {"A1": [], "B2": []}, ["registry"])


def test_another_key_gives_other_hashes() -> None:
    found = _found([("A1", "x", "u")], [0], "a.csv")
    assert keys_of(found, [], b"k" * 32)[0] != keys_of(found, [], b"k" * 31 + b"y")[0]

"""Sheets of one table are typed together (15): of each comes what comes of it alone, whatever its neighbours hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from fupin_cli.intake.contracts import load_contracts
from fupin_cli.intake.headers import recognise
from fupin_cli.intake.raw import RawSheet, Source
from fupin_cli.intake.rows import Rows, read_rows
from tests.conftest import LONG

if TYPE_CHECKING:
    from fupin_cli.intake.contracts import TableSpec

CONTRACTS = load_contracts()
ID = "211390198001010015"
CELLS = (
    None,
    "",
    "  ",
    ID,
    "21139019800101001５",
    "123",
    "第①村",
    "赵 伟",
    "是",
    "否",
    "2024-05-01",
    "2024年5月",
    "至今",
    "45413",
    "605.00",
    "１２",
    "1.005",
    "=1+1",
    "-",
    "㎡",
    "62 0012345678901234",
    "脱贫户",
    "脱贫户，监测户",
    "岗位补贴",
    "失败",
    "未填",
)
FOOTERS = ("合计", "合计：3", "填表人：赵伟", "总计")
WORN = ("assignments", "attendance", "payment_history", "registry", "posts", "employment")


def source(spec: TableSpec, index: int, names: list[str], rows: list[list[str | None]]) -> Source:
    """A sheet of these columns: a title line, the header, the rows."""
    header = [spec.columns[name].header for name in names]
    lines: list[list[str | None]] = [["某乡报表", *[None] * (len(names) - 1)], [*header], *rows]
    cells = pl.DataFrame(lines, schema={str(n): pl.String for n in range(len(names))}, orient="row")
    numeric = cells.select(pl.all().str.contains("^[0-9]{18,}$").fill_null(value=False))
    raw = RawSheet(
        f"表{index}", cells, numeric=(lambda wanted: numeric.select(str(n) for n in wanted)) if index % 2 else None
    )
    positions = {name: n for n, name in enumerate(names)}
    return Source(index, f"{index}.xlsx", raw.name, "", spec, raw, 2, positions, headers=dict(enumerate(header)))


def closed(word: str, row: list[str | None]) -> list[str | None]:
    """A row that ends a table."""
    return [word, *row[1:]]


@st.composite
def sheets(draw: st.DrawFn, table: str) -> list[Source]:
    """Up to four sheets of a table, each with its own columns in its own order, with footers and headers in between."""
    spec = CONTRACTS[table]
    found = []
    for index in range(draw(st.integers(2, 4))):
        needed = [column.name for column in spec.bold]
        more = draw(
            st.lists(st.sampled_from([n for n in spec.columns if n not in needed] or needed), unique=True, max_size=4)
        )
        names = draw(st.permutations([*needed, *(n for n in more if n not in needed)]))
        plain = st.lists(st.sampled_from(CELLS), min_size=len(names), max_size=len(names))
        closing = st.builds(closed, st.sampled_from(FOOTERS), plain)
        again = st.just([spec.columns[name].header for name in names])
        found.append(
            source(spec, index + 3, names, draw(st.lists(st.one_of(plain, plain, closing, again), max_size=6)))
        )
    return found


def told(rows: Rows) -> pl.DataFrame:
    return rows.found.sort(rows.found.columns, maintain_order=True)


@pytest.mark.parametrize("table", WORN)
@settings(max_examples=20 if LONG else 4, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_typed_together_is_typed_alone(table: str, data: st.DataObject) -> None:
    """15: rows, rows set aside, findings and counts of a sheet are the same alone and beside others."""
    given_sheets = data.draw(sheets(table))
    together = read_rows(given_sheets)
    alone = [read_rows([sheet]) for sheet in given_sheets]
    assert_frame_equal(together.accepted, pl.concat([rows.accepted for rows in alone]))
    assert_frame_equal(together.set_aside, pl.concat([rows.set_aside for rows in alone]))
    assert_frame_equal(told(together), pl.concat([rows.found for rows in alone]).sort(together.found.columns))
    for sheet, rows in zip(given_sheets, alone, strict=True):
        assert together.counts[sheet.index] == rows.counts[sheet.index]
        assert_frame_equal(together.of({sheet.index}).accepted, rows.accepted)


def test_a_sheet_without_the_column_says_nothing_where_an_empty_cell_says_no() -> None:
    """15: 享受低保: an empty cell means no (SPEC 8.20), a column that is not there nothing, beside a sheet that has it too."""
    spec = CONTRACTS["registry"]
    benefit = next(name for name, column in spec.columns.items() if column.type == "benefit")
    needed = [column.name for column in spec.bold]
    row: list[str | None] = [ID if name == "id_number" else "甲" for name in needed]
    typed = read_rows([source(spec, 2, [*needed, benefit], [[*row, None]]), source(spec, 4, needed, [row])])
    assert typed.accepted[benefit].to_list() == [False, None]


HEADS = ("姓名", "身份证号码", "岗位编号", "年月", "规定出勤天数", "本月累计出勤天数")


@pytest.mark.parametrize("without_number", [0, 25])
@pytest.mark.parametrize(
    ("again", "row"),
    [
        (HEADS, 0),  # repeated at a page break
        ((*HEADS[:4], HEADS[5], HEADS[4]), 3),
        (("", *HEADS), 3),
        ((*HEADS[:4], "应出勤天数", "实出勤天数"), 0),  # other words for the same columns
        (("姓名", "", "", "", "", ""), 0),  # no header
    ],
)
def test_a_second_header_in_another_order_is_told(again: tuple[str, ...], row: int, without_number: int) -> None:
    """8.4: tables pasted one below the other with their columns in another order would be read in wrong columns.

    By its number a row is told from a header: whether few have none or many.
    """
    person = ["甲", "211390198001010014", "GW1", "2024-05", "22", "11", ""]
    nobody = [["乙", "", "GW1", "2024-05", "22", "11", ""]] * without_number
    lines = [[*HEADS, ""], person, [*again, ""][:7], person, *nobody]
    raw = RawSheet("表", pl.DataFrame([[str(cell) for cell in line] for line in lines], orient="row"))
    seen = recognise(raw, "a.csv", CONTRACTS)
    assert seen.again == row
    assert [match.spec.table for match in seen.matches] == ([] if row else ["attendance"])


@pytest.mark.parametrize(
    ("right", "beside"),
    [
        (HEADS, ("姓名", 0, 7)),
        (("姓名", "身份证号码", "岗位编号", "", "", "实出勤天数"), ("姓名", 0, 7)),  # the month is said once
        (("姓名", "身份证号码", "联系电话", "", "", ""), None),  # a payee's
        (("", "", "", "", "", ""), None),
    ],
)
@pytest.mark.parametrize("filled", [True, False])
def test_a_table_in_two_columns_is_told(
    right: tuple[str, ...], beside: tuple[str, int, int] | None, filled: bool
) -> None:
    """8.3: a form printed in two columns side by side; of the right one nobody was read, and nothing said."""
    person = ["甲", "211390198001010014", "GW1", "2024-05", "22", "11"]
    other = [cell if head else None for cell, head in zip(person, right, strict=True)] if filled else [None] * 6
    lines = [[*HEADS, None, *(head or None for head in right)], [*person, None, *other]]
    seen = recognise(
        RawSheet("表", pl.DataFrame(lines, orient="row", schema=[str(n) for n in range(13)])), "a.csv", CONTRACTS
    )
    assert seen.beside == (beside if filled else None)
    assert [match.spec.table for match in seen.matches] == ([] if seen.beside else ["attendance"])


@pytest.mark.parametrize(
    ("heads", "alike"),
    [
        (("脱贫人员姓名", *HEADS[1:]), ("脱贫人员姓名",)),
        ((HEADS[0], "身份证号码（18位）", *HEADS[2:]), ("身份证号码（18位）",)),
        ((*HEADS[:3], "发放\n月份", *HEADS[4:]), ("发放 月份",)),
        ((*HEADS[:3], "备注", *HEADS[4:]), ()),
        ((*HEADS[:5], "张三出勤了多少天，本人已经签字确认，见附件的考勤原始记录"), ()),
    ],
)
def test_a_header_in_other_words_is_named(heads: tuple[str, ...], alike: tuple[str, ...]) -> None:
    """A clerk who is told to add a column that stands there, under another name, adds an empty one."""
    lines = [list(heads), ["甲", "211390198001010014", "GW1", "2024-05", "22", "11"]]
    seen = recognise(RawSheet("表", pl.DataFrame(lines, orient="row")), "a.csv", CONTRACTS)
    assert (seen.near_miss, seen.alike) == (True, alike)


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        (("西河村小计", "3人", "", "", "66", "60"), 0),
        (("本页合计3人", "", "", "", "66", "60"), 0),
        (("共计", "3人", "", "", "66", "60"), 0),
        (("大写：陆佰元整", "", "", "", "", ""), 0),
        (("乡镇（盖章）：", "经办：王五", "", "", "", ""), 0),
        (("村委会负责人签字", "", "", "", "", ""), 0),
        (("王小计", "", "GW1", "2024-05", "22", "22"), 1),  # somebody without a number
        (("合计王", "", "GW1", "2024-05", "22", "22"), 1),
        (("西河村小计", "211390198001010014", "GW1", "2024-05", "22", "22"), 1),
    ],
)
def test_what_closes_a_form_is_nobody(line: tuple[str, ...], kept: int) -> None:
    """8.3: a village's subtotal was a person without a number, held; in a bank's file, a payment that nobody approved."""
    spec = CONTRACTS["attendance"]
    names = ["name", "id_number", "post_id", "month", "required_days_x100", "attended_days_x100"]
    read = read_rows([source(spec, 0, names, [[cell or None for cell in line]])])
    assert (read.accepted.height + read.set_aside.height, read.counts[0][0]) == (kept, kept)


def test_a_number_in_a_csv_of_excel_has_lost_its_digits() -> None:
    """A .csv that Excel wrote says 2.1139E+17: not a number of a wrong length."""
    spec = CONTRACTS["attendance"]
    names = ["name", "id_number", "post_id", "month", "required_days_x100", "attended_days_x100"]
    for number, reason in (("2.1139E+17", "number"), ("2.1139", "length")):
        read = read_rows([source(spec, 0, names, [["甲", number, "GW1", "2024-05", "22", "11"]])])
        assert read.set_aside["_reason"].to_list() == [reason]
    roster = CONTRACTS["assignments"]
    columns = [c.name for c in roster.bold]
    for account, left in (("6.21468E+18", None), ("6214670000000000018", "6214670000000000018")):
        row = [{"id_number": ID, "account": account}.get(name, "甲") for name in columns]
        read = read_rows([source(roster, 0, columns, [[*row]])])
        assert read.accepted["account"].to_list() == [left]
        assert ("Excel 把账号存成了数字，末几位已经丢失，不能用" in read.found["message"].to_list()) is (left is None)


@pytest.mark.parametrize(
    ("table", "line", "kept"),
    [
        ("assignments", {"county": "示例县", "township": "东川镇", "village": "东一村"}, 0),
        ("assignments", {"county": "示例县", "name": "张三"}, 1),  # somebody whose number is not known yet
        ("villages", {"county": "示例县", "township": "东川镇", "village": "东一村"}, 1),
    ],
)
def test_a_row_that_says_only_where_is_blank(table: str, line: dict[str, str], kept: int) -> None:
    """8.3: forms with the township filled in beforehand had each of their spare rows held for want of a number."""
    spec = CONTRACTS[table]
    names = list(spec.columns)
    row: list[str | None] = [line.get(name) for name in names]
    read = read_rows([source(spec, 0, names, [row])])
    assert read.accepted.height + read.set_aside.height == kept

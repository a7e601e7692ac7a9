"""Sheets that say the same of a table, cell by cell, are used once (IN008)."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from fupin_cli.intake.contracts import load_contracts
from fupin_cli.intake.copies import people_of, without_same_sheets
from fupin_cli.intake.headers import Match, recognise
from fupin_cli.intake.raw import RawSheet, Source

CONTRACTS = load_contracts()
HEADS = ["姓名", "身份证号码", "岗位编号", "年月", "规定出勤天数", "本月累计出勤天数"]
ROW = ["甲", "211390198001010014", "GW1", "2024-05", "22", "11"]
ROWS = [ROW, ["乙", "211390198001010022", *ROW[2:]], ["丙", "211390198001010030", *ROW[2:]]]
Lines = list[list[str]] | list[list[str | None]]


def sheet(index: int, file: str, lines: Lines, *, folder: int | None = 1, hidden: bool = False) -> Source:
    raw = RawSheet("表", pl.DataFrame(lines, orient="row"), hidden=hidden)
    (match,) = recognise(raw, file, CONTRACTS).matches
    people = people_of(raw, match)
    return Source(index, file, "表", "", match.spec, raw, match.header_row, match.positions, folder, people=people)


@pytest.mark.parametrize(
    ("lines", "folder", "left"),
    [
        ([HEADS, *ROWS], 1, ["出勤.xlsx"]),
        ([["出勤汇总表", *[None] * 5], HEADS, *ROWS], 1, ["出勤.xlsx"]),  # below a title
        ([line[::-1] for line in (HEADS, *ROWS)], 1, ["出勤.xlsx"]),  # in another order
        (
            [[*HEADS, "备注"], *([*row, "改"] for row in ROWS)],
            1,
            ["出勤.xlsx"],
        ),  # of an unknown column nothing is asked
        ([[*HEADS, "考核结果"], *([*row, "合格"] for row in ROWS)], 1, ["出勤 - 副本.xlsx", "出勤.xlsx"]),
        ([HEADS, *ROWS[:2], [*ROWS[2][:5], "12"]], 1, ["出勤 - 副本.xlsx", "出勤.xlsx"]),
        ([HEADS, *ROWS, ROW], 1, ["出勤 - 副本.xlsx", "出勤.xlsx"]),
        ([HEADS, *ROWS], 2, ["出勤 - 副本.xlsx", "出勤.xlsx"]),  # another month's
    ],
)
def test_a_copy_that_was_saved_once_more_counts_once(lines: Lines, folder: int, left: list[str]) -> None:
    """8.3: each contract overlapped its copy, each policy, each row of the export."""
    found: list[pl.DataFrame] = []
    sheets = [sheet(0, "出勤 - 副本.xlsx", lines, folder=folder), sheet(1, "出勤.xlsx", [HEADS, *ROWS])]
    kept = without_same_sheets(sheets, found)
    assert [s.file for s in kept] == left
    assert [s.index for s in kept] == list(range(len(left)))
    assert [f["message"].item() for f in found] == ["与 出勤.xlsx!表 逐格相同，只算一次"][: 2 - len(left)]


def test_a_row_or_two_and_blank_forms_are_no_copies_and_a_hidden_sheet_gives_way() -> None:
    found: list[pl.DataFrame] = []
    blank: list[list[str | None]] = [[*HEADS], [None] * 6]
    for few in (blank, [HEADS, ROW], [HEADS, *ROWS[:2]]):
        forms = [sheet(0, "甲村.xlsx", few), sheet(1, "乙村.xlsx", few)]
        assert without_same_sheets(forms, found) == forms
    both = [sheet(0, "a.xlsx", [HEADS, *ROWS], hidden=True), sheet(1, "a（改）.xlsx", [HEADS, *ROWS])]
    assert [s.file for s in without_same_sheets(both, found)] == ["a（改）.xlsx"]
    assert len(found) == 1


def test_a_table_that_requires_no_column_has_people_too() -> None:
    """A bureau's own `schemas/` may ask for nothing."""
    spec = CONTRACTS["attendance"]
    free = replace(spec, columns={"appraisal": spec.columns["appraisal"]})
    raw = RawSheet("表", pl.DataFrame([["考核结果"], ["合格"], ["合格"], ["合格"]], orient="row"))
    assert people_of(raw, Match(free, 1, {"appraisal": 0}))
    sheet_of_it = RawSheet("表", pl.DataFrame([["考核结果", "备注"], ["合格", "无"]], orient="row"))
    assert [m.spec.columns.keys() for m in recognise(sheet_of_it, "a.csv", {"own": free}).matches] == [
        free.columns.keys()
    ]

"""Lists of people and attendance in the inbox itself, written over each month: an approved month stays what it was.

Before, who was held in May by the list of the public payroll, and had left it in June, was paid May after; and an attendance of
June alone made all lines of May undecided.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.cases.test_cases import BASE
from tests.cli.test_histories_written_over import JUNE, MAY, OTHER, county
from tests.conftest import write_csv

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Ran

pytestmark = pytest.mark.usefixtures("books_planned")
MINE = BASE["tables"]["assignments"]["身份证号码"]
SOMEBODY = {"姓名": "李四", "身份证号码": "211302198202020022", "证件号码": "211302198202020022"}
LISTS = {
    "public_payroll": {},
    "businesses": {},
    "other_posts": {},
    "employee_insurance": {"身份证号码": MINE, "单位": "某厂", "起始月份": "2024-01", "截止月份": ""},
    "employee_pensions": {"身份证号码": MINE, "起始月份": "2024-01"},
    "employment": {"开始时间": "2024-01-01", "结束时间": "", "务工所在县": "西岗区", "务工所在市": "大连市"},
}
NAMES = {"employee_insurance": "职工社保参保", "employee_pensions": "职工养老"}


def row_of(table: str, cells: dict[str, Any] | None = None) -> dict[str, Any]:
    row: dict[str, Any] = BASE["rows"].get(table, {}) | LISTS[table]
    return row | {k: v for k, v in (cells or {}).items() if k in row}


def name_of(table: str) -> str:
    return f"{NAMES.get(table) or BASE['files'][table]}.csv"


def drafted(fupin: Callable[..., Ran], root: Path, month: str) -> tuple[str, list[Any], list[str]]:
    document = fupin("payroll", month, "-w", root, "--by", "甲", "--format", "json", "--force").document
    (mine,) = (line["status"] for line in document["lines"] if line["person"].endswith("0012"))
    corrections = [(c["month"], c["kind"]) for c in document["corrections"]]
    return mine, corrections, [u["month"] for u in document["undecided"]]


def approve(fupin: Callable[..., Ran], root: Path, month: str) -> None:
    assert fupin("approve", month, "-w", root, "--by", "乙", "-y").code == 0


@pytest.mark.parametrize("table", LISTS)
def test_who_is_not_on_the_list_any_more_is_paid_from_now_on(
    fupin: Callable[..., Ran], tmp_path: Path, table: str
) -> None:
    """008: a list that does not name somebody takes nothing back."""
    county(tmp_path)
    file = tmp_path / "inbox" / name_of(table)
    write_csv(file, [row_of(table)])
    assert drafted(fupin, tmp_path, MAY) == ("hold", [], [])
    approve(fupin, tmp_path, MAY)
    write_csv(file, [row_of(table, SOMEBODY)])
    assert drafted(fupin, tmp_path, JUNE) == ("pay", [], [])
    if table != "public_payroll":
        return
    approve(fupin, tmp_path, JUNE)
    # In July the third version: of May the first is still known.
    write_csv(file, [row_of(table, SOMEBODY | {"姓名": "赵六", "名称": "某铺", "单位": "某院", "部门": "水利局"})])
    assert drafted(fupin, tmp_path, "2024-07") == ("pay", [], [])
    assert fupin("verify", "--all", "-w", tmp_path).code == 0


@pytest.mark.parametrize(
    ("table", "cells", "where"),
    [
        ("public_payroll", {"截止月份": "2024-04"}, ""),
        ("public_payroll", {}, MAY),
        ("employment", {"结束时间": "2024-04-30"}, ""),
    ],
)
def test_a_list_that_was_put_right_is_believed(
    fupin: Callable[..., Ran], tmp_path: Path, table: str, cells: dict[str, str], where: str
) -> None:
    """It says that there was nothing in May; or, in May's folder, does not name him."""
    county(tmp_path)
    file = tmp_path / "inbox" / name_of(table)
    write_csv(file, [row_of(table)])
    drafted(fupin, tmp_path, MAY)
    approve(fupin, tmp_path, MAY)
    write_csv(file, [row_of(table, SOMEBODY if where else cells)])
    if where:
        write_csv(tmp_path / "inbox" / where / name_of(table), [row_of(table, SOMEBODY)])
    assert drafted(fupin, tmp_path, JUNE) == ("pay", [(MAY, "back_pay")], [])


BOTH = [BASE["tables"]["attendance"] | cells for cells in ({}, {k: OTHER[k] for k in ("姓名", "身份证号码")})]


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        (BOTH, [row | {"年月": JUNE} for row in BOTH], []),
        (BOTH, [*(row | {"年月": JUNE} for row in BOTH), BOTH[1]], [MAY]),  # of May it tells, and not of him
        (BOTH, [*(row | {"年月": JUNE} for row in BOTH), *BOTH], []),
        (
            [BOTH[0] | {"本月累计出勤天数": "99"}, BOTH[1]],
            [row | {"年月": JUNE} for row in BOTH],
            [],
        ),  # held then as now
    ],
)
def test_attendance_that_tells_of_june_alone_takes_nothing_of_may(
    fupin: Callable[..., Ran], tmp_path: Path, was: list[dict[str, Any]], now: list[dict[str, Any]], said: list[str]
) -> None:
    """9.4, 9.10: before, all that was paid for May was undecided."""
    county(tmp_path)
    name = f"{BASE['files']['attendance']}.csv"
    for month in (MAY, JUNE, "2024-07"):
        (tmp_path / "inbox" / month / name).unlink()
    write_csv(tmp_path / "inbox" / name, was)
    drafted(fupin, tmp_path, MAY)
    approve(fupin, tmp_path, MAY)
    write_csv(tmp_path / "inbox" / name, now)
    status, corrections, undecided = drafted(fupin, tmp_path, JUNE)
    assert (status, corrections, undecided) == ("pay", [], said)
    reconciled = fupin("reconcile", MAY, "-w", tmp_path, "--format", "json", "--no-workbook").document
    assert "undecided" not in reconciled["totals"]["by_verdict"] or said
    approve(fupin, tmp_path, JUNE)
    assert fupin("verify", "--all", "-w", tmp_path).code == 0


@pytest.mark.parametrize(
    ("mine", "status", "undecided"),
    [
        ({"起保日期": "2024-06-01", "终保日期": "2025-05-31", "保单号": "B2"}, "pay", []),  # the next year's policies
        ({"终保日期": "2024-04-30"}, "hold", [MAY]),  # of the same policy it says that it ended before
        (SOMEBODY, "pay", []),  # a list that names only who has joined takes nobody's cover back
    ],
)
def test_policies_of_a_list_that_was_written_over_cover_as_before(
    fupin: Callable[..., Ran], tmp_path: Path, mine: dict[str, str], status: str, undecided: list[str]
) -> None:
    """004: as in months' folders. Before, all that was paid for May was undecided, and who was not named again held."""
    county(tmp_path)
    name = f"{BASE['files']['accident_insurance']}.csv"
    row = BASE["tables"]["accident_insurance"]
    other = row | {k: v for k, v in OTHER.items() if k in row}
    (tmp_path / "inbox" / MAY / name).unlink()
    write_csv(tmp_path / "inbox" / name, [row, other])
    drafted(fupin, tmp_path, MAY)
    approve(fupin, tmp_path, MAY)
    write_csv(tmp_path / "inbox" / name, [row | {k: v for k, v in mine.items() if k in row}, other])
    assert drafted(fupin, tmp_path, JUNE) == (status, [], undecided)


@pytest.mark.parametrize(("also", "undecided"), [([], []), ([{"身份证号码": OTHER["身份证号码"], "月份": MAY}], [MAY])])
def test_what_was_settled_by_hand_stays_settled(
    fupin: Callable[..., Ran], tmp_path: Path, also: list[dict[str, str]], undecided: list[str]
) -> None:
    """9.5: settlements of June alone say nothing of May's; those that tell of May and not of him do."""
    county(tmp_path)
    attendance = tmp_path / "inbox" / MAY / f"{BASE['files']['attendance']}.csv"
    write_csv(attendance, BOTH[1:])
    settled = {"身份证号码": MINE, "姓名": "张三", "岗位编号": "GW1", "月份": MAY, "核定天数": "11"}
    settled |= {"理由": "核实", "批准文号": "文9", "批准人": "某"}
    file = tmp_path / "inbox" / "核定清单.csv"
    write_csv(file, [settled])
    assert drafted(fupin, tmp_path, MAY) == ("pay", [], [])
    approve(fupin, tmp_path, MAY)
    june = settled | {"月份": JUNE}
    write_csv(file, [june, *(settled | cells for cells in also)])
    assert drafted(fupin, tmp_path, JUNE)[2] == undecided


@pytest.mark.parametrize(("now", "undecided"), [("甲乡", []), ("改", [MAY])])
def test_of_townships_files_one_after_the_other_is_written_over(
    fupin: Callable[..., Ran], tmp_path: Path, now: str, undecided: list[str]
) -> None:
    """The other township's file still tells of May; a file that took the place of one tells who was taken out of it."""
    county(tmp_path)
    for month in (MAY, JUNE, "2024-07"):
        (tmp_path / "inbox" / month / f"{BASE['files']['attendance']}.csv").unlink()
    write_csv(tmp_path / "inbox" / "甲乡出勤.csv", BOTH[:1])
    write_csv(tmp_path / "inbox" / "乙乡出勤.csv", BOTH[1:])
    drafted(fupin, tmp_path, MAY)
    approve(fupin, tmp_path, MAY)
    (tmp_path / "inbox" / "甲乡出勤.csv").unlink()
    write_csv(tmp_path / "inbox" / f"{now}出勤.csv", [row | {"年月": JUNE} for row in BOTH])
    assert drafted(fupin, tmp_path, JUNE) == ("pay", [], undecided)

"""POST008: whoever was taken off the roster has been on the post all the same; earlier months' rosters tell of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cases.test_cases import BASE, build
from tests.conftest import write_csv

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Ran

PEOPLE = {"李四": "211302198202020022", "王五": "211302198202020030"}


@pytest.mark.parametrize(
    ("folders", "told"),
    [
        ({"2023-07": "李四", "2024-03": "王五"}, 1),  # three in twelve months, one a month on the roster
        ({"2023-05": "李四", "2024-03": "王五"}, 0),  # thirteen months back
        ({"2024-03": "王五", "2024-04": "王五"}, 0),  # two
    ],
)
def test_holders_whom_only_earlier_rosters_name(
    fupin: Callable[..., Ran], tmp_path: Path, folders: dict[str, str], told: int
) -> None:
    """8.16: 3 holders of one place in the 12 months; told on the row of the month's roster, with where the others stand."""
    build({"change": {"posts": {"核定人数": 1}, "assignments": {"上岗日期": "2024-05-01"}}}, tmp_path)
    file = f"{BASE['files']['assignments']}.csv"
    for folder, name in folders.items():
        cells = {"姓名": name, "身份证号码": PEOPLE[name], "上岗日期": f"{folder}-01", "离岗日期": ""}
        (tmp_path / "inbox" / folder).mkdir()
        write_csv(tmp_path / "inbox" / folder / file, [BASE["tables"]["assignments"] | cells])
    ran = fupin("check", "-w", tmp_path, "--month", BASE["month"], "--format", "json", "--no-workbook")
    found = [f for f in ran.document["findings"] if f["code"] == "POST008"]
    assert [f["file"] for f in found] == [f"{BASE['month']}/{file}"] * told
    assert all(f"{folder}/{file}" in f["message"] for f in found for folder in folders)

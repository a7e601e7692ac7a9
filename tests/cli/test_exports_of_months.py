"""The list of exported labour is handed in a month a file: who went stands in the file of then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.cases.test_measure_cases import OWN, build
from tests.conftest import write_csv

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Ran

pytestmark = pytest.mark.usefixtures("books_planned")
EXPORTS = "劳务输出名单.csv"
EXPORT: dict[str, Any] = OWN["measures"]["labour_export_service"]["row"]
OTHER = {"姓名": "李四", "身份证号码": "211302198202020022"}


def exported(root: Path, month: str, *changes: dict[str, Any]) -> None:
    (root / "inbox" / month).mkdir(exist_ok=True)
    write_csv(root / "inbox" / month / EXPORTS, [EXPORT | cells for cells in changes])


def claimed(fupin: Callable[..., Ran], root: Path, measure: str) -> list[tuple[str, list[str]]]:
    ran = fupin("subsidy", measure, "-w", root, "--month", "2024-05", "--operator", "甲", "--format", "json")
    return [(line["status"], line["codes"]) for line in ran.document["lines"]]


@pytest.mark.parametrize(("who", "said"), [({}, ("pay", [])), (OTHER, ("hold", ["MEA014"]))])
def test_an_earlier_list_shows_that_somebody_went(
    fupin: Callable[..., Ran], tmp_path: Path, who: dict[str, Any], said: tuple[str, list[str]]
) -> None:
    """8.24 二(一): the person stands in labour_exports, of whatever month; the newest list names somebody else."""
    build({"measure": "transport"}, tmp_path)
    exported(tmp_path, "2024-03", who)
    exported(tmp_path, "2024-05", OTHER)
    assert claimed(fupin, tmp_path, "transport") == [said]


@pytest.mark.parametrize(("end", "said"), [("2024-06-01", "hold"), ("2024-05-31", "pay")])
def test_a_contract_that_runs_on_from_an_earlier_list(
    fupin: Callable[..., Ran], tmp_path: Path, end: str, said: str
) -> None:
    """8.24: of two contracts of one person that overlap the later is held, also where another month's file has the first."""
    build({"measure": "labour_export_service", "month": "2025-06"}, tmp_path)
    later = {"合同开始日期": "2024-06-01", "合同结束日期": "2025-05-31", "参保起始月份": "2024-06"}
    later |= {"跟踪服务开始日期": "2024-06-01", "跟踪服务结束日期": "2025-05-31"}
    exported(tmp_path, "2024-05", {"合同开始日期": "2023-01-01", "合同结束日期": end})
    exported(tmp_path, "2025-06", later)
    ran = fupin(
        "subsidy", "labour_export_service", "-w", tmp_path, "--month", "2025-06", "--operator", "甲", "--format", "json"
    )
    assert [line["status"] for line in ran.document["lines"]] == [said]

"""Payments of the history whose ID number is lost: 36 months with one of them are not 35."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cases.test_cases import BASE, BASE_ID, STANDARDS, build, months
from tests.conftest import write_csv

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Ran

pytestmark = pytest.mark.usefixtures("books_planned")
OLD = BASE_ID[:6] + BASE_ID[8:17]


@pytest.mark.parametrize(
    ("paid", "lost", "name", "said"),
    [
        (("2021-05", "2024-04"), BASE_ID[:17], "张三", ("hold", True)),
        (("2021-05", "2024-04"), "", "张三", ("hold", True)),
        (("2021-05", "2024-04"), OLD, "章三", ("hold", True)),
        (("2021-05", "2024-04"), "", "李四", ("pay", False)),  # somebody else's
        (("2021-06", "2024-04"), "", "张三", ("pay", False)),  # 35 with it: it decides nothing
        (("2024-04", "2024-05"), "", "张三", ("hold", True)),  # this month, it may be
    ],
)
def test_a_payment_whose_number_is_lost_holds_where_it_decides(
    fupin: Callable[..., Ran], tmp_path: Path, paid: tuple[str, str], lost: str, name: str, said: tuple[str, bool]
) -> None:
    """8.7: unknown is never "not paid"."""
    build({"change": {"assignments": {"首次核定日期": "2021-05-01"}}}, tmp_path)
    row = BASE["rows"]["payment_history"]
    rows = [row | {"补贴月份": month, "金额": STANDARDS[month[:4]], "批次号": f"B{month}"} for month in months(*paid)]
    rows[-1] |= {"身份证号码": lost, "姓名": name}
    write_csv(tmp_path / "inbox" / f"{BASE['files']['payment_history']}.csv", rows)
    ran = fupin("payroll", "-w", tmp_path, "--month", BASE["month"], "--operator", "甲", "--format", "json")
    (line,) = ran.document["lines"]
    assert (line["status"], "ID001" in line["codes"]) == said


@pytest.mark.parametrize(
    ("paid", "kind", "said"),
    [
        (("2021-05", "2024-04"), "岗补", ("hold", True)),
        (("2021-06", "2024-04"), "岗补", ("pay", False)),  # 35 with it
        (("2024-05", "2024-05"), "岗补", ("hold", True)),
        (("2021-05", "2024-05"), "高龄津贴", ("pay", False)),
        (("2021-05", "2024-05"), "企业岗位补贴", ("pay", False)),  # a list knows it
    ],
)
def test_a_payment_of_an_unknown_kind_that_speaks_of_posts_holds_where_it_decides(
    fupin: Callable[..., Ran], tmp_path: Path, paid: tuple[str, str], kind: str, said: tuple[str, bool]
) -> None:
    """8.7, 8.20: what may be this subsidy is not taken for another's."""
    build({"change": {"assignments": {"首次核定日期": "2021-05-01"}}}, tmp_path)
    row = BASE["rows"]["payment_history"] | {"补贴类型": kind}
    rows = [row | {"补贴月份": month, "金额": STANDARDS[month[:4]], "批次号": f"B{month}"} for month in months(*paid)]
    write_csv(tmp_path / "inbox" / f"{BASE['files']['payment_history']}.csv", rows)
    ran = fupin("payroll", "-w", tmp_path, "--month", BASE["month"], "--operator", "甲", "--format", "json")
    (line,) = ran.document["lines"]
    assert (line["status"], "IN007" in line["codes"]) == said

"""The benchmarks measure what they say: payrolls pay, sheets are checked (15)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from fupin_cli.policy.idnumber import is_valid_expr
from tests.bench.cases import SETTINGS
from tests.bench.people import people
from tests.bench.posts import history, holders, write_payroll, write_townships
from tests.conftest import Ran

Run = Callable[..., Ran]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "fupin.toml").write_text(SETTINGS, encoding="utf-8")
    return tmp_path


def test_the_payroll_pays_nearly_every_line(workspace: Path, fupin: Run) -> None:
    """15: a benchmark that refuses every line measures the wrong thing."""
    write_payroll(workspace, 200, ("2024-03",))
    ran = fupin("payroll", "2024-03", "-w", workspace, "--no-workbook", "--format", "json")
    totals = ran.document["totals"]
    assert totals["lines"] == 200
    assert (totals["pay"], totals["hold"], totals["refuse"]) == (197, 3, 0)


def test_township_sheets_are_all_taken_in(workspace: Path, fupin: Run) -> None:
    write_townships(workspace, 2)
    ran = fupin("check", "2024-05", "-w", workspace, "--no-workbook", "--format", "json")
    assert sorted((entry["table"], entry["rows_accepted"]) for entry in ran.document["inputs"]) == [
        ("assignments", 100),
        ("assignments", 100),
        ("attendance", 100),
        ("attendance", 100),
    ]


def test_every_id_number_is_one_persons_and_valid() -> None:
    for numbers in (people(20_000)["证件号码"], holders(20_000)["身份证号码"]):
        assert numbers.n_unique() == 20_000
        assert pl.select(is_valid_expr(pl.lit(numbers)).all()).item()


def test_the_history_has_twelve_months_a_person() -> None:
    paid = history(holders(2_500))
    assert paid.height == 12 * 2_500
    assert (paid["补贴月份"].min(), paid["补贴月份"].max()) == ("202203", "202402")

"""TABLES: headers as they vary; a unit in brackets says nothing more, but another unit than the cells are read in does."""

from __future__ import annotations

import pytest

from fupin_cli.intake.contracts import load_contracts, normalise_header

CONTRACTS = load_contracts()


@pytest.mark.parametrize(
    ("table", "header", "column"),
    [
        ("transport_claims", "票面金额（元）", "fare_fen"),
        ("training", "应到天数 (天)", "scheduled_days_x100"),
        ("attendance", "实出勤天数（天）", "attended_days_x100"),
        ("workshops", "职工总数（人）", "staff"),
        ("work_relief", "总投资（元）", "investment_fen"),
        ("work_relief", "总投资（万元）", None),
        ("registry", "公益性岗位（月数）", "post_months"),
        ("registry", "公益性岗位", "post"),
        ("startup_claims", "年利率（%）", "rate_ppm"),
    ],
)
def test_a_unit_behind_a_header(table: str, header: str, column: str | None) -> None:
    assert CONTRACTS[table].by_header.get(normalise_header(header)) == column

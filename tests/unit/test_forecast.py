"""The worked figures of the forecast (SPEC 14), and that its sums tie on any lines."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from fupin_cli.policy.months import parse_month
from fupin_cli.reports.forecast import LINE, forecast, shortage, usual_shares

STANDARDS = {parse_month(f"{y}-{m:02d}"): fen for y, fen in ((2024, 73205), (2025, 80526)) for m in range(1, 13)}
TERM = parse_month("2025-12")
SCHEMA = {
    **dict.fromkeys(LINE, pl.String),
    **dict.fromkeys(("cap_end", "pension_end", "contract_month", "fixed_fen"), pl.Int64),
    **dict.fromkeys(("share_num", "share_den", "left_num", "left_den"), pl.Int128),
}


def lines(*given: dict[str, Any]) -> pl.DataFrame:
    plain = {
        "measure": "post",
        "fund": "就业补助资金",
        "status": "pay",
        "township": "东川镇",
        "share_num": 1,
        "share_den": 1,
    }
    rows = [plain | {"person": str(n)} | row for n, row in enumerate(given)]
    return pl.DataFrame([{name: row.get(name) for name in SCHEMA} for row in rows], schema=SCHEMA)


def test_three_people_to_the_end_of_the_policy_and_a_budget_that_runs_short() -> None:
    september = parse_month("2025-09")
    found = forecast(
        lines(
            {"cap_end": september + 6},  # 30 months used: the policy ends first
            {"cap_end": september + 2},
            {"cap_end": september + 20, "pension_end": september + 1},
        ),
        september,
        TERM,
        STANDARDS,
    )
    assert found.by("month").select("people", "amount_fen").rows() == [(3, 241578), (2, 161052), (1, 80526)]
    assert found.by("person")["amount_fen"].to_list() == [241578, 161052, 80526]
    assert found.leaving().rows() == [
        (september + 1, "pension", 1),
        (september + 2, "cap", 1),
        (september + 3, "term", 1),
    ]
    short = shortage(found, "就业补助资金", 400000)
    assert (short.wanted_fen, short.short_from, short.short_fen) == (483156, september + 2, 83156)
    assert shortage(found, "就业补助资金", 483156).short_from is None


def test_over_the_turn_of_the_year_each_month_has_its_own_standard() -> None:
    november = parse_month("2024-11")
    found = forecast(lines({"cap_end": november + 4}), november, TERM, STANDARDS)
    assert found.rows["amount_fen"].to_list() == [73205, 80526, 80526, 80526]
    assert found.rows["amount_fen"].sum() == 314783
    without = forecast(lines({"cap_end": november + 4}), november, TERM, {parse_month("2024-12"): 73205})
    assert without.rows["amount_fen"].to_list() == [73205, None, None, None]
    assert without.unpriced == [2025]


def test_two_thirds_of_a_month_from_the_last_three_paid_months() -> None:
    paid = [("A", 5, 22, 22), ("A", 4, 11, 22), ("A", 3, 11, 22), ("A", 2, 0, 22), ("B", 1, 1, 3)]
    shares = usual_shares(pl.DataFrame(paid, schema=["person", "month", "num", "den"], orient="row"), 3)
    assert sorted(shares.rows()) == [("A", 2, 3), ("B", 1, 3)]
    month = parse_month("2025-01")
    found = forecast(lines({"share_num": 2, "share_den": 3, "cap_end": month + 1}), month, TERM, STANDARDS)
    assert found.rows["amount_fen"].to_list() == [53684]


def test_contracts_are_renewed_unless_said_otherwise_and_held_lines_stand_apart() -> None:
    month = parse_month("2025-09")
    given_lines = lines({"contract_month": month + 1}, {"status": "hold", "cap_end": month + 1})
    assert forecast(given_lines, month, TERM, STANDARDS).by()["amount_fen"].to_list() == [80526, 3 * 80526]
    short = forecast(given_lines, month, TERM, STANDARDS, renew=False)
    assert short.leaving().rows() == [(month + 1, "contract", 1)]


@given(
    st.lists(
        st.tuples(
            st.integers(-2, 20), st.none() | st.integers(-2, 20), st.integers(1, 7), st.sampled_from(["pay", "hold"])
        ),
        max_size=8,
    )
)
def test_months_people_and_funds_come_to_the_same_sum(given_lines: list[tuple[int, int | None, int, str]]) -> None:
    month = parse_month("2024-10")
    frame = lines(
        *[
            {
                "cap_end": month + cap,
                "pension_end": None if pension is None else month + pension,
                "share_num": share,
                "share_den": 7,
                "status": status,
            }
            for cap, pension, share, status in given_lines
        ]
    )
    found = forecast(frame, month, TERM, STANDARDS)
    wanted = 0
    for cap, pension, share, _ in given_lines:
        last = min(month + cap, TERM, TERM if pension is None else month + pension)
        wanted += sum(int(Fraction(STANDARDS[m] * share, 7) + Fraction(1, 2)) for m in range(month + 1, last + 1))
    for columns in (("month",), ("person",), ("fund",), ("township", "month")):
        assert found.by(*columns)["amount_fen"].sum() == wanted

"""企业/车间社会保险补贴 and 岗位补贴 (二4, 三(二)): for the people whom an enterprise or a recognised workshop employs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.measures.cells import Deciding, unknown
from fupin_cli.measures.conditions import (
    fen,
    in_term,
    missing_settings,
    not_eligible,
    not_insured_here,
    of_month,
    with_eligibility,
    with_exclusion,
)
from fupin_cli.measures.insured_months import INSURANCE_CAP, INSURANCE_EXTENSION, as_employee, with_cap
from fupin_cli.measures.measure import Claims, Fault, Measure, unset
from fupin_cli.measures.paid import month_paid
from fupin_cli.measures.workshops import UNSURE, WORKSHOPS, with_recognised

if TYPE_CHECKING:
    from fupin_cli.month.month import Month
    from fupin_cli.policy.settings import Settings

TABLE = "employer_claims"
INSURANCE, POST = "employer_social_insurance", "employer_post"
WORKSHOP = "就业帮扶车间"
PARTS = ("pension_fen", "medical_fen", "unemployment_fen")
CELLS = Deciding(
    needed=("month", "credit_code", "employer_kind", "contract_start", "contract_end", *PARTS),
    where_there=("months_elsewhere",),
    if_filled=("insured_type",),
)


def _base(ctx: Month, measure: str) -> Claims:
    """Rows of the month with the conditions that both subsidies share; `_insured_fen`: what the employer paid."""
    everything = ctx.intake.tables[TABLE]
    rows = with_eligibility(ctx, of_month(ctx, TABLE)).with_columns(ref="credit_code")
    rows, unclear = unknown(ctx, TABLE, rows, CELLS)
    rows = rows.with_columns(_insured_fen=pl.sum_horizontal(*PARTS, ignore_nulls=False))  # never a part of the sum
    rows, paid = month_paid(ctx, rows, measure)
    rows, elsewhere = not_insured_here(ctx, rows)
    rows, cap = with_cap(ctx, TABLE, rows, measure, as_employee())
    rows, exclusion = with_exclusion(ctx, rows, employer=False)
    rows, recognised = _recognised(ctx, rows)
    out_of_force = (pl.col("contract_start") > ctx.last) | (pl.col("contract_end") < ctx.first)
    faults = [
        *unclear,
        *not_eligible(),
        *recognised,
        Fault(
            "MEA005", pl.col("pension_fen").fill_null(0) == 0, "没有单位缴纳的养老保险费，看不出是否参保", "pension_fen"
        ),
        *cap,
        Fault(
            "MEA011",
            out_of_force.fill_null(value=False),
            pl.format("合同 {} 至 {} 不在本月", "contract_start", "contract_end"),
            "contract_end",
        ),
        *elsewhere,
        *paid,
        *exclusion,
        *in_term(ctx, rows, measure),
    ]
    rows = rows.with_columns(
        numerator_x100=pl.lit(100, dtype=pl.Int64),
        divisor_x100=pl.lit(100, dtype=pl.Int64),
        payee_key="credit_code",
        payee_name="employer",
    )
    return Claims(rows, faults, everything.height - rows.height)


def _recognised(ctx: Month, rows: pl.DataFrame) -> tuple[pl.DataFrame, list[Fault]]:
    """MEA003: a workshop must be recognised and not have left by the month. Without the list it is not known: IN012."""
    is_workshop = pl.col("employer_kind") == WORKSHOP
    if not ctx.has(WORKSHOPS):
        return rows, [
            Fault("IN012", is_workshop.fill_null(value=False), "没有报送就业帮扶车间台账", "employer_kind", "hold")
        ]
    rows = with_recognised(ctx, rows, "employer")
    here = is_workshop.fill_null(value=False) & pl.col("credit_code").is_not_null()
    known = pl.col("_recognised").is_not_null()
    return rows, [
        Fault("MEA003", here & known & ~pl.col("_recognised"), "本月不是认定的就业帮扶车间", "credit_code"),
        Fault("MEA003", here & ~known, UNSURE, "credit_code", "hold"),
    ]


def insurance(ctx: Month) -> Claims:
    """The employer's part of pension, medical and unemployment insurance actually paid."""
    found = _base(ctx, INSURANCE)
    how = pl.lit("养老、医疗、失业保险单位实缴部分之和")
    return replace(found, rows=found.rows.with_columns(rate_fen="_insured_fen", due_fen="_insured_fen", how=how))


def post(ctx: Month) -> Claims:
    """The county's monthly rate."""
    found = _base(ctx, POST)
    rate = pl.lit(fen(ctx.settings.employer_post.monthly), dtype=pl.Int64)
    rows = found.rows.with_columns(rate_fen=rate, due_fen=rate, how=pl.lit("月标准"))
    return replace(found, rows=rows, faults=[*missing_settings(post_settings(ctx.settings)), *found.faults])


def post_settings(given: Settings) -> list[str]:
    """What must be set: the monthly rate."""
    return unset("employer_post", given.employer_post, "monthly")


INSURANCE_SUBSIDY = Measure(INSURANCE, TABLE, insurance, monthly=True, numbers=(INSURANCE_CAP, INSURANCE_EXTENSION))
POST_SUBSIDY = Measure(
    POST, TABLE, post, post_settings, monthly=True, numbers=(INSURANCE_CAP, INSURANCE_EXTENSION), county=("monthly",)
)

"""灵活就业社保补贴 (三(四)): the county's share, at most 2/3, of what a person in flexible work paid."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.errors import FupinError
from fupin_cli.measures.cells import Deciding, unknown
from fupin_cli.measures.conditions import (
    in_term,
    insured_as_employee,
    missing_settings,
    not_eligible,
    of_month,
    share_of,
    with_eligibility,
    with_exclusion,
)
from fupin_cli.measures.insured_months import INSURANCE_CAP, INSURANCE_EXTENSION, as_flexible, with_cap
from fupin_cli.measures.measure import Claims, Fault, Measure, unset
from fupin_cli.measures.paid import month_paid

if TYPE_CHECKING:
    from fupin_cli.month.month import Month
    from fupin_cli.policy.settings import Settings

CODE, TABLE = "flexible_social_insurance", "flexible_claims"
SHARE_MAX = "flexible.share_max"
CELLS = Deciding(needed=("month", "pension_fen", "medical_fen"), if_filled=("first_approval", "insured_type"))


def claims(ctx: Month) -> Claims:
    """One claim a person and month.

    Raises:
        FupinError: the county's share is above what the law allows.
    """
    share = ctx.settings.flexible_social_insurance.share
    most = ctx.policy.share(SHARE_MAX, ctx.month)
    if share is not None and Fraction(share) > most:
        raise FupinError(
            f"设置 flexible_social_insurance.share：{share} 超过上限 {most}",
            "改成不超过上限的比例（就业补助资金管理办法）",
        )
    everything = ctx.intake.tables[TABLE]
    rows = with_eligibility(ctx, of_month(ctx, TABLE)).with_columns(ref=pl.lit(""))
    rows, unclear = unknown(ctx, TABLE, rows, CELLS)
    rows, paid = month_paid(ctx, rows, CODE)
    rows, cap = with_cap(ctx, TABLE, rows, CODE, as_flexible())
    rows, exclusion = with_exclusion(ctx, rows, employer=True)
    rows = rows.join(insured_as_employee(ctx), on="id_number", how="left", maintain_order="left")
    employed = [
        Fault(
            "MEA011",
            pl.col("_units").is_not_null(),
            pl.format("本月以职工身份参保（{}），不是灵活就业", pl.col("_units").list.join("、")),
            effect="hold",
        )
    ]
    rows = rows.with_columns(rate_fen=pl.sum_horizontal("pension_fen", "medical_fen", ignore_nulls=False))
    rows = rows.with_columns(
        due_fen=share_of(pl.col("rate_fen"), share),
        numerator_x100=pl.lit(100, dtype=pl.Int64),
        divisor_x100=pl.lit(100, dtype=pl.Int64),
        how=pl.lit(f"本人缴纳的养老、医疗保险费 × {share or '比例未设'}"),
    )
    return Claims(
        rows,
        [
            *missing_settings(settings(ctx.settings)),
            *unclear,
            *not_eligible(),
            Fault(
                "MEA005", (pl.col("rate_fen") == 0).fill_null(value=False), "没有缴费，看不出是否参保", "pension_fen"
            ),
            *cap,
            *paid,
            *exclusion,
            *employed,
            *in_term(ctx, rows, CODE),
        ],
        everything.height - rows.height,
    )


def settings(given: Settings) -> list[str]:
    """What must be set: the county's share."""
    return unset("flexible_social_insurance", given.flexible_social_insurance, "share")


MEASURE = Measure(
    CODE,
    TABLE,
    claims,
    settings,
    monthly=True,
    numbers=(SHARE_MAX, INSURANCE_CAP, INSURANCE_EXTENSION),
    county=("share",),
)

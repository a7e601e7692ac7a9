"""以工代训补贴 (三(二)): up to six months for each person an employer trains at work, by days; to the end of 2021."""

from __future__ import annotations

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
)
from fupin_cli.measures.measure import Claims, Fault, Measure, unset
from fupin_cli.measures.paid import month_paid, perhaps_used
from fupin_cli.measures.perhaps_paid import HISTORY
from fupin_cli.month.roster import DAY
from fupin_cli.month.used_months import used_of
from fupin_cli.policy.rounding import prorate_fen

if TYPE_CHECKING:
    from fupin_cli.month.month import Month
    from fupin_cli.policy.settings import Settings

CODE, TABLE = "on_the_job_training", "on_the_job_training"
CAP = "on_the_job_training.cap_months"
CELLS = Deciding(needed=("month", "credit_code", "trained_days_x100"), if_filled=("had_before", "required_days_x100"))


def claims(ctx: Month) -> Claims:
    """One claim a person, employer and month: monthly rate × days trained ÷ days required."""
    own = ctx.settings.on_the_job_training
    everything = ctx.intake.tables[TABLE]
    rows = with_eligibility(ctx, of_month(ctx, TABLE)).with_columns(ref="credit_code")
    rows, unclear = unknown(ctx, TABLE, rows, CELLS)
    rows, paid = month_paid(ctx, rows, CODE)
    rows, elsewhere = not_insured_here(ctx, rows)
    rows = _with_used(ctx, rows)
    cap = ctx.policy.number(CAP, ctx.month)
    rows, perhaps = perhaps_used(ctx, rows, CODE, pl.col("_used"), cap)
    days = (own.divisor_days or 0) * 100
    illegible = (
        pl.col("_cell_required_days_x100").is_not_null()
        if "_cell_required_days_x100" in rows.columns
        else pl.lit(value=False)
    )
    divisor = (
        pl.when(pl.col("required_days_x100") > 0)
        .then("required_days_x100")
        .when(~illegible)
        .then(pl.lit(days or None, dtype=pl.Int64))
    )
    rows = rows.with_columns(_illegible=illegible)
    rows = rows.with_columns(
        rate_fen=pl.lit(fen(own.monthly), dtype=pl.Int64),
        numerator_x100="trained_days_x100",
        divisor_x100=divisor,
        payee_key="credit_code",
        payee_name="employer",
        how=pl.lit("月标准 × 实际训练天数 ÷ 应训练天数（最多一个月）"),
    ).with_columns(due_fen=prorate_fen(pl.col("rate_fen"), pl.col("numerator_x100"), pl.col("divisor_x100")))
    return Claims(
        rows,
        [
            *missing_settings(settings(ctx.settings)),
            *unclear,
            Fault(
                "MEA001",
                pl.col("divisor_x100").is_null() & ~pl.col("_illegible"),
                "没有填应训练天数，也没有设置 on_the_job_training.divisor_days",
                "required_days_x100",
                "hold",
            ),
            *not_eligible(),
            Fault("MEA008", pl.col("_used") >= cap, pl.format(f"已享受 {{}} 个月，最长 {cap} 个月", "_used"), "month"),
            perhaps,
            Fault("MEA012", pl.col("had_before").fill_null(value=False), "已享受过以工代训补贴", "had_before"),
            Fault(
                "MEA009",
                (pl.col("trained_days_x100") == 0).fill_null(value=False),
                "一天也没有训练",
                "trained_days_x100",
                "refuse",
            ),
            Fault(
                "MEA009",
                (pl.max_horizontal("trained_days_x100", "required_days_x100") > ctx.last.day * DAY).fill_null(
                    value=False
                ),
                f"训练天数多于本月的{ctx.last.day}天",
                "trained_days_x100",
                "hold",
            ),
            *elsewhere,
            *paid,
            *in_term(ctx, rows, CODE),
        ],
        everything.height - rows.height,
    )


def _with_used(ctx: Month, rows: pl.DataFrame) -> pl.DataFrame:
    if not ctx.has(HISTORY):
        return rows.with_columns(_used=pl.lit(0, dtype=pl.Int64))
    used = used_of(ctx.payments, ctx.policy, ctx.month, CODE).select("id_number", _used="months_counted")
    return rows.join(used, on="id_number", how="left", maintain_order="left").with_columns(pl.col("_used").fill_null(0))


def settings(given: Settings) -> list[str]:
    """What must be set: the monthly rate."""
    return unset("on_the_job_training", given.on_the_job_training, "monthly")


MEASURE = Measure(CODE, TABLE, claims, settings, monthly=True, numbers=(CAP,), county=("monthly", "divisor_days"))

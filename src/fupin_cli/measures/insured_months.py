"""How long subsidies to insurance and to employers last: 36 months a person, or to the pension date (MEA008)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.measures.measure import Fault
from fupin_cli.measures.paid import paid_before, perhaps_used, plain_ref
from fupin_cli.measures.perhaps_paid import HISTORY
from fupin_cli.month.used_months import approvals_of, pension_facts, used_of
from fupin_cli.policy import months
from fupin_cli.policy.idnumber import birth_expr, sex_expr
from fupin_cli.policy.pension import pension_date_expr

if TYPE_CHECKING:
    from fupin_cli.month.month import Month

INSURANCE_CAP, INSURANCE_EXTENSION = "social_insurance.cap_months", "social_insurance.extension_years"
FLEXIBLE = "flexible_social_insurance"
KINDS_OF_EMPLOYEE = ("职工女干部", "职工女工人")


def with_cap(
    ctx: Month, table: str, rows: pl.DataFrame, measure: str, insured: pl.Expr
) -> tuple[pl.DataFrame, list[Fault]]:
    """MEA008: 36 months per person over all employers; to the pension date where under five years off at first approval.

    `rows` has first_approval and insured_type (what the form says); `insured`: how the person is insured where it says
    nothing. Adds `months_counted`, `extended`, `pension_date`; `_said`: whether the kind of insurance is known.
    """
    cap = ctx.policy.number(INSURANCE_CAP, ctx.month)
    man = pl.col("_man")
    approvals = approvals_of(ctx.intake.tables[table], ctx.payments if ctx.has(HISTORY) else None, measure)
    approvals = approvals.select("id_number", person_approval="first_approval")
    rows = (
        rows.join(approvals, on="id_number", how="left", maintain_order="left")
        .with_columns(
            _man=(sex_expr(pl.col("id_number")) == "男").fill_null(value=False),
            _born=birth_expr(pl.col("id_number")),
            _form=pl.col("insured_type"),
        )
        .with_columns(_said=pl.col("insured_type").is_in(KINDS_OF_EMPLOYEE).fill_null(value=False) | man)
    )
    rows = rows.with_columns(insured_type=pl.when(~man & pl.col("_said")).then("_form").otherwise(insured))
    rows = pension_facts(rows, ctx.policy, ctx.month, INSURANCE_EXTENSION)
    earliest = pension_date_expr(pl.col("_born"), pl.lit("职工女工人"), ctx.last)
    rows = rows.with_columns(_earliest=pl.when(~man).then(earliest)).drop("_man", "_born")
    if not ctx.has(HISTORY):
        rows = rows.with_columns(months_counted=pl.lit(0, dtype=pl.Int64))
    else:
        used = used_of(ctx.payments, ctx.policy, ctx.month, measure).select("id_number", "months_counted")
        rows = rows.join(used, on="id_number", how="left", maintain_order="left")
    elsewhere = _elsewhere(ctx, rows, measure) if "months_elsewhere" in rows.columns else pl.lit(0)
    rows = rows.with_columns(months_counted=pl.col("months_counted").fill_null(0) + elsewhere)
    late = (months.index_expr(pl.col("pension_date")) < ctx.month).fill_null(value=False)
    over = pl.col("months_counted") >= cap
    kindless = pl.col("pension_date").is_null()
    perhaps = kindless & (months.index_expr(pl.col("_earliest")) < ctx.month).fill_null(value=False)
    # Of flexible work without the kind of insurance 60 and 55 are assumed: what lies beyond is not known (SPEC 8.24).
    assumed = pl.lit(measure == FLEXIBLE) & (pl.col("_form").is_null() | ~pl.col("_said"))
    message = pl.format("养老金领取日期为 {}，其后的月份不再发", "pension_date")
    used_up = pl.when(~pl.col("extended")).then("months_counted")  # to the pension date no month is too many
    rows, uncounted = perhaps_used(ctx, rows, measure, used_up, cap)
    return rows, [
        uncounted,
        Fault(
            "MEA008",
            over & ~pl.col("extended") & ~kindless,
            pl.format(f"已享受 {{}} 个月，最长 {cap} 个月", "months_counted"),
            "first_approval",
        ),
        Fault(
            "MEA008",
            over & kindless,
            f"满{cap}个月，女职工没有写明是干部还是工人，看不出能否延长",
            "first_approval",
            "hold",
        ),
        Fault(
            "MEA008",
            perhaps & ~over,
            "女职工没有写明是干部还是工人，看不出是否已过养老金领取月",
            "first_approval",
            "hold",
        ),
        Fault("MEA008", late & ~assumed, message, "first_approval"),
        Fault(
            "MEA008",
            late & assumed,
            pl.concat_str(message, pl.lit("；没有填参保类型，须核实")),
            "first_approval",
            "hold",
        ),
    ]


def _elsewhere(ctx: Month, rows: pl.DataFrame, measure: str) -> pl.Series:
    """Months that the form names at other employers (已在外单位享受补贴月数) and that the history does not have.

    What the county itself paid for the person at another employer stands in both, and counts once.
    """
    stated = rows.select("id_number", "credit_code", _n=pl.col("months_elsewhere").fill_null(0)).with_row_index("_at")
    paid = paid_before(ctx, measure).filter((pl.col("month") != ctx.month) & pl.col("ref").is_not_null())
    others = stated.join(paid.select("id_number", "month", "ref"), on="id_number")
    others = others.filter(plain_ref(pl.col("ref")) != plain_ref(pl.col("credit_code")))
    known = others.group_by("_at").agg(_known=pl.col("month").n_unique().cast(pl.Int64))
    told = stated.join(known, on="_at", how="left", maintain_order="left")
    return told.select(pl.max_horizontal(pl.col("_n") - pl.col("_known").fill_null(0), pl.lit(0)))["_n"]


def as_employee() -> pl.Expr:
    """How an employee is insured, by the sex in the ID number; of women it is not known whether as cadre or worker."""
    return pl.when(sex_expr(pl.col("id_number")) == "男").then(pl.lit("职工男")).otherwise(pl.lit("职工女"))


def as_flexible() -> pl.Expr:
    """How somebody in flexible work is insured: men to 60, women to 55."""
    return pl.when(sex_expr(pl.col("id_number")) == "男").then(pl.lit("职工男")).otherwise(pl.lit("职工女干部"))

"""失业补助金 (二4): the county's amount a month for the insured unemployed whose benefit ran out, or who do not qualify."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.measures.cells import Deciding, unknown
from fupin_cli.measures.conditions import (
    fen,
    in_term,
    insured_as_employee,
    missing_settings,
    not_eligible,
    of_month,
    on_post,
    with_eligibility,
)
from fupin_cli.measures.measure import Claims, Fault, Measure, unset
from fupin_cli.measures.paid import month_paid

if TYPE_CHECKING:
    from fupin_cli.month.month import Month
    from fupin_cli.policy.settings import Settings

CODE, TABLE = "unemployment_aid", "unemployment_aid"
OTHERS = {"employer_claims": "有单位为其申请社保补贴、岗位补贴", "flexible_claims": "申请灵活就业社保补贴"}
CELLS = Deciding(needed=("month",), if_filled=("benefit_end", "insured_from", "ineligible_reason"))


def claims(ctx: Month) -> Claims:
    """One claim a person and month."""
    everything = ctx.intake.tables[TABLE]
    rows = with_eligibility(ctx, of_month(ctx, TABLE)).with_columns(ref=pl.lit(""))
    rows, unclear = unknown(ctx, TABLE, rows, CELLS)
    rows, employed = _employed(ctx, rows)
    rows, paid = month_paid(ctx, rows, CODE)
    rate = pl.lit(fen(ctx.settings.unemployment_aid.monthly), dtype=pl.Int64)
    rows = rows.with_columns(
        rate_fen=rate,
        due_fen=rate,
        numerator_x100=pl.lit(100, dtype=pl.Int64),
        divisor_x100=pl.lit(100, dtype=pl.Int64),
        how=pl.lit("月标准"),
    )
    ran_out = (pl.col("benefit_end") < ctx.first).fill_null(value=False)
    illegible = (
        pl.col("_cell_benefit_end").is_not_null() if "_cell_benefit_end" in rows.columns else pl.lit(value=False)
    )
    qualifies = ~ran_out & pl.col("ineligible_reason").is_null() & ~illegible
    return Claims(
        rows,
        [
            *missing_settings(settings(ctx.settings)),
            *unclear,
            *not_eligible(),
            Fault("MEA005", pl.col("insured_from").is_null(), "没有填参保起始月份，看不出是否参保", "insured_from"),
            Fault("MEA015", qualifies, "失业保险金没有期满，也没有写明不符合领取条件的原因", "benefit_end"),
            *employed,
            *paid,
            *in_term(ctx, rows, CODE),
        ],
        everything.height - rows.height,
    )


def _employed(ctx: Month, rows: pl.DataFrame) -> tuple[pl.DataFrame, list[Fault]]:
    """MEA015: working in the month by the export, the list of insured employees, the roster or another claim (text: 仍未就业): held."""
    rows, faults = _claimed_as_working(ctx, rows)
    if ctx.has("employment"):
        spells = ctx.listed("employment").filter(
            pl.col("working")
            & (pl.col("start").fill_null(ctx.first) <= ctx.last)
            & (pl.col("end").is_null() | (pl.col("end") >= ctx.first))
        )
        works = spells.select(pl.col("id_number").unique()).with_columns(_works=pl.lit(value=True))
        rows = rows.join(works, on="id_number", how="left", maintain_order="left")
        faults.append(Fault("MEA015", pl.col("_works").is_not_null(), "已外出务工信息里本月在务工", effect="hold"))
    if ctx.has("employee_insurance"):
        rows = rows.join(insured_as_employee(ctx), on="id_number", how="left", maintain_order="left")
        words = pl.format("本月以职工身份参保（{}）", pl.col("_units").list.join("、"))
        faults.append(Fault("MEA015", pl.col("_units").is_not_null(), words, effect="hold"))
    return rows, faults


def _claimed_as_working(ctx: Month, rows: pl.DataFrame) -> tuple[pl.DataFrame, list[Fault]]:
    """MEA015: on a post in the month, or claimed for as employed or in flexible work."""
    parts = [on_post(ctx).select("id_number", _as=pl.lit("在公益性岗位上"))]
    for table, word in OTHERS.items():
        if ctx.has(table):
            parts.append(of_month(ctx, table).select("id_number", _as=pl.lit(word)))
    working = pl.concat(parts).drop_nulls().unique("id_number", keep="first", maintain_order=True)
    rows = rows.join(working, on="id_number", how="left", maintain_order="left")
    return rows, [Fault("MEA015", pl.col("_as").is_not_null(), pl.format("本月{}，不是未就业", "_as"), effect="hold")]


def settings(given: Settings) -> list[str]:
    """What must be set: the amount a month."""
    return unset("unemployment_aid", given.unemployment_aid, "monthly")


MEASURE = Measure(CODE, TABLE, claims, settings, monthly=True, county=("monthly",))

"""涉农创业担保贷款贴息 and 创业场地补贴 (三(三))."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.measures.conditions import (
    BIG,
    fen,
    in_term,
    missing_settings,
    not_eligible,
    of_folder,
    once_only,
    share_of,
    with_eligibility,
    with_last_paid,
)
from fupin_cli.measures.measure import COUNTY, Claims, Fault, Measure, unset
from fupin_cli.policy import months
from fupin_cli.policy.rounding import HALF_UP

if TYPE_CHECKING:
    from fupin_cli.month.month import Month
    from fupin_cli.policy.settings import Settings

TABLE, INTEREST, VENUE = "startup_claims", "startup_interest", "startup_venue"
KINDS = {INTEREST: "贷款贴息", VENUE: "场地补贴"}
MILLION = 1_000_000


def of_kind(ctx: Month, measure: str, kind: str) -> tuple[pl.DataFrame, int]:
    """Rows of the table that are of a kind of project, as claims; and how many others there are."""
    everything = of_folder(ctx, TABLE)
    rows = everything.filter(pl.col("project_kind") == kind).with_columns(
        name="applicant", ref=pl.format("{}{}", "project_kind", pl.col("start").cast(pl.String).fill_null("")),
        payee_key=pl.coalesce("credit_code", "id_number"), payee_name="applicant",
    )  # fmt: skip
    who = rows.with_columns(id_number=pl.coalesce("id_number", "credit_code"))
    return with_last_paid(ctx, who, measure, "ref"), everything.height - rows.height


def _dates() -> Fault:
    """A claim without both dates in order has no period."""
    wrong = pl.col("start").is_null() | pl.col("end").is_null() | (pl.col("end") < pl.col("start"))
    return Fault("MEA016", wrong.fill_null(value=True), "起止日期不全或颠倒，算不出期限", "start")


def interest(ctx: Month) -> Claims:
    """Principal (capped) × rate × days ÷ 360 × the county's share; days are end − start; years capped; for farming."""
    own = ctx.settings.startup
    rows, left = of_kind(ctx, INTEREST, KINDS[INTEREST])
    rows = with_eligibility(ctx, rows)
    basis = ctx.policy.number("startup.interest_days", ctx.month)
    most = fen(own.principal_max)
    principal = (
        pl.col("principal_fen")
        if most is None
        else pl.when(pl.col("principal_fen") > most).then(pl.lit(most, dtype=pl.Int64)).otherwise("principal_fen")
    )
    days = (pl.col("end") - pl.col("start")).dt.total_days()
    share = Fraction(own.interest_share) if own.interest_share else None
    rows = rows.with_columns(rate_fen=principal, _days=days)
    if share is None or most is None:
        due = pl.lit(None, dtype=pl.Int64)
    else:
        top = (
            pl.col("rate_fen").cast(BIG)
            * pl.col("rate_ppm").cast(BIG)
            * pl.col("_days").cast(BIG)
            * pl.lit(share.numerator, dtype=BIG)
        )
        due = HALF_UP.divide(top, pl.lit(MILLION * basis * share.denominator, dtype=BIG)).cast(pl.Int64)
    rows = rows.with_columns(
        due_fen=pl.when(pl.col("_days") >= 0).then(due), numerator_x100=pl.col("_days") * 100, divisor_x100=pl.lit(basis * 100, dtype=pl.Int64),
        how=pl.format(f"本金（不超过上限）× 年利率 {{}}% × {{}} 天 ÷ {basis} × {own.interest_share or '比例未设'}",
                      (pl.col("rate_ppm") // 10_000).cast(pl.String) + "." + (pl.col("rate_ppm") % 10_000).cast(pl.String).str.zfill(4), "_days"),
    )  # fmt: skip
    purpose = pl.any_horizontal(pl.col("purpose").str.contains(word, literal=True) for word in own.purposes)
    years = own.years_max
    too_long = (
        pl.lit(value=False)
        if years is None
        else (pl.col("end") > pl.col("start").dt.offset_by(f"{years}y")).fill_null(value=False)
    )
    return Claims(rows, [
        *missing_settings(interest_settings(ctx.settings)),
        _dates(),
        not_eligible(),
        Fault("MEA008", too_long, f"贷款期限超过 {years} 年", "end"),
        Fault("MEA015", ~purpose.fill_null(value=False), pl.format("用途是“{}”，不是涉农", pl.col("purpose").fill_null("")), "purpose"),
        *once_only(), *in_term(ctx),
    ], left)  # fmt: skip


def venue(ctx: Month) -> Claims:
    """The county's share of the rent, capped a month; months capped; one venue at a time."""
    own = ctx.settings.startup
    rows, left = of_kind(ctx, VENUE, KINDS[VENUE])
    rows = with_eligibility(ctx, rows)
    after = pl.col("end").dt.offset_by("1d")
    whole = months.index_expr(after) - months.index_expr(pl.col("start"))
    begun = (whole + (after.dt.day().cast(pl.Int32) > pl.col("start").dt.day().cast(pl.Int32)).cast(pl.Int32)).cast(
        pl.Int64
    )
    cap = fen(own.venue_monthly_max)
    rows = rows.with_columns(_months=begun, rate_fen=pl.lit(cap, dtype=pl.Int64))
    shared, limit = share_of(pl.col("spent_fen"), own.venue_share), pl.col("rate_fen") * pl.col("_months")
    due = pl.when(shared > limit).then(limit).otherwise(pl.when(limit.is_not_null()).then(shared))
    previous = pl.col("end").cum_max().shift(1).over("id_number", order_by=["start", "spent_fen", "end"])
    rows = rows.with_columns(
        due_fen=pl.when(pl.col("_months") > 0).then(due), numerator_x100=pl.col("_months") * 100, divisor_x100=pl.lit(100, dtype=pl.Int64), _previous=previous,
        how=pl.format(f"实际租金 × {own.venue_share or '比例未设'}，每月不超过上限，{{}} 个月", "_months"),
    )  # fmt: skip
    most = own.venue_months_max
    too_long = pl.lit(value=False) if most is None else (pl.col("_months") > most).fill_null(value=False)
    overlap = (pl.col("_previous") >= pl.col("start")).fill_null(value=False)
    return Claims(rows, [
        *missing_settings(venue_settings(ctx.settings)),
        _dates(),
        not_eligible(),
        Fault("MEA008", too_long, pl.format(f"申请 {{}} 个月，最长 {most} 个月", "_months"), "end"),
        Fault("CAP010", overlap, "与另一处场地的日期重叠，同一时间只补一处", "start"),
        *once_only(), *in_term(ctx),
    ], left)  # fmt: skip


def interest_settings(given: Settings) -> list[str]:
    """What must be set: the share, and the caps on principal and years."""
    return unset("startup", given.startup, "interest_share", "principal_max", "years_max")


def venue_settings(given: Settings) -> list[str]:
    """What must be set: the share, the cap a month and the cap on months."""
    return unset("startup", given.startup, "venue_share", "venue_monthly_max", "venue_months_max")


INTEREST_SUBSIDY = Measure(
    INTEREST, "涉农创业担保贷款贴息", "三(三)", "落实个人涉农创业担保贷款贴息", COUNTY, "自主创业的脱贫劳动力", TABLE, interest, interest_settings, section="startup",
)  # fmt: skip
VENUE_SUBSIDY = Measure(
    VENUE, "创业场地补贴", "三(三)", "创业场地补贴等政策", COUNTY, "自主创业的脱贫劳动力", TABLE, venue, venue_settings, section="startup",
)  # fmt: skip

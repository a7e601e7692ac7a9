"""Accident insurance (INS): every person on a post is covered; the county sets the premium."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.checks.overlaps import overlapping
from fupin_cli.checks.report import at_stake, report, with_others
from fupin_cli.checks.rule import rule
from fupin_cli.measures.accident import periods_begun
from fupin_cli.month.listed import cover_of
from fupin_cli.month.roster import days_known
from fupin_cli.policy.rounding import yuan_to_fen

if TYPE_CHECKING:
    from fupin_cli.month.month import Month

TABLE, ROSTER = "accident_insurance", "assignments"
COVER = (ROSTER, TABLE)


def covered(ctx: Month) -> pl.LazyFrame:
    """Judged lines with `_cover`: the days of the month that the person's policies cover, as a mask."""
    cover = cover_of(ctx.policies, ctx.month).lazy()
    return ctx.judged.lazy().join(cover, on="id_number", how="left").with_columns(pl.col("_cover").fill_null(0))


@rule(
    "INS001",
    "没有意外伤害保险",
    "error",
    "hold",
    waivable=True,
    compares="本月在岗日与意外险起止日期",
    hint="补买保险后补报名单",
    tables=COVER,
)
def none(ctx: Month) -> pl.LazyFrame:
    """No policy touches the days on post in the month; where no such day can be read, none touches the month."""
    cover = pl.col("_cover")
    rows = covered(ctx).filter(((cover & pl.col("on_mask")) == 0) & (days_known(ctx.month) | (cover == 0)))
    return report(rows, ROSTER, f"本月在岗的日子没有意外伤害保险{ctx.unread(TABLE)}", "id_number", **at_stake())


@rule(
    "INS002",
    "意外伤害保险没有保满",
    "warning",
    compares="本月在岗日与意外险起止日期",
    bounds=("checks.insurance_gap",),
    hint="补买缺的日子",
    tables=COVER,
)
def gap(ctx: Month) -> pl.LazyFrame:
    """Some days on post are left uncovered: a warning, or held where the county says so."""
    holds = ctx.settings.checks.insurance_gap == "hold"
    open_days = pl.col("on_mask") & ~pl.col("_cover")
    rows = covered(ctx).filter(((pl.col("_cover") & pl.col("on_mask")) != 0) & (open_days != 0))
    rows = rows.with_columns(_days=open_days.bitwise_count_ones())
    return report(
        rows,
        ROSTER,
        pl.format("本月在岗有{}天没有意外伤害保险", "_days"),
        "id_number",
        effect="hold" if holds else "none",
        severity="error" if holds else "warning",
    )


@rule(
    "INS003",
    "保费超过县定标准",
    "warning",
    settings=("accident_insurance.premium",),
    bounds=("accident_insurance.premium", "accident_insurance.premium_period"),
    compares="保费与县定标准×起保的期数",
    hint="核对保单，多付的向保险公司追回",
    tables=(TABLE,),
)
def premium(ctx: Month) -> pl.LazyFrame:
    """Premium over the county's standard for each year or month that was begun."""
    settings = ctx.settings.accident_insurance
    standard = yuan_to_fen(settings.premium or "0")
    per = 12 if settings.premium_period == "year" else 1
    over = pl.col("premium_fen") - periods_begun(per) * standard
    rows = (
        ctx.table(TABLE).filter(pl.col("end") >= pl.col("start")).with_columns(_over=over).filter(pl.col("_over") > 0)
    )
    return report(
        rows,
        TABLE,
        f"保费超过县定标准（每{'年' if per > 1 else '月'} {settings.premium} 元）",
        "premium_fen",
        amount_fen=pl.col("_over"),
    )


@rule("INS004", "同一天有两份保险", "warning", compares="同一人各张保单的起止", hint="退掉重复的保单", tables=COVER)
def double(ctx: Month) -> pl.LazyFrame:
    """Policies of one person that share a day."""
    rows = ctx.table(TABLE).filter(pl.col("end") >= pl.col("start"))
    rows = with_others(overlapping(rows, ["id_number"], "start", "end"), ["id_number"])
    return report(
        rows,
        TABLE,
        pl.concat_str(pl.lit("与另一张保单的日期重叠："), "_others"),
        "start",
        amount_fen=pl.col("premium_fen"),
    )

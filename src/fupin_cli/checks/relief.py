"""以工代赈 (三(一)): the county's guides on projects, which pay no subsidy (MEA017, MEA018, MEA020)."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.checks.report import report
from fupin_cli.checks.rule import rule
from fupin_cli.month.states import idle_labour
from fupin_cli.policy.rounding import HALF_UP, fen_to_yuan_expr

if TYPE_CHECKING:
    from fupin_cli.month.month import Month

RELIEF = "work_relief"


@rule(
    "MEA017",
    "劳务报酬占比低于县定指导比例",
    "warning",
    tables=(RELIEF,),
    settings=("work_relief.pay_share",),
    bounds=("work_relief.pay_share",),
    compares="劳务报酬与总投资",
    hint="与项目实施单位核实，提高发放比例",
)
def low_pay(ctx: Month) -> pl.LazyFrame:
    """Labour pay under the county's guiding share of the project's total; nothing is paid here."""
    share = Fraction(ctx.settings.work_relief.pay_share or "1")
    rows = ctx.table(RELIEF).filter(
        pl.col("labour_pay_fen") * share.denominator < pl.col("investment_fen") * share.numerator
    )
    return report(
        rows,
        RELIEF,
        f"劳务报酬没有达到总投资的 {ctx.settings.work_relief.pay_share}",
        "labour_pay_fen",
        amount_fen=pl.col("labour_pay_fen"),
    )


@rule(
    "MEA018",
    "以工代赈的数字前后矛盾",
    "error",
    tables=(RELIEF,),
    compares="劳务报酬与总投资，吸纳脱贫劳动力人数与用工人数",
    hint="核对项目台账",
)
def impossible(ctx: Month) -> pl.LazyFrame:
    """More beneficiaries hired than people hired, or more labour pay than the project cost."""
    rows = ctx.table(RELIEF)
    people = report(
        rows.filter(pl.col("lifted_workers") > pl.col("workers")),
        RELIEF,
        "吸纳脱贫劳动力人数多于用工人数",
        "lifted_workers",
    )
    pay = report(
        rows.filter(pl.col("labour_pay_fen") > pl.col("investment_fen")), RELIEF, "劳务报酬多于总投资", "labour_pay_fen"
    )
    return pl.concat([people, pay], how="diagonal")


@rule(
    "MEA020",
    "以工代赈吸纳脱贫劳动力少",
    "warning",
    tables=(RELIEF,),
    any_of=("setting:work_relief.helped_share", "registry"),
    partly=("setting:work_relief.helped_share", "registry", "employment"),
    bounds=("work_relief.helped_share", "work_relief.guide_pay"),
    compares="吸纳脱贫劳动力人数与用工人数；一个都没有吸纳的，同乡镇有没有未就业的脱贫劳动力",
    hint="与项目实施单位核实，优先安排本乡镇未就业的脱贫劳动力",
)
def few_helped(ctx: Month) -> pl.LazyFrame:
    """Under the county's share of those hired; none at all while the township has somebody who does not work."""
    settings = ctx.settings.work_relief
    rows = ctx.table(RELIEF).filter((pl.col("workers") > 0) & pl.col("lifted_workers").is_not_null()).collect()
    each = HALF_UP.divide(pl.col("labour_pay_fen"), pl.col("workers"))
    guide = f"（县指导标准 {settings.guide_pay} 元）" if settings.guide_pay else ""
    said = pl.format(
        f"用工 {{}} 人，脱贫劳动力 {{}} 人；人均劳务报酬 {{}} 元{guide}",
        "workers",
        "lifted_workers",
        fen_to_yuan_expr(each).fill_null("不明"),
    )
    few = pl.lit(value=False)
    if settings.helped_share:
        share = Fraction(settings.helped_share)
        few = pl.col("lifted_workers") * share.denominator < pl.col("workers") * share.numerator
    if ctx.has("registry") and ctx.has("employment"):
        idle = idle_labour(ctx).select("county", "township").unique()
        here = pl.struct("county", "township").is_in(idle.select(pl.struct("county", "township")).to_series().implode())
        waiting = pl.when(pl.col("township").is_null()).then(pl.lit(idle.height > 0)).otherwise(here)
        few = few | ((pl.col("lifted_workers") == 0) & waiting)
    return report(rows.filter(few), RELIEF, said, "lifted_workers")

"""Who works and should not, or could work and does not (WRK001–003, 011, 015): ability, school, age, 特困供养."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.checks.report import report
from fupin_cli.checks.rule import rule
from fupin_cli.checks.wrk import MONITOR, PLAN, TABLE
from fupin_cli.checks.wrk_homes import busy, working
from fupin_cli.month.numbered import born
from fupin_cli.month.people import NO_LABOUR
from fupin_cli.policy.idnumber import age_expr, birth_expr
from fupin_cli.policy.pension import RETIRED_AGE

if TYPE_CHECKING:
    from fupin_cli.month.month import Month

GRADUATE = ("大专", "本科及以上")


@rule(
    "WRK001",
    "没有劳动能力而务工或计划务工",
    "warning",
    any_of=(TABLE, PLAN),
    partly=(TABLE, PLAN, "registry"),
    compares="劳动技能与是否已务工、是否计划务工",
    hint="核实劳动能力或务工情况",
)
def no_ability(ctx: Month) -> pl.LazyFrame:
    """The row's own 劳动技能, else the registry's; plans by the registry's."""
    found = []
    unable = pl.col("labour_ability").is_in(NO_LABOUR)
    if ctx.has(TABLE):
        rows = working(ctx)
        if ctx.has("registry"):
            known = ctx.people.lazy().select("id_number", _ability="labour_ability")
            rows = (
                rows.filter(unable | pl.col("labour_ability").is_null())
                .join(known, on="id_number", how="left")
                .with_columns(labour_ability=pl.coalesce("labour_ability", "_ability"))
            )
        found.append(
            report(rows.filter(unable), TABLE, pl.format("已务工，劳动技能却是“{}”", "labour_ability"), "working")
        )
    if ctx.has(PLAN) and ctx.has("registry"):
        rows = (
            ctx.table(PLAN)
            .filter(pl.col("planned"))
            .join(ctx.people.lazy().select("id_number", "labour_ability"), on="id_number")
        )
        found.append(
            report(rows.filter(unable), PLAN, pl.format("计划务工，劳动技能却是“{}”", "labour_ability"), "planned")
        )
    return pl.concat(found) if found else pl.LazyFrame(schema={"_src": pl.UInt32})


@rule(
    "WRK002",
    "在校而务工或计划务工",
    "warning",
    compares="在校生状况与是否已务工、是否计划务工",
    hint="核实是否毕业，改正其一",
    tables=("registry",),
    any_of=(TABLE, PLAN),
    partly=(TABLE, PLAN),
)
def in_school(ctx: Month) -> pl.LazyFrame:
    """In school by the registry; marked 是 here, or planning to go."""
    students = ctx.people.lazy().filter(pl.col("in_school")).select("id_number")
    found = []
    if ctx.has(TABLE):
        rows = working(ctx).join(students, on="id_number", how="semi")
        found.append(report(rows, TABLE, "在校生却已务工", "working"))
    if ctx.has(PLAN):
        rows = ctx.table(PLAN).filter(pl.col("planned")).join(students, on="id_number", how="semi")
        found.append(report(rows, PLAN, "在校生却计划务工", "planned"))
    return pl.concat(found)


@rule(
    "WRK003",
    "开始务工时未满16周岁",
    "warning",
    compares="身份证号的周岁与开始时间（只写到月的，按该月末日）",
    hint="核对开始时间；属实的按童工问题移交",
    tables=MONITOR,
)
def too_young(ctx: Month) -> pl.LazyFrame:
    """Age on the day the spell began; where only the month is written, on the month's last day."""
    began = pl.when("_start_month").then(pl.col("start").dt.month_end()).otherwise("start")
    young = age_expr(birth_expr(pl.col("id_number")), began) < ctx.labour_age
    # Of most people the years alone say that they are older.
    who = pl.col("_who")
    near = (who < 0) | (pl.col("start").dt.year() - born(who) // 10000 <= ctx.labour_age)
    rows = ctx.table(TABLE).with_columns(_who=pl.lit(ctx.who[TABLE])).filter(near)
    return report(rows.filter(young), TABLE, f"开始务工时未满{ctx.labour_age}周岁", "start")


@rule(
    "WRK011",
    "技能劳动力或大专以上而没有就业",
    "info",
    compares="劳动技能、文化程度与是否已务工、在岗花名册",
    hint="优先推荐岗位",
    tables=(TABLE, "registry"),
    partly=("assignments",),
)
def idle_skill(ctx: Month) -> pl.LazyFrame:
    """Beneficiaries of 16 to under 60, out of school and able to work, neither marked 是 nor on a post."""
    skilled = (pl.col("labour_ability") == "技能劳动力") | pl.col("education").is_in(GRADUATE)
    rows = ctx.people.lazy().filter(
        skilled
        & pl.col("can_work")
        & pl.col("beneficiary")
        & ~pl.col("in_school")
        & pl.col("age").is_between(ctx.labour_age, RETIRED_AGE - 1)
    )
    return report(
        rows.join(busy(ctx), on="id_number", how="anti"),
        "registry",
        "技能劳动力或大专以上文化，没有就业",
        "labour_ability",
    )


@rule(
    "WRK015",
    "特困供养人员务工",
    "warning",
    compares="享受特困供养政策情况与是否已务工",
    hint="核实是否仍符合特困供养条件",
    tables=(TABLE, "registry"),
)
def destitute(ctx: Month) -> pl.LazyFrame:
    """特困供养 by the registry, marked 是 here."""
    people = ctx.people.lazy().filter(pl.col("destitute")).select("id_number")
    return report(working(ctx).join(people, on="id_number", how="semi"), TABLE, "享受特困供养，却已务工", "working")

"""Work away from home (WRK): the employment export against itself and against the registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.checks.overlaps import overlapping_spans
from fupin_cli.checks.places import at_home, vague_county, vague_text
from fupin_cli.checks.report import report, with_others
from fupin_cli.checks.rule import rule
from fupin_cli.checks.wrk_homes import busy, working
from fupin_cli.month.month import NO_LABOUR
from fupin_cli.policy.idnumber import age_expr, birth_expr
from fupin_cli.policy.months import first_day, parse_month
from fupin_cli.policy.pension import RETIRED_AGE
from fupin_cli.policy.rounding import yuan_to_fen

if TYPE_CHECKING:
    from fupin_cli.month.month import Month

TABLE, PLAN = "employment", "employment_plan"
MONITOR = (TABLE,)
WITH_REGISTRY = (TABLE, "registry")
POST_CHANNEL = r"公益性?岗位|帮扶车间"
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
            rows = rows.join(known, on="id_number", how="left").with_columns(
                labour_ability=pl.coalesce("labour_ability", "_ability")
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
    return report(ctx.table(TABLE).filter(young), TABLE, f"开始务工时未满{ctx.labour_age}周岁", "start")


@rule(
    "WRK004",
    "务工地没有写到县",
    "warning",
    compares="务工所在县；监测对象信息的务工所在地",
    hint="补到县（市、区）",
    any_of=(TABLE, "registry"),
    partly=(TABLE, "registry"),
)
def no_county(ctx: Month) -> pl.LazyFrame:
    """Of people marked 是: empty, or only a province or a city. In the registry: written, and naming no county."""
    found = []
    if ctx.has(TABLE):
        vague = vague_county(*(pl.col(c) for c in ("work_county", "work_city", "work_province")))
        found.append(report(working(ctx).filter(vague), TABLE, "务工地没有写到县（市、区）", "work_county"))
    if ctx.has("registry"):
        rows = ctx.people.lazy().filter(vague_text(pl.col("work_place")))
        found.append(report(rows, "registry", "务工所在地“{}”没有写到县（市、区）", "work_place"))
    return pl.concat(found)


@rule(
    "WRK005",
    "一个人的务工时间重叠",
    "warning",
    compares="同一人各段务工的起止（未结束的算到本月末；只写到月的，同月一止一起不算重叠）",
    hint="改正起止时间",
    tables=MONITOR,
)
def overlap(ctx: Month) -> pl.LazyFrame:
    """Each spell against all others of the person."""
    rows = ctx.spells.filter(pl.col("until") >= pl.col("start"))
    rows = with_others(overlapping_spans(rows, "id_number", "start", "until"), ["id_number"])
    return report(rows, TABLE, pl.concat_str(pl.lit("与另一段务工时间重叠："), "_others"), "start")


@rule(
    "WRK006",
    "标为未务工而务工未结束",
    "warning",
    compares="是否已务工与结束时间",
    hint="仍在务工的改为“是”；已结束的补结束时间",
    tables=MONITOR,
)
def marked_no(ctx: Month) -> pl.LazyFrame:
    """Marked 否, while a spell is open or ends later than the month."""
    going_on = pl.col("start").is_not_null() & (pl.col("end").is_null() | (pl.col("end") > ctx.last))
    return report(
        ctx.table(TABLE).filter(~pl.col("working") & going_on),
        TABLE,
        "标为“否”，但这段务工到本月末还没有结束",
        "working",
    )


@rule(
    "WRK007",
    "标为已务工而各段都已结束",
    "warning",
    compares="是否已务工与各段结束时间",
    hint="确已结束的改为“否”；续签的补新的一段",
    tables=MONITOR,
)
def marked_yes(ctx: Month) -> pl.LazyFrame:
    """Every spell of the person ended before the month's last day."""
    ended = (pl.col("start").is_not_null() & (pl.col("end") < ctx.last)).fill_null(value=False)
    rows = ctx.table(TABLE).with_columns(_all=ended.all().over("id_number"))
    return report(rows.filter(pl.col("working") & pl.col("_all")), TABLE, "标为“是”，但各段务工都已结束", "working")


@rule(
    "WRK008",
    "务工月收入不合常理",
    "warning",
    compares="务工月收入",
    bounds=("checks.income_min", "checks.income_max"),
    hint="核实是否把年收入填成月收入，或少写了零",
    tables=(TABLE,),
)
def income(ctx: Month) -> pl.LazyFrame:
    """Outside the county's bounds; the bounds themselves are inside."""
    low, high = yuan_to_fen(ctx.settings.checks.income_min), yuan_to_fen(ctx.settings.checks.income_max)
    outside = ~pl.col("income_fen").is_between(low, high)
    return report(
        ctx.table(TABLE).filter(outside), TABLE, f"月收入不在 {low // 100} 至 {high // 100} 元之间", "income_fen"
    )


@rule(
    "WRK009",
    "在县外务工而渠道是公益性岗位或帮扶车间",
    "warning",
    compares="县、务工所在县与就业渠道",
    hint="公益性岗位和帮扶车间都在本县，改正其一",
    tables=MONITOR,
)
def channel(ctx: Month) -> pl.LazyFrame:
    """Posts and workshops are at home."""
    away = ~at_home() & pl.col("channel").str.contains(POST_CHANNEL)
    return report(working(ctx).filter(away), TABLE, "在县外务工，就业渠道却是“{}”", "channel")


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
    "WRK012",
    "计划外出而没有登记就业服务需求",
    "warning",
    tables=(PLAN,),
    compares="是否计划务工与就业服务需求",
    hint="问清需要的服务后补填",
)
def no_need(ctx: Month) -> pl.LazyFrame:
    """The column must be there: a file without it says nothing."""
    rows = ctx.with_column(PLAN, "service_need").filter(pl.col("planned") & pl.col("service_need").is_null())
    return report(rows, PLAN, "计划外出务工，没有登记就业服务需求", "service_need")


@rule(
    "WRK014",
    "务工多年没有更新",
    "warning",
    compares="开始时间与未结束的务工",
    bounds=("checks.spell_open_since",),
    hint="电话核实现状，更新务工信息",
    tables=MONITOR,
)
def stale(ctx: Month) -> pl.LazyFrame:
    """Open, and begun before the county's bound."""
    since = first_day(parse_month(ctx.settings.checks.spell_open_since))
    rows = ctx.table(TABLE).filter(pl.col("end").is_null() & (pl.col("start") < since))
    return report(rows, TABLE, f"{since.year}年{since.month}月以前开始，至今没有更新", "start")


@rule(
    "WRK015",
    "特困供养人员务工",
    "warning",
    compares="享受特困供养政策情况与是否已务工",
    hint="核实是否仍符合特困供养条件",
    tables=WITH_REGISTRY,
)
def destitute(ctx: Month) -> pl.LazyFrame:
    """特困供养 by the registry, marked 是 here."""
    people = ctx.people.lazy().filter(pl.col("destitute")).select("id_number")
    return report(working(ctx).join(people, on="id_number", how="semi"), TABLE, "享受特困供养，却已务工", "working")


@rule(
    "WRK017",
    "已务工而企业、行业、月收入或输送方式没有填",
    "warning",
    compares="务工企业名称、所属行业；本月在务工的，务工月收入、是否点对点输送",
    hint="补填",
    tables=MONITOR,
)
def not_filled(ctx: Month) -> pl.LazyFrame:
    """Each of the columns where the file has it; income and 点对点 on spells that touch the month."""
    found = []
    for column, title in (("employer", "务工企业名称"), ("industry", "所属行业")):
        rows = ctx.with_column(TABLE, column).filter(pl.col("working") & pl.col(column).is_null())
        found.append(report(rows, TABLE, f"已务工，{title}没有填", column))
    touches = (pl.col("start") <= ctx.last) & (pl.col("end").is_null() | (pl.col("end") >= ctx.first))
    for column, title in (("income_fen", "务工月收入"), ("point_to_point", "是否点对点输送")):
        unread = ctx.intake.found.filter((pl.col("table") == TABLE) & (pl.col("column") == column)).select(
            "_src", "_row"
        )
        rows = ctx.with_column(TABLE, column).filter(touches & pl.col(column).is_null())
        rows = rows.join(
            unread.lazy(), on=["_src", "_row"], how="anti"
        )  # unreadable is not empty: the intake has said so
        found.append(report(rows, TABLE, f"本月在务工，{title}没有填", column))
    return pl.concat(found)


@rule(
    "WRK018",
    "务工起止时间颠倒或晚于本月",
    "warning",
    compares="开始时间、结束时间与本月",
    hint="改正时间",
    tables=MONITOR,
)
def impossible(ctx: Month) -> pl.LazyFrame:
    """Ends before it starts; starts after the run's month."""
    rows = ctx.table(TABLE)
    return pl.concat(
        [
            report(rows.filter(pl.col("end") < pl.col("start")), TABLE, "结束时间早于开始时间", "end"),
            report(rows.filter(pl.col("start") > ctx.last), TABLE, "开始时间晚于本月", "start"),
        ]
    )

"""Work away from home (WRK004–009, 012, 014, 017, 018): each spell and plan against itself and the person's others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.checks.overlaps import overlapping_spans
from fupin_cli.checks.places import vague_county, vague_text
from fupin_cli.checks.report import report, with_others
from fupin_cli.checks.rule import rule
from fupin_cli.checks.wrk_homes import working
from fupin_cli.plans import collected
from fupin_cli.policy.months import first_day, parse_month
from fupin_cli.policy.places import at_home
from fupin_cli.policy.rounding import yuan_to_fen

if TYPE_CHECKING:
    from fupin_cli.month.month import Month

TABLE, PLAN = "employment", "employment_plan"
MONITOR = (TABLE,)
POST_CHANNEL = r"公益性?岗位|帮扶车间"


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
    rows = (
        ctx.table(TABLE)
        .with_columns(
            until=pl.coalesce("end", pl.lit(ctx.last)),
            _until_month=pl.col("_end_month") & pl.col("end").is_not_null(),
            _who=pl.lit(ctx.who[TABLE]),
        )
        .filter(pl.col("start").is_not_null() & (pl.col("until") >= pl.col("start")))
    )
    rows = with_others(overlapping_spans(rows, "_who", "start", "until"), ["id_number"])
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
    going_on = pl.col("_who").is_in(pl.col("_who").filter(~ended).implode())
    rows = ctx.table(TABLE).with_columns(_who=pl.lit(ctx.who[TABLE])).with_columns(_all=~going_on)
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
    # Few are: only of these the places are compared.
    posted = collected(working(ctx).filter(pl.col("channel").str.contains(POST_CHANNEL)), ctx.size)
    return report(posted.filter(~at_home()), TABLE, "在县外务工，就业渠道却是“{}”", "channel")


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

"""Work away from home (WRK): the employment export against itself and against the registry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from fupin_cli.checks.context import NO_LABOUR
from fupin_cli.checks.overlaps import overlapping
from fupin_cli.checks.registry import report, rule, with_others
from fupin_cli.policy.idnumber import age_expr, birth_expr
from fupin_cli.policy.months import first_day, parse_month
from fupin_cli.policy.rounding import yuan_to_fen

if TYPE_CHECKING:
    from fupin_cli.checks.context import Context

TABLE, PLAN = "employment", "employment_plan"
ENTRY: dict[str, Any] = {"clause": "四(一)", "law": "务工情况录入信息系统"}
MONITOR: dict[str, Any] = {"tables": (TABLE,), **ENTRY}
WITH_REGISTRY: dict[str, Any] = {"tables": (TABLE, "registry"), **ENTRY}
WORKING_AGE, RETIRED_AGE = 16, 60
POST_CHANNEL = r"公益性?岗位|帮扶车间"
TRANSPORT = r"交通|外出务工补贴"
NOT_A_COUNTY = r"(?:省|自治区)$"
GRADUATE = ("大专", "本科及以上")


def no_meaning(text: pl.Expr) -> pl.Expr:
    """Whether a free text says no: empty, 否, 无, 未享受, 不享受, 0 (SPEC 8.20)."""
    return text.is_null() | text.is_in(["否", "无", "未享受", "不享受", "0"])


def at_home(county: str = "county", work: str = "work_county") -> pl.Expr:
    """Whether the place of work is the home county: one name ends with the other (辽宁省某市某县 = 某县)."""
    return pl.col(work).str.ends_with(pl.col(county)) | pl.col(county).str.ends_with(pl.col(work))


def working(ctx: Context) -> pl.LazyFrame:
    """Rows marked 是."""
    return ctx.table(TABLE).filter(pl.col("working"))


@rule(
    "WRK001",
    "没有劳动能力而务工或计划务工",
    "warning",
    any_of=(TABLE, PLAN),
    partly=(TABLE, PLAN, "registry"),
    compares="劳动技能与是否已务工、是否计划务工",
    hint="核实劳动能力或务工情况",
    **ENTRY,
)
def no_ability(ctx: Context) -> pl.LazyFrame:
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
    "WRK002", "在校而务工", "warning", compares="在校生状况与是否已务工", hint="核实是否毕业，改正其一", **WITH_REGISTRY
)
def in_school(ctx: Context) -> pl.LazyFrame:
    """In school by the registry, marked 是 here."""
    students = ctx.people.lazy().filter(pl.col("in_school")).select("id_number")
    return report(working(ctx).join(students, on="id_number", how="semi"), TABLE, "在校生却已务工", "working")


@rule(
    "WRK003",
    "开始务工时未满16周岁",
    "warning",
    compares="身份证号的周岁与开始时间",
    hint="核对开始时间；属实的按童工问题移交",
    **MONITOR,
)
def too_young(ctx: Context) -> pl.LazyFrame:
    """Age on the day the spell began."""
    young = age_expr(birth_expr(pl.col("id_number")), pl.col("start")) < WORKING_AGE
    return report(ctx.table(TABLE).filter(young), TABLE, "开始务工时未满16周岁", "start")


@rule("WRK004", "务工地没有写到县", "warning", compares="务工所在县", hint="补到县（市、区）", **MONITOR)
def no_county(ctx: Context) -> pl.LazyFrame:
    """Empty, or only a province or the city once more."""
    place = pl.col("work_county")
    vague = (
        place.is_null()
        | place.str.contains(NOT_A_COUNTY)
        | (place == pl.col("work_city"))
        | (place == pl.col("work_province"))
    )
    return report(working(ctx).filter(vague.fill_null(value=True)), TABLE, "务工地没有写到县（市、区）", "work_county")


@rule(
    "WRK005",
    "一个人的务工时间重叠",
    "warning",
    compares="同一人各段务工的起止（未结束的算到本月末）",
    hint="改正起止时间",
    **MONITOR,
)
def overlap(ctx: Context) -> pl.LazyFrame:
    """Each spell against all others of the person."""
    rows = ctx.spells.filter(pl.col("until") >= pl.col("start"))
    rows = with_others(overlapping(rows, ["id_number"], "start", "until"), ["id_number"])
    return report(rows, TABLE, pl.concat_str(pl.lit("与另一段务工时间重叠："), "_others"), "start")


@rule(
    "WRK006",
    "标为未务工而务工未结束",
    "warning",
    compares="是否已务工与结束时间",
    hint="仍在务工的改为“是”；已结束的补结束时间",
    **MONITOR,
)
def marked_no(ctx: Context) -> pl.LazyFrame:
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
    **MONITOR,
)
def marked_yes(ctx: Context) -> pl.LazyFrame:
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
    **MONITOR,
)
def income(ctx: Context) -> pl.LazyFrame:
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
    **MONITOR,
)
def channel(ctx: Context) -> pl.LazyFrame:
    """Posts and workshops are at home."""
    away = ~at_home() & pl.col("channel").str.contains(POST_CHANNEL)
    return report(working(ctx).filter(away), TABLE, "在县外务工，就业渠道却是“{}”", "channel")


@rule(
    "WRK010",
    "交通补助登记与金额不符",
    "warning",
    compares="就业帮扶中的交通措施与年度交通费补助、务工所在县",
    hint="核实是否应补或误补",
    tables=(TABLE, "registry"),
    clause="二(一)",
    law="单程交通费用补贴",
)
def transport(ctx: Context) -> pl.LazyFrame:
    """Registered and nothing paid to the person; or paid for work inside the home county."""
    rows = ctx.with_column(TABLE, "transport_subsidy_fen")
    registered = ctx.people.lazy().filter(pl.col("employment_help").str.contains(TRANSPORT)).select("id_number")
    paid = pl.col("transport_subsidy_fen").fill_null(0)
    unpaid = (
        rows.with_columns(_sum=paid.sum().over("id_number"))
        .filter(pl.col("_sum") == 0)
        .join(registered, on="id_number", how="semi")
    )
    return pl.concat([
        report(unpaid, TABLE, "登记了交通补助措施，年度交通费补助却是0或空", "transport_subsidy_fen"),
        report(rows.filter((paid > 0) & pl.col("working") & at_home()), TABLE, "在本县务工，却有交通费补助", "transport_subsidy_fen",
               amount_fen=pl.col("transport_subsidy_fen")),
    ], how="diagonal")  # fmt: skip


@rule(
    "WRK011",
    "技能劳动力或大专以上而没有就业",
    "info",
    compares="劳动技能、文化程度与是否已务工、在岗花名册",
    hint="优先推荐岗位",
    tables=(TABLE, "registry"),
    clause="四(一)",
    law="就业状况",
)
def idle_skill(ctx: Context) -> pl.LazyFrame:
    """Beneficiaries of 16 to under 60, out of school and able to work, neither marked 是 nor on a post."""
    skilled = (pl.col("labour_ability") == "技能劳动力") | pl.col("education").is_in(GRADUATE)
    rows = ctx.people.lazy().filter(
        skilled
        & pl.col("can_work")
        & pl.col("beneficiary")
        & ~pl.col("in_school")
        & pl.col("age").is_between(WORKING_AGE, RETIRED_AGE - 1)
    )
    return report(
        rows.join(busy(ctx), on="id_number", how="anti"),
        "registry",
        "技能劳动力或大专以上文化，没有就业",
        "labour_ability",
    )


def busy(ctx: Context) -> pl.LazyFrame:
    """People marked 是 or on a post this month: id_number."""
    parts = [working(ctx).select("id_number")]
    if ctx.has("assignments"):
        parts.append(ctx.lines.lazy().select("id_number"))
    return pl.concat(parts).unique()


@rule(
    "WRK012",
    "计划外出而没有登记就业服务需求",
    "warning",
    tables=(PLAN,),
    compares="是否计划务工与就业服务需求",
    hint="问清需要的服务后补填",
    clause="二(二)",
    law="外出务工意愿",
)
def no_need(ctx: Context) -> pl.LazyFrame:
    """The column must be there: a file without it says nothing."""
    rows = ctx.with_column(PLAN, "service_need").filter(pl.col("planned") & pl.col("service_need").is_null())
    return report(rows, PLAN, "计划外出务工，没有登记就业服务需求", "service_need")


@rule(
    "WRK013",
    "登记了就业帮扶或公岗而全户无人就业",
    "warning",
    compares="就业帮扶、公益岗位帮扶与全户务工、在岗情况",
    hint="核实帮扶是否落实",
    **WITH_REGISTRY,
)
def no_effect(ctx: Context) -> pl.LazyFrame:
    """Nobody of the household is marked 是 or on a post."""
    rows = ctx.people.lazy().with_columns(
        _help=~no_meaning(pl.col("employment_help")), _post=~no_meaning(pl.col("post_help"))
    )
    working_homes = rows.join(busy(ctx), on="id_number", how="semi").select("household_id").unique()
    idle = rows.filter(pl.col("_help") | pl.col("_post")).join(working_homes, on="household_id", how="anti")
    column = pl.when(pl.col("_help")).then(pl.lit("employment_help")).otherwise(pl.lit("post_help"))
    return report(idle, "registry", "登记了就业帮扶措施，全户却没有人就业", column)


@rule(
    "WRK014",
    "务工多年没有更新",
    "warning",
    compares="开始时间与未结束的务工",
    bounds=("checks.spell_open_since",),
    hint="电话核实现状，更新务工信息",
    **MONITOR,
)
def stale(ctx: Context) -> pl.LazyFrame:
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
    **WITH_REGISTRY,
)
def destitute(ctx: Context) -> pl.LazyFrame:
    """特困供养 by the registry, marked 是 here."""
    people = ctx.people.lazy().filter(pl.col("destitute")).select("id_number")
    return report(working(ctx).join(people, on="id_number", how="semi"), TABLE, "享受特困供养，却已务工", "working")


@rule(
    "WRK016",
    "一户人在不同县务工而电话相同",
    "warning",
    compares="同户各人的务工所在县与联系电话",
    hint="改填本人电话",
    **MONITOR,
)
def shared_phone(ctx: Context) -> pl.LazyFrame:
    """Members marked 是, in different counties, with one phone."""
    rows = ctx.with_column(TABLE, "phone").filter(
        pl.col("working") & pl.col("phone").is_not_null() & pl.col("work_county").is_not_null()
    )
    keys = ["household_id", "phone"]
    apart = rows.group_by(keys).agg(_c=pl.col("work_county").n_unique(), _p=pl.col("id_number").n_unique())
    apart = apart.filter((pl.col("_c") > 1) & (pl.col("_p") > 1))
    rows = with_others(rows.join(apart, on=keys, how="semi"), keys)
    return report(rows, TABLE, pl.concat_str(pl.lit("与在外县务工的家人电话相同："), "_others"), "phone")


@rule("WRK017", "已务工而企业或行业没有填", "warning", compares="务工企业名称、所属行业", hint="补填", **MONITOR)
def no_employer(ctx: Context) -> pl.LazyFrame:
    """Each of the two columns where the file has it."""
    found = []
    for column, title in (("employer", "务工企业名称"), ("industry", "所属行业")):
        rows = ctx.with_column(TABLE, column).filter(pl.col("working") & pl.col(column).is_null())
        found.append(report(rows, TABLE, f"已务工，{title}没有填", column))
    return pl.concat(found)


@rule(
    "WRK018", "务工起止时间颠倒或晚于本月", "warning", compares="开始时间、结束时间与本月", hint="改正时间", **MONITOR
)
def impossible(ctx: Context) -> pl.LazyFrame:
    """Ends before it starts; starts after the run's month."""
    rows = ctx.table(TABLE)
    return pl.concat([
        report(rows.filter(pl.col("end") < pl.col("start")), TABLE, "结束时间早于开始时间", "end"),
        report(rows.filter(pl.col("start") > ctx.last), TABLE, "开始时间晚于本月", "start"),
    ])  # fmt: skip

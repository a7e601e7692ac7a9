"""Conditions of the measures besides posts (MEA), told on the rows of their tables; and 以工代赈, which pays nothing."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import polars as pl

from fupin_cli import findings
from fupin_cli.checks.report import report
from fupin_cli.checks.rule import Effect, Rule, Severity, rule
from fupin_cli.measures.catalogue import MEASURES, measure_of
from fupin_cli.measures.measure import Fault
from fupin_cli.month.states import idle_labour
from fupin_cli.policy.rounding import HALF_UP, fen_to_yuan_expr

if TYPE_CHECKING:
    from fupin_cli.measures.claimed import Claimed
    from fupin_cli.month.month import Month

TABLES = tuple(dict.fromkeys(measure.table for measure in MEASURES.values() if not measure.leads))
RELIEF = "work_relief"
SPOT = ["_src", "_row"]
# Who is helped (一), the policy's term (附则) and what excludes what (our own) keep their clause; every other condition on
# a claim rests on the clause of the measure, not on that of the code's first home (8.24).
OWN_CLAUSE = ("MEA002", "CAP008", "CAP009")
# Effects of the codes that conditions of measures have, where a condition says none of its own.
HOLDING = ("MEA001", "MEA005", "MEA006", "MEA009", "MEA016")


def measure_findings(ctx: Claimed, code: str) -> pl.DataFrame:
    """Findings of one code over the claims of every measure that was supplied; the message names the measure."""
    if not ctx.measure_codes:
        told = [name for name in ctx.claims if MEASURES[name].in_check or name == ctx.asked]
        by_code = findings.gather(faults_of(ctx, name) for name in told).partition_by("code", as_dict=True)
        ctx.measure_codes.update({"": findings.empty()} | {str(key): found for (key,), found in by_code.items()})
    return ctx.measure_codes.get(code, ctx.measure_codes[""])


def faults_of(ctx: Claimed, name: str) -> pl.DataFrame:
    """All findings on the claims of a measure: first each claim's own, then of those that are good so far their clashes.

    A claim of which no sum can be made, or that comes to nothing, is held for that where nothing else stops it (MEA016).
    """
    if name not in ctx.claims:  # posts, or a measure whose table was not supplied
        return findings.empty()
    if name not in ctx.measure_faults:
        rows = ctx.claims[name].rows.filter("id_ok").with_columns(post_id="ref")
        faults = ctx.claims[name].faults
        alone = _told(ctx, [fault for fault in faults if not fault.among_good], rows, name)
        good = rows.join(_stopped(alone), on=SPOT, how="anti", maintain_order="left")
        unpriced = Fault(
            "MEA016", ~(pl.col("due_fen") > 0).fill_null(value=False), "缺少算金额的数字，或金额为 0", None
        )
        clashes = _told(ctx, [unpriced, *(fault for fault in faults if fault.among_good)], good, name)
        ctx.measure_faults[name] = pl.concat([alone, clashes])
    return ctx.measure_faults[name]


def effect_of() -> pl.Expr:
    """The effect of a finding: its own, else its rule's."""
    return pl.coalesce(
        "effect",
        pl.when(pl.col("code").is_in(HOLDING) | pl.col("code").str.starts_with("IN"))
        .then(pl.lit("hold"))
        .otherwise(pl.lit("refuse")),
    )


def _stopped(found: pl.DataFrame) -> pl.DataFrame:
    return found.filter(effect_of() != "none").select(SPOT)


def payable(ctx: Claimed, name: str) -> pl.Series:
    """ID numbers of people of whom a measure has a line that is not refused."""
    if name not in ctx.claims:
        return pl.Series([], dtype=pl.String)
    refused = faults_of(ctx, name).filter(effect_of() == "refuse").select(SPOT)
    rows = ctx.claims[name].rows.join(refused, on=SPOT, how="anti")
    return rows["id_number"].drop_nulls().unique()


def _told(ctx: Claimed, faults: list[Fault], rows: pl.DataFrame, name: str) -> pl.DataFrame:
    """Findings of these conditions: all are asked in one pass, and only those that fail somewhere are told."""
    names = [str(n) for n in range(len(faults))]
    asked = rows.with_columns(_when(ctx, fault).alias(n) for n, fault in zip(names, faults, strict=True)).select(names)
    failing = asked.select(pl.all().any()).row(0) if faults and rows.height else ()
    return findings.gather(
        _one_told(ctx, fault, rows.filter(asked[str(n)]), name)
        for n, (fault, fails) in enumerate(zip(faults, failing, strict=False))
        if fails
    )


def _when(ctx: Claimed, fault: Fault) -> pl.Expr:
    if not fault.excluded_by:
        return fault.when
    others = pl.concat([payable(ctx, other) for other in fault.excluded_by])
    return fault.when & pl.col("id_number").is_in(others.implode()).fill_null(value=False)


def _one_told(ctx: Claimed, fault: Fault, failing: pl.DataFrame, name: str) -> pl.DataFrame:
    measure = measure_of(name, ctx.policy)
    words = fault.message if isinstance(fault.message, pl.Expr) else pl.lit(fault.message)
    message = pl.concat_str(pl.lit(f"{measure.title}："), words)
    own = {"effect": fault.effect, "severity": "warning" if fault.effect == "none" else "error"} if fault.effect else {}
    if fault.code not in OWN_CLAUSE:
        own |= {"clause": measure.clause}
    told = report(failing, measure.table, message, fault.column, measure=name, amount_fen=pl.col("due_fen"), **own)
    return told.collect().with_columns(code=pl.lit(fault.code))


def condition(code: str, title: str, severity: Severity, effect: Effect, **more: Any) -> Rule:
    """Give the rule of a condition; every measure that has it reports it."""

    def run(ctx: Claimed) -> pl.DataFrame:
        return measure_findings(ctx, code)

    return Rule(code, title, severity, effect, any_of=TABLES, run=run, **more)


MEA001 = condition(
    "MEA001",
    "缺少标准，算不出金额",
    "error",
    "hold",
    compares="政策和 fupin.toml 有没有这一项的标准",
    bounds=("post.annual_line", "post.standard"),
    hint="把县里的标准连同文件写入 fupin.toml；岗位补贴写在 [post.standard.年]",
)
MEA002 = condition(
    "MEA002",
    "申请人不是政策帮扶的脱贫劳动力",
    "error",
    "refuse",
    partly=("registry",),
    compares="监测对象信息中有无此人，户类型、监测对象类别、劳动技能、年龄、在校",
    hint="核实身份；不符合的退回申请",
)
MEA003 = condition(
    "MEA003",
    "机构没有许可，或载体没有认定",
    "error",
    "refuse",
    partly=("workshops",),
    compares="许可有效期与安置日，认定、退出日期与本月",
    hint="核对许可证和认定文件",
)
MEA004 = condition(
    "MEA004",
    "劳动合同期限不够",
    "error",
    "refuse",
    bounds=("labour_export.contract_years",),
    compares="合同起止日期",
    hint="核对劳动合同",
)
MEA005 = condition(
    "MEA005",
    "没有参加社会保险",
    "error",
    "hold",
    compares="参保月份、缴费金额",
    hint="补报参保或缴费凭证",
)
MEA006 = condition(
    "MEA006",
    "跟踪服务没有满期",
    "error",
    "hold",
    bounds=("labour_export.follow_up_years",),
    compares="跟踪服务起止日期与本月末",
    hint="服务期满以后再报",
)
MEA007 = condition(
    "MEA007",
    "目的地或交通方式不在政策范围",
    "error",
    "refuse",
    compares="输入市县、交通方式",
    hint="市内务工、乘飞机的不补；填错的改正",
)
MEA008 = condition(
    "MEA008",
    "超过该项补贴的期限",
    "error",
    "refuse",
    partly=("payment_history",),
    bounds=(
        "on_the_job_training.cap_months",
        "social_insurance.cap_months",
        "startup.years_max",
        "startup.venue_months_max",
        "startup.incubator_max",
    ),
    compares="已享受的月数、天数与最长的，养老金领取日期",
    hint="到期停发；距退休不足5年的核对首次核定日期",
)
MEA009 = condition(
    "MEA009",
    "实到天数多于应到天数，或一天也没有到",
    "error",
    "hold",
    compares="应到天数、实到天数、实际训练天数",
    hint="核对签到表",
)
MEA010 = condition(
    "MEA010",
    "向学员收了费",
    "error",
    "refuse",
    compares="是否收费",
    hint="退还所收费用后再报",
)
MEA011 = condition(
    "MEA011",
    "本月不是申请单位的职工",
    "error",
    "refuse",
    partly=("employee_insurance", "assignments"),
    compares="合同起止、参保单位、在岗",
    hint="核对合同和参保记录",
)
MEA012 = condition(
    "MEA012",
    "已享受过同类补贴",
    "error",
    "refuse",
    compares="是否已享受",
    hint="退回申请",
)
MEA013 = condition(
    "MEA013",
    "不由本县支付",
    "error",
    "refuse",
    compares="参保地与本县名称、代码",
    bounds=("county.name",),
    hint="转参保地的公共就业服务机构",
)
MEA014 = condition(
    "MEA014",
    "不是有组织输出，或看不出随队外出",
    "error",
    "refuse",
    partly=("labour_exports", "employment"),
    compares="是否有组织输出，劳务输出名单，已外出务工信息",
    bounds=("transport.spell_days",),
    hint="核对输出名单和证明材料",
)
MEA015 = condition(
    "MEA015",
    "不符合该项补贴的对象或用途",
    "error",
    "refuse",
    partly=("registry", "employment", "employee_insurance"),
    compares="学历层次、在校生状况、用途、吸纳人数、失业保险金期满日期，本月的务工和职工参保",
    bounds=("startup.purposes",),
    hint="核对申请材料",
)
MEA016 = condition(
    "MEA016",
    "申请材料不全，算不出金额",
    "error",
    "hold",
    partly=("workshops",),
    compares="起止日期、实际支出、年利率、吸纳人数",
    hint="补齐后再报",
)


MEA019 = condition(
    "MEA019",
    "申请人已死亡或在服刑",
    "error",
    "refuse",
    partly=("deaths", "prisoners"),
    compares="死亡人员、服刑人员名单与申请的日期",
    hint="核实后退回；在申请日期以内死亡的由人工核定",
)


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

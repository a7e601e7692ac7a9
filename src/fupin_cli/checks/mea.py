"""Conditions of the measures besides posts (MEA), each declared once; `claim_faults` tells where they fail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fupin_cli.checks.claim_faults import TABLES, measure_findings
from fupin_cli.checks.rule import Effect, Rule, Severity, declared

if TYPE_CHECKING:
    import polars as pl

    from fupin_cli.measures.claimed import Claimed


def condition(  # noqa: PLR0913 - what a rule says of itself
    code: str,
    title: str,
    severity: Severity,
    effect: Effect,
    *,
    compares: str,
    hint: str,
    partly: tuple[str, ...] = (),
    bounds: tuple[str, ...] = (),
    waivable: bool = False,
) -> Rule:
    """Give the rule of a condition; every measure that has it reports it."""

    def run(ctx: Claimed) -> pl.DataFrame:
        return measure_findings(ctx, code)

    return declared(
        code,
        title,
        severity,
        effect,
        compares=compares,
        hint=hint,
        any_of=TABLES,
        partly=partly,
        bounds=bounds,
        waivable=waivable,
        run=run,
    )


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
    hint="到期停发；距退休不足{social_insurance.extension_years}年的核对首次核定日期",
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

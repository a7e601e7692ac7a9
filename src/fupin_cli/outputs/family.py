"""What the workbooks of all reports have in common: below every sheet stands what it counts and from which tables."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fupin_cli.month import states
from fupin_cli.reports.due import CAP, CONTRACT, INSURANCE, KIND_WORDS, PENSION
from fupin_cli.reports.risk_rules import RISKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from fupin_cli.outputs.sheet import SheetPlan

WHO = ("registry", "households")
LINES, COVER = ("payment_history", "employer_claims", "flexible_claims"), ("accident_insurance",)
CLAIMS = ("employer_claims",)
WORK = (*WHO, *states.TABLES)
# Workbook → sheet → what it counts, and the tables it is made from (those that were supplied are named).
SAYS: dict[str, dict[str, tuple[str, tuple[str, ...]]]] = {
    "roster": {
        "汇总": ("台账上的人，每个分类里每人算一次", WORK),
        "明细": ("台账上的每个人一行：脱贫户，或填有监测对象类别的", WORK),
        "变化": ("与上一个月份比，新增、退出、变动各一行；一个人变几项的几行", (*WORK, "deaths")),
        "平衡": ("台账上的人；上月＋新增－退出＋转入－转出＝本月", (*WORK, "deaths")),
        "在本地务工": ("本月在本县务工、户籍在外地的人，每人一行（开始时间最晚的一段）", ("employment", "registry")),
    },
    "risk": {
        "已解除": ("上月名单里有、本月没有的风险，一人一项一行", WORK),
        "已反馈未解除": ("对方已经反馈、本月仍在的风险", ("risk_feedback", *WORK)),
        "核对": (
            "人×风险的条数",
            (
                *WORK,
                *(t.split("@")[0] for r in RISKS for t in (*r.tables, *(name for group in r.any_of for name in group))),
            ),
        ),
    },
    "match": {
        "人员清单": (
            "有意愿外出或计划外出的人，一人一行",
            ("going_out", "employment_plan", *WHO, "employment", "deaths"),
        ),
        "岗位清单": ("报来的岗位，一行一个", ("vacancies",)),
        "匹配": ("建议的人和岗位，一人最多一个岗位", ("going_out", "employment_plan", "vacancies", *WHO)),
        "未匹配": ("可以外出而没有建议岗位的人", ("going_out", "employment_plan", "vacancies", *WHO)),
    },
    "forecast": {
        "各月": (
            "本月发放（暂缓另列）的人，以后每月一人算一次；不含新增的人",
            ("assignments", "payment_history", "attendance", *WHO),
        ),
        "图表": ("同“各月”，画成图", ("assignments", "payment_history", "attendance", *WHO)),
        "资金": ("本年预算减去已批准的，与以后各月的金额比", ("payment_history",)),
        "乡镇": ("同“各月”，按乡镇", ("assignments", "payment_history", "attendance", *WHO)),
        "到期人员": ("本月发放或暂缓的每一行，发到哪个月", ("assignments", "payment_history", "attendance", *WHO)),
    },
    "due": {
        "汇总": ("本月发放或暂缓的人到期的人次", ("assignments", *LINES, *COVER)),
        KIND_WORDS[CAP]: ("补贴期限里最后一个可发的月份（可延长到养老金领取的不列）", ("assignments", *LINES)),
        KIND_WORDS[PENSION]: ("到法定养老金领取年龄的日子", ("assignments", *LINES)),
        KIND_WORDS[CONTRACT]: ("最后一份合同的结束日期（已续签的按续签的）", ("assignments", *CLAIMS)),
        KIND_WORDS[INSURANCE]: ("意外险不间断地保到哪一天", ("assignments", *COVER)),
        "日期不明": ("本月发放或暂缓、但到期日期不知道的人", ("assignments", *LINES, *COVER)),
    },
}


def told(
    plans: Sequence[SheetPlan],
    kind: str,
    supplied: Mapping[str, object],
    titles: Mapping[str, str],
    gaps: Iterable[str] = (),
) -> list[SheetPlan]:
    """Sheets of a report with lines below each: what it counts, which of its tables were supplied (`supplied`), what is not known (`gaps`)."""
    return [
        replace(plan, below=(*plan.below, _line(*SAYS[kind][plan.title], supplied, titles), *gaps))
        if plan.title in SAYS.get(kind, {})
        else plan
        for plan in plans
    ]


def _line(what: str, tables: tuple[str, ...], supplied: Mapping[str, object], titles: Mapping[str, str]) -> str:
    names = [titles.get(name, name) for name in dict.fromkeys(tables) if name in supplied]
    return f"数的是：{what}。看的表：{'、'.join(names) or '无'}。"

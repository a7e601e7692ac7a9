"""The sections of a page in their order, each with its notes and what is drawn in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.outputs import money_plans
from fupin_cli.outputs import page_plans as plans
from fupin_cli.outputs.page_parts import Cell, Section, Table, columns_of, heat_table, table_of
from fupin_cli.outputs.page_sources import catalogue, sources
from fupin_cli.outputs.page_words import PLACES, money, number, todo_words, where_words
from fupin_cli.outputs.sheet import SheetPlan
from fupin_cli.outputs.since_views import since_notes
from fupin_cli.policy.months import month_text
from fupin_cli.reports.due import KIND_WORDS
from fupin_cli.reports.known import Missing
from fupin_cli.reports.page import TOP

if TYPE_CHECKING:
    from fupin_cli.reports.about import Absent
    from fupin_cli.reports.page import Page


ENDED = {"failed": "没做成", "not_handed_in": "未报送"}


def sections(page: Page) -> list[Section]:
    """All sections of the page."""
    made = [
        _todo(page),
        *([_absent(page, page.about.absent)] if page.about.absent is not None else []),
        _funds(page),
        _months(page),
        _steps(page),
        _areas(page),
        _changes(page),
        _rules(page),
        _scale(page),
        _due(page),
        _risks(page),
        _staff(page),
        catalogue(page),
        sources(page),
    ]
    for section in made:
        section.notes += page.about.notes.get(section.id, [])
    return made


def _todo(page: Page) -> Section:
    items = []
    for entry in page.todo:
        what, how = todo_words(entry)
        items.append((what, f"{how}{where_words(entry)}", PLACES[entry.kind], entry.codes))
    section = Section("todo", "要办的事", missing="" if items else "没有要办的事", items=items)
    if page.about.each is not None and page.about.each.height:
        each = table_of(plans.each_plan(page.about.each), "t-each", "各县要办的事，件数")
        each.kind = "heat"  # narrow on a phone too
        section.folds = [("各县要办的事", each)]
    return section


def _absent(page: Page, absent: list[Absent]) -> Section:
    section = Section("counties", "没有计入的县")
    section.notes = [
        f"计入 {number(len(page.about.sources))} 个县，没有计入 {number(len(absent))} 个；以下各节只含计入的县。"
    ]
    if absent:
        heads = [Cell(words) for words in ("县", "市", "结果", "原因")]
        rows = [
            [Cell(a.name), Cell(a.city), Cell(ENDED[a.status]), Cell(f"{a.why}。{a.hint}" if a.hint else a.why)]
            for a in absent
        ]
        section.tables = [Table("t-absent", "没有计入的县", heads, rows, kind="words")]
    return section


def _funds(page: Page) -> Section:
    section = Section("funds", "资金：用了多少，到年底够不够")
    if isinstance(page.funds, Missing):
        section.missing = page.funds.why
        return section
    year = page.scope.month // 12
    opening = (
        "期初余额里没有本年的"
        if not page.opening_fen
        else f"期初余额里本年的 {money(page.opening_fen)} 元算在已付里，不算在已批准里"
    )
    section.notes = [
        f"{year} 年，元。预计到年底 = 已批准 + 本月待批准 + 以后月份预测（现在发放的人逐月推算，不含暂缓的和新增的）。{opening}。"
    ]
    if page.about.ahead:
        section.notes.append(f"预测没有算：{page.about.ahead}。")
    section.tables = [table_of(money_plans.funds_plan(page.funds), "t-funds")]
    return section


def _months(page: Page) -> Section:
    section = Section("months", "每月发放和到政策期末的预测")
    if isinstance(page.months, Missing):
        section.missing = page.months.why
        return section
    plan = money_plans.months_plan(page.months)
    section.notes = ["各项补贴，元。竖线以后是预测：现在发放的人逐月推算到各自的最后一月，不含新增的人。"]
    if page.about.ahead:
        section.notes.append(f"预测没有算：{page.about.ahead}。")
    section.columns = columns_of(plan, month_text(page.scope.month))
    years = (
        page.months.group_by(year=pl.col("month") // 12)
        .agg(pl.col("paid_fen", "open_fen", "forecast_fen").sum())
        .sort("year")
    )
    yearly = SheetPlan(
        "各年",
        {"year": "年", "paid_fen": "已付", "open_fen": "已批准未付", "forecast_fen": "预测"},
        years.with_columns(pl.col("year").cast(pl.String)),
        summed=("paid_fen", "open_fen", "forecast_fen"),
    )
    section.tables = [table_of(yearly, "t-years")]
    section.folds = [("各月的数", table_of(plan, "t-months"))]
    return section


def _steps(page: Page) -> Section:
    section = Section("steps", "应发、批准、实付")
    if isinstance(page.verdicts, Missing):
        section.missing = page.verdicts.why
        return section
    section.notes = ["元。应发是按现在的表算的；差额 = 实付 − 应发。"]
    section.tables = [
        table_of(money_plans.steps_plan(page.verdicts), "t-steps"),
        table_of(money_plans.verdicts_plan(page.verdicts), "t-verdicts", "结论"),
    ]
    return section


def _areas(page: Page) -> Section:
    words = plans.AREAS[page.by]
    section = Section("areas", f"各{words}：发放、暂缓、不予")
    if isinstance(page.areas, Missing) or isinstance(page.measures, Missing):
        section.missing = page.areas.why if isinstance(page.areas, Missing) else ""
        return section
    section.notes = [
        "元。暂缓、不予的金额是若照发的数。"
        + ("" if page.about.late else "没有核对各乡镇是否报齐：没有更早的月份，或本页是几个月的。")
    ]
    section.tables = [table_of(plans.areas_plan(page.areas, page.by, page.about.tables), "t-areas")]
    if page.measures.height > 1:
        section.tables.append(
            table_of(plans.measures_plan(page.measures, page.about.measures), "t-measures", "各项补贴")
        )
    return section


def _changes(page: Page) -> Section:
    section = Section("changes", "问题：新出现、还在、已改")
    if isinstance(page.changes, Missing):
        section.missing = page.changes.why
        return section
    with_ = "、".join(map(month_text, page.about.compared))
    section.notes = [
        f"条，与 {with_} 的核查比，只比两次都运行、看的表也相同的规则；一笔钱涉及几条的各条都计，所以金额不合计。",
        *(since_notes(page.about.since) if page.about.since is not None else ()),
    ]
    if not page.changes.height:
        section.notes.append("可比的规则没有问题。")
        return section
    section.tables = [table_of(plans.changes_plan(page.changes), "t-changes")]
    return section


def _rules(page: Page) -> Section:
    section = Section("rules", "问题集中在哪里")
    if not page.rules.height:
        section.missing = "核查没有发现问题"
        return section
    section.notes = [
        f"涉及金额最多的在前。一笔钱涉及几条规则的，每条都写，所以各条不能相加；每人每岗只算一次，共 {money(page.at_stake_fen)} 元（已豁免的不算）。"
    ]
    plan = plans.rules_plan(page.rules)
    section.tables = [table_of(plan, "t-rules", "规则", head=TOP)]
    heat = heat_table(
        plans.named(page.heat, page.by).iter_rows(named=True), page.by, page.top_codes, plans.AREAS[page.by]
    )
    section.tables.append(heat)
    if plan.rows.height > TOP:
        rest = SheetPlan(plan.title, plan.headers, plan.rows.slice(TOP), bars=None)
        section.folds = [(f"其余 {plan.rows.height - TOP} 条规则", table_of(rest, "t-rules-rest"))]
    return section


def _scale(page: Page) -> Section:
    section = Section("scale", "就业规模")
    if isinstance(page.scale, Missing):
        section.missing = page.scale.why
        return section
    names = {"now": "本月", "before": "上月", "year_ago": "去年同月"}
    lacking = [words for name, words in names.items() if name not in page.when]
    months = "、".join(f"{names[name]} {month_text(month)}" for name, month in page.when.items())
    section.notes = [
        f"在业的脱贫人口和监测对象，人（{months}）。" + (f"没有{'、'.join(lacking)}的表，不能比较。" if lacking else "")
    ]
    if isinstance(page.moves, Missing):
        section.notes.append(f"名册的变动没有算：{page.moves.why}。")
    else:
        moves = {name: number(value) for name, value in page.moves.items()}
        between = f" + 转入 {moves['in']} − 转出 {moves['out']}" if page.scope.town else ""
        section.notes.append(
            f"台账：上月 {moves['before']} 人 + 新增 {moves['joined']} − 退出 {moves['left']}{between} = 本月 {moves['after']} 人。"
        )
    section.tables = [table_of(plans.scale_plan(page.scale, page.by, page.when), "t-scale")]
    return section


def _due(page: Page) -> Section:
    section = Section("due", "快到期的：期限、养老金、合同、保险")
    if isinstance(page.due, Missing) or isinstance(page.due_areas, Missing):
        section.missing = page.due.why if isinstance(page.due, Missing) else ""
        return section
    idle = [f"{KIND_WORDS[kind]}（没有{table}）" for kind, table in page.about.due_idle.items()]
    section.notes = [
        "发放和暂缓的人，本月以后几个月内到期的（6 个月内的含 3 个月内的）；合同按岗位计。"
        + (f"没有看：{'、'.join(idle)}。" if idle else "")
    ]
    if not page.due.height:
        section.notes.append("没有快到期的。")
        return section
    section.tables = [table_of(plans.due_plan(page.due), "t-due", "几个月内到期，人")]
    if page.due_areas[page.by].n_unique() > 1:
        areas = table_of(plans.due_areas_plan(page.due_areas, page.by), "t-due-areas", "12 个月内到期，人")
        section.tables.append(areas)
    return section


def _risks(page: Page) -> Section:
    section = Section("risks", "风险预警")
    if isinstance(page.risks, Missing):
        section.missing = page.risks.why
        return section
    judged = page.risks.drop_nulls("now")
    before = page.about.risks_before
    against = (
        f"与 {'、'.join(map(month_text, before))} 的名单比较"
        if before
        else "没有更早的月份，新增、持续、已解除没有比较"
    )
    idle = page.risks.filter(pl.col("now").is_null())
    notes = [f"人次；{against}。" + (f"没有判断：{'、'.join(idle['title'])}（缺表或设置）。" if idle.height else "")]
    section.notes = notes
    section.tables = [table_of(plans.risks_plan(judged), "t-risks")] if judged.height else []
    return section


def _staff(page: Page) -> Section:
    section = Section("staff", "基层力量")
    if isinstance(page.staff, Missing):
        section.missing = page.staff.why
        return section
    section.notes = [page.about.wanted] if page.about.wanted else []
    section.tables = [table_of(plans.staff_plan(page.staff, page.by), "t-staff")]
    return section

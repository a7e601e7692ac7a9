"""Sheets that are charts as well: the page draws them, and workbooks draw the same ones on their sheet 图表.

Those of money by fund, month and verdict: `money_plans`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.checks.rule import GROUPS
from fupin_cli.outputs.check_workbook import NO_TOWN, SEVERITY
from fupin_cli.outputs.sheet import Bars, Series, SheetPlan
from fupin_cli.reports import todo
from fupin_cli.reports.due import KIND_WORDS
from fupin_cli.reports.known import CITY, COUNTY, TOWNSHIP, VILLAGE

if TYPE_CHECKING:
    from collections.abc import Mapping

AREAS = {TOWNSHIP: "乡镇", VILLAGE: "村", COUNTY: "县", CITY: "市"}
NOWHERE = {TOWNSHIP: NO_TOWN, VILLAGE: "（未分村）", COUNTY: "（未分县）", CITY: "（未分市）"}
PAID, OPEN, AHEAD, HOLD, REFUSE, NEW, LASTING, MENDED, PLAIN = (
    "paid",
    "open",
    "ahead",
    "hold",
    "refuse",
    "new",
    "lasting",
    "mended",
    "plain",
)


TODO_HEADS = {
    todo.CRASHED: "规则出错",
    todo.UNREAD: "没有读入",
    todo.LATE: "该报未报",
    todo.RECOVER: "多付错付",
    todo.REFUSED: "不予",
    todo.FAILED: "代发失败",
    todo.HELD: "暂缓",
    todo.UNDECIDED: "待核定",
    todo.OVER_BUDGET: "超预算",
    todo.UNPAID: "未回盘",
    todo.UNAPPROVED: "应发未批",
    todo.DUE: "快到期",
    todo.NEW_RISKS: "新增风险",
    todo.STAFF: "缺人员",
    todo.NOT_RUN: "没运行",
}


def each_plan(rows: pl.DataFrame) -> SheetPlan:
    """What is to be done in each county: county, and a column of counts for each kind of thing to do (null: nothing)."""
    kept = {name: words for name, words in TODO_HEADS.items() if rows[name].count()}
    return SheetPlan("各县要办的事", {COUNTY: AREAS[COUNTY], **kept}, rows, summed=tuple(kept))


def named(rows: pl.DataFrame, by: str) -> pl.DataFrame:
    """Rows whose area is written out where there is none."""
    return rows.with_columns(pl.col(by).fill_null(NOWHERE[by]))


def areas_plan(rows: pl.DataFrame, by: str, tables: Mapping[str, str]) -> SheetPlan:
    """Each area: paid, held, refused; lines and money (`reports.page_money.areas`)."""
    drawn = named(rows, by).with_columns(
        lacks=pl.col("lacks").list.eval(pl.element().replace(dict(tables))).list.join("、")
    )
    headers = {
        by: AREAS[by],
        "lines": "行数",
        "pay": "发放",
        "hold": "暂缓",
        "refuse": "不予",
        "amount_fen": "发放金额",
        "hold_fen": "暂缓涉及",
        "refuse_fen": "不予涉及",
        **({"lacks": "该报未报"} if (drawn["lacks"] != "").any() else {}),
    }
    series = (
        Series("amount_fen", "发放", PAID),
        Series("hold_fen", "暂缓", HOLD),
        Series("refuse_fen", "不予", REFUSE),
    )
    summed = ("lines", "pay", "hold", "refuse", "amount_fen", "hold_fen", "refuse_fen")
    return SheetPlan(f"各{AREAS[by]}", headers, drawn, summed=summed, bars=Bars(by, series))


def measures_plan(rows: pl.DataFrame, titles: Mapping[str, str]) -> SheetPlan:
    """Each subsidy: lines and money by status."""
    drawn = rows.with_columns(said=pl.col("measure").replace(dict(titles)))
    headers = {
        "said": "补贴",
        "lines": "行数",
        "pay": "发放",
        "hold": "暂缓",
        "refuse": "不予",
        "amount_fen": "发放金额",
        "hold_fen": "暂缓涉及",
        "refuse_fen": "不予涉及",
    }
    return SheetPlan("各项补贴", headers, drawn, summed=tuple(headers)[1:])


def rules_plan(rows: pl.DataFrame) -> SheetPlan:
    """Rules with the money that their findings are about (`reports.page_findings.by_rule`)."""
    drawn = rows.with_columns(
        severity=pl.col("severity").replace_strict(SEVERITY, return_dtype=pl.String),
        label=pl.concat_str("code", pl.lit(" "), "title"),
    )
    headers = {"label": "规则", "severity": "程度", "count": "条数", "people": "人数", "amount_fen": "涉及金额"}
    return SheetPlan("规则涉及金额", headers, drawn, bars=Bars("label", (Series("amount_fen", "涉及金额", HOLD),)))


def found_plan(heat: pl.DataFrame, by: str) -> SheetPlan:
    """Each area's findings: errors and the rest (`reports.page_findings.heat`)."""
    rows = named(heat, by).with_columns(others=pl.col("count") - pl.col("errors"))
    headers = {by: AREAS[by], "errors": "错误", "others": "警告和提示", "count": "合计"}
    series = (Series("errors", "错误", REFUSE), Series("others", "警告和提示", HOLD))
    return SheetPlan(f"各{AREAS[by]}的问题", headers, rows, summed=("errors", "others", "count"), bars=Bars(by, series))


def changes_plan(rows: pl.DataFrame) -> SheetPlan:
    """Findings new, lasting, mended, by group of rules (`reports.page_findings.changes`)."""
    drawn = rows.with_columns(said=pl.col("group").replace(GROUPS))
    headers = {
        "said": "类别",
        "new": "新出现",
        "lasting": "还在",
        "mended": "已改",
        "new_fen": "新出现涉及",
        "mended_fen": "已改涉及",
    }
    series = (Series("new", "新出现", NEW), Series("lasting", "还在", LASTING), Series("mended", "已改", MENDED))
    return SheetPlan("问题的变化", headers, drawn, summed=("new", "lasting", "mended"), bars=Bars("said", series))


def scale_plan(rows: pl.DataFrame, by: str, when: Mapping[str, int]) -> SheetPlan:
    """Who works in each area, beside last month and a year ago (`reports.page_people.scale`)."""
    drawn = named(rows, by).with_columns(
        to_before=pl.col("now") - pl.col("before"), to_year=pl.col("now") - pl.col("year_ago")
    )
    headers = {
        by: AREAS[by],
        "now": "本月",
        "before": "上月",
        "to_before": "比上月",
        "year_ago": "去年同月",
        "to_year": "比去年同月",
    }
    series = (
        Series("now", "本月", PAID),
        *((Series("before", "上月", OPEN),) if "before" in when else ()),
        *((Series("year_ago", "去年同月", AHEAD),) if "year_ago" in when else ()),
    )
    return SheetPlan("在业人数", headers, drawn, summed=tuple(headers)[1:], bars=Bars(by, series, stacked=False))


SPANS = {f"within_{span}": f"{span} 个月内" for span in (3, 6, 12)}


def due_plan(rows: pl.DataFrame) -> SheetPlan:
    """Ends that come soon, by kind; each span counts the shorter one too (`reports.due`)."""
    drawn = rows.with_columns(said=pl.col("kind").replace(KIND_WORDS))
    headers = {"said": "到期", **SPANS, "over": "已过", "unknown": "日期不明"}
    return SheetPlan("到期", headers, drawn, bars=Bars("said", (Series("within_12", "12 个月内", HOLD),)))


def due_areas_plan(rows: pl.DataFrame, by: str) -> SheetPlan:
    """Where the ends within 12 months are."""
    kinds = [kind for kind in KIND_WORDS if kind in rows["kind"].to_list()]
    wide = rows.group_by(by).agg(pl.col("within_12").filter(pl.col("kind") == kind).sum().alias(kind) for kind in kinds)
    headers = {by: AREAS[by], **{kind: KIND_WORDS[kind] for kind in kinds}}
    return SheetPlan("12 个月内到期", headers, named(wide.sort(by, nulls_last=True), by), summed=tuple(kinds))


def risks_plan(rows: pl.DataFrame) -> SheetPlan:
    """Risks that were judged: new, continuing, cleared, answered (`reports.page_people.risks`)."""
    drawn = rows.with_columns(label=pl.concat_str("code", pl.lit(" "), "title"))
    headers = {
        "label": "风险",
        "now": "本月人数",
        "new": "新增",
        "continuing": "持续",
        "cleared": "已解除",
        "answered": "已反馈",
    }
    compared = rows["new"].is_not_null().any()
    series = (
        (Series("new", "新增", NEW), Series("continuing", "持续", LASTING), Series("cleared", "已解除", MENDED))
        if compared
        else (Series("now", "本月人数", LASTING),)
    )
    return SheetPlan("风险", headers, drawn, summed=tuple(headers)[1:], bars=Bars("label", series))


def staff_plan(rows: pl.DataFrame, by: str) -> SheetPlan:
    """Staff of each area (`reports.page_people.staff`)."""
    headers = {
        by: AREAS[by],
        "present": "协理员",
        "missing": "还缺",
        "villages": "行政村",
        "uncovered": "没有专（兼）职人员的村",
    }
    kept = {name: words for name, words in headers.items() if name == by or rows[name].is_not_null().any()}
    return SheetPlan("基层平台", kept, named(rows, by), summed=tuple(kept)[1:])

"""The last sections of a page: the rules and what they rest on, and what everything was read from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fupin_cli.checks.rule import GROUPS
from fupin_cli.outputs.check_workbook import STATUS
from fupin_cli.outputs.page_parts import Cell, Section, Table
from fupin_cli.outputs.page_words import number
from fupin_cli.reports.about import CURRENT

if TYPE_CHECKING:
    from fupin_cli.reports.page import Page

ROLES = {"current": "本月", "previous": "上月（对比）", "unused": "未用"}
FIGURES = ("条数", "表", "读入", "采用", "另放")


def catalogue(page: Page) -> Section:
    """The rules, folded. A page of many counties says of one only what it is and rests on: the rest would be half the page."""
    many, rules = page.scope.many, page.about.rules
    rows = []
    for outcome in page.outcomes:
        rule = rules[outcome.code]
        row = {
            "代码": rule.code,
            "规则": f"{rule.title}（{GROUPS[rule.rule.group]}）",
            "结果": STATUS[outcome.status],
            "条数": number(outcome.count),
        }
        clause = page.about.clauses.get(rule.code, "")
        rows.append(
            row | ({"依据": clause} if many else {"比较什么": rule.compares, "依据": clause, "怎么办": rule.hint})
        )
    words = "依据" if many else "比较什么、依据、怎么办"
    whose = "各县合计的，没有问题、各县都运行了的规则不列" if many else "全县的"
    note = f"条数是{whose}；打印时不展开，一条规则的说明：fupin rules 代码。"
    table = _table("t-catalogue", "规则", rows, "rules")
    return Section("catalogue", "规则、依据、怎么办", [note], folds=[(f"{len(rows)} 条规则：{words}", table)])


def sources(page: Page) -> Section:
    """What was read, what was not, and which rules did not run for it."""
    about, many = page.about, page.scope.many
    used = [source for source in about.sources if source.role == CURRENT]
    read, accepted, aside = (
        sum(getattr(s, name) for s in used) for name in ("rows_read", "rows_accepted", "rows_set_aside")
    )
    section = Section("sources", "数据从哪里来")
    tables = number(sum(s.tables for s in used))
    section.notes = [f"读入 {tables} 张表 {number(read)} 行 = 采用 {number(accepted)} + 另放 {number(aside)}。"]
    if about.unread:
        section.notes.append(f"没有读入：{'、'.join(about.unread)}。")
    if about.unread_later:
        section.notes.append(f"以后月份的文件夹里另有 {number(about.unread_later)} 处没有读入，见那些月份的页。")
    rules = about.rules
    idle = [
        [Cell(o.code, code=o.code), Cell(rules[o.code].title), Cell(about.whys[o.code])]
        for o in page.outcomes
        if o.code in about.whys
    ]
    if idle:
        heads = [Cell(words) for words in ("代码", "规则", "为什么")]
        section.tables = [Table("t-idle", "没有运行的规则", heads, idle, kind="words")]
    rows = []
    for s in about.sources:
        what = (
            {"县": s.name, "表": number(s.tables)} if many else {"文件": s.name, "认作": s.said, "用途": ROLES[s.role]}
        )
        counts = {"读入": s.rows_read, "采用": s.rows_accepted, "另放": s.rows_set_aside}
        rows.append(what | {name: number(count) for name, count in counts.items()} | {"SHA-256": s.sha256})
    words = f"{len(rows)} {'个县' if many else '张表'}和它们的 SHA-256"
    section.folds = [(words, _table("t-sources", "收到的表", rows, "sources"))]
    return section


def _table(ident: str, caption: str, rows: list[dict[str, str]], kind: str) -> Table:
    """A table of texts and counts by their heads."""
    heads = [Cell(name, figure=name in FIGURES) for name in (rows[0] if rows else ())]
    cells = [[Cell(text, figure=name in FIGURES) for name, text in row.items()] for row in rows]
    return Table(ident, caption, heads, cells, kind=kind)

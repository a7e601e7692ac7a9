"""The workbook 外出人员和岗位_2024-05: 人员清单, 岗位清单, 匹配, 未匹配 (SPEC 12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.outputs.heading import heading
from fupin_cli.outputs.roster_workbook import state_words
from fupin_cli.outputs.sheet import SheetPlan

if TYPE_CHECKING:
    from fupin_cli.reports.runs import MatchRun

PRIORITY = {0: "监测对象（风险未消除）", 1: "其他脱贫劳动力", 2: "其他劳动力"}
WHO = {
    "name": "姓名",
    "id_number": "身份证号码",
    "township": "乡镇",
    "village": "村",
    "order": "优先次序",
    "labour_text": "是否劳动力",
    "state_text": "就业状态",
    "destination": "意向地",
    "trade": "意向工种",
    "skill": "技能",
}


def match_sheets(run: MatchRun) -> list[SheetPlan]:
    """Plan the sheets."""
    return [_people(run), _vacancies(run), _matches(run), _rest(run)]


def _worded(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(
        order=pl.col("priority").replace_strict(PRIORITY, return_dtype=pl.String),
        labour_text=pl.when("labour")
        .then(pl.lit("是"))
        .when(pl.col("labour").not_())
        .then(pl.lit("否"))
        .otherwise(pl.lit("不在登记表里")),
        state_text=state_words(pl.col("state")),
    )


def _people(run: MatchRun) -> SheetPlan:
    both = pl.concat([run.matched.people.with_columns(reason=pl.lit("")), run.matched.left_out], how="diagonal")
    rows = _worded(both).with_columns(reason=pl.col("reason").fill_null(""))
    headers = WHO | {"reason": "不在外出之列的原因"}
    return SheetPlan(
        "人员清单",
        headers,
        rows.select(list(headers)),
        heading(run, "有意愿外出人员清单"),
        wrapped=("reason",),
        kept=True,
    )


def _vacancies(run: MatchRun) -> SheetPlan:
    headers = {
        "employer": "用人单位",
        "place": "工作地",
        "trade": "工种",
        "wage_fen": "月薪(元)",
        "headcount": "人数",
        "taken": "建议人选",
        "left": "还剩",
        "reason": "没有用的原因",
    }
    return SheetPlan(
        "岗位清单",
        headers,
        run.matched.vacancies.select(list(headers)),
        heading(run, "岗位需求清单"),
        wrapped=("reason",),
        kept=True,
    )


def _matches(run: MatchRun) -> SheetPlan:
    offered = run.matched.vacancies.select("no", "employer", "wage_fen", work_place="place", work_trade="trade")
    rows = run.matched.people.join(offered, left_on="vacancy", right_on="no", how="inner", maintain_order="left")
    screen = ("labour_text", "state_text", "skill")  # not printed: who is matched wants to go and may
    headers = {name: words for name, words in WHO.items() if name not in screen}
    headers |= {
        "employer": "用人单位",
        "work_place": "工作地",
        "work_trade": "工种",
        "wage_fen": "月薪(元)",
        "score": "匹配分",
    }
    printed = len(headers)
    headers |= {name: WHO[name] for name in screen}
    return SheetPlan(
        "匹配",
        headers,
        _worded(rows).select(list(headers)),
        heading(run, "建议匹配（供对接参考，不回写）"),
        printed=printed,
        kept=True,
    )


def _rest(run: MatchRun) -> SheetPlan:
    rows = _worded(run.matched.people.filter(pl.col("vacancy").is_null()))
    proof = run.matched.proof()
    headers = WHO | {"reason": "未匹配的原因"}
    return SheetPlan(
        "未匹配",
        headers,
        rows.select(list(headers)),
        heading(run, "没有匹配上的人"),
        kept=True,
        below=(
            f"人数 {proof['people']} ＝ 匹配 {proof['matched']} ＋ 未匹配 {proof['rest']}",
            f"岗位 {proof['places']} ＝ 匹配 {proof['taken']} ＋ 还剩 {proof['left']}",
        ),
    )

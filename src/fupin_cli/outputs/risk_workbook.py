"""The push file 风险推送_2024-05.xlsx for the rural-revitalisation office: one row a person, the answer column empty (SPEC 11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.checks.catalogue import rules_of
from fupin_cli.outputs.gaps import gap_words
from fupin_cli.outputs.heading import heading
from fupin_cli.outputs.sheet import SheetPlan
from fupin_cli.reports.risk import CONTINUING

if TYPE_CHECKING:
    from fupin_cli.reports.risk import NotRun
    from fupin_cli.reports.runs import RiskRun

PUSH = {
    "no": "序号",
    "name": "姓名",
    "id_number": "身份证号码",
    "county": "县",
    "township": "乡",
    "village": "村",
    "household_id": "户编号",
    "category": "类别",
    "risks": "风险",
    "since": "首次发现月份",
    "kinds": "新增/持续",
    "basis": "依据",
    "advice": "建议措施",
    "answer": "反馈",
}
CLEARED = {
    "name": "姓名",
    "id_number": "身份证号码",
    "county": "县",
    "township": "乡",
    "village": "村",
    "category": "类别",
    "risk": "风险",
    "since": "首次发现月份",
    "feedback": "处理结果",
    "handled": "处理日期",
}
NAMED = "；"


def risk_sheets(run: RiskRun, titles: dict[str, str]) -> list[SheetPlan]:
    """Plan the sheets: the push list, what is cleared, the answers so far, the proof and what was not run."""
    sheets = [_push(run, titles), _cleared(run)]
    answered = run.compared.rows.filter(pl.col("feedback").is_not_null())
    if answered.height:
        sheets.append(_answered(run, answered))
    return [*sheets, _proof(run, titles)]


def _risk_words() -> pl.Expr:
    return pl.concat_str("code", pl.lit(" "), "title")


def _push(run: RiskRun, titles: dict[str, str]) -> SheetPlan:
    line = pl.concat_str(
        pl.col("table").replace(titles), pl.lit("第"), pl.col("_row").cast(pl.String), pl.lit("行："), "fact"
    )
    kind = pl.when(pl.col("kind") == CONTINUING).then(pl.lit("持续")).otherwise(pl.lit("新增"))
    rows = (
        run.compared.rows.with_columns(_risk=_risk_words(), _basis=line, _kind=kind)
        .group_by("id_number", maintain_order=True)
        .agg(
            pl.col("name", "county", "township", "village", "household_id", "category").first(),
            risks=pl.col("_risk").str.join(NAMED),
            since=pl.col("since").min(),
            kinds=pl.col("_kind").unique(maintain_order=True).str.join("、"),
            basis=pl.col("_basis").str.join(NAMED),
            advice=pl.col("advice").unique(maintain_order=True).str.join(NAMED),
        )
        .with_columns(answer=pl.lit(None, dtype=pl.String))
    )
    rows = rows.with_columns(no=pl.int_range(1, rows.height + 1, dtype=pl.Int64))
    document = run.policy.file.documents.get("risk", "")
    none = "" if rows.height else "：本月没有"  # not below the table: the sheet is read back
    doubt = "（还有表没有读入或没有报送，见“核对”）" if gap_words(run) else ""
    return SheetPlan(
        "风险推送",
        PUSH,
        rows.select(list(PUSH)),
        heading(run, f"就业风险预警推送{f'（{document}）' if document else ''}{none}{doubt}"),
        wrapped=("risks", "basis", "advice", "answer"),
        widths={"answer": 24, "risks": 26, "basis": 40, "advice": 30},
    )


def _cleared(run: RiskRun) -> SheetPlan:
    rows = run.compared.cleared.with_columns(
        name=pl.coalesce("name", pl.format("一人一码 {}（两个月的登记表里都没有了）", "person_code")),
        risk=_risk_words(),
        handled=pl.col("feedback_on").cast(pl.String),
    )
    return SheetPlan(
        "已解除",
        CLEARED,
        rows.select(list(CLEARED)),
        heading(run, "上月有、本月已解除的风险"),
        wrapped=("name", "risk", "feedback"),
        kept=True,
    )


def _answered(run: RiskRun, answered: pl.DataFrame) -> SheetPlan:
    rows = answered.with_columns(risk=_risk_words(), handled=pl.col("feedback_on").cast(pl.String))
    return SheetPlan(
        "已反馈未解除",
        CLEARED,
        rows.select(list(CLEARED)),
        heading(run, "已有反馈、仍未解除的风险"),
        wrapped=("risk", "feedback"),
    )


def why_not(entry: NotRun, titles: dict[str, str]) -> str:
    """Why a risk was not judged: which tables and settings it lacks."""
    words = [f"上月的{titles.get(t.split('@')[0], t)}" if "@" in t else titles.get(t, t) for t in entry.missing_tables]
    parts = [f"没有报送：{'、'.join(words)}"] if words else []
    if entry.missing_settings:
        parts.append(f"fupin.toml 没有设置：{'、'.join(entry.missing_settings)}")
    return "；".join(parts)


def _proof(run: RiskRun, titles: dict[str, str]) -> SheetPlan:
    """Counts by risk: 新增 + 持续 = 本月, 持续 + 解除 = 上月; and why a risk was not judged."""
    why = {entry.code: why_not(entry, titles) for entry in run.listed.not_run}
    names = {code: rule.title for code, rule in rules_of(run.policy, run.month).items()}
    rows = run.compared.proof.with_columns(
        title=pl.col("code").replace_strict(names, default="", return_dtype=pl.String),
        why=pl.col("code").replace_strict(why, default="", return_dtype=pl.String) if why else pl.lit(""),
        said=pl.when("holds").then(pl.lit("平")).otherwise(pl.lit("不平")),
    )
    headers = {
        "code": "代码",
        "title": "风险",
        "new": "新增",
        "continuing": "持续",
        "now": "本月（新增＋持续）",
        "cleared": "已解除",
        "before": "上月（持续＋已解除）",
        "said": "核对",
        "why": "没有判断的原因",
    }
    return SheetPlan(
        "核对",
        headers,
        rows.select(list(headers)),
        heading(run, "风险条数核对（人×风险）"),
        wrapped=("why",),
        filtered=False,
        below=tuple(run.odd_answers),
    )

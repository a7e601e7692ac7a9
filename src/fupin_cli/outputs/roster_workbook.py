"""The workbook 台账_2024-05: 说明, 汇总, 明细, 变化, 平衡, 在本地务工 (SPEC 10.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.month.states import STATE_WORDS, UNKNOWN_WORDS
from fupin_cli.outputs.gaps import gap_words
from fupin_cli.outputs.heading import heading
from fupin_cli.outputs.sheet import GREY, SheetPlan
from fupin_cli.policy.months import month_text
from fupin_cli.reports.roster import TOTAL, classes_by_township
from fupin_cli.version import __version__

if TYPE_CHECKING:
    from fupin_cli.reports.runs import RosterRun

DIMENSION_WORDS = {
    "total": "合计",
    "category": "类别",
    "labour": "劳动能力",
    "risk_removed": "风险",
    "age_band": "年龄",
    "state": "就业状态",
    "area": "所在村",
}
KIND_WORDS = {"joined": "新增", "left": "退出", "changed": "变动"}
FIELD_WORDS = {"category": "类别", "labour": "劳动能力", "state": "就业状态", "place": "务工地点", "area": "户籍所在村"}


def state_words(state: pl.Expr) -> pl.Expr:
    """A work state in Chinese."""
    return state.replace_strict(STATE_WORDS, default=UNKNOWN_WORDS, return_dtype=pl.String)


def class_words(dimension: pl.Expr, name: pl.Expr) -> pl.Expr:
    """A class in Chinese: those of the work state are codes."""
    return pl.when(dimension == "state").then(state_words(name)).otherwise(name)


def roster_sheets(run: RosterRun, titles: dict[str, str]) -> list[SheetPlan]:
    """Plan the sheets; `titles`: table → its Chinese name."""
    sheets = [_about(run, titles), _summary(run), _people(run, titles)]
    if run.changes is not None and run.proof is not None and run.by_town is not None:
        sheets += [_changes(run, run.changes), _proof(run, run.proof, run.by_town)]
    if run.strangers.height:
        sheets.append(_strangers(run))
    return sheets


def _about(run: RosterRun, titles: dict[str, str]) -> SheetPlan:
    compared = "没有更早的月份，没有比较" if run.before is None else month_text(run.before)
    notes = [
        ("月份", month_text(run.month)),
        ("程序", f"fupin {__version__}"),
        (
            "政策",
            run.policy.file.title + ("，" + said if (said := run.policy.file.documents.get("roster", "")) else ""),
        ),
        ("数的是谁", "监测对象信息里户类型为脱贫户，或填有监测对象类别的人，一人一行"),
        (
            "人数",
            f"{run.whole} 人，其中劳动力 {run.labour} 人，在业 {run.working} 人；在本地务工的外地人 {run.strangers.height} 人",
        ),
        ("登记表里不计的行", f"同一人重复 {run.repeated} 行，身份证号不能用 {run.aside} 行"),
        (
            "就业状态",
            "依次看：公益性岗位、帮扶车间、外出务工（按开始时间最晚的一段）、灵活就业、计划外出，第一个符合的算",
        ),
        ("没有报送的表", "、".join(titles.get(name, name) for name in run.missing) or "无"),
        ("没有读入、没有报送的", "\n".join(gap_words(run)) or "无"),
        ("与哪个月比", compared),
        ("没有做的", "；".join(run.skipped) or "无"),
    ]
    rows = pl.DataFrame(notes, schema={"item": pl.String, "value": pl.String}, orient="row")
    return SheetPlan(
        "说明",
        {"item": "项目", "value": "内容"},
        rows,
        heading(run, "就业帮扶台账"),
        wrapped=("value",),
        filtered=False,
    )


def _summary(run: RosterRun) -> SheetPlan:
    rows = classes_by_township(run.people)
    order = {name: n for n, name in enumerate(DIMENSION_WORDS)}
    rows = (
        rows.with_columns(
            _d=pl.col("dimension").replace_strict(order, return_dtype=pl.Int8), _t=pl.col("county") != TOTAL
        )
        .sort("_d", "class", "_t", "county", "township")
        .with_columns(
            pl.col("dimension").replace_strict(DIMENSION_WORDS, return_dtype=pl.String).alias("what"),
            class_words(pl.col("dimension"), pl.col("class")).alias("class"),
        )
    )
    headers = {"what": "分类", "class": "类", "county": "县", "township": "乡镇", "people": "人数"}
    return SheetPlan(
        "汇总",
        headers,
        rows.select(list(headers)),
        heading(run, "台账汇总（人）"),
        marked={"class": rows["county"] == TOTAL},
        mark_colour=GREY,
    )


def _people(run: RosterRun, titles: dict[str, str]) -> SheetPlan:
    headers = {
        "person_code": "一人一码",
        "name": "姓名",
        "id_number": "身份证号码",
        "township": "乡镇",
        "village": "村",
        "category": "类别",
        "labour_class": "劳动能力",
        "labour_text": "是否劳动力",
        "risk": "风险",
        "age_band": "年龄",
        "state_text": "就业状态",
        "place": "务工地点或岗位所在",  # so far it is printed
        "county": "县",
        "household_id": "户编号",
        "basis": "依据",
        "file": "文件",
        "line": "行",
    }
    rows = run.people.with_columns(
        labour_text=pl.when("labour").then(pl.lit("是")).otherwise(pl.lit("否")),
        state_text=state_words(pl.col("state")),
        basis=pl.col("table").replace(titles),
        file=pl.col("_file"),
        line=pl.col("_row").cast(pl.Int64),
    )
    return SheetPlan(
        "明细",
        headers,
        rows.select(list(headers)),
        heading(run, "台账明细"),
        wrapped=("place", "file"),
        printed=list(headers).index("place") + 1,
        kept=True,
    )


def _changes(run: RosterRun, changes: pl.DataFrame) -> SheetPlan:
    headers = {
        "person_code": "一人一码",
        "name": "姓名",
        "id_number": "身份证号码",
        "county": "县",
        "township": "乡镇",
        "village": "村",
        "kind": "变化",
        "field": "项目",
        "from": "原来",
        "to": "现在",
        "reason": "原因",
    }
    of_state = pl.col("field") == "state"
    rows = changes.with_columns(
        pl.col("kind").replace_strict(KIND_WORDS, return_dtype=pl.String),
        *(pl.when(of_state).then(state_words(pl.col(c))).otherwise(c).alias(c) for c in ("from", "to")),
    ).with_columns(pl.col("field").replace_strict(FIELD_WORDS, default=None, return_dtype=pl.String))
    return SheetPlan(
        "变化",
        headers,
        rows.select(list(headers)),
        heading(run, "与上一个月份相比的变化"),
        wrapped=("from", "to"),
        kept=True,
    )


def _proof(run: RosterRun, proof: pl.DataFrame, by_town: pl.DataFrame) -> SheetPlan:
    """Before + joined − left + in − out = after, of all and of each township."""
    whole = proof.with_columns(county=pl.lit("全部"), township=pl.lit("全部"))
    rows = pl.concat([whole, by_town], how="diagonal").filter(pl.col("dimension") != "area")
    rows = rows.with_columns(
        class_words(pl.col("dimension"), pl.col("class")).alias("class"),
        pl.col("dimension").replace_strict(DIMENSION_WORDS, return_dtype=pl.String).alias("what"),
        said=pl.when("holds").then(pl.lit("平")).otherwise(pl.lit("不平")),
    )
    headers = {
        "county": "县",
        "township": "乡镇",
        "what": "分类",
        "class": "类",
        "before": "上月",
        "joined": "＋新增",
        "left": "－退出",
        "in": "＋转入",
        "out": "－转出",
        "after": "＝本月",
        "said": "核对",
    }
    return SheetPlan(
        "平衡", headers, rows.select(list(headers)), heading(run, "上月 ＋ 新增 － 退出 ＋ 转入 － 转出 ＝ 本月")
    )


def _strangers(run: RosterRun) -> SheetPlan:
    headers = {
        "person_code": "一人一码",
        "name": "姓名",
        "id_number": "身份证号码",
        "county": "户籍县",
        "township": "户籍乡镇",
        "village": "户籍村",
        "employer": "务工企业",
        "industry": "行业",
        "income_fen": "月收入(元)",
        "since": "开始时间",
    }
    rows = run.strangers.with_columns(since=pl.col("start").cast(pl.String))
    return SheetPlan("在本地务工", headers, rows.select(list(headers)), heading(run, "外地户籍在本地务工人员"))

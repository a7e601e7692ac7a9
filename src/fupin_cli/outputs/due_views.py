"""What a due list shows: JSON `fupin.due/1`, the workbook 到期_2024-05 and the sheet of a payroll, the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from fupin_cli.measures.catalogue import measure_words
from fupin_cli.outputs.check_workbook import NO_TOWN
from fupin_cli.outputs.gaps import gap_words
from fupin_cli.outputs.manifest import input_list
from fupin_cli.outputs.masking import mask_name_expr, mask_number_expr
from fupin_cli.outputs.monitor_terminal import end_notes, figures_table
from fupin_cli.outputs.sheet import SheetPlan
from fupin_cli.outputs.terminal import console
from fupin_cli.policy.months import month_text, month_words, text_expr
from fupin_cli.reports.due import CAP, CONTRACT, INSURANCE, KIND_WORDS, KINDS, OVER, PENSION, SPANS, due_of

if TYPE_CHECKING:
    from fupin_cli.policy.parameters import Policy
    from fupin_cli.reports.due import Due
    from fupin_cli.reports.runs import DueRun
    from fupin_cli.results.subsidy import PayrollRun

COUNTS = {**{f"within_{span}": f"{span}个月内" for span in SPANS}, "over": "已过期", "unknown": "日期不明"}
ADVICE = {
    CAP: "安排退出和后续就业",
    PENSION: "办理退休手续，准备退出",
    CONTRACT: "到期前续签或办理离岗",
    INSURANCE: "到期前续保",
}
STATES = {"pay": "发放", "hold": "暂缓"}
WHO = {
    "township": "乡镇",
    "village": "村",
    "name": "姓名",
    "id_number": "身份证号",
    "subsidy": "补贴",
    "post_id": "岗位编号",
}
WHEN = {"when": "到期", "left": "还有", "state": "本月"}
BELOW = "只列本月发放或暂缓的人，不予的不列；“3个月内”指本月和以后3个月，含更近的；一个人几处到期的各列一行。"


def worded(rows: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Rows of a due list in words: what ends (`what`), when, within which span, what to do."""
    left = (
        pl.when(pl.col("within").is_null())
        .then(pl.lit("不明"))
        .when(pl.col("within") == OVER)
        .then(pl.lit("已过期"))
        .otherwise(pl.format("{}个月内", "within"))
    )
    day = pl.when(pl.col("kind") == CAP).then(text_expr(pl.col("month"))).otherwise(pl.col("date").cast(pl.String))
    return rows.with_columns(
        pl.col("township").fill_null(NO_TOWN),
        what=pl.col("kind").replace_strict(KIND_WORDS, return_dtype=pl.String),
        advice=pl.col("kind").replace_strict(ADVICE, return_dtype=pl.String),
        subsidy=pl.col("measure").replace(measure_words(policy)),
        state=pl.col("status").replace(STATES),
        when=day.fill_null(""),
        left=left,
    ).sort("township", "village", "date", "name", nulls_last=True, maintain_order=True)


def due_sheets(run: DueRun) -> list[SheetPlan]:
    """Plan the sheets: counts by township, then a list for each kind, then whose date is not known."""
    head = f"{run.policy.settings.county.name} {month_words(run.month)}".strip()
    counts = run.found.counts("township").with_columns(
        pl.col("township").fill_null(NO_TOWN), what=pl.col("kind").replace_strict(KIND_WORDS, return_dtype=pl.String)
    )
    below = (BELOW, *skipped_words(run.found, run.titles))
    headers = {"township": "乡镇", "what": "到期的是", **COUNTS}
    sheets = [
        SheetPlan(
            "汇总", headers, counts.select(list(headers)), f"{head} 到期人数（人次）", filtered=False, below=below
        )
    ]
    for kind in KINDS:
        rows = worded(run.found.rows.filter(pl.col("kind") == kind), run.policy)
        headers = WHO | WHEN | {"advice": "怎么办"}
        sheets.append(
            SheetPlan(
                KIND_WORDS[kind],
                headers,
                rows.select(list(headers)),
                f"{head} {KIND_WORDS[kind]}到期名单",
                marked={"left": rows["within"] <= SPANS[0]},
            )
        )
    unknown = worded(run.found.unknown, run.policy)
    headers = WHO | {"what": "不明的是", "state": "本月"}
    sheets.append(
        SheetPlan(
            "日期不明",
            headers,
            unknown.select(list(headers)),
            f"{head} 到期日期不明的人",
            below=("原表里没有填、读不懂，或不在名单里；补齐以后再运行。",),
        )
    )
    return sheets


def payroll_due_sheet(run: PayrollRun, title: str, part: str = "") -> SheetPlan:
    """The sheet 到期 of a payroll: what ends in the next 12 months for the lines of it, or of one township (`part`)."""
    found = due_of([run])
    rows = worded(found.rows, run.policy)
    unknown = worded(found.unknown, run.policy)
    if part:
        rows, unknown = (frame.filter(pl.col("township") == part) for frame in (rows, unknown))
    headers = {name: WHO[name] for name in WHO if name != "subsidy"} | {"what": "到期的是"} | WHEN
    several = unknown.group_by("what", maintain_order=True).len().iter_rows()
    named = "，".join(f"{what} {number} 人" for what, number in several)
    titles = {name: spec.title for name, spec in run.contracts.items()}
    below = (
        BELOW,
        *([f"日期不明：{named}，名单见 fupin due {month_text(run.month)}"] if named else []),
        *skipped_words(found, titles),
    )
    return SheetPlan(
        "到期",
        headers,
        rows.select(list(headers)),
        f"{title}到期提醒（12个月内）",
        marked={"left": rows["within"] <= SPANS[0]},
        below=below,
    )


def skipped_words(found: Due, titles: dict[str, str]) -> list[str]:
    """What could not be looked at, in words."""
    words = [f"{KIND_WORDS[kind]}没有列：没有报送{titles.get(table, table)}" for kind, table in found.not_run.items()]
    return words + ([f"身份证号不能用的 {found.unkeyed} 行不知道是谁，没有列"] if found.unkeyed else [])


def due_document(run: DueRun, *, unmask: bool) -> dict[str, Any]:
    """The document of a due list: people masked unless asked for."""
    number, name = pl.col("id_number"), pl.col("name")
    columns = [
        "kind",
        "within",
        text_expr(pl.col("month")).alias("month"),
        pl.col("date").cast(pl.String),
        "measure",
        "person_code",
        (number if unmask else mask_number_expr(number)).alias("person"),
        (name if unmask else mask_name_expr(name)).alias("name"),
        pl.col("post_id").alias("post"),
        "county",
        "township",
        "village",
        "fund",
        "status",
        *(pl.col(source).alias(key) for key, source in (("file", "_file"), ("sheet", "_sheet"), ("row", "_row"))),
    ]
    return {
        "format": "fupin.due/1",
        "month": month_text(run.month),
        "policy": run.policy.file.id,
        "inputs": input_list(run.intake),
        "spans": list(SPANS),
        "measures": run.measures,
        "due": run.found.rows.select(columns).to_dicts(),
        "unknown": run.found.unknown.select(columns).to_dicts(),
        "totals": run.found.counts().to_dicts(),
        "by_township": run.found.counts("county", "township").to_dicts(),
        "unkeyed": run.found.unkeyed,
        "skipped": [{"kind": kind, "missing_tables": [table]} for kind, table in run.found.not_run.items()],
        "outputs": [str(path) for path in run.outputs],
    }


def show_due(run: DueRun) -> None:
    """Print how many ends lie within which span, by township, and where the workbook is."""
    columns = {"乡镇": False, "到期的是": False, **dict.fromkeys(COUNTS.values(), True)}
    table = figures_table(f"{month_words(run.month)} 到期（人次）", columns)
    for row in run.found.counts("township").iter_rows(named=True):
        table.add(row["township"] or NO_TOWN, KIND_WORDS[row["kind"]], *(str(row[name] or "") for name in COUNTS))
    for row in run.found.counts().iter_rows(named=True):
        table.add("合计", KIND_WORDS[row["kind"]], *(str(row[name]) for name in COUNTS))
    out = console()
    out.print(table)
    end_notes(out, list(run.outputs), skipped_words(run.found, run.titles), gap_words(run))

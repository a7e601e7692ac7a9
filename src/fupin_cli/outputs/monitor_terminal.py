"""What roster, risk and match print: short tables that tie, and where the workbook is. No ID numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from rich.text import Text

from fupin_cli.checks.catalogue import rules_of
from fupin_cli.outputs.gaps import gap_words
from fupin_cli.outputs.grid import Column, Grid
from fupin_cli.outputs.masking import mask_name_expr
from fupin_cli.outputs.risk_workbook import why_not
from fupin_cli.outputs.roster_workbook import DIMENSION_WORDS, class_words, state_words
from fupin_cli.outputs.terminal import clean, console
from fupin_cli.policy.months import month_text, month_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from fupin_cli.reports.runs import MatchRun, RiskRun, RosterRun

SHOWN = 200  # people listed at most; the workbook and JSON have all


def figures_table(title: str, columns: dict[str, bool]) -> Grid:
    """`columns`: heading → whether it holds figures."""
    return Grid(title, [Column(name, whole=figures, right=figures) for name, figures in columns.items()])


def end_notes(out: Console, outputs: list[object], notes: list[str], gaps: Sequence[str] = ()) -> None:
    """Print what could not be known (`gap_words`), what is to be known besides, and where the files are."""
    for gap in gaps:
        out.print(Text(clean(gap), style="bold red"), soft_wrap=True)
    for note in notes:
        out.print(Text(clean(note), style="dim"), soft_wrap=True)
    for path in outputs:
        out.print(Text(f"写出：{path}"), soft_wrap=True)


def show_roster(run: RosterRun) -> None:
    """Print the classes with their proof."""
    out = console()
    text = month_text(run.month)
    if run.proof is None:
        table = figures_table(f"{month_words(run.month)} 台账", {"分类": False, "类": False, "人数": True})
        counted = run.people.group_by("category").agg(pl.len()).sort("category")
        for name, number in counted.iter_rows():
            table.add("类别", name, str(number))
        states = run.people.with_columns(word=state_words(pl.col("state"))).group_by("word").agg(pl.len())
        for name, number in states.sort("word").iter_rows():
            table.add("就业状态", name, str(number))
    else:
        table = figures_table(
            f"{month_words(run.month)} 台账：上月＋新增－退出＋转入－转出＝本月",
            {
                "分类": False,
                "类": False,
                "上月": True,
                "新增": True,
                "退出": True,
                "转入": True,
                "转出": True,
                "本月": True,
            },
        )
        rows = run.proof.filter(pl.col("dimension").is_in(["total", "category", "labour", "state"])).with_columns(
            class_words(pl.col("dimension"), pl.col("class")).alias("class"),
            pl.col("dimension").replace_strict(DIMENSION_WORDS, return_dtype=pl.String),
        )
        for row in rows.select("dimension", "class", "before", "joined", "left", "in", "out", "after").iter_rows():
            table.add(*(clean(str(value)) for value in row))
    out.print(table)
    out.print(
        Text(
            f"{text}：台账 {run.whole} 人，劳动力 {run.labour} 人，在业 {run.working} 人；在本地务工的外地人 {run.strangers.height} 人",
            style="bold",
        ),
        soft_wrap=True,
    )
    end_notes(out, list(run.outputs), run.skipped, gap_words(run))


def show_people(run: RosterRun) -> None:
    """Print the people who were asked for, masked; where each stands in the files is said."""
    out = console()
    table = figures_table(
        f"{month_words(run.month)} 台账：{run.people.height} 人",
        {"一人一码": False, "姓名": False, "乡镇 村": False, "类别": False, "状态": False, "依据": False},
    )
    rows = run.people.head(SHOWN).select(
        "person_code",
        mask_name_expr(pl.col("name")),
        pl.concat_str("township", "village", separator=" ", ignore_nulls=True),
        "category",
        state_words(pl.col("state")),
        pl.concat_str("_file", pl.lit("!"), pl.col("_row").cast(pl.String)),
    )
    for row in rows.iter_rows():
        table.add(*(clean(value or "") for value in row))
    out.print(table)
    if run.people.height > SHOWN:
        out.print(Text(f"只列前 {SHOWN} 人，全部见 --format json 或 roster.parquet", style="dim"))


def show_risk(run: RiskRun) -> None:
    """Print counts by risk: new, continuing, cleared."""
    out = console()
    table = figures_table(
        f"{month_words(run.month)} 风险预警（人×风险）",
        {"代码": False, "风险": False, "本月": True, "新增": True, "持续": True, "已解除": True},
    )
    names = {code: rule.title for code, rule in rules_of(run.policy, run.month).items()}
    not_run = {entry.code: entry for entry in run.listed.not_run}
    for code, new, continuing, cleared, _, now, _ in run.compared.proof.iter_rows():
        if code in not_run:
            table.add(code, names[code], "没有判断", "", "", "")
        else:
            table.add(code, names.get(code, ""), str(now), str(new), str(continuing), str(cleared))
    out.print(table)
    notes = [f"{code} 没有判断：{why_not(entry, run.titles)}" for code, entry in not_run.items()]
    if run.before is None:
        notes.append("没有更早的月份文件夹，全部算新增")
    else:
        source = "已推送的名单" if run.sent_before else "按上月的表重算的名单"
        notes.append(f"与 {month_text(run.before)} {source}比较；新增＋持续＝本月，持续＋已解除＝上月")
    notes += run.odd_answers[:SHOWN]
    end_notes(out, list(run.outputs), notes, gap_words(run))


def show_match(run: MatchRun) -> None:
    """Print what the suggestion comes to, and why the rest has none."""
    out = console()
    proof = run.matched.proof()
    table = figures_table(f"{month_words(run.month)} 外出人员与岗位对接", {"项目": False, "人数": True})
    table.add("有意愿外出、可以对接的人", str(proof["people"]))
    table.add("建议匹配", str(proof["matched"]))
    table.add("没有匹配", str(proof["rest"]))
    for reason, number in (
        run.matched.people.drop_nulls("reason").group_by("reason").agg(pl.len()).sort("reason").iter_rows()
    ):
        table.add(f"  {reason}", str(number))
    table.add("不在外出之列", str(run.matched.left_out.height))
    table.add("岗位（人数）", str(proof["places"]))
    table.add("  还剩", str(proof["left"]))
    out.print(table)
    end_notes(out, list(run.outputs), ["只是建议，不回写任何表"], gap_words(run))

"""What the terminal shows: files with their counts, findings by rule with the worst first, where the workbook is."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import polars as pl
from rich.console import Console
from rich.text import Text

from fupin_cli.checks.catalogue import all_rules, rules_of
from fupin_cli.outputs.check_workbook import SEVERITY
from fupin_cli.outputs.grid import Grid, figures, text, whole
from fupin_cli.outputs.heading import total_line
from fupin_cli.outputs.since_views import again_line, since_line, since_notes, since_table
from fupin_cli.policy.months import month_words
from fupin_cli.policy.rounding import fen_to_yuan

if TYPE_CHECKING:
    from fupin_cli.results.check import CheckRun, MarkedCopy
    from fupin_cli.results.since import Since

STYLE = {"error": "bold red", "warning": "yellow", "info": "cyan"}
PLAIN_WIDTH = 120  # where output goes to a file or a mail


def console(*, stderr: bool = False) -> Console:
    """A console that honours NO_COLOR, and is plain when it is not a terminal."""
    made = Console(stderr=stderr, highlight=False, markup=False, emoji=False)
    if made.is_terminal or os.environ.get("COLUMNS", "").isdigit():
        return made
    return Console(stderr=stderr, highlight=False, markup=False, emoji=False, width=PLAIN_WIDTH)


def clean(text: str) -> str:
    """Text that came from a file, without anything that could steer the terminal."""
    return "".join(c if c.isprintable() else "�" for c in text)


def show_check(run: CheckRun, out: Console, *, verbose: bool = False) -> None:
    """Print a finished check."""
    out.print(_file_table(run))
    rejected = [f for f in run.intake.files if f.name not in {s.file for s in run.intake.sources}]
    for file in rejected:
        out.print(Text(f"  {clean(file.name)}：{clean(file.status)}", style="yellow"))
    found = run.result.found
    if found.height:
        out.print(_finding_table(run))
    if verbose:
        for row in found.select("code", "file", "sheet", "_row", "letter", "message").iter_rows():
            code, file, sheet, line, letter, message = row
            spot = "!".join(str(part) for part in (file, sheet, f"{letter or ''}{line or ''}") if part)
            out.print(Text(clean(f"{code} {spot} {message}")), soft_wrap=True)
    if line := skipped_line(run):
        out.print(Text(line, style="dim"), soft_wrap=True)
    for outcome in run.result.outcomes:
        if outcome.status == "crashed":
            out.print(
                Text(f"程序出错：{outcome.code} 没有跑完，请报给维护人员。{clean(outcome.error)}", style="bold red")
            )
    if run.since is not None and run.since.changed:
        out.print(since_table(run, run.since))
    out.print(Text(total_line(run), style="bold"))
    _show_since(run.since, out)
    _show_written(run, out)


def _show_since(since: Since | None, out: Console) -> None:
    """How many findings are new, last, are mended, and what was not compared."""
    for line in (since_line(since), *since_notes(since), again_line(since)) if since is not None else ():
        if line:
            out.print(Text(line), soft_wrap=True)


def _show_written(run: CheckRun, out: Console) -> None:
    """Where the workbooks are; of marked copies what was marked, in which copy."""
    copies = {copy.copy for copy in run.marked or []}
    for path in run.outputs:
        if path not in copies:
            out.print(Text(f"工作簿：{path}"), soft_wrap=True)
    if run.marked is not None:
        _show_marked(run, run.marked, out)


def _show_marked(run: CheckRun, marked: list[MarkedCopy], out: Console) -> None:
    table = Grid(
        f"{month_words(run.month)} 标注副本",
        [*text("原表"), *figures("标注格", "错误", "警告"), *text("说明")],
        heading=1,
    )
    for copy in marked:
        table.add(clean(copy.file), str(copy.cells), str(copy.errors), str(copy.warnings), clean(copy.note))
    if marked:
        out.print(table)
    folders = {copy.copy.parent for copy in marked if copy.copy}
    words = (
        "没有要标注的格"
        if not folders
        else f"标注副本在：{folders.pop()}。发回乡镇改好，原样交回放进收件夹，原表不用删"
    )
    out.print(Text(words), soft_wrap=True)


def skipped_line(run: CheckRun) -> str:
    """How many rules did not run, of which groups, for want of which tables and settings; empty if all ran."""
    skipped = [o for o in run.result.outcomes if o.status == "not_run"]
    if not skipped:
        return ""
    groups: dict[str, int] = {}
    for outcome in skipped:
        group = all_rules()[outcome.code].group
        groups[group] = groups.get(group, 0) + 1
    tables = sorted({table for o in skipped for table in o.missing_tables})
    names = [("上月的" if "@" in t else "") + run.contracts[t.split("@")[0]].title for t in tables]
    wanting = [*dict.fromkeys(names), *sorted({name for o in skipped for name in o.missing_settings})]
    counts = "、".join(f"{group} {n} 条" for group, n in groups.items())
    return f"没有运行的规则 {len(skipped)} 条（{counts}），缺：{'、'.join(wanting)}。详见工作簿“规则”"


def _file_table(run: CheckRun) -> Grid:
    columns = [*text("文件", "认作"), *figures("读入", "采用", "另放")]
    table = Grid(f"{month_words(run.month)} 读入的表", columns, heading=1)
    for source in run.intake.sources:
        if source.role == "unused":
            continue
        name = clean(source.file) + (f" ! {clean(source.sheet)}" if source.sheet else "")
        note = "（上月）" if source.role == "previous" else ""
        table.add(
            name, source.spec.title + note, str(source.rows_read), str(source.rows_accepted), str(source.rows_set_aside)
        )
    return table


def _finding_table(run: CheckRun) -> Grid:
    rules = rules_of(run.policy, run.month)
    columns = [*whole("程度", "代码"), *text("规则"), *figures("条数", "人数", "已豁免", "涉及金额(元)")]
    table = Grid("发现的问题", columns, heading=3)
    rows = run.result.found.group_by("severity", "code", maintain_order=True).agg(
        pl.len(),
        pl.col("person").drop_nulls().n_unique().alias("people"),
        pl.col("waived").sum().alias("w"),
        pl.col("amount_fen").sum(),
    )
    for severity, code, count, people, waived, amount in rows.iter_rows():
        money = fen_to_yuan(amount) if amount else ""
        table.add(
            Text(SEVERITY[severity], style=STYLE[severity]),
            code,
            rules[code].title,
            str(count),
            str(people),
            str(waived or ""),
            money,
        )
    return table

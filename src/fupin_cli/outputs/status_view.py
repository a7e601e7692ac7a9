"""The state of the months on the terminal and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from fupin_cli.outputs.grid import Grid, figures, text, whole
from fupin_cli.policy.months import month_text, month_words
from fupin_cli.policy.rounding import fen_to_yuan

if TYPE_CHECKING:
    import polars as pl

    from fupin_cli.results.status import MonthState, Step

STEP_STATES = {"done": "已完成", "partly": "未完", "open": "未做"}
STATES = {"draft": "测算", "approved": "已批准", "returned": "已回盘", "closed": "已关账", "withdrawn": "已撤回"}


def state_table(states: list[MonthState]) -> Grid:
    """One row a month."""
    sums = figures("批准(元)", "已付(元)", "未付(元)", "失败", "未回盘", "其他差异", "待追回(元)")
    table = Grid("各月状态", [*whole("月份", "状态"), *sums, *text("下一步")])
    for s in states:
        money = (
            [fen_to_yuan(fen) for fen in (s.approved_fen, s.paid_fen, s.open_fen)]
            if s.state not in ("draft", "withdrawn")
            else [""] * 3
        )
        counts = [str(n) if n else "" for n in (s.failed, s.no_return, s.other)]
        table.add(
            month_text(s.month),
            STATES[s.state],
            *money,
            *counts,
            fen_to_yuan(s.to_recover_fen) if s.to_recover_fen else "",
            s.todo,
        )
    return table


def step_table(steps: list[Step], month: int) -> Grid:
    """The nine steps of a month."""
    columns = [*whole("步骤", "状态"), *text("做了什么", "谁"), *whole("何时"), *text("缺什么")]
    table = Grid(f"{month_words(month)} 到哪一步", columns, heading=1)
    for step in steps:
        style = {"done": "green", "partly": "yellow"}.get(step.state, "")
        table.add(
            f"{step.number} {step.name}",
            Text(STEP_STATES[step.state], style=style),
            step.done,
            step.by,
            step.at,
            step.missing,
        )
    return table


def step_rows(steps: list[Step]) -> list[dict[str, Any]]:
    """The same as JSON."""
    return [
        {
            "step": s.number,
            "key": s.key,
            "name": s.name,
            "state": s.state,
            "done": s.done,
            "by": s.by,
            "at": s.at,
            "missing": s.missing,
            "todo": s.todo,
        }
        for s in steps
    ]


def handed_in_table(rows: pl.DataFrame, month: int, titles: dict[str, str]) -> Grid:
    """What each township has handed in for a month."""
    columns = [*text("县", "乡镇", "表"), *figures("本月行数", "上次行数"), *whole("缺")]
    table = Grid(f"{month_words(month)} 各乡镇报送", columns, heading=3)
    for row in rows.iter_rows(named=True):
        lack = Text("该报未报", style="bold red") if row["missing"] else Text("新" if row["new"] else "")
        area = [Text(row[name] or "") for name in ("county", "township")]
        table.add(*area, titles[row["table"]], str(row["rows"]), str(row["rows_before"]), lack)
    return table


def handed_in_rows(rows: pl.DataFrame, titles: dict[str, str]) -> list[dict[str, Any]]:
    """The same as JSON."""
    return [{**row, "title": titles[row["table"]]} for row in rows.iter_rows(named=True)]


def state_rows(states: list[MonthState]) -> list[dict[str, Any]]:
    """Months as JSON, money in yuan."""
    return [
        {
            "month": month_text(s.month),
            "state": s.state,
            "approved": fen_to_yuan(s.approved_fen),
            "paid": fen_to_yuan(s.paid_fen),
            "open": fen_to_yuan(s.open_fen),
            "failed": s.failed,
            "no_return": s.no_return,
            "other": s.other,
            "to_recover": fen_to_yuan(s.to_recover_fen),
            "todo": s.todo,
        }
        for s in states
    ]

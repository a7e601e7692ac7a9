"""The state of the months on the terminal and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table

from fupin_cli.policy.months import month_text
from fupin_cli.policy.rounding import fen_to_yuan

if TYPE_CHECKING:
    from fupin_cli.results.status import MonthState

STATES = {"draft": "测算", "approved": "已批准", "returned": "已回盘", "closed": "已关账", "withdrawn": "已撤回"}


def state_table(states: list[MonthState]) -> Table:
    """One row a month."""
    table = Table(title="各月状态", title_justify="left")
    for title in ("月份", "状态"):
        table.add_column(title)
    for title in ("批准(元)", "已付(元)", "未付(元)", "失败", "未回盘", "其他差异", "待追回(元)"):
        table.add_column(title, justify="right")
    table.add_column("下一步", overflow="fold")
    for s in states:
        money = (
            [fen_to_yuan(fen) for fen in (s.approved_fen, s.paid_fen, s.open_fen)]
            if s.state not in ("draft", "withdrawn")
            else [""] * 3
        )
        counts = [str(n) if n else "" for n in (s.failed, s.no_return, s.other)]
        table.add_row(
            month_text(s.month),
            STATES[s.state],
            *money,
            *counts,
            fen_to_yuan(s.to_recover_fen) if s.to_recover_fen else "",
            s.todo,
        )
    return table


def state_rows(states: list[MonthState]) -> list[dict[str, Any]]:
    """Months as JSON, money in yuan."""
    return [
        {
            "month": month_text(s.month), "state": s.state, "approved": fen_to_yuan(s.approved_fen), "paid": fen_to_yuan(s.paid_fen),
            "open": fen_to_yuan(s.open_fen), "failed": s.failed, "no_return": s.no_return, "other": s.other,
            "to_recover": fen_to_yuan(s.to_recover_fen), "todo": s.todo,
        }
        for s in states
    ]  # fmt: skip

"""What the terminal shows of a reconciliation. Names are masked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from rich.text import Text

from fupin_cli.outputs.grid import Grid, figures, text
from fupin_cli.outputs.terminal import clean
from fupin_cli.policy.rounding import fen_to_yuan
from fupin_cli.reconciliation.match import AMBIGUOUS
from fupin_cli.reconciliation.verdict import MONEY, VERDICTS

if TYPE_CHECKING:
    from rich.console import Console

    from fupin_cli.results.reconcile import ReconcileRun


def reconcile_line(run: ReconcileRun) -> str:
    """The reconciliation in one line."""
    sums = {name: fen_to_yuan(fen) for name, fen in run.reconciled.totals().items()}
    open_ = run.open_lines.height
    rest = f"{open_} 行没有了结" if open_ else "全部了结"
    return (
        f"{run.title} 对账：{run.lines.height} 行，应发 {sums['due_fen']}，批准 {sums['approved_fen']}，实付 {sums['paid_fen']}，"
        f"差额 {sums['difference_fen']} 元{_both_ways(run)}；{rest}"
    )


def _both_ways(run: ReconcileRun) -> str:
    """Where some lines differ upwards and others downwards: both sums, for together they may look like nothing."""
    more, less = (
        int(run.lines["difference_fen"].filter(run.lines["difference_fen"] * sign > 0).sum()) for sign in (1, -1)
    )
    return f"（多 {fen_to_yuan(more)}，少 {fen_to_yuan(-less)}）" if more and less else ""


def nothing_sent_line(run: ReconcileRun) -> str:
    """Why nothing was sent again: it was sent before and the bank has not answered, it is not mended, or nothing failed."""
    waiting = run.lines.filter((pl.col("verdict") == "no_return") & pl.col("pending"))
    parts = []
    if waiting.height:
        fen = int((waiting["approved_fen"] - waiting["paid_fen"]).sum())
        parts.append(
            f"已补发 {waiting.height} 行 {fen_to_yuan(fen)} 元，等回盘（回盘放进 inbox，再运行 fupin reconcile {run.title}）"
        )
    if run.send_again.height:
        parts.append(unmended_words(run, run.send_again.height))
    return f"没有可以补发的行：{'；'.join(parts) or '没有代发失败的'}"


def unmended_words(run: ReconcileRun, lines: int) -> str:
    """How many failed lines are as they were, and which roster counts: that of a later month is not asked."""
    return f"失败的 {lines} 行还没有改正，见工作簿“退回待补发”；要改的是 {run.title} 的花名册，以后月份的不算"


def show_reconcile(run: ReconcileRun, out: Console) -> None:
    """Print the verdicts, why payments failed, rows that fit nowhere, and where the workbook is."""
    columns = [*text("结论"), *figures("行数", "应发(元)", "批准(元)", "实付(元)", "差额(元)")]
    table = Grid(f"{run.title} 应发、批准、实付", columns, total=True, heading=1)
    for row in run.reconciled.by_verdict().iter_rows(named=True):
        table.add(VERDICTS[row["verdict"]][0], str(row["lines"]), *(fen_to_yuan(row[name]) for name in MONEY))
    table.add("合计", str(run.lines.height), *(fen_to_yuan(fen) for fen in run.reconciled.totals().values()))
    out.print(table)
    for note in run.notes:
        out.print(Text(clean(note), style="yellow"), soft_wrap=True)
    failed = run.lines.filter(pl.col("verdict") == "failed")
    for why, count in failed.group_by("why").len().sort("len", "why", descending=[True, False]).iter_rows():
        out.print(Text(f"  代发失败 {count} 行：{clean(why)}"), soft_wrap=True)
    for code, message, file, row in run.result.found.select("code", "message", "file", "_row").iter_rows():
        out.print(Text(clean(f"{code} {file}!第{row}行 {message}"), style="yellow"), soft_wrap=True)
    unmatched = run.reconciled.unmatched
    if strange := unmatched.filter("stranger").height:
        words = (
            f"回盘有 {strange} 行写着账本里没有的批次号，没有计入；是银行自己的编号就清空那一列，见工作簿“对不上的回盘”"
        )
        out.print(Text(words, style="bold yellow"), soft_wrap=True)
    doubtful = unmatched.filter((pl.col("matched") == AMBIGUOUS) & ~pl.col("stranger")).height
    if doubtful:
        out.print(Text(f"回盘有 {doubtful} 行分不清属于谁，没有计入，见工作簿“对不上的回盘”", style="bold yellow"))
    ready = run.send_again.filter("ready").height if run.send_again.height else 0
    if ready:
        out.print(
            Text(f"已改正、可以补发 {ready} 行：fupin reconcile {run.title} --reissue --by 姓名", style="bold yellow")
        )
    out.print(Text(reconcile_line(run), style="bold"), soft_wrap=True)
    for path in run.outputs:
        out.print(Text(f"工作簿：{path}"), soft_wrap=True)

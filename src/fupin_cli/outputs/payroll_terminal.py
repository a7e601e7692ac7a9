"""What the terminal shows of a payroll and of an approval. Names are masked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from rich.text import Text

from fupin_cli.checks.catalogue import rules_of
from fupin_cli.measures.claims import HOLD, PAY, REFUSE, STATUS_WORDS
from fupin_cli.outputs.check_workbook import NO_TOWN
from fupin_cli.outputs.grid import Grid, figures, text, whole
from fupin_cli.outputs.payroll_basis import idle_budget_words, unplaced_words
from fupin_cli.outputs.payroll_corrections import correction_words
from fupin_cli.outputs.terminal import clean
from fupin_cli.policy.months import month_text, month_words
from fupin_cli.policy.rounding import fen_to_yuan
from fupin_cli.results.subsidy import SUMMED

if TYPE_CHECKING:
    from rich.console import Console

    from fupin_cli.ledger.store import Batch
    from fupin_cli.outputs.bank import BankFiles
    from fupin_cli.results.subsidy import PayrollRun


def payroll_line(run: PayrollRun) -> str:
    """The month in one line."""
    t, people = run.totals(), run.people
    return (
        f"{run.result.crash_words}{month_text(run.month)}：{t['lines']} 行 = 发放 {t[PAY]} + 暂缓 {t[HOLD]} + 不予 {t[REFUSE]}；发放 {people[PAY]} 人 {fen_to_yuan(t['amount'])} 元，"
        f"暂缓 {fen_to_yuan(t['due_hold'])} 元{_unpriced(run, HOLD)}，不予 {fen_to_yuan(t['due_refuse'])} 元{_unpriced(run, REFUSE)}"
    )


def _unpriced(run: PayrollRun, status: str) -> str:
    """How many lines a sum leaves out, since it is not known what they would come to: unknown is not 0."""
    count = run.unpriced(status)
    return f"（另有 {count} 行还算不出）" if count else ""


def show_payroll(run: PayrollRun, out: Console) -> None:
    """Print totals by township, why lines are held or refused, and where the workbooks are."""
    columns = [*text("乡镇"), *figures("行数", "发放", "暂缓", "不予", "发放金额(元)")]
    towns = Grid(f"{month_words(run.month)} {run.title}", columns, heading=1)
    keyed = run.lines.select(*SUMMED, pl.col("township").fill_null(NO_TOWN))
    for (town,), part in sorted(keyed.group_by("township")):
        t = run.totals(part)
        towns.add(str(town), str(t["lines"]), str(t[PAY]), str(t[HOLD]), str(t[REFUSE]), fen_to_yuan(t["amount"]))
    out.print(towns)
    _show_reasons(run, out)
    for outcome in run.result.outcomes:
        if outcome.status == "crashed":
            out.print(
                Text(f"程序出错：{outcome.code} 没有跑完，本次结果不能用。{outcome.error}", style="bold red"),
                soft_wrap=True,
            )
    _show_notes(run, out)
    out.print(Text(payroll_line(run), style="bold"), soft_wrap=True)
    for path in run.outputs:
        out.print(Text(f"工作簿：{path}"), soft_wrap=True)


def _show_notes(run: PayrollRun, out: Console) -> None:
    """Print what the sums above do not say: who handed in nothing, what was not supplied or taken in; corrections."""
    for words in run.unreported:
        out.print(Text(f"该报未报（IN015）：{clean(words)}", style="bold red"), soft_wrap=True)
    if run.missing_words:
        out.print(Text(f"{run.missing_words}；各行因此暂缓（IN012）", style="bold yellow"), soft_wrap=True)
    if run.rows_out_of_month:
        out.print(Text(f"表里另有 {run.rows_out_of_month} 行不属于这一项、不在本月或已发过，没有算"))
    for note in (*run.not_again, *run.as_approved):
        out.print(Text(clean(note), style="yellow"), soft_wrap=True)
    if run.idle_budgets:
        out.print(Text(clean(idle_budget_words(run)), style="bold yellow"), soft_wrap=True)
    if run.unplaced:
        out.print(Text(f"{unplaced_words(run.unplaced)}；没有参加测算，处理好再批准", style="bold red"), soft_wrap=True)
        for entry in run.unplaced:
            out.print(Text(clean(f"  {entry.file} {entry.sheet}：{entry.why}。{entry.hint}")), soft_wrap=True)
    for words, sheet in ((correction_words(run), "补发追回"), (run.undecided_words, "待核定")):
        if words:
            out.print(Text(f"{words}，见工作簿“{sheet}”", style="bold yellow"), soft_wrap=True)


def _show_reasons(run: PayrollRun, out: Console) -> None:
    """Print which rules hold or refuse lines, and how many; what stands on a line without effect is no reason."""
    stopped = (
        run.lines.filter(pl.col("status") != PAY)
        .with_columns(codes=pl.coalesce("stopping", "codes") if "stopping" in run.lines.columns else pl.col("codes"))
        .explode("codes")
        .group_by("status", "codes")
        .len()
        .sort("status", "codes")
    )
    if stopped.height:
        columns = [*whole("状态", "代码"), *text("规则"), *figures("行数")]
        why = Grid("暂缓和不予的原因（规则）", columns, heading=3)
        rules = rules_of(run.policy, run.month)
        for status, code, count in stopped.iter_rows():
            if code in rules:
                why.add(STATUS_WORDS[status], code, rules[code].title, str(count))
        out.print(why)


def bank_lines(bank: BankFiles, approved_fen: int) -> list[str]:
    """What the bank gets and who is left out; the two add up to what was approved."""
    both = fen_to_yuan(bank.fen + bank.left_out_fen + bank.kept_fen)
    kept = f"抵扣追回 {fen_to_yuan(bank.kept_fen)} 元；" if bank.kept_fen else ""
    total = (
        f"代发文件：{bank.rows} 笔 {fen_to_yuan(bank.fen)} 元；未写入 {len(bank.left_out)} 笔 {fen_to_yuan(bank.left_out_fen)} 元；{kept}"
        f"合计 {both} 元，批准 {fen_to_yuan(approved_fen)} 元"
    )
    return [total] + [f"  未写入：{name[:1]}*，{fen_to_yuan(fen)} 元，{why}" for name, why, fen in bank.left_out]


def approval_lines(run: PayrollRun, batch: Batch, bank: BankFiles) -> list[str]:
    """What was approved, what the bank gets, and where the files are."""
    return [
        f"已批准 {month_text(run.month)}，批次 {batch.batch}",
        payroll_line(run),
        *([correction_words(run)] if run.corrections.height else []),
        *([f"{unplaced_words(run.unplaced)}，凭文号照批"] if run.unplaced else []),
        *([idle_budget_words(run)] if run.idle_budgets else []),
        *bank_lines(bank, run.totals()["amount"] + run.correction_sums().get("back_pay", 0)),
        *(f"文件：{path}" for path in run.outputs),
    ]

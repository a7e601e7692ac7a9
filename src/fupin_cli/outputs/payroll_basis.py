"""Sheets of a payroll on what it rests on: 未读入, 资金, 参数."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.outputs.sheet import SheetPlan
from fupin_cli.policy.county_numbers import county_numbers
from fupin_cli.policy.letters import first_of

if TYPE_CHECKING:
    from fupin_cli.intake.raw import Unplaced
    from fupin_cli.results.subsidy import PayrollRun


SHOWN = 5  # names of files that a sentence can carry


METHODS = {"attendance": "出勤÷规定", "calendar": "在岗日÷当月天数", "fixed": "出勤÷固定天数"}


def unplaced_words(entries: list[Unplaced]) -> str:
    """How much the computation could not take in, and what, in one sentence; empty if nothing."""
    if not entries:
        return ""
    named = [f"{entry.file}{f'（{entry.sheet}）' if entry.sheet else ''}" for entry in entries]
    return f"没有读入 {len(named)} 处：{first_of(named, SHOWN, '处')}"


def unplaced_sheet(run: PayrollRun, title: str) -> SheetPlan:
    """What the computation could not take in: an approval needs each mended, or a document (`--despite`)."""
    headers = {"no": "序号", "file": "文件", "sheet": "工作表", "code": "规则", "why": "原因", "hint": "怎么办"}
    rows = [(n, e.file, e.sheet, e.code, e.why, e.hint) for n, e in enumerate(run.unplaced, 1)]
    table = pl.DataFrame(rows, schema={n: pl.Int64 if n == "no" else pl.String for n in headers}, orient="row")
    below = ("这些内容没有参加测算。处理好以后重新测算；确实与发放无关的，批准时写明文号：--despite 文号。",)
    return SheetPlan("未读入", headers, table, f"{title}没有读入的文件", wrapped=("file", "why", "hint"), below=below)


def idle_budget_words(run: PayrollRun) -> str:
    """Which budgets guard nothing, since nothing is paid from a fund of that name; empty if none."""
    names = "、".join(f"“{name}”" for name in run.idle_budgets)
    return f"预算{names}：没有一项补贴从这项资金发放，什么也拦不住；[budget] 里写资金的全称" if names else ""


def funds_sheet(run: PayrollRun, title: str) -> SheetPlan:
    """Each fund's budget of the year, what was approved before this month's lines, paid, left, and what these lines come to."""
    now = dict(run.lines.group_by(pl.col("fund").fill_null("")).agg(pl.col("amount_fen").sum()).iter_rows())
    rows = [(f.name, f.budget_fen, f.committed_fen, f.paid_fen, f.left_fen, int(now.get(f.name, 0))) for f in run.funds]
    known = {f.name for f in run.funds}
    rows += [
        (name, None, 0, 0, None, int(fen)) for name, fen in sorted(now.items()) if fen and name and name not in known
    ]
    headers = {
        "fund": "资金",
        "budget_fen": "本年预算(元)",
        "committed_fen": "已批准(元)",
        "paid_fen": "已支付(元)",
        "left_fen": "预算余额(元)",
        "now_fen": "本次发放(元)",
    }
    schema = {name: pl.String if name == "fund" else pl.Int64 for name in headers}
    table = pl.DataFrame(rows, schema=schema, orient="row")
    notes = (
        "预算在 fupin.toml 的 [budget] 里设；没有设的不限。已批准的含以前月份差额，不含本次。",
        idle_budget_words(run),
    )
    return SheetPlan(
        "资金",
        headers,
        table,
        f"{title}资金",
        filtered=False,
        below=tuple(filter(None, notes)),
        summed=("committed_fen", "paid_fen", "now_fen"),
    )


def _post_choices(run: PayrollRun) -> list[tuple[str, ...]]:
    """What the county has chosen for posts."""
    post = run.policy.settings.post
    chosen = {
        "post.proration": ("折月方法", METHODS[post.proration]),
        "post.fixed_days": ("固定天数", str(post.fixed_days or "")),
        "post.month_count": ("月数计法", post.month_count),
        "post.after_pension": ("过养老金领取月后", post.after_pension),
        "post.scheme": ("默认参保类型", post.scheme),
        "post.age_max": ("年龄上限", str(post.age_max)),
    }
    return [
        (name, words, value, "", "fupin.toml [post]", run.clause) for name, (words, value) in chosen.items() if value
    ]


def _own_settings(run: PayrollRun) -> list[tuple[str, ...]]:
    """What the county has set for a measure."""
    measure = run.subsidy
    section = measure.section or measure.code
    if getattr(run.policy.settings, section, None) is None:
        return []
    return [
        (f"{section}.{number.key}", measure.title, number.value, "", number.source, number.clause(measure.clause))
        for number in county_numbers(run.policy.settings, section, run.month)
    ]


def parameters_sheet(run: PayrollRun, title: str) -> SheetPlan:
    """Each number used, with its source."""
    rows: list[tuple[str, ...]] = [
        (p.name, p.title, p.value, p.unit, p.source, p.clause) for p in run.policy.in_force(run.month)
    ]
    rows += _post_choices(run) if run.subsidy.counts_months else _own_settings(run)
    headers = {"name": "名称", "title": "含义", "value": "数值", "unit": "单位", "source": "出处", "clause": "依据"}
    frame = pl.DataFrame(rows, schema=dict.fromkeys(headers, pl.String), orient="row")
    return SheetPlan("参数", headers, frame, f"{title}用到的数字", wrapped=("source",), filtered=False)

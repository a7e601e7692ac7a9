"""Sheets of money that are charts as well: funds, months, what was due, approved and paid."""

from __future__ import annotations

from itertools import pairwise

import polars as pl

from fupin_cli.outputs.page_plans import AHEAD, HOLD, OPEN, PAID
from fupin_cli.outputs.sheet import Bars, Series, SheetPlan
from fupin_cli.policy.months import text_expr
from fupin_cli.reconciliation.verdict import MONEY, VERDICTS

NO_FUND = "（资金来源不明）"
STEPS = {"due_fen": "应发", "approved_fen": "批准", "paid_fen": "实付"}


def funds_plan(rows: pl.DataFrame) -> SheetPlan:
    """Each fund against its budget (`reports.page_money.funds`)."""
    drawn = rows.with_columns(
        pl.col("fund").replace("", NO_FUND).fill_null(NO_FUND),
        left_fen=pl.col("budget_fen") - pl.col("year_end_fen"),
        _paid=pl.min_horizontal("paid_fen", "committed_fen"),
    ).with_columns(
        _open=pl.col("committed_fen") - pl.col("_paid"),
        _ahead=pl.col("waiting_fen") + pl.col("forecast_fen").fill_null(0),
    )
    headers = {
        "fund": "资金",
        "budget_fen": "预算",
        "committed_fen": "已批准",
        "paid_fen": "其中已付",
        "waiting_fen": "本月待批准",
        "forecast_fen": "以后月份预测",
        "year_end_fen": "预计到年底",
        "left_fen": "年底余额",
    }
    series = (
        Series("_paid", "已付", PAID),
        Series("_open", "已批准未付", OPEN),
        Series("_ahead", "待批准和预测", AHEAD),
    )
    return SheetPlan("资金", headers, drawn, bars=Bars("fund", series, mark="budget_fen"))


def months_plan(rows: pl.DataFrame, *, ahead: bool = True) -> SheetPlan:
    """Each month paid and forecast (`reports.page_money.months`); `ahead`: with what is forecast, else up to this month."""
    headers = {
        "month": "月份",
        "source": "来处",
        "people": "人数",
        "paid_fen": "已付",
        "open_fen": "已批准未付",
        "forecast_fen": "预测",
        "held_fen": "另：暂缓的若照发",
    }
    drawn = rows.with_columns(
        month=text_expr(pl.col("month")),
        source=pl.col("source").replace({"ledger": "账本", "history": "发放台账", "forecast": "预测"}),
    )
    series = (
        Series("paid_fen", "已付", PAID),
        Series("open_fen", "已批准未付" if ahead else "本月", OPEN),
        *((Series("forecast_fen", "预测", AHEAD),) if ahead else ()),
    )
    return SheetPlan("各月发放", headers, drawn, bars=Bars("month", series, upright=True))


def forecast_plan(rows: pl.DataFrame) -> SheetPlan:
    """Each month to come: lines that pay, and upon them what the held ones would cost."""
    series = (Series("forecast_fen", "预测", PAID), Series("held_fen", "暂缓的若照发", HOLD))
    plan = months_plan(rows)
    return SheetPlan("各月预测", plan.headers, plan.rows, bars=Bars("month", series, upright=True))


def steps_plan(verdicts: pl.DataFrame) -> SheetPlan:
    """Due, approved and paid in sum, each with the difference to the step before."""
    sums = [int(verdicts[name].sum()) for name in STEPS]
    less = [None, *(after - before for before, after in pairwise(sums))]
    rows = pl.DataFrame(
        list(zip(STEPS.values(), sums, less, strict=True)),
        schema={"step": pl.String, "sum_fen": pl.Int64, "less_fen": pl.Int64},
        orient="row",
    )
    return SheetPlan(
        "应发、批准、实付",
        {"step": "步骤", "sum_fen": "金额", "less_fen": "与上一步差"},
        rows,
        bars=Bars("step", (Series("sum_fen", "金额", PAID),)),
    )


def verdicts_plan(verdicts: pl.DataFrame) -> SheetPlan:
    """Each verdict: lines, due, approved, paid, difference."""
    rows = verdicts.with_columns(
        said=pl.col("verdict").replace_strict({v: words for v, (words, _) in VERDICTS.items()}, return_dtype=pl.String)
    )
    headers = {
        "said": "结论",
        "lines": "行数",
        "due_fen": "应发",
        "approved_fen": "批准",
        "paid_fen": "实付",
        "difference_fen": "差额（实付−应发）",
    }
    series = (Series("approved_fen", "批准", OPEN), Series("paid_fen", "实付", PAID))
    return SheetPlan("结论", headers, rows, summed=("lines", *MONEY), bars=Bars("said", series, stacked=False))

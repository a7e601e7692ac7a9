"""The sheet 图表 of the workbooks of check, payroll, reconciliation and forecast: the page's own plans, as native charts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.checks.catalogue import rules_of
from fupin_cli.month.used_months import paid_rows
from fupin_cli.outputs import money_plans
from fupin_cli.outputs import page_plans as plans
from fupin_cli.outputs.heading import heading
from fupin_cli.outputs.sheet import SheetPlan
from fupin_cli.reports.forecast import HELD, PAYING
from fupin_cli.reports.known import TOWNSHIP
from fupin_cli.reports.page import TOP
from fupin_cli.reports.page_findings import by_rule, heat
from fupin_cli.reports.page_money import FORECAST, HISTORY, MONTHS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fupin_cli.checks.rule import WordedRule
    from fupin_cli.reports.runs import ForecastRun
    from fupin_cli.results.check import CheckRun
    from fupin_cli.results.reconcile import ReconcileRun
    from fupin_cli.results.subsidy import PayrollRun

BEFORE_TABLES = 5  # 说明, 文件, 汇总, 明细, 规则
TITLE, HISTORY_TABLE = "图表", "payment_history"


def _sheet(title: str, *charts: SheetPlan) -> list[SheetPlan]:
    """A sheet of those charts that have something to draw; none, no sheet."""
    drawn = tuple(one for one in charts if one.rows.height and one.bars is not None and _something(one))
    return [SheetPlan(TITLE, {}, pl.DataFrame(), title, charts=drawn)] if drawn else []


def _something(plan: SheetPlan) -> bool:
    names = [series.column for series in plan.bars.series] if plan.bars else []
    return any(bool((plan.rows[name].fill_null(0) != 0).any()) for name in names)


def with_charts(sheets: list[SheetPlan], run: CheckRun, found: pl.DataFrame) -> list[SheetPlan]:
    """The sheets of a check with its charts before the many annotated tables."""
    return [
        *sheets[:BEFORE_TABLES],
        *check_charts(found, rules_of(run.policy, run.month), heading(run, "核查 图表")),
        *sheets[BEFORE_TABLES:],
    ]


def check_charts(found: pl.DataFrame, rules: Mapping[str, WordedRule], title: str) -> list[SheetPlan]:
    """Money by rule (the most first), findings by township."""
    dearest = by_rule(found, rules).filter(pl.col("amount_fen").fill_null(0) > 0).head(TOP)
    return _sheet(title, plans.rules_plan(dearest), plans.found_plan(heat(found, TOWNSHIP, []), TOWNSHIP))


def payroll_charts(run: PayrollRun) -> list[SheetPlan]:
    """What was paid of the subsidy each month before, by ledger and history, and what this month pays."""
    history = run.intake.tables.get(HISTORY_TABLE)
    now = pl.DataFrame({"month": [run.month], "open_fen": [run.totals()["amount"]]})
    parts = [pl.DataFrame(schema=MONTHS), now]
    if history is not None:
        paid = paid_rows(history).filter((pl.col("measure") == run.measure) & (pl.col("month") < run.month))
        parts.append(paid.group_by(pl.col("month").cast(pl.Int64)).agg(paid_fen=pl.col("amount_fen").sum()))
    rows = pl.concat(parts, how="diagonal_relaxed").with_columns(
        pl.col("^.*_fen$", "people").fill_null(0), source=pl.lit(HISTORY)
    )
    return _sheet(heading(run, f"{run.title} 图表"), money_plans.months_plan(rows.sort("month"), ahead=False))


def reconcile_charts(run: ReconcileRun) -> list[SheetPlan]:
    """Due, approved, paid in sum; approved and paid by verdict."""
    verdicts = run.reconciled.by_verdict()
    if not verdicts.height:
        return []
    title = f"{run.policy.settings.county.name} {run.heading} 图表".strip()
    return _sheet(title, money_plans.steps_plan(verdicts), money_plans.verdicts_plan(verdicts))


def forecast_charts(run: ForecastRun) -> list[SheetPlan]:
    """What each month to come will cost, held lines upon it."""
    status, fen = pl.col("status"), pl.col("amount_fen")
    rows = run.found.rows.group_by("month").agg(
        forecast_fen=fen.filter(status == PAYING).sum(), held_fen=fen.filter(status == HELD).sum()
    )
    whole = pl.concat([pl.DataFrame(schema=MONTHS), rows], how="diagonal_relaxed").with_columns(
        pl.col("^.*_fen$", "people").fill_null(0), source=pl.lit(FORECAST)
    )
    return _sheet(heading(run, "预测 图表"), money_plans.forecast_plan(whole.sort("month")))

"""The page's money: lines by township and measure, funds, months paid and to come, verdicts. Everything in fen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.measures.claims import HOLD, PAY, REFUSE
from fupin_cli.month.used_months import paid_rows
from fupin_cli.reconciliation.verdict import MONEY, VERDICTS
from fupin_cli.reports.forecast import HELD, PAYING
from fupin_cli.reports.known import Missing

if TYPE_CHECKING:
    from fupin_cli.reports.known import Known
    from fupin_cli.reports.runs import ForecastRun

LEDGER, HISTORY, FORECAST = "ledger", "history", "forecast"
FIGURES = ["lines", "pay", "hold", "refuse", "people", "amount_fen", "hold_fen", "refuse_fen"]
MONTHS = {
    "month": pl.Int64,
    "source": pl.String,
    "people": pl.Int64,
    "paid_fen": pl.Int64,
    "open_fen": pl.Int64,
    "forecast_fen": pl.Int64,
    "held_fen": pl.Int64,
}


def _figures() -> dict[str, pl.Expr]:
    status, due = pl.col("status"), pl.col("due_fen")
    return {
        "lines": pl.len().cast(pl.Int64),
        "pay": (status == PAY).sum().cast(pl.Int64),
        "hold": (status == HOLD).sum().cast(pl.Int64),
        "refuse": (status == REFUSE).sum().cast(pl.Int64),
        "people": pl.col("person").filter(status == PAY).n_unique().cast(pl.Int64),
        "amount_fen": pl.col("amount_fen").sum(),
        "hold_fen": due.filter(status == HOLD).sum(),
        "refuse_fen": due.filter(status == REFUSE).sum(),
    }


def totals(lines: pl.DataFrame) -> dict[str, int]:
    """Lines, people paid and money by status: of a batch `amount`, of those held or refused what they would be paid."""
    return {name: int(value or 0) for name, value in lines.select(**_figures()).row(0, named=True).items()}


def by_column(lines: pl.DataFrame, column: str) -> pl.DataFrame:
    """The same by the values of a column (an empty text is none)."""
    keyed = lines.with_columns(pl.col(column).replace("", None))
    return keyed.group_by(column).agg(**_figures()).sort(column, nulls_last=True)


def areas(known: Known, lines: pl.DataFrame) -> pl.DataFrame:
    """Each area with its lines and money, and the tables that it was expected to hand in and did not (`lacks`)."""
    by = known.scope.by
    rows = by_column(lines, by)
    if known.handed_in is None or by == "village" or "table" not in known.handed_in.columns:
        return rows.with_columns(lacks=pl.lit([], dtype=pl.List(pl.String)))
    late = known.handed_in.filter("missing").group_by(by).agg(lacks=pl.col("table").unique().sort())
    joined = rows.join(late, on=by, how="full", coalesce=True, nulls_equal=True).sort(by, nulls_last=True)
    return joined.with_columns(pl.col(FIGURES).fill_null(0), pl.col("lacks").fill_null([]))


def funds(known: Known, lines: pl.DataFrame | None) -> pl.DataFrame | Missing:
    """Each fund in the year: budget, approved, paid, waiting for approval, forecast for the rest, the sum at the year's end.

    A fund without a budget has null in `budget_fen`. The forecast counts lines that pay now, not those that are held.
    """
    if known.scope.town:
        return Missing("资金按县核算，不分乡镇")
    waiting: dict[str, int] = {}
    if lines is not None:
        open_ = lines.filter((pl.col("month") == known.scope.month) & ~pl.col("measure").is_in(known.approved))
        waiting = dict(open_.group_by("fund").agg(pl.col("amount_fen").sum()).iter_rows())
    ahead = _ahead(known.forecast, known.scope.month) if known.forecast is not None else None
    names = {fund.name: fund for fund in known.funds}
    more = [name for name, fen in [*waiting.items(), *(ahead or {}).items()] if fen and name and name not in names]
    if not names and not more:
        return Missing("没有设置预算（fupin.toml 的 [budget]），账本里也没有本年的批次")
    rows = []
    for name in [*names, *dict.fromkeys(more)]:
        fund = names.get(name)
        committed, paid = (fund.committed_fen, fund.paid_fen) if fund else (0, 0)
        rest = None if ahead is None else ahead.get(name, 0)
        rows.append(
            {
                "fund": name,
                "budget_fen": fund.budget_fen if fund else None,
                "committed_fen": committed,
                "paid_fen": paid,
                "waiting_fen": waiting.get(name, 0),
                "forecast_fen": rest,
                "year_end_fen": None if rest is None else committed + waiting.get(name, 0) + rest,
            }
        )
    return pl.DataFrame(rows, schema={"fund": pl.String} | {name: pl.Int64 for name in rows[0] if name != "fund"})


def _ahead(run: ForecastRun, month: int) -> dict[str, int]:
    """What the forecast's paying lines want of each fund in the rest of the year."""
    year = pl.col("month") // 12 == month // 12
    rows = run.found.rows.filter(year & (pl.col("status") == PAYING))
    return dict(rows.group_by("fund").agg(pl.col("amount_fen").sum()).iter_rows())


def months(known: Known) -> pl.DataFrame | Missing:
    """Each month to the policy's end: paid, approved and not paid yet, and from the next month on what is forecast.

    Of months (and measures) that the ledger does not know the history file tells what was paid.
    """
    last = known.scope.month
    parts = [pl.DataFrame(schema=MONTHS)]
    ledger = known.money
    if known.scope.town and ledger.height:
        ledger = known.scope.here(ledger)
    if ledger.height:
        left = (pl.col("approved_fen") - pl.col("paid_fen")).clip(0)
        rows = (
            ledger.filter(pl.col("month") <= last)
            .group_by("month")
            .agg(
                people=pl.col("person").filter(pl.col("approved_fen") != 0).n_unique().cast(pl.Int64),
                paid_fen=pl.col("paid_fen").sum(),
                open_fen=left.sum(),
            )
        )
        parts.append(rows.with_columns(source=pl.lit(LEDGER)))
    if known.history is not None and not known.scope.town:  # the history file says of nobody where they live
        paid = paid_rows(known.history).with_columns(pl.col("month").cast(pl.Int64)).filter(pl.col("month") <= last)
        if known.money.height:
            own = known.money.select("measure", "month").unique()
            paid = paid.join(own, on=["measure", "month"], how="anti")
        rows = paid.group_by("month").agg(
            people=pl.col("id_number").n_unique().cast(pl.Int64), paid_fen=pl.col("amount_fen").sum()
        )
        parts.append(rows.with_columns(source=pl.lit(HISTORY)))
    if known.forecast is not None:
        parts.append(_forecast_months(known, known.forecast))
    whole = pl.concat(parts, how="diagonal_relaxed").with_columns(pl.col("^.*_fen$", "people").fill_null(0))
    if not whole.height:
        return Missing("账本和发放台账里没有一笔，也没有可以推算的补贴")
    # a month that stands in both files is one month; people of both may be the same
    merged = whole.group_by("month").agg(
        pl.col("source").sort().last(), pl.col("people").max(), *(pl.col(n).sum() for n in MONTHS if n.endswith("_fen"))
    )
    return merged.select(pl.col(n).cast(t) for n, t in MONTHS.items()).sort("month")


def _forecast_months(known: Known, run: ForecastRun) -> pl.DataFrame:
    rows = known.scope.here(run.found.rows)
    paying, held = pl.col("status") == PAYING, pl.col("status") == HELD
    fen = pl.col("amount_fen")
    return (
        rows.group_by("month")
        .agg(
            people=pl.col("person").filter(paying).n_unique().cast(pl.Int64),
            forecast_fen=fen.filter(paying).sum(),
            held_fen=fen.filter(held).sum(),
        )
        .with_columns(source=pl.lit(FORECAST))
    )


def verdicts(known: Known) -> pl.DataFrame | Missing:
    """Lines and sums by verdict, in the order of the reconciliation's workbook."""
    run = known.reconcile
    if run is None:
        return known.missing("reconcile")
    lines = known.scope.here(run.lines)
    sums = lines.group_by("verdict").agg(pl.len().cast(pl.Int64).alias("lines"), *(pl.col(n).sum() for n in MONEY))
    order = pl.DataFrame({"verdict": list(VERDICTS)}).with_row_index("_n")
    return sums.join(order, on="verdict", how="left").sort("_n").drop("_n")

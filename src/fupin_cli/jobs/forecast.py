"""`fupin forecast`: a month's lines paid on to the policy's end, against the budgets (SPEC 14). Writes no draft."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.errors import NoInputError
from fupin_cli.jobs.funds import funds_of
from fupin_cli.jobs.subsidy import compute, supplied
from fupin_cli.ledger.store import BACK_PAY, LINE, RECOVER
from fupin_cli.measures.catalogue import leading
from fupin_cli.month.used_months import post_payments
from fupin_cli.policy import months
from fupin_cli.reports.ends import ends_of
from fupin_cli.reports.forecast import BIG, forecast, shortage, usual_shares
from fupin_cli.reports.runs import ForecastRun

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fupin_cli.jobs.desk import Desk
    from fupin_cli.measures.measure import Measure
    from fupin_cli.results.subsidy import PayrollRun

ENDS = [
    "measure",
    "person",
    "name",
    "post_id",
    "person_code",
    "county",
    "township",
    "village",
    "fund",
    "status",
    "cap_end",
    "pension_end",
    "contract_month",
    "share_num",
    "share_den",
    "fixed_fen",
    "left_num",
    "left_den",
]


def forecast_month(
    desk: Desk, month: int, *, renew: bool = True, runs: Sequence[PayrollRun] | None = None
) -> ForecastRun:
    """Pay on every line that pays (and, apart, every line that is held) in the month.

    `runs`: `monthly_runs` of the month, where they were computed already.

    Raises:
        NoInputError: no roster and no table of a monthly subsidy (exit 10).
    """
    skipped: list[str] = []
    if runs is None:
        runs = monthly_runs(desk, month)
    parts = [_of_posts(desk, run) if run.subsidy.leads else _of_measure(run) for run in runs]
    measures = [run.measure for run in runs]
    lines = pl.concat(parts, how="diagonal")
    policy = desk.policy
    ahead = range(month + 1, policy.last_month + 1)
    found = forecast(lines, month, policy.last_month, policy.standards_fen(ahead), renew=renew)
    skipped += [f"MEA001：{year} 年没有岗位补贴标准，这一年的金额没有推算" for year in found.unpriced]
    if month >= policy.last_month:
        skipped.append(f"政策执行到 {months.month_text(policy.last_month)}，以后没有月份")
    funds = [fund for fund in funds_of(desk, month // 12) if fund.left_fen is not None]
    held = [shortage(found, fund.name, fund.left_fen or 0) for fund in funds]
    return ForecastRun(
        month, policy, runs[0].intake, found, held, measures, renew, skipped, unreported=runs[0].unreported
    )


def monthly_runs(desk: Desk, month: int, computed: Mapping[str, PayrollRun] = MappingProxyType({})) -> list[PayrollRun]:
    """The month's lines of every subsidy that is paid month by month: posts, and those whose table was supplied.

    `computed`: those that were computed already, by their codes.

    Raises:
        NoInputError: no roster and no table of a monthly subsidy (exit 10).
    """

    def run_of(measure: Measure) -> PayrollRun:
        code = measure.code
        known: PayrollRun | None = computed.get(code) or desk.done(code, month)
        return known or desk.once(f"{code} alone", month, lambda: compute(desk, measure, month))

    first = leading()
    posts = [run_of(first)] if desk.context(month).has(first.table) else []
    others = [run_of(measure) for measure in supplied(desk, month) if measure.monthly and not measure.own_term]
    runs = [*posts, *(run for run in others if run.lines.height)]
    if not runs:
        raise NoInputError(f"{months.month_text(month)} 没有可以推算的补贴", "把在岗人员花名册放进收件夹")
    return runs


def _of_posts(desk: Desk, run: PayrollRun) -> pl.DataFrame:
    """Posts: the usual share of the person's last paid months (none: this month's), to the cap, the pension, the term."""
    own_den = pl.when(pl.col("divisor_x100") > 0).then("divisor_x100")
    own_num = pl.min_horizontal("numerator_x100", own_den)
    shares = usual_shares(_paid_shares(desk, run), run.policy.settings.forecast.share_months)
    # The line's own share is that of this month alone.
    rows = ends_of(run).drop("share_num", "share_den").join(shares, on="person", how="left", maintain_order="left")
    own = pl.col("numerator_x100").is_not_null() & own_den.is_not_null()
    rows = rows.with_columns(
        _cap_end(run.month), _num=pl.when(own).then(own_num).cast(BIG), _den=pl.when(own).then(own_den).cast(BIG)
    )
    return rows.with_columns(
        *_months_left(run),
        share_num=pl.coalesce("share_num", "_num"),
        share_den=pl.coalesce("share_den", "_den"),
        fixed_fen=pl.lit(None, dtype=pl.Int64),
    ).select(ENDS)


def _months_left(run: PayrollRun) -> list[pl.Expr]:
    """What the cap leaves after this month's own share, where months are counted by shares (SPEC 8.7); else null.

    A line that is held is taken as paid, as its due is.
    """
    counted = (
        pl.lit(run.policy.settings.post.month_count == "prorated") & pl.col("capped") & pl.col("_num").is_not_null()
    )
    cap = run.policy.cap_months(run.month)
    num, den = pl.col("before_num"), pl.col("before_den")
    left = pl.max_horizontal((cap * den - num) * pl.col("_den") - pl.col("_num") * den, pl.lit(0, dtype=BIG))
    return [
        pl.when(counted).then(left).alias("left_num"),
        pl.when(counted).then(den * pl.col("_den")).alias("left_den"),
    ]


def _cap_end(month: int) -> pl.Expr:
    """Of a line without a month left nothing is forecast: it ends with this month."""
    return pl.when("capped").then(pl.coalesce("cap_end", pl.lit(month, dtype=pl.Int64))).alias("cap_end")


def _paid_shares(desk: Desk, run: PayrollRun) -> pl.DataFrame:
    """The share of each paid month of each person: the ledger's own days, else the amount over that month's standard."""
    standing = desk.money.filter((pl.col("measure") == run.measure) & (pl.col("posted_fen") > 0))
    order = desk.lines.filter((pl.col("measure") == run.measure) & pl.col("kind").is_in([LINE, BACK_PAY, RECOVER]))
    last = order.unique(["person", "post_id", "month"], keep="last", maintain_order=True)
    ledger = last.filter(pl.col("numerator_x100").is_not_null() & (pl.col("divisor_x100") > 0))
    ledger = ledger.join(standing, on=["person", "post_id", "month"], how="semi").select(
        "person", "month", num=pl.min_horizontal("numerator_x100", "divisor_x100"), den="divisor_x100"
    )
    ledger = ledger.unique(["person", "month"], keep="last", maintain_order=True)
    history = run.intake.tables.get("payment_history")
    if history is None:
        return ledger.filter(pl.col("month") <= run.month)
    paid = post_payments(history).filter(pl.col("month") <= run.month)
    paid = paid.group_by(person="id_number", month="month").agg(pl.col("amount_fen").sum())
    standards = run.policy.standards_fen(paid["month"].unique())
    paid = paid.with_columns(
        den=pl.col("month").replace_strict(standards, default=None, return_dtype=pl.Int64),
        month=pl.col("month").cast(pl.Int64),
    )
    paid = paid.filter(pl.col("den").is_not_null()).select(
        "person", "month", num=pl.min_horizontal("amount_fen", "den"), den="den"
    )
    ledger = ledger.filter(pl.col("month") <= run.month)
    return pl.concat([ledger, paid.join(ledger, on=["person", "month"], how="anti")])


def _of_measure(run: PayrollRun) -> pl.DataFrame:
    """Another monthly subsidy: the month's amount again, to its own cap, the pension or the term."""
    empty = pl.lit(None, dtype=BIG)
    none = dict.fromkeys(("share_num", "share_den", "left_num", "left_den"), empty)
    return ends_of(run).with_columns(_cap_end(run.month), fixed_fen="due_fen", **none).select(ENDS)

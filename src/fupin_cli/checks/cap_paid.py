"""What was paid (CAP005 to CAP007): above or below what the month was due, twice for one month."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.checks.cap import HISTORY, TABLE
from fupin_cli.checks.claim_faults import measure_findings
from fupin_cli.checks.report import at_stake, report, with_others
from fupin_cli.checks.rule import rule
from fupin_cli.month.used_months import POSTS, month_key
from fupin_cli.plans import collected
from fupin_cli.policy.rounding import fen_to_yuan_expr

if TYPE_CHECKING:
    from fupin_cli.measures.claimed import Claimed
    from fupin_cli.month.month import Month


def _told(ctx: Month, paid: pl.LazyFrame, words: str, against: pl.Expr) -> pl.LazyFrame:
    """Findings on payments (`Month.payments`) with the money at stake (`_stake`) and the person's sum over all months."""
    few = collected(paid, ctx.size)
    more = few.select(name for name in few.columns if name not in ctx.intake.tables[HISTORY].columns)
    rows = (
        ctx.intake.tables[HISTORY][few["_nth"]]
        .hstack(more)
        .lazy()
        .with_columns(_total=pl.col("_stake").sum().over("id_number"), _against=against)
    )
    yuan = [fen_to_yuan_expr(pl.col(c)) for c in ("_against", "_stake", "_total")]
    message = pl.format(f"{words}（{{}} 元）{{}} 元；此人各月合计 {{}} 元", *yuan)
    rows = rows.filter(pl.col("_src").is_not_null())  # payments of the ledger were computed by this program
    return report(rows, HISTORY, message, "amount_fen", amount_fen=pl.col("_stake"), months=pl.lit(1, dtype=pl.Int64))


@rule(
    "CAP005",
    "实发超过应发",
    "error",
    tables=(HISTORY,),
    partly=("attendance", TABLE),
    bounds=("post.annual_line", "post.standard", "post.proration"),
    compares="每笔实发与当月应发（有出勤或合同的按折月重算，没有的与当月标准比）",
    hint="核实后追回多发的部分",
)
def paid_above(ctx: Month) -> pl.LazyFrame:
    """One payment above what the month was due; where that cannot be recomputed, above the month's standard."""
    bound = pl.coalesce("due_fen", "standard_fen")
    rows = ctx.past_payments.lazy().with_columns(_stake=pl.col("amount_fen") - bound).filter(pl.col("_stake") > 0)
    return _told(ctx, rows, "实发超过应发", pl.coalesce("due_fen", "standard_fen"))


@rule(
    "CAP006",
    "实发少于应发",
    "warning",
    tables=(HISTORY,),
    any_of=("attendance", TABLE),
    bounds=("post.annual_line", "post.standard", "post.proration"),
    compares="当月实发合计与按折月重算的应发",
    hint="核实后补发少发的部分",
)
def paid_below(ctx: Month) -> pl.LazyFrame:
    """All payments of the month together below what it was due; asked only where that can be recomputed."""
    known = ctx.past_payments.filter(pl.col("due_fen").is_not_null()).with_columns(_key=month_key())
    # Where one payment comes up to it, all together do: only the others' months are summed up.
    low = known.filter(pl.col("amount_fen") < pl.col("due_fen"))["_key"].unique()
    rows = known.filter(pl.col("_key").is_in(low.implode())).lazy()
    rows = rows.with_columns(
        _sum=pl.col("amount_fen").sum().over("_key"), _place=pl.int_range(pl.len()).over("_key")
    ).drop("_key")
    rows = rows.with_columns(_stake=pl.col("due_fen") - pl.col("_sum")).filter(
        (pl.col("_stake") > 0) & (pl.col("_place") == 0)
    )
    return _told(ctx, rows, "实发合计少于应发", pl.col("due_fen"))


@rule(
    "CAP007",
    "同一个月发了两次",
    "error",
    "refuse",
    tables=(HISTORY,),
    partly=(TABLE,),
    compares="补贴发放台账中同一人同一补贴同一月的各笔",
    hint="核实后追回多发的一笔",
)
def paid_twice(ctx: Claimed) -> pl.LazyFrame:
    """In the history: several payments for one month. On the roster: this month is paid already.

    A payment that failed is none; the same line of the same batch listed twice is ID007.
    """
    keys = ["id_number", "measure", "month"]
    key = ctx.payments.select(month_key()).to_series()
    ordered = key.sort()
    again = ordered.filter(ordered.eq_missing(ordered.shift(1)).fill_null(value=False))
    near = ctx.payments.filter(key.is_in(again.unique().implode(), nulls_equal=True))["_nth"]
    paid = ctx.intake.tables[HISTORY][near].lazy()
    several = paid.filter(pl.struct(keys).is_duplicated())
    single = several.unique([*keys, "post_id", "batch", "amount_fen"], keep="first", maintain_order=True)
    spare = pl.col("amount_fen").sum() - pl.col("amount_fen").max()
    twice = single.group_by(keys).agg(_n=pl.len(), _spare=spare).filter(pl.col("_n") > 1)
    past = with_others(paid.join(twice, on=keys), keys)
    # The money at stake is one sum for the month: it stands on the first of its rows only.
    first = pl.int_range(pl.len()).over(keys) == 0
    found = [
        report(
            past,
            HISTORY,
            pl.concat_str(pl.lit("同一个月发了不止一笔，另见 "), "_others"),
            "month",
            effect="none",
            amount_fen=pl.when(first).then("_spare"),
            months=pl.when(first).then(1),
        )
    ]
    if ctx.has(TABLE):
        mine = (pl.col("measure") == POSTS) & (pl.col("month") == ctx.month)
        this_month = ctx.payments.lazy().filter(mine).select("id_number").unique()
        rows = ctx.judged.lazy().join(this_month, on="id_number", how="semi")
        found.append(report(rows, TABLE, "台账显示本月已经发过", "id_number", **at_stake()))
    return pl.concat([*found, measure_findings(ctx, "CAP007").lazy()], how="diagonal")

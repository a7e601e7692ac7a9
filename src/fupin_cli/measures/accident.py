"""意外伤害商业保险 (三(五)): the county's premium for each person on a post, in the month in which a policy begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.measures.cells import Deciding, unknown
from fupin_cli.measures.conditions import fen, in_term, missing_settings, surely_on_post
from fupin_cli.measures.measure import Claims, Fault, Measure, unset
from fupin_cli.measures.paid import BY_REF, once_only, with_last_paid
from fupin_cli.month.listed import older_policies
from fupin_cli.policy import months

if TYPE_CHECKING:
    from fupin_cli.month.month import Month
    from fupin_cli.policy.settings import Settings

CODE, TABLE = "accident_insurance", "accident_insurance"
YEAR = 12
CELLS = Deciding(needed=("start", "end"), if_filled=("premium_fen",))


def periods_begun(per: int) -> pl.Expr:
    """Periods of `per` months that a policy (`start`, `end`) has begun; a month that is begun counts."""
    start, after = pl.col("start"), pl.col("end").dt.offset_by("1d")
    whole = (months.index_expr(after) - months.index_expr(start)).cast(pl.Int64)
    begun = whole + (after.dt.day() > start.dt.day()).cast(pl.Int64)
    return (begun + per - 1) // per


def claims(ctx: Month) -> Claims:
    """One claim a policy that begins in the month: what was paid, at most premium × periods."""
    own = ctx.settings.accident_insurance
    everything = ctx.intake.tables[TABLE]
    rows = _with_covered(ctx, everything)
    # A policy of which it is not known when it begins belongs to the month in whose folder it lies.
    begins = (months.index_expr(pl.col("start")) == ctx.month).fill_null(ctx.folder == ctx.month)
    rows = rows.filter(begins).with_columns(ref="policy_no", _from="start", _until="end")
    rows, unclear = unknown(ctx, TABLE, rows, CELLS)
    per = YEAR if own.premium_period == "year" else 1
    premium = fen(own.premium)
    rows = rows.with_columns(rate_fen=pl.lit(premium, dtype=pl.Int64), _periods=periods_begun(per))
    limit = pl.when(pl.col("_periods") > 0).then(pl.col("rate_fen") * pl.col("_periods"))
    paid = pl.col("premium_fen")
    rows = rows.with_columns(
        due_fen=pl.when(limit.is_not_null()).then(pl.when(paid > limit).then(limit).otherwise(paid)),
        numerator_x100=pl.col("_periods") * 100,
        divisor_x100=pl.lit(100, dtype=pl.Int64),
        payee_key="insurer",
        payee_name="insurer",
        how=pl.lit("实际保费，不超过县定标准 × 期数"),
    )
    rows = with_last_paid(ctx, rows, CODE, BY_REF, begins=months.index_expr(pl.col("start")))
    # A policy of this number that was paid before this one begins was that of another year.
    rows = rows.with_columns(_last=pl.when(pl.col("_last") >= ctx.month).then("_last"))
    held = perhaps = pl.Series([], dtype=pl.String)
    if ctx.has("assignments"):
        sure = surely_on_post(ctx, ctx.lines)
        held, perhaps = ctx.lines.filter(sure)["id_number"].unique(), ctx.lines.filter(~sure)["id_number"].unique()
    known = pl.lit(ctx.has("assignments"))
    here, maybe = (pl.col("id_number").is_in(people.implode()) for people in (held, perhaps))
    aside = ctx.intake.set_aside.get("assignments")  # rows of which nobody knows whose they are
    maybe |= pl.col("name").is_in([] if aside is None else aside["name"].drop_nulls().implode()).fill_null(value=False)
    return Claims(
        rows,
        [
            *missing_settings(settings(ctx.settings)),
            *unclear,
            Fault("MEA011", known & ~here & ~maybe, "本月不在公益性岗位上"),
            Fault("MEA011", known & ~here & maybe, "花名册看不出本月是否在公益性岗位上，须核实", effect="hold"),
            Fault(
                "CAP010", (pl.col("_covered") >= pl.col("start")).fill_null(value=False), "同一天已有一份保险", "start"
            ),
            *once_only(),
            *in_term(ctx, rows, CODE),
        ],
        everything.height - rows.height,
    )


def _with_covered(ctx: Month, rows: pl.DataFrame) -> pl.DataFrame:
    """Add `_covered`: to which day a policy of the person that began before goes; only few people have several.

    Policies of which only earlier lists know count too; one of the same first day is the same policy. One of which first
    day or premium is not known stands last: it is held itself and must not refuse another.
    """
    rows = rows.with_row_index("_nth")
    begin = rows.filter(months.index_expr(pl.col("start")) == ctx.month)
    older = older_policies(ctx).join(rows, on=["id_number", "start"], how="anti") if begin.height else rows.clear()
    known = older.join(begin, on="id_number", how="semi").select(
        "id_number", "start", "premium_fen", "end", "policy_no"
    )
    several = pl.concat([rows, known], how="diagonal").filter(pl.col("id_number").is_duplicated())
    before = pl.col("end").cum_max().shift(1)
    order = ["start", "premium_fen", "end", "policy_no"]
    covered = several.select("_nth", _covered=before.over("id_number", order_by=order, nulls_last=True))
    return rows.join(covered, on="_nth", how="left", maintain_order="left").drop("_nth")


def settings(given: Settings) -> list[str]:
    """What must be set: the premium."""
    return unset("accident_insurance", given.accident_insurance, "premium")


MEASURE = Measure(
    CODE, TABLE, claims, settings, needs=("assignments",), in_check=False, county=("premium", "premium_period")
)

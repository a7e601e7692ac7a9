"""Payments of the history that cannot be counted: nothing may rest on them (SPEC 8.7; unknown is never "not paid")."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli import findings
from fupin_cli.checks.report import at_stake, place_expr, report
from fupin_cli.month.unread_numbers import PLACE, lost_payments, may_mean
from fupin_cli.month.used_months import POSTS, stayed

if TYPE_CHECKING:
    from fupin_cli.month.month import Month

HISTORY, ROSTER = "payment_history", "assignments"
DECIDING = ("month", "amount_fen", "measure")
CODES = ("IN004", "IN005", "IN006")
MEND = "先改正补贴发放台账里的{}，再重新计算"


def unread_payments(ctx: Month) -> pl.DataFrame:
    """Hold each line whose person has a row in the history with no readable month, amount or kind (IN004–006), no readable number (ID001) or known kind (IN007).

    The months used are not known then. Rows that came back, and rows of other subsidies, decide nothing here.
    """
    if not (ctx.has(HISTORY) and ctx.has(ROSTER)):
        return findings.empty()
    return findings.gather([_unread_cells(ctx), _lost_numbers(ctx), _unknown_kinds(ctx), _left_out(ctx)])


def _lost_numbers(ctx: Month) -> pl.DataFrame:
    """Hold whom rows with a lost number may mean."""
    rows = lost_payments(ctx).filter(_counts()).select("id_number", "name", "month", *PLACE)
    if not rows.height:
        return findings.empty()
    words = "补贴发放台账里有证号读不出、或是15位旧证号的行（{}），可能是此人，数不清已发的月数"
    return _where_they_decide(ctx, may_mean(ctx.months_used, rows), words, "ID001", MEND.format("证号"))


def _unknown_kinds(ctx: Month) -> pl.DataFrame:
    """Hold whose payments are of a kind that no list knows and that speaks of posts (岗补): they may be this subsidy's."""
    kind = pl.col("measure")
    common = ctx.contracts[HISTORY].common
    other = kind.str.contains("|".join(common.not_post_words)) & bool(common.not_post_words)
    like = ~kind.is_in(list(common.measures)) & kind.str.contains("岗") & ~other
    paid = stayed() & (pl.col("amount_fen") > 0).fill_null(value=True)
    rows = ctx.intake.tables[HISTORY].filter(like & paid).select("id_number", "month", *PLACE)
    if not rows.height:
        return findings.empty()
    words = "补贴发放台账里有看不出是不是岗位补贴的行（{}），数不清已发的月数"
    return _where_they_decide(ctx, rows, words, "IN007", MEND.format("补贴类型"))


def _left_out(ctx: Month) -> pl.DataFrame:
    """Hold whose payments stood in a history that an approval kept, and stand in none now: what was paid was paid."""
    rows = ctx.intake.replaced.get(HISTORY)
    if rows is None:
        return findings.empty()
    rows = rows.filter(_counts() & (pl.col("amount_fen") > 0).fill_null(value=True))
    # One of no kind then stands there now with its kind.
    rows = rows.join(ctx.intake.tables[HISTORY], on=["id_number", "month"], how="anti", maintain_order="left")
    words = "以前批准时的补贴发放台账里有、现在没有的行（{}），数不清已发的月数"
    hint = "把那些行放回补贴发放台账；实际没有发的，在发放状态里写明（失败、退回、已追回），再重新计算"
    return _where_they_decide(ctx, rows, words, "CAP001", hint) if rows.height else findings.empty()


def _where_they_decide(ctx: Month, rows: pl.DataFrame, words: str, code: str, hint: str) -> pl.DataFrame:
    """Hold people whose rows (id_number, month, `PLACE`) would be this month's payment, or reach the cap with what is counted."""
    perhaps = (
        rows.with_columns(_what=place_expr())
        .group_by("id_number", maintain_order=True)
        .agg(
            pl.col("_what").first(),
            _n=pl.col("month").n_unique().cast(pl.Int64),
            _now=(pl.col("month") == ctx.month).fill_null(value=True).any(),
        )
    )
    cap, used = ctx.policy.cap_months(ctx.month), pl.col("months_counted")
    decides = pl.col("_now") | (~pl.col("extended") & (used < cap) & (used + pl.col("_n") >= cap))
    found = report(
        ctx.months_used.join(perhaps, on="id_number", maintain_order="left").filter(decides),
        ROSTER,
        pl.format(words, "_what"),
        "id_number",
        code=code,
        effect="hold",
        severity="error",
        hint=hint,
        waivable=False,
        **at_stake(),
    )
    return findings.conform(found.collect())


def _counts() -> pl.Expr:
    """Rows of posts that were not sent back: those that are counted, or would be."""
    return pl.col("measure").fill_null(POSTS).eq(POSTS) & stayed()


def _unread_cells(ctx: Month) -> pl.DataFrame:
    """Hold whose own row has no readable month, amount or kind."""
    cells = ctx.intake.found.filter(
        (pl.col("table") == HISTORY) & pl.col("column").is_in(DECIDING) & pl.col("code").is_in(CODES)
    )
    if not cells.height:
        return findings.empty()
    rows = ctx.intake.tables[HISTORY].filter(_counts())
    headers = {name: ctx.contracts[HISTORY].columns[name].header for name in DECIDING}
    unread = (
        cells.select("_src", "_row", "code", "column")
        .join(rows.with_columns(_place=place_expr()), on=["_src", "_row"])
        .sort("_src", "_row", "column")
        .group_by("id_number", unread="code", maintain_order=True)
        .agg(_place=pl.col("_place").first(), _what=pl.col("column").first().replace_strict(headers), _n=pl.len())
    )
    lines = ctx.judged.join(unread, on="id_number", maintain_order="left")
    more = pl.when(pl.col("_n") > 1).then(pl.format("等{}处", "_n")).otherwise(pl.lit(""))
    message = pl.concat_str(
        pl.lit("补贴发放台账 "), "_place", pl.lit(" 的"), "_what", pl.lit("读不出"), more, pl.lit("，数不清已发的月数")
    )
    found = report(
        lines,
        ROSTER,
        message,
        "id_number",
        code=pl.col("unread"),
        effect="hold",
        severity="error",
        hint="先改正补贴发放台账里的这一处，再重新计算",
        waivable=False,
        **at_stake(),
    )
    return findings.conform(found.collect())

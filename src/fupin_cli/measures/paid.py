"""What was paid before, as a condition of several measures: once only, once a month, the same thing twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.measures.measure import Fault
from fupin_cli.policy import months
from fupin_cli.policy.letters import tight_expr

if TYPE_CHECKING:
    from collections.abc import Callable

    from fupin_cli.month.month import Month

HISTORY = "payment_history"
PAID_BEFORE = {"id_number": pl.String, "month": pl.Int32, "amount_fen": pl.Int64, "ref": pl.String}


def plain_ref(ref: pl.Expr) -> pl.Expr:
    """What a claim is for, so that it can be compared however it is written: no blanks, half-width, one dash for all."""
    return tight_expr(ref).str.replace_all(r"[—–―‐−~〜至]+|-+", "-").str.to_uppercase()


def paid_before(ctx: Month, measure: str) -> pl.DataFrame:
    """Payments of a measure besides posts in history and ledger, of whatever month: `PAID_BEFORE`.

    Of a month that is computed again its own payments are not among them (`jobs.history.add_ledger`).
    """
    paid = ctx.paid_besides.get(measure) if ctx.has(HISTORY) else None
    return pl.DataFrame(schema=PAID_BEFORE) if paid is None else paid


def with_last_paid(
    ctx: Month, rows: pl.DataFrame, measure: str, *more: str, key: Callable[[pl.Expr], pl.Expr] = plain_ref
) -> pl.DataFrame:
    """Add `_last`: the latest month in which the person was paid this measure (`more`: for the same `ref`); null if never.

    Adds `_key`, by which claims are told apart: the `ref` as `key` makes it comparable, or nothing where the person counts alone.
    """
    told = key(pl.col("ref")) if more else pl.lit("")
    rows, paid = rows.with_columns(_key=told), paid_before(ctx, measure).with_columns(_key=told)
    last = paid.group_by("id_number", "_key").agg(_last=pl.col("month").max())
    return rows.join(last, on=["id_number", "_key"], how="left", maintain_order="left")


def once_only(when: pl.Expr | None = None, order: tuple[str, ...] = ("due_fen", "ref")) -> list[Fault]:
    """CAP010: paid before (`_last`), or claimed twice in these files for one `_key` (the first of `order` counts)."""
    paid = pl.col("_last").is_not_null() if when is None else when
    again = pl.int_range(pl.len()).over("id_number", "_key", order_by=list(order)) > 0
    return [
        Fault("CAP010", paid, pl.format("一次性补贴，{} 已经发过", months.text_expr(pl.col("_last")))),
        Fault("CAP010", again, "同一个人同一项报了两次，只算一次", among_good=True),
    ]


def month_paid(ctx: Month, rows: pl.DataFrame, measure: str) -> tuple[pl.DataFrame, list[Fault]]:
    """CAP007: this month was paid already by the history, or is claimed twice here (the smaller counts). Adds `_paid`."""
    twice = pl.int_range(pl.len()).over("id_number", order_by=["due_fen", "ref"]) > 0
    again = Fault("CAP007", twice, "同一个人同一个月报了两次，只算金额小的一次", among_good=True)
    if not ctx.has(HISTORY):
        return rows, [again]
    paid = paid_before(ctx, measure).filter(pl.col("month") == ctx.month)
    who = paid.select(pl.col("id_number").unique()).with_columns(_paid=pl.lit(value=True))
    rows = rows.join(who, on="id_number", how="left", maintain_order="left").with_columns(
        pl.col("_paid").fill_null(value=False)
    )
    return rows, [Fault("CAP007", pl.col("_paid"), "台账显示本月已经发过"), again]

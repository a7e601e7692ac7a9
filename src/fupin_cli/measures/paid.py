"""What was paid before, as a condition of several measures: once only, once a month, the same thing twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.measures.measure import Fault
from fupin_cli.measures.perhaps_paid import HISTORY, perhaps_of, unclear_payments
from fupin_cli.plans import collected
from fupin_cli.policy import months
from fupin_cli.policy.letters import tight_expr
from fupin_cli.policy.said import VAGUE

if TYPE_CHECKING:
    from collections.abc import Callable

    from fupin_cli.month.month import Month

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


@dataclass(frozen=True)
class Key:
    """How claims of one person are told apart by their `ref`: made comparable (`of`), and what it looks like where it says it for sure."""

    of: Callable[[pl.Expr], pl.Expr] = plain_ref
    certain: str = "."

    def clear(self, key: pl.Expr) -> pl.Expr:
        """Whether it is known what a key says."""
        return (key.str.contains(self.certain) & ~key.is_in(VAGUE)).fill_null(value=False)


BY_REF = Key()


def with_last_paid(  # noqa: PLR0913 - what tells a claim from others
    ctx: Month,
    rows: pl.DataFrame,
    measure: str,
    key: Key | None = None,
    *,
    begins: pl.Expr | None = None,
    since: int | None = None,
) -> pl.DataFrame:
    """Add `_last`: the latest month in which the person was paid this measure (`key`: for the same `ref`); null if never.

    Adds `_key`, by which claims are told apart (empty where the person counts alone), and `_perhaps`: a payment of which it
    cannot be read what it was for may have been for this claim. `begins`: the month before which nobody is paid for the
    claim (null: not known); `since`: payments up to this month do not count any more.
    """
    told = key.of(pl.col("ref")) if key else pl.lit("")
    rows, paid = rows.with_columns(_key=told), paid_before(ctx, measure).with_columns(_key=told)
    last = paid.lazy().group_by("id_number", "_key").agg(_last=pl.col("month").max())
    known = rows.lazy().join(last, on=["id_number", "_key"], how="left", maintain_order="left")
    rows = collected(known, rows.height + paid.height)
    if not ctx.has(HISTORY):
        return rows.with_columns(_perhaps=pl.lit(value=False))
    vague = unclear_payments(ctx, measure, rows)
    if key:
        vague = pl.concat([vague, _of_unknown_ref(paid, key).select(vague.columns)])
    vague = vague.filter((pl.col("month") > (since or 0)).fill_null(value=True))
    if not vague.height:
        return rows.with_columns(_perhaps=pl.lit(value=False))
    hit = _meant(rows.with_columns(_begins=pl.lit(None) if begins is None else begins), vague, key)
    rows = rows.join(hit, on=["_src", "_row"], how="left", nulls_equal=True, maintain_order="left")
    return rows.with_columns(pl.col("_perhaps").fill_null(value=False))


def _of_unknown_ref(paid: pl.DataFrame, key: Key) -> pl.DataFrame:
    """Payments that do not say what they were for, but for those that stand there once more and say it (ledger and file)."""
    vague = ~key.clear(pl.col("_key"))
    same = ["id_number", "month", "amount_fen"]
    said = paid.lazy().filter(~vague).select(same)
    return collected(paid.lazy().filter(vague).join(said, on=same, how="anti"), paid.height)


def _meant(rows: pl.DataFrame, vague: pl.DataFrame, key: Key | None) -> pl.DataFrame:
    """Rows (`_src`, `_row`) for which one of the payments may have been: not before it began, and not for something else."""
    mine = rows.select("_src", "_row", "id_number", "_key", "_begins")
    pairs = mine.join(vague.select("id_number", "ref", _month="month"), on="id_number")
    fits = (pl.col("_month") >= pl.col("_begins")).fill_null(value=True)
    if key:
        other = key.of(pl.col("ref"))
        fits &= ~(key.clear(other) & key.clear(pl.col("_key")) & (other != pl.col("_key"))).fill_null(value=False)
    return pairs.filter(fits).select("_src", "_row", _perhaps=pl.lit(value=True)).unique()


def once_only(when: pl.Expr | None = None, order: tuple[str, ...] = ("due_fen", "ref")) -> list[Fault]:
    """CAP010: paid before (`_last`), perhaps paid before, or claimed twice in these files for one `_key` (the first of `order` counts)."""
    paid = pl.col("_last").is_not_null() if when is None else when
    again = pl.int_range(pl.len()).over("id_number", "_key", order_by=list(order)) > 0
    perhaps = "补贴发放台账里此人有一笔，看不出发的是不是这一项，须核实"
    return [
        Fault("CAP010", paid, pl.format("一次性补贴，{} 已经发过", months.text_expr(pl.col("_last")))),
        Fault("CAP010", ~paid & pl.col("_perhaps"), perhaps, effect="hold"),
        Fault("CAP010", again, "同一个人同一项报了两次，只算一次", among_good=True),
    ]


def month_paid(ctx: Month, rows: pl.DataFrame, measure: str) -> tuple[pl.DataFrame, list[Fault]]:
    """CAP007: this month was paid already by the history, perhaps was, or is claimed twice here (the smaller counts). Adds `_paid`."""
    twice = pl.int_range(pl.len()).over("id_number", order_by=["due_fen", "ref"]) > 0
    again = Fault("CAP007", twice, "同一个人同一个月报了两次，只算金额小的一次", among_good=True)
    if not ctx.has(HISTORY):
        return rows, [again]
    paid, perhaps_paid = paid_before(ctx, measure), perhaps_of(ctx, measure, rows).lazy()
    who = paid.lazy().filter(pl.col("month") == ctx.month).select(pl.col("id_number").unique())
    told = rows.lazy().join(
        who.with_columns(_paid=pl.lit(value=True)), on="id_number", how="left", maintain_order="left"
    )
    told = told.join(perhaps_paid, on="id_number", how="left", maintain_order="left")
    rows = collected(told.with_columns(pl.col("_paid", "_now").fill_null(value=False)), rows.height + paid.height)
    perhaps = "补贴发放台账里此人有一笔，看不出是不是这项补贴、本月的，须核实"
    return rows, [
        Fault("CAP007", pl.col("_paid"), "台账显示本月已经发过"),
        Fault("CAP007", ~pl.col("_paid") & pl.col("_now"), perhaps, effect="hold"),
        again,
    ]


def perhaps_used(ctx: Month, rows: pl.DataFrame, measure: str, used: pl.Expr, cap: int) -> tuple[pl.DataFrame, Fault]:
    """MEA008: with payments that cannot be counted the months `used` may have reached the cap (held)."""
    words = f"补贴发放台账里此人有看不出月份、金额或项目的行，已享受的月数可能已满{cap}个月，须核实"
    if not ctx.has(HISTORY):
        return rows, Fault("MEA008", pl.lit(value=False), words, "month", "hold")
    more = perhaps_of(ctx, measure, rows).lazy().select("id_number", _more="_months")
    rows = collected(rows.lazy().join(more, on="id_number", how="left", maintain_order="left"), rows.height)
    return rows, Fault(
        "MEA008", ((used < cap) & (used + pl.col("_more") >= cap)).fill_null(value=False), words, "month", "hold"
    )

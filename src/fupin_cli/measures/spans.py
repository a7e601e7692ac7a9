"""What of a claim is left to pay: days of a loan and months of rent that are not paid yet, under a cap over time (8.24).

What was paid before stands in the claim's `ref`, which history and ledger keep: 贷款贴息2022-03-01至2023-03-01本金80000.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.measures.paid import paid_before
from fupin_cli.measures.perhaps_paid import HISTORY, unclear_payments
from fupin_cli.policy import months
from fupin_cli.policy.letters import tight_expr
from fupin_cli.policy.rounding import fen_to_yuan_expr

if TYPE_CHECKING:
    from fupin_cli.month.month import Month

DATE = r"\d{4}-\d{2}-\d{2}"
SPAN = pl.Schema({"id_number": pl.String(), "_start": pl.Date(), "_end": pl.Date(), "_principal": pl.Int64()})


def ref_of(kind: str, until: pl.Expr, *, principal: bool) -> pl.Expr:
    """How a claim is known: kind, first day, the end to which it is due, and of a loan the principal."""
    parts = [
        pl.lit(kind),
        pl.col("start").cast(pl.String).fill_null(""),
        pl.lit("至"),
        until.cast(pl.String).fill_null(""),
    ]
    if principal:
        parts += [pl.lit("本金"), fen_to_yuan_expr(pl.col("principal_fen")).fill_null("")]
    return pl.concat_str(parts)


def paid_spans(ctx: Month, measure: str, rows: pl.DataFrame) -> pl.DataFrame:
    """What was paid of a measure: id_number, `_start`, `_end`, `_principal` (fen); null where it is not written down.

    Payments of which it cannot be read what they were (to the people of `rows`) say nothing of their days.
    """
    ref = tight_expr(pl.col("ref")).fill_null("")
    days = ref.str.extract_all(DATE).list.eval(pl.element().str.to_date("%Y-%m-%d", strict=False))
    yuan = ref.str.extract(r"本金(\d+)(?:\.\d{2})?", 1).cast(pl.Int64, strict=False) * 100
    cents = ref.str.extract(r"本金\d+\.(\d{2})", 1).cast(pl.Int64, strict=False).fill_null(0)
    known = (
        paid_before(ctx, measure)
        .select(
            "id_number",
            _start=days.list.get(0, null_on_oob=True),
            _end=days.list.get(1, null_on_oob=True),
            _principal=yuan + cents,
        )
        .cast(SPAN)
    )
    if not ctx.has(HISTORY):
        return known
    vague = unclear_payments(ctx, measure, rows).select("id_number")
    return pl.concat(
        [known, vague.select(pl.col(n) if n == "id_number" else pl.lit(None, t).alias(n) for n, t in SPAN.items())]
    )


def unclear_before(rows: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    """Add `_same` (a payment from the same first day on, to an end not written down) and `_unclear` (one of unknown days)."""
    vague = spans.filter(pl.col("_start").is_null() | pl.col("_end").is_null())
    same = vague.select("id_number", start="_start", _same=pl.lit(value=True)).drop_nulls().unique()
    rows = rows.join(same, on=["id_number", "start"], how="left", maintain_order="left")
    some = vague.select("id_number", _unclear=pl.lit(value=True)).unique()
    rows = rows.join(some, on="id_number", how="left", maintain_order="left")
    return rows.with_columns(
        pl.col("_same").fill_null(value=False),
        _unclear=pl.col("_unclear").fill_null(value=False) & ~pl.col("_same").fill_null(value=False),
    )


def left_of_loans(rows: pl.DataFrame, spans: pl.DataFrame, years: int, most: int) -> pl.DataFrame:
    """Days of loans that are left to pay, and the principal on each of them.

    `rows`: id_number, principal_fen, start, `_until` (the end, not counted), `_good` (nothing else stops it), in the order
    in which they take their place. Adds `_left`, `_paid`, `_over` (days left, paid already, over the years) and
    `_weight` (fen × days that bear interest); `_room`: fen × days if there were no other loan.
    """
    rows = rows.with_row_index("_n")
    span = (pl.col("_until") - pl.col("start")).dt.total_days()
    real = rows.filter((span > 0).fill_null(value=False) & pl.col("principal_fen").is_not_null())
    days = real.select(
        "_n", "id_number", "principal_fen", _day=pl.date_ranges("start", pl.col("_until").dt.offset_by("-1d"))
    ).explode("_day")
    known = spans.filter(pl.col("_start").is_not_null() & (pl.col("_end") > pl.col("_start")))
    paid = known.select(
        "id_number", "_principal", _day=pl.date_ranges("_start", pl.col("_end").dt.offset_by("-1d"))
    ).explode("_day")
    # The same loan: the same principal; a payment that does not say of which loan it was counts for every one.
    keys = ["id_number", "_day"]
    same = days.join(paid, on=keys).filter(
        pl.col("_principal").is_null() | (pl.col("_principal") == pl.col("principal_fen"))
    )
    days = days.join(
        same.select("_n", "_day").unique().with_columns(_before=pl.lit(value=True)), on=["_n", "_day"], how="left"
    )
    first = pl.col("_n") == pl.col("_n").min().over("id_number", "principal_fen", "_day")
    days = days.with_columns(_taken=pl.col("_before").fill_null(value=False) | ~first)
    days = days.join(_over_years(days, paid, years), on=keys, how="left")
    days = days.with_columns(_late=~pl.col("_taken") & pl.col("_late").fill_null(value=False))
    free = days.filter(~pl.col("_taken") & ~pl.col("_late"))
    others = paid.group_by(keys).agg(_others=pl.col("_principal").sum())
    free = free.join(others, on=keys, how="left").sort("_n", "_day")
    before = pl.col("principal_fen").cum_sum().over(keys) - pl.col("principal_fen") + pl.col("_others").fill_null(0)
    room = pl.max_horizontal(pl.lit(most, dtype=pl.Int64) - before, pl.lit(0, dtype=pl.Int64))
    free = free.with_columns(
        _bears=pl.min_horizontal("principal_fen", room),
        _alone=pl.min_horizontal("principal_fen", pl.lit(most, dtype=pl.Int64)),
    )
    sums = days.group_by("_n").agg(
        _paid=pl.col("_taken").sum().cast(pl.Int64), _over=pl.col("_late").sum().cast(pl.Int64)
    )
    big = pl.Int128
    left = free.group_by("_n").agg(
        _left=pl.len().cast(pl.Int64), _weight=pl.col("_bears").cast(big).sum(), _room=pl.col("_alone").cast(big).sum()
    )
    rows = rows.join(sums, on="_n", how="left", maintain_order="left").join(
        left, on="_n", how="left", maintain_order="left"
    )
    known_days = span.is_not_null() & pl.col("principal_fen").is_not_null()
    filled = [
        pl.when(known_days).then(pl.col(name).fill_null(0)).alias(name)
        for name in ("_paid", "_over", "_left", "_weight", "_room")
    ]
    return rows.with_columns(filled).drop("_n")


def _over_years(days: pl.DataFrame, paid: pl.DataFrame, years: int) -> pl.DataFrame:
    """Days of each person beyond the cap: id_number, `_day`, `_late`. Paid days come first, then the others by date."""
    keys = ["id_number", "_day"]
    used = paid.select(keys).unique().with_columns(_used=pl.lit(value=0))
    mine = days.filter(~pl.col("_taken")).select(keys).unique().join(used.select(keys), on=keys, how="anti")
    both = pl.concat([used, mine.with_columns(_used=pl.lit(value=1))]).sort("id_number", "_used", "_day")
    begin = pl.col("_day").min().over("id_number")
    most = (begin.dt.offset_by(f"{years}y") - begin).dt.total_days()
    nth = pl.int_range(pl.len()).over("id_number")
    return both.select(*keys, _late=nth >= most)


def months_begun(start: pl.Expr, until: pl.Expr) -> pl.Expr:
    """Months begun from `start` to `until`, both days counted."""
    after = until.dt.offset_by("1d")
    whole = months.index_expr(after) - months.index_expr(start)
    return (whole + (after.dt.day().cast(pl.Int32) > start.dt.day().cast(pl.Int32)).cast(pl.Int32)).cast(pl.Int64)


def left_of_rents(rows: pl.DataFrame, spans: pl.DataFrame, most: int) -> pl.DataFrame:
    """Months of rent that are left to pay.

    `rows`: id_number, start, `_until` (its last day that is due), in the order in which they take their place. Adds
    `_left`, `_paid`, `_over` (months).
    """
    rows = rows.with_row_index("_n").with_columns(_begun=months_begun(pl.col("start"), pl.col("_until")))
    first = months.index_expr(pl.col("start")).cast(pl.Int64)
    slots = (
        rows.filter((pl.col("_begun") > 0).fill_null(value=False))
        .select("_n", "id_number", _month=pl.int_ranges(first, first + pl.col("_begun")))
        .explode("_month")
    )
    known = spans.filter(pl.col("_start").is_not_null() & (pl.col("_end") >= pl.col("_start")))
    begin = months.index_expr(pl.col("_start")).cast(pl.Int64)
    used = (
        known.select("id_number", _month=pl.int_ranges(begin, begin + months_begun(pl.col("_start"), pl.col("_end"))))
        .explode("_month")
        .unique()
    )
    keys = ["id_number", "_month"]
    slots = slots.join(used.with_columns(_before=pl.lit(value=True)), on=keys, how="left")
    again = pl.col("_n") > pl.col("_n").min().over(keys)
    slots = slots.with_columns(_taken=pl.col("_before").fill_null(value=False) | again)
    mine = slots.filter(~pl.col("_taken")).select(keys).unique()
    both = pl.concat([used.with_columns(_u=pl.lit(0)), mine.with_columns(_u=pl.lit(1))]).sort(
        "id_number", "_u", "_month"
    )
    late = both.select(*keys, _late=pl.int_range(pl.len()).over("id_number") >= most)
    slots = slots.join(late, on=keys, how="left").with_columns(
        _late=~pl.col("_taken") & pl.col("_late").fill_null(value=False)
    )
    sums = slots.group_by("_n").agg(
        _paid=pl.col("_taken").sum().cast(pl.Int64),
        _over=pl.col("_late").sum().cast(pl.Int64),
        _left=(~pl.col("_taken") & ~pl.col("_late")).sum().cast(pl.Int64),
    )
    rows = rows.join(sums, on="_n", how="left", maintain_order="left")
    known_months = pl.col("_begun").is_not_null()
    filled = [pl.when(known_months).then(pl.col(name).fill_null(0)).alias(name) for name in ("_paid", "_over", "_left")]
    return rows.with_columns(filled).drop("_n")

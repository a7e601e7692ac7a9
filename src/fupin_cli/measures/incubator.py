"""孵化平台补助 (三(三)): the county's share of what a platform actually spent on running and public services."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.measures.conditions import fen, in_term, missing_settings, share_of
from fupin_cli.measures.measure import Claims, Fault, Measure, unset
from fupin_cli.measures.paid import BY_REF, once_only, paid_before
from fupin_cli.measures.startup import of_organisation

if TYPE_CHECKING:
    from fupin_cli.month.month import Month
    from fupin_cli.policy.settings import Settings

CODE, TABLE = "incubator", "startup_claims"
MONTHS = 12


def claims(ctx: Month) -> Claims:
    """One claim a platform and period; the cap is for a platform's calendar year, over all its claims."""
    own = ctx.settings.startup
    rows, left, unclear = of_organisation(ctx, "孵化平台", CODE, BY_REF)
    cap = fen(own.incubator_max)
    most = pl.lit(cap, dtype=pl.Int64)
    rows = rows.with_columns(
        _year=pl.col("start").dt.year().fill_null(ctx.month // MONTHS),
        _share=share_of(pl.col("spent_fen"), own.incubator_share),
    )
    rows = rows.join(_paid_in_year(ctx), on=["id_number", "_year"], how="left", maintain_order="left")
    counted = (
        pl.when(pl.col("_last").is_null()).then(pl.min_horizontal("_share", most)).fill_null(0)
    )  # a period paid before takes nothing more
    # Of a period that is handed in twice one row takes room from the others, and only one that can be paid.
    rows = rows.with_columns(_unpaid=(pl.col("_share") > 0).not_().fill_null(value=True) | pl.col("end").is_null())
    rows = rows.with_columns(
        _nth=pl.int_range(pl.len()).over("id_number", "_key", order_by=["_unpaid", "_share", "end"])
    )
    rows = rows.with_columns(_counts=pl.when(pl.col("_nth") == 0).then(counted).otherwise(0))
    earlier = pl.col("_counts").cum_sum().over("id_number", "_year", order_by=["start", "_share", "end"]) - pl.col(
        "_counts"
    )
    used = pl.col("_paid_fen").fill_null(0) + earlier
    rows = rows.with_columns(_room=pl.max_horizontal(most - used, pl.lit(0, dtype=pl.Int64)), _used=used)
    known = pl.col("_share").is_not_null() & pl.lit(cap is not None)
    rows = rows.with_columns(
        rate_fen="spent_fen",
        due_fen=pl.when(known).then(pl.min_horizontal("_share", "_room")),
        numerator_x100=pl.lit(100, dtype=pl.Int64),
        divisor_x100=pl.lit(100, dtype=pl.Int64),
        how=pl.lit(f"实际支出 × {own.incubator_share or '比例未设'}，一年合计不超过上限"),
    )
    cut = known & (pl.col("_share") > pl.col("_room")) & (pl.col("_used") > 0)
    words = pl.format(f"{{}} 年合计上限 {own.incubator_max} 元", "_year")
    return Claims(
        rows,
        [
            *missing_settings(settings(ctx.settings)),
            *unclear,
            Fault("MEA016", pl.col("spent_fen").is_null() | (pl.col("spent_fen") == 0), "没有填实际支出", "spent_fen"),
            Fault(
                "MEA008",
                cut & (pl.col("_room") == 0) & pl.col("_last").is_null(),
                pl.concat_str(words, pl.lit("，已经用完")),
                "spent_fen",
            ),
            Fault(
                "CAP010", cut & (pl.col("_room") > 0), pl.concat_str(words, pl.lit("，只算余额")), "spent_fen", "none"
            ),
            *once_only(order=("_nth",)),
            *in_term(ctx, rows, CODE),
        ],
        left,
    )


def _paid_in_year(ctx: Month) -> pl.DataFrame:
    """What a platform was paid for each calendar year: id_number, `_year`, `_paid_fen`; by the period, else the month of payment."""
    paid = paid_before(ctx, CODE)
    year = pl.col("ref").str.extract(r"(\d{4})-\d{2}-\d{2}", 1).cast(pl.Int32, strict=False)
    return paid.group_by("id_number", year.fill_null((pl.col("month") // MONTHS).cast(pl.Int32)).alias("_year")).agg(
        _paid_fen=pl.col("amount_fen").sum()
    )


def settings(given: Settings) -> list[str]:
    """What must be set: the share and the cap."""
    return unset("startup", given.startup, "incubator_share", "incubator_max")


MEASURE = Measure(
    CODE, TABLE, claims, settings, needs=(), section="startup", county=("incubator_share", "incubator_max")
)

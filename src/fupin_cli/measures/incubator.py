"""孵化平台补助 (三(三)): the county's share of what a platform actually spent on running and public services."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.measures.conditions import at_most, fen, in_term, missing_settings, once_only, share_of
from fupin_cli.measures.measure import COUNTY, Claims, Fault, Measure, unset
from fupin_cli.measures.startup import TABLE, of_kind

if TYPE_CHECKING:
    from fupin_cli.month.month import Month
    from fupin_cli.policy.settings import Settings

CODE = "incubator"


def claims(ctx: Month) -> Claims:
    """One claim a platform and period."""
    own = ctx.settings.startup
    rows, left = of_kind(ctx, CODE, "孵化平台")
    rows = rows.with_columns(
        rate_fen="spent_fen", due_fen=at_most(share_of(pl.col("spent_fen"), own.incubator_share), fen(own.incubator_max)),
        numerator_x100=pl.lit(100, dtype=pl.Int64), divisor_x100=pl.lit(100, dtype=pl.Int64),
        how=pl.lit(f"实际支出 × {own.incubator_share or '比例未设'}，不超过上限"),
    )  # fmt: skip
    return Claims(rows, [
        *missing_settings(settings(ctx.settings)),
        Fault("MEA016", pl.col("spent_fen").is_null() | (pl.col("spent_fen") == 0), "没有填实际支出", "spent_fen"),
        *once_only(), *in_term(ctx),
    ], left)  # fmt: skip


def settings(given: Settings) -> list[str]:
    """What must be set: the share and the cap."""
    return unset("startup", given.startup, "incubator_share", "incubator_max")


MEASURE = Measure(
    CODE, "孵化平台补助", "三(三)", "按其实际支出基本运营和公共服务等费用的一定比例给予补助", COUNTY, "孵化平台", TABLE, claims, settings,
    needs=(), section="startup",
)  # fmt: skip

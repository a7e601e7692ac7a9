"""就业创业基地/帮扶车间一次性奖补 (三(二)): once, by the number of people employed, to a recognised base."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.measures.conditions import fen, in_term, missing_settings, once_only, with_last_paid
from fupin_cli.measures.measure import EMPLOYMENT, Claims, Fault, Measure, unset
from fupin_cli.measures.startup import TABLE, of_kind

if TYPE_CHECKING:
    from fupin_cli.month.month import Month
    from fupin_cli.policy.settings import Settings

CODE, WORKSHOPS = "base_reward", "workshops"


def claims(ctx: Month) -> Claims:
    """One claim a base: the amount of the highest step that its number of people reaches."""
    rows, left = of_kind(ctx, CODE, "基地奖补")
    rows = with_last_paid(ctx, rows.drop("_last"), CODE)  # once, whatever the period
    amount = pl.lit(None, dtype=pl.Int64)
    steps = ctx.settings.base_reward.steps
    lowest = min(map(int, steps), default=0)
    for people, money in sorted(steps.items(), key=lambda step: int(step[0])):
        amount = (
            pl.when(pl.col("lifted_staff") >= int(people)).then(pl.lit(fen(money), dtype=pl.Int64)).otherwise(amount)
        )
    rows = rows.with_columns(
        rate_fen=amount, due_fen=amount, numerator_x100=pl.lit(100, dtype=pl.Int64), divisor_x100=pl.lit(100, dtype=pl.Int64),
        how=pl.format("吸纳 {} 人的档次", pl.col("lifted_staff").fill_null(0)),
    )  # fmt: skip
    recognised = [Fault("IN012", pl.lit(value=True), "没有报送就业帮扶车间台账，看不出是否认定", "credit_code", "hold")]
    if ctx.has(WORKSHOPS):
        known = ctx.intake.tables[WORKSHOPS].filter(
            (pl.col("recognised_on") <= ctx.last) & (pl.col("left_on").is_null() | (pl.col("left_on") >= ctx.first))
        )
        here = pl.col("credit_code").is_in(known["credit_code"].drop_nulls().to_list()).fill_null(value=False)
        recognised = [Fault("MEA003", ~here, "本月不是认定的就业帮扶载体", "credit_code")]
    few = (pl.col("lifted_staff").fill_null(0) < lowest) & pl.lit(bool(steps))
    return Claims(rows, [
        *missing_settings(settings(ctx.settings)),
        *recognised,
        Fault("MEA015", few, pl.format(f"吸纳 {{}} 人，没有到最低的档次 {lowest} 人", pl.col("lifted_staff").fill_null(0)), "lifted_staff"),
        *once_only(), *in_term(ctx),
    ], left)  # fmt: skip


def settings(given: Settings) -> list[str]:
    """What must be set: the steps."""
    return unset("base_reward", given.base_reward, "steps")


MEASURE = Measure(
    CODE, "就业创业基地/帮扶车间一次性奖补", "三(二)", "通过就业补助资金对认定的就业创业扶贫基地给予一次性奖补", EMPLOYMENT, "认定的基地、车间", TABLE, claims, settings,
    needs=(),
)  # fmt: skip

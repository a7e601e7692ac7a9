"""就业创业基地/帮扶车间一次性奖补 (三(二)): once, by the number of people employed, to a recognised base."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.measures.conditions import fen, in_term, missing_settings
from fupin_cli.measures.measure import Claims, Fault, Measure, unset
from fupin_cli.measures.paid import once_only
from fupin_cli.measures.startup import TABLE, of_organisation
from fupin_cli.measures.workshops import UNSURE, WORKSHOPS, with_recognised

if TYPE_CHECKING:
    from fupin_cli.month.month import Month
    from fupin_cli.policy.settings import Settings

CODE = "base_reward"


def claims(ctx: Month) -> Claims:
    """One claim a base: the amount of the highest step that its number of people reaches; once, whatever the period."""
    rows, left, unclear = of_organisation(ctx, "基地奖补", CODE)
    amount = pl.lit(None, dtype=pl.Int64)
    steps = ctx.settings.base_reward.steps
    lowest = min(map(int, steps), default=0)
    for people, money in sorted(steps.items(), key=lambda step: int(step[0])):
        amount = (
            pl.when(pl.col("lifted_staff") >= int(people)).then(pl.lit(fen(money), dtype=pl.Int64)).otherwise(amount)
        )
    rows = rows.with_columns(
        rate_fen=amount,
        due_fen=amount,
        numerator_x100=pl.lit(100, dtype=pl.Int64),
        divisor_x100=pl.lit(100, dtype=pl.Int64),
        how=pl.format("吸纳 {} 人的档次", pl.col("lifted_staff").cast(pl.String).fill_null("没有填几")),
    )
    rows, recognised = _recognised(ctx, rows)
    few = (pl.col("lifted_staff") < lowest).fill_null(value=False) & pl.lit(bool(steps))
    return Claims(
        rows,
        [
            *missing_settings(settings(ctx.settings)),
            *unclear,
            *recognised,
            Fault(
                "MEA015", few, pl.format(f"吸纳 {{}} 人，没有到最低的档次 {lowest} 人", "lifted_staff"), "lifted_staff"
            ),
            *once_only(order=("start", "due_fen", "ref")),
            *in_term(ctx, rows, CODE),
        ],
        left,
    )


def _recognised(ctx: Month, rows: pl.DataFrame) -> tuple[pl.DataFrame, list[Fault]]:
    """MEA003: recognised in the month. MEA016: more people than the list of workshops has. Without the list it is not known."""
    if not ctx.has(WORKSHOPS):
        unknown = "没有报送就业帮扶车间台账，看不出是否认定"
        return rows, [Fault("IN012", pl.lit(value=True), unknown, "credit_code", "hold")]
    listed = ctx.intake.tables[WORKSHOPS].group_by("credit_code").agg(_listed_staff=pl.col("lifted_staff").min())
    rows = rows.join(listed.drop_nulls(), on="credit_code", how="left", maintain_order="left")
    rows = with_recognised(ctx, rows, "applicant")
    known, coded = pl.col("_recognised").is_not_null(), pl.col("credit_code").is_not_null()
    more = (pl.col("lifted_staff") > pl.col("_listed_staff")).fill_null(value=False)
    words = pl.format("申请表写吸纳 {} 人，就业帮扶车间台账里是 {} 人", "lifted_staff", "_listed_staff")
    return rows, [
        Fault("MEA003", coded & known & ~pl.col("_recognised"), "本月不是认定的就业帮扶载体", "credit_code"),
        Fault("MEA003", coded & ~known, UNSURE, "credit_code", "hold"),
        Fault("MEA016", more, words, "lifted_staff", "hold"),
    ]


def settings(given: Settings) -> list[str]:
    """What must be set: the steps."""
    return unset("base_reward", given.base_reward, "steps")


MEASURE = Measure(CODE, TABLE, claims, settings, needs=(), county=("steps",))

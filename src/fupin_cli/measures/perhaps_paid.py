"""Payments of which it cannot be read what they were for: nobody can say of a claim that they were not for it.

A row of the history without a month, an amount or a number that can be read, of a kind that no list knows, or that does not
say which term, class or contract was paid. Unknown is never "not paid": where it decides, the claim is held.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.month.unread_numbers import lost_payments, may_mean
from fupin_cli.month.used_months import stayed
from fupin_cli.plans import collected

if TYPE_CHECKING:
    from fupin_cli.month.month import Month

HISTORY = "payment_history"
FOUND = pl.Schema({"id_number": pl.String(), "month": pl.Int32(), "ref": pl.String()})
# By what words a kind that no list knows may mean a subsidy: 外出务工交通补助, 雨露计划补助.
LIKE = {
    "accident_insurance": "意外",
    "labour_export_service": "输出",
    "transport": "交通",
    "on_the_job_training": "代训",
    "employer_social_insurance": "社保|社会保险",
    "employer_post": "(?:企业|车间|单位|合作社).*岗|岗.*(?:企业|车间|单位|合作社)",
    "flexible_social_insurance": "灵活|社保|社会保险",
    "training_living": "生活费|培训",
    "training_course": "培训",
    "rain_dew": "雨露",
    "startup_interest": "贴息|贷款",
    "startup_venue": "场地|租金|房租",
    "incubator": "孵化",
    "base_reward": "奖补|基地",
    "unemployment_aid": "失业",
}


def unclear_payments(ctx: Month, measure: str, people: pl.DataFrame) -> pl.DataFrame:
    """Rows of the history that may be payments of a measure to `people` (id_number, name), and cannot be counted: `FOUND`."""
    uncounted, lost = ctx.uncounted, lost_payments(ctx)
    gone = ctx.intake.replaced.get(HISTORY)  # an approval knew of it, and the history does not tell of it any more
    if not (uncounted.height or lost.height or gone is not None):  # as it nearly always is
        return FOUND.to_frame()
    kind = pl.col("measure")
    mine = (kind == measure).fill_null(value=True)
    if measure in LIKE:
        unlisted = ~kind.is_in(list(ctx.contracts[HISTORY].common.measures))
        mine |= unlisted & kind.str.contains(LIKE[measure])
    found = collected(uncounted.lazy().filter(mine).select(*FOUND), uncounted.height)
    if lost.height:
        theirs = lost.lazy().filter(mine & stayed()).select("id_number", "name", "month", ref="post_id")
        rows = collected(theirs, lost.height)
        found = pl.concat([found, may_mean(people, rows).select(*FOUND)])
    if gone is not None:
        of_it = gone.filter((kind == measure) & stayed()).select("id_number", "month", ref="post_id")
        found = pl.concat([found, of_it.cast(FOUND)])
    return found.cast(FOUND)


def perhaps_of(ctx: Month, measure: str, rows: pl.DataFrame) -> pl.DataFrame:
    """How many months unclear payments may stand for: id_number, `_months`, `_now` (one may be the run's month)."""
    found = unclear_payments(ctx, measure, rows)
    return found.group_by("id_number").agg(
        _months=pl.col("month").drop_nulls().n_unique().cast(pl.Int64) + pl.col("month").null_count().cast(pl.Int64),
        _now=(pl.col("month") == ctx.month).fill_null(value=True).any(),
    )

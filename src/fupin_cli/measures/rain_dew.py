"""雨露计划 (四(三)): the county's rate a term for students of vocational schools from households that are helped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.measures.conditions import (
    fen,
    in_term,
    not_eligible,
    of_folder,
    once_only,
    with_eligibility,
    with_last_paid,
)
from fupin_cli.measures.measure import BRIDGING, Claims, Fault, Measure, unset

if TYPE_CHECKING:
    from fupin_cli.month.month import Month
    from fupin_cli.policy.settings import Settings

CODE, TABLE = "rain_dew", "rain_dew"
LEVELS = ("中职", "中专", "高职", "大专", "技工", "技师", "职业高中")


def claims(ctx: Month) -> Claims:
    """One claim a student and term."""
    own = ctx.settings.rain_dew
    rows = with_eligibility(ctx, of_folder(ctx, TABLE), labour=False).with_columns(ref="term")
    rows = with_last_paid(ctx, rows, CODE, "ref")
    rate = pl.lit(fen(own.term), dtype=pl.Int64)
    for level, amount in own.levels.items():
        rate = pl.when(pl.col("level") == level).then(pl.lit(fen(amount), dtype=pl.Int64)).otherwise(rate)
    rows = rows.with_columns(
        rate_fen=rate, due_fen=rate, numerator_x100=pl.lit(100, dtype=pl.Int64), divisor_x100=pl.lit(100, dtype=pl.Int64),
        how=pl.format("{} {} 的标准", "level", "term"),
    )  # fmt: skip
    vocational = pl.any_horizontal(pl.col("level").str.contains(word, literal=True) for word in LEVELS)
    return Claims(rows, [
        Fault("MEA001", pl.col("rate_fen").is_null(), "没有设置 rain_dew.term，也没有设置这个学历层次的 rain_dew.levels", "level", "hold"),
        not_eligible(),
        Fault("MEA015", (~vocational).fill_null(value=False), pl.format("学历层次是 {}，不是中职、高职或技工院校", "level"), "level"),
        *once_only(),
        *in_term(ctx),
    ])  # fmt: skip


def settings(given: Settings) -> list[str]:
    """What must be set: a rate, or rates by level."""
    return [] if given.rain_dew.levels else unset("rain_dew", given.rain_dew, "term")


MEASURE = Measure(
    CODE, "雨露计划", "四(三)", "继续实施“雨露计划”", BRIDGING, "脱贫户、监测户的职业学校学生", TABLE, claims, settings,
)  # fmt: skip

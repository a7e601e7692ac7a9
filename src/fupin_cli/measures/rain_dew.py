"""雨露计划 (四(三)): the county's rate a term for students of vocational schools from households that are helped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.measures.cells import Deciding, unknown
from fupin_cli.measures.conditions import in_term, not_eligible, of_folder, rate_by, with_eligibility
from fupin_cli.measures.measure import Claims, Fault, Measure, unset
from fupin_cli.measures.paid import Key, once_only, plain_ref, with_last_paid

if TYPE_CHECKING:
    from fupin_cli.month.month import Month
    from fupin_cli.policy.settings import Settings

CODE, TABLE = "rain_dew", "rain_dew"
CELLS = Deciding(needed=("level", "term"))
SCHOOLS = ("中职", "高职高专", "技师学院")  # 在校生状况 of a vocational student
# The spring of a year is the second term of the school year that began the autumn before.
SEASON = r"^([0-9]{4})年?-?(?:(春|上半年)|(秋|下半年))季?(?:学期)?$"
HALF = r"^([0-9]{4})[-/]([0-9]{4}|[0-9]{2})(?:学?年度?)?-?\(?第?(?:([1上秋])|([2下春]))季?(?:学期)?\)?$"
DIGITS = dict(zip("〇零一二三四五六七八九", "00123456789", strict=True))
MONTHS, FEBRUARY, AUGUST = 12, 1, 7
LEVELS = (
    "中职",
    "中专",
    "中等职业",
    "职高",
    "职业高中",
    "高职",
    "高等职业",
    "大专",
    "专科",
    "技工",
    "技校",
    "技师",
)
OTHER_LEVELS = ("小学", "初中", "高中", "本科", "学士", "硕士", "博士", "研究生", "幼儿", "学前")


def claims(ctx: Month) -> Claims:
    """One claim a student and term."""
    own = ctx.settings.rain_dew
    rows = with_eligibility(ctx, of_folder(ctx, TABLE), labour=False).with_columns(ref="term")
    rows, unclear = unknown(ctx, TABLE, rows, CELLS)
    rows, elsewhere = _school(ctx, rows)
    rows = with_last_paid(ctx, rows, CODE, Key(term_key, r"^\d{4}-[12]$"), begins=_begins())
    rate = rate_by("level", own.levels, own.term)
    rows = rows.with_columns(
        rate_fen=rate,
        due_fen=rate,
        numerator_x100=pl.lit(100, dtype=pl.Int64),
        divisor_x100=pl.lit(100, dtype=pl.Int64),
        how=pl.format("{} {} 的标准", "level", "term"),
    )
    vocational, other = (
        pl.any_horizontal(pl.col("level").str.contains(word, literal=True) for word in words)
        for words in (LEVELS, OTHER_LEVELS)
    )
    neither = pl.format("学历层次写的是 {}，看不出是不是中职、高职或技工院校", "level")
    return Claims(
        rows,
        [
            Fault(
                "MEA001",
                pl.col("rate_fen").is_null(),
                "没有设置 rain_dew.term，也没有设置这个学历层次的 rain_dew.levels",
                "level",
                "hold",
            ),
            *unclear,
            *not_eligible(),
            Fault(
                "MEA015",
                (~vocational & other).fill_null(value=False),
                pl.format("学历层次是 {}，不是中职、高职或技工院校", "level"),
                "level",
            ),
            Fault("MEA015", (~vocational & ~other).fill_null(value=False), neither, "level", "hold"),
            *elsewhere,
            Fault(
                "MEA016",
                (~pl.col("term").str.normalize("NFKC").str.contains(r"[0-9]{4}|[〇零一二三四五六七八九]{4}")).fill_null(
                    value=False
                ),
                pl.format("学期写的是 {}，看不出是哪一年", "term"),
                "term",
                "hold",
            ),
            *once_only(),
            *in_term(ctx, rows, CODE),
        ],
    )


def term_key(term: pl.Expr) -> pl.Expr:
    """One key for a term however it is written: 2024春, 2024年春季学期, 2024年上半年, 2023-2024学年第二学期, 2023-2024-2.

    What says neither the season of a year nor the half of a school year is compared as it stands (`plain_ref`).
    """
    plain = plain_ref(term).str.replace_many(DIGITS)
    season, half = plain.str.extract_groups(SEASON), plain.str.extract_groups(HALF)
    first, second = half.struct[2].is_not_null(), half.struct[3].is_not_null()
    begun = half.struct[0].cast(pl.Int32)
    follows = (begun + 1).cast(pl.String).str.ends_with(half.struct[1])
    year = season.struct[0].cast(pl.Int32)
    return (
        pl.when(season.struct[1].is_not_null())
        .then(pl.format("{}-2", year - 1))
        .when(season.struct[2].is_not_null())
        .then(pl.format("{}-1", year))
        .when(first & follows)
        .then(pl.format("{}-1", begun))
        .when(second & follows)
        .then(pl.format("{}-2", begun))
        .otherwise(plain)
    )


def _begins() -> pl.Expr:
    """The month before which nobody is paid for a claim's term (August, February); of one that says a year only, January."""
    key = term_key(pl.col("ref"))
    year, half = key.str.extract(r"(\d{4})", 1).cast(pl.Int32), key.str.extract(r"^\d{4}-([12])$", 1)
    later = pl.when(half == "1").then(AUGUST).when(half == "2").then(MONTHS + FEBRUARY).otherwise(0)
    return year * MONTHS + later


def _school(ctx: Month, rows: pl.DataFrame) -> tuple[pl.DataFrame, list[Fault]]:
    """MEA015: the registry has the student in a school that is no vocational one: held. An empty cell says nothing."""
    if not ctx.has("registry"):
        return rows, []
    at = ctx.people.select("id_number", _school="school").drop_nulls()
    rows = rows.join(at, on="id_number", how="left", maintain_order="left")
    vocational = pl.any_horizontal(pl.col("_school").str.starts_with(word) for word in SCHOOLS)
    words = pl.format("监测系统里的在校生状况是 {}", "_school")
    return rows, [Fault("MEA015", (~vocational).fill_null(value=False), words, "level", "hold")]


def settings(given: Settings) -> list[str]:
    """What must be set: a rate, or rates by level."""
    return [] if given.rain_dew.levels else unset("rain_dew", given.rain_dew, "term")


MEASURE = Measure(CODE, TABLE, claims, settings, county=("term", "levels"))

"""What the export says of a person: age, school, whether the policy helps them, whether they can work (一)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.month.households import home_key
from fupin_cli.policy.idnumber import age_expr, birth_expr, sex_expr

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from fupin_cli.intake.contracts import ColumnSpec
    from fupin_cli.policy.schema import People

NO_LABOUR = ("丧失劳动力", "无劳动力")


def judged(frame: pl.DataFrame, helped: People, columns: Mapping[str, ColumnSpec], day: date) -> pl.DataFrame:
    """Add to rows of the registry what follows from them on a day (the month's last).

    `birth`, `sex_by_id`, `age` (by the ID number), `in_school`, `home`; `beneficiary`: by 户类型 and 监测对象类别 only (SPEC
    8.9), `can_work`: by 劳动技能. `class_unread`, `ability_unread`: what decides them is outside its list (IN007; the classes:
    or not filled), so that nobody can say. `labour` leaves that open: null.
    """
    kinds, watched = helped.monitored_types, pl.col("monitored_type").is_not_null()
    if kinds is not None:
        watched = pl.col("monitored_type").is_in(kinds)
    lifted = pl.col("household_type").is_in(helped.household_types).fill_null(value=False)
    home_known = pl.col("household_type").is_in([*columns["household_type"].values, *helped.household_types])
    kind_known = pl.col("monitored_type").is_in([*columns["monitored_type"].values, *(kinds or ())])
    ability_known = pl.col("labour_ability").is_in(list(columns["labour_ability"].values))
    unable = pl.col("labour_ability").is_in(NO_LABOUR)
    return (
        frame.with_columns(birth=birth_expr(pl.col("id_number")))
        .with_columns(
            sex_by_id=sex_expr(pl.col("id_number")),
            age=age_expr(pl.col("birth"), day),
            in_school=pl.col("school").is_not_null(),
            beneficiary=lifted | watched.fill_null(value=False),
            class_unread=~lifted & ~kind_known.fill_null(home_known).fill_null(value=False),
            ability_unread=~ability_known.fill_null(value=True),
            can_work=ability_known.fill_null(value=False) & ~unable.fill_null(value=True),
            home=home_key(frame),
        )
        .with_columns(
            # Null: nothing is recorded, so that nobody knows.
            labour=~unable
            & ~pl.col("in_school")
            & ~(pl.col("age") < int(helped.labour_age.years)).fill_null(value=False)
        )
    )


def contradicted(people: pl.DataFrame, repeated: pl.DataFrame) -> pl.DataFrame:
    """People, of whom some stand there several times (`repeated`: all these rows, `judged`): what the rows do not agree on is not known.

    Somebody in school by one of them is in school.
    """
    several = repeated.group_by("id_number").agg(
        _class=pl.col("beneficiary").n_unique() > 1,
        _ability=pl.col("can_work").n_unique() > 1,
        _school=pl.col("in_school").any(),
    )
    told = people.join(several, on="id_number", how="left", maintain_order="left")
    return told.with_columns(
        class_unread=pl.col("class_unread") | pl.col("_class").fill_null(value=False),
        ability_unread=pl.col("ability_unread") | pl.col("_ability").fill_null(value=False),
        in_school=pl.col("in_school") | pl.col("_school").fill_null(value=False),
    ).drop("_class", "_ability", "_school")

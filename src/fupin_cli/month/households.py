"""People and household heads as the registry has them."""

from __future__ import annotations

import polars as pl


def one_row_each(registry: pl.DataFrame) -> pl.DataFrame:
    """The registry with one row a person: the first of those that repeat (ID007 tells of them)."""
    first = registry["id_number"].is_first_distinct()
    return registry if first.all() else registry.filter(first)


def heads_of(people: pl.DataFrame) -> pl.DataFrame:
    """Household → its head: household_id, head_id, head_name (the first where there are several)."""
    heads = people.filter(pl.col("relation") == "户主").unique("household_id", keep="first", maintain_order=True)
    return heads.select("household_id", head_id="id_number", head_name="name")


def home_key(rows: pl.DataFrame) -> pl.Expr:
    """What a row's household is told by: its 户编号; a row without one is a household of its own."""
    known = pl.col("household_id")
    if not rows["household_id"].null_count():  # to say where a row stands costs more than all else that is asked of it
        return known
    return pl.coalesce(known, pl.format("第{}件第{}行", "_src", "_row"))


def first_rows(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Of each household the row to say something on once: its head's if it is among the rows, else the first."""
    follows = (pl.col("relation") != "户主").fill_null(value=True)
    ordered = rows.with_columns(_follows=follows).sort("_follows", maintain_order=True)
    return ordered.unique("home", keep="first", maintain_order=True).drop("_follows")


def with_home_facts(registry: pl.DataFrame, households: pl.DataFrame) -> pl.DataFrame:
    """Fill 户联系电话 and 人均纯收入 (fen) that the registry lacks from 户信息; `_home_income` marks incomes from there."""
    facts = ("household_phone", "income_per_head_fen")
    known = (
        households.filter(pl.col("household_id").is_not_null())
        .group_by("household_id")
        .agg(pl.col(fact).drop_nulls().first().alias(f"_home_{fact}") for fact in facts)
    )
    keys = registry.select("household_id", *facts)  # not the whole table: a join copies all that it is given
    joined = keys.join(known, on="household_id", how="left", maintain_order="left")
    lacking = pl.col("income_per_head_fen").is_null() & pl.col("_home_income_per_head_fen").is_not_null()
    told = joined.select(_home_income=lacking, **{fact: pl.coalesce(fact, f"_home_{fact}") for fact in facts})
    return registry.with_columns(told.get_columns())

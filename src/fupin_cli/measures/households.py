"""People and household heads as the registry has them."""

from __future__ import annotations

import polars as pl


def one_row_each(registry: pl.DataFrame) -> pl.DataFrame:
    """The registry with one row a person: the first of those that repeat (ID007 tells of them)."""
    return registry.unique("id_number", keep="first", maintain_order=True)


def heads_of(people: pl.DataFrame) -> pl.DataFrame:
    """Household → its head: household_id, head_id, head_name (the first where there are several)."""
    heads = people.filter(pl.col("relation") == "户主").unique("household_id", keep="first", maintain_order=True)
    return heads.select("household_id", head_id="id_number", head_name="name")

"""How a check speaks: rows of a table turned into findings, with the place and the money at stake."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import polars as pl

from fupin_cli.findings import SCHEMA
from fupin_cli.plans import collected

WHO = (("person", "id_number"), ("name", "name"), ("post_id", "post_id"))


def at_stake() -> dict[str, pl.Expr]:
    """Money of the month that the finding stops, and that it is one month."""
    return {"amount_fen": pl.col("due_fen"), "months": pl.lit(1, dtype=pl.Int64)}


def report(
    rows: pl.LazyFrame | pl.DataFrame,
    table: str,
    message: str | pl.Expr,
    column: str | pl.Expr | None = None,
    **fields: Any,
) -> pl.LazyFrame:
    """Turn rows of a table into findings. `fields`: effect, severity, hint, waivable, amount_fen, months, measure; values or expressions."""
    names = rows.columns if isinstance(rows, pl.DataFrame) else rows.collect_schema().names()
    found = {
        "table": table,
        "_src": pl.col("_src"),
        "_row": pl.col("_row"),
        "column": column,
        "message": message,
        **{target: pl.col(source) if source in names else None for target, source in WHO},
        **fields,
    }
    return rows.lazy().select_seq(  # what is told of few rows is no work for several threads
        value.cast(SCHEMA[name]).alias(name) if isinstance(value, pl.Expr) else _said(name, value)
        for name, value in found.items()
    )


@lru_cache(1024)
def _said(name: str, value: Any) -> pl.Expr:
    """What a field of all findings of a rule says; made once, since making it costs more than reading it."""
    return pl.lit(value, dtype=SCHEMA[name]).alias(name)


def place_expr() -> pl.Expr:
    """Where a row stands, as the clerk looks it up: file!sheet!row."""
    sheet = pl.when(pl.col("_sheet") != "").then(pl.concat_str(pl.col("_sheet"), pl.lit("!"))).otherwise(pl.lit(""))
    return pl.concat_str(
        pl.col("_file"), pl.lit("!"), sheet, pl.lit("第"), pl.col("_row").cast(pl.String), pl.lit("行")
    )


OTHERS_NAMED = 20


def with_others(rows: pl.LazyFrame, keys: list[str]) -> pl.LazyFrame:
    """Add `_others` to the rows of groups: where the group's other rows stand (the first 20, then how many).

    The rows are found first, and once: of most rules there are none, and there is nothing to put beside them.
    """
    found = collected(rows)
    if not found.height:
        return found.lazy().with_columns(_others=pl.lit(None, dtype=pl.String))
    rows = found.lazy().with_columns(_place=place_expr())
    groups = rows.group_by(keys).agg(_places=pl.col("_place").sort().head(OTHERS_NAMED + 1), _size=pl.len())
    rest = pl.col("_places").list.set_difference(pl.concat_list("_place")).list.sort().list.head(OTHERS_NAMED)
    more = (
        pl.when(pl.col("_size") > OTHERS_NAMED + 1)
        .then(pl.format(" 等{}处", pl.col("_size") - 1))
        .otherwise(pl.lit(""))
    )
    return (
        rows.join(groups, on=keys, how="left", nulls_equal=True)
        .with_columns(_others=pl.concat_str(rest.list.join("、"), more))
        .drop("_places", "_place", "_size")
    )

"""Findings that say the same of many rows of a file are said once (SPEC 9.7, 9.12): a wrong word, an unknown area code."""

from __future__ import annotations

import polars as pl

AT_MOST = 5  # so many rows are named each
BY_VALUE, BY_AREA = "IN007", "ID009"


def gathered(found: pl.DataFrame) -> pl.DataFrame:
    """Put findings of one file, column and value (or area code) into one on the first cell, if over 5 rows carry it.

    `found`: located findings, in the order in which they are read. What stops a payment stays on every row. The one that
    remains speaks of a word and not of a person: it names nobody.
    """
    same = (
        pl.when(pl.col("code") == BY_VALUE)
        .then("value")
        .when(pl.col("code") == BY_AREA)
        .then(pl.col("person").str.head(6))
    )
    keys = ["code", "file", "column", "_same"]
    marked = found.with_columns(_same=pl.when(pl.col("effect") == "none").then(same)).with_columns(
        _rows=pl.len().over(keys), _nth=pl.int_range(pl.len()).over(keys)
    )
    many = pl.col("_same").is_not_null() & (pl.col("_rows") > AT_MOST)
    return (
        marked.filter(~many | (pl.col("_nth") == 0))
        .with_columns(
            pl.when(many)
            .then(pl.format("{}（这个文件里共 {} 行，这是第一处）", "message", "_rows"))
            .otherwise("message")
            .alias("message"),
            *(pl.when(~many).then(pl.col(who)).alias(who) for who in ("person", "name", "post_id")),
        )
        .drop("_same", "_rows", "_nth")
    )

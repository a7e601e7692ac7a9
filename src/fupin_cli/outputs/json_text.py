"""A table's rows as JSON, written by Polars: the bytes that `json.dumps` gives of its rows, without a Python value for each cell."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator

BATCH = 20_000  # rows that are text in memory at once
ESCAPED = {sign: json.dumps(sign)[1:-1] for sign in [*map(chr, range(32)), '"', "\\"]}  # all that JSON escapes


def rows_json(table: pl.DataFrame) -> Iterator[bytes]:
    """`json.dumps(table.rows(), ensure_ascii=False)` in pieces: of whole numbers, texts, Booleans and lists of texts."""
    cells = [_value(pl.col(name), dtype) for name, dtype in table.schema.items()]
    row = pl.concat_str([pl.lit("["), pl.concat_str(cells, separator=", "), pl.lit("]")])
    yield b"["
    for number, part in enumerate(table.iter_slices(BATCH)):
        yield b", " if number else b""
        yield part.select(row.str.join(", ").cast(pl.Binary)).item()
    yield b"]"


def _value(cell: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """The JSON of each cell of a column."""
    if isinstance(dtype, pl.List):
        inner = cell.list.eval(_value(pl.element(), dtype.inner)).list.join(", ")  # type: ignore[arg-type]
        written = pl.concat_str([pl.lit("["), inner, pl.lit("]")])
    elif dtype == pl.String:
        written = pl.concat_str([pl.lit('"'), cell.str.replace_many(ESCAPED), pl.lit('"')])
    elif dtype.is_integer() or dtype in (pl.Boolean, pl.Null):
        written = cell.cast(pl.String)
    else:
        raise TypeError(dtype)
    return written.fill_null("null")

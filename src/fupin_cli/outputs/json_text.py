"""A table's rows as JSON, written by Polars: the text that `json.dumps` gives of its rows, without a Python value for each cell."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

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


def document_json(document: Mapping[str, Any]) -> Iterator[str]:
    """`json.dumps(document, ensure_ascii=False, indent=2)` in pieces; a table among its values is a list of its rows as objects."""
    yield "{"
    for number, (name, value) in enumerate(document.items()):
        yield f"{',' if number else ''}\n  {json.dumps(name, ensure_ascii=False)}: "
        if isinstance(value, pl.DataFrame):
            yield from _objects(value)
        else:
            yield json.dumps(value, ensure_ascii=False, indent=2).replace("\n", "\n  ")
    yield "\n}" if document else "}"


def _objects(table: pl.DataFrame) -> Iterator[str]:
    """The rows of a table, which is a value of the document itself."""
    names = [pl.lit(f"{json.dumps(name, ensure_ascii=False)}: ") for name in table.columns]
    cells = [_value(pl.col(name), dtype, "\n        ") for name, dtype in table.schema.items()]
    pairs = [pl.concat_str(pair) for pair in zip(names, cells, strict=True)]
    row = pl.concat_str(pl.lit("\n    {\n      "), pl.concat_str(pairs, separator=",\n      "), pl.lit("\n    }"))
    yield "["
    for number, part in enumerate(table.iter_slices(BATCH)):
        yield "," if number else ""
        yield part.select(row.str.join(",")).item()
    yield "\n  ]" if table.height else "]"


def _value(cell: pl.Expr, dtype: pl.DataType, line: str = "") -> pl.Expr:
    """The JSON of each cell of a column. `line`: what begins each item of a list, where these stand on lines of their own."""
    if isinstance(dtype, pl.List):
        inner = cell.list.eval(_value(pl.element(), dtype.inner)).list.join(f",{line or ' '}")  # type: ignore[arg-type]
        written = pl.concat_str([pl.lit(f"[{line}"), inner, pl.lit(f"{line[:-2]}]")])
        if line:
            written = pl.when(cell.list.len() == 0).then(pl.lit("[]")).otherwise(written)
    elif dtype == pl.String:
        written = pl.concat_str([pl.lit('"'), cell.str.replace_many(ESCAPED), pl.lit('"')])
    elif dtype.is_integer() or dtype in (pl.Boolean, pl.Null):
        written = cell.cast(pl.String)
    else:
        raise TypeError(dtype)
    return written.fill_null("null")

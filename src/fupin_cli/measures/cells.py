"""Cells that decide a condition or an amount: what is unknown is not fulfilled (SPEC 8.24).

Such a cell that is empty, unreadable or outside its list holds the claim with the code of the intake for it (IN004 to
IN007): the claim never pays, and no sum is made of the cells that are left.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.intake.converters import NO_DAY, open_words
from fupin_cli.intake.values import clean
from fupin_cli.measures.measure import Fault

if TYPE_CHECKING:
    from fupin_cli.intake.contracts import ColumnSpec
    from fupin_cli.month.month import Month

EMPTY = "IN004"
UNREADABLE = {
    "date": "IN005",
    "month": "IN005",
    "money": "IN006",
    "days": "IN006",
    "count": "IN006",
    "rate": "IN006",
    "yes_no": "IN007",
    "choice": "IN007",
}
WORDS = {
    EMPTY: "“{h}”没有填，看不出是否符合",
    "IN005": "“{h}”不是日期或月份：“{}”",
    "IN006": "“{h}”不是可用的数：“{}”",
    "IN007": "“{h}”不在可填的范围内：“{}”",
}


TEXTS = ("text", "place", "code", "credit_code", "name")
VAGUE = (
    "无",
    "暂无",
    "空",
    "不详",
    "不明",
    "未知",
    "待定",
    "不清楚",
    "不知道",
)  # written, and says no more than an empty cell


@dataclass(frozen=True)
class Deciding:
    """The cells of a table on which a measure rests.

    `needed` must be filled; `where_there` must be filled where the file has the column; `if_filled` may be empty, which
    says something of its own, but must be readable.
    """

    needed: tuple[str, ...] = ()
    where_there: tuple[str, ...] = ()
    if_filled: tuple[str, ...] = ()


def unknown(ctx: Month, table: str, rows: pl.DataFrame, cells: Deciding) -> tuple[pl.DataFrame, list[Fault]]:
    """Find cells that say nothing. Adds `_cell_<column>`: the code of what is wrong with it, null where it is known.

    A text that says so itself (`VAGUE`) becomes null.
    """
    spec = ctx.contracts[table]
    faults: list[Fault] = []
    names = (*cells.needed, *cells.where_there, *cells.if_filled)
    texts = [name for name in names if spec.columns[name].type in TEXTS]
    rows = rows.with_columns(pl.when(~pl.col(name).is_in(VAGUE)).then(name).alias(name) for name in texts)
    doubtful = rows.select(_doubtful(spec.columns[name]).any().alias(name) for name in set(names))
    for name in (name for name in names if doubtful[name][0]):
        column = spec.columns[name]
        state = _states(ctx, rows, column, optional=name in cells.if_filled, absent=name in cells.needed)
        found = state.drop_nulls().unique().sort().to_list()
        if not found:
            continue
        rows = rows.with_columns(state.alias(f"_cell_{name}"))
        faults += [
            Fault(
                code,
                (pl.col(f"_cell_{name}") == code).fill_null(value=False),
                WORDS[code].replace("{h}", column.header),
                name,
                "hold",
            )
            for code in found
        ]
    return rows, faults


def _listed(column: ColumnSpec, name: str) -> pl.Expr | None:
    """Whether a column's cells, which stand under a name, are of its closed list; None where it has none."""
    return pl.col(name).is_in(list(column.values)) if column.values and not column.open else None


def _doubtful(column: ColumnSpec) -> pl.Expr:
    """Whether there is anything to be asked of a cell: it is empty, or outside its list."""
    empty, listed = pl.col(column.name).is_null(), _listed(column, column.name)
    return empty if listed is None else empty | ~listed


def _states(ctx: Month, rows: pl.DataFrame, column: ColumnSpec, *, optional: bool, absent: bool) -> pl.Series:
    """What is wrong with a column's cells: a code or null for each row. `absent`: a file without the column is at fault."""
    text, there = _text(ctx, rows, column.name)
    frame = pl.DataFrame([rows[column.name].alias("value"), text.alias("text"), there.alias("there")])
    listed = _listed(column, "value")
    said = open_words(column) if column.type in ("date", "month") else []
    nothing = VAGUE if column.type in TEXTS else [word for word in said if word in NO_DAY]
    filled = pl.col("text").is_not_null() & ~pl.col("text").is_in(nothing)
    ends = pl.col("text").is_in([word for word in said if word not in NO_DAY])
    faulty = pl.lit(EMPTY) if absent else pl.when("there").then(pl.lit(EMPTY))
    empty = pl.lit(None, dtype=pl.String) if optional else faulty
    bad = UNREADABLE.get(column.type, EMPTY)
    return frame.select(
        pl.when(pl.col("value").is_null() & filled & ~ends)
        .then(pl.lit(bad))
        .when(pl.col("value").is_null() & ~filled)
        .then(empty)
        .when(pl.lit(value=False) if listed is None else ~listed)
        .then(pl.lit("IN007"))
    ).to_series()


def _text(ctx: Month, rows: pl.DataFrame, name: str) -> tuple[pl.Series, pl.Series]:
    """The cells of a column as they are written, cleaned; and whether the row's file has the column."""
    sources = {source.index: source for source in ctx.intake.sources}
    parts = [pl.DataFrame(schema={"_n": pl.UInt32, "text": pl.String})]
    numbered = rows.select("_src", "_row").with_row_index("_n")
    for (index,), part in numbered.group_by("_src"):
        source = sources.get(index)
        if source is None or name not in source.positions:
            continue
        cells = source.raw.cells.to_series(source.positions[name]).gather(part["_row"] - 1)
        parts.append(pl.DataFrame({"_n": part["_n"], "text": clean(cells.to_frame()).to_series()}))
    found = numbered.select("_n").join(pl.concat(parts).with_columns(there=pl.lit(value=True)), on="_n", how="left")
    found = found.sort("_n")
    return found["text"], found["there"].fill_null(value=False)

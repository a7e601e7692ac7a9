"""Cells that decide a condition or an amount: what is unknown is not fulfilled (SPEC 8.24).

Such a cell that is empty, unreadable or outside its list holds the claim with the code of the intake for it (IN004 to
IN007): the claim never pays, and no sum is made of the cells that are left.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.intake.converters import NO_DAY, open_words
from fupin_cli.intake.doubtful import HINTS
from fupin_cli.intake.values import clean
from fupin_cli.measures.measure import Fault
from fupin_cli.plans import collected
from fupin_cli.policy.said import VAGUE

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


TEXT = ":text"
CREDIT_CODE = r"^[0-9A-Z]{18}$"  # whose check character is the registry's business; 否, 0 and 待办 are no organisation
TEXTS = ("text", "place", "code", "credit_code", "name")


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
    asked = [name for name in names if doubtful[name][0]]
    if not asked:
        return rows, faults
    states = _states(ctx, rows, {name: spec.columns[name] for name in asked}, cells)
    for name in asked:
        found = states[name].drop_nulls().unique().sort().to_list()
        if not found:
            continue
        header = spec.columns[name].header
        rows = _in_doubt(ctx, table, name, rows.with_columns(states[name].alias(f"_cell_{name}")))
        faults += [
            Fault(
                code,
                (pl.col(f"_cell_{name}") == code).fill_null(value=False),
                pl.coalesce(
                    pl.format("“{}”：{}", pl.lit(header), f"_said_{name}"), pl.lit(WORDS[code].replace("{h}", header))
                ),
                name,
                "hold",
            )
            for code in found
        ]
    return rows, faults


def _in_doubt(ctx: Month, table: str, name: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Add `_said_<column>`: what the intake has told of a cell that reads well and is in doubt, and what to do; else null."""
    told = pl.col("table").eq(table) & pl.col("column").eq(name) & pl.col("hint").is_in(HINTS)
    spots = ctx.intake.found.filter(told)
    if spots.is_empty():
        return rows.with_columns(pl.lit(None, dtype=pl.String).alias(f"_said_{name}"))
    said = spots.select("_src", "_row", pl.concat_str("message", pl.lit("；"), "hint").alias(f"_said_{name}"))
    return rows.join(said.unique(["_src", "_row"]), on=["_src", "_row"], how="left", maintain_order="left")


def _listed(column: ColumnSpec, name: str) -> pl.Expr | None:
    """Whether a column's cells, which stand under a name, are of its closed list or its shape; None where it has none."""
    if column.type == "credit_code":
        return pl.col(name).str.contains(CREDIT_CODE)
    return pl.col(name).is_in(list(column.values)) if column.values and not column.open else None


def _doubtful(column: ColumnSpec) -> pl.Expr:
    """Whether there is anything to be asked of a cell: it is empty, or outside its list."""
    empty, listed = pl.col(column.name).is_null(), _listed(column, column.name)
    return empty if listed is None else empty | ~listed


def _states(ctx: Month, rows: pl.DataFrame, columns: dict[str, ColumnSpec], cells: Deciding) -> pl.DataFrame:
    """What is wrong with the cells of columns: a code or null for each row."""
    texts = _texts(ctx, rows, list(columns))
    having = {name: [s.index for s in ctx.intake.sources if name in s.positions] for name in columns}
    states = []
    for name, column in columns.items():
        value, text = pl.col(name), pl.col(name + TEXT)
        listed = _listed(column, name)
        said = open_words(column) if column.type in ("date", "month") else []
        nothing = VAGUE if column.type in TEXTS else [word for word in said if word in NO_DAY]
        filled = text.is_not_null() & ~text.is_in(nothing)
        ends = text.is_in([word for word in said if word not in NO_DAY])
        # Of a column that must be there a file without it is at fault.
        there = pl.lit(value=True) if name in cells.needed else pl.col("_src").is_in(having[name])
        empty = pl.lit(None, dtype=pl.String) if name in cells.if_filled else pl.when(there).then(pl.lit(EMPTY))
        states.append(
            pl.when(value.is_null() & filled & ~ends)
            .then(pl.lit(UNREADABLE.get(column.type, EMPTY)))
            .when(value.is_null() & ~filled)
            .then(empty)
            .when(pl.lit(value=False) if listed is None else ~listed)
            .then(pl.lit("IN007"))
            .alias(name)
        )
    return rows.select("_src", *columns).hstack(texts).select(states)


def _texts(ctx: Month, rows: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    """The cells of columns (`<name>:text`) as they are written, cleaned; null where the row's file has no such column."""
    sources = {source.index: source for source in ctx.intake.sources}
    places = rows.select("_src", "_row").with_row_index("_n")
    parts = [pl.DataFrame(schema={name + TEXT: pl.String for name in names} | {"_n": pl.UInt32})]
    for (index,), part in places.group_by("_src"):
        source = sources.get(index)
        if source is None:
            continue
        written = [
            source.raw.column(source.positions[name], part["_row"] - 1).alias(name + TEXT)
            for name in names
            if name in source.positions
        ]
        parts.append(pl.DataFrame([*written, part["_n"]]))
    found = pl.concat(parts, how="diagonal")
    cleaned = clean(found.drop("_n")).with_columns(found["_n"]).lazy()
    told = places.lazy().select("_n").join(cleaned, on="_n", how="left", maintain_order="left").drop("_n")
    return collected(told, places.height)

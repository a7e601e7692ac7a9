"""A recognised sheet → its rows, typed; what is wrong with each cell; which rows cannot be kept (SPEC 8.3)."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from os import cpu_count
from typing import TYPE_CHECKING, TypeVar

import polars as pl

from fupin_cli import findings
from fupin_cli.intake.cell_findings import (
    KEY,
    bad_cells,
    contract_cells,
    footer_totals,
    formulas,
    lost_cells,
    unkeyed,
)
from fupin_cli.intake.contracts import normalise_header
from fupin_cli.intake.values import (
    Converted,
    clean,
    convert,
    dtype_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from fupin_cli.intake.contracts import ColumnSpec, TableSpec
    from fupin_cli.intake.raw import Source

KEY_LENGTHS = (15, 18, 20, 22)
CARD_LENGTHS = (20, 22)  # a disability card: the ID number is its first 18 characters
EXACT_DIGITS = 15  # Excel keeps no more
MANY_ROWS = 2000
T = TypeVar("T")
R = TypeVar("R")


@dataclass
class Rows:
    """What a sheet comes to. `accepted` and `set_aside`: typed columns, `_card`, `_…_lost`, and the origin."""

    accepted: pl.DataFrame
    set_aside: pl.DataFrame
    found: pl.DataFrame


def spread(work: Callable[[T], R], items: list[T], rows: int) -> list[R]:
    """Work on each column: side by side where there are rows enough that it pays."""
    if rows < MANY_ROWS:
        return [work(item) for item in items]
    with ThreadPoolExecutor(cpu_count() or 1) as pool:
        return list(pool.map(work, items))


def read_rows(source: Source) -> Rows:
    """Type a sheet's rows and count them into the source: read = accepted + set aside."""
    spec = source.spec
    text, numeric = _cleaned(source)
    text, footers = _data_rows(text, source)
    columns = [spec.columns[name] for name in source.positions]
    converted = dict(
        zip(
            source.positions, spread(lambda c: convert(text[c.name], c, spec.common), columns, text.height), strict=True
        )
    )
    lost = {
        column.name: _lost(text, numeric, column)
        for column in columns
        if column.type in ("id", "account") and column.name in numeric.columns
    }
    frame = _typed(text, spec, converted, lost, source)
    fault = _reason(frame, lost.get(KEY), spec)
    reason = fault if spec.has_person_key else fault.clear(frame.height)  # where it is no key, the row stays
    found = [
        bad_cells(frame, converted, spec),
        contract_cells(frame, text, source, converted),
        formulas(source, frame),
        footer_totals(frame, footers, converted, source),
        unkeyed(frame, fault, spec),
        lost_cells(frame, lost, spec),
    ]
    kept = reason.is_null()
    source.rows_read, source.rows_accepted = frame.height, int(kept.sum())
    source.rows_set_aside = source.rows_read - source.rows_accepted
    return Rows(
        accepted=frame.filter(kept),
        set_aside=frame.with_columns(reason).filter(~kept),
        found=findings.gather(part for part in found if part.height).with_columns(
            table=pl.lit(spec.table), _src=pl.lit(source.index, dtype=pl.UInt32)
        ),
    )


def _cleaned(source: Source) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Cells below the header, cleaned, by column name, with `_row`; and which ID and account cells hold numbers."""
    body = source.raw.cells.slice(source.header_row)
    names = list(source.positions)
    frame = pl.DataFrame(
        spread(lambda name: clean(body.to_series(source.positions[name])).alias(name), names, body.height)
    )
    frame = frame.with_columns(
        _row=pl.int_range(source.header_row + 1, source.header_row + 1 + body.height, dtype=pl.UInt32)
    )
    wanted = {name: source.positions[name] for name in names if source.spec.columns[name].type in ("id", "account")}
    if source.raw.numeric is None or not wanted:
        return frame, pl.DataFrame({"_row": frame["_row"]})
    typed = source.raw.numeric(sorted(wanted.values())).slice(source.header_row, body.height)
    return frame, typed.select(pl.col(str(p)).alias(name) for name, p in wanted.items()).with_columns(frame["_row"])


def _data_rows(text: pl.DataFrame, source: Source) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Leave out blank rows, the form's footer, and headers repeated at page breaks; give the footer lines too."""
    names = list(source.positions)
    text = text.filter(pl.any_horizontal(pl.col(names).is_not_null()))
    spec = source.spec
    if spec.has_person_key:
        doubtful = pl.col(KEY).str.contains(r"[0-9]{6}").not_().fill_null(value=True)
    else:
        doubtful = pl.any_horizontal(pl.col([c.name for c in spec.bold if c.name in names]).is_null())
    rows = text.filter(doubtful)
    if not rows.height:
        return text, rows
    cells = source.raw.cells[(rows["_row"] - 1).cast(pl.Int64).to_list()]
    first = cells.select(
        pl.coalesce(pl.when(pl.all().str.strip_chars() != "").then(pl.all()))
        .str.replace_all(r"[\s\u3000]", "")
        .alias("f")
    ).to_series()
    words = "|".join(re.escape(word) for word in spec.common.footers)
    totals = "|".join(re.escape(word) for word in spec.common.totals)
    is_footer = first.str.contains(rf"^(?:{words})(?:[:：(（]|$)|^(?:{totals})共?[0-9]").fill_null(value=False)
    headers = {name: normalise_header(source.headers[p]) for name, p in source.positions.items()}
    same = rows.select(
        pl.sum_horizontal(
            (pl.col(n).str.replace_all(r"\s", "") == h).fill_null(value=False) for n, h in headers.items()
        )
        * 2
        >= min(len(headers), 4)
    ).to_series()
    dropped = rows.filter(is_footer | same)
    footers = rows.filter(is_footer).with_columns(first.filter(is_footer).alias("_first"))
    return text.join(dropped.select("_row"), on="_row", how="anti", maintain_order="left"), footers


def _lost(text: pl.DataFrame, numeric: pl.DataFrame, column: ColumnSpec) -> pl.Series:
    """Cells whose digits Excel has lost: any number in an ID column, a number of over 15 digits in an account column."""
    flags = text.select("_row").join(
        numeric.select("_row", f=column.name), on="_row", how="left", maintain_order="left"
    )["f"]
    if column.type == "id":
        return flags.fill_null(value=False)
    return flags.fill_null(value=False) & (text[column.name].str.len_chars() > EXACT_DIGITS).fill_null(value=False)


def _typed(
    text: pl.DataFrame, spec: TableSpec, converted: dict[str, Converted], lost: dict[str, pl.Series], source: Source
) -> pl.DataFrame:
    nulls = pl.Series([None], dtype=pl.Null)
    columns = []
    for column in spec.columns.values():
        if column.name in converted:
            series = converted[column.name].series.alias(column.name)
            columns.append(
                series.set(lost[column.name], None) if column.name in lost and lost[column.name].any() else series
            )
        elif column.type == "benefit":
            columns.append(pl.Series(column.name, [None], pl.Boolean).new_from_index(0, text.height))
        else:
            columns.append(nulls.cast(dtype_of(column)).alias(column.name).new_from_index(0, text.height))
    for column in spec.columns.values():
        if column.span:
            marks = converted[column.name].month_only if column.name in converted else None
            no = pl.Series([False]).new_from_index(0, text.height)
            columns.append((no if marks is None else marks).alias(f"_{column.name}_month"))
    frame = pl.DataFrame(columns)
    if KEY in spec.columns:
        card = pl.col(KEY).str.len_chars().is_in(CARD_LENGTHS)
        frame = frame.with_columns(
            pl.when(card).then(pl.col(KEY)).alias("_card"),
            pl.when(card).then(pl.col(KEY).str.head(18)).otherwise(pl.col(KEY)).alias(KEY),
        )
    return frame.with_columns(
        pl.lit(source.index, dtype=pl.UInt32).alias("_src"),
        pl.lit(source.file).alias("_file"),
        pl.lit(source.sheet).alias("_sheet"),
        text["_row"],
    )


def _reason(frame: pl.DataFrame, lost: pl.Series | None, spec: TableSpec) -> pl.Series:
    """Why a row's ID number cannot be a key: `number`, `empty`, `length`; null where it can.

    In tables that need no ID number only a wrong length is a fault (a number is told with the lost cells).
    """
    if KEY not in frame.columns:
        return pl.Series("_reason", [None], pl.String).new_from_index(0, frame.height)
    length = pl.coalesce("_card", KEY).str.len_chars()
    needed = pl.lit(spec.has_person_key)
    return frame.select(
        pl.when(needed & (lost if lost is not None else pl.lit(value=False)))
        .then(pl.lit("number"))
        .when(needed & pl.col(KEY).is_null())
        .then(pl.lit("empty"))
        .when(~length.is_in(KEY_LENGTHS))
        .then(pl.lit("length"))
        .alias("_reason")
    ).to_series()

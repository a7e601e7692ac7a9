"""Recognised sheets of one table → their rows, typed; what is wrong with each cell; which rows cannot be kept (SPEC 8.3).

Thirty townships send thirty sheets of one table: their cells are stacked as they stand, each with its sheet and row, and
cleaned, typed and validated in one pass. What becomes of a cell depends on that cell alone, never on its neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli import findings
from fupin_cli.intake.cell_findings import (
    KEY,
    SHIFTED,
    bad_cells,
    contract_cells,
    footer_totals,
    formulas,
    lost_cells,
    unkeyed,
)
from fupin_cli.intake.doubtful import merged_amounts, other_units, together
from fupin_cli.intake.form_lines import data_rows
from fupin_cli.intake.looks import looks
from fupin_cli.intake.shifted import shifted
from fupin_cli.intake.short_months import short_months
from fupin_cli.intake.values import Converted, clean, convert, dtype_of
from fupin_cli.intake.words import few_words, says_one

if TYPE_CHECKING:
    from fupin_cli.intake.contracts import ColumnSpec, TableSpec
    from fupin_cli.intake.raw import Source

KEY_LENGTHS = (15, 18, 20, 22)
SCIENTIFIC = r"^[0-9](?:\.[0-9]+)?E\+[0-9]+$"  # what a .csv of Excel says of a number of eighteen digits
CARD_LENGTHS = (20, 22)  # a disability card: the ID number is its first 18 characters
EXACT_DIGITS = 15  # Excel keeps no more


@dataclass
class Rows:
    """What sheets of one table come to, in their order. `accepted` and `set_aside`: typed columns, `_card`, `_…_lost`, origin.

    `counts`: of each sheet (by its source's index), rows read and rows accepted.
    """

    accepted: pl.DataFrame = field(repr=False)
    set_aside: pl.DataFrame = field(repr=False)
    found: pl.DataFrame = field(repr=False)
    counts: dict[int, tuple[int, int]] = field(default_factory=dict)
    _begins: dict[str, dict[int, int]] = field(default_factory=dict, repr=False)

    def begins(self, column: str) -> dict[int, int]:
        """The earliest month of each sheet by its month column; 0 where a row names none. None of sheets without rows."""
        if column not in self._begins:
            rows = pl.concat(
                [part.select("_src", pl.col(column).fill_null(0)) for part in (self.accepted, self.set_aside)]
            )
            self._begins[column] = dict(rows.group_by("_src").agg(pl.col(column).min()).iter_rows())
        return self._begins[column]

    def of(self, indexes: set[int]) -> Rows:
        """The rows of some of the sheets."""
        if indexes >= self.counts.keys():
            return self
        mine = pl.col("_src").is_in(sorted(indexes))
        counts = {i: self.counts[i] for i in indexes & self.counts.keys()}
        return Rows(self.accepted.filter(mine), self.set_aside.filter(mine), self.found.filter(mine), counts)


def read_rows(sources: list[Source]) -> Rows:
    """Type the rows of sheets of one table: of each, read = accepted + set aside."""
    spec = sources[0].spec
    raw = _stacked(sources)
    names = [name for name in spec.columns if name in raw.columns]
    cells = raw[names]
    columns = [spec.columns[name] for name in names]
    words = few_words(cells)
    seen = looks(cells, columns, words)
    text = clean(cells, seen.dirty, words).hstack([raw["_src"], raw["_row"]]).with_row_index("_n")
    text, footers = data_rows(text, names, sources)
    seen = seen.cleaned(text, columns)
    converted = convert(text, columns, spec.common, words.without(seen.dirty), seen.wide)
    numeric = _numbers(sources, {c.name for c in columns if c.type in ("id", "account")} | seen.short)
    doubtful = short_months(text, numeric, seen.short, sources) if seen.short else {}
    doubtful |= together(other_units(text, sources), merged_amounts(text, sources))
    converted |= {name: converted[name].failing(doubt.cells) for name, doubt in doubtful.items()}
    lost = {
        column.name: _lost(text, numeric, column)
        for column in columns
        if column.type in ("id", "account") and (column.name in numeric.columns or _has_exponent(text[column.name]))
    }
    frame = _typed(text, spec, converted, lost, sources)
    fault = _reason(frame, lost.get(KEY), spec)
    unread = [c.bad for c in converted.values()]
    if spec.has_person_key and (moved := shifted(sources, text, [*unread, fault.is_not_null()])) is not None:
        frame, fault = frame.with_columns(pl.when(~moved).then(KEY).alias(KEY)), fault.set(moved, SHIFTED)
    reason = fault if spec.has_person_key else fault.clear(frame.height)  # where it is no key, the row stays
    found = [
        bad_cells(frame, converted, spec, doubtful),
        contract_cells(frame, text, sources, converted),
        formulas(frame, raw, text["_n"], seen.formulas),
        footer_totals(frame, footers, converted, sources),
        unkeyed(frame, fault, spec),
        lost_cells(frame, lost, spec),
    ]
    kept = reason.is_null()
    every = kept.all()
    return Rows(
        accepted=frame if every else frame.filter(kept),
        set_aside=frame.clear().with_columns(reason.clear()) if every else frame.with_columns(reason).filter(~kept),
        found=findings.gather(found).with_columns(table=pl.lit(spec.table)),
        counts=_counts(text["_src"], kept, sources),
    )


def _counts(src: pl.Series, kept: pl.Series, sources: list[Source]) -> dict[int, tuple[int, int]]:
    """Of each sheet, by its source's index, rows read and rows accepted."""
    if len(sources) == 1:
        return {sources[0].index: (len(kept), int(kept.sum()))}
    counts = pl.DataFrame([src, kept.alias("_kept")]).group_by("_src").agg(pl.len(), pl.col("_kept").sum())
    none = dict.fromkeys((source.index for source in sources), (0, 0))
    return none | {index: (read, good) for index, read, good in counts.iter_rows()}


def _stacked(sources: list[Source]) -> pl.DataFrame:
    """Cells below the headers as they stand, by column name, one sheet after the other, with `_src` and `_row`."""
    parts = []
    for source in sources:
        first, height = source.header_row + 1, max(source.raw.height - source.header_row, 0)
        parts.append(
            pl.DataFrame(
                [
                    *(
                        source.raw.column(position).slice(source.header_row).alias(name)
                        for name, position in source.positions.items()
                    ),
                    pl.Series("_src", [source.index], pl.UInt32).new_from_index(0, height),
                    pl.int_range(first, first + height, dtype=pl.UInt32, eager=True).alias("_row"),
                ]
            )
        )
    return parts[0] if len(parts) == 1 else pl.concat(parts, how="diagonal").rechunk()


def _numbers(sources: list[Source], names: set[str]) -> pl.DataFrame:
    """Which cells of these columns hold numbers, by sheet and row; nothing of sheets that hold none that lost a digit."""
    parts = [pl.DataFrame(schema={"_src": pl.UInt32, "_row": pl.UInt32})]
    for source in sources:
        wanted = {n: p for n, p in source.positions.items() if n in names}
        if source.raw.numeric is None or not wanted:
            continue
        height = source.raw.height - source.header_row
        typed = source.raw.numeric(sorted(wanted.values())).slice(source.header_row, height)
        parts.append(
            typed.select(
                *(pl.col(str(p)).alias(name) for name, p in wanted.items()),
                _src=pl.lit(source.index, dtype=pl.UInt32),
                _row=pl.int_range(source.header_row + 1, source.header_row + 1 + pl.len(), dtype=pl.UInt32),
            )
        )
    return pl.concat(parts, how="diagonal")


def _lost(text: pl.DataFrame, numeric: pl.DataFrame, column: ColumnSpec) -> pl.Series:
    """Cells whose digits Excel has lost: any number in an ID column, a number of over 15 digits in an account column.

    In a text such a number reads 6.21468E+18.
    """
    written = text[column.name].str.contains(SCIENTIFIC).fill_null(value=False)
    if column.name not in numeric.columns:
        return written
    flags = text.select("_src", "_row").join(
        numeric.select("_src", "_row", f=column.name), on=["_src", "_row"], how="left", maintain_order="left"
    )["f"]
    if column.type == "account":
        flags &= (text[column.name].str.len_chars() > EXACT_DIGITS).fill_null(value=False)
    return flags.fill_null(value=False) | written


def _has_exponent(cells: pl.Series) -> bool:
    """Whether any cell may be a number with an exponent; quickly, for hardly any sheet has one."""
    return bool(cells.str.contains("E+", literal=True).any())


def _typed(
    text: pl.DataFrame,
    spec: TableSpec,
    converted: dict[str, Converted],
    lost: dict[str, pl.Series],
    sources: list[Source],
) -> pl.DataFrame:
    columns: list[pl.Series] = []
    same: dict[str, pl.Expr] = {}  # kept as one value, however many rows
    for column in spec.columns.values():
        value = None
        if column.name in converted:
            series = converted[column.name].series.alias(column.name)
            if column.type == "benefit":  # an empty cell says no; a column that is not there says nothing
                without = [s.index for s in sources if column.name not in s.positions]
                series = series.set(text["_src"].is_in(without), None) if without else series
            series = _without(series, lost.get(column.name))
            if not says_one(series):
                columns.append(series)
                continue
            value = next(iter(series.head(1)), None)
        same[column.name] = pl.lit(value, dtype=dtype_of(column))
    for column in spec.columns.values():
        if column.span:
            marks = converted[column.name].month_only if column.name in converted else None
            if marks is None:
                same[f"_{column.name}_month"] = pl.lit(value=False)
            else:
                columns.append(marks.alias(f"_{column.name}_month"))
    columns += [text["_src"], text["_row"]]
    frame = pl.DataFrame(columns).with_columns(**same, **_places(sources))
    order = [*spec.columns, *(f"_{column.name}_month" for column in spec.columns.values() if column.span)]
    if KEY in spec.columns:
        order.append("_card")
        card = frame.select(pl.col(KEY).str.len_chars().is_in(CARD_LENGTHS)).to_series()
        if card.any():
            key = pl.col(KEY)
            frame = frame.with_columns(
                pl.when(card).then(key).alias("_card"), pl.when(card).then(key.str.head(18)).otherwise(key).alias(KEY)
            )
        else:
            frame = frame.with_columns(_card=pl.lit(None, dtype=pl.String))
    return frame[[*order, "_src", "_file", "_sheet", "_row"]]


def _without(series: pl.Series, lost: pl.Series | None) -> pl.Series:
    """A column without the cells that are lost."""
    return series if lost is None or not lost.any() else series.set(lost, None)


def _places(sources: list[Source]) -> dict[str, pl.Expr]:
    """A row's source, file and sheet by its source; of one source they are one value, however many rows."""
    if len(sources) == 1:
        one = sources[0]
        return {"_src": pl.lit(one.index, pl.UInt32), "_file": pl.lit(one.file), "_sheet": pl.lit(one.sheet)}
    here = {source.index: source for source in sources}
    by_index = [here.get(n) for n in range(max(here) + 1)]
    files = pl.Series([s and s.file for s in by_index], dtype=pl.String)
    sheets = pl.Series([s and s.sheet for s in by_index], dtype=pl.String)
    return {"_file": pl.lit(files).gather("_src"), "_sheet": pl.lit(sheets).gather("_src")}


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

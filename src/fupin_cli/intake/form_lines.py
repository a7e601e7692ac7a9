"""Lines of a form that are no rows of its table: blank ones, footers, subtotals, headers repeated at page breaks (SPEC 8.3)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.intake.cell_findings import KEY
from fupin_cli.intake.contracts import normalise_header

if TYPE_CHECKING:
    from fupin_cli.intake.raw import Source

# 西河村小计, 本页合计3人; somebody's name is no longer than three signs. 村委会（盖章）：
SUBTOTAL = r"^.{2,}(?:小计|合计|总计|共计)(?:[:：]?|[:：]?共?[0-9]+[人名户笔]?)$"
SEAL = r"[(（]?(?:盖章|公章|签字|签章)[)）]?[:：]?$"
# 下村花名册 over a second table below the first: no name ends so, and few names are longer than four signs.
TITLE = r"^.{5,}$|(?:表|册|单|村|乡|镇|街道|社区|组|屯)$"
ROW, HEADER, LINE = 0, 1, 2  # what a row may be, if it is none of the table's


def data_rows(text: pl.DataFrame, names: list[str], sources: list[Source]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Leave out blank rows, the forms' footers, and headers repeated at page breaks; give the footer lines too.

    Blank is, in a table of people, a row of which nothing but its place was filled in beforehand.
    """
    spec = sources[0].spec
    places = [name for name in names if spec.has_person_key and spec.columns[name].type == "place"]
    telling = [name for name in names if name not in places]
    if all(text[name].null_count() for name in telling):  # else no row is blank
        filled = text.select(pl.any_horizontal(pl.col(telling).is_not_null())).to_series()
        text = text if filled.all() else text.filter(filled)
    if spec.has_person_key:
        doubtful = pl.col(KEY).str.contains(r"[0-9]{6}").not_().fill_null(value=True)
    else:
        empty = []
        for name in (c.name for c in spec.bold if c.name in names):
            without = [source.index for source in sources if name not in source.positions]
            empty.append(pl.col(name).is_null() & ~pl.col("_src").is_in(without) if without else pl.col(name).is_null())
        doubtful = pl.any_horizontal(empty) if empty else pl.lit(value=False)
    asked = text.select(doubtful.alias("_doubtful")).to_series()
    if not asked.any():
        return text, text.clear()
    rows = text.filter(asked)
    first, alone = _first_cells(rows, sources)
    words = "|".join(re.escape(word) for word in spec.common.footers)
    totals = "|".join(re.escape(word) for word in spec.common.totals)
    forms = rf"^(?:{words})(?:[:：(（]|$)|^(?:{totals})共?[0-9]|{SUBTOTAL}|{SEAL}"
    is_footer = first.str.contains(forms).fill_null(value=False)
    same = _repeats_header(rows, names, sources)
    heads = _heads(text, rows, same, is_footer | (alone & first.str.contains(TITLE)).fill_null(value=False))
    dropped = rows.filter(is_footer | same | heads)
    footers = rows.filter(is_footer).with_columns(first.filter(is_footer).alias("_first"))
    if not dropped.height:
        return text, footers
    return text.join(dropped.select("_n"), on="_n", how="anti", maintain_order="left"), footers


def _heads(text: pl.DataFrame, rows: pl.DataFrame, header: pl.Series, line: pl.Series) -> pl.Series:
    """Rows that stand right above a repeated header and are a title or a line of the form, one or several: a second table's."""
    if not header.any():
        return header
    kind = pl.when(header).then(HEADER).when(line).then(LINE).otherwise(ROW)
    told = text.select("_n", "_src").join(rows.select("_n", _kind=kind), on="_n", how="left", maintain_order="left")
    told = told.with_columns(pl.col("_kind").fill_null(ROW))
    below = pl.when(pl.col("_kind") != LINE).then("_kind").backward_fill().over("_src")
    return rows["_n"].is_in(told.filter((pl.col("_kind") == LINE) & (below == HEADER))["_n"].implode())


def _first_cells(rows: pl.DataFrame, sources: list[Source]) -> tuple[pl.Series, pl.Series]:
    """The first cell of each row that holds anything, of all the sheet's columns, without blanks; whether no other does."""
    here = {source.index: source for source in sources}
    parts = []
    for (index,), part in rows.select("_src", "_row").group_by("_src", maintain_order=True):
        cells = here[index].raw.rows(part["_row"] - 1)
        parts.append(pl.DataFrame([cells.to_series(n).alias(str(n)) for n in range(cells.width)]))
    cells = pl.concat(parts, how="diagonal").select(pl.when(pl.all().str.strip_chars() != "").then(pl.all()))
    first = cells.select(pl.coalesce(pl.all()).str.replace_all(r"[\s\u3000]", "").alias("f")).to_series()
    return first, cells.select(pl.sum_horizontal(pl.all().is_not_null()) == 1).to_series()


def _repeats_header(rows: pl.DataFrame, names: list[str], sources: list[Source]) -> pl.Series:
    """Rows that say what the header of their sheet says: half of it, or four of its cells."""
    headers = pl.DataFrame(
        [
            [
                s.index,
                len(s.positions),
                *(normalise_header(s.headers[s.positions[n]]) if n in s.positions else None for n in names),
            ]
            for s in sources
        ],
        schema={"_src": pl.UInt32, "_width": pl.Int64, **{f"_h_{n}": pl.String for n in names}},
        orient="row",
    )
    alike = (
        (pl.col(n).str.replace_all(r"\s", "") == pl.col(f"_h_{n}")).fill_null(value=False).cast(pl.Int64) for n in names
    )
    told = rows.join(headers, on="_src", how="left", maintain_order="left")
    return told.select(pl.sum_horizontal(alike) * 2 >= pl.min_horizontal("_width", 4)).to_series()

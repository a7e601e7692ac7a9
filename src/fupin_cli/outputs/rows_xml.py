"""The XML of a sheet's rows, written by Polars: every cell is inline text or a number, nothing from a file can be a formula.

Row by row openpyxl needs a minute for 200,000 rows of 20 columns; this needs seconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from fupin_cli.intake.raw import column_letter
from fupin_cli.outputs.sheet import PART, lines_of, stacked
from fupin_cli.policy.rounding import fen_to_yuan_expr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fupin_cli.outputs.sheet import SheetPlan

SPACING = 1.4  # height of a line by the size of its font
CELL_LIMIT = 32_767  # characters that Excel holds in one cell
MAX_HEIGHT = 405  # points that Excel gives a row
# What `escaped` changes, besides length: most columns hold nothing of it, and one look costs less than six passes.
UNSAFE = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x{fffe}\x{ffff}&<>]|_x"
NUMBER = r"^-?(?:0|[1-9]\d{0,14})(?:\.\d+)?$"  # a text that is a number, written as Excel would


class Part(NamedTuple):
    """Rows of a sheet, or some of them, and which of their cells are coloured (column → Boolean series)."""

    rows: pl.DataFrame
    marked: dict[str, pl.Series]


def rows_xml(plan: SheetPlan, parts: Sequence[Part], row: int, plain: list[str], marked: list[str]) -> list[str]:
    """The XML of parts that look like this plan, in one pass: a text for each, its rows numbered from `row` on.

    `plain`, `marked`: the number of each column's style, of a cell as it is and of one that is coloured.
    """
    flagged = [name for name in plan.marked if name in plan.headers]
    rows = stacked([part.rows.select(list(plan.headers)) for part in parts])
    flags = {f"__{name}": pl.concat([part.marked[name] for part in parts]) for name in flagged}
    number = (row + pl.int_range(pl.len()).over(PART)).cast(pl.String)
    frame = rows.with_columns(__row=number, **flags)
    cells = []
    unsafe = _unsafe(rows.drop(PART))
    for position, name in enumerate(plan.headers):
        style: pl.Expr = pl.lit(plain[position])
        if name in flagged:
            style = pl.when(pl.col(f"__{name}")).then(pl.lit(marked[position])).otherwise(style)
        start_tag = pl.concat_str(pl.lit(f'<c r="{column_letter(position)}'), "__row", pl.lit('" s="'), style)
        whole, escape = rows.schema[name].is_integer(), name in unsafe
        cells.append(_cell(start_tag, name, whole=whole, escape=escape, numbers=name in plan.figures))
    line = pl.concat_str(pl.lit('<row r="'), "__row", pl.lit('"'), _height(plan), pl.lit(">"), *cells, pl.lit("</row>"))
    texts = dict(frame.group_by(PART).agg(line.str.join("")).iter_rows())
    return [texts.get(number, "") for number in range(len(parts))]


def _height(plan: SheetPlan) -> pl.Expr:
    """Row height for wrapped text: readers differ in whether they work it out themselves."""
    if plan.row_height:
        return pl.lit(f' ht="{plan.row_height}" customHeight="1"')
    if not plan.higher:
        return pl.lit("")
    points = pl.min_horizontal((lines_of(plan) * plan.size * SPACING).ceil().cast(pl.Int64), pl.lit(MAX_HEIGHT))
    return pl.concat_str(pl.lit(' ht="'), points.cast(pl.String), pl.lit('" customHeight="1"'))


def _unsafe(rows: pl.DataFrame) -> set[str]:
    """Columns of text with a cell that cannot be written as it stands (`escaped`): all are asked at once."""
    texts = {name: pl.col(name).cast(pl.String).str for name, dtype in rows.schema.items() if not dtype.is_integer()}
    if not texts:
        return set()
    asked = (
        (text.contains(UNSAFE) | (text.len_bytes() > CELL_LIMIT)).any().alias(name) for name, text in texts.items()
    )
    return {name for name, told in rows.select(asked).row(0, named=True).items() if told}


def _cell(start_tag: pl.Expr, name: str, *, whole: bool, escape: bool, numbers: bool) -> pl.Expr:
    column = pl.col(name)
    empty = pl.concat_str(start_tag, pl.lit('"/>'))
    if whole:
        number = column.cast(pl.String)
        if name.endswith(("_fen", "_x100")):
            number = fen_to_yuan_expr(column)
        written = pl.concat_str(start_tag, pl.lit('"><v>'), number, pl.lit("</v></c>"))
    else:
        text = escaped(column.cast(pl.String)) if escape else column.cast(pl.String)
        written = pl.concat_str(
            start_tag, pl.lit('" t="inlineStr"><is><t xml:space="preserve">'), text, pl.lit("</t></is></c>")
        )
        if numbers:
            number = pl.concat_str(start_tag, pl.lit('"><v>'), text, pl.lit("</v></c>"))
            written = pl.when(column.cast(pl.String).str.contains(NUMBER)).then(number).otherwise(written)
    return pl.when(column.is_null()).then(empty).otherwise(written)


def escaped(text: pl.Expr) -> pl.Expr:
    """Text for XML: signs escaped, control characters dropped, and `_x000D_` kept as the letters it is."""
    return (
        text.str.head(CELL_LIMIT)
        .str.replace_all(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x{fffe}\x{ffff}]", "")
        .str.replace_all(r"_(x[0-9A-Fa-f]{4}_)", "_x005F_$1")
        .str.replace_all("&", "&amp;", literal=True)
        .str.replace_all("<", "&lt;", literal=True)
        .str.replace_all(">", "&gt;", literal=True)
    )

"""The XML of a sheet's rows, written by Polars: every cell is inline text or a number, nothing from a file can be a formula.

Row by row openpyxl needs a minute for 200,000 rows of 20 columns; this needs seconds.
"""

from __future__ import annotations

from itertools import accumulate, groupby
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from fupin_cli.intake.raw import column_letter
from fupin_cli.outputs.sheet import PART, lines_of, stacked
from fupin_cli.policy.rounding import fen_to_yuan_expr

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fupin_cli.outputs.sheet import SheetPlan

SPACING = 1.4  # height of a line by the size of its font
CELL_LIMIT = 32_767  # characters that Excel holds in one cell
MAX_HEIGHT = 405  # points that Excel gives a row
# What `escaped` changes, besides length: most columns hold nothing of it, and one look costs less than six passes.
UNSAFE = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x{fffe}\x{ffff}&<>]|_x"
SPACED = r"^\s|\s$"  # a reader may take the blanks at a text's ends away, unless it is told to keep them
ROW = pl.col("__row")  # the number of each row, as text
EMPTY = '"/>'
NUMBER = r"^-?(?:0|[1-9]\d{0,14})(?:\.\d+)?$"  # a text that is a number, written as Excel would

Piece = str | pl.Expr  # of a line: the same in every row, or asked of each


class Part(NamedTuple):
    """Rows of a sheet, or some of them, and which of their cells are coloured (column → Boolean series)."""

    rows: pl.DataFrame
    marked: dict[str, pl.Series]


def rows_xml(plan: SheetPlan, parts: Sequence[Part], row: int, plain: list[str], marked: list[str]) -> list[bytes]:
    """The XML of parts that look like this plan, in one pass: bytes for each, its rows numbered from `row` on.

    `plain`, `marked`: the number of each column's style, of a cell as it is and of one that is coloured.
    """
    flagged = [name for name in plan.marked if name in plan.headers]
    rows = stacked([part.rows.select(list(plan.headers)) for part in parts])
    flags = {f"__{name}": pl.concat([part.marked[name] for part in parts]) for name in flagged}
    number = (row + pl.int_range(pl.len()).over(PART)).cast(pl.String)
    frame = rows.with_columns(__row=number, **flags)
    texts = rows.drop(PART)
    unsafe, spaced = _having(texts, UNSAFE, SPACED)
    lacking = {name for name in plan.headers if texts[name].null_count()}
    pieces: list[Piece] = ['<row r="', ROW, '"', _height(plan), ">"]
    for position, name in enumerate(plan.headers):
        style: Piece = plain[position]
        if name in flagged:
            style = pl.when(pl.col(f"__{name}")).then(pl.lit(marked[position])).otherwise(pl.lit(style))
        pieces += [f'<c r="{column_letter(position)}', ROW, '" s="', style]
        if rows.schema[name].is_integer():
            written = _value(_number(name))
        else:
            text = pl.col(name).cast(pl.String)
            written = _text(escaped(text) if name in unsafe else text, keeps_blanks=name in spaced)
            if name in plan.figures:
                figure = text.str.contains(NUMBER)
                written = [pl.when(figure).then(_joined(_value(text))).otherwise(_joined(written))]
        if name in lacking:
            written = [pl.when(pl.col(name).is_null()).then(pl.lit(EMPTY)).otherwise(_joined(written))]
        pieces += written
    lines = frame.select(_joined([*pieces, "</row>"])).to_series()
    return [_together(lines.slice(start, height)) for start, height in _spans(parts)]


def _joined(pieces: list[Piece]) -> pl.Expr:
    """Pieces as one text; what is the same in every row and stands together is one piece: each costs a look a row."""
    together: list[Piece] = []
    for fixed, group in groupby(pieces, lambda piece: isinstance(piece, str)):
        if fixed:
            together.append(pl.lit("".join(map(str, group))))
        else:
            together += group
    return pl.concat_str(together)


def _together(lines: pl.Series) -> bytes:
    """Lines as they stand in a file: a text would be unpacked by Python to letters, and packed again."""
    joined: bytes = lines.to_frame().select(pl.first().str.join("").cast(pl.Binary)).item()
    return joined


def _spans(parts: Sequence[Part]) -> Iterator[tuple[int, int]]:
    """Where each part begins among the rows of all, and how many it has."""
    heights = [part.rows.height for part in parts]
    return zip(accumulate(heights, initial=0), heights, strict=False)


def _height(plan: SheetPlan) -> Piece:
    """Row height for wrapped text: readers differ in whether they work it out themselves."""
    if plan.row_height:
        return f' ht="{plan.row_height}" customHeight="1"'
    if not plan.higher:
        return ""
    points = pl.min_horizontal((lines_of(plan) * plan.size * SPACING).ceil().cast(pl.Int64), pl.lit(MAX_HEIGHT))
    return pl.concat_str(pl.lit(' ht="'), points.cast(pl.String), pl.lit('" customHeight="1"'))


def _having(rows: pl.DataFrame, *patterns: str) -> list[set[str]]:
    """For each pattern the columns of text with a cell that has something of it, or is longer than a cell may be: all asked at once."""
    texts = {name: pl.col(name).cast(pl.String).str for name, dtype in rows.schema.items() if not dtype.is_integer()}
    if not texts:
        return [set() for _ in patterns]
    long = {name: text.len_bytes() > CELL_LIMIT for name, text in texts.items()}
    told = rows.select(
        (text.contains(pattern) | long[name]).any().alias(f"{name} {number}")
        for number, pattern in enumerate(patterns)
        for name, text in texts.items()
    ).row(0, named=True)
    return [{name for name in texts if told[f"{name} {number}"]} for number in range(len(patterns))]


def _number(name: str) -> pl.Expr:
    return fen_to_yuan_expr(pl.col(name)) if name.endswith(("_fen", "_x100")) else pl.col(name).cast(pl.String)


def _text(text: pl.Expr, *, keeps_blanks: bool) -> list[Piece]:
    keep = ' xml:space="preserve"' if keeps_blanks else ""
    return [f'" t="inlineStr"><is><t{keep}>', text, "</t></is></c>"]


def _value(number: pl.Expr) -> list[Piece]:
    return ['"><v>', number, "</v></c>"]


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

"""Cells that read well, and of which nobody knows what they mean: each column's, with what is said of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from fupin_cli.intake.raw import Source

MERGED = "“{}”写在几行合并的格里，分不清是每人的还是几个人合计的；这些格没有用"
MERGED_HINT = "取消合并，每行填自己的数"
# 单位：万元 above a table: what reads as yuan is ten thousand times as much.
UNIT = r"单位[:：]?(?:人民币)?(?:万|千|百|百万|亿)元(?:[^\u4e00-\u9fff]|$)"
OF_UNIT = "“{}”的上方写着单位是万元、千元之类，按元读就错了；这一格没有用"
UNIT_HINT = "改成以元为单位的数，把“单位”也改成元"
HINTS = (MERGED_HINT, UNIT_HINT)


@dataclass(frozen=True)
class Doubtful:
    """Such cells of one column, in the order of the rows."""

    cells: pl.Series = field(repr=False)
    message: str
    hint: str


def together(first: dict[str, Doubtful], second: dict[str, Doubtful]) -> dict[str, Doubtful]:
    """Both; of a column that is in both the first says why."""
    both = {
        name: Doubtful(doubt.cells | second[name].cells, doubt.message, doubt.hint)
        for name, doubt in first.items()
        if name in second
    }
    return second | first | both


def other_units(text: pl.DataFrame, sources: list[Source]) -> dict[str, Doubtful]:
    """Amounts on sheets above whose table another unit than yuan is written."""
    names = [c.name for c in sources[0].spec.columns.values() if c.type == "money" and c.name in text.columns]
    if not names:
        return {}
    odd = [source.index for source in sources if source.header_row > 1 and _has_other_unit(source)]
    if not odd:
        return {}
    told = text.select((pl.col("_src").is_in(odd) & pl.col(name).is_not_null()).alias(name) for name in names)
    return {name: Doubtful(told[name], OF_UNIT, UNIT_HINT) for name in names if told[name].any()}


def _has_other_unit(source: Source) -> bool:
    above = source.raw.rows(pl.int_range(source.header_row - 1, eager=True))
    lines = above.select(pl.all().str.replace_all(r"\s", ""))
    return bool(lines.select(pl.any_horizontal(pl.all().str.contains(UNIT).any())).item())


def merged_amounts(text: pl.DataFrame, sources: list[Source]) -> dict[str, Doubtful]:
    """Amounts of columns in which each row has its own (`single`) that stand in one cell for several rows.

    As the eye reads it, a merged cell holds for each of its rows: true of a village, and thrice the money of what is a sum.
    """
    found = {}
    for name in (c.name for c in sources[0].spec.columns.values() if c.single and c.name in text.columns):
        blocks = [
            (source.index, first, last)
            for source in sources
            if name in source.positions
            for position, first, last in source.raw.merged
            if position == source.positions[name]
        ]
        if not blocks:
            continue
        ranges = pl.DataFrame(blocks, schema={"_src": pl.UInt32, "first": pl.UInt32, "last": pl.UInt32}, orient="row")
        rows = pl.int_ranges("first", pl.col("last") + 1, dtype=pl.UInt32)
        shared = ranges.select("_src", _row=rows, _shared=pl.lit(value=True)).explode("_row")
        told = text.join(shared, on=["_src", "_row"], how="left", maintain_order="left")
        cells = told.select(pl.col("_shared").fill_null(value=False) & pl.col(name).is_not_null()).to_series()
        if cells.any():
            found[name] = Doubtful(cells, MERGED, MERGED_HINT)
    return found

"""2024.10 that was typed as a number: Excel keeps it as 2024.1, which looks like January.

Nobody can tell any more which month was meant, so the cell is none (IN005). Who typed a text typed what is there; where a kind
of file has no texts apart from numbers (.csv, web pages), nobody knows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.intake.doubtful import Doubtful

if TYPE_CHECKING:
    from fupin_cli.intake.raw import Source

ONE_DIGIT = r"[12][0-9]{3}\.1"
LOOK = f",{ONE_DIGIT}(?:,|$)"  # for columns of days and months in which a cell may be such a number (`words.look`)
MESSAGE = "“{}”可能是 1 月，也可能是 10 月：10 月写成数字，末尾的 0 就没有了；这一格没有用"
HINT = "把这一列的单元格格式设为“文本”，写成 2024-10 或 2024-01"


def short_months(
    text: pl.DataFrame, numeric: pl.DataFrame, names: set[str], sources: list[Source]
) -> dict[str, Doubtful]:
    """Which cells of these columns are such a number. `numeric`: which cells hold numbers, in the order of the rows."""
    untyped = [source.index for source in sources if source.raw.untyped]
    typed = text.join(numeric, on=["_src", "_row"], how="left", maintain_order="left", suffix=":number")
    found = {}
    for name in sorted(names):
        number = pl.col("_src").is_in(untyped)
        if f"{name}:number" in typed.columns:
            number |= pl.col(f"{name}:number").fill_null(value=False)
        looks = pl.col(name).str.contains(f"^{ONE_DIGIT}$").fill_null(value=False)
        found[name] = typed.select(looks & number).to_series()
    return {name: Doubtful(cells, MESSAGE, HINT) for name, cells in found.items() if cells.any()}

"""What a bank's file says of itself: the count and the total of its summary lines (SPEC 8.23)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.intake.values import clean, convert

if TYPE_CHECKING:
    from fupin_cli.intake.raw import Source

COUNT = re.compile(r"([0-9][0-9,]*)\s*[笔人户条]")


@dataclass(frozen=True)
class Stated:
    """A summary line: `count` and `total_fen` as it states them, None where it does not; the row that Excel shows."""

    row: int
    count: int | None
    total_fen: int | None


def stated_totals(source: Source) -> list[Stated]:
    """Read the lines of a sheet that begin with 合计, 总计, 总笔数 or 汇总."""
    cells = source.raw.cells
    first = cells.select(pl.coalesce(pl.when(pl.all().str.strip_chars() != "").then(pl.all()))).to_series()
    words = "|".join(re.escape(word) for word in source.spec.common.totals)
    begins = first.str.replace_all(r"[\s\u3000]", "").str.contains(rf"^(?:{words})").fill_null(value=False)
    column = source.spec.columns["amount_fen"]
    amounts = cells.to_series(source.positions["amount_fen"]).alias(column.name).to_frame()
    found = []
    for index in begins.arg_true():
        texts = (unicodedata.normalize("NFKC", cell) for cell in cells.row(index) if cell)
        counts = [m for text in texts if (m := COUNT.search(text))]
        total = convert(clean(amounts.slice(index, 1)), [column], source.spec.common)[column.name].series[0]
        found.append(Stated(index + 1, int(counts[0][1].replace(",", "")) if counts else None, total))
    return found

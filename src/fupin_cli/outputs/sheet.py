"""A sheet is described here, apart from who draws it: the workbook's writer, the page for leaders, a test."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

GREY, RED = "FFD9E1F2", "FFFFC7CE"
MIN_WIDTH, MAX_WIDTH, WRAP_WIDTH = 6, 40, 44


@dataclass(frozen=True)
class Series:
    """One figure of a chart: its column, in words, and its look (`paid`, `open`, `forecast`, `hold`, `refuse`, …)."""

    column: str
    words: str
    look: str


@dataclass(frozen=True)
class Bars:
    """How a sheet's rows are drawn: bars by `category`, their series one upon the other (`stacked`) or side by side.

    `upright`: columns along time instead of bars. `mark`: a column whose value is a line across the bar (a budget).
    """

    category: str
    series: tuple[Series, ...]
    stacked: bool = True
    upright: bool = False
    mark: str = ""


@dataclass
class SheetPlan:
    """One sheet: a heading, column headers, rows.

    `widths`: widths that are not to follow from the texts. `printed`: how many columns from the left are printed, where not all are.

    `portrait`, `heading_size`, `size`, `row_height` (points): how it is printed, where it is to hang on a wall or be sealed.

    `rows`: String columns become text, Int64 columns named `…_fen` money in yuan, `…_x100` hundredths, other integers numbers. `headers` gives
    each column's words. `summed`: columns with a total below, a formula with its value. `below`: lines under the table.
    `marked`: column → Boolean series, cells to be coloured. `wrapped`: columns of long text. `bars`: how a chart draws the
    rows. `charts`: a sheet of charts has no rows of its own but these plans, each with its `bars`.
    """

    title: str
    headers: dict[str, str]
    rows: pl.DataFrame = field(repr=False)
    heading: str = ""
    marked: dict[str, pl.Series] = field(default_factory=dict, repr=False)
    wrapped: tuple[str, ...] = ()
    filtered: bool = True
    printed: int | None = None
    widths: dict[str, int] = field(default_factory=dict)
    mark_colour: str = RED
    summed: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    portrait: bool = False
    heading_size: int = 14
    size: int = 11
    row_height: int | None = None
    bars: Bars | None = None
    charts: tuple[SheetPlan, ...] = ()

    @property
    def printed_columns(self) -> int:
        """How many columns from the left are printed."""
        return self.printed or len(self.headers)

    @property
    def last_row(self) -> int:
        """The last row with anything in it: heading, headers, rows, totals, an empty one and the lines below."""
        above = (2 if self.heading else 1) + self.rows.height + bool(self.summed)
        return above + 1 + len(self.below) if self.below else above

    def width(self, name: str) -> float:
        """Width of a column in characters, for nearly all of its texts; a Han character takes two places."""
        if name in self.widths:
            return self.widths[name]
        texts = self.rows[name].head(5000).cast(pl.String).fill_null("")
        widths = texts.str.len_chars() + texts.str.count_matches(r"[^\x00-\x7f]")
        usual = float(widths.quantile(0.97, "higher") or 0) if widths.len() else 0.0
        words = self.headers[name].split()
        head = max((len(word) + sum(ord(c) > 127 for c in word) for word in words), default=0)  # noqa: PLR2004 - beyond ASCII
        limit = WRAP_WIDTH if name in self.wrapped else MAX_WIDTH
        return min(max(usual, head + 2, MIN_WIDTH) + 2, limit)

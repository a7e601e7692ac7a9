"""A sheet is described here, apart from who draws it: the workbook's writer, the page for leaders, a test."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable

GREY, RED = "FFD9E1F2", "FFFFC7CE"
MIN_WIDTH, MAX_WIDTH, WRAP_WIDTH = 6, 40, 44
SCREEN_WIDTH = 80  # of a long text that is not printed: it makes no row higher
NARROW = 22  # what a long text keeps where a page would be too small to read
USUAL_SIZE = 11  # points of the font in whose digits Excel measures widths
LANDSCAPE, PORTRAIT = 135, 92  # digits of the usual font across a page at its own size
READABLE, SMALLEST = 75, 60  # per cent: long texts are narrowed down to the first, below the second nobody reads
TALL = 30  # rows from which a narrow list stands upright
MOST_COLUMNS = 12  # on one page
REPEATED = 2  # columns on the left that each further page of a wide sheet shows again
OWN_ROOM = 0.95  # of a column's width: a Han character is a little wider than two digits, and the frame takes its part
NONE = "本月没有。"
PART = "__part"
USUAL, SAMPLED = 0.97, 5000  # a column is as wide as so many of the texts of its first rows


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


class Lengths(NamedTuple):
    """How many places a column's texts take: nearly all of the first rows, and the longest of all."""

    usual: float
    widest: float


@dataclass
class SheetPlan:
    """One sheet: a heading, column headers, rows.

    `widths`: widths that are not to follow from the texts. `printed`: how many columns from the left are printed, where not all are.

    `figures`: String columns whose cells are numbers wherever they are one (months used: 12, 3.5), right-aligned like numbers.
    `kept`: written though it has no row, and says so; others are left out of a workbook then (`filled`).

    `portrait`, `heading_size`, `size`, `row_height` (points): how it is printed, where it is to hang on a wall or be sealed.

    `rows`: String columns become text, Int64 columns named `…_fen` money in yuan, `…_x100` hundredths, other integers numbers. `headers` gives
    each column's words. `summed`: columns with a total below, a formula with its value. `below`: lines under the table.
    `marked`: column → Boolean series, cells to be coloured. `wrapped`: columns of long text. `bars`: how a chart draws the
    rows. `charts`: a sheet of charts has no rows of its own but these plans, each with its `bars`. `lengths`: of the texts
    of all columns, where they have been asked together with other sheets' (`measured`).
    """

    title: str
    headers: dict[str, str]
    rows: pl.DataFrame = field(repr=False)
    heading: str = ""
    marked: dict[str, pl.Series] = field(default_factory=dict, repr=False)
    figures: tuple[str, ...] = ()
    kept: bool = False
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
    lengths: dict[str, Lengths] | None = field(default=None, repr=False)

    @property
    def printed_columns(self) -> int:
        """How many columns from the left are printed."""
        return self.printed or len(self.headers)

    @property
    def may_fold(self) -> list[str]:
        """Printed columns of texts that are not long by their nature: they take several lines if one does not fit."""
        printed, types = list(self.headers)[: self.printed_columns], self.rows.schema
        return [name for name in printed if name not in self.wrapped and types[name] == pl.String]

    @cached_property
    def folded(self) -> tuple[str, ...]:
        """Columns whose texts take several lines: long ones by their nature, and printed ones with a text wider than they are."""
        cut = {name for name in self.may_fold if self._lengths[name].widest > self.room(name)}
        return tuple(name for name in self.headers if name in self.wrapped or name in cut)

    @property
    def higher(self) -> tuple[str, ...]:
        """Columns whose texts make a row higher: those of `folded` that are printed."""
        printed = list(self.headers)[: self.printed_columns]
        return tuple(name for name in self.folded if name in printed)

    def room(self, name: str) -> int:
        """How many places a line of a column has: narrow letters, of which a Han character takes two."""
        return max(int(self.width(name) * OWN_ROOM * USUAL_SIZE / self.size), 1)

    def below_lines(self) -> list[int]:
        """How many lines each text below the table takes over the width that is printed."""
        room = max(int(sum(self.pages[0]) * OWN_ROOM * USUAL_SIZE / self.size), 1)
        return [max(-(-places(text) // room), 1) for text in self.below]

    @property
    def last_row(self) -> int:
        """The last row with anything in it: heading, headers, rows, totals, an empty one and the lines below."""
        above = (2 if self.heading else 1) + self.rows.height + bool(self.summed)
        return above + 1 + len(self.below) if self.below else above

    @cached_property
    def upright(self) -> bool:
        """Printed upright: asked for, or a long list of few columns."""
        narrow = sum(self._usual[: self.printed_columns]) * READABLE / 100 <= PORTRAIT
        return self.portrait or (narrow and self.rows.height > TALL)

    @property
    def across(self) -> int:
        """Digits of the usual font across a page at its own size."""
        return PORTRAIT if self.upright else LANDSCAPE

    @cached_property
    def pages(self) -> list[list[float]]:
        """Widths of the printed columns by pages: at most twelve a page, and no more than fit; further ones repeat the first two."""
        pages: list[list[float]] = [[]]
        widths = list(self._widths.values())[: self.printed_columns]
        room = self.across * 100 / SMALLEST
        for width in widths:
            full = len(pages[-1]) >= MOST_COLUMNS or sum(pages[-1]) + width > room
            if pages[-1] and full:
                pages.append(widths[:REPEATED])
            pages[-1].append(width)
        return pages

    def width(self, name: str) -> float:
        """Width of a column in digits of the usual font."""
        return self._widths[name]

    @cached_property
    def _widths(self) -> dict[str, float]:
        """Every column's width: long texts that are printed give way where the page would be too small to read."""
        widths = dict(zip(self.headers, self._usual, strict=True))
        printed = list(self.headers)[: self.printed_columns]
        long = {name: widths[name] for name in printed if name in self.wrapped and widths[name] > NARROW}
        over = sum(widths[n] for n in printed[:MOST_COLUMNS]) - self.across * 100 / READABLE
        give = sum(width - NARROW for width in long.values())
        if over > 0 and give > 0:
            share = min(over / give, 1)
            widths |= {name: round(width - (width - NARROW) * share, 1) for name, width in long.items()}
        return widths

    @cached_property
    def _usual(self) -> list[float]:
        """Widths for nearly all of the columns' texts; a Han character takes two places."""
        return [
            self.widths[name] if name in self.widths else self._own_width(number, name, self._lengths[name].usual)
            for number, name in enumerate(self.headers)
        ]

    @cached_property
    def _lengths(self) -> dict[str, Lengths]:
        return lengths_of([self])[0] if self.lengths is None else self.lengths

    def _own_width(self, number: int, name: str, usual: float) -> float:
        head = max((places(word) for word in self.headers[name].split()), default=0)
        limit = MAX_WIDTH if name not in self.wrapped else WRAP_WIDTH if number < self.printed_columns else SCREEN_WIDTH
        return min(max(usual * self.size / USUAL_SIZE, head + 2, MIN_WIDTH) + 2, limit)

    @property
    def header_lines(self) -> int:
        """How many lines the headers take: words are folded where they do not fit."""
        return max(
            (-(-places(words) // max(self.room(name) - 1, 1)) for name, words in self.headers.items()), default=1
        )


def places(text: str) -> int:
    """How many places a text takes: a letter beyond ASCII takes two."""
    return len(text) + sum(ord(letter) > 127 for letter in text)  # noqa: PLR2004 - beyond ASCII


def measured(plans: list[SheetPlan]) -> list[SheetPlan]:
    """The sheets with the lengths of their texts: those that follow each other with the same columns are asked at once."""
    with_lengths = []
    for _, group in groupby(plans, lambda plan: (tuple(plan.headers), tuple(plan.rows.dtypes), bool(plan.charts))):
        same = list(group)
        told = [None] * len(same) if same[0].charts else lengths_of(same)
        with_lengths += [replace(plan, lengths=lengths) for plan, lengths in zip(same, told, strict=True)]
    return with_lengths


def lengths_of(plans: list[SheetPlan]) -> list[dict[str, Lengths]]:
    """The lengths of the texts of each column of sheets with the same columns, in one pass; 0 of what no sheet asks for."""
    names = list(plans[0].headers)
    unset = [name for name in names if any(name not in plan.widths for plan in plans)]
    folding = list(dict.fromkeys(name for plan in plans for name in plan.may_fold))
    frames = [plan.rows.select(names) for plan in plans]
    rows = stacked(frames)
    large = any(frame.height > SAMPLED for frame in frames)
    first = stacked([frame.head(SAMPLED) for frame in frames]) if large else rows
    usual = _by_part(first, {n: _places(pl.col(n).cast(pl.String)).quantile(USUAL, "higher") for n in unset})
    widest = _by_part(rows, {n: _places(pl.col(n)).max() for n in folding})
    return [
        {n: Lengths(usual.get(number, {}).get(n) or 0, widest.get(number, {}).get(n) or 0) for n in names}
        for number in range(len(plans))
    ]


def _by_part(rows: pl.DataFrame, figures: dict[str, pl.Expr]) -> dict[int, dict[str, float]]:
    """Figures of each of the frames that were `stacked`, by its number; without those that have no rows."""
    told = rows.group_by(PART).agg(**figures)
    return {row[PART]: row for row in told.iter_rows(named=True)}


def stacked(frames: list[pl.DataFrame]) -> pl.DataFrame:
    """Frames with the same columns, one below the other; `__part`: which of them a row is of, from 0."""
    numbers = pl.DataFrame({PART: range(len(frames)), "n": [frame.height for frame in frames]})
    part = numbers.filter(pl.col("n") > 0).select(pl.col(PART).repeat_by("n").explode())
    return pl.concat(frames).hstack(part)


def _places(text: pl.Expr) -> pl.Expr:
    """`places` of a column."""
    filled = text.fill_null("")
    return filled.str.len_chars() + filled.str.count_matches(r"[^\x00-\x7f]")


def lines_of(plan: SheetPlan) -> pl.Expr:
    """How many lines each row takes: the most that one of its folded cells does."""
    counts = []
    for name in plan.higher:
        text, room = pl.col(name).fill_null(""), plan.room(name)
        counts.append((_places(text) + room - 1) // room + text.str.count_matches("\n"))
    return pl.max_horizontal(*counts, pl.lit(1))


def filled(plans: Iterable[SheetPlan]) -> list[SheetPlan]:
    """The sheets of a workbook without the empty ones; one that has to be there says that there is nothing this month.

    A workbook is never without a sheet: its first one stays, as it is (some are read back as tables).
    """
    shown = []
    for number, plan in enumerate(plans):
        if plan.rows.height or plan.charts:
            shown.append(plan)
        elif plan.kept:
            shown.append(replace(plan, below=(NONE, *plan.below)))
        elif number == 0:
            shown.append(plan)
    return shown

"""What a page is drawn of: cells, tables, bars. From sheet plans; without a name of HTML in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fupin_cli.outputs.masking import mask_text
from fupin_cli.outputs.page_words import money, number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fupin_cli.outputs.sheet import Bars, SheetPlan

WIDTH, HEIGHT = 300, 14  # a bar's own units: near the size in which it is drawn, so that hatches keep their slope
SHADES = 5  # of cells, by their counts
NO_SIGN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
WHOLE = 5  # characters of a text that is not broken
SHORT = 14  # a table of so many rows is not broken over two pages
CODE = re.compile(r"([A-Z]{2,4}\d{3})\b")


def plain(text: str) -> str:
    """A text from a file as it may stand on a page: no control signs, long numbers masked."""
    return mask_text(NO_SIGN.sub("", text))


@dataclass(frozen=True)
class Rect:
    """A part of a bar."""

    x: int
    width: int
    look: str
    y: int = 1
    height: int = HEIGHT - 2


@dataclass(frozen=True)
class Cell:
    """One cell: its text (masked), a figure or not, a rule it leads to, its shade in a heat."""

    text: str
    figure: bool = False
    code: str = ""
    heat: int = 0
    bar: tuple[Rect, ...] | None = None

    @property
    def look(self) -> str:
        """Classes: a figure, a short text that is not broken, a shade."""
        short = "n" if self.figure else "s" if len(self.text) <= WHOLE else ""
        return f"{short} h{self.heat}" if self.heat else short


@dataclass
class Table:
    """A table: heads and rows of cells, the first of each row its name. `total`: the last row is the sum."""

    id: str
    caption: str  # said to who cannot see the page; shown where a section has several tables
    heads: list[Cell]
    rows: list[list[Cell]]
    total: list[Cell] = field(default_factory=list)
    legend: list[tuple[str, str]] = field(default_factory=list)
    kind: str = "plain"

    @property
    def short(self) -> bool:
        """Whether it can be kept on one page."""
        return len(self.rows) <= SHORT


@dataclass
class Columns:
    """A chart of columns along time: rectangles in units of `width` × 200; the years below it with their months."""

    label: str
    width: int
    rects: list[Rect]
    divide: int | None
    years: list[tuple[str, int]]
    top: str
    legend: list[tuple[str, str]]


@dataclass
class Section:
    """A heading, notes below it, and in order what is drawn: tables, columns, things to do, folded tables."""

    id: str
    title: str
    notes: list[str] = field(default_factory=list)
    missing: str = ""
    tables: list[Table] = field(default_factory=list)
    columns: Columns | None = None
    items: list[tuple[str, str, str, tuple[str, ...]]] = field(default_factory=list)
    folds: list[tuple[str, Table]] = field(default_factory=list)


def value_cell(name: str, value: Any) -> Cell:
    """A value as it is read: money of `…_fen`, counts with commas, a dash for what is not known."""
    if isinstance(value, int) or (value is None and name.endswith("_fen")):
        return Cell(money(value) if name.endswith("_fen") else number(value), figure=True)
    if value is None:
        return Cell("—", figure=True)
    text = plain(str(value))
    match = CODE.match(text)
    return Cell(text, code=match[1] if match else "")


def table_of(plan: SheetPlan, ident: str, caption: str = "", *, head: int | None = None) -> Table:
    """A plan as a table; its bars stand in the second column. `head`: only the first so many rows."""
    bars = None if plan.bars is None or plan.bars.upright else plan.bars
    rows = plan.rows if head is None else plan.rows.head(head)
    heads = [
        Cell(words, figure=plan.rows[name].dtype.is_integer() or name.endswith("_fen"))
        for name, words in plan.headers.items()
    ]
    scale = _scale(plan, bars) if bars else 0
    body = []
    for row in rows.iter_rows(named=True):
        cells = [value_cell(name, row[name]) for name in plan.headers]
        if bars:
            cells.insert(1, Cell("", bar=_bar(row, bars, scale)))
        body.append(cells)
    total = _total(plan) if plan.summed and plan.rows.height > 1 and head is None else []
    if bars:
        heads.insert(1, Cell("图"))
        if total:
            total.insert(1, Cell(""))
    return Table(ident, caption or plan.title, heads, body, total, legend_of(bars))


def legend_of(bars: Bars | None) -> list[tuple[str, str]]:
    """Looks with their words; of a single series none is needed."""
    if bars is None or (len(bars.series) == 1 and not bars.mark):
        return []
    mark = [("mark", "预算（竖线）")] if bars.mark else []
    return [(series.look, series.words) for series in bars.series] + mark


def _total(plan: SheetPlan) -> list[Cell]:
    cells = [Cell("合计")]
    for name in [*plan.headers][1:]:
        known = plan.rows[name].drop_nulls() if name in plan.summed else None
        if known is None or not known.len():
            cells.append(Cell("—" if known is not None else "", figure=known is not None))
        else:
            cells.append(value_cell(name, int(known.sum())))
    return cells


def _scale(plan: SheetPlan, bars: Bars) -> int:
    names = [series.column for series in bars.series]
    values = [[max(value or 0, 0) for value in row] for row in plan.rows.select(names).iter_rows()]
    largest = [sum(row) if bars.stacked else max(row) for row in values]
    marks = [value or 0 for value in plan.rows[bars.mark]] if bars.mark else []
    return max([*largest, *marks, 1])


def _bar(row: Mapping[str, Any], bars: Bars, scale: int) -> tuple[Rect, ...]:
    """The rectangles of one row; a part that is not 0 is seen, however small."""
    found, start = [], 0
    each = (HEIGHT - 2) // len(bars.series)
    for n, series in enumerate(bars.series):
        value = max(row[series.column] or 0, 0)
        if not value:
            continue
        width = max(value * WIDTH // scale, 1)
        if bars.stacked:
            width = min(width, WIDTH - start)
            found.append(Rect(start, width, series.look))
            start += width
        else:
            found.append(Rect(0, width, series.look, 1 + n * each, each))
    if bars.mark and row[bars.mark]:
        found.append(Rect(min(row[bars.mark] * WIDTH // scale, WIDTH - 2), 2, "mark", 0, HEIGHT))
    return tuple(found)


def columns_of(plan: SheetPlan, divide_after: str) -> Columns:
    """Months as columns, side by side; a line stands after the last month that is past."""
    bars = plan.bars
    rows = plan.rows.to_dicts()
    names = [series.column for series in bars.series] if bars else []
    sums = [sum(max(row[name], 0) for name in names) for row in rows]
    top = max([*sums, 1])
    step = 1000 // max(len(rows), 1)
    rects = []
    for n, row in enumerate(rows):
        floor = 200
        for series in bars.series if bars else ():
            height = max(row[series.column], 0) * 196 // top
            if height:
                floor -= height
                rects.append(Rect(n * step + 1, max(step - 3, 1), series.look, floor, height))
    past = [n for n, row in enumerate(rows) if row["month"] <= divide_after]
    years: dict[str, int] = {}
    for row in rows:
        years[row["month"][:4]] = years.get(row["month"][:4], 0) + 1
    highest = rows[sums.index(max(sums))]["month"] if rows else ""
    words = f"最高 {money(max(sums, default=0))} 元（{highest}）"
    divide = (past[-1] + 1) * step if past and past[-1] + 1 < len(rows) else None
    return Columns(f"各月金额，{words}", step * len(rows), rects, divide, [*years.items()], words, legend_of(bars))


def heat_table(frame_rows: Iterable[Mapping[str, Any]], by: str, codes: list[str], head: str) -> Table:
    """Areas × rules; a cell's shade follows its count, in five steps of the largest."""
    rows = list(frame_rows)
    largest = max([row[code] for row in rows for code in codes] or [1]) or 1
    body = []
    for row in rows:
        cells = [value_cell(by, row[by])]
        for code in codes:
            count = row[code]
            shade = 0 if not count else 1 + (count * SHADES - 1) // (largest + 1) if largest > SHADES else count
            cells.append(Cell(number(count) if count else "", figure=True, heat=min(shade, SHADES)))
        body.append([*cells, value_cell("rest", row["rest"]), value_cell("count", row["count"])])
    heads = [
        Cell(head),
        *(Cell(code, figure=True, code=code) for code in codes),
        Cell("其余", figure=True),
        Cell("合计", figure=True),
    ]
    return Table("heat", "问题条数", heads, body, kind="heat")

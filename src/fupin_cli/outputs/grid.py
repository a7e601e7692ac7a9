"""Tables on the terminal that fit its width and lose nothing: figures and codes are never broken, texts are folded.

Where even that is too wide, each row becomes a few lines: its first cells as a heading, the others each with its title.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from fupin_cli.outputs.widths import AMBIGUOUS, longest_word, width_of, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console, ConsoleOptions, RenderResult

NARROWEST = 8  # columns of a folded text: four Chinese characters
LONGEST = 24  # a word longer than this is broken rather than kept whole
FRAMED, BARE = 3, 2  # columns that a column of a table takes besides its text: with a frame, with spaces only


@dataclass(frozen=True)
class Column:
    """A column. `whole`: never broken (figures, codes, dates); `right`: aligned to the right; `style` of its cells."""

    title: str
    whole: bool = False
    right: bool = False


def text(*titles: str) -> list[Column]:
    """Columns of texts."""
    return [Column(title) for title in titles]


def whole(*titles: str) -> list[Column]:
    """Columns of codes, dates and the like."""
    return [Column(title, whole=True) for title in titles]


def figures(*titles: str) -> list[Column]:
    """Columns of figures."""
    return [Column(title, whole=True, right=True) for title in titles]


@dataclass
class Grid:
    """A table: columns and rows of texts; `total`: its last row is the sum; `heading`: first cells that head a card."""

    title: str
    columns: list[Column]
    rows: list[list[str | Text]] = field(default_factory=list)
    total: bool = False
    caption: str = ""
    heading: int = 2

    def add(self, *cells: str | Text) -> None:
        """Add a row."""
        self.rows.append(list(cells))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw it as wide as the terminal allows; without characters that a GBK console draws wider than it says."""
        plain = options.ascii_only
        rows = [[_cell(cell, plain=plain) for cell in row] for row in self.rows]
        filled = [i for i in range(len(self.columns)) if any(row[i].plain for row in rows)] or [0]
        for kept, overhead in ((range(len(self.columns)), FRAMED), (filled, FRAMED), (filled, BARE)):
            columns = [self.columns[i] for i in kept]
            cells = [[row[i] for i in kept] for row in rows]
            widths = _widths(columns, cells, options.max_width - overhead * len(columns) - 1)
            if widths is not None:
                yield self._table(columns, cells, widths, framed=overhead == FRAMED, plain=plain)
                return
        yield from self._cards(rows, options.max_width, plain=plain)

    def _table(
        self, columns: list[Column], rows: list[list[Text]], widths: list[int], *, framed: bool, plain: bool
    ) -> Table:
        table = Table(
            title=_shown(self.title, plain=plain),
            caption=_shown(self.caption, plain=plain) or None,
            title_justify="left",
            caption_justify="left",
            box=box.HEAVY_HEAD if framed else box.SIMPLE_HEAD,
            show_edge=framed,
            pad_edge=framed,
            padding=(0, 1) if framed else (0, 1, 0, 0),
        )
        for column, width in zip(columns, widths, strict=True):
            table.add_column(
                "\n".join(wrapped(column.title, width)),
                justify="right" if column.right else "left",
                width=width,
                overflow="fold",
            )
        for number, row in enumerate(rows, 1):
            if self.total and number == len(rows):
                table.add_section()
            table.add_row(*(_folded(cell, width) for cell, width in zip(row, widths, strict=True)))
        return table

    def _cards(self, rows: list[list[Text]], width: int, *, plain: bool) -> Iterator[Text]:
        yield Text(_shown(self.title, plain=plain), style="italic")
        for row in rows:
            yield Text("\n").join(
                _folded(Text("  ").join(cell for cell in row[: self.heading] if cell.plain), width).split("\n")
            )
            pairs = [
                f"{c.title} {cell.plain}"
                for c, cell in list(zip(self.columns, row, strict=True))[self.heading :]
                if cell.plain
            ]
            for line in _packed(pairs, width - 2):
                yield Text(f"  {line}")
        if self.caption:
            yield Text("\n".join(wrapped(_shown(self.caption, plain=plain), width)), style="dim")


def _packed(pairs: list[str], width: int) -> Iterator[str]:
    """Pairs side by side as many as fit; one that is too long by itself is folded."""
    line = ""
    for pair in pairs:
        if line and width_of(line) + 3 + width_of(pair) <= width:
            line += f"   {pair}"
            continue
        if line:
            yield from wrapped(line, width)
        line = pair
    if line:
        yield from wrapped(line, width)


def _cell(cell: str | Text, *, plain: bool) -> Text:
    made = Text(cell) if isinstance(cell, str) else cell
    return Text(_shown(made.plain, plain=plain), style=made.style)


def _shown(words: str, *, plain: bool) -> str:
    return words.translate(AMBIGUOUS) if plain else words


def _folded(cell: Text, width: int) -> Text:
    lines = [line for part in cell.plain.split("\n") for line in wrapped(part, width)]
    return Text("\n".join(lines), style=cell.style)


def _widths(columns: list[Column], rows: list[list[Text]], room: int) -> list[int] | None:
    """Width of each column in a room; None where figures, or words of a text, would have to be broken."""
    texts = [[column.title, *(row[i].plain for row in rows)] for i, column in enumerate(columns)]
    natural = [max(map(width_of, words)) for words in texts]
    least = [
        n if column.whole else min(n, max(NARROWEST, *(min(longest_word(w), LONGEST) for w in words)))
        for n, column, words in zip(natural, columns, texts, strict=True)
    ]
    spare = room - sum(least)
    if spare < 0:
        return None
    widths = list(least)
    growing = sorted((i for i, n in enumerate(natural) if n > least[i]), key=lambda i: natural[i] - least[i])
    for done, i in enumerate(growing):  # the shorter ones get all they need, the rest share
        given = min(natural[i] - least[i], spare // (len(growing) - done))
        widths[i] += given
        spare -= given
    return widths

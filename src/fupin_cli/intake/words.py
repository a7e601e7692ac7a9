"""Columns in which few words stand again and again: what is asked of a cell is asked of each word, once.

Exports are full of them: places, kinds, yes and no, columns in which nobody wrote anything. People do not repeat.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

import polars as pl

MANY_ROWS, SAMPLE = 2000, 1000
PIECE = 100_000  # rows of a long column that are one text at a time
HOLLOW = ":hollow"  # in place of a pattern: a text without a letter


class Words(Mapping[str, pl.Series]):
    """The distinct words of some columns, null among them where a cell is empty."""

    def __init__(self, words: dict[str, pl.Series] | None = None) -> None:
        """By column."""
        self._words = words or {}

    def __getitem__(self, name: str) -> pl.Series:
        """The words of a column."""
        return self._words[name]

    def __iter__(self) -> Iterator[str]:
        """The columns."""
        return iter(self._words)

    def __len__(self) -> int:
        """How many columns they are."""
        return len(self._words)

    @cached_property
    def frame(self) -> pl.DataFrame:
        """All words side by side, shorter columns filled up with nulls."""
        return beside(self._words)

    def without(self, names: list[str]) -> Words:
        """The words of the other columns."""
        return Words({name: words for name, words in self._words.items() if name not in names})


def beside(words: Mapping[str, pl.Series]) -> pl.DataFrame:
    """Columns of unlike length in one frame, the shorter ones filled up with nulls."""
    height = max(map(len, words.values()), default=0)
    none = pl.Series([None], dtype=pl.String).new_from_index(0, height)
    return pl.DataFrame(
        [found.clone().append(none.slice(0, height - len(found))).alias(name) for name, found in words.items()]
    )


def few_words(cells: pl.DataFrame) -> Words:
    """The distinct words of columns of a large table in which few words stand again and again.

    A sample tells which columns: it is never wrong, at worst slow.
    """
    if cells.height <= MANY_ROWS:
        return Words()
    hollow = {name for name in cells.columns if cells[name].null_count() == cells.height}
    told = cells.drop(hollow)
    sample = told.gather_every(cells.height // SAMPLE)
    found = {}
    for name in cells.columns:
        if name in hollow:
            found[name] = cells[name].head(1)
        elif sample[name].n_unique() * 4 < sample.height:
            found[name] = cells[name].unique()
    return Words(found)


def says_one(cells: pl.Series) -> bool:
    """Whether the same value stands in every row of a column, or nothing in any; of a small table the latter alone is asked."""
    if cells.null_count() or len(cells) <= MANY_ROWS:
        return len(cells) == cells.null_count()
    return bool(cells[0] == cells[-1] and (cells == cells[0]).all())


def single(rows: pl.DataFrame) -> pl.DataFrame:
    """The same rows, each column of them that says one thing kept as one value."""
    columns = (rows[name] for name in rows.columns if says_one(rows[name]))
    return rows.with_columns(pl.lit(next(iter(c.head(1)), None), dtype=c.dtype).alias(c.name) for c in columns)


def repeated(cells: pl.DataFrame, names: list[str]) -> dict[str, pl.Series]:
    """The distinct words of these columns of a large table, of those in which a word stands twice on average or more."""
    if cells.height <= MANY_ROWS:
        return {}
    words = {name: cells[name].unique() for name in names}
    return {name: found for name, found in words.items() if len(found) * 2 <= cells.height}


def look(cells: pl.DataFrame, asked: Mapping[str, Iterable[str]], words: Words) -> set[tuple[str, str]]:
    """Which of the patterns that are asked of a column (`asked`, by its name) some cell of it may hold: (column, pattern).

    All cells of a column are one text, joined by commas, which is made once for all patterns: three times as fast as asking
    each cell. A comma stands before each, so that it means a cell's begin in a pattern: one inside a cell may say yes too much.
    Of columns in `words` (`few_words`, which may hold more than is there) the words are looked at. The text of a long column would
    take as much memory as its cells: some rows are looked at after the other.
    """
    found: set[tuple[str, str]] = set()
    for frame, known in ((cells, False), (words.frame, True)):
        here = {name: tuple(patterns) for name, patterns in asked.items() if (name in words) is known}
        if here := {name: patterns for name, patterns in here.items() if patterns}:
            for piece in frame[list(here)].iter_slices(PIECE):
                found |= _looked(piece, here)
    return found


def _looked(frame: pl.DataFrame, asked: dict[str, tuple[str, ...]]) -> set[tuple[str, str]]:
    """Most columns hold none of what is asked of them: all of it is looked for at once, and each by itself only where that is found."""
    empty = [name for name, patterns in asked.items() if HOLLOW in patterns]
    texts = frame.select(
        (pl.lit(",") + pl.col(list(asked)).str.join(",")).name.keep(),
        (pl.col(empty).str.len_bytes() == 0).any().name.suffix(HOLLOW),
    )
    found = {(name, HOLLOW) for name in empty if texts[name + HOLLOW][0]}
    plain = {name: tuple(p for p in patterns if p != HOLLOW) for name, patterns in asked.items()}
    some = {name for name, _ in _holding(texts, {name: ("|".join(ps),) for name, ps in plain.items() if ps})}
    return found | _holding(texts, {name: patterns for name, patterns in plain.items() if name in some})


def _holding(texts: pl.DataFrame, asked: dict[str, tuple[str, ...]]) -> set[tuple[str, str]]:
    columns: dict[str, list[str]] = {}
    for name, patterns in asked.items():
        for pattern in patterns:
            columns.setdefault(pattern, []).append(name)
    if not columns:
        return set()
    holds = texts.select(
        pl.col(names).str.contains(pattern).name.suffix(f":{n}") for n, (pattern, names) in enumerate(columns.items())
    )
    pairs = [(name, pattern) for pattern, names in columns.items() for name in names]
    return {pair for pair, held in zip(pairs, holds.row(0), strict=True) if held}

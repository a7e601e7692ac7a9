"""Which table a sheet is: told by its headers, in any order, on any of the first ten rows (SPEC 8.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.intake.contracts import normalise_header
from fupin_cli.policy.letters import tight_expr

if TYPE_CHECKING:
    from fupin_cli.intake.contracts import TableSpec
    from fupin_cli.intake.raw import RawSheet

KEY = "id_number"
HEADER_ROWS = 10
AFTER_DIGITS, AFTER_LETTERS = ":", "{"  # the signs after 9 and z
HEADER_CELLS = 3  # headers by which a row below the header is one more
LONGEST_HEADER = 20  # what is longer is no header but a remark
FEW = 20  # so many rows are gone through one by one
NEAR_MISS_LACKING = 2  # at most so many required columns lacking …
NEAR_MISS_PRESENT = 3  # … while at least so many are there: the sheet was meant to be this table


@dataclass(frozen=True)
class Match:
    """A table whose required columns a row carries. `positions`: column → position of its cells."""

    spec: TableSpec
    header_row: int  # 1-based
    positions: dict[str, int]

    @property
    def rank(self) -> tuple[int, int]:
        """Most columns matched first, then fewest columns of the table left over."""
        return len(self.positions), len(self.positions) - len(self.spec.columns)

    @property
    def telling(self) -> int:
        """Position of the cells that tell rows apart: whom they name, else the first required column, or the first there is."""
        names = (
            KEY,
            *(column.name for column in self.spec.bold),
            *self.positions,
        )  # a bureau's own table may require none
        return next(self.positions[name] for name in names if name in self.positions)


@dataclass(frozen=True)
class Recognition:
    """What a sheet is: one match, several that tie, or none with the nearest table and the headers it lacks.

    `again`: none, since a second header stands on that row (from 1), with the columns in another order.
    `beside`: none, since the table stands there twice, side by side: a header and the positions of its two columns.
    `alike`: headers that the nearest table does not know and that may be those it lacks, in other words.
    """

    matches: list[Match]
    nearest: TableSpec | None = None
    lacking: tuple[str, ...] = ()
    near_miss: bool = False
    again: int = 0
    beside: tuple[str, int, int] | None = None
    alike: tuple[str, ...] = ()

    @property
    def meant(self) -> tuple[str, ...]:
        """The tables one of which the sheet was to be, where it could not be used."""
        if self.matches:
            return tuple(match.spec.table for match in self.matches)
        near = self.near_miss or self.again or self.beside
        return (self.nearest.table,) if self.nearest and near else ()


def recognise(sheet: RawSheet, file_name: str, contracts: dict[str, TableSpec]) -> Recognition:
    """Find the table that a sheet holds. `file_name` decides only between tables with the same headers."""
    head = sheet.cells.head(HEADER_ROWS + 1).rows()
    best: list[Match] = []
    near: tuple[int, int, TableSpec, list[str], int] | None = None  # score, columns found, table, what it lacks, row
    for number, labels in _candidate_rows(head):
        for spec in contracts.values():
            if spec.by_header.keys().isdisjoint(labels):
                continue
            found = {spec.by_header[label] for label in labels if label in spec.by_header}
            lacking = spec.lacking(found)
            if lacking:
                present = len(spec.bold) - len(lacking)
                if near is None or (present - len(lacking), len(found)) > near[:2]:
                    near = (present - len(lacking), len(found), spec, lacking, number)
                continue
            match = Match(spec, number, _positions(spec, labels, sheet, number))
            if not best or match.rank > best[0].rank:
                best = [match]
            elif match.rank == best[0].rank and all(m.spec is not spec for m in best):
                best.append(match)
    if near is not None:
        _, found_columns, spec, lacking, number = near
        present = len(spec.bold) - len(lacking)
        near_miss = len(lacking) <= NEAR_MISS_LACKING and present >= NEAR_MISS_PRESENT
        # A table of three columns fits inside many others. Where the sheet carries more of a table that it only just
        # misses, it was meant to be that one (docs/decisions/003).
        meant = best and near_miss and found_columns > best[0].rank[0] and not _named(best, sheet, head, file_name)
        if meant or not best:
            return Recognition([], spec, tuple(lacking), near_miss, alike=_alike(spec, lacking, head[number - 1]))
    return _chosen(_break_tie(best, sheet, head, file_name), sheet) if best else Recognition([])


def _alike(spec: TableSpec, lacking: list[str], row: tuple[str | None, ...]) -> tuple[str, ...]:
    """Unknown headers of a row that share two signs with a lacking one, or with another word for it (脱贫人员姓名, 姓名)."""
    wanted = {column.name for column in spec.bold if column.header in lacking}
    words = [label for label, name in spec.by_header.items() if name in wanted]
    parts = {word[n : n + 2] for word in words for n in range(max(len(word) - 1, 1))}
    unknown = [" ".join(cell.split()) for cell in row if cell and normalise_header(cell) not in spec.by_header]
    return tuple(cell for cell in unknown if len(cell) <= LONGEST_HEADER and any(part in cell for part in parts))


def _candidate_rows(head: list[tuple[str | None, ...]]) -> list[tuple[int, list[str]]]:
    """Rows that may be the header, each as normalised labels; also two rows read as one (a header cell merged down)."""
    labels = [[normalise_header(cell) if cell else "" for cell in row] for row in head]
    rows = [(n, row) for n, row in enumerate(labels[:HEADER_ROWS], 1) if sum(map(bool, row)) > 1]
    for n in range(1, len(labels)):
        below, above = labels[n], labels[n - 1]
        if (
            sum(map(bool, below))
            and sum(map(bool, above)) > 1
            and any(a and not b for a, b in zip(above, below, strict=True))
        ):
            rows.append((n + 1, [b or a for a, b in zip(above, below, strict=True)]))
    return rows


def _positions(spec: TableSpec, labels: list[str], sheet: RawSheet, header_row: int) -> dict[str, int]:
    """Column → position; of two columns with one header the one with more filled cells counts (SPEC 8.9)."""
    found: dict[str, list[int]] = {}
    for position, label in enumerate(labels):
        if label in spec.by_header:
            found.setdefault(spec.by_header[label], []).append(position)
    body = sheet.cells.slice(header_row)
    return {
        column: max(places, key=lambda p: (body.height - body.to_series(p).null_count(), -p))
        if len(places) > 1
        else places[0]
        for column, places in found.items()
    }


def _chosen(found: list[Match], sheet: RawSheet) -> Recognition:
    """What fits best, unless another header, beside it or further down, says that its columns hold for a part of the sheet only."""
    if len(found) > 1:
        return Recognition(found)
    beside = _beside(sheet, found[0])
    again = 0 if beside else _other_header(sheet, found[0])
    return Recognition([], found[0].spec, again=again, beside=beside) if again or beside else Recognition(found)


def _beside(sheet: RawSheet, match: Match) -> tuple[str, int, int] | None:
    """The first header of a table that stands there twice, side by side, and where; None if it stands there once.

    Most of its required columns are there twice, each with something below it. Two columns more, of a payee, are no table.
    """
    spec, body = match.spec, sheet.cells.slice(match.header_row)
    above, row = sheet.cells.row(max(match.header_row - 2, 0)), sheet.cells.row(match.header_row - 1)
    places: dict[str, list[int]] = {}
    for position, (over, cell) in enumerate(zip(above, row, strict=True)):
        column = spec.by_header.get(normalise_header(cell or over or ""))
        if column and spec.columns[column].required:
            places.setdefault(column, []).append(position)
    several = {column: [n for n in found if _filled(body, n)] for column, found in places.items() if len(found) > 1}
    twice = {column: found for column, found in several.items() if len(found) > 1}
    if 2 * len(twice) <= len(spec.bold) or (KEY in places and KEY not in twice):
        return None
    column, found = next(iter(twice.items()))
    return spec.columns[column].header, found[0], found[1]


def _filled(body: pl.DataFrame, position: int) -> bool:
    return bool((body.to_series(position).str.strip_chars() != "").any())


def _other_header(sheet: RawSheet, match: Match) -> int:
    """The row (from 1) of a further header whose columns stand elsewhere; 0 if there is none.

    Tables of several townships pasted one below the other: what stands below such a header would be read in wrong columns.
    """
    spec = match.spec
    again = 0
    for number, *cells in _perhaps_headers(sheet, match).iter_rows():
        places: dict[str, set[int]] = {}
        labels = [spec.by_header.get(normalise_header(cell)) if cell else None for cell in cells]
        for position, column in enumerate(labels):
            if column:
                places.setdefault(column, set()).add(position)
        if sum(map(bool, labels)) < HEADER_CELLS:
            continue
        again += 1
        if any(match.positions.get(column, min(found)) not in found for column, found in places.items()):
            return int(number)
        if again == HEADER_ROWS:
            return 0
    return 0


def _perhaps_headers(sheet: RawSheet, match: Match) -> pl.DataFrame:
    """Rows below the header that may be one more, with their number (from 1) as first column.

    The first sign of one cell tells of nearly every row that it is no header; where many are left, all their cells are looked at.
    """
    spec, below = match.spec, sheet.cells.with_row_index("_n", 1).slice(match.header_row)
    first = sheet.cells.columns[match.telling]
    after = AFTER_DIGITS if KEY in match.positions else AFTER_LETTERS
    plain = below[first].is_between(pl.lit("0"), pl.lit(after), closed="left").fill_null(value=False)
    rows = below.clear() if plain.all() else below.filter(~plain)
    if rows.height <= FEW:
        return rows
    headers = list(spec.by_header)
    if KEY not in match.positions:
        rows = rows.filter(_label(first).is_in(headers))
    known = [_label(name).is_in(headers).fill_null(value=False) for name in sheet.cells.columns]
    return rows.filter(pl.sum_horizontal(known) >= HEADER_CELLS)


def _label(name: str) -> pl.Expr:
    """Cells of a column as headers are compared (`normalise_header`)."""
    return tight_expr(pl.col(name)).str.strip_chars("*:")


def _break_tie(tied: list[Match], sheet: RawSheet, head: list[tuple[str | None, ...]], file_name: str) -> list[Match]:
    """Let the sheet's name, then the title lines, then the file's name decide between equal headers."""
    if len(tied) == 1:
        return tied
    return next((named for named in _named(tied, sheet, head, file_name) if len(named) == 1), tied)


def _named(
    matches: list[Match], sheet: RawSheet, head: list[tuple[str | None, ...]], file_name: str
) -> list[list[Match]]:
    """Which matches the sheet's name, the title lines and the file's name speak of, in this order."""
    titles = "".join(cell for row in head[: matches[0].header_row - 1] for cell in row if cell)
    spoken = [
        [m for m in matches if any(n in text for n in (m.spec.title, *m.spec.names))]
        for text in (sheet.name, titles, file_name)
    ]
    return [named for named in spoken if named]

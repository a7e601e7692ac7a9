"""Sheets that were saved once more and say the same, cell by cell (IN008); files of the same bytes are told before (`opened`)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli import findings
from fupin_cli.intake.raw import without
from fupin_cli.intake.words import PIECE

if TYPE_CHECKING:
    from fupin_cli.intake.headers import Match
    from fupin_cli.intake.raw import RawSheet, Source

SEVERAL = 3  # rows


def people_of(sheet: RawSheet, match: Match) -> str:
    """A hash of whom a sheet names, in order, or what else tells its rows apart; empty where it has but a row or two.

    Sheets of which it differs are no copies: their cells need not be looked at again.
    """
    cells = sheet.column(match.telling).slice(match.header_row).drop_nulls()
    if len(cells) < SEVERAL:
        return ""
    digest = hashlib.blake2b(digest_size=8)
    # All of a long column as one text would take as much memory again.
    for piece in cells.to_frame().iter_slices(PIECE):
        digest.update((piece.to_series().str.join("\n").item() + "\n").encode())
    return digest.hexdigest()


def without_same_sheets(sources: list[Source], found: list[pl.DataFrame]) -> list[Source]:
    """Leave out sheets of a folder that say of a table what another says; a copy is hidden, or has the longer name.

    A row or two are told row by row (ID007, CON005). Not of a bank's files, whose lines are compared
    (`reconciliation.returns`), nor where cells may be numbers that lost digits.
    """
    groups: dict[tuple[str, int | None, str], list[Source]] = {}
    for source in sources:
        if source.people and not source.spec.all_folders:
            groups.setdefault((source.spec.table, source.folder, source.people), []).append(source)
    copies = set()
    for together in (group for group in groups.values() if len(group) > 1):
        first_ones: list[Source] = []
        for source in sorted(together, key=lambda s: (s.raw.hidden, len(s.file), s.index)):
            first = next((other for other in first_ones if _same(other, source)), None)
            if first is None:
                first_ones.append(source)
                continue
            copies.add(source.index)
            where = f"{first.file}!{first.sheet}" if first.sheet else first.file
            found.append(findings.about_file("IN008", source.file, f"与 {where} 逐格相同，只算一次", source.sheet))
    return without(sources, copies)


def _same(one: Source, other: Source) -> bool:
    return one.raw.numeric is None and other.raw.numeric is None and _rows(one).equals(_rows(other))


def _rows(source: Source) -> pl.DataFrame:
    """The cells of the columns that are known, below the header, of rows in which anything stands."""
    cells = [source.raw.column(position).alias(name) for name, position in sorted(source.positions.items())]
    return pl.DataFrame(cells).slice(source.header_row).filter(pl.any_horizontal(pl.all().is_not_null()))

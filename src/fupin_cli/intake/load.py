"""Recognised sheets → a month's tables: choose what serves the month, type it. Counts always add up."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli import findings
from fupin_cli.intake.inbox import SIDE, assign_roles
from fupin_cli.intake.opened import FileNote, Inbox, read_inbox
from fupin_cli.intake.rows import Rows, read_rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fupin_cli.intake.contracts import TableSpec
    from fupin_cli.intake.raw import Source, Unplaced
    from fupin_cli.policy.settings import Intake as Limits


@dataclass
class Intake:
    """The tables of a run. `tables` serve the month, `previous` the month before, `set_aside` cannot be keyed."""

    month: int
    sources: list[Source] = field(default_factory=list, repr=False)
    tables: dict[str, pl.DataFrame] = field(default_factory=dict, repr=False)
    previous: dict[str, pl.DataFrame] = field(default_factory=dict, repr=False)
    set_aside: dict[str, pl.DataFrame] = field(default_factory=dict, repr=False)
    found: pl.DataFrame = field(default_factory=findings.empty, repr=False)
    files: list[FileNote] = field(default_factory=list, repr=False)
    # Of files that were approved with and written over since (`jobs.replaced_lists`): rows by table.
    replaced: dict[str, pl.DataFrame] = field(default_factory=dict, repr=False)
    unreadable: bool = False  # some input could not be read or used: exit 3
    unplaced: list[Unplaced] = field(default_factory=list, repr=False)  # what no month's computation took in
    answers: list[Unplaced] = field(default_factory=list)  # further sheets, that a bank may have sent


def load(
    inbox: Path,
    month: int,
    contracts: dict[str, TableSpec],
    limits: Limits,
    password: str | None = None,
) -> Intake:
    """Read an inbox for one month; encrypted workbooks with the password.

    Raises:
        NoInputError: no file, or no table in any of them.
    """
    return select(read_inbox(inbox, contracts, limits, password=password), month)


def select(  # noqa: PLR0913 - what choosing depends on
    inbox: Inbox,
    month: int,
    known_until: int | None = None,
    progress: Callable[[str, int, int], None] = lambda *_: None,
    tables: tuple[str, ...] = (),
    *,
    past_only: tuple[str, ...] = (),
) -> Intake:
    """Choose (`choose`) and type what serves a month (of these `tables` only, if any are named)."""
    result = Intake(
        month, files=inbox.files, unreadable=inbox.unreadable, unplaced=inbox.unplaced, answers=inbox.answers
    )
    result.sources, found = choose(inbox, month, known_until, past_only=past_only)
    used: dict[str, dict[str, list[Source]]] = {}
    for source in sorted(result.sources, key=lambda source: source.role):  # current before previous
        if source.role != "unused" and not (tables and source.spec.table not in tables):
            used.setdefault(source.spec.table, {}).setdefault(source.role, []).append(source)
    for number, (table, roles) in enumerate(used.items(), 1):
        progress(f"整理 {_title(roles)}", number, len(used))
        _type(inbox, [source for sources in roles.values() for source in sources])
        for role, sources in roles.items():
            rows = typed_rows(inbox, sources)
            if role == "current":
                result.tables[table], result.set_aside[table] = as_last_named(rows.accepted, sources), rows.set_aside
                found.append(rows.found)
            else:
                result.previous[table] = rows.accepted
    result.found = findings.gather(found)
    return result


def folder_of(sources: list[Source]) -> pl.Expr:
    """Of rows of sheets (`_src`) the month index of the folder in which their file lies; null of the inbox itself."""
    folders = {source.index: source.folder for source in sources}
    return pl.col("_src").replace_strict(folders, default=None, return_dtype=pl.Int32)


def as_last_named(rows: pl.DataFrame, sources: list[Source]) -> pl.DataFrame:
    """Of lists of several months (of the dead, of prisoners, …) each person's rows in the newest that names him.

    What lies in the inbox itself serves every month, beside whatever is newest.
    """
    several = sum(source.folder is not None for source in sources) > 1
    if sources[0].spec.group != SIDE or sources[0].spec.every_folder or not several:
        return rows
    folder = folder_of(sources)
    return rows.filter(folder.is_null() | (folder == folder.max().over("id_number")))


def choose(
    inbox: Inbox, month: int, known_until: int | None = None, *, past_only: tuple[str, ...] = ()
) -> tuple[list[Source], list[pl.DataFrame]]:
    """The sheets of an inbox with their roles in a month, and what there is to be said of files.

    `known_until`: a month whose lists of the dead, of prisoners, … are known already, when an earlier month is computed
    again. `past_only`: tables of all folders whose sheets for later months alone are left out.
    """
    sources = [replace(source, role="unused") for source in inbox.sources]
    found = [inbox.found]
    found += [findings.about_file("IN014", "", note) for note in assign_roles(sources, month, known_until or month)]
    _drop_copies(sources, found)
    for table in past_only:
        _leave_later(inbox, [s for s in sources if s.spec.table == table and s.role == "current"], month)
    return sources, found


def _leave_later(inbox: Inbox, sources: list[Source], month: int) -> None:
    """Leave out the sheets of a table that hold rows of later months alone, by their month column, else by their folder.

    Where nothing would be left, all stay: a table that was handed in is not taken for one that was not.
    """
    if not sources:
        return
    column = sources[0].spec.month_column
    later = {s.index for s in sources if s.folder is not None and s.folder > month}
    if column:
        _type(inbox, sources)
        _count(inbox, sources)
        begins = {s.index: inbox.typed[s.index].begins(column).get(s.index) for s in sources}
        later = {i for i, first in begins.items() if (i in later if first is None else first > month)}
    if len(later) < len(sources):
        for source in sources:
            if source.index in later:
                source.role = "unused"


def _title(roles: dict[str, list[Source]]) -> str:
    """The name of the table that these sheets hold."""
    return next(iter(roles.values()))[0].spec.title


def _type(inbox: Inbox, sources: list[Source]) -> None:
    """Type those sheets of one table that no month has asked for yet, all in one pass; rows that were kept are taken."""
    fresh = sorted((s for s in sources if s.index not in inbox.typed), key=lambda source: source.index)
    inbox.typed |= {source.index: rows for source in fresh if (rows := inbox.rows_of(source))}
    fresh = [source for source in fresh if source.index not in inbox.typed]
    if fresh:
        rows = read_rows(fresh)
        inbox.typed |= dict.fromkeys((source.index for source in fresh), rows)
        inbox.keep(fresh, rows)


def typed_rows(inbox: Inbox, sources: list[Source]) -> Rows:
    """The rows of sheets of one table in their order, typed once for all months; the counts go to these sources."""
    _type(inbox, sources)
    wanted = {source.index for source in sources}
    together = list({id(inbox.typed[i]): inbox.typed[i] for i in sorted(wanted)}.values())
    parts = [rows.of(wanted) for rows in together]
    _count(inbox, sources)
    if len(parts) == 1:
        return parts[0]
    accepted, aside, found = (
        pl.concat(frames).sort("_src", maintain_order=True)
        for frames in (
            [part.accepted for part in parts],
            [part.set_aside for part in parts],
            [part.found for part in parts],
        )
    )
    return Rows(accepted, aside, found, {i: count for part in parts for i, count in part.counts.items()})


def _count(inbox: Inbox, sources: list[Source]) -> None:
    for source in sources:
        source.rows_read, source.rows_accepted = inbox.typed[source.index].counts[source.index]
        source.rows_set_aside = source.rows_read - source.rows_accepted


def _drop_copies(sources: list[Source], found: list[pl.DataFrame]) -> None:
    """Of tables read from all folders, use a file that lies in several of them once (IN008).

    A bank's file that names no batch is of its folder's month: two months in which all were paid alike are no copies.
    """
    seen: dict[tuple[str, str, int | None], str] = {}
    for source in sources:
        if source.spec.every_folder and source.role == "current":
            place = None if source.spec.month_column or _has_text(source, "batch") else source.folder
            first = seen.setdefault((source.sha256, source.sheet, place), source.file)
            if first != source.file:
                source.role = "unused"
                found.append(
                    findings.about_file("IN008", source.file, f"与 {first} 内容完全相同，只算一次", source.sheet)
                )


def _has_text(source: Source, column: str) -> bool:
    """Whether a sheet has the column, and anything in it."""
    if column not in source.positions:
        return False
    cells = source.raw.column(source.positions[column]).slice(source.header_row)
    return bool((cells.str.strip_chars() != "").any())

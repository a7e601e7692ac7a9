"""What sheets of months' folders were recognised as, and their rows as typed, kept in `.fupin/cache/`: never a source of truth.

A file is hashed by every command before anything is asked of it here. What is found was recognised and typed from the very bytes
that lie there now, under the same name, by the same contracts, the same program, within the same limits. Files of which there is
something to be told are looked at every time. An approval reads and types all files itself.
"""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.intake.known import pack_rows, unpack_rows
from fupin_cli.jobs.kept_cells import MOST, KeptCells, read_by
from fupin_cli.jobs.sealed import Shelf, logged, size_of, unheard
from fupin_cli.outputs.manifest import digest

if TYPE_CHECKING:
    from pathlib import Path

    from fupin_cli.intake.contracts import TableSpec
    from fupin_cli.intake.inbox import InboxFile
    from fupin_cli.intake.known import Head
    from fupin_cli.intake.raw import Source
    from fupin_cli.intake.rows import Rows
    from fupin_cli.jobs.sealed import Damaged
    from fupin_cli.jobs.workspace import Workspace
    from fupin_cli.policy.settings import Intake, Settings

LIST, ROWS = ".inbox", ".rows"
HEAD = b"fupin.tables/1"
NAME = "tables"


class KeptTables:
    """What is kept of an inbox's months (`intake.known.KeptTables`)."""

    def __init__(  # noqa: PLR0913 - all that rows depend on
        self,
        root: Path,
        contracts: dict[str, TableSpec],
        limits: Intake,
        *,
        looks: bool,
        keeps: bool,
        damaged: Damaged = unheard,
    ) -> None:
        """Nothing is read or written yet."""
        self._contracts, self._limits, self._looks = contracts, limits, looks
        self._list = Shelf(root, LIST, HEAD, MOST, looks=looks, keeps=keeps, damaged=damaged)
        self._rows = Shelf(root, ROWS, HEAD, MOST, looks=looks, keeps=keeps, damaged=damaged)

    @cached_property
    def _key(self) -> str:
        """What a sheet is, and its rows, depend on beside its file; empty where that cannot be told."""
        by = read_by(self._limits)
        return digest([by, {name: repr(spec) for name, spec in self._contracts.items()}]) if by else ""

    @cached_property
    def _known(self) -> dict[str, list[Head]]:
        body = self._list.get(NAME, self._key) if self._looks else None
        try:
            return {} if body is None else dict(json.loads(body))
        except ValueError as error:
            self._list.damaged(f"{NAME}{LIST}", type(error).__name__)
            return {}

    def heads(self, file: InboxFile) -> list[Head] | None:
        """What a file's sheets were recognised as; None where it is not known."""
        return self._known.get(_named(file.name, file.sha256)) if file.sha256 else None

    def recognised(self, heads: dict[InboxFile, list[Head]], sources: list[Source]) -> None:
        """Keep what files were recognised as; of sheets that are not among these sources nothing stays."""
        self._rows.only(map(_sheet, sources))
        self._list.only([NAME])
        now = {_named(file.name, file.sha256): own for file, own in heads.items() if file.sha256}
        if now != self._known:
            self._list.put(NAME, self._key, json.dumps(now).encode)

    def forget(self) -> None:
        """Take away what is kept."""
        self._rows.only(())
        self._list.only(())

    def rows(self, source: Source) -> Rows | None:
        """A sheet's rows, if they are kept."""
        name = _sheet(source)
        body = self._rows.get(name, self._key)
        if body is None:
            return None
        try:
            return unpack_rows(source, body)
        except (ValueError, KeyError, EOFError, pl.exceptions.PolarsError) as error:
            self._rows.damaged(f"{name}{ROWS}", type(error).__name__)
            return None

    def typed(self, source: Source, rows: Rows) -> None:
        """Keep a sheet's rows."""
        name = _sheet(source)
        self._rows.put(name, self._key, lambda: pack_rows(source, rows))


def size(root: Path) -> tuple[int, int]:
    """Of how many sheets rows are kept, and their bytes."""
    return size_of(root, ROWS)


def _named(file: str, sha256: str) -> str:
    return f"{sha256} {file}"


def _sheet(source: Source) -> str:
    return digest([source.file, source.sha256, source.nth])


def of_inbox(  # noqa: PLR0913 - what is kept, and whether
    workspace: Workspace,
    inbox: Path,
    contracts: dict[str, TableSpec],
    settings: Settings,
    *,
    looks: bool,
    keeps: bool,
) -> tuple[KeptCells | None, KeptTables | None]:
    """What is kept of a workspace's own inbox; nothing for another folder, or where nothing is to be kept ([intake] cache)."""
    if not (looks or keeps) or inbox != workspace.inbox:
        return None, None
    root = workspace.root
    cells, tables = (logged(root, settings.run, f"kept {what} damaged", writes=keeps) for what in ("cells", "tables"))
    books = KeptCells(root, settings.intake, looks=looks, keeps=keeps, damaged=cells)
    past = KeptTables(root, contracts, settings.intake, looks=looks, keeps=keeps, damaged=tables)
    if settings.intake.cache:
        return books, past
    books.only(())
    past.forget()
    return None, None

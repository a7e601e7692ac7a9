"""What lies in the month folders of an inbox, beside the month that is looked at."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.intake.inbox import folder_month
from fupin_cli.intake.load import typed_rows
from fupin_cli.month.handed_in import TABLES

if TYPE_CHECKING:
    from fupin_cli.intake.opened import Inbox
    from fupin_cli.intake.raw import Source


def months_of(inbox: Inbox) -> tuple[int, ...]:
    """Month folders in which a table was recognised, in order."""
    return tuple(sorted({source.folder for source in inbox.sources if source.folder is not None}))


def rows_between(inbox: Inbox, table: str, since: int, before: int) -> pl.DataFrame:
    """Rows of a table in the month folders from `since` to before `before`; none where there are none."""
    sources = [
        s for s in inbox.sources if s.spec.table == table and s.folder is not None and since <= s.folder < before
    ]
    return typed_rows(inbox, _lent(sources)).accepted if sources else pl.DataFrame()


def latest_before(inbox: Inbox, month: int) -> dict[str, tuple[pl.DataFrame, int]]:
    """Tables that townships hand in → their rows (those set aside too) in the latest folder before a month, and its month."""
    found = {}
    for table in TABLES:
        sources = [s for s in inbox.sources if s.spec.table == table and s.folder is not None and s.folder < month]
        last = max((s.folder for s in sources if s.folder is not None), default=None)
        if last is not None:
            rows = typed_rows(inbox, _lent([s for s in sources if s.folder == last]))
            found[table] = (pl.concat([rows.accepted, rows.set_aside], how="diagonal"), last)
    return found


def gone(inbox: Inbox, inputs: pl.DataFrame) -> str:
    """Which of the inputs (file, table_name) is not in the inbox any more, and nothing in its place; empty if none.

    A file of the same folder that is new and holds the same table takes the place of one that is gone.
    """
    known = set(inputs.select("file", "table_name").iter_rows())
    here = {(source.file, source.spec.table) for source in inbox.sources}
    fresh = {(_place(file), table) for file, table in here - known}
    lost = [file for file, table in sorted(known - here) if (_place(file), table) not in fresh]
    return str(lost[0]) if lost else ""


def _lent(sources: list[Source]) -> list[Source]:
    """Sources whose counts are not those of the month that is computed."""
    return [replace(source) for source in sources]


def _place(file: str) -> object:
    """The month of a file's folder, however its name is written; of other files the folder."""
    month = folder_month(file)
    return PurePosixPath(file).parent if month is None else month

"""The month's tables as they were handed in, and of which month and county they are."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.intake.load import folder_of
from fupin_cli.plans import collected
from fupin_cli.policy import months
from fupin_cli.policy.idnumber import OLD_LENGTH, of_today
from fupin_cli.policy.letters import first_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from fupin_cli.intake.contracts import TableSpec
    from fupin_cli.intake.load import Intake
    from fupin_cli.policy.parameters import Policy
    from fupin_cli.policy.settings import Settings

ORIGIN = ("_src", "_file", "_sheet", "_row")
PLACE = ["_src", "_row"]
NAMED = 3  # files that a message can carry


@dataclass
class Tables:
    """The tables of a run and the month they are judged for. Nothing here reads a file or looks at the clock."""

    intake: Intake = field(repr=False)
    policy: Policy
    contracts: dict[str, TableSpec]
    # Rows of a table in the month folders from one to before another (table, from, before): what a window looks back at.
    folder_rows: Callable[[str, int, int], pl.DataFrame] | None = field(default=None, kw_only=True, repr=False)

    @property
    def month(self) -> int:
        """The run's month."""
        return self.intake.month

    @cached_property
    def settings(self) -> Settings:
        """The county's settings, with dated numbers as they hold in the month."""
        return self.policy.settings.at(self.month)

    @property
    def labour_age(self) -> int:
        """The age in years from which people count as labour, by the law."""
        return int(self.policy.file.people.labour_age.years)

    @cached_property
    def first(self) -> date:
        """First day of the month."""
        return months.first_day(self.month)

    @cached_property
    def last(self) -> date:
        """Last day of the month: ages are taken on it unless a check says otherwise."""
        return months.last_day(self.month)

    @cached_property
    def folder(self) -> pl.Expr:
        """Of rows of any table the month index of their file's folder; null of the inbox itself (`load.folder_of`)."""
        return folder_of(self.intake.sources)

    @cached_property
    def size(self) -> int:
        """Rows of all tables."""
        return sum(frame.height for frame in self.intake.tables.values())

    def has(self, table: str) -> bool:
        """Whether a table was supplied. An export of people without one that can be read says of nobody that he is not there."""
        return table in self.intake.tables and (table != "registry" or self.intake.tables[table].height > 0)

    def unread(self, *tables: str) -> str:
        """Which files that may hold more rows of tables for the month were not read, for a message; empty where all were.

        Of whom the rest of the table does not name nobody can say then that he is not there.
        """
        served = {(s.spec.table, s.folder) for s in self.intake.sources if s.role == "current" and s.folder}
        newest = {table: max((f for t, f in served if t == table and f <= self.month), default=0) for table in tables}
        files = [
            entry.file
            for entry in self.intake.unplaced
            if any(t in entry.tables and newest[t] <= (entry.folder or self.month) <= self.month for t in tables)
        ]
        named = list(dict.fromkeys(files))
        return f"；{first_of(named, NAMED, '个文件')} 没有读进来，处理好再看" if named else ""

    def table(self, name: str) -> pl.LazyFrame:
        """Rows of a table that was supplied."""
        return self.intake.tables[name].lazy()

    def maybe(self, name: str) -> pl.DataFrame | None:
        """Rows of a table, or None where it was not supplied."""
        return self.intake.tables.get(name)

    def listed(self, name: str) -> pl.DataFrame:
        """Rows of a list that was supplied, people of old numbers of 15 digits under those they have today (`_old_number`).

        Nothing is said of such a number anywhere (SPEC 9.12), but whom a list means by it is not in doubt. With what the list
        that the month was approved with said of people whom this one does not name (`Intake.replaced`).
        """
        rows = _today(self.intake.tables[name])
        before = None if self.contracts[name].lasting else self.intake.replaced.get(name)
        return rows if before is None else pl.concat([rows, _unnamed(before, rows)], how="diagonal")

    def rows_before(self, name: str, since: int) -> pl.DataFrame:
        """Rows of a table in the month folders before from `since` on; a folder may serve the month too: not those that are its own."""
        own = self.intake.tables[name]
        others = self.folder_rows(name, since, self.month) if self.folder_rows else own.clear()
        if not others.height:
            return own.clear()
        return others.join(own.select(PLACE), on=PLACE, how="anti", maintain_order="left")

    def rows_since(self, name: str, since: int) -> pl.DataFrame:
        """Rows of a table that was supplied, and those of the month folders before from `since` on.

        Every month hands in a file of its own of most tables: what lies some months back stands in theirs.
        """
        return pl.concat([self.intake.tables[name], self.rows_before(name, since)], how="diagonal")

    def with_column(self, table: str, *columns: str) -> pl.LazyFrame:
        """Rows of those files of a table that have all the columns: a column that is not there says nothing."""
        return self.table(table).filter(pl.col("_src").is_in(self.sources_with(table, *columns)))

    def unread_cells(self, table: str, column: str) -> pl.DataFrame:
        """Rows of a table whose cell of a column is filled and cannot be read as a date, month or number: `_src`, `_row`."""
        found = self.intake.found
        wrong = (pl.col("table") == table) & (pl.col("column") == column) & pl.col("code").is_in(["IN005", "IN006"])
        return collected(found.lazy().filter(wrong).select(PLACE).unique(), found.height)

    def sources_with(self, table: str, *columns: str) -> list[int]:
        """Indexes of the files of a table that have all the columns."""
        return [
            source.index
            for source in self.intake.sources
            if source.role == "current" and source.spec.table == table and all(c in source.positions for c in columns)
        ]

    def older_lists(self, table: str) -> list[int]:
        """Indexes of the files of a table that lie in an older folder than its newest up to the month: what they say, that does not repeat."""
        folders = {
            source.index: source.folder
            for source in self.intake.sources
            if source.role == "current" and source.spec.table == table and source.folder is not None
        }
        newest = max((folder for folder in folders.values() if folder <= self.month), default=0)
        return [index for index, folder in folders.items() if folder < newest]

    def lasting(self, name: str) -> pl.DataFrame:
        """Rows of a list whose word lasts (of the dead, of prisoners), with `older`: only a list before its newest says so.

        It lies in an older folder (`older_lists`), or lay in the inbox itself and was written over (`Intake.replaced`).
        """
        rows = self.listed(name).with_columns(older=pl.col("_src").is_in(self.older_lists(name)))
        before = self.intake.replaced.get(name)
        if before is None:
            return rows
        return pl.concat([rows, _unnamed(before, rows).with_columns(older=pl.lit(value=True))], how="diagonal")

    def previous(self, name: str) -> pl.LazyFrame:
        """Rows of a table in the month folder before."""
        return self.intake.previous[name].lazy()


def _unnamed(before: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of earlier lists about people whom those of now do not name."""
    return _today(before).join(rows, on="id_number", how="anti", maintain_order="left")


def _today(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with `_old_number`: theirs had 15 digits, and is written now as it is today."""
    number = pl.col("id_number")
    rows = rows.with_columns(_old_number=(number.str.len_bytes() == OLD_LENGTH).fill_null(value=False))
    return rows.with_columns(of_today(number)) if rows["_old_number"].any() else rows

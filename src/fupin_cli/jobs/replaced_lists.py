"""What was approved with and has been written over since: lists of people in the inbox itself, attendance, payment histories.

What a list of the dead says lasts. One in a month's folder stays there; one in the inbox itself is written over by the next, and
where that tells of new cases alone the dead would be paid again. The approval kept it (SPEC 9.10): it goes on being known,
as an older list, unless the folder of that month has one now. What was paid was paid, though a history of the last year alone
does not tell of it: of each file that version is known that held most. A policy covers, though a list of new ones alone does
not name it. Who stood on the public payroll when a month was approved and is not on the list of now has left it, or is not
told of: that month stays as it was. So do its attendance and what was settled by hand, where the table of now has no row of it.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli import findings
from fupin_cli.errors import NoInputError
from fupin_cli.intake.inbox import SIDE, folder_month
from fupin_cli.intake.load import typed_rows
from fupin_cli.intake.opened import read_inbox
from fupin_cli.jobs.history import TABLE as HISTORY
from fupin_cli.ledger import kept
from fupin_cli.policy.months import month_text

if TYPE_CHECKING:
    from fupin_cli.intake.contracts import TableSpec
    from fupin_cli.intake.load import Intake
    from fupin_cli.intake.opened import Inbox
    from fupin_cli.intake.raw import Source
    from fupin_cli.intake.rows import Rows
    from fupin_cli.jobs.books import Books
    from fupin_cli.jobs.workspace import Workspace
    from fupin_cli.ledger.kept import Kept, KeptFile
    from fupin_cli.policy.settings import Intake as Limits

EMPLOYMENT, COVER = "employment", "accident_insurance"
MONTHLY = ("attendance", "settlements")
PAYS = (*MONTHLY, COVER)  # without their rows a line is held: nobody is paid because they are gone
Reads = tuple["Workspace", "dict[str, TableSpec]", "Limits"]  # where, as what and within which limits files are read


@dataclass
class Replaced:
    """A table of a file that approvals kept and that is not in the inbox any more.

    `month`: the last that was approved with it; `batches`: the approvals that kept it, in their order.
    """

    spec: TableSpec
    month: int
    batches: list[str]
    file: KeptFile = field(repr=False)
    held: Kept = field(repr=False)  # what the last of them keeps
    reads: Reads = field(repr=False)
    hashes: dict[str, str] = field(repr=False)

    def kept_since(self, approval: str) -> bool:
        """Whether an approval kept it, or a later one."""
        order = list(self.hashes)
        return approval in order and max(map(order.index, self.batches)) >= order.index(approval)

    @property
    def known_by(self) -> list[object]:
        """What a month computed again depends on of it."""
        return [self.month, self.spec.table, self.file.sha256, self.batches]

    @cached_property
    def sheets(self) -> list[tuple[Source, Rows]]:
        """Its sheets of the table and their rows; `_file` says when it was approved with."""
        place, contracts, limits = self.reads
        with tempfile.TemporaryDirectory(prefix="fupin-") as name:
            kept.give_back(place.root, replace(self.held, files=[self.file]), Path(name), self.hashes)
            try:
                inbox = read_inbox(Path(name), contracts, limits, password=place.password)
            except NoInputError:
                return []
            mine = [source for source in inbox.sources if source.spec.table == self.spec.table]
            read = [(source, typed_rows(inbox, [source])) for source in mine]
        said = f"（{month_text(self.month)}批准时）"
        file = pl.concat_str("_file", pl.lit(said))
        return [
            (
                replace(source, file=f"{source.file}{said}"),
                replace(
                    rows,
                    accepted=rows.accepted.with_columns(_file=file),
                    set_aside=rows.set_aside.with_columns(_file=file),
                ),
            )
            for source, rows in read
        ]

    @property
    def rows(self) -> pl.DataFrame:
        """Its rows that could be keyed; they lie in no sheet of the inbox."""
        frames = [rows.accepted.with_columns(_src=pl.lit(None, dtype=pl.UInt32)) for _, rows in self.sheets]
        return pl.concat(frames) if frames else pl.DataFrame()


def replaced_lists(books: Books, inbox: Inbox, reads: Reads) -> list[Replaced]:
    """Such files as the approvals that stand kept them, each version once; of a history's file that which held most.

    Of approvals before inputs were kept there are none.

    Raises:
        KeptError: an archive is gone by whose lists somebody may have been held, damaged or another (exit 12).
    """
    place, contracts, _ = reads
    wanted = [name for name, spec in contracts.items() if name in {HISTORY, *PAYS} or _of_people(spec)]
    used = books.inputs.filter(pl.col("table_name").is_in(wanted)).sort("month", maintain_order=True)
    here = {source.sha256 for source in inbox.sources}
    held: dict[str, Kept] = {}
    hashes: dict[str, str] = dict(books.postings.select("batch", "kept_sha256").iter_rows())
    found: dict[tuple[str, str], Replaced] = {}
    for batch, month, table, name in used.select("batch", "month", "table_name", "file").iter_rows():
        if not hashes[batch] or (table != HISTORY and folder_month(name) is not None):
            continue
        if table in PAYS and not kept.archive(place.root, batch).is_file():
            continue
        if batch not in held:
            held[batch] = kept.contents(place.root, batch)
        file = next((file for file in held[batch].files if file.name == name), None)
        if file is None or file.sha256 in here:
            continue
        key = (table, name if table == HISTORY else file.sha256)
        before = found.get(key)
        if table != HISTORY or before is None or before.file.size <= file.size:
            batches = [*(before.batches if before else []), batch]
            found[key] = Replaced(contracts[table], month, batches, file, held[batch], reads, hashes)
    return list(found.values())


def _of_people(spec: TableSpec) -> bool:
    """Whether it is a list that is compared with who is paid: of the dead, of prisoners, of the public payroll, …, of who works away."""
    return (spec.group == SIDE and not spec.every_folder) or spec.table == EMPLOYMENT


def with_replaced(intake: Intake, lists: list[Replaced], until: int, paid: pl.DataFrame, approval: str = "") -> Intake:
    """A month's tables with what approvals knew and the inbox does not tell any more: `Intake.replaced`, `MONTHLY` tables.

    `until`: up to which month's approvals; `paid`: the ledger's payments (`history.payments`), which that adds to the history;
    `approval`: the batch of the month itself, if it is computed again.
    """
    known = [one for one in lists if _is_known(one, intake, until, approval) and one.rows.height]
    tables = dict.fromkeys(one.spec.table for one in known)
    found = {name: _together([one for one in known if one.spec.table == name]) for name in tables}
    for payments in (intake.tables.get(HISTORY), paid):
        if HISTORY in found and payments is not None:
            keys = ["id_number", "month", "measure"]
            found[HISTORY] = found[HISTORY].join(payments, on=keys, how="anti", maintain_order="left")
    intake = replace(intake, replaced=found)
    for table in MONTHLY:
        intake = _with_own(intake, table, [one for one in lists if approval in one.batches and one.spec.table == table])
    return intake


def _together(versions: list[Replaced]) -> pl.DataFrame:
    """The rows of versions of a table, from the oldest: of each person the newest that names him, unless what they say lasts."""
    spec, rows = versions[0].spec, versions[0].rows
    for newer in (one.rows for one in versions[1:]):
        if not (spec.lasting or spec.table in {HISTORY, COVER}):
            rows = rows.join(newer, on="id_number", how="anti", maintain_order="left")
        rows = pl.concat([rows, newer], how="diagonal")
    return rows


def _is_known(one: Replaced, intake: Intake, until: int, approval: str) -> bool:
    """Whether a month knows it: what lasts, from the month on; other lists, if its own approval or a later one kept them.

    Not if the folder of that month has such a list now: it was put right there.
    """
    table = one.spec.table
    if table in {HISTORY, COVER}:
        return one.month <= until
    if one.spec.lasting:
        return one.month <= until and not _lies_in(intake, table, one.month, one.month)
    return table not in MONTHLY and one.kept_since(approval) and not _lies_in(intake, table, intake.month, one.month)


def _lies_in(intake: Intake, table: str, first: int, last: int) -> bool:
    """Whether one of the month folders from the first to the last has the table now."""
    return any(s.spec.table == table and s.folder is not None and first <= s.folder <= last for s in intake.sources)


def _with_own(intake: Intake, table: str, lists: list[Replaced]) -> Intake:
    """A month with its rows of a table of many months as it was approved with, if the table of now has no row of the month.

    Of several files (of each township one) those that were written over with other months, about whom no other file tells.
    `lists`: what its approval kept. Its sheets stand behind those of the inbox.
    """
    own = pl.col("month") == intake.month
    now = intake.tables.get(table)
    if now is None:
        return intake
    told = now.filter(own)
    silent = {source.file for source in intake.sources if source.spec.table == table} - set(told["_file"])
    sources, tables, found = list(intake.sources), [now], [intake.found]
    for source, rows in (sheet for one in lists if one.file.name in silent or not told.height for sheet in one.sheets):
        index = pl.lit(len(sources), dtype=pl.UInt32)
        sources.append(replace(source, index=len(sources), role="current"))
        mine = rows.accepted.filter(own).join(told, on="id_number", how="anti", maintain_order="left")
        tables.append(mine.with_columns(_src=index))
        found.append(rows.found.join(mine, on=["_src", "_row"], how="semi").with_columns(_src=index))
    return replace(
        intake,
        sources=sources,
        tables=intake.tables | {table: pl.concat(tables, how="diagonal")},
        found=findings.gather(found),
    )

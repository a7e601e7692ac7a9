"""What was approved with and has been written over since: lists of the dead and of prisoners in the inbox itself, payment histories.

What a list of the dead says lasts. One in a month's folder stays there; one in the inbox itself is written over by the next, and
where that tells of new cases alone the dead would be paid again. The approval kept it (SPEC 9.10): it goes on being known,
as an older list, unless the folder of that month has one now. What was paid was paid, though a history of the last year alone
does not tell of it: of each file that version is known that held most.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.errors import NoInputError
from fupin_cli.intake.inbox import folder_month
from fupin_cli.intake.load import typed_rows
from fupin_cli.intake.opened import read_inbox
from fupin_cli.jobs.history import TABLE as HISTORY
from fupin_cli.ledger import kept
from fupin_cli.policy.months import month_text

if TYPE_CHECKING:
    from fupin_cli.intake.contracts import TableSpec
    from fupin_cli.intake.opened import Inbox
    from fupin_cli.jobs.books import Books
    from fupin_cli.jobs.workspace import Workspace
    from fupin_cli.ledger.kept import Kept, KeptFile
    from fupin_cli.policy.settings import Intake

Lists = list[tuple[int, str, str, pl.DataFrame]]  # month approved with it, table, SHA-256, rows
Reads = tuple["Workspace", "dict[str, TableSpec]", "Intake"]  # where, as what and within which limits files are read


def replaced_lists(books: Books, inbox: Inbox, reads: Reads) -> Lists:
    """Such files as the approvals that stand kept them, each version once, by the last month that was approved with it.

    Raises:
        KeptError: an archive is gone, damaged or another (exit 12).
    """
    place, contracts, _ = reads
    lasting = [name for name, spec in contracts.items() if spec.lasting]
    used = books.inputs.filter(pl.col("table_name").is_in([*lasting, HISTORY])).sort("month")
    here = {source.sha256 for source in inbox.sources}
    again = {(source.spec.table, source.folder) for source in inbox.sources if source.spec.table in lasting}
    held: dict[str, Kept] = {}
    found: dict[tuple[str, str], tuple[int, Kept, KeptFile]] = {}
    for batch, month, table, name in used.select("batch", "month", "table_name", "file").iter_rows():
        if table != HISTORY and folder_month(name) is not None:
            continue
        if batch not in held:
            held[batch] = kept.contents(place.root, batch)
        file = next((file for file in held[batch].files if file.name == name), None)
        if file is None or file.sha256 in here:
            continue
        key = (table, name if table == HISTORY else file.sha256)
        if table != HISTORY or key not in found or found[key][2].size <= file.size:
            found[key] = (month, held[batch], file)
    hashes = dict(books.postings.select("batch", "kept_sha256").iter_rows()) if found else {}
    return [
        (month, table, file.sha256, _rows(reads, replace(batch, files=[file]), hashes, table, month))
        for (table, _), (month, batch, file) in found.items()
        if (table, month) not in again
    ]


def known_then(lists: Lists, until: int, history: pl.DataFrame | None, paid: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The rows by table that were approved with up to a month; of payments those that stand in no history of now.

    `history`: that of now; `paid`: the ledger's payments (`history.payments`).
    """
    parts: dict[str, list[pl.DataFrame]] = {}
    for of, table, _, rows in lists:
        if of <= until and rows.height:
            parts.setdefault(table, []).append(rows)
    found = {table: pl.concat(frames, how="diagonal") for table, frames in parts.items()}
    for payments in (history, paid):
        if HISTORY in found and payments is not None:
            keys = ["id_number", "month", "measure"]
            found[HISTORY] = found[HISTORY].join(payments, on=keys, how="anti", maintain_order="left")
    return found


def _rows(reads: Reads, of_one: Kept, hashes: dict[str, str], table: str, month: int) -> pl.DataFrame:
    """The rows of a file that was kept, and in `_file` when it was approved with."""
    place, contracts, limits = reads
    with tempfile.TemporaryDirectory(prefix="fupin-") as name:
        kept.give_back(place.root, of_one, Path(name), hashes)
        try:
            inbox = read_inbox(Path(name), contracts, limits, password=place.password)
        except NoInputError:
            return pl.DataFrame()
        rows = typed_rows(inbox, [s for s in inbox.sources if s.spec.table == table]).accepted
    return rows.with_columns(_file=pl.format("{}（{}批准时）", "_file", pl.lit(month_text(month))))

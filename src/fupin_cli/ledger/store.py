"""The ledger: one SQLite file in the workspace. Rows are only ever added; the file itself refuses changes.

SQLite is transactional, needs no server, survives being killed and full disks, lets two processes in one at a time,
and can be read with common tools in twenty years (docs/decisions/006).
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.errors import FupinError
from fupin_cli.ledger import seal
from fupin_cli.ledger.file import connected, ledger_path, read, trouble, unprotected
from fupin_cli.ledger.key import FOLDER, workspace_key
from fupin_cli.ledger.key import LEDGER_FILE as FILE
from fupin_cli.ledger.model import (
    AGAIN,
    APPROVAL,
    APPROVED_KINDS,
    BACK_PAY,
    BY_HAND,
    BY_RUN,
    CANCEL,
    CLOSING,
    DISCARDED,
    LINE,
    NETTED,
    OPENING,
    RECOVER,
    REISSUE,
    SENT_KINDS,
    TABLES,
    WITHDRAWAL,
    WITHDRAWN,
    Batch,
    Draft,
    Input,
    Line,
    Settlement,
    frame,
    lines_from,
    schema_of,
)

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "AGAIN",
    "APPROVAL",
    "APPROVED_KINDS",
    "BACK_PAY",
    "BY_HAND",
    "BY_RUN",
    "CANCEL",
    "CLOSING",
    "DISCARDED",
    "FILE",
    "FOLDER",
    "LINE",
    "NETTED",
    "OPENING",
    "RECOVER",
    "REISSUE",
    "SENT_KINDS",
    "TABLES",
    "WITHDRAWAL",
    "WITHDRAWN",
    "AlreadyPostedError",
    "Batch",
    "Draft",
    "Head",
    "Input",
    "Line",
    "Posting",
    "Settlement",
    "ledger_path",
    "lines_from",
    "read",
    "trouble",
    "unprotected",
]

# Batches that this process has posted, so that an interruption afterwards can say so.
posted_here: list[str] = []


class AlreadyPostedError(FupinError):
    """The month is approved already, or the opening balance imported (exit 12)."""

    exit_code = 12


def _insert(connection: sqlite3.Connection, table: str, rows: pl.DataFrame) -> None:
    marks = ", ".join("?" for _ in schema_of(table))
    connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows.iter_rows())  # noqa: S608 - names of our own


@dataclass(frozen=True)
class Head:
    """Where the ledger stands: how many postings, the seals of the last posting and of the last draft."""

    postings: int = 0
    seal: str = ""
    draft: str = ""


@dataclass(frozen=True)
class Posting:
    """A batch with all that belongs to it, sealed, to be posted on top of `head`. `tables`: its rows, the batch's own among them."""

    batch: Batch
    head: Head
    tables: dict[str, pl.DataFrame] = field(repr=False)

    @property
    def lines(self) -> pl.DataFrame:
        """Its lines."""
        return self.tables["lines"]


def _head(connection: sqlite3.Connection) -> Head:
    def last(table: str) -> str:
        row = connection.execute(f"SELECT seal FROM {table} ORDER BY rowid DESC LIMIT 1").fetchone()  # noqa: S608
        return str(row[0]) if row else ""

    return Head(connection.execute("SELECT count(*) FROM batches").fetchone()[0], last("batches"), last("drafts"))


def head(root: Path) -> Head:
    """Where the ledger stands; nothing where there is none."""
    if not ledger_path(root).exists():
        return Head()
    with connected(ledger_path(root)) as connection:
        return _head(connection)


def _sealed_drafts(drafts: list[Draft], previous: str, key: bytes) -> list[Draft]:
    sealed = []
    for draft in drafts:
        text = seal.sealed_text({"drafts": frame("drafts", [draft])}, previous, key)
        previous = seal.seal_of(text, key)
        sealed.append(replace(draft, sealed=text, seal=previous))
    return sealed


def add_draft(root: Path, draft: Draft) -> Draft:
    """Note a computed payroll, sealed after the draft before."""
    key = workspace_key(root)
    with connected(ledger_path(root)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            (sealed,) = _sealed_drafts([draft], _head(connection).draft, key)
            _insert(connection, "drafts", frame("drafts", [sealed]))
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
    return sealed


def prepared(  # noqa: PLR0913 - all that belongs to a batch
    root: Path,
    batch: Batch,
    lines: pl.DataFrame | None = None,
    settlements: pl.DataFrame | None = None,
    inputs: pl.DataFrame | None = None,
    *,
    drafts: list[Draft] | None = None,
) -> Posting:
    """Seal a batch with its lines on top of what the ledger holds now. Nothing is posted yet.

    Raises:
        FupinError: the ledger or the key cannot be read.
    """
    key, now = workspace_key(root), head(root)
    parts = {"lines": lines, "settlements": settlements, "inputs": inputs}
    known = {table: frame(table) if rows is None else rows for table, rows in parts.items()}
    entries = _sealed_drafts(drafts or [], now.draft, key)
    last = entries[-1].seal if entries else now.draft
    text = seal.sealed_text({"batches": frame("batches", [batch]), **known}, now.seal, key, draft=last)
    sealed = replace(batch, sealed=text, seal=seal.seal_of(text, key))
    return Posting(sealed, now, {"batches": frame("batches", [sealed]), **known, "drafts": frame("drafts", entries)})


def post_prepared(root: Path, posting: Posting) -> Batch:
    """Post a sealed batch with all that belongs to it, or nothing.

    Raises:
        AlreadyPostedError: the month is approved or closed, an opening balance is there, or something else was posted
            since it was sealed.
        FupinError: the ledger cannot be written.
    """
    batch = posting.batch
    with connected(ledger_path(root)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            if batch.kind != OPENING and _closed(connection, batch.month):
                raise AlreadyPostedError(*_already(CLOSING))  # noqa: TRY301 - one way out, below
            before = _head(connection)
            for table, rows in posting.tables.items():
                _insert(connection, table, rows)
            # Told last: that a month is approved already says more than that somebody else was faster.
            if before != posting.head:
                raise AlreadyPostedError("账本刚刚被另一个 fupin 记过账，这一批没有记", "再运行一次")  # noqa: TRY301
            connection.execute("COMMIT")
        except sqlite3.IntegrityError:
            connection.execute("ROLLBACK")
            raise AlreadyPostedError(*_already(batch.kind)) from None
        except BaseException:
            connection.execute("ROLLBACK")
            raise
    posted_here.append(batch.batch)
    return batch


def post(  # noqa: PLR0913 - a posting and all that is written with it
    root: Path,
    batch: Batch,
    lines: pl.DataFrame | None = None,
    settlements: pl.DataFrame | None = None,
    inputs: pl.DataFrame | None = None,
    *,
    drafts: list[Draft] | None = None,
) -> Batch:
    """Seal and post a batch with all its lines (an approval with its inputs, a closing with its settlements), or nothing.

    `drafts`: what a withdrawal says of the month's drafts.

    Raises:
        AlreadyPostedError: as `post_prepared`.
        FupinError: the ledger cannot be written.
    """
    return post_prepared(root, prepared(root, batch, lines, settlements, inputs, drafts=drafts))


def _closed(connection: sqlite3.Connection, month: int) -> bool:
    query = "SELECT count(*) FROM batches WHERE kind = ? AND month = ?"
    return bool(connection.execute(query, (CLOSING, month)).fetchone()[0])


def _already(kind: str) -> tuple[str, str]:
    return {
        OPENING: ("期初余额已经导入过，不能再导", "查看：fupin ledger show --opening"),
        APPROVAL: ("本月已经批准过了", "查看：fupin ledger show --month 年-月"),
        REISSUE: ("同一批次号已经记过账", "再运行一次；别人刚刚补发过的先看：fupin status"),
        WITHDRAWAL: ("这个批次已经撤回过了", "查看：fupin ledger show"),
        CLOSING: ("本月已经关账，不能再记账", "以后发现的差错随当前月的批准更正；查看：fupin status"),
    }[kind]


def batches(root: Path) -> pl.DataFrame:
    """All postings in their order."""
    return read(root, "batches")


def standing(posted: pl.DataFrame) -> pl.DataFrame:
    """Postings as if no withdrawn approval had ever been: neither it nor its withdrawal is among them."""
    withdrawn = posted.filter(pl.col("kind") == WITHDRAWAL)["refers"].to_list()
    return posted.filter((pl.col("kind") != WITHDRAWAL) & ~pl.col("batch").is_in(withdrawn))


def batch_of(root: Path, kind: str, month: int, measure: str | None = None) -> Batch | None:
    """The first batch of a kind in a month (of one measure) that stands."""
    found = standing(batches(root)).filter((pl.col("kind") == kind) & (pl.col("month") == month))
    if measure is not None:
        found = found.filter(pl.col("measure") == measure)
    return Batch(*found.row(0)) if found.height else None


def made_room(root: Path, month: int, measure: str) -> str:
    """The latest withdrawal of a month of a measure, by its number; empty where nothing was withdrawn."""
    mine = (pl.col("kind") == WITHDRAWAL) & (pl.col("month") == month) & (pl.col("measure") == measure)
    found: list[str] = batches(root).filter(mine)["batch"].to_list()
    return found[-1] if found else ""


def approval_of(root: Path, month: int, measure: str | None = "post") -> Batch | None:
    """The batch by which a month of a measure (None: of any) is approved; None where it is not, or was withdrawn."""
    return batch_of(root, APPROVAL, month, measure)


def next_batch(root: Path, month: int) -> str:
    """The number of a month's next batch: YYYYMM-01, -02, …; closings have -99."""
    numbered = [APPROVAL, REISSUE, WITHDRAWAL]
    own = batches(root).filter((pl.col("month") == month) & pl.col("kind").is_in(numbered))
    return f"{month // 12:04d}{month % 12 + 1:02d}-{own.height + 1:02d}"


def drafts_of(root: Path, month: int, measure: str = "post") -> list[Draft]:
    """Computations of a month of a measure since one was last taken back, the latest last."""
    found = read(root, "drafts").filter((pl.col("month") == month) & (pl.col("measure") == measure))
    drafts = [Draft(*row) for row in found.iter_rows()]
    last = max((n for n, draft in enumerate(drafts) if draft.kind == DISCARDED), default=-1)
    return drafts[last + 1 :]


def last_entry(root: Path, month: int, measure: str = "post") -> Draft | None:
    """What was noted last of a month's drafts: a computation, or that it was taken back."""
    found = read(root, "drafts").filter((pl.col("month") == month) & (pl.col("measure") == measure))
    return Draft(*found.row(found.height - 1)) if found.height else None


def last_draft(root: Path, month: int, measure: str = "post") -> Draft | None:
    """The latest computation of a month of a measure; None where there is none, or it was taken back."""
    found = drafts_of(root, month, measure)
    return found[-1] if found else None

"""The ledger: one SQLite file in the workspace. Rows are only ever added; the file itself refuses changes.

SQLite is transactional, needs no server, survives being killed and full disks, lets two processes in one at a time,
and can be read with common tools in twenty years (docs/decisions/006).
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from dataclasses import Field, astuple, dataclass, fields
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.errors import FupinError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FOLDER, FILE = ".fupin", "ledger.sqlite"
VERSION = 5
WAIT_SECONDS = 30.0
PORTION = 100_000
# Kinds of posting: the opening balance, a month's approval, a batch that is sent again, an approval taken back, the
# end of a month.
OPENING, APPROVAL, REISSUE, WITHDRAWAL, CLOSING = "opening", "approval", "reissue", "withdrawal", "closing"
# Kinds of draft: computed by a person, computed by `fupin run`, taken back (the last entry of a month counts).
BY_HAND, BY_RUN, DISCARDED = "draft", "run", "discarded"
# Kinds of line. The first five change what was approved (signed sums of `amount_fen`; `withdrawn` takes a line back to
# 0); the others move money only: sent again, or kept back from a payment for what was paid too much (docs/decisions/008).
LINE, BACK_PAY, RECOVER, CANCEL, WITHDRAWN = "line", "back_pay", "recover", "cancel", "withdrawn"
AGAIN, NETTED = "reissue", "netted"
APPROVED_KINDS = (LINE, BACK_PAY, RECOVER, CANCEL, WITHDRAWN)
SENT_KINDS = (LINE, BACK_PAY, AGAIN)
DTYPES = {"TEXT": pl.String, "INTEGER": pl.Int64}


@dataclass(frozen=True)
class Draft:
    """A payroll that was computed: who, when, from what, with what result."""

    month: int
    drafted_at: str
    operator: str
    result_hash: str
    inputs_hash: str
    settings_hash: str
    measure: str = "post"
    kind: str = BY_HAND


@dataclass(frozen=True)
class Batch:
    """A posting. `batch`: 202405-01, batches sent again 202405-02 …; opening balances end in -00, closings in -99.

    `refers`: of a withdrawal the approval that it takes back; of an approval the withdrawal that made room for it.
    """

    batch: str
    kind: str
    month: int
    posted_at: str
    operator: str
    drafter: str
    document: str
    result_hash: str
    source_hash: str
    policy: str
    tool: str
    measure: str = "post"
    refers: str = ""


@dataclass(frozen=True)
class Line:
    """One line of a posting. Amounts are fen, days hundredths, months month indexes (of the month paid for).

    `source_batch`, `source_line`: the line that is sent again, or from which money is kept back; of opening lines the
    old batch. `old_fen`: what stood approved before a correction, `reason` why it changed.
    """

    batch: str
    line_no: int
    measure: str
    person: str
    name: str
    post_id: str
    month: int
    status: str
    codes: str
    amount_fen: int
    due_fen: int | None
    standard_fen: int | None
    proration: str
    numerator_x100: int | None
    divisor_x100: int | None
    fund: str
    county: str
    township: str
    village: str
    bank: str
    account: str
    payee: str
    payee_id: str
    phone: str
    head_name: str
    head_id: str
    source_batch: str
    kind: str = LINE
    source_line: int = 0
    old_fen: int = 0
    reason: str = ""


@dataclass(frozen=True)
class Settlement:
    """How one line of a closed month ended: what was due, approved and paid (of it by the bank), and the verdict."""

    batch: str
    month: int
    measure: str
    person: str
    post_id: str
    due_fen: int
    approved_fen: int
    paid_fen: int
    verdict: str
    reason: str
    bank_fen: int


@dataclass(frozen=True)
class Input:
    """A sheet that a batch was computed from: without it the month cannot be computed again."""

    batch: str
    month: int
    file: str
    table_name: str


TABLES = {"drafts": Draft, "batches": Batch, "lines": Line, "settlements": Settlement, "inputs": Input}
KEYS = {
    "drafts": "", "batches": ", PRIMARY KEY (batch)", "lines": ", PRIMARY KEY (batch, line_no)",
    "settlements": ", PRIMARY KEY (month, measure, person, post_id)", "inputs": "",
}  # fmt: skip


class AlreadyPostedError(FupinError):
    """The month is approved already, or the opening balance imported (exit 12)."""

    exit_code = 12


def ledger_path(root: Path) -> Path:
    """Where a workspace keeps its ledger."""
    return root / FOLDER / FILE


@contextmanager
def _open(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the ledger, making it at the first use.

    Raises:
        FupinError: no ledger file, damaged, locked for too long, disk full.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=WAIT_SECONDS, isolation_level=None)
        try:
            path.chmod(0o600)
            connection.execute("PRAGMA synchronous = FULL")
            _create(connection)
            yield connection
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise FupinError(
            f"账本 {path} 读写不了：{error}", "检查磁盘空间和权限，确认没有别的程序占用，再运行一次"
        ) from error
    except OSError as error:
        raise FupinError(f"账本 {path} 打不开：{error.strerror}", "检查工作区的权限和磁盘空间") from error


def _create(connection: sqlite3.Connection) -> None:
    """Make the tables, or give those of an older version the columns that were added since.

    Raises:
        FupinError: the ledger was written by a newer program.
    """
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version == VERSION:
        return
    if version > VERSION:
        raise FupinError(f"账本是更新版本的程序写的（格式 {version}，本程序认得 {VERSION}）", "请升级 fupin 后再运行")
    connection.execute("BEGIN IMMEDIATE")
    for table, model in TABLES.items():
        columns = ", ".join(f"{f.name} {_type(f)}" for f in fields(model))
        connection.execute(f"CREATE TABLE IF NOT EXISTS {table} ({columns}{KEYS[table]})")
        known = {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
        for f in fields(model):
            if f.name not in known:  # added later: all such columns have defaults
                default = f"'{f.default}'" if isinstance(f.default, str) else f.default
                connection.execute(f"ALTER TABLE {table} ADD COLUMN {f.name} {_type(f)} DEFAULT {default}")
        for verb in ("UPDATE", "DELETE"):
            connection.execute(
                f"CREATE TRIGGER IF NOT EXISTS {table}_{verb} BEFORE {verb} ON {table} "
                "BEGIN SELECT RAISE(ABORT, '账本只增不改'); END"
            )
    # One approval a month and measure (and one more after each withdrawal), one withdrawal an approval, one opening
    # balance: the second of two at once fails here, whoever it is.
    for old in ("one_approval", "one_approval_each"):
        connection.execute(f"DROP INDEX IF EXISTS {old}")
    connection.execute(
        "CREATE UNIQUE INDEX IF NOT EXISTS one_approval_standing ON batches (kind, measure, month, refers) "
        "WHERE kind IN ('approval', 'withdrawal')"
    )
    connection.execute("CREATE UNIQUE INDEX IF NOT EXISTS one_closing ON batches (kind, month) WHERE kind = 'closing'")
    connection.execute("CREATE UNIQUE INDEX IF NOT EXISTS one_opening ON batches (kind) WHERE kind = 'opening'")
    connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("COMMIT")


def _type(field: Field[object]) -> str:
    return "INTEGER" if "int" in str(field.type) else "TEXT"


def _insert(connection: sqlite3.Connection, table: str, rows: list[tuple[object, ...]]) -> None:
    marks = ", ".join("?" for _ in fields(TABLES[table]))
    connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608 - names of our own


def add_draft(root: Path, draft: Draft) -> None:
    """Note a computed payroll."""
    with _open(ledger_path(root)) as connection:
        _insert(connection, "drafts", [astuple(draft)])


def post(  # noqa: PLR0913 - a posting and all that is written with it
    root: Path,
    batch: Batch,
    lines: list[Line],
    settlements: list[Settlement] | None = None,
    inputs: list[Input] | None = None,
    *,
    drafts: list[Draft] | None = None,
) -> None:
    """Post a batch with all its lines (an approval with its inputs, a closing with its settlements), or nothing.

    `drafts`: what a withdrawal says of the month's drafts.

    Raises:
        AlreadyPostedError: the month is approved or closed, or an opening balance is there.
        FupinError: the ledger cannot be written.
    """
    with _open(ledger_path(root)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            if batch.kind != OPENING and _closed(connection, batch.month):
                raise AlreadyPostedError(*_already(CLOSING))  # noqa: TRY301 - one way out, below
            _insert(connection, "batches", [astuple(batch)])
            _insert(connection, "lines", [astuple(line) for line in lines])
            _insert(connection, "inputs", [astuple(entry) for entry in inputs or []])
            _insert(connection, "drafts", [astuple(draft) for draft in drafts or []])
            _insert(connection, "settlements", [astuple(settled) for settled in settlements or []])
            connection.execute("COMMIT")
        except sqlite3.IntegrityError:
            connection.execute("ROLLBACK")
            raise AlreadyPostedError(*_already(batch.kind)) from None
        except BaseException:
            connection.execute("ROLLBACK")
            raise


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


def read(root: Path, table: str, columns: list[str] | None = None, where: str = "") -> pl.DataFrame:
    """Read a table of the ledger, or some columns of it; empty where there is no ledger yet.

    `where` is a condition of our own (no value from outside stands in it). Rows are taken in portions, so that memory
    holds the columns and not millions of Python tuples.
    """
    model = TABLES[table]
    types = {f.name: DTYPES[_type(f)] for f in fields(model)}
    schema = {name: types[name] for name in columns or types}
    parts = [pl.DataFrame(schema=schema)]
    if ledger_path(root).exists():
        with _open(ledger_path(root)) as connection:
            condition = f" WHERE {where}" if where else ""
            cursor = connection.execute(f"SELECT {', '.join(schema)} FROM {table}{condition} ORDER BY rowid")  # noqa: S608
            while rows := cursor.fetchmany(PORTION):
                parts.append(pl.DataFrame(rows, schema=schema, orient="row"))
    return pl.concat(parts)


def trouble(root: Path) -> str:
    """What SQLite itself finds wrong with the file; empty if nothing."""
    if not ledger_path(root).exists():
        return ""
    with _open(ledger_path(root)) as connection:
        said = str(connection.execute("PRAGMA integrity_check").fetchone()[0])
    return "" if said == "ok" else said


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

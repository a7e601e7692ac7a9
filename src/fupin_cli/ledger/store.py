"""The ledger: one SQLite file in the workspace. Rows are only ever added; the file itself refuses changes.

SQLite is transactional, needs no server, survives being killed and full disks, lets two processes in one at a time,
and can be read with common tools in twenty years (docs/decisions/006).
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from dataclasses import astuple, dataclass, fields
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.errors import FupinError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FOLDER, FILE = ".fupin", "ledger.sqlite"
VERSION = 1
WAIT_SECONDS = 30.0
PORTION = 100_000
OPENING, APPROVAL = "opening", "approval"
DTYPES = {"str": pl.String, "int": pl.Int64}


@dataclass(frozen=True)
class Draft:
    """A payroll that was computed: who, when, from what, with what result."""

    month: int
    drafted_at: str
    operator: str
    result_hash: str
    inputs_hash: str
    settings_hash: str


@dataclass(frozen=True)
class Batch:
    """A posting: an approved month, or the opening balance. `batch`: 202405-01; opening balances end in -00."""

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


@dataclass(frozen=True)
class Line:
    """One line of a posting. Amounts are fen, days hundredths, months month indexes."""

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


TABLES = {"drafts": Draft, "batches": Batch, "lines": Line}
KEYS = {"drafts": "", "batches": ", PRIMARY KEY (batch)", "lines": ", PRIMARY KEY (batch, line_no)"}


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
    if connection.execute("PRAGMA user_version").fetchone()[0] == VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    for table, model in TABLES.items():
        columns = ", ".join(f"{f.name} {'INTEGER' if 'int' in str(f.type) else 'TEXT'}" for f in fields(model))
        connection.execute(f"CREATE TABLE IF NOT EXISTS {table} ({columns}{KEYS[table]})")
        for verb in ("UPDATE", "DELETE"):
            connection.execute(
                f"CREATE TRIGGER IF NOT EXISTS {table}_{verb} BEFORE {verb} ON {table} "
                "BEGIN SELECT RAISE(ABORT, '账本只增不改'); END"
            )
    # One approval a month and one opening balance: the second of two at once fails here, whoever it is.
    connection.execute(
        "CREATE UNIQUE INDEX IF NOT EXISTS one_approval ON batches (kind, month) WHERE kind = 'approval'"
    )
    connection.execute("CREATE UNIQUE INDEX IF NOT EXISTS one_opening ON batches (kind) WHERE kind = 'opening'")
    connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("COMMIT")


def _insert(connection: sqlite3.Connection, table: str, rows: list[tuple[object, ...]]) -> None:
    marks = ", ".join("?" for _ in fields(TABLES[table]))
    connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608 - names of our own


def add_draft(root: Path, draft: Draft) -> None:
    """Note a computed payroll."""
    with _open(ledger_path(root)) as connection:
        _insert(connection, "drafts", [astuple(draft)])


def post(root: Path, batch: Batch, lines: list[Line]) -> None:
    """Post a batch with all its lines, or nothing.

    Raises:
        AlreadyPostedError: the month is approved, or an opening balance is there.
        FupinError: the ledger cannot be written.
    """
    with _open(ledger_path(root)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            _insert(connection, "batches", [astuple(batch)])
            _insert(connection, "lines", [astuple(line) for line in lines])
            connection.execute("COMMIT")
        except sqlite3.IntegrityError:
            connection.execute("ROLLBACK")
            raise AlreadyPostedError(*_already(batch.kind)) from None
        except BaseException:
            connection.execute("ROLLBACK")
            raise


def _already(kind: str) -> tuple[str, str]:
    if kind == OPENING:
        return "期初余额已经导入过，不能再导", "查看：fupin ledger show --opening"
    return "本月已经批准过了", "查看：fupin ledger show --month 年-月"


def read(root: Path, table: str, columns: list[str] | None = None, where: str = "") -> pl.DataFrame:
    """Read a table of the ledger, or some columns of it; empty where there is no ledger yet.

    `where` is a condition of our own (no value from outside stands in it). Rows are taken in portions, so that memory
    holds the columns and not millions of Python tuples.
    """
    model = TABLES[table]
    types = {f.name: DTYPES["int" if "int" in str(f.type) else "str"] for f in fields(model)}
    schema = {name: types[name] for name in columns or types}
    parts = [pl.DataFrame(schema=schema)]
    if ledger_path(root).exists():
        with _open(ledger_path(root)) as connection:
            condition = f" WHERE {where}" if where else ""
            cursor = connection.execute(f"SELECT {', '.join(schema)} FROM {table}{condition} ORDER BY rowid")  # noqa: S608
            while rows := cursor.fetchmany(PORTION):
                parts.append(pl.DataFrame(rows, schema=schema, orient="row"))
    return pl.concat(parts)


def approval_of(root: Path, month: int) -> Batch | None:
    """The batch by which a month was approved."""
    found = read(root, "batches").filter((pl.col("kind") == APPROVAL) & (pl.col("month") == month))
    return Batch(*found.row(0)) if found.height else None


def last_draft(root: Path, month: int) -> Draft | None:
    """The latest payroll that was computed for a month."""
    found = read(root, "drafts").filter(pl.col("month") == month)
    return Draft(*found.row(found.height - 1)) if found.height else None


def payments(root: Path) -> pl.DataFrame:
    """Paid lines of all postings, in the columns of `payment_history`, so that months used can be counted over both."""
    columns = ["name", "person", "measure", "month", "amount_fen", "fund", "post_id", "batch", "source_batch"]
    return read(root, "lines", columns, "amount_fen > 0").select(
        "name",
        pl.col("person").alias("id_number"),
        "measure",
        pl.col("month").cast(pl.Int32),
        "amount_fen",
        "fund",
        "post_id",
        pl.coalesce(pl.when(pl.col("source_batch") != "").then("source_batch"), "batch").alias("batch"),
        pl.lit("paid").alias("status"),
    )

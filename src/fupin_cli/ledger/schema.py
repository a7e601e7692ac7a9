"""The ledger's file: its tables, what protects them, and how older formats become the present one."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import fields
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.errors import FupinError
from fupin_cli.ledger import seal
from fupin_cli.ledger.model import KEYS, TABLES, schema_of, sql_type

if TYPE_CHECKING:
    from collections.abc import Callable

VERSION = 6
OLDEST_SQLITE = (3, 37)  # the first with STRICT tables
REFUSAL = "SELECT RAISE(ABORT, '账本只增不改')"
INDEXES = {
    # One approval a month and measure (and one more after each withdrawal), one withdrawal an approval, one opening
    # balance: the second of two at once fails here, whoever it is.
    "one_approval_standing": "ON batches (kind, measure, month, refers) WHERE kind IN ('approval', 'withdrawal')",
    "one_closing": "ON batches (kind, month) WHERE kind = 'closing'",
    "one_opening": "ON batches (kind) WHERE kind = 'opening'",
}


def _table_sql(table: str, name: str = "") -> str:
    columns = ", ".join(f"{f.name} {sql_type(f)}" for f in fields(TABLES[table]))
    key = f", PRIMARY KEY ({', '.join(KEYS[table])})" if KEYS[table] else ""
    return f"CREATE TABLE {name or table} ({columns}{key}) STRICT"


def _protections() -> dict[str, str]:
    """Indexes and triggers by name: no row is changed, taken away, or put in another's place.

    INSERT OR REPLACE takes rows away without firing a trigger of DELETE unless the connection asked for it; so a row that
    stands where the new one is to stand is looked for before every insert.
    """
    found = {name: f"CREATE UNIQUE INDEX {name} {rest}" for name, rest in INDEXES.items()}
    for table in TABLES:
        for verb in ("UPDATE", "DELETE"):
            found[f"{table}_{verb}"] = f"CREATE TRIGGER {table}_{verb} BEFORE {verb} ON {table} BEGIN {REFUSAL}; END"
        same = [" AND ".join(f"{name} = NEW.{name}" for name in key) for key in (("rowid",), KEYS[table]) if key]
        if table == "batches":
            same.append("kind = NEW.kind AND kind = 'opening'")
            same.append("kind = NEW.kind AND kind = 'closing' AND month = NEW.month")
            same.append(
                "kind = NEW.kind AND kind IN ('approval', 'withdrawal') AND measure = NEW.measure AND month = NEW.month "
                "AND refers = NEW.refers"
            )
        clash = " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE {condition})" for condition in same)  # noqa: S608 - names of our own
        # Abort in the words of a broken key, so that the program says what it says of any second posting.
        found[f"{table}_INSERT"] = (
            f"CREATE TRIGGER {table}_INSERT BEFORE INSERT ON {table} WHEN {clash} "
            "BEGIN SELECT RAISE(ABORT, '账本只增不改：已有这一行'); END"
        )
    return found


def prepare(connection: sqlite3.Connection, key: Callable[[], bytes]) -> None:
    """Make the tables, or bring those of an older format to the present one.

    Raises:
        FupinError: written by a newer program, or its format was changed by hand.
    """
    connection.execute("PRAGMA recursive_triggers = ON")
    if _version(connection) == VERSION:
        return
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise FupinError(f"本机的 SQLite 太旧（{sqlite3.sqlite_version}），账本要 3.37 以上", "升级 Python 或系统")
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = _version(connection)  # another process may have done it meanwhile
        if version > VERSION:
            raise FupinError(  # noqa: TRY301 - one way out, below
                f"账本是更新版本的程序写的（格式 {version}，本程序认得 {VERSION}）", "请升级 fupin 后再运行"
            )
        if version < VERSION:
            _make(connection, key)
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _make(connection: sqlite3.Connection, key: Callable[[], bytes]) -> None:
    old = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")} & set(TABLES)
    columns = {table: [row[1] for row in connection.execute(f"PRAGMA table_info({table})")] for table in old}
    if "seal" in columns.get("batches", []):
        raise FupinError(
            "账本的格式号被人改过：里面有新格式才有的列", "用备份恢复 .fupin/ledger.sqlite，再运行 fupin verify --all"
        )
    for kind, name in connection.execute("SELECT type, name FROM sqlite_master WHERE type IN ('trigger', 'index')"):
        if not name.startswith("sqlite_"):
            connection.execute(f"DROP {kind} {name}")
    for table in TABLES:
        if table not in old:
            connection.execute(_table_sql(table))
            continue
        connection.execute(_table_sql(table, f"new_{table}"))
        known = [name for name in schema_of(table) if name in columns[table]]
        fresh = [f for f in fields(TABLES[table]) if f.name not in columns[table]]  # all such columns have defaults
        defaults = [f"'{f.default}'" if isinstance(f.default, str) else str(f.default) for f in fresh]
        target = ", ".join([*known, *(f.name for f in fresh)])
        source = ", ".join([*known, *defaults])
        connection.execute(
            f"INSERT INTO new_{table} (rowid, {target}) SELECT rowid, {source} FROM {table} ORDER BY rowid"  # noqa: S608 - names of our own
        )
        connection.execute(f"DROP TABLE {table}")
        connection.execute(f"ALTER TABLE new_{table} RENAME TO {table}")
    if old:
        _seal_all(connection, key())
    for statement in _protections().values():
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {VERSION}")


def _seal_all(connection: sqlite3.Connection, key: bytes) -> None:
    """Seal the rows of an older format as they are found: from here on a change is seen."""
    drafts = rows_of(connection, "drafts")
    last = ""
    for number, part in enumerate(drafts.iter_slices(1), 1):
        sealed = seal.sealed_text({"drafts": part}, last, key, migrated=True)
        last = seal.seal_of(sealed, key)
        connection.execute(
            "UPDATE drafts SET sealed = ?, seal = ? WHERE rowid = (SELECT rowid FROM drafts ORDER BY rowid LIMIT 1 OFFSET ?)",
            (sealed, last, number - 1),
        )
    draft, last = last, ""
    for name in rows_of(connection, "batches")["batch"].to_list():
        parts = parts_of(connection, name)
        sealed = seal.sealed_text(parts, last, key, draft=draft, migrated=True)
        last = seal.seal_of(sealed, key)
        connection.execute("UPDATE batches SET sealed = ?, seal = ? WHERE batch = ?", (sealed, last, name))


def rows_of(
    connection: sqlite3.Connection, table: str, where: str = "", values: tuple[object, ...] = ()
) -> pl.DataFrame:
    """Rows of a table in their order. `where` is a condition of our own with question marks."""
    types = schema_of(table)
    condition = f" WHERE {where}" if where else ""
    rows = connection.execute(f"SELECT {', '.join(types)} FROM {table}{condition} ORDER BY rowid", values).fetchall()  # noqa: S608
    return pl.DataFrame(rows, schema=types, orient="row")


def parts_of(connection: sqlite3.Connection, batch: str) -> dict[str, pl.DataFrame]:
    """All that belongs to a batch, as it is sealed."""
    return {
        table: rows_of(connection, table, "batch = ?", (batch,))
        for table in ("batches", "lines", "settlements", "inputs")
    }


def unprotected(connection: sqlite3.Connection) -> list[str]:
    """Protections of the file that are gone or are not what they were, and tables that are not STRICT."""
    found = {
        name: re.sub(r"\s+", " ", sql)
        for name, sql in connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    }
    wrong = [name for name, sql in _protections().items() if found.get(name) != sql]
    return wrong + [table for table in TABLES if not found.get(table, "").endswith("STRICT")]

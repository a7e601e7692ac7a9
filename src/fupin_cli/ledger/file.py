"""The ledger's file: opened, read, looked over (docs/decisions/006)."""

from __future__ import annotations

import json
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.errors import FupinError, os_words, sqlite_words
from fupin_cli.ledger import schema
from fupin_cli.ledger.key import FOLDER, workspace_key
from fupin_cli.ledger.key import LEDGER_FILE as FILE
from fupin_cli.ledger.model import schema_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


WAIT_SECONDS = 30.0


PORTION = 100_000


def ledger_path(root: Path) -> Path:
    """Where a workspace keeps its ledger."""
    return root / FOLDER / FILE


@contextmanager
def connected(path: Path) -> Iterator[sqlite3.Connection]:
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
            schema.prepare(connection, lambda: workspace_key(path.parent.parent))
            yield connection
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise FupinError(
            f"账本 {path} 读写不了：{sqlite_words(error)}", "检查磁盘空间和权限，确认没有别的程序占用，再运行一次"
        ) from error
    except OSError as error:
        hint = "检查工作区的权限和磁盘空间；账本只许建它的用户读写：换了用户的，用原来的用户运行，或请管理员改归属"
        raise FupinError(f"账本 {path} 打不开：{os_words(error)}", hint) from error


def read(root: Path, table: str, columns: list[str] | None = None, batches: list[str] | None = None) -> pl.DataFrame:
    """Read a table of the ledger, or some columns of it, or what belongs to some batches; empty where there is no ledger yet.

    SQLite gives each column of a portion as one JSON array: half of what it costs to make Python objects of millions of cells.
    """
    types = schema_of(table)
    wanted = {name: types[name] for name in columns or types}
    parts = [pl.DataFrame(schema=wanted)]
    if ledger_path(root).exists():
        arrays = ", ".join(f"json_group_array({name})" for name in ("rowid", *wanted))
        wants = "" if batches is None else " AND batch IN (SELECT value FROM json_each(?))"
        named = [] if batches is None else [json.dumps(batches)]
        portion = f"SELECT {arrays} FROM {table} WHERE rowid > ? AND rowid <= ?{wants}"  # noqa: S608
        with connected(ledger_path(root)) as connection:
            end = connection.execute(f"SELECT max(rowid) FROM {table}").fetchone()[0] or 0  # noqa: S608
            for start in range(0, end, PORTION):
                found = connection.execute(portion, (start, start + PORTION, *named)).fetchone()
                parts.append(_decoded(found, {"rowid": pl.Int64, **wanted}))
    return pl.concat(parts)


def _decoded(arrays: tuple[str, ...], types: Mapping[str, type[pl.DataType]]) -> pl.DataFrame:
    """Rows of which each column is one JSON array, as they were added."""
    texts = pl.DataFrame([arrays], schema=dict.fromkeys(types, pl.String), orient="row")
    cells = (pl.col(name).str.json_decode(pl.List(dtype)).explode() for name, dtype in types.items())
    return texts.select(cells).sort("rowid").drop("rowid")


def trouble(root: Path) -> str:
    """What SQLite itself finds wrong with the file; empty if nothing."""
    if not ledger_path(root).exists():
        return ""
    with connected(ledger_path(root)) as connection:
        said = str(connection.execute("PRAGMA integrity_check").fetchone()[0])
    return "" if said == "ok" else said


def unprotected(root: Path) -> list[str]:
    """Triggers and indexes of the file that are gone or changed."""
    if not ledger_path(root).exists():
        return []
    with connected(ledger_path(root)) as connection:
        return schema.unprotected(connection)

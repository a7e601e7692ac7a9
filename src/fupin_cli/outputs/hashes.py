"""Hashes of results: over a fixed list of columns for each version, so that a column added later changes no old hash.

A version's columns never change. A manifest names its version; `fupin verify` hashes by that version.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from fupin_cli.outputs.json_text import rows_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import polars as pl

HASH_VERSION = 1
# Before versions were counted the whole JSON rows were hashed: with any key more, all old months looked changed.
WHOLE_ROWS = 0
COLUMNS: dict[int, dict[str, tuple[str, ...]]] = {
    1: {
        "payroll": (
            "measure",
            "person",
            "name",
            "post",
            "month",
            "status",
            "codes",
            "waived",
            "standard",
            "proration",
            "numerator",
            "divisor",
            "amount",
            "due",
            "fund",
            "months_before",
            "months_after",
            "county",
            "township",
            "village",
            "file",
            "sheet",
            "row",
        ),
        "corrections": (
            "measure",
            "person",
            "name",
            "post",
            "month",
            "kind",
            "status",
            "codes",
            "old",
            "new",
            "amount",
            "source_batch",
            "source_line",
        ),
        "check": (
            "code",
            "severity",
            "effect",
            "table",
            "file",
            "sheet",
            "row",
            "column",
            "person",
            "name",
            "value",
            "waived",
            "amount",
        ),
        "reconcile": (
            "measure",
            "person",
            "name",
            "post",
            "month",
            "verdict",
            "due",
            "approved",
            "paid",
            "difference",
        ),
    }
}

# Of reports, whose frames may be large: hashed as the bytes of a CSV of these columns.
FRAMES: dict[int, dict[str, tuple[str, ...]]] = {
    1: {
        "roster": (
            "id_number",
            "name",
            "county",
            "township",
            "village",
            "household_id",
            "category",
            "labour_class",
            "risk",
            "age_band",
            "state",
            "place",
            "table",
            "_file",
            "_sheet",
            "_row",
        ),
        "risk": ("id_number", "name", "code", "since", "fact", "table", "_file", "_sheet", "_row"),
        "match": ("id_number", "name", "priority", "score", "reason", "vacancy"),
        "forecast": ("measure", "person", "post_id", "fund", "status", "month", "amount_fen"),
        "due": ("kind", "within", "month", "date", "measure", "person", "post_id", "status"),
    }
}


def hash_frames(kind: str, frames: Iterable[pl.DataFrame], version: int = HASH_VERSION) -> str:
    """SHA-256 of a report's frames, by the columns of a version."""
    columns = FRAMES[version][kind]
    return hashlib.sha256("".join(f.select(columns).write_csv() for f in frames).encode()).hexdigest()


def hash_rows(parts: Mapping[str, Iterable[Mapping[str, Any]]], version: int = HASH_VERSION) -> str:
    """SHA-256 of the rows of each kind, by the columns of a version. A column that rows do not have counts as empty."""
    columns = COLUMNS[version]
    body = {kind: [[row.get(name) for name in columns[kind]] for row in rows] for kind, rows in parts.items()}
    return _hash_of(body)


def hash_tables(
    tables: Mapping[str, pl.DataFrame], rows: Mapping[str, Iterable[Mapping[str, Any]]], version: int = HASH_VERSION
) -> str:
    """`hash_rows` of tables that have all columns of the version, and of rows: the same bytes, no row taken in hand."""
    columns, found = COLUMNS[version], hashlib.sha256()
    for number, kind in enumerate(sorted([*tables, *rows])):
        found.update(f"{', ' if number else '{'}{json.dumps(kind)}: ".encode())
        if kind in tables:
            for text in rows_json(tables[kind].select(columns[kind])):
                found.update(text)
        else:
            found.update(_json([[row.get(name) for name in columns[kind]] for row in rows[kind]]))
    found.update(b"}")
    return found.hexdigest()


def _hash_of(body: dict[str, list[Any]]) -> str:
    return hashlib.sha256(_json(body)).hexdigest()


def _json(body: object) -> bytes:
    return json.dumps(body, ensure_ascii=False, sort_keys=True).encode()

"""Hashes of results: over a fixed list of columns for each version, so that a column added later changes no old hash.

A version's columns never change. A manifest names its version; `fupin verify` hashes by that version.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

HASH_VERSION = 1
# Before versions were counted the whole JSON rows were hashed: with any key more, all old months looked changed.
WHOLE_ROWS = 0
COLUMNS: dict[int, dict[str, tuple[str, ...]]] = {
    1: {
        "payroll": (
            "measure", "person", "name", "post", "month", "status", "codes", "waived", "standard", "proration", "numerator",
            "divisor", "amount", "due", "fund", "months_before", "months_after", "county", "township", "village", "file",
            "sheet", "row",
        ),
        "corrections": (
            "measure", "person", "name", "post", "month", "kind", "status", "codes", "old", "new", "amount", "source_batch",
            "source_line",
        ),
        "check": (
            "code", "severity", "effect", "table", "file", "sheet", "row", "column", "person", "name", "value", "waived",
            "amount",
        ),
        "reconcile": (
            "measure", "person", "name", "post", "month", "verdict", "due", "approved", "paid", "difference",
        ),
    }
}  # fmt: skip


def hash_rows(parts: Mapping[str, Iterable[Mapping[str, Any]]], version: int = HASH_VERSION) -> str:
    """SHA-256 of the rows of each kind, by the columns of a version. A column that rows do not have counts as empty."""
    columns = COLUMNS[version]
    body = {kind: [[row.get(name) for name in columns[kind]] for row in rows] for kind, rows in parts.items()}
    return hashlib.sha256(json.dumps(body, ensure_ascii=False, sort_keys=True).encode()).hexdigest()

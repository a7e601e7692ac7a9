"""一人一码: a stable code for each person that does not reveal the ID number (四(二), SPEC 8.18)."""

from __future__ import annotations

import base64
import hashlib
import hmac

import polars as pl

from fupin_cli.ledger.key import FOLDER, KEY_FILE, known_key, workspace_key

__all__ = ["FOLDER", "KEY_FILE", "known_key", "person_codes", "workspace_key"]

LENGTH = 10


def person_codes(people: pl.Series, key: bytes | None) -> pl.Series:
    """Give each person's code: the first 10 base-32 characters of an HMAC-SHA-256 of the ID number; without a key null."""
    if key is None:
        return pl.repeat(None, len(people), dtype=pl.String, eager=True).alias(people.name)
    distinct = people.unique().drop_nulls()
    codes = [
        base64.b32encode(hmac.digest(key, person.encode(), hashlib.sha256))[:LENGTH].decode() for person in distinct
    ]
    return people.replace_strict(distinct, pl.Series(codes, dtype=pl.String), return_dtype=pl.String)

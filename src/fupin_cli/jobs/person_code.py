"""一人一码: a stable code for each person that does not reveal the ID number (四(二), SPEC 8.18)."""

from __future__ import annotations

import hashlib
import hmac
import struct

import polars as pl

from fupin_cli.ledger.key import FOLDER, KEY_FILE, known_key, workspace_key

__all__ = ["FOLDER", "KEY_FILE", "known_key", "person_codes", "workspace_key"]

LENGTH = 10
ALPHABET = pl.Series("letter", list("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))  # base 32 (RFC 4648): 5 bits a letter
BITS = 5


def person_codes(people: pl.Series, key: bytes | None) -> pl.Series:
    """Give each person's code: the first 10 base-32 characters of an HMAC-SHA-256 of the ID number; without a key null."""
    if key is None:
        return pl.repeat(None, len(people), dtype=pl.String, eager=True).alias(people.name)
    distinct = people.unique(maintain_order=True).drop_nulls()
    # The first 50 bits are all that the code shows of a hash: they stand in its first 8 bytes.
    heads = b"".join([hmac.digest(key, person.encode(), hashlib.sha256)[:8] for person in distinct])
    number = pl.Series("n", struct.unpack(f">{len(distinct)}Q", heads), dtype=pl.UInt64)
    letters = [ALPHABET.gather(number // 2 ** (64 - BITS * nth) % 2**BITS) for nth in range(1, LENGTH + 1)]
    codes = pl.select(pl.concat_str([pl.lit(letter) for letter in letters])).to_series().alias(people.name)
    if len(distinct) == len(people):
        return codes
    return people.replace_strict(distinct, codes, return_dtype=pl.String)

"""一人一码: a stable code for each person that does not reveal the ID number (四(二), SPEC 8.18)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.errors import FupinError

if TYPE_CHECKING:
    from pathlib import Path

FOLDER, KEY_FILE = ".fupin", "person.key"
LENGTH = 10
KEY_BYTES = 32


def workspace_key(root: Path) -> bytes:
    """Read the workspace's key; make it at the first use (0600). With another key the codes are others.

    Raises:
        FupinError: the key cannot be read or made.
    """
    path = root / FOLDER / KEY_FILE
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return bytes.fromhex(path.read_text(encoding="ascii").strip())
        with os.fdopen(handle, "w", encoding="ascii") as stream:
            key = secrets.token_bytes(KEY_BYTES)
            stream.write(key.hex() + "\n")
    except (OSError, ValueError) as error:
        raise FupinError(
            f"人员编码的密钥 {path} 读不出或写不进去：{error}", "检查工作区的权限；密钥文件损坏的从备份恢复"
        ) from None
    return key


def person_codes(people: pl.Series, key: bytes) -> pl.Series:
    """Give each person's code: the first 10 base-32 characters of an HMAC-SHA-256 of the ID number."""
    distinct = people.unique().drop_nulls()
    codes = [
        base64.b32encode(hmac.digest(key, person.encode(), hashlib.sha256))[:LENGTH].decode() for person in distinct
    ]
    return people.replace_strict(distinct, pl.Series(codes, dtype=pl.String), return_dtype=pl.String)

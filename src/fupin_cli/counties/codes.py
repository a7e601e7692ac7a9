"""Keyed codes in place of ID numbers, accounts and phones: who lacks the key can neither read nor compare them.

Who holds the key can: there are few ID numbers, and each can be coded and looked for. So the key lies only with the workers.
"""

from __future__ import annotations

import hashlib
import secrets
from struct import unpack
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.errors import FupinError, UsageError, os_words
from fupin_cli.outputs.files import atomic
from fupin_cli.system import WINDOWS

if TYPE_CHECKING:
    from pathlib import Path

PERSON, ACCOUNT, PHONE = b"fupin.xc.person", b"fupin.xc.account", b"fupin.xc.phone"  # no code of one is one of another
KEY_BYTES, CODE_BYTES = 32, 12
NAMED = b"fupin.xc.key"


def read_key(file: Path) -> bytes:
    """The key that all counties of a comparison share.

    Raises:
        UsageError: it is not there, others may read it, or it is no key.
    """
    try:
        mode = file.stat().st_mode
        text = file.read_text(encoding="ascii").strip()
        key = bytes.fromhex(text)
    except FileNotFoundError:
        raise UsageError(f"跨县比对的密钥文件不存在：{file}", f"第一次先做一把：fupin counties key {file}") from None
    except OSError as error:
        raise UsageError(f"密钥文件 {file} 打不开：{os_words(error)}", "检查权限") from None
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise UsageError(
            f"密钥文件 {file} 里不是密钥（应为 {KEY_BYTES * 2} 个十六进制字符）",
            "从备份恢复，或另做一把：各县都要用同一把",
        )
    if not WINDOWS and mode & 0o077:
        raise UsageError(f"密钥文件 {file} 别人也能读（权限 {mode & 0o777:o}，应为 600）", f"chmod 600 {file}")
    return key


def make_key(file: Path) -> None:
    """Make a new key (0600). Never over one that is there: codes made with it could not be compared any more.

    Raises:
        UsageError: there is one already.
        FupinError: the folder cannot be written to.
    """
    if file.exists():
        raise UsageError(f"密钥文件已经有了，没有动：{file}", "换一把密钥，所有县都要重新编码；确要换的先把旧的移走")
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise FupinError(f"文件夹 {file.parent} 写不进去：{os_words(error)}", "检查权限") from error
    with atomic(file) as temporary:
        temporary.write_text(secrets.token_bytes(KEY_BYTES).hex() + "\n", encoding="ascii")
        temporary.chmod(0o600)


def key_name(key: bytes) -> str:
    """By what it is known that two counties used one key; it tells nothing of the key."""
    return hashlib.blake2b(NAMED, key=key, digest_size=8, person=NAMED).hexdigest()


def coded(values: pl.Series, key: bytes, domain: bytes) -> pl.DataFrame:
    """Give each distinct value its code: `value`, `code` (UInt64) and `check` (UInt32), 96 bits of a keyed BLAKE2b.

    The one loop over people: no column engine has a keyed hash. Nulls have no code.
    """
    distinct = values.drop_nulls().unique(maintain_order=True)
    start = hashlib.blake2b(key=key, person=domain, digest_size=CODE_BYTES)
    codes, checks = [], []
    for value in distinct:
        one = start.copy()
        one.update(value.encode())
        code, check = unpack("<QI", one.digest())
        codes.append(code)
        checks.append(check)
    return pl.DataFrame(
        {"value": distinct, "code": codes, "check": checks},
        schema={"value": pl.String, "code": pl.UInt64, "check": pl.UInt32},
    )

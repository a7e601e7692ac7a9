"""The workspace's key: person codes are made with it, and the ledger is sealed with it."""

from __future__ import annotations

import os
import secrets
import sqlite3
import tempfile
from pathlib import Path

from fupin_cli.errors import FupinError, os_words

FOLDER, KEY_FILE = ".fupin", "person.key"
LEDGER_FILE = "ledger.sqlite"
KEY_BYTES = 32


class KeyTroubleError(FupinError):
    """The workspace's key is damaged, or gone while the ledger needs it (exit 12)."""

    exit_code = 12


def workspace_key(root: Path) -> bytes:
    """Read the workspace's key; make it at the first use (0600, whole or not at all). With another key the codes are others.

    Raises:
        FupinError: the key cannot be read or made.
        KeyTroubleError: it has another length than a key, or it is gone and the ledger was sealed with it (exit 12).
    """
    path = root / FOLDER / KEY_FILE
    try:
        if not path.exists():
            _refuse_if_needed(root, path)
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _make(path)
        text = path.read_text(encoding="ascii").strip()
        key = bytes.fromhex(text)
    except (OSError, ValueError) as error:
        raise FupinError(
            f"人员编码的密钥 {path} 读不出或写不进去：{os_words(error) if isinstance(error, OSError) else '内容不是密钥'}",
            "检查工作区的权限；密钥文件损坏的从备份恢复",
        ) from None
    if len(key) != KEY_BYTES:
        what = "是空的" if not key else f"长度不对（{len(key)} 字节，应为 {KEY_BYTES} 字节）"
        raise KeyTroubleError(
            f"人员编码的密钥 {path} {what}，用它算出的编码和封条不能用",
            "从备份恢复这个文件；还没有批准过任何月份、也没有备份的，删去它再运行，会另做一把",
        )
    return key


def known_key(root: Path) -> bytes | None:
    """Read the workspace's key; None before its first use. Makes nothing.

    Raises:
        FupinError, KeyTroubleError: as `workspace_key`.
    """
    path = root / FOLDER / KEY_FILE
    if path.exists():
        return workspace_key(root)
    _refuse_if_needed(root, path)
    return None


def _make(path: Path) -> None:
    """Write a new key beside its place and link it in: a full disk leaves no empty key, of two processes one wins."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-{os.getpid()}-", suffix=".tmp")  # 0600
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as stream:
            stream.write(secrets.token_bytes(KEY_BYTES).hex() + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        try:
            os.link(temporary, path)
        except FileExistsError:
            return
        except OSError:  # a file system without links
            if not path.exists():
                temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _refuse_if_needed(root: Path, path: Path) -> None:
    """A new key would fit neither the seals of the ledger nor the codes that were given out.

    Raises:
        KeyTroubleError: the ledger holds sealed postings.
    """
    ledger = root / FOLDER / LEDGER_FILE
    if not ledger.exists():
        return
    try:
        connection = sqlite3.connect(f"{ledger.resolve().as_uri()}?mode=ro", uri=True)
        try:
            sealed = connection.execute("SELECT count(*) FROM batches WHERE seal <> ''").fetchone()[0]
        finally:
            connection.close()
    except sqlite3.Error:
        return  # no ledger of this format: what is wrong with it is told where it is opened
    if sealed:
        raise KeyTroubleError(
            f"密钥 {path} 不见了；账本是用它封的，人员编码也是用它算的", "从备份恢复这个文件，再运行一次"
        )

"""What the workspace's other files know of the ledger: batches that they name must stand in it (SPEC 9, A2).

An old copy of the ledger put back, or no ledger at all, would pay the same month twice.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fupin_cli.errors import FupinError
from fupin_cli.ledger import kept, store
from fupin_cli.ledger.key import FOLDER
from fupin_cli.outputs.manifest import KEPT, NAME
from fupin_cli.policy.letters import first_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BANK_FILE = re.compile(r"(?:代发|更正发放)_(\d{6}-\d{2})(?:_\d+)?\.(?:csv|txt|xlsx)\Z")
# Manifests are written by us, two spaces before each key of the first level: no need to parse thousands of them.
BATCH, SEAL = b'\n  "batch": "', b'\n  "ledger_seal": "'
SHOWN = 3


class LedgerBehindError(FupinError):
    """The ledger lacks postings that the workspace's own files tell of (exit 12)."""

    exit_code = 12


def refuse_if_behind(root: Path) -> None:
    """Post nothing on a ledger that is older than the workspace's files.

    Raises:
        LedgerBehindError: batches are missing, or stand there as something else (exit 12).
    """
    if words := behind(root):
        raise LedgerBehindError(words[0], words[1])


def behind(root: Path) -> tuple[str, str] | None:
    """What is wrong with the ledger by the workspace's other files, and what to do; None where they agree."""
    named = dict(_named(root))  # the last place that names a batch
    seals: dict[str, str] = {}
    for path in _manifests(root / "out"):
        said, where = _read(path), _short(root, path)
        named |= dict.fromkeys(_texts(said, BATCH), where)
        seals |= dict.fromkeys(_texts(said, SEAL), where)
    if not named and not seals:
        return None
    rows = store.read(root, "batches", ["batch", "seal"])
    known, sealed = set(rows["batch"]), set(rows["seal"])
    missing = sorted(batch for batch in named if batch not in known)
    where = first_of([f"{batch}（见 {named[batch]}）" for batch in missing], SHOWN, "个")
    path = store.ledger_path(root)
    hint = (
        f"不要记账。把含有{'这些批次' if missing else '最近一次记账'}的账本从备份放回 {path}（连同 .fupin 里的 person.key 和 inputs），"
        "再运行 fupin verify --all；刚恢复过旧备份的，换回恢复以前的那一份。"
        "确实再也找不到的，另建工作区（fupin init），用补贴发放台账作期初余额：fupin ledger import"
    )
    if missing:
        what = "账本不见了" if not path.exists() else "账本比工作区里的文件旧"
        return f"{what}：缺批次 {where}；接着记账会把同一个月再发一次", hint
    if lost := [place for seal, place in seals.items() if seal not in sealed]:
        what = "账本不见了" if not rows.height else "账本不是写这些文件时的账本，或缺最后的记账"
        return f"{what}（见 {lost[0]}）", hint
    return None


def _named(root: Path) -> Iterator[tuple[str, str]]:
    """Batches that kept inputs and bank files name, with where."""
    out = root / "out"
    for path in sorted((root / FOLDER / kept.KEPT).glob("*.zip")):
        yield path.stem, _short(root, path)
    for path in sorted(out.glob("*/**/*")):
        if match := BANK_FILE.fullmatch(path.name):
            yield match[1], _short(root, path)


def _manifests(out: Path) -> list[Path]:
    return sorted([*out.glob(f"*/{NAME}"), *out.glob(f"*/{KEPT}/*.json")])


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _texts(said: bytes, key: bytes) -> list[str]:
    """The texts that stand behind a key: whole manifests are searched for it, as no pattern would as fast."""
    texts = (part.partition(b'"')[0].decode(errors="replace") for part in said.split(key)[1:])
    return [text for text in texts if text]


def _short(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix()

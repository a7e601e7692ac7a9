"""The lists of risks that were sent, in `.fupin/risk/`: by them the next month knows what is new (SPEC 11).

One file a month, `2024-05.json`, that of the latest list. A list that is sent anew puts the one before into `旧/`, by its
hash: what was compared with it can be computed again. Codes of people stand there, no ID number and no name.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fupin_cli.ledger.key import FOLDER
from fupin_cli.outputs.files import OLD, atomic
from fupin_cli.policy.months import month_text

if TYPE_CHECKING:
    from pathlib import Path

    from fupin_cli.reports.runs import RiskRun

SENT = "risk"  # folder below .fupin: the lists that were sent, one file a month


@dataclass(frozen=True)
class SentList:
    """A list as it was sent: (person_code, code, since) each, the codes that were judged, the SHA-256 of its file."""

    entries: list[list[str]]
    ran: list[str]
    sha256: str


def sent_list(root: Path, month: int) -> SentList | None:
    """The list that was sent last for a month, if one was (and can be read)."""
    return _read(root / FOLDER / SENT / f"{month_text(month)}.json")


def sent_then(root: Path, month: int, sha256: str) -> SentList | None:
    """The list of a month that had this hash, be it the latest or one that was sent before it; None if it has gone."""
    folder = root / FOLDER / SENT
    found = (_read(folder / f"{month_text(month)}.json"), _read(folder / OLD / _old_name(month, sha256)))
    return next((one for one in found if one is not None and one.sha256 == sha256), None)


def _old_name(month: int, sha256: str) -> str:
    return f"{month_text(month)}_{sha256[:16]}.json"


def _read(path: Path) -> SentList | None:
    try:
        raw = path.read_bytes()
        found: Any = json.loads(raw)
        entries, ran = found["entries"], found["ran"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    whole = isinstance(entries, list) and isinstance(ran, list) and all(isinstance(code, str) for code in ran)
    if not whole or not all(_is_entry(entry) for entry in entries):
        return None
    return SentList(entries, ran, hashlib.sha256(raw).hexdigest())


def _is_entry(entry: object) -> bool:
    """Whether it is what a sent list has of each risk: person_code, code, since."""
    match entry:
        case [str(), str(), str()]:
            return True
    return False


def record_sent(root: Path, run: RiskRun, push: Path) -> None:
    """Note a list as sent: codes of people, not their numbers, and the push file's SHA-256. The caller holds the lock."""
    folder = root / FOLDER / SENT
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    body = {
        "month": month_text(run.month),
        "file": push.name,
        "sha256": hashlib.sha256(push.read_bytes()).hexdigest(),
        "ran": sorted(run.listed.ran),
        "entries": run.compared.rows.select("person_code", "code", "since").rows(),
    }
    content = (json.dumps(body, ensure_ascii=False) + "\n").encode()
    path = folder / f"{month_text(run.month)}.json"
    before = path.read_bytes() if path.is_file() else content
    if before != content:  # what was compared with it must be there when it is computed again
        (folder / OLD).mkdir(mode=0o700, exist_ok=True)
        with atomic(folder / OLD / _old_name(run.month, hashlib.sha256(before).hexdigest())) as temporary:
            temporary.write_bytes(before)
    with atomic(path) as temporary:
        temporary.write_bytes(content)

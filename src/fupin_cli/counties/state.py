"""What became of each county: one JSON a county, command and month, put in place whole; a later run resumes from it."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fupin_cli.errors import FupinError, os_words
from fupin_cli.jobs.lock import LockedError
from fupin_cli.ledger.kept import file_sha256
from fupin_cli.outputs.files import atomic
from fupin_cli.outputs.manifest import digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FOLDER = Path(".fupin", "counties")
FORMAT = "fupin.county/1"
SEAL = "content_sha256"  # of all the rest: a state that was damaged is none
FILES = "outputs_sha256"  # of outputs that nobody may change
DONE, FAILED, MISSING = "done", "failed", "not_handed_in"


def month_folder(root: Path, month: str) -> Path:
    """Where the states, extracts and results of a month stand; below a hidden folder of the root."""
    return root / FOLDER / month


def state_path(root: Path, month: str, command: str, key: str) -> Path:
    """The state of a county: the folders of its key are folders here too, so that no two keys share a file."""
    return month_folder(root, month) / command / f"{key}.json"


def read_state(path: Path) -> dict[str, Any]:
    """A state as it was left; empty where there is none, or where it is not what was left (the county is then done again)."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(found, dict) or found.get("format") != FORMAT:
            return {}
        return found if found.pop(SEAL, "") == digest(found) else {}
    except (OSError, ValueError, RecursionError):
        return {}


def gone(root: Path, month: str, keys: Iterable[str]) -> dict[str, str]:
    """Counties that were done in a month before and are not among those found now (`keys`): key → what it was called.

    A folder that is not mounted looks like a county that never was: its people would be paid twice, its sums be missing.
    """
    folder, known = month_folder(root, month), set(keys)
    found = {}
    for path in sorted(folder.glob("*/**/*.json")):
        key = path.relative_to(folder).with_suffix("").as_posix().partition("/")[2]
        if key not in known and key not in found and (state := read_state(path)).get("status") == DONE:
            found[key] = str(state.get("name", ""))
    return found


@contextmanager
def only_run(root: Path, command: str) -> Iterator[None]:
    """Hold the root while one run works in it: two would write the same states.

    Raises:
        LockedError: another run is at work (exit 11).
        FupinError: the root cannot be written to.
    """
    from filelock import FileLock, Timeout

    folder = root / FOLDER
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = FileLock(folder / "lock", timeout=0, mode=0o600)
        lock.acquire()
    except Timeout:
        raise LockedError(f"{root} 有另一个 fupin counties 在运行，这次的 {command} 没有做", "等它结束再运行") from None
    except OSError as error:
        raise FupinError(f"{root} 写不进去：{os_words(error)}", "检查权限和磁盘空间") from None
    try:
        yield
    finally:
        lock.release()


def write_state(path: Path, body: dict[str, Any]) -> None:
    """Put a state in its place, whole or not at all, readable by its owner only.

    Raises:
        FupinError: the disk is full, or the folder cannot be written to.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with atomic(path) as temporary:
        sealed = {**body, SEAL: digest(body)}
        temporary.write_text(json.dumps(sealed, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def unchanged(state: dict[str, Any], fingerprint: str) -> bool:
    """Whether a county is done already: from the same inputs, and what it wrote is still there (`FILES`: to the byte)."""
    outputs = state.get("outputs")
    return (
        state.get("status") == DONE
        and state.get("fingerprint") == fingerprint
        and isinstance(outputs, list)
        and all(isinstance(path, str) and "\0" not in path and Path(path).exists() for path in outputs)
        and (FILES not in state or same_files(state))
    )


def same_files(state: dict[str, Any]) -> bool:
    """Whether the outputs of a state are, to the byte, those that were written."""
    try:
        return bool([file_sha256(Path(path)) for path in state["outputs"]] == state[FILES])
    except (OSError, KeyError):
        return False

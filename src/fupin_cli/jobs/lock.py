"""One job at a time in a workspace. The lock is the system's own: when its holder dies, it is free."""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from fupin_cli.errors import FupinError, os_words
from fupin_cli.jobs.posting import finish, unfinished
from fupin_cli.jobs.witness import behind, refuse_if_behind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

FOLDER, LOCK, HOLDER = ".fupin", "lock", "lock.json"


class LockedError(FupinError):
    """Another run holds the workspace's lock (exit 11)."""

    exit_code = 11


@contextmanager
def workspace_lock(  # noqa: PLR0913 - who holds it, how long it is waited for, what for
    root: Path,
    command: str,
    wait: float,
    now: datetime,
    *,
    posts: bool = True,
    say: Callable[[str], None] = lambda text: print(text, file=sys.stderr),  # noqa: T201 - whoever holds it says what was left
) -> Iterator[None]:
    """Hold the workspace while a command works in it; wait up to `wait` seconds for who holds it.

    What an interrupted command has left is finished first, and said. `posts`: the command writes to the ledger, which must
    hold what the workspace's files tell of; other commands only say that it does not.

    Raises:
        LockedError: another run holds it still.
        LedgerBehindError: the ledger is older than the workspace's files (exit 12).
        FupinError: the folder cannot be written to.
    """
    from filelock import FileLock, Timeout

    folder = root / FOLDER
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = FileLock(folder / LOCK, timeout=wait, mode=0o600)
        lock.acquire()
    except Timeout:
        raise LockedError(
            f"这个工作区有另一个 fupin 在运行{_words(holder(root))}", "等它结束再运行，或用 --wait 秒数 让程序等"
        ) from None
    except OSError as error:
        raise FupinError(f"工作区 {root} 写不进去：{os_words(error)}", "检查工作区的权限和磁盘空间") from None
    try:
        note = json.dumps({"pid": os.getpid(), "command": command, "since": now.isoformat(timespec="seconds")})
        (folder / HOLDER).write_text(note, encoding="utf-8")
        for sentence in finish(root):
            say(sentence)
        if posts:
            refuse_if_behind(root)
        elif words := behind(root):
            say(f"注意: {words[0]}")
        yield
    except OSError as error:
        raise FupinError(f"{error.filename or root} 读写不了：{os_words(error)}", "检查权限和磁盘空间") from error
    finally:
        (folder / HOLDER).unlink(missing_ok=True)
        lock.release()


def finish_if_free(root: Path, now: datetime) -> list[str]:
    """Finish what an interrupted command has left, unless another command is at work; give what was done.

    Raises:
        FupinError: a file cannot be put in place.
    """
    said: list[str] = []
    if unfinished(root):
        with suppress(LockedError), workspace_lock(root, "status", 0, now, posts=False, say=said.append):
            pass
    return [sentence for sentence in said if not sentence.startswith("注意")]


def holder(root: Path) -> dict[str, str]:
    """Who holds the lock, or held it when it was killed; empty if nobody."""
    try:
        found: dict[str, str] = json.loads((root / FOLDER / HOLDER).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def is_held(root: Path) -> bool:
    """Whether a run holds the lock now."""
    from filelock import FileLock, Timeout

    path = root / FOLDER / LOCK
    if not path.exists():
        return False
    try:
        with FileLock(path, timeout=0):
            return False
    except (Timeout, OSError):
        return True


def _words(found: dict[str, str]) -> str:
    return f"（{found['command']}，进程 {found['pid']}，{found['since']} 开始）" if found else ""

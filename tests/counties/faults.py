"""Tasks that end in every way a county can end; each attempt leaves a line in a file, so that they can be counted."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fupin_cli.errors import FupinError, NoInputError


@dataclass(frozen=True)
class Fault:
    """A county that ends in a certain way."""

    key: str
    how: str
    folder: str


def do(task: Fault) -> dict[str, Any]:
    with (Path(task.folder) / task.key).open("a", encoding="utf-8") as stream:
        stream.write(f"{os.getpid()}\n")
    return WAYS[task.how](task)


def attempts(folder: Path, key: str) -> int:
    """How often a task was begun."""
    path = folder / key
    return len(path.read_text(encoding="utf-8").splitlines()) if path.exists() else 0


def good(task: Fault) -> dict[str, Any]:
    time.sleep(0.02)
    seen = [name for name in os.environ if name.upper().startswith("FUPIN_")]
    return {"status": "done", "key": task.key, "environment": seen, "threads": os.environ.get("POLARS_MAX_THREADS")}


def raises(task: Fault) -> dict[str, Any]:
    raise ValueError(f"a secret of {task.key}")


def wrong(task: Fault) -> dict[str, Any]:
    raise FupinError(f"设置有误 {task.key}", "改正")


def empty(task: Fault) -> dict[str, Any]:
    raise NoInputError(f"没有文件 {task.key}", "放进去")


def poison(task: Fault) -> dict[str, Any]:
    """Kill the worker, every time."""
    del task
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
    raise AssertionError


def killed_once(task: Fault) -> dict[str, Any]:
    """Lose the worker once, as when the system takes it."""
    return poison(task) if attempts(Path(task.folder), task.key) == 1 else good(task)


def hangs(task: Fault) -> dict[str, Any]:
    del task
    while True:
        time.sleep(1)


def eats(task: Fault) -> dict[str, Any]:
    """Take 8 MiB every 5 ms; done, which no test expects, when nobody has ended it at 2 GiB."""
    held = []
    for _ in range(256):
        held.append(bytearray(8 << 20))
        time.sleep(0.005)
    return good(task)


WAYS = {
    "good": good,
    "raises": raises,
    "wrong": wrong,
    "empty": empty,
    "poison": poison,
    "killed_once": killed_once,
    "hangs": hangs,
    "eats": eats,
}

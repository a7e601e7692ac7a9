"""Processes measured: processor and wall seconds and peak memory of a command with all that it starts."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FUPIN = (sys.executable, "-c", "from fupin_cli.cli.main import run; run()")
LONG = 10.0  # seconds: what takes longer is measured once


class Cost(NamedTuple):
    """What a command cost: seconds of the processors, seconds on the wall, MiB held at most."""

    cpu: float
    wall: float
    peak: float


def cost(command: list[str] | tuple[str, ...], root: Path, runs: int = 3) -> Cost:
    """The least of a few runs; of a long command the only one. Exit codes 0 and 1 are results.

    A process that its parent waited for counts with it: the peak is that of the largest of them. Compiled modules are
    kept, as they are wherever the program is installed.
    """
    found: list[Cost] = []
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    while len(found) < runs and (not found or found[-1].wall < LONG):
        with (root / "stderr").open("wb") as stream:
            start = time.perf_counter()
            process = subprocess.Popen(command, cwd=root, stdout=subprocess.DEVNULL, stderr=stream, env=environment)
            _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in {0, 1}:
            said = (root / "stderr").read_text(encoding="utf-8")
            sys.exit(f"{' '.join(command[2:])}\nexit code {process.returncode}\n{said}")
        found.append(Cost(usage.ru_utime + usage.ru_stime, time.perf_counter() - start, usage.ru_maxrss / 1024))
    return Cost(*(min(values) for values in zip(*found, strict=True)))


def fupin(*words: str) -> tuple[str, ...]:
    """The command line of `fupin` in this Python."""
    return (*FUPIN, *words)


def python(code: str) -> tuple[str, ...]:
    """A command line of this Python."""
    return (sys.executable, "-c", code)


def apart(target: Callable[..., Any], *args: Any) -> None:
    """Call in a process of its own: a child's peak counts the memory of the process it was started from."""
    process = get_context("spawn").Process(target=target, args=args)
    process.start()
    process.join()
    if process.exitcode:
        sys.exit(f"{target.__name__} failed")

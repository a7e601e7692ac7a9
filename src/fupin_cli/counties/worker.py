"""What happens in a worker: it belongs to its coordinator, takes over nothing of its settings, and answers in plain data.

Nothing heavy is imported here before the environment is as it has to be.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from fupin_cli.counties.handed_out import Task

ORPHAN, OVERDUE = 71, 72  # exit codes of a worker that ends itself


LOCKED = 11  # somebody else held the lock: later it may be free


def begin(threads: int) -> int:
    """Make this process a worker: no `FUPIN_*` of the coordinator, its share of threads, no word, and no life of its own."""
    import signal
    from multiprocessing import parent_process

    forget_settings()
    os.environ["POLARS_MAX_THREADS"] = os.environ["RAYON_NUM_THREADS"] = str(threads)
    if hasattr(signal, "SIGINT"):  # Ctrl-C goes to all processes of a terminal: the coordinator decides
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    return os.getpid()


def forget_settings() -> None:
    """Take every `FUPIN_*` variable out of the environment: a county's settings are its own file's."""
    for name in [name for name in os.environ if name.upper().startswith("FUPIN_")]:
        del os.environ[name]


def _end_with(sentinel: int) -> None:
    """End when the coordinator ends, however it ended: a worker left alone would hold its county's lock (CPython #111873)."""
    from multiprocessing.connection import wait

    wait([sentinel])
    os._exit(ORPHAN)


def ready() -> int:
    """Load what every county needs, and say which process this is: the time that takes is no county's."""
    import fupin_cli.counties.task  # noqa: F401

    return os.getpid()


def do(task: Task) -> dict[str, Any]:
    """Do a county's work (`task.done`). What that takes is loaded here, in the worker, and not by who hands it out.

    Raises:
        FupinError: as the single jobs.
    """
    from fupin_cli.counties.task import done

    return done(task)


def bare() -> int:
    """Say which process this is."""
    return os.getpid()


def answer(function: Callable[[Any], dict[str, Any]], task: Any, seconds: float | None = None) -> dict[str, Any]:
    """Do a task and give `{"result": …}`, or `{"error", "hint", "exit_code", "again"}`: an exception is never sent itself.

    `again`: whether another attempt could end otherwise. `seconds`: this process ends by itself when the task takes
    longer, also in the middle of a computation (for workers that the coordinator cannot end).
    """
    import faulthandler

    from fupin_cli.errors import FupinError

    began = time.perf_counter()
    nowhere = open(os.devnull, "w") if seconds else None  # noqa: SIM115, PTH123 - held while the watch runs
    try:
        if seconds:
            faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere or sys.stderr)
        return {"result": function(task), "seconds": round(time.perf_counter() - began, 3), "cpu": time.process_time()}
    except FupinError as error:
        again = error.exit_code == LOCKED
        return {"error": str(error), "hint": error.hint, "exit_code": error.exit_code, "again": again}
    except MemoryError:
        return {
            "error": "内存不够",
            "hint": "减少同时运行的县（--workers），或换内存大的机器",
            "exit_code": 70,
            "again": True,
        }
    except Exception as error:  # noqa: BLE001 - whatever it is, it is this county's alone
        return {
            "error": _where(error),
            "hint": "这不是数据有误。请把这一行报给维护人员",
            "exit_code": 70,
            "again": True,
        }
    finally:
        if nowhere:
            faulthandler.cancel_dump_traceback_later()
            nowhere.close()


def _where(error: Exception) -> str:
    """A bug of the program: where, without any value that might be somebody's data."""
    import traceback
    from pathlib import Path

    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if "fupin" in frame.filename or "tests" in frame.filename
    ]
    frames = frames[-3:]  # of the program; what a library does inside says little
    places = " ← ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
    return f"程序出错（{type(error).__name__}，{places}）"

"""Reads a file in a process of its own, whose memory and time are capped: no look beforehand can foresee everything.

One helper process serves all doubtful files of a run, since starting one costs as much as reading many. Where a file
is its end, the file is said to be unreadable and the next one gets a new helper. It sees nothing but the file: what
it sends back is lines of JSON and Arrow tables, never objects.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any, Self

from fupin_cli.errors import os_words
from fupin_cli.intake.budget import SIZE_HINT, memory_limit, seconds_limit
from fupin_cli.intake.excel_reader import raw_sheet
from fupin_cli.intake.packed import unpack
from fupin_cli.intake.plain_cells import PlainSheet
from fupin_cli.intake.raw import HINT_DAMAGED, RawSheet, UnreadableError

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from fupin_cli.policy.settings import Intake

# `-P`: a folder that holds files to be read must not lend its own modules.
COMMAND = (sys.executable, "-P", "-m", "fupin_cli.intake.apart_worker")
READY = b"ready\n"
# The clock on the wall is the only one on Windows; elsewhere it stands behind that of the processor, for files that wait.
WALL_FACTOR = 3 if os.name == "nt" else 10
PATIENCE = 10.0
STARTING_SECONDS = 120  # for loading the program itself on a busy machine
# What Rust and C libraries die of when memory is refused, and what the system ends the largest process with.
OUT_OF_MEMORY = {-getattr(signal, name) for name in ("SIGABRT", "SIGKILL", "SIGBUS") if hasattr(signal, name)}
OUT_OF_TIME = -getattr(signal, "SIGXCPU", 0)


class Apart:
    """The helper process of a run, started when the first doubtful file comes."""

    def __init__(self, limits: Intake, password: str | None) -> None:
        """Start nothing yet."""
        self._limits, self._password = limits, password
        self._lock = threading.Lock()
        self._closed = False
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the helper, in the middle of a file too."""
        self._closed = True
        self._end()

    def read(self, path: Path) -> list[RawSheet]:
        """Read a file; one at a time, so that together they cost no more memory than one.

        Raises:
            UnreadableError: as the readers, and where the file takes more memory or time than it may.
        """
        with self._lock:
            seconds = seconds_limit(self._limits, path.stat().st_size)
            process = self._process or self._start()
            watch = threading.Timer(seconds * WALL_FACTOR, process.kill)
            watch.start()
            try:
                return self._ask(process, path, seconds)
            except (
                OSError,
                ValueError,
                TypeError,
                EOFError,
            ) as error:  # the helper has gone, or says nothing that makes sense
                late = not watch.is_alive()
                self._end(PATIENCE)
                raise self._reason(process.returncode, seconds, late=late) from error
            except UnreadableError:
                raise
            except BaseException:
                self._end()
                raise
            finally:
                watch.cancel()

    def _start(self) -> subprocess.Popen[bytes]:
        """Start the helper and wait until it is ready: the time that takes is none of the file's."""
        if self._closed:
            raise _no_helper("已经结束")
        environment = os.environ | {"POLARS_MAX_THREADS": "1", "RAYON_NUM_THREADS": "1"}
        try:
            process = subprocess.Popen(
                COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
            )
        except OSError as error:
            raise _no_helper(os_words(error)) from error
        self._process = process
        watch = threading.Timer(STARTING_SECONDS, process.kill)
        watch.start()
        try:
            ready = process.stdout.readline() if process.stdout else b""
        except BaseException:
            self._end()
            raise
        finally:
            watch.cancel()
        if ready != READY:
            self._end(PATIENCE)
            raise _no_helper(f"退出码 {process.returncode}")
        return process

    def _ask(self, process: subprocess.Popen[bytes], path: Path, seconds: int) -> list[RawSheet]:
        if process.stdin is None or process.stdout is None:
            raise EOFError
        request = {
            "path": os.fsencode(path).hex(),
            "limits": self._limits.model_dump(),
            "password": self._password,
            "seconds": seconds,
            "memory_mib": memory_limit(self._limits),
        }
        process.stdin.write(json.dumps(request).encode() + b"\n")
        process.stdin.flush()
        answer = json.loads(process.stdout.readline() or b"{}")
        if "unreadable" in answer:
            message, hint = answer["unreadable"], answer["hint"]
            raise UnreadableError(message, hint)
        if "out_of_memory" in answer:
            self._end()
            raise self._reason(min(OUT_OF_MEMORY, default=1), seconds, late=False)
        if "plain" in answer:
            return [_from_lists(head, process.stdout) for head in answer["plain"]]
        if "sheets" not in answer:
            raise EOFError
        return unpack(answer["sheets"], process.stdout)

    def _reason(self, returncode: int | None, seconds: int, *, late: bool) -> UnreadableError:
        if late or returncode == OUT_OF_TIME:
            return UnreadableError(f"读它要的时间超过 {seconds} 秒（[intake] max_seconds），没有读完", SIZE_HINT)
        if returncode in OUT_OF_MEMORY:
            most = memory_limit(self._limits)
            return UnreadableError(f"读它要的内存超过上限 {most} MiB（[intake] max_memory_mib），没有读", SIZE_HINT)
        return UnreadableError("文件已损坏，读到一半读取程序就中断了", HINT_DAMAGED)

    def _end(self, patience: float = 0) -> None:
        """End the helper; with `patience` it may end by itself first, so that its exit code tells why."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream:
                with contextlib.suppress(OSError):
                    stream.close()


def _no_helper(why: str) -> UnreadableError:
    return UnreadableError(f"读取程序启动不了：{why}", "检查内存和系统限制，再运行一次")


def _from_lists(head: dict[str, Any], stream: Any) -> RawSheet:
    columns = [json.loads(stream.readline() or b"{") for _ in range(head["columns"])]
    numeric = json.loads(stream.readline() or b"{") if head["numeric"] else None
    formulas = {(row, column): text for row, column, text in head["formulas"]}
    return raw_sheet(
        PlainSheet(
            head["name"],
            columns,
            head["offset"],
            head["hidden"],
            numeric,
            formulas,
            head["unread"],
            list(map(tuple, head["merged"])),
        )
    )

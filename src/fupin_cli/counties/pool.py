"""Tasks on workers: each is done once, tried again when it fails, ended when it takes too long or too much memory.

The pool is as many executors as workers, each of one process with one task at a time. So a worker that dies, or has to
be ended, takes nobody else's task with it, and there is never a doubt whose task it was.
"""

from __future__ import annotations

import os
import signal
import time
from collections import deque
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any, Protocol

from fupin_cli.counties import worker
from fupin_cli.system import resident_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

TICK = 0.05  # seconds between two looks at the clock and at the memory
STARTING_SECONDS = 60
MIB = 1 << 20


class Keyed(Protocol):
    """A task: picklable, with a key that no other task has."""

    @property
    def key(self) -> str:
        """Whose task it is."""


Function = "Callable[[Any], dict[str, Any]]"


@dataclass(frozen=True)
class Limits:
    """How often a task is tried again, how many seconds and bytes it may take (None: without limit)."""

    retries: int = 2
    timeout: float | None = None
    memory: int | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of a task: its result, or why it failed after all attempts."""

    key: str
    result: dict[str, Any] | None
    error: str = ""
    hint: str = ""
    exit_code: int = 0
    attempts: int = 1
    seconds: float = 0.0
    cpu: float = 0.0


@dataclass
class Board:
    """How far a run is: counts, and who is being worked on."""

    total: int
    done: int = 0
    failed: int = 0
    missing: int = 0
    running: tuple[str, ...] = ()

    @property
    def waiting(self) -> int:
        """Tasks that nobody has begun."""
        return self.total - self.done - self.failed - self.missing - len(self.running)


class Engine(Protocol):
    """Where tasks run. `patience`: seconds beyond a task's limit before the coordinator ends it itself.

    None here, where a task begins at once; on a cluster it may wait for a worker, and its worker ends itself in time.
    """

    patience: float

    def slots(self) -> list[Any]:
        """Places for one task each."""

    def start(self, slot: Any, function: Any, task: Any, seconds: float | None) -> Future[dict[str, Any]]:
        """Begin a task in a free place."""

    def memory(self, slot: Any) -> int | None:
        """Bytes that the task's process holds; None where that is not known."""

    def stop(self, slot: Any) -> None:
        """End the task's process; its future then fails."""

    def close(self) -> None:
        """End all processes."""


@dataclass
class Slot:
    """One worker: an executor of one process, made when the first task comes and again after its process died."""

    number: int
    executor: ProcessPoolExecutor | None = None
    pid: int = 0


class Local:
    """Workers on this machine, started with `spawn`: a fork of a process with threads may hang."""

    patience = 0.0

    def __init__(self, workers: int, prepare: Callable[[], int] = worker.ready) -> None:
        """Take so many workers, each with its share of the processor's threads. `prepare` loads what tasks need."""
        self._slots = [Slot(number) for number in range(max(1, workers))]
        self._threads = max(1, (os.cpu_count() or 1) // len(self._slots))
        self._prepare = prepare

    def slots(self) -> list[Slot]:
        """Places for one task each."""
        return self._slots

    def start(self, slot: Slot, function: Any, task: Any, seconds: float | None) -> Future[dict[str, Any]]:
        """Begin a task; the first in a slot starts its process."""
        del seconds  # the coordinator ends who takes longer
        if slot.executor is None:
            slot.executor = ProcessPoolExecutor(
                1, mp_context=get_context("spawn"), initializer=worker.begin, initargs=(self._threads,)
            )
            slot.pid = 0
            slot.executor.submit(self._prepare).add_done_callback(lambda done: _note_pid(slot, done))
        return slot.executor.submit(worker.answer, function, task)

    def memory(self, slot: Slot) -> int | None:
        """Bytes that the worker holds in memory."""
        return resident_bytes(slot.pid) if slot.pid else None

    def stop(self, slot: Slot) -> None:
        """End a worker; the next task in its slot gets a new one."""
        executor, slot.executor = slot.executor, None
        if slot.pid:
            _kill(slot.pid)
        if executor is not None:
            if not slot.pid:  # not even started: nobody knows its number but the executor
                for process in list((getattr(executor, "_processes", None) or {}).values()):
                    process.kill()
            executor.shutdown(wait=False, cancel_futures=True)
        slot.pid = 0

    def close(self) -> None:
        """End all workers: at once those that are at work."""
        for slot in self._slots:
            self.stop(slot)


def _note_pid(slot: Slot, done: Future[int]) -> None:
    if not done.cancelled() and done.exception() is None:
        slot.pid = done.result()


def _kill(pid: int) -> None:
    with suppress(OSError):
        os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))


@dataclass
class _Running:
    task: Any
    attempt: int
    slot: Any
    future: Future[dict[str, Any]]
    handed: float
    since: float
    ended: str = ""  # why the coordinator ended it
    hint: str = ""


@dataclass
class _Run:
    engine: Engine
    function: Any
    limits: Limits
    waiting: deque[tuple[Any, int]]
    board: Board
    running: list[_Running] = field(default_factory=list)

    def fill(self) -> None:
        """Give every free place a task."""
        busy = [id(one.slot) for one in self.running]
        for slot in self.engine.slots():
            if self.waiting and id(slot) not in busy:
                task, attempt = self.waiting.popleft()
                future = self.engine.start(slot, self.function, task, self.limits.timeout)
                now = time.monotonic()
                self.running.append(_Running(task, attempt, slot, future, now, now))
        self.board.running = tuple(one.task.key for one in self.running)

    def watch(self) -> None:
        """End what takes too long or too much."""
        for one in self.running:
            if one.future.done() or one.ended:
                continue
            now = time.monotonic()
            if not getattr(one.slot, "pid", 1) and now - one.handed < STARTING_SECONDS:
                one.since = now  # a worker that is only just starting is no county's delay
            held = self.engine.memory(one.slot) if self.limits.memory else None
            if self.limits.timeout and now - one.since > self.limits.timeout + self.engine.patience:
                one.ended = f"超过 {self.limits.timeout:g} 秒没有做完（--timeout），已停下"
                one.hint = "看看这个县的文件是不是大得反常；需要更久的加大 --timeout"
            elif self.limits.memory and held and held > self.limits.memory:
                one.ended = f"内存超过上限 {self.limits.memory // MIB} MiB（--memory），已停下"
                one.hint = "看看这个县的文件是不是大得反常；确实需要的加大 --memory"
            if one.ended:
                self.engine.stop(one.slot)

    def finished(self) -> Iterator[Outcome]:
        """Give what has ended for good; what may be tried again goes to the end of the queue."""
        for one in [one for one in self.running if one.future.done()]:
            self.running.remove(one)
            answer = self._answer(one)
            if "result" in answer:
                yield Outcome(
                    one.task.key, answer["result"], attempts=one.attempt, seconds=answer["seconds"], cpu=answer["cpu"]
                )
            elif answer["again"] and one.attempt <= self.limits.retries:
                self.waiting.append((one.task, one.attempt + 1))
            else:
                yield Outcome(
                    one.task.key,
                    None,
                    answer["error"],
                    answer["hint"],
                    answer["exit_code"],
                    one.attempt,
                    round(time.monotonic() - one.since, 3),
                )

    def _answer(self, one: _Running) -> dict[str, Any]:
        error = None if one.future.cancelled() else one.future.exception()
        if not one.future.cancelled() and error is None:
            return one.future.result()
        self.engine.stop(one.slot)
        words, hint = one.ended, one.hint
        if not words and (isinstance(error, (BrokenProcessPool, OSError)) or type(error).__name__ == "KilledWorker"):
            late = f"，或超过 {self.limits.timeout:g} 秒" if self.engine.patience and self.limits.timeout else ""
            words, hint = (
                f"做它的进程突然没有了（被系统或别人结束，或崩溃{late}）",
                "内存不够时系统会这样做：减少 --workers，或加内存",
            )
        return {
            "error": words or f"没有做成（{type(error).__name__}）",
            "hint": hint or "请报给维护人员",
            "exit_code": 70,
            "again": True,
        }


def run_tasks(
    tasks: Iterable[Any],
    function: Any,
    engine: Engine,
    limits: Limits,
    told: Callable[[Board], None] = lambda _: None,
) -> Iterator[Outcome]:
    """Do every task and give each one's outcome as soon as it is known, in whatever order they end.

    `function` takes a task and gives plain data; it is imported by its name in the worker. The engine stays open: more
    tasks may follow. Whoever stops reading (an interruption) closes it.
    """
    waiting = deque((task, 1) for task in tasks)
    run = _Run(engine, function, limits, waiting, Board(len(waiting)))
    while run.waiting or run.running:
        run.fill()
        told(run.board)
        if run.running:
            wait([one.future for one in run.running], timeout=TICK, return_when=FIRST_COMPLETED)
        else:  # a cluster whose workers are just being started again
            time.sleep(TICK)
        run.watch()
        for outcome in run.finished():
            _count(run.board, outcome)
            yield outcome
    run.board.running = ()
    told(run.board)


def _count(board: Board, outcome: Outcome) -> None:
    status = "failed" if outcome.result is None else outcome.result.get("status", "done")
    if status == "failed":
        board.failed += 1
    elif status == "not_handed_in":
        board.missing += 1
    else:
        board.done += 1

"""An engine that does each task at once, in this process."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

from fupin_cli.counties.worker import answer


class Here:
    """One place; a task is done when it is begun."""

    patience = 0.0

    def slots(self) -> list[Any]:
        return [self]

    def start(self, slot: Any, function: Any, task: Any, seconds: float | None) -> Future[dict[str, Any]]:
        del slot, seconds
        found: Future[dict[str, Any]] = Future()
        found.set_result(answer(function, task))
        return found

    def memory(self, slot: Any) -> None:
        """Not watched."""

    def stop(self, slot: Any) -> None:
        """Nothing is at work."""

    def close(self) -> None:
        """Nothing is open."""

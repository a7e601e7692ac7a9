"""`fupin counties check|payroll|run`: every county under a root, each once, whatever becomes of the others."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from fupin_cli.counties import state as states
from fupin_cli.counties.handed_out import Task
from fupin_cli.counties.pool import Board, Engine, Limits, Outcome, run_tasks
from fupin_cli.counties.result import CountiesRun
from fupin_cli.counties.worker import do
from fupin_cli.policy.months import month_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fupin_cli.counties.find import County


def silent(_: Board) -> None:
    """Tell nobody how far a run is."""


def run_counties(  # noqa: PLR0913, PLR0917 - what a run is told on the command line
    root: Path,
    counties: list[County],
    month: int,
    command: str,
    engine: Engine,
    limits: Limits,
    *,
    operator: str,
    maker: str = "",
    told: Callable[[Board], None] = silent,
) -> CountiesRun:
    """Do a command in every county of `root` (`find_counties`); who failed is told in the result and hinders nobody.

    Raises:
        FupinError: the root cannot be written to.
    """
    tasks = [task_of(root, county, month, command, operator, maker) for county in counties]
    return CountiesRun(command, month, root, run_all(tasks, do, engine, limits, told))


def task_of(  # noqa: PLR0913, PLR0917 - what a task holds
    root: Path, county: County, month: int, command: str, operator: str, maker: str = "", **options: Any
) -> Task:
    """One county's task, with the place of its state."""
    path = states.state_path(root.resolve(), month_text(month), command, county.key)
    return Task(command, county.key, county.name, county.root, month, str(path), operator, maker, options)


def run_all(
    tasks: list[Task], function: Any, engine: Engine, limits: Limits, told: Callable[[Board], None]
) -> list[dict[str, Any]]:
    """Run tasks, keep the state of those that failed, and give all states in the order of the tasks."""
    by_key = {task.key: task for task in tasks}
    found = {}
    for outcome in run_tasks(tasks, function, engine, limits, told):
        row = _failed(by_key[outcome.key], outcome) if outcome.result is None else outcome.result
        found[outcome.key] = {
            "hint": "",
            **row,
            "attempts": outcome.attempts,
            "seconds": outcome.seconds,
            "cpu": outcome.cpu,
        }
    return [found[task.key] for task in tasks]


def _failed(task: Task, outcome: Outcome) -> dict[str, Any]:
    from pathlib import Path

    body = {
        "format": states.FORMAT,
        "county": task.key,
        "name": task.name,
        "month": month_text(task.month),
        "command": task.command,
        "fingerprint": "",
        "finished": datetime.now().astimezone().isoformat(timespec="seconds"),
        "status": states.FAILED,
        "exit_code": outcome.exit_code,
        "line": outcome.error,
        "hint": outcome.hint,
        "said": [],
        "outputs": [],
        "figures": {},
    }
    states.write_state(Path(task.state), body)
    return {**body, "skipped": False}

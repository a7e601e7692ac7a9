"""16.1: whatever a county does, every other county is done, and exactly once."""

from __future__ import annotations

import pickle
import sys
from contextlib import closing
from pathlib import Path

import pytest

from fupin_cli import system
from fupin_cli.counties import worker
from fupin_cli.counties.pool import MIB, Board, Limits, Local, run_tasks
from fupin_cli.jobs.desk import Desk
from fupin_cli.jobs.workspace import find_workspace
from fupin_cli.measures.catalogue import LISTED
from tests.cases.test_cases import build
from tests.counties.faults import Fault, attempts, do

HOWS = ("raises", "poison", "good", "hangs", "eats", "wrong", "killed_once", *("good",) * 6)
LIMIT = Limits(retries=2, timeout=3.0, memory=160 * MIB)


@pytest.mark.long
def test_who_raises_hangs_eats_memory_or_kills_its_worker_hinders_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """16.1: kill -9 of a worker, a raising, a hanging, a memory-eating and a poison county on two workers."""
    monkeypatch.setenv("FUPIN_POST__CAP_MONTHS", "12")
    tasks = [Fault(f"{number:02}-{how}", how, str(tmp_path)) for number, how in enumerate(HOWS)]
    boards: list[Board] = []
    seen: set[str] = set()

    def told(board: Board) -> None:
        boards.append(Board(board.total, board.done, board.failed, board.missing, board.running))
        seen.update(board.running)

    with closing(Local(2, worker.bare)) as engine:
        found = {outcome.key: outcome for outcome in run_tasks(tasks, do, engine, LIMIT, told)}
    assert set(found) == {task.key for task in tasks}
    for task in tasks:
        outcome, count = found[task.key], attempts(tmp_path, task.key)
        if task.how == "good":
            assert outcome.result is not None
            assert (outcome.result["status"], outcome.result["environment"]) == ("done", [])
            assert int(outcome.result["threads"]) >= 1
            assert (count, outcome.attempts) == (1, 1), task.key
        elif task.how == "killed_once":
            assert outcome.result is not None
            assert (count, outcome.attempts) == (2, 2)
        elif task.how == "wrong":  # what is wrong stays wrong: no second attempt
            assert (outcome.error, outcome.hint, outcome.exit_code, count) == (f"设置有误 {task.key}", "改正", 2, 1)
        else:
            assert outcome.result is None
            assert (count, outcome.attempts) == (3, 3), task.key
            words = {
                "raises": "ValueError，faults.py",
                "poison": "突然没有了",
                "hangs": "超过 3 秒",
                "eats": "内存超过上限 160 MiB",
            }
            assert words[task.how] in outcome.error
            assert "secret" not in outcome.error
    last = boards[-1]
    assert (last.total, last.done, last.failed, last.waiting, last.running) == (13, 8, 5, 0, ())
    assert seen == set(found)


def test_results_settings_desk_and_measures_pickle(tmp_path: Path) -> None:
    """16.6: what a task is given and gives can be sent to another process."""
    build({}, tmp_path / "w")
    place = find_workspace(tmp_path / "w")
    desk = Desk(place)
    before = desk.context(2024 * 12 + 4)
    for thing in (place, place.settings(), place.policy(), desk, before.intake, LISTED):
        again = pickle.loads(pickle.dumps(thing))  # noqa: S301 - made one line before
        assert type(again) is type(thing)
    settings = pickle.loads(pickle.dumps(place.settings()))  # noqa: S301 - as above
    assert settings == place.settings()
    assert settings.county.name == "示例县"
    assert (
        settings.at(2024 * 12 + 4).accident_insurance.premium
        == place.settings().at(2024 * 12 + 4).accident_insurance.premium
    )


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
def test_memory_of_a_process_is_seen() -> None:
    import os

    assert (system.resident_bytes(os.getpid()) or 0) > MIB
    assert system.resident_bytes(2**22 + 7) is None

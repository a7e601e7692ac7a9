"""Some of the 2,500 runs of `make fuzz`: whatever is hit, a run ends with 0, 1, 3 or 10 (10 Shows)."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.conftest import LONG
from tests.fuzz.mutants import write_inbox
from tests.fuzz.run import ALLOWED

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Ran

RUNS, TOGETHER = 100 if LONG else 10, 10


@pytest.mark.skipif(sys.platform == "win32", reason="hostile sizes need caps of memory")
@pytest.mark.parametrize("first", range(0, RUNS, TOGETHER))
def test_no_inbox_stops_the_program(fupin: Callable[..., Ran], tmp_path: Path, first: int) -> None:
    wrong = {}
    for seed in range(first, first + TOGETHER):
        write_inbox(seed, tmp_path / str(seed))
        # Workbooks take a third of the time: every fifth run writes them.
        command = {0: ["check"], 1: ["payroll", "--operator", "甲"]}.get(seed % 10, ["check", "--no-workbook"])
        ran = fupin(*command, "--month", "2024-05", "-w", tmp_path / str(seed))
        if ran.code not in ALLOWED:
            wrong[seed] = (ran.code, ran.err)
    assert wrong == {}


def test_seeds_repeat(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_inbox(7, tmp_path / name)
    first, second = (sorted((tmp_path / name).rglob("*.csv")) for name in ("a", "b"))
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]

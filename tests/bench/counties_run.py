"""Goals of many counties at work: `python -m tests.bench.counties_run [COUNTIES [PEOPLE]]`: check and payroll of small counties.

Two subprocesses a county, one process without a pool, a pool of one and of two workers; processor seconds of all processes
together (a busy machine tells no time by the clock), and seconds by the clock for two workers against one.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.cases import SETTINGS
from tests.bench.measure import FUPIN
from tests.bench.posts import write_payroll

MONTH, WHOLE = "2024-05", 2800
INLINE = """
import sys
from pathlib import Path
from fupin_cli.counties.find import find_counties
from fupin_cli.counties.run import task_of
from fupin_cli.counties.task import do
from fupin_cli.policy.months import parse_month
root = Path(sys.argv[1])
for command in ("check", "payroll"):
    for county in find_counties(root):
        do(task_of(root, county, parse_month(sys.argv[2]), command, "bench"))
"""


def make(folder: Path, counties: int, people: int) -> None:
    """Write the counties: everybody on a post, two years of history each."""
    one = folder / "one"
    one.mkdir()
    write_payroll(one, people, (MONTH,))
    for number in range(counties):
        place = folder / "省" / f"县{number:02}"
        shutil.copytree(one, place)
        (place / "fupin.toml").write_text(SETTINGS.replace("示例县", place.name), encoding="utf-8")


def spent(folder: Path, commands: list[list[str]]) -> tuple[float, float]:
    """Processor seconds and seconds by the clock of commands, on a fresh copy of the counties; `ROOT` is where they are."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        root = Path(place) / "省"
        shutil.copytree(folder / "省", root)
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        for command in commands:
            done = subprocess.run(
                [word.replace("ROOT", str(root)) for word in command],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=os.environ | {"POLARS_MAX_THREADS": "1"},
                check=False,
            )
            assert done.returncode in (0, 1), (command, done.returncode)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return cpu, time.perf_counter() - start


def main() -> None:
    """Print the table of goals."""
    counties, people = map(int, sys.argv[1:3] if len(sys.argv) > 2 else ("20", "500"))
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        make(folder, counties, people)
        names = sorted(path.name for path in (folder / "省").iterdir())
        apart = [[*FUPIN, job, MONTH, "-w", f"ROOT/{name}", "-q"] for name in names for job in ("check", "payroll")]
        pool = {
            n: [
                [*FUPIN, "counties", job, MONTH, "--root", "ROOT", "--workers", str(n), "-q"]
                for job in ("check", "payroll")
            ]
            for n in (1, 2)
        }
        single, _ = spent(folder, apart)
        inline, _ = spent(folder, [[sys.executable, "-c", INLINE, "ROOT", MONTH]])
        one, one_clock = spent(folder, pool[1])
        two, two_clock = spent(folder, pool[2])
    load = os.getloadavg()[0]
    print(
        f"{counties} counties of {people} people, check and payroll; load of the machine {load:.1f} on {os.cpu_count()} processors"
    )
    print(f"two subprocesses a county   {single:8.1f} CPU s")
    print(f"one process, no pool        {inline:8.1f} CPU s")
    print(f"pool of one                 {one:8.1f} CPU s   {one / single:.2f} of the subprocesses (goal 0.6)")
    print(
        f"pool of two                 {two:8.1f} CPU s   {one_clock / two_clock:.2f} times one by the clock (goal 1.6)"
    )
    print(f"the pool itself             {one - inline:8.1f} CPU s   {100 * (one - inline) / inline:.1f} % (goal 3 %)")
    thousand = one / (counties * people / 1000) / 3600
    print(
        f"core-hours per 1,000 people {thousand:.5f}; {WHOLE} counties of {people} people {thousand * WHOLE * people / 1000:.2f} core-hours"
    )


if __name__ == "__main__":
    main()

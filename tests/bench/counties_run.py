"""Goals of many counties at work: `python -m tests.bench.counties_run [COUNTIES [PEOPLE [ROUNDS]]]`: check and payroll of each.

Two subprocesses a county, a process a command without a pool, a pool of one and of two workers, in turn, so often; the least counts.
Processor seconds of all processes together (a busy machine tells no time by the clock), and seconds by the clock for two
workers against one.
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
from tests.bench.posts import VILLAGES, write_payroll

MONTH, WHOLE, IN_A_VILLAGE = "2024-05", 2800, 16
JOBS = ("check", "payroll")
INLINE = """
import sys
from pathlib import Path
from fupin_cli.counties.find import find_counties
from fupin_cli.counties.run import task_of
from fupin_cli.counties.worker import do
from fupin_cli.policy.months import parse_month
root = Path(sys.argv[1])
for county in find_counties(root):
    assert do(task_of(root, county, parse_month(sys.argv[2]), sys.argv[3], "bench"))["status"] == "done"
"""


def make(folder: Path, counties: int, people: int) -> None:
    """Write the counties: everybody on a post, 0 to 24 paid months each, 16 people a village (a workbook has a sheet for each)."""
    one = folder / "one"
    one.mkdir()
    write_payroll(one, people, (MONTH,), min(VILLAGES, max(1, people // IN_A_VILLAGE)))
    for number in range(counties):
        place = folder / "省" / f"县{number:02}"
        shutil.copytree(one, place)
        (place / "fupin.toml").write_text(SETTINGS.replace("示例县", place.name), encoding="utf-8")


def spent(folder: Path, commands: list[list[str]], threads: int) -> tuple[float, float]:
    """Processor seconds and seconds by the clock of commands, on a fresh copy of the counties; `ROOT` is where they are."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        root = Path(place) / "省"
        shutil.copytree(folder / "省", root)
        # As an installed program has it: compiled once and for all.
        own = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        for command in commands:
            with (folder / "said").open("wb") as said:
                done = subprocess.run(
                    [word.replace("ROOT", str(root)) for word in command],
                    stdout=said,
                    stderr=subprocess.STDOUT,
                    env=own | {"POLARS_MAX_THREADS": str(threads)},  # a pool gives its workers their share
                    check=False,
                )
            if done.returncode not in (0, 1, 3):
                sys.exit(f"{command}: {done.returncode}\n{(folder / 'said').read_text(encoding='utf-8')}")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return cpu, time.perf_counter() - start


def measured(folder: Path, rounds: int) -> dict[str, tuple[float, float]]:
    """The least processor seconds and seconds by the clock of each way to do the counties in `folder / "省"`."""
    names, all_threads = sorted(path.name for path in (folder / "省").iterdir()), os.cpu_count() or 1
    inline = [[sys.executable, "-c", INLINE, "ROOT", MONTH, job] for job in JOBS]
    ways = {
        "apart": ([[*FUPIN, job, MONTH, "-w", f"ROOT/{name}", "-q"] for name in names for job in JOBS], all_threads),
        "inline": (inline, all_threads),
        "inline, one thread": (inline, 1),
        **{
            f"pool of {n}": (
                [[*FUPIN, "counties", job, MONTH, "--root", "ROOT", "--workers", str(n), "-q"] for job in JOBS],
                all_threads,
            )
            for n in (1, 2)
        },
    }
    spent(folder, ways["apart"][0][:2], all_threads)  # compiles the program
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, (commands, threads) in ways.items():
            found[name].append(spent(folder, commands, threads))
            print(f"  {name}: {found[name][-1][0]:.2f} CPU s, {found[name][-1][1]:.2f} s", file=sys.stderr, flush=True)
    return {name: (min(c for c, _ in costs), min(w for _, w in costs)) for name, costs in found.items()}


def main() -> None:
    """Print the table of goals."""
    counties, people, rounds = (*map(int, sys.argv[1:4]), *(20, 1000, 2)[len(sys.argv[1:4]) :])
    with tempfile.TemporaryDirectory(prefix="fupin-bench-") as place:
        make(Path(place), counties, people)
        cost = measured(Path(place), rounds)
    apart, inline, one, two = (cost[name][0] for name in ("apart", "inline", "pool of 1", "pool of 2"))
    clock = {name: wall for name, (_, wall) in cost.items()}
    load = os.getloadavg()[0]
    print(
        f"{counties} counties of {people} people, check and payroll, best of {rounds}; load {load:.1f} on {os.cpu_count()}"
    )
    for name, (cpu, wall) in cost.items():
        print(
            f"{name:<20} {cpu:8.1f} CPU s {wall:8.1f} s  {cpu / apart:.2f} of two subprocesses a county (pools: goal 0.6)"
        )
    print(f"two workers: {clock['pool of 1'] / clock['pool of 2']:.2f} × one worker with all threads by the clock,")
    print(
        f"             {clock['inline, one thread'] / clock['pool of 2']:.2f} × one process with one thread (goal 1.6)"
    )
    print(f"the pool itself {one - inline:.1f} CPU s, {100 * (one - inline) / inline:.1f} % of the counties (goal 3 %)")
    thousand = two / (counties * people / 1000) / 3600
    whole = thousand * WHOLE * people / 1000
    print(f"core-hours per 1,000 people {thousand:.5f}; {WHOLE} counties of {people} people {whole:.2f} core-hours")


if __name__ == "__main__":
    main()

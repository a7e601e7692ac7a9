"""What roster and risk cost beside check: `python -m tests.bench.monitor [PEOPLE] [ROUNDS]` (issue 12: at most 1.5 times together).

Two months of a made-up county, clean but for what changes between them. `both` is one `fupin run` that does roster and risk;
`roster` and `risk` are a process each, which reads everything anew. One after the other, so that what else the computer does
hits all alike. Prints CPU seconds (user and system) and peak memory; asserts nothing.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from tests.sample.national import SETTINGS, Nation

PEOPLE, ROUNDS = 100_000, 3
MONTH, BEFORE = "2024-05", "2024-04"
FUPIN = [sys.executable, "-c", "from fupin_cli.cli.main import run; run()"]
ASKED, BOTH = 1.5, "both"


def write(root: Path, people: int) -> None:
    """The county in May; in April one family in fifty was not there yet, one spell of work in ten had not begun."""
    county = Nation(people)
    county.write(root / "inbox" / MONTH)
    homes, spells = county.homes, county.employment
    county.homes = [home for n, home in enumerate(homes) if n % 50]
    gone = {row["证件号码"] for n, home in enumerate(homes) if not n % 50 for row in home}
    here = [row for row in spells if row["证件号码"] not in gone]
    county.employment = [row for n, row in enumerate(here) if n % 10]
    county.write(root / "inbox" / BEFORE)
    (root / "fupin.toml").write_text(SETTINGS + '[run]\njobs = ["roster", "risk"]\n', encoding="utf-8")


def spent(command: str, root: Path, out: Path) -> tuple[float, float]:
    """CPU seconds and peak memory (MiB) of a command that writes its workbook."""
    own = ["run"] if command == BOTH else [command, "--force"]
    (root / ".fupin" / "run.json").unlink(missing_ok=True)  # a run that nothing has changed for does nothing
    arguments = [*own, "--month", MONTH, "-w", str(root), "-o", str(out), "-q"]
    process = subprocess.Popen([*FUPIN, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        sys.exit(process.stderr.read().decode() if process.stderr else "failed")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main(people: int = PEOPLE, rounds: int = ROUNDS) -> None:
    """Make the county, run the three commands by turns, print the medians."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        write(root, people)
        commands = ("check", "roster", "risk", BOTH)
        found: dict[str, list[tuple[float, float]]] = {command: [] for command in commands}
        for turn in range(rounds):
            for command in commands:
                found[command].append(spent(command, root, root / f"out{turn}"))
        cpu = {command: median(seconds for seconds, _ in found[command]) for command in commands}
        for command in commands:
            peak = max(memory for _, memory in found[command])
            print(f"{command:7} {cpu[command]:6.2f} CPU s  {peak:5.0f} MiB")
        print(f"both in one run = {cpu[BOTH] / cpu['check']:.2f} × check (asked: {ASKED})")
        print(f"roster + risk, a process each = {(cpu['roster'] + cpu['risk']) / cpu['check']:.2f} × check")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

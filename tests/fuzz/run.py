"""`make fuzz`: 2,000 runs of `check` and 500 of `payroll` over inboxes in which files are hit. Seeds make them repeat.

A worker process does one run after the other; one that ends, takes over 60 seconds of processor or over 2 GiB names its seed. What a
failing seed wrote stays in the temporary folder `fupin-fuzz` for a closer look: `python -m tests.fuzz.run --seed 17 --command check`.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

ALLOWED = (0, 1, 3, 10)
SECONDS, MIB = 60, 2048
PATIENCE = 5  # times so long by the clock on the wall: others may work on this machine too
PLAN = (("check", 2000), ("payroll", 500))


def say(text: str) -> None:
    """Print at once, whoever listens."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def one(seed: int, command: str, root: Path) -> tuple[int, str]:
    """Run a command over a seed's inbox in this process; its exit code and what it said on standard error."""
    import contextlib
    import io

    from fupin_cli.cli.main import main
    from tests.fuzz.mutants import write_inbox

    folder = root / f"{command}-{seed}"
    shutil.rmtree(folder, ignore_errors=True)
    write_inbox(seed, folder)
    more = ["--operator", "甲"] if command == "payroll" else []
    said, printed = io.StringIO(), io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(printed):
        code = main([command, "--month", "2024-05", "-w", str(folder), *more])
    if code in ALLOWED:
        shutil.rmtree(folder)
    return code, said.getvalue()


def work() -> None:
    """Do what standard input asks, a line of JSON each, and answer with exit code, seconds of processor, MiB."""
    import resource

    def spent() -> float:
        used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return sum(usage.ru_utime + usage.ru_stime for usage in used)

    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for line in sys.stdin:
        task = json.loads(line)
        began = spent()
        code, said = one(task["seed"], task["command"], Path(task["root"]))
        peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        print(json.dumps([code, round(spent() - began, 2), peak // 1024, said]), file=answers, flush=True)


def worker() -> subprocess.Popen[str]:
    """Start a worker."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.fuzz.run", "--work"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
    )


def fuzz(command: str, seeds: range, root: Path) -> list[str]:
    """Run seeds; what went wrong, a line each."""
    wrong: list[str] = []
    codes: dict[int, int] = {}
    slowest, largest = 0.0, 0
    process = worker()
    for done, seed in enumerate(seeds, 1):
        if process.stdin is None or process.stdout is None:
            raise RuntimeError
        print(json.dumps({"seed": seed, "command": command, "root": str(root)}), file=process.stdin, flush=True)
        watch = threading.Timer(PATIENCE * SECONDS, process.kill)
        watch.start()
        answer = process.stdout.readline()
        watch.cancel()
        if not answer:
            wrong.append(f"{command} seed {seed}: ended with {process.wait()}")
            say(wrong[-1])
            process = worker()
            continue
        code, seconds, mib, said = json.loads(answer)
        codes[code] = codes.get(code, 0) + 1
        slowest, largest = max(slowest, seconds), max(largest, mib)
        if code not in ALLOWED:
            wrong.append(f"{command} seed {seed}: exit {code}\n{said}")
            say(wrong[-1])
        if mib > MIB or seconds > SECONDS:
            wrong.append(f"{command} seed {seed}: {mib} MiB, {seconds} s")
            say(wrong[-1])
            process.kill()
            process = worker()
        if done % 100 == 0:
            say(
                f"{command} {done}/{len(seeds)} {dict(sorted(codes.items()))} slowest {slowest} s, most {largest} MiB, "
                f"wrong {len(wrong)}"
            )
    process.kill()
    return wrong


def main() -> int:
    """Fuzz by the plan, or one seed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", action="store_true")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--command", default="check")
    parser.add_argument("--runs", type=int, help="runs of check; a quarter as many of payroll")
    asked = parser.parse_args()
    if asked.work:
        work()
        return 0
    root = Path(tempfile.gettempdir()) / "fupin-fuzz"
    if asked.seed is not None:
        code, said = one(asked.seed, asked.command, root)
        say(f"{code} {said} {root}/{asked.command}-{asked.seed}")
        return 0 if code in ALLOWED else 1
    plan = PLAN if asked.runs is None else (("check", asked.runs), ("payroll", asked.runs // 4))
    wrong = [line for command, runs in plan for line in fuzz(command, range(asked.first, asked.first + runs), root)]
    say("\n".join(wrong) or "nothing went wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

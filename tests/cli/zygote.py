"""A process that has loaded `fupin` and forks: each child runs one command and may be killed at its n-th step.

    python -m tests.cli.zygote

Reads one JSON list of commands a line: {"args": […], "die_at": n or null, "kill_after": seconds or null, "root": "…"}; runs all of a
list at once, and answers with a list of {"code": exit code or −signal, "steps": n, "posting": n, "kinds": "…"}. A step is a change of a file below
`root` (opened to be written, renamed, removed, a folder made: "f" in `kinds`) or a statement of the ledger ("s"); `posting` is the
one that makes a batch stand. Killed means SIGKILL: nothing is tidied up.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import sys
import time
from typing import Any

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
EVENTS = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.chmod")
KILLED = 9


class Steps:
    """Counts steps, and kills the process at one of them."""

    def __init__(self, root: str, die_at: int | None, number: int) -> None:
        """Say at which step to die, and by which signal."""
        self.root, self.die_at, self.number, self.count = root, die_at, number, 0
        self.batch_written, self.posting, self.kinds = False, 0, ""

    def step(self, kind: str) -> None:
        """One more."""
        self.count += 1
        self.kinds += kind
        if self.count == self.die_at:
            os.kill(os.getpid(), self.number)

    def statement(self, text: str) -> None:
        """A statement of the ledger; a batch stands once the transaction that has written it is committed."""
        self.step("s")
        self.batch_written |= text.startswith("INSERT INTO batches")
        if text == "COMMIT" and self.batch_written:
            self.batch_written, self.posting = False, self.count

    def hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Listen to what Python does to files."""
        opened = event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITES
        if (opened or event in EVENTS) and self.root in str(arguments[0]):
            self.step("f")


def child(command: dict[str, Any]) -> int:
    """Run one command; its exit code, and its steps on file descriptor 3 of the pipe."""
    from fupin_cli.cli.main import main

    steps = Steps(command["root"], command.get("die_at"), command.get("signal", KILLED))
    connect = sqlite3.connect

    def traced(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*arguments, **options)
        connection.set_trace_callback(steps.statement)
        return connection

    sqlite3.connect = traced  # type: ignore[assignment]
    sys.addaudithook(steps.hook)
    out = os.open(command["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    steps.count, steps.kinds = 0, ""
    for stream in (1, 2):
        os.dup2(out, stream)
    code = main(command["args"])
    sys.stdout.flush()
    sys.stderr.flush()
    os.write(command["pipe"], f"{steps.posting} {steps.kinds}".encode())
    return code


def run(commands: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Fork a child for each command, all at once, and wait for all."""
    running = []
    for command in commands:
        reading, writing = os.pipe()
        process = os.fork()
        if process == 0:
            os.close(reading)
            code = 70
            try:
                signal.signal(signal.SIGINT, signal.default_int_handler)
                code = child(command | {"pipe": writing})
            finally:
                os._exit(code)
        os.close(writing)
        running.append((process, reading))
        if command.get("kill_after") is not None:
            time.sleep(command["kill_after"])
            os.kill(process, signal.SIGKILL)
    found = []
    for process, reading in running:
        _, status = os.waitpid(process, 0)
        posting, _, kinds = os.read(reading, 65536).decode().partition(" ")
        os.close(reading)
        code = os.waitstatus_to_exitcode(status)
        found.append({"code": code, "steps": len(kinds), "posting": int(posting or 0), "kinds": kinds})
    return found


def load() -> None:
    """Import and read what commands import and read when they run, so that no child has to.

    Nothing is computed by Polars: its threads would not be there in a child.
    """
    import cn2an
    import fastexcel  # noqa: F401
    import openpyxl  # noqa: F401
    import pandera.polars  # noqa: F401
    from pandera.backends.polars.register import register_polars_backends

    import fupin_cli.jobs.approve
    import fupin_cli.jobs.close
    import fupin_cli.jobs.doctor
    import fupin_cli.jobs.reconcile
    import fupin_cli.jobs.run
    import fupin_cli.jobs.verify
    import fupin_cli.outputs.bulk
    import fupin_cli.outputs.check_workbook
    import fupin_cli.outputs.notice
    import fupin_cli.outputs.payroll_terminal
    import fupin_cli.outputs.payroll_workbook  # noqa: F401
    from fupin_cli.checks.catalogue import all_rules
    from fupin_cli.checks.places import areas
    from fupin_cli.cli.app import command
    from fupin_cli.intake.contracts import load_contracts
    from fupin_cli.jobs.names import same_person
    from fupin_cli.policy.parameters import load_policy

    register_polars_backends()
    cn2an.an2cn("1.00", "rmb")
    command()
    all_rules()
    areas()
    same_person("甲", "乙")
    load_contracts()
    load_policy("朝阳市")


if __name__ == "__main__":
    load()
    print("ready", flush=True)  # noqa: T201 - the test waits for it
    for line in sys.stdin:
        print(json.dumps(run(json.loads(line))), flush=True)  # noqa: T201

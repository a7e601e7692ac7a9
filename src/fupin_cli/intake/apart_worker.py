"""The helper process of `intake.apart`: takes file names on standard input, gives back their sheets, within its limits.

Workbooks of the old format and web pages, which are most of what it gets, it reads without loading tables (Polars).
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import signal
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from fupin_cli.intake.budget import MIB, SIZE_HINT, result_limit, result_refused
from fupin_cli.intake.plain_reader import plain_sheets
from fupin_cli.intake.raw import HINT_DAMAGED, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from fupin_cli.policy.settings import Intake


def main() -> None:
    """Answer requests until the input ends. An interruption is the parent's to handle."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not run into the answers
    own = _address_space()
    answers.write(b"ready\n")
    answers.flush()
    for line in sys.stdin.buffer:
        request = json.loads(line)
        _limit(own, request["memory_mib"], request["seconds"])
        parts = _answer(_plain, request)
        if parts is None:
            if "polars" not in sys.modules:  # what loading it takes is none of the file's
                _unlimited()
                import fupin_cli.intake.readers  # noqa: F401

                own = _address_space()
            _limit(own, request["memory_mib"], request["seconds"])
            parts = _answer(_tables, request)
        for part in parts or []:
            answers.write(part)
        answers.flush()


def _answer(
    work: Callable[[Path, Intake, str | None], list[bytes] | None], request: dict[str, Any]
) -> list[bytes] | None:
    path = Path(os.fsdecode(bytes.fromhex(request["path"])))
    limits = cast("Intake", SimpleNamespace(**request["limits"]))  # checked already; the class is slow to load
    try:
        return work(path, limits, request["password"])
    except UnreadableError as error:
        return [_line({"unreadable": str(error), "hint": error.hint})]
    except Exception as error:  # noqa: BLE001 - whatever a hostile file provokes, the other files are done
        # Arrow's writer, refused memory by its stream, says OSError without a number.
        if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno in (None, errno.ENOMEM)):
            return [_line({"out_of_memory": True})]
        kind = type(error).__name__
        return [_line({"unreadable": f"文件不完整或已损坏，打不开（{kind}）", "hint": HINT_DAMAGED})]


def _plain(path: Path, limits: Intake, _: str | None) -> list[bytes] | None:
    """Sheets as lines of JSON: their heads, then of each its columns, then which of their cells are numbers; None for other files."""
    sheets = plain_sheets(path, limits)
    if sheets is None:
        return None
    heads, lines, size = [], [], 0
    for sheet in sheets:
        size += sheet.size
        if size > result_limit(limits):
            raise UnreadableError(result_refused(size, limits), SIZE_HINT)
        heads.append(
            {
                "name": sheet.name,
                "offset": sheet.offset,
                "hidden": sheet.hidden,
                "unread": sheet.unread,
                "merged": sheet.merged,
                "formulas": [[*spot, text] for spot, text in sheet.formulas.items()],
                "columns": len(sheet.columns),
                "numeric": sheet.numeric is not None,
            }
        )
        lines += [_line(column) for column in sheet.columns]
        lines += [_line(sheet.numeric)] if sheet.numeric is not None else []
    return [_line({"plain": heads}), *lines]


def _tables(path: Path, limits: Intake, password: str | None) -> list[bytes]:
    """Sheets as Arrow tables, behind a line of JSON with their heads."""
    from fupin_cli.intake.packed import pack
    from fupin_cli.intake.readers import read_file

    heads, parts = pack(read_file(path, limits, password))
    return [_line({"sheets": heads}), *parts]


def _line(answer: Any) -> bytes:
    return json.dumps(answer).encode() + b"\n"


def _address_space() -> int:
    """Bytes of address space that the program itself has taken."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, AttributeError):
        return 1024 * MIB


def _unlimited() -> None:
    """Lift the caps of the file before."""
    try:
        import resource
    except ImportError:  # Windows
        return
    for kind in (resource.RLIMIT_AS, resource.RLIMIT_CPU):
        hard = resource.getrlimit(kind)[1]
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(kind, (hard, hard))


def _limit(taken: int, memory_mib: int, seconds: int) -> None:
    """Cap memory and processor time of what comes next. Where the system knows no such limits the parent's clock holds."""
    try:
        import resource
    except ImportError:  # Windows
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime) + 1
    for kind, most in ((resource.RLIMIT_AS, taken + memory_mib * MIB), (resource.RLIMIT_CPU, spent + seconds)):
        hard = resource.getrlimit(kind)[1]
        try:
            resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
        except (OSError, ValueError):  # macOS knows the name but not the thing
            continue


if __name__ == "__main__":
    main()

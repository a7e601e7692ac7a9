"""The helper process of `intake.apart`: takes file names on standard input, gives back tables, within its limits."""

from __future__ import annotations

import errno
import io
import json
import os
import signal
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from fupin_cli.intake.budget import MIB
from fupin_cli.intake.raw import HINT_DAMAGED, RawSheet, UnreadableError
from fupin_cli.intake.readers import read_file

if TYPE_CHECKING:
    import polars as pl

    from fupin_cli.policy.settings import Intake


def main() -> None:
    """Answer requests until the input ends. An interruption is the parent's to handle."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not run into the answers
    unlimited = _address_space()
    answers.write(b"ready\n")
    answers.flush()
    for line in sys.stdin.buffer:
        request = json.loads(line)
        _limit(unlimited, request["memory_mib"], request["seconds"])
        for part in _answer(request):
            answers.write(part)
        answers.flush()


def _answer(request: dict[str, Any]) -> list[bytes]:
    path = Path(os.fsdecode(bytes.fromhex(request["path"])))
    limits = cast("Intake", SimpleNamespace(**request["limits"]))  # checked already; the class is slow to load
    try:
        sheets = [_packed(sheet) for sheet in read_file(path, limits, request["password"])]
    except UnreadableError as error:
        return [_line({"unreadable": str(error), "hint": error.hint})]
    except Exception as error:  # noqa: BLE001 - whatever a hostile file provokes, the other files are done
        # Arrow's writer, refused memory by its stream, says OSError without a number.
        if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno in (None, errno.ENOMEM)):
            return [_line({"out_of_memory": True})]
        kind = type(error).__name__
        return [_line({"unreadable": f"文件不完整或已损坏，打不开（{kind}）", "hint": HINT_DAMAGED})]
    return [_line({"sheets": [head for head, _ in sheets]}), *(part for _, parts in sheets for part in parts)]


def _line(answer: dict[str, Any]) -> bytes:
    return json.dumps(answer).encode() + b"\n"


def _packed(sheet: RawSheet) -> tuple[dict[str, Any], list[bytes]]:
    """A sheet's head and its tables as Arrow bytes; which cells hold numbers is asked of all columns at once."""
    parts = [_arrow(sheet.cells)]
    if sheet.numeric is not None and sheet.cells.width:
        parts.append(_arrow(sheet.numeric(list(range(sheet.cells.width)))))
    sizes = [len(part) for part in parts]
    head = {
        "name": sheet.name,
        "offset": sheet.offset,
        "hidden": sheet.hidden,
        "unread": sheet.unread,
        "hidden_rows": sheet.hidden_rows,
        "cells": sizes[0],
        "numeric": sizes[1] if len(sizes) > 1 else 0,
    }
    return head, parts


def _arrow(frame: pl.DataFrame) -> bytes:
    stream = io.BytesIO()
    frame.write_ipc(stream)
    return stream.getvalue()


def _address_space() -> int:
    """Bytes of address space that the program itself has taken."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, AttributeError):
        return 1024 * MIB


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

"""The log of unattended runs: one JSON object a line, in files that are exchanged when they are full. No personal data."""

from __future__ import annotations

import json
import logging
import os
import sys
from contextlib import contextmanager, suppress
from datetime import datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fupin_cli.errors import FupinError, os_words
from fupin_cli.jobs.lock import FOLDER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fupin_cli.policy.settings import Run

FILE = "run.jsonl"
Log = "Callable[..., None]"


class _Handler(RotatingFileHandler):
    """Readable by its owner only; a full disk is an error of the run, not a line on stderr."""

    def _open(self) -> Any:
        stream = super()._open()
        Path(self.baseFilename).chmod(0o600)
        return stream

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        del record
        error = sys.exc_info()[1]
        raise FupinError(
            f"日志 {self.baseFilename} 写不进去：{os_words(error) if isinstance(error, OSError) else '内容写不成 UTF-8'}",
            "检查磁盘空间和权限",
        ) from error


@contextmanager
def job_log(root: Path, settings: Run, stamp: str) -> Iterator[Callable[..., None]]:
    """Give a function (event, **facts) that writes a line.

    Raises:
        FupinError: the log cannot be written.
    """
    path = root / FOLDER / FILE
    try:
        handler = _Handler(path, maxBytes=settings.log_kib * 1024, backupCount=settings.log_files, encoding="utf-8")
    except OSError as error:
        raise FupinError(f"日志 {path} 写不进去：{os_words(error)}", "检查工作区的权限和磁盘空间") from None

    def write(event: str, **facts: Any) -> None:
        body = {"run": stamp, "pid": os.getpid(), "event": event, **facts}
        text = json.dumps(body, ensure_ascii=False)  # escapes control characters: a line is a line
        handler.emit(logging.LogRecord("fupin", logging.INFO, "", 0, "%s", (text,), None))

    try:
        yield write
    finally:
        handler.close()


def aside(root: Path, settings: Run, event: str, **facts: Any) -> None:
    """Write one line beside whatever run has the log open: no file is exchanged. A log that cannot be written is no error here."""
    stamp = datetime.now().astimezone().isoformat(timespec="seconds")
    with suppress(FupinError), job_log(root, settings.model_copy(update={"log_kib": 0}), stamp) as log:
        log(event, **facts)

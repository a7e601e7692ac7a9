"""Standard output and error that are full, closed, or read no further: the job is done, and its exit code says so."""

from __future__ import annotations

import errno
import io
import os
import sys
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing_extensions import Buffer

EXIT_UNTOLD = 74  # as in sysexits.h: input/output error
OUTRANKED = (0, 1, 3)  # what such a run would have ended with; other codes say more
WAIT = 0.01


class Told(io.RawIOBase):
    """A stream that never raises. `lost`: something could not be written; a reader that has left is no loss."""

    def __init__(self, raw: Any) -> None:
        """Write through `raw`, or nowhere where the stream was closed from the start (None)."""
        self._raw = raw
        self._left = False
        self.lost = False

    def write(self, data: Buffer, /) -> int:
        """Write all that is given, or note that it was not."""
        left = memoryview(data).cast("B")
        size = left.nbytes
        if self._raw is None and size:
            self.lost = True
        while self._raw is not None and left.nbytes and not (self._left or self.lost):
            try:
                written = self._raw.write(left)
            except OSError as error:
                # Windows says EINVAL where the reader of a pipe has left.
                self._left = error.errno == errno.EPIPE or (os.name == "nt" and error.errno == errno.EINVAL)
                self.lost = not self._left
            else:
                if written is None:  # a pipe that somebody has set not to block
                    time.sleep(WAIT)
                left = left[written or 0 :]
        return size

    def writable(self) -> bool:
        """Say that it is for writing."""
        return True

    def isatty(self) -> bool:
        """Whether somebody watches."""
        return self._raw is not None and bool(self._raw.isatty())

    def fileno(self) -> int:
        """Number of the stream's file."""
        if self._raw is None:
            raise io.UnsupportedOperation("fileno")
        number: int = self._raw.fileno()
        return number


def guard() -> list[Told]:
    """Put streams that never raise in the place of standard output and error. A GBK console lacks some characters."""
    for number in range(3):  # a file opened later must not become somebody's standard output
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    guards = []
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        buffer = getattr(stream, "buffer", None)
        if stream is not None and buffer is None:
            continue  # none of the system's own
        told = Told(getattr(buffer, "raw", buffer))
        text = io.TextIOWrapper(
            io.BufferedWriter(told),
            encoding=stream.encoding if stream else "utf-8",
            errors="replace",
            line_buffering=stream.line_buffering if stream else True,
        )
        setattr(sys, name, text)
        guards.append(told)
    return guards


def final_code(code: int, guards: list[Told]) -> int:
    """The exit code once all is written: 74 where something could not be told, unless another code says more."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    return EXIT_UNTOLD if code in OUTRANKED and any(told.lost for told in guards) else code

"""Whether somebody has asked the run to end (SIGINT, SIGTERM): kept, since not whatever raises it arrives."""

from __future__ import annotations

asked_to_end: list[int] = []  # numbers of the signals, as they came


def take_up() -> None:
    """End where an interruption came to nobody: what is raised inside a library's C code is lost there.

    Raises:
        KeyboardInterrupt: it came.
    """
    if asked_to_end:
        raise KeyboardInterrupt

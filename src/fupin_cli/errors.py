"""What a user can do wrong: each error owns its exit code and tells in Chinese what to do next."""

from __future__ import annotations


class FupinError(Exception):
    """A user's mistake. Printed as `错误: …`, an empty line, `提示: …`; never with a traceback."""

    exit_code = 2

    def __init__(self, message: str, hint: str = "") -> None:
        """Keep the message and what to do about it."""
        super().__init__(message)
        self.hint = hint


class UsageError(FupinError):
    """Wrong usage or settings (exit 2)."""


class NoInputError(FupinError):
    """No input file, or none recognised (exit 10)."""

    exit_code = 10


class MonthClosedError(FupinError):
    """The month is approved or closed, or results differ from what was drafted (exit 12)."""

    exit_code = 12

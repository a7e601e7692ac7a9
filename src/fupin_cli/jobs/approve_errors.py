"""What an approval can be refused for."""

from __future__ import annotations

from fupin_cli.errors import FupinError


class MonthClosedError(FupinError):
    """The month is approved or closed, or results differ from what was drafted (exit 12)."""

    exit_code = 12

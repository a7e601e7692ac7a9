"""fupin: checks and pays a county's employment-assistance subsidies, each figure with the clause it rests on.

As a library: `import fupin_cli as fupin; fupin.check("my-county", "2024-05")` (see `fupin_cli.api` and docs/library.md).
What it needs is loaded when it is first used: importing the package alone costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from fupin_cli.version import __version__

if TYPE_CHECKING:
    from fupin_cli.api import check, due, forecast, match, payroll, reconcile, risk, roster, subsidy
    from fupin_cli.errors import FupinError, MonthClosedError, NoInputError, NothingFoundError, UsageError

ERRORS = ("FupinError", "MonthClosedError", "NoInputError", "NothingFoundError", "UsageError")

__all__ = [
    "FupinError",
    "MonthClosedError",
    "NoInputError",
    "NothingFoundError",
    "UsageError",
    "__version__",
    "check",
    "due",
    "forecast",
    "match",
    "payroll",
    "reconcile",
    "risk",
    "roster",
    "subsidy",
]


if not TYPE_CHECKING:  # a type checker sees the names above, and no others

    def __getattr__(name: str) -> object:
        """Load what is asked for (PEP 562)."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module("fupin_cli.errors" if name in ERRORS else "fupin_cli.api"), name)


def __dir__() -> list[str]:
    """What the library offers, loaded or not."""
    return __all__

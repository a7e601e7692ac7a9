"""How a job that read files ends (DESIGN: exit codes): a bug over unreadable input over findings over done."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fupin_cli.checks.engine import CheckResult
    from fupin_cli.intake.load import Intake

BUG, UNREADABLE, FOUND, DONE = 70, 3, 1, 0


def exit_code(result: CheckResult, intake: Intake, *, found: bool) -> int:
    """70 a rule crashed, 3 some input could not be read, 1 something was `found`, else 0."""
    if result.crashed:
        return BUG
    if intake.unreadable:
        return UNREADABLE
    return FOUND if found else DONE


# The worst of several parts' exit codes is the run's (SPEC 8.19).
WORST_FIRST = (130, 70, 2, 11, 12, 10, 3, 1, 0)


def worse(one: int, other: int) -> int:
    """The worse of two exit codes."""
    return min(one, other, key=WORST_FIRST.index)

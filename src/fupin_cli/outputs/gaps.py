"""What a report could not know: files that were not read, townships that handed in nothing. Who stands there seems not to be there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from fupin_cli.outputs.payroll_basis import SHOWN, unplaced_words
from fupin_cli.policy.letters import first_of

if TYPE_CHECKING:
    from fupin_cli.intake.load import Intake


class Lacking(Protocol):
    """A report of a month."""

    unreported: list[str]

    @property
    def intake(self) -> Intake:
        """What was read for the month."""


def gap_words(run: Lacking) -> list[str]:
    """What was not read and who handed in nothing, a sentence each; empty if everything is there."""
    unread = unplaced_words(run.intake.unplaced)
    late = first_of(run.unreported, SHOWN, "项", between="；")
    said = [f"{unread}；里面的人在这里像是没有报，处理好以后重做" if unread else ""]
    said += [f"该报未报（IN015）：{late}；这些人在这里像是没有了，报来以后重做" if late else ""]
    return [words for words in said if words]

"""What stands over a sheet: whose it is, of which month, and what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from fupin_cli.policy.months import month_words

if TYPE_CHECKING:
    from fupin_cli.policy.parameters import Policy


class OfMonth(Protocol):
    """A result of one month."""

    @property
    def month(self) -> int:
        """The month's index."""

    @property
    def policy(self) -> Policy:
        """The policy and the county's settings that it was computed by."""


def heading(run: OfMonth, words: str, part: str = "") -> str:
    """A sheet's heading: county, township (`part`, where the sheet is one's own), month, what it is."""
    return " ".join(filter(None, (run.policy.settings.county.name, part, month_words(run.month), words)))

"""What stands over a sheet: whose it is, of which month, and what it is; and what a check comes to in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from fupin_cli.policy.months import month_text, month_words

if TYPE_CHECKING:
    from fupin_cli.policy.parameters import Policy
    from fupin_cli.results.check import CheckRun


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


def total_line(run: CheckRun) -> str:
    """One line that says it all; short enough for a mail's subject."""
    counts = dict(run.result.found.group_by("severity").len().iter_rows())
    waived = int(run.result.found["waived"].sum())
    used = [s for s in run.intake.sources if s.role == "current"]
    return (
        f"{month_text(run.month)}：{len(used)} 张表 {sum(s.rows_read for s in used)} 行；错误 {counts.get('error', 0)}，"
        f"警告 {counts.get('warning', 0)}，提示 {counts.get('info', 0)}" + (f"（已豁免 {waived}）" if waived else "")
    )

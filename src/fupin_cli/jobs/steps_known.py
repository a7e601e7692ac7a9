"""What is known of a month by which its steps are judged: ledger, manifests, files."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from fupin_cli.ledger import store
from fupin_cli.measures.catalogue import LEADING
from fupin_cli.policy.months import month_text
from fupin_cli.reconciliation.returns import TABLE as RETURNS

if TYPE_CHECKING:
    from pathlib import Path

    from fupin_cli.jobs.desk import Desk


NAMED = 4
CHANGED = "此后收件夹有变动"


@dataclass
class Facts:
    """What is known of a month.

    `inputs`: the files it is computed from now, None where there are none. `handed_in`: what each township has handed in
    (`month.handed_in`); `files`: those of the month's own folder.
    """

    desk: Desk
    month: int
    manifests: list[dict[str, Any]]
    inputs: set[tuple[str, str]] | None
    handed_in: pl.DataFrame = field(repr=False)
    files: list[str]

    @property
    def text(self) -> str:
        """The month as it is written in commands and names of folders."""
        return month_text(self.month)

    def last(self, job: str) -> dict[str, Any] | None:
        """The latest manifest of a job (of the post subsidy, where jobs are of a measure)."""
        own = [m for m in self.manifests if m.get("job") == job and m.get("measure", LEADING) == LEADING]
        return own[-1] if own else None

    def changed(self, manifest: dict[str, Any]) -> str:
        """That the inbox is not what a job has read; empty if it is. Once approved, it does not matter any more."""
        if self.inputs is None or self.approvals.height:
            return ""
        read = {
            (entry.get("file"), entry.get("sha256"))
            for entry in manifest.get("inputs", [])
            if entry.get("role") == "current" and entry.get("table") != RETURNS
        }
        return "" if read == self.inputs else CHANGED

    @property
    def approvals(self) -> pl.DataFrame:
        """The month's approvals that stand, of all measures."""
        kinds = (pl.col("kind") == store.APPROVAL) & (pl.col("month") == self.month)
        return self.desk.batches.filter(kinds)

    @property
    def lines(self) -> pl.DataFrame:
        """The month's approved lines with what was paid (`reconciliation.money`)."""
        return self.desk.money.filter((pl.col("month") == self.month) & (pl.col("approved_fen") != 0))


def when(stamp: object) -> str:
    """A time as people read it: to the minute, without the zone."""
    try:
        return datetime.fromisoformat(str(stamp)).strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return ""


def changed_at(path: Path) -> str:
    """When a file was changed, to the minute; empty where nobody can tell."""
    try:
        return datetime.fromtimestamp(path.stat().st_mtime).astimezone().strftime("%Y-%m-%d %H:%M")
    except OSError:  # its name is not in UTF-8
        return ""

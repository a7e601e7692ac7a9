"""What a run over many counties comes to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fupin_cli.counties.state import DONE, FAILED, MISSING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

NO_INPUT, FAILURE = 10, 1


def labels(rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """What each county is called among others, by its key: its name; no two alike, whatever they call themselves."""
    keys, names = [str(row["county"]) for row in rows], [str(row["name"]) for row in rows]
    whole = [f"{name}（{key}）" for key, name in zip(keys, names, strict=True)]
    some = [long if names.count(name) > 1 else name for name, long in zip(names, whole, strict=True)]
    chosen = next((found for found in (some, whole) if len({*found}) == len(found)), keys)
    return dict(zip(keys, chosen, strict=True))


@dataclass
class CountiesRun:
    """A finished run. `rows`: the state of each county, in the order of their folders, with `attempts` and `skipped`."""

    command: str
    month: int
    root: Path
    rows: list[dict[str, Any]] = field(default_factory=list)
    outputs: list[Path] = field(default_factory=list)
    groups: list[dict[str, Any]] = field(default_factory=list)  # of a roll-up: figures of each county or city

    def with_status(self, *statuses: str) -> list[dict[str, Any]]:
        """Counties that ended so."""
        return [row for row in self.rows if row["status"] in statuses]

    @property
    def totals(self) -> dict[str, int]:
        """Counties by what became of them; `skipped` of the done ones had not changed since they were done."""
        return {
            "counties": len(self.rows),
            **{status: len(self.with_status(status)) for status in (DONE, FAILED, MISSING)},
            "skipped": sum(bool(row["skipped"]) for row in self.rows),
        }

    def sums(self) -> dict[str, int]:
        """The counties' figures added up: counts, and money in fen (`…_fen`)."""
        found: dict[str, int] = {}
        for row in self.with_status(DONE):
            for name, value in row["figures"].items():
                if isinstance(value, int):
                    found[name] = found.get(name, 0) + value
        return found

    @property
    def exit_code(self) -> int:
        """1 a county failed, 10 none has handed in anything, else 0: findings are the counties' own matter."""
        if self.with_status(FAILED):
            return FAILURE
        return NO_INPUT if self.rows and len(self.with_status(MISSING)) == len(self.rows) else 0

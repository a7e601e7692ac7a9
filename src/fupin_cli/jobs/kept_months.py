"""Approved months as they were computed again, kept in `.fupin/cache/` by their fingerprint: never a source of truth.

One file a month and measure, readable by its owner only, sealed with the workspace's key. What is damaged, of another key, of
another fingerprint or of another version is as if it were not there: the month is computed. An approval posts no difference that rests on one.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from io import BytesIO
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.errors import FupinError
from fupin_cli.intake.packed import arrow
from fupin_cli.jobs.sealed import Sealed, folder, size_of, unheard
from fupin_cli.ledger import store
from fupin_cli.policy.months import month_text

if TYPE_CHECKING:
    from pathlib import Path

    from fupin_cli.jobs.sealed import Damaged

SUFFIX = ".month"
HEAD = b"fupin.month/3"


class Cache(Enum):
    """What a desk does with approved months that were computed again."""

    OFF = (False, False)
    READ = (True, False)  # a command that writes nothing
    KEEP = (True, True)
    # An approval: reads everything, takes a kept month where that changes nothing, computes the others.
    RENEW = (False, True)

    @property
    def looks(self) -> bool:
        """Whether whatever was kept is taken for what it was kept of."""
        return self.value[0]

    @property
    def keeps(self) -> bool:
        """Whether what was read or computed is kept."""
        return self.value[1]


@dataclass(frozen=True)
class Place:
    """Where a month of a measure is kept, and its fingerprint (`fingerprint.Fingerprints`; empty: it is not kept)."""

    root: Path
    month: int
    measure: str
    key: str

    @property
    def sealed(self) -> Sealed:
        """The file with its seal."""
        name = _name(self.month, self.measure)
        return Sealed(self.root, name, HEAD, f"{self.month} {self.measure}", self.key)

    @property
    def path(self) -> Path:
        """The file."""
        return self.sealed.path


def size(root: Path) -> tuple[int, int]:
    """How many months are kept, and their bytes."""
    return size_of(root, SUFFIX)


def read(place: Place, damaged: Damaged = unheard) -> pl.DataFrame | None:
    """The lines that were kept for this fingerprint (`corrections.lines_now`); None where there are none, or none that hold.

    `damaged` is told the file's name and what is wrong with one that is not as it was written.
    """
    body = place.sealed.read(damaged)
    try:
        return None if body is None else pl.read_ipc_stream(BytesIO(body))
    except pl.exceptions.PolarsError as error:
        damaged(place.path.name, type(error).__name__)
        return None


def write(place: Place, lines: pl.DataFrame) -> None:
    """Keep a month's lines in the place of what was kept of it, and take away what is kept of months no longer approved.

    What cannot be written is not kept.
    """
    if not place.key:
        return
    if place.sealed.keep(arrow(lines)):
        with suppress(OSError, FupinError):
            _prune(place.root)


def _name(month: int, measure: str) -> str:
    return f"{month_text(month)}-{measure}{SUFFIX}"


def _prune(root: Path) -> None:
    approved = store.standing(store.batches(root)).filter(pl.col("kind") == store.APPROVAL)
    wanted = {_name(month, measure) for month, measure in approved.select("month", "measure").iter_rows()}
    for path in folder(root).glob(f"*{SUFFIX}"):
        if path.name not in wanted:
            path.unlink(missing_ok=True)

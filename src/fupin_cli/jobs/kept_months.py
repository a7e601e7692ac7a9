"""Approved months as they were computed again, kept in `.fupin/cache/` by their fingerprint: never a source of truth.

One file a month and measure, readable by its owner only, sealed with the workspace's key. What is damaged, of another key, of
another fingerprint or of another version is as if it were not there: the month is computed. An approval never looks here.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from io import BytesIO
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.errors import FupinError
from fupin_cli.ledger import store
from fupin_cli.ledger.key import FOLDER, KEY_FILE, workspace_key
from fupin_cli.outputs.files import atomic, make_folder
from fupin_cli.policy.months import month_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PLACE, SUFFIX = "cache", ".month"
HEAD = b"fupin.month/1"
LOG = logging.getLogger(__name__)


class Cache(Enum):
    """What a desk does with approved months that were computed again."""

    OFF = (False, False)
    READ = (True, False)  # a command that writes nothing
    KEEP = (True, True)
    RENEW = (False, True)  # an approval: computes all of them, and what it finds takes the place of what was kept

    @property
    def looks(self) -> bool:
        """Whether a month that was kept is taken for the month."""
        return self.value[0]

    @property
    def keeps(self) -> bool:
        """Whether a month that was computed is kept."""
        return self.value[1]


@dataclass(frozen=True)
class Place:
    """Where a month of a measure is kept, and its fingerprint (`fingerprint.Fingerprints`; empty: it is not kept)."""

    root: Path
    month: int
    measure: str
    key: str

    @property
    def path(self) -> Path:
        """The file."""
        return folder(self.root) / _name(self.month, self.measure)


def folder(root: Path) -> Path:
    """The folder of the workspace that holds what was kept."""
    return root / FOLDER / PLACE


def size(root: Path) -> tuple[int, int]:
    """How many months are kept, and their bytes."""
    sizes = []
    with suppress(OSError):
        sizes = [path.stat().st_size for path in folder(root).glob(f"*{SUFFIX}")]
    return len(sizes), sum(sizes)


def _unheard(file: str, why: str) -> None:
    LOG.info("%s: %s, computed", file, why)


def read(place: Place, damaged: Callable[[str, str], None] = _unheard) -> pl.DataFrame | None:
    """The lines that were kept for this fingerprint (`corrections.lines_now`); None where there are none, or none that hold.

    `damaged` is told the file's name and what is wrong with one that is not as it was written.
    """
    if not place.key or not (place.root / FOLDER / KEY_FILE).exists():
        return None
    try:
        head, key, seal, body = place.path.read_bytes().split(b"\n", 3)
        if head != HEAD or key.decode() != place.key:
            return None
        if not hmac.compare_digest(seal, _seal(place, body)):
            damaged(place.path.name, "seal")
            return None
        return pl.read_parquet(BytesIO(body))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, FupinError, pl.exceptions.PolarsError) as error:
        damaged(place.path.name, type(error).__name__)
        return None


def write(place: Place, lines: pl.DataFrame) -> None:
    """Keep a month's lines in the place of what was kept of it, and take away what is kept of months no longer approved.

    What cannot be written is not kept.
    """
    if not place.key:
        return
    stream = BytesIO()
    lines.write_parquet(stream)
    body = stream.getvalue()
    try:
        folder(place.root).mkdir(mode=0o700, parents=True, exist_ok=True)
        make_folder(folder(place.root))  # and take away what a killed program has left there
        content = b"\n".join((HEAD, place.key.encode(), _seal(place, body), body))
        with atomic(place.path) as temporary:  # 0600
            temporary.write_bytes(content)
        _prune(place.root)
    except (OSError, FupinError) as error:
        LOG.info("%s: %s, not kept", place.path.name, type(error).__name__)


def _seal(place: Place, body: bytes) -> bytes:
    text = b"\n".join((HEAD, f"{place.month} {place.measure}".encode(), place.key.encode(), body))
    return hashlib.blake2b(text, key=workspace_key(place.root), digest_size=32).hexdigest().encode()


def _name(month: int, measure: str) -> str:
    return f"{month_text(month)}-{measure}{SUFFIX}"


def _prune(root: Path) -> None:
    approved = store.standing(store.batches(root)).filter(pl.col("kind") == store.APPROVAL)
    wanted = {_name(month, measure) for month, measure in approved.select("month", "measure").iter_rows()}
    for path in folder(root).glob(f"*{SUFFIX}"):
        if path.name not in wanted:
            path.unlink(missing_ok=True)

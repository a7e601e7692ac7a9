"""The cells of workbooks as they were read, kept in `.fupin/cache/` by the SHA-256 of the file: never a source of truth.

Only of the workspace's own inbox, and only what costs something to read: .xlsx, .xls, web pages. A file is hashed by every
command before anything is asked of it here, so what is found was read from the very bytes that lie there now, by the same
program within the same limits. What the sheets are taken for is never kept. An approval reads the files themselves.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import platform
from contextlib import suppress
from functools import cache, cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli import intake
from fupin_cli.errors import FupinError
from fupin_cli.intake.budget import MIB, memory_limit, unpacked_limit
from fupin_cli.intake.packed import pack, unpack
from fupin_cli.jobs.sealed import Sealed, folder, logged, prepare, unheard
from fupin_cli.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fupin_cli.intake.raw import RawSheet
    from fupin_cli.jobs.sealed import Damaged
    from fupin_cli.jobs.workspace import Workspace
    from fupin_cli.policy.settings import Intake, Settings

SUFFIX = ".cells"
HEAD = b"fupin.cells/1"
MOST = 512 * MIB  # all files together; what would be more is not kept
READERS = ("polars", "fastexcel", "xlrd", "lxml")
LOG = logging.getLogger(__name__)


class KeptCells:
    """What is kept of an inbox's workbooks. `looks`: it is taken for the file; `keeps`: what was read is kept.

    Asked from several threads at once.
    """

    def __init__(self, root: Path, limits: Intake, *, looks: bool, keeps: bool, damaged: Damaged = unheard) -> None:
        """Nothing is read or written yet. `damaged` is told of a file that is not as it was written, and why."""
        self._root, self._looks, self._keeps, self._damaged = root, looks, keeps, damaged
        self._limits = limits
        self._lock = Lock()
        self._left = 0  # bytes that may still be kept
        self._ready = False

    @cached_property
    def _key(self) -> str:
        """What the cells of a file depend on beside its bytes: the program that reads, and what it may read; empty if unknown."""
        reader, limits = _reader(), self._limits
        may = [*limits.model_dump(exclude={"cache"}).items(), memory_limit(limits), unpacked_limit(limits)]
        return hashlib.sha256(json.dumps([reader, may]).encode()).hexdigest() if reader else ""

    def only(self, wanted: Iterable[str]) -> None:
        """Take away what was kept of files that are not among these (their SHA-256): of a file that is gone nothing stays."""
        if not self._keeps:
            return
        names = {_name(sha256) for sha256 in wanted}
        self._left = MOST
        for path in folder(self._root).glob(f"*{SUFFIX}"):
            with suppress(OSError):
                if path.name in names:
                    self._left -= path.stat().st_size
                else:
                    path.unlink()

    def get(self, sha256: str) -> list[RawSheet] | None:
        """The sheets of the file with this SHA-256; None where they are not kept, or not as they should be."""
        if not (self._looks and sha256):
            return None
        place = self._place(sha256)
        body = place.read(self._damaged)
        if body is None:
            return None
        try:
            heads, _, tables = body.partition(b"\n")
            return unpack(json.loads(heads), io.BytesIO(tables))
        except (ValueError, KeyError, EOFError, pl.exceptions.PolarsError) as error:
            self._damaged(place.name, type(error).__name__)
            return None

    def put(self, sha256: str, sheets: list[RawSheet]) -> None:
        """Keep a file's sheets; what cannot be written, or is more than may be kept, is not."""
        if not (self._keeps and sha256 and self._key):
            return
        heads, tables = pack(sheets)
        body = b"".join((json.dumps(heads).encode(), b"\n", *tables))
        place = self._place(sha256)
        try:
            content = place.content(body)
            with self._lock:
                if not self._may(len(content), place):
                    return
            place.write(content)
        except (OSError, FupinError) as error:
            LOG.info("%s: %s, not kept", place.name, type(error).__name__)

    def _may(self, size: int, place: Sealed) -> bool:
        """Whether a file of this size may be kept beside the others; if so it counts from now on."""
        more = size - (place.path.stat().st_size if place.path.is_file() else 0)
        if more > self._left:
            return False
        if not self._ready:
            prepare(self._root)
            self._ready = True
        self._left -= more
        return True

    def _place(self, sha256: str) -> Sealed:
        return Sealed(self._root, _name(sha256), HEAD, sha256, self._key)


def of_inbox(workspace: Workspace, inbox: Path, settings: Settings, *, looks: bool, keeps: bool) -> KeptCells | None:
    """What is kept of a workspace's own inbox; None for another folder, or where nothing is to be kept ([intake] cache)."""
    if not (looks or keeps) or inbox != workspace.inbox:
        return None
    damaged = logged(workspace.root, settings.run, "kept cells damaged", writes=keeps)
    kept = KeptCells(workspace.root, settings.intake, looks=looks, keeps=keeps, damaged=damaged)
    if settings.intake.cache:
        return kept
    kept.only(())
    return None


def size(root: Path) -> tuple[int, int]:
    """Of how many files cells are kept, and their bytes."""
    sizes = []
    with suppress(OSError):
        sizes = [path.stat().st_size for path in folder(root).glob(f"*{SUFFIX}")]
    return len(sizes), sum(sizes)


def _name(sha256: str) -> str:
    return f"{sha256}{SUFFIX}"


@cache
def _reader() -> str:
    """SHA-256 of the program's readers and of the versions of what they rest on; empty where their files cannot be read."""
    digest = hashlib.sha256()
    try:
        files = sorted(Path(part) for root in intake.__path__ for part in Path(root).glob("*.py"))
        for path in files:
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        rest = [__version__, platform.python_version(), *map(version, READERS)]
    except (OSError, PackageNotFoundError):
        return ""
    digest.update(json.dumps(rest).encode())
    return digest.hexdigest() if files else ""

"""The cells of workbooks as they were read, kept in `.fupin/cache/` by the SHA-256 of the file: never a source of truth.

Only of the workspace's own inbox, and only what costs something to read: .xlsx, .xls, web pages. A file is hashed by every
command before anything is asked of it here, so what is found was read from the very bytes that lie there now, by the same
program within the same limits. What the sheets are taken for is never kept. An approval reads the files themselves.
"""

from __future__ import annotations

import hashlib
import io
import json
import platform
from functools import cache, cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.intake.budget import MIB, memory_limit, unpacked_limit
from fupin_cli.intake.packed import pack, unpack
from fupin_cli.jobs.sealed import Shelf, size_of, unheard
from fupin_cli.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fupin_cli.intake.raw import RawSheet
    from fupin_cli.jobs.sealed import Damaged
    from fupin_cli.policy.settings import Intake

SUFFIX = ".cells"
HEAD = b"fupin.cells/1"
MOST = 512 * MIB  # all files together; what would be more is not kept
READERS = ("polars", "fastexcel", "xlrd", "lxml", "pandera")
HOUSE = Path(__file__).parents[1]
ROOMS = (".", "policy", "intake")


class KeptCells:
    """What is kept of an inbox's workbooks (`sealed.Shelf`)."""

    def __init__(self, root: Path, limits: Intake, *, looks: bool, keeps: bool, damaged: Damaged = unheard) -> None:
        """Nothing is read or written yet."""
        self._limits = limits
        self._shelf = Shelf(root, SUFFIX, HEAD, MOST, looks=looks, keeps=keeps, damaged=damaged)

    @cached_property
    def _key(self) -> str:
        """What the cells of a file depend on beside its bytes: the program that reads, and what it may read; empty if unknown."""
        return read_by(self._limits)

    def only(self, wanted: Iterable[str]) -> None:
        """Take away what was kept of files that are not among these (their SHA-256)."""
        self._shelf.only(wanted)

    def get(self, sha256: str) -> list[RawSheet] | None:
        """The sheets of the file with this SHA-256; None where they are not kept, or not as they should be."""
        body = self._shelf.get(sha256, self._key) if sha256 else None
        if body is None:
            return None
        try:
            heads, _, tables = body.partition(b"\n")
            return unpack(json.loads(heads), io.BytesIO(tables))
        except (ValueError, KeyError, EOFError, pl.exceptions.PolarsError) as error:
            self._shelf.damaged(f"{sha256}{SUFFIX}", type(error).__name__)
            return None

    def put(self, sha256: str, sheets: list[RawSheet]) -> None:
        """Keep a file's sheets."""

        def packed() -> bytes:
            heads, tables = pack(sheets)
            return b"".join((json.dumps(heads).encode(), b"\n", *tables))

        if sha256:
            self._shelf.put(sha256, self._key, packed)


def size(root: Path) -> tuple[int, int]:
    """Of how many files cells are kept, and their bytes."""
    return size_of(root, SUFFIX)


def read_by(limits: Intake) -> str:
    """The program that reads files and types their rows, and what it may read; empty where its own files cannot be read."""
    reader = _reader()
    may = [*limits.model_dump(exclude={"cache"}).items(), memory_limit(limits), unpacked_limit(limits)]
    return hashlib.sha256(json.dumps([reader, may]).encode()).hexdigest() if reader else ""


@cache
def _reader() -> str:
    """SHA-256 of the program's readers, of all that these may import, of the versions of what they rest on; empty where files cannot be read."""
    digest = hashlib.sha256()
    try:
        files = sorted(path for room in ROOMS for path in (HOUSE / room).glob("*.py"))
        for path in files:
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        rest = [__version__, platform.python_version(), *map(version, READERS)]
    except (OSError, PackageNotFoundError):
        return ""
    digest.update(json.dumps(rest).encode())
    return digest.hexdigest() if files else ""

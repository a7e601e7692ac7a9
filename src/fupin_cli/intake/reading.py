"""Reads the files of an inbox side by side: what becomes of one never stops the others."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from os import cpu_count
from typing import TYPE_CHECKING, Protocol

from fupin_cli.intake.apart import Apart
from fupin_cli.intake.packed import settled
from fupin_cli.intake.raw import HINT_DAMAGED, RawSheet, UnreadableError
from fupin_cli.intake.readers import read_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from fupin_cli.intake.inbox import InboxFile
    from fupin_cli.policy.settings import Intake

# What a file begins with that costs more to read than what was kept of it: zip, the old format, a page. (No text begins so.)
COSTLY = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"<")


class Kept(Protocol):
    """What was kept of files that were read before, by their SHA-256 (`jobs.kept_cells`)."""

    def only(self, wanted: Iterable[str]) -> None:
        """These are the files there are."""

    def get(self, sha256: str) -> list[RawSheet] | None:
        """A file's sheets, if they are kept."""

    def put(self, sha256: str, sheets: list[RawSheet]) -> None:
        """Keep a file's sheets."""


def read_all(
    files: list[InboxFile], limits: Intake, password: str | None, kept: Kept | None = None
) -> Iterator[tuple[InboxFile, list[RawSheet] | UnreadableError]]:
    """Read files in their order: the sheets of each, or why there are none. Interrupted, what waits is not begun.

    `kept`: sheets that are taken from there are not read, others come to it.
    """
    with ThreadPoolExecutor(cpu_count() or 1) as pool, Apart(limits, password) as apart:
        try:
            yield from zip(files, pool.map(lambda f: _try_read(f, limits, password, apart, kept), files), strict=True)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _try_read(
    file: InboxFile, limits: Intake, password: str | None, apart: Apart, kept: Kept | None
) -> list[RawSheet] | UnreadableError:
    costly = kept is not None and _is_costly(file.path)
    known = kept.get(file.sha256) if kept and costly else None
    try:
        sheets = known or read_file(file.path, limits, password, lambda: apart.read(file.path))
        if costly and not known:
            sheets = [settled(sheet) for sheet in sheets]
    except UnreadableError as error:
        return error
    except (OSError, MemoryError, RecursionError) as error:
        return UnreadableError(f"文件打不开（{type(error).__name__}）", HINT_DAMAGED)
    if not file.unchanged():
        return UnreadableError("读的时候文件还在变（可能正在复制或保存）", "等文件放好以后再运行一次")
    if kept and costly and not known:
        kept.put(file.sha256, sheets)
    return sheets


def _is_costly(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            head = stream.read(64)
    except OSError:  # told by who reads it
        return False
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(COSTLY)

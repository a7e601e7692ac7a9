"""Marked copies that a township has mended and sent back: each stands for the file that it was made of (issue 14.6)."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from fupin_cli.system import MAX_STEM, safe_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fupin_cli.intake.inbox import InboxFile

MARK = "〔标注〕"  # in a copy's name; what stands before it is the name of the file it was made of
WORKBOOK = ".xlsx"


def copy_stems(names: Iterable[str]) -> dict[str, str]:
    """What the copy of each file (its path below the inbox) is called; a copy that came back keeps its name.

    Files of one name in several folders carry the folders' names too.
    """
    found = {}
    names = list(names)
    short = [_keys(name)[0].casefold() for name in names]
    for name in names:
        own = _keys(name)
        own_is_free = short.count(own[0].casefold()) == 1
        found[name] = f"{own[0] if own_is_free else own[-1]}{MARK}"
    return found


def replaced(files: list[InboxFile]) -> dict[str, str]:
    """Files for which a copy of them has come back into the same month, each with that copy's name."""
    found = {}
    copies = [file for file in files if MARK in PurePosixPath(file.name).name]
    for copy in copies:
        base = _base(PurePosixPath(copy.name).name).casefold()
        originals = [f for f in files if f not in copies and f.folder == copy.folder]
        for depth in (0, -1):  # by the name alone, else with the folders' names
            same = [f for f in originals if _keys(f.name)[depth].casefold() == base]
            beside = [f for f in same if PurePosixPath(f.name).parent == PurePosixPath(copy.name).parent]
            if len(same) == 1 or len(beside) == 1:
                found[(same if len(same) == 1 else beside)[0].name] = copy.name
                break
    return found


def _base(name: str) -> str:
    return name.partition(MARK)[0]


def _keys(name: str) -> tuple[str, str]:
    """A file's name as its copy begins: alone, and with the folders in which it lies. Only `.xlsx` is left away."""
    path = PurePosixPath(name)
    if MARK in path.name:
        return _base(path.name), _base(path.name)
    last = path.stem if path.suffix.lower() == WORKBOOK else path.name
    limit = MAX_STEM - len(MARK) - 4  # a number may follow
    return safe_name(last, limit), safe_name("_".join((*path.parts[:-1], last)), limit)

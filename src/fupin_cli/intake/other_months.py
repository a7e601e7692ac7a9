"""Files and sheets of another month beside the folder's own, called like it but for the month: left out and told (IN016).

A workbook that grows by a sheet each month; last month's file that was copied along. Who stands on last month's roster alone has left.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from fupin_cli import findings
from fupin_cli.intake.raw import Unplaced, without
from fupin_cli.policy.months import month_by, month_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import polars as pl

    from fupin_cli.intake.raw import Source

    Found = list[pl.DataFrame]
# Tables that say how things stand in a month, without naming it (beside what is exported, `snapshot`).
STANDING = ("assignments", "posts")
OF_SHEETS = "删去以前月份的工作表；确是本月的，改工作表的名称"
OF_FILES = "以前月份的文件放回那个月的文件夹；确是本月的，改文件名"
# A month inside a file's name: 5月, 2024年5月份, 2024-05, 20240531.
IN_A_NAME = re.compile(
    r"(?:(?:19|20)\d\d年?[-._]?)?(?<!\d)(?:\d{1,2}|[一二三四五六七八九]|十[一二]?)月份?"
    r"|(?<!\d)(?P<of_day>(?:19|20)\d\d[-.]?(?:0[1-9]|1[0-2]))(?:[-.]?(?:[0-2]\d|3[01]))?(?!\d)",
    re.ASCII,
)


def without_other_sheets(sources: list[Source], found: Found, unplaced: list[Unplaced]) -> list[Source]:
    """One file's recognised sheets without those of another month beside one of the folder's own; `found` and `unplaced` are told."""
    gone = set()
    for source, month, own in _beside_own((s, (s.file,), s.sheet) for s in sources):
        why = f"这张工作表是 {month_text(month)} 的，同一个文件里有本月的“{own.sheet}”，没有用它"
        _tell(source, why, OF_SHEETS, found, unplaced)
        gone.add(source.nth)
    return [source for source in sources if source.nth not in gone]


def without_other_files(sources: list[Source], found: Found, unplaced: list[Unplaced]) -> list[Source]:
    """The sheets of an inbox without those of files of another month, numbered anew; `found` and `unplaced` are told."""
    gone = set()
    for source, month, own in _beside_own((s, *_named(s.file)) for s in sources):
        why = f"文件名是 {month_text(month)} 的，旁边有本月的“{PurePosixPath(own.file).name}”，没有用它"
        _tell(source, why, OF_FILES, found, unplaced)
        gone.add(source.index)
    return without(sources, gone)


def _tell(source: Source, why: str, hint: str, found: Found, unplaced: list[Unplaced]) -> None:
    found.append(findings.about_file("IN016", source.file, why, source.sheet, hint))
    tables = (source.spec.table,)
    unplaced.append(Unplaced(source.file, source.sheet, "IN016", why, hint, tables, source.folder))


def _named(file: str) -> tuple[tuple[str, ...], str]:
    """What a file's name says besides a month, with where it lies, and the month as it is written."""
    path = PurePosixPath(file)
    match = IN_A_NAME.search(path.stem)
    rest = path.stem if match is None else path.stem[: match.start()] + "*" + path.stem[match.end() :]
    return (str(path.parent), rest), (match["of_day"] or match[0]) if match else ""


def _beside_own(named: Iterable[tuple[Source, tuple[str, ...], str]]) -> Iterator[tuple[Source, int, Source]]:
    """Sheets of another month, which, and the folder's own beside them. `named`: sheets, what they are called, their month as it is written."""
    stand = [
        (source, (*called, source.spec.table), month)
        for source, called, text in named
        if source.folder is not None and (source.spec.snapshot or source.spec.table in STANDING)
        if (month := month_by(text, source.folder)) is not None
    ]
    own = {called: source for source, called, month in stand if month == source.folder}
    for source, called, month in stand:
        if month != source.folder and called in own:
            yield source, month, own[called]

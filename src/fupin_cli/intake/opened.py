"""An inbox's files → recognised sheets: find, leave out, read, recognise. Nothing is passed over in silence."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from fupin_cli import findings
from fupin_cli.errors import NoInputError
from fupin_cli.intake.came_back import replaced
from fupin_cli.intake.copies import without_same_sheets
from fupin_cli.intake.inbox import InboxFile, survey
from fupin_cli.intake.known import later, source_of
from fupin_cli.intake.looked_at import Seen, looked_at
from fupin_cli.intake.other_months import without_other_files
from fupin_cli.intake.raw import RawSheet, Source, Unplaced, UnreadableError
from fupin_cli.intake.reading import read_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import polars as pl

    from fupin_cli.intake.contracts import TableSpec
    from fupin_cli.intake.inbox import Passed
    from fupin_cli.intake.known import Head, KeptTables
    from fupin_cli.intake.reading import Kept
    from fupin_cli.intake.rows import Rows
    from fupin_cli.policy.settings import Intake as Limits

    Reader = Callable[[list[InboxFile]], Iterator[tuple[InboxFile, list[RawSheet] | UnreadableError]]]


@dataclass(frozen=True)
class FileNote:
    """A file of the inbox and what became of it, for the list of files."""

    name: str
    sha256: str
    status: str


@dataclass
class Inbox:
    """An inbox as it was read, once for all months that a job looks at: recognised sheets, files, what is wrong."""

    sources: list[Source] = field(default_factory=list)
    files: list[FileNote] = field(default_factory=list)
    found: pl.DataFrame = field(default_factory=findings.empty, repr=False)
    unreadable: bool = False
    unplaced: list[Unplaced] = field(default_factory=list)
    answers: list[Unplaced] = field(default_factory=list)  # further sheets, that a bank may have sent
    typed: dict[int, Rows] = field(
        default_factory=dict, repr=False
    )  # by the source's index; sheets typed together share one
    kept: KeptTables | None = field(default=None, repr=False)

    def rows_of(self, source: Source) -> Rows | None:
        """The rows of a sheet in a month's folder as they were kept."""
        return self.kept.rows(source) if self.kept and source.folder is not None else None

    def keep(self, sources: list[Source], rows: Rows) -> None:
        """Keep the rows of those of these sheets that lie in months' folders."""
        if self.kept:
            for source in sources:
                if source.folder is not None:
                    self.kept.typed(source, rows.of({source.index}))


def read_inbox(  # noqa: PLR0913, PLR0917 - what reading depends on
    inbox: Path,
    contracts: dict[str, TableSpec],
    limits: Limits,
    progress: Callable[[str, int, int], None] = lambda *_: None,
    password: str | None = None,
    only: set[str] | None = None,
    kept: Kept | None = None,
    tables: KeptTables | None = None,
) -> Inbox:
    """Read every file of an inbox (`only`: those of these names) and recognise its sheets.

    `kept`: as `read_all`; `tables`: files of months' folders that are known there are not read.

    Raises:
        NoInputError: no file, or no table in any of them.
    """
    result = Inbox()
    found: list[pl.DataFrame] = []
    listed, passed = survey(inbox)
    found += _passed(passed if only is None else [], result)
    listed = [f for f in listed if only is None or f.name in only]
    found += _misnamed(listed, result)
    files = _standing(_distinct([f for f in listed if not f.misnamed], found, result), result)
    if kept:
        kept.only(file.sha256 for file in files)
    known = {f: heads for f in files if tables and f.folder is not None and (heads := tables.heads(f))}
    looks = _looks(files, known, contracts, lambda some: read_all(some, limits, password, kept))
    for number, (file, seen) in enumerate(looks, 1):
        progress(f"读取 {file.name}", number, len(files))
        _take(file, seen, result)
        found += seen.found
        known |= {file: seen.heads} if file.folder is not None and seen.heads and not seen.found else {}
    _leave_out(without_same_sheets(result.sources, found), "与另一份相同", result)
    _leave_out(without_other_files(result.sources, found, result.unplaced), "是别的月份的", result)
    if tables:
        tables.recognised(known, [source for source in result.sources if source.folder is not None])
        result.kept = tables
    if not result.sources:
        reason = "；".join(found_message for part in found for found_message in part["message"].to_list()[:3])
        hints = dict.fromkeys(entry.hint for entry in result.unplaced if entry.code == "IN001")
        looked = any(entry.code != "IN001" for entry in result.unplaced) or not hints
        raise NoInputError(
            "没有认出任何一张表" + (f"：{reason}" if reason else ""),
            "表头须与模板一致：fupin template --list" if looked else "；".join(hints),
        )
    result.found = findings.gather(found)
    return result


def _passed(entries: list[Passed], result: Inbox) -> list[pl.DataFrame]:
    """What lies in the inbox and cannot be looked into."""
    for entry in entries:
        result.unplaced.append(Unplaced(entry.name, "", entry.code, entry.why, entry.hint))
        result.files.append(FileNote(entry.name, "", entry.why))
    told = [entry for entry in entries if entry.code]
    result.unreadable = bool(told)
    return [findings.about_file(entry.code, entry.name, entry.why, hint=entry.hint) for entry in told]


def _misnamed(files: list[InboxFile], result: Inbox) -> list[pl.DataFrame]:
    """IN016: folders whose name only looks like a month, each with its files; none of them is used in any month."""
    folders: dict[str, list[str]] = {}
    for file in files:
        if file.misnamed:
            folders.setdefault(file.misnamed, []).append(file.name)
            why = f"文件夹“{file.misnamed}”的名称不是月份，没有用"
            result.files.append(FileNote(file.name, file.sha256, why))
            result.unplaced.append(Unplaced(file.name, "", "IN016", why, "把文件夹改名为年-月，例如 2024-05"))
    return [
        findings.about_file(
            "IN016", folder, f"文件夹“{folder}”的名称看不出是哪个月，里面的文件没有用：{'、'.join(names)}"
        )
        for folder, names in folders.items()
    ]


def _distinct(files: list[InboxFile], found: list[pl.DataFrame], result: Inbox) -> list[InboxFile]:
    """Leave out files with the same bytes as another of the same month (IN008); copies have the longer names."""
    first: dict[tuple[str, int | None], InboxFile] = {}
    for file in sorted(files, key=lambda f: (len(f.name), f.name)):
        first.setdefault((file.sha256, file.folder), file)
    kept = []
    for file in files:
        original = first[file.sha256, file.folder]
        if original is file or not file.sha256:
            kept.append(file)
        else:
            found.append(findings.about_file("IN008", file.name, f"与 {original.name} 内容完全相同，只算一次"))
            result.files.append(FileNote(file.name, file.sha256, f"与 {original.name} 相同，未用"))
    return kept


def _leave_out(sources: list[Source], why: str, result: Inbox) -> None:
    """Go on with these sheets; say in the list of files of which none is left, and why."""
    gone = {source.file for source in result.sources} - {source.file for source in sources}
    result.sources = sources
    result.files = [replace(f, status=f"{f.status}，{why}，未用") if f.name in gone else f for f in result.files]


def _standing(files: list[InboxFile], result: Inbox) -> list[InboxFile]:
    """Leave out files for which a marked copy, mended, has come back: their rows are in that. Said in the list of files."""
    gone = replaced(files)
    for name, copy in gone.items():
        sha256 = next(f.sha256 for f in files if f.name == name)
        result.files.append(FileNote(name, sha256, f"已由改好送回的 {copy} 代替，未用"))
    return [f for f in files if f.name not in gone]


def _looks(
    files: list[InboxFile], known: dict[InboxFile, list[Head]], contracts: dict[str, TableSpec], read: Reader
) -> Iterator[tuple[InboxFile, Seen]]:
    """What each file is: looked at, or as it is known. `read`: `read_all` of some files."""

    def again(file: InboxFile) -> list[RawSheet] | UnreadableError:
        ((_, sheets),) = read([file])
        return sheets

    known = dict(known)  # as it is now
    rest = read([file for file in files if file not in known])
    for file in files:
        if file in known:
            sheets = later(file, known[file], contracts, partial(again, file))
            yield file, Seen([source_of(head, file, contracts, sheets) for head in known[file]], known[file])
        else:
            yield file, looked_at(file, next(rest)[1], contracts)
    deque(rest, maxlen=0)  # to its end: what it has open it closes


def _take(file: InboxFile, seen: Seen, result: Inbox) -> None:
    """Add the recognised sheets of a file, and the file to the list of files."""
    for index, source in enumerate(seen.sources, len(result.sources)):
        source.index = index
    result.sources += seen.sources
    result.unplaced += seen.unplaced
    result.answers += seen.answers
    result.unreadable |= seen.unreadable
    result.files.append(FileNote(file.name, file.sha256, seen.status(file)))

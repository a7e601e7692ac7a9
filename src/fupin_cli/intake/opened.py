"""An inbox's files → recognised sheets: find, leave out, read, recognise. Nothing is passed over in silence."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli import findings
from fupin_cli.errors import NoInputError
from fupin_cli.intake.came_back import replaced
from fupin_cli.intake.headers import Recognition, recognise
from fupin_cli.intake.inbox import InboxFile, survey
from fupin_cli.intake.raw import RawSheet, Source, Unplaced, UnreadableError, column_letter
from fupin_cli.intake.reading import read_all
from fupin_cli.policy.months import month_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fupin_cli.intake.contracts import TableSpec
    from fupin_cli.intake.reading import Kept
    from fupin_cli.intake.rows import Rows
    from fupin_cli.policy.settings import Intake as Limits


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
    typed: dict[int, Rows] = field(
        default_factory=dict, repr=False
    )  # by the source's index; sheets typed together share one


def read_inbox(  # noqa: PLR0913, PLR0917 - what reading depends on
    inbox: Path,
    contracts: dict[str, TableSpec],
    limits: Limits,
    progress: Callable[[str, int, int], None] = lambda *_: None,
    password: str | None = None,
    only: set[str] | None = None,
    kept: Kept | None = None,
) -> Inbox:
    """Read every file of an inbox (`only`: those of these names) and recognise its sheets. `kept`: as `read_all`.

    Raises:
        NoInputError: no file, or no table in any of them.
    """
    result = Inbox()
    found: list[pl.DataFrame] = []
    listed, passed = survey(inbox)
    for entry in passed if only is None else []:
        result.unplaced.append(Unplaced(entry.name, "", entry.code, entry.why, entry.hint))
        result.files.append(FileNote(entry.name, "", entry.why))
        if entry.code:
            result.unreadable = True
            found.append(findings.about_file(entry.code, entry.name, entry.why, hint=entry.hint))
    listed = [f for f in listed if only is None or f.name in only]
    found += _misnamed(listed, result)
    files = _standing(_distinct([f for f in listed if not f.misnamed], found, result), result)
    for number, (file, sheets) in enumerate(read_all(files, limits, password, kept), 1):
        progress(f"读取 {file.name}", number, len(files))
        _recognise(file, sheets, contracts, result, found)
    if not result.sources:
        reason = "；".join(found_message for part in found for found_message in part["message"].to_list()[:3])
        raise NoInputError(
            "没有认出任何一张表" + (f"：{reason}" if reason else ""), "表头须与模板一致：fupin template --list"
        )
    result.found = findings.gather(found)
    return result


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


def _standing(files: list[InboxFile], result: Inbox) -> list[InboxFile]:
    """Leave out files for which a marked copy, mended, has come back: their rows are in that. Said in the list of files."""
    gone = replaced(files)
    for name, copy in gone.items():
        sha256 = next(f.sha256 for f in files if f.name == name)
        result.files.append(FileNote(name, sha256, f"已由改好送回的 {copy} 代替，未用"))
    return [f for f in files if f.name not in gone]


def _recognise(
    file: InboxFile,
    sheets: list[RawSheet] | UnreadableError,
    contracts: dict[str, TableSpec],
    result: Inbox,
    found: list[pl.DataFrame],
) -> None:
    if not isinstance(sheets, UnreadableError) and all(_is_blank(sheet) and not sheet.unread for sheet in sheets):
        sheets = UnreadableError("文件里没有内容", "请向报送单位重新要一份")
    if isinstance(sheets, UnreadableError):
        result.unreadable = True
        result.files.append(FileNote(file.name, file.sha256, str(sheets)))
        meant = tuple(
            spec.table for spec in contracts.values() if any(w in file.name for w in (spec.title, *spec.names))
        )
        result.unplaced.append(Unplaced(file.name, "", "IN001", str(sheets), sheets.hint, meant, file.folder))
        found.append(findings.about_file("IN001", file.name, str(sheets), hint=sheets.hint))
        return
    titles = []
    for sheet in sheets:
        if sheet.unread:
            found.append(_without_cells(file, sheet))
            continue
        if _is_blank(sheet):
            continue
        if sheet.hidden:
            found.append(findings.about_file("IN013", file.name, f"工作表“{sheet.name}”是隐藏的，也读了", sheet.name))
        seen = recognise(sheet, file.name, contracts)
        if len(seen.matches) == 1:
            match = seen.matches[0]
            labels = sheet.cells.row(match.header_row - 1)
            source = Source(
                index=len(result.sources),
                file=file.name,
                sheet=sheet.name,
                sha256=file.sha256,
                spec=match.spec,
                raw=sheet,
                header_row=match.header_row,
                positions=match.positions,
                folder=file.folder,
                headers={p: (labels[p] or match.spec.columns[name].header) for name, p in match.positions.items()},
            )
            result.sources.append(source)
            titles.append(match.spec.title)
            found.append(_hidden_rows(source))
        else:
            told = _unknown(file, sheet, seen)
            found.append(told)
            result.unreadable = result.unreadable or len(seen.matches) > 1
            code, why, hint = told.select("code", "message", "hint").row(0)
            people = code != "IN002" or holds_ids(sheet.cells)
            if people:
                own = "里面有身份证号。按模板改表头，或移出收件夹" if code == "IN002" else "按模板改表头"
                result.unplaced.append(Unplaced(file.name, sheet.name, code, why, hint or own, seen.meant, file.folder))
    folder = f"（{month_text(file.folder)}）" if file.folder is not None else ""
    result.files.append(FileNote(file.name, file.sha256, "、".join(titles) + folder if titles else "没有认出的表"))


def _hidden_rows(source: Source) -> pl.DataFrame:
    """Tell of rows of the table that are hidden: whoever filtered them out may think that they are not handed in."""
    rows = [row for row in source.raw.hidden_rows if source.header_row < row <= source.raw.cells.height]
    if not rows:
        return findings.empty()
    which = "、".join(map(str, rows[:ROWS_NAMED])) + ("……" if len(rows) > ROWS_NAMED else "")
    message = f"有 {len(rows)} 行是隐藏的（多半是筛选过），照样读了：第 {which} 行"
    return findings.about_file("IN013", source.file, message, source.sheet)


def _without_cells(file: InboxFile, sheet: RawSheet) -> pl.DataFrame:
    """Tell of a sheet that holds no cells: nothing of a workbook is passed over in silence."""
    return findings.about_file("IN002", file.name, f"工作表“{sheet.name}”{sheet.unread}，没有读", sheet.name)


def _unknown(file: InboxFile, sheet: RawSheet, seen: Recognition) -> pl.DataFrame:
    """Tell what a sheet that is no known table comes nearest to."""
    if seen.matches:
        titles = "、".join(match.spec.title for match in seen.matches)
        return findings.about_file(
            "IN009",
            file.name,
            f"表头同时符合：{titles}，分不清，没有用",
            sheet.name,
            hint="把工作表或文件名改成其中一张表的名称",
        )
    if seen.nearest is None:
        return findings.about_file("IN002", file.name, "前10行里没有认得的表头，没有用", sheet.name)
    if seen.again:
        return findings.about_file(
            "IN003",
            file.name,
            f"“{seen.nearest.title}”第 {seen.again} 行又是一个表头，列的次序与上面的不同；整张表没有用",
            sheet.name,
            hint="把各乡镇的表按同一列序排好，或分成几张工作表、几个文件",
        )
    if seen.beside:
        header, left, right = seen.beside
        where = f"“{header}”在 {column_letter(sheet.offset + left)} 列和 {column_letter(sheet.offset + right)} 列"
        return findings.about_file(
            "IN003",
            file.name,
            f"“{seen.nearest.title}”左右排了两栏（{where}）；整张表没有用",
            sheet.name,
            hint="把右边一栏剪下来，接在左边一栏的下面",
        )
    lacking = "、".join(seen.lacking)
    if seen.near_miss:
        may_be = "。写成了" + "、".join(f"“{word}”" for word in seen.alike) + "？" if seen.alike else ""
        return findings.about_file(
            "IN003",
            file.name,
            f"像是“{seen.nearest.title}”，但缺少必需的列：{lacking}；整张表没有用{may_be}",
            sheet.name,
        )
    return findings.about_file(
        "IN002", file.name, f"不是认得的表；最接近“{seen.nearest.title}”，还缺：{lacking}", sheet.name
    )


# A Chinese ID number of 18 places, or of 15 as issued until 1999, that stands for itself in a text.
_DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"

ID_NUMBER = rf"(?:^|[^0-9])[1-9]\d{{5}}(?:(?:18|19|20)\d{{2}}{_DAY}\d{{3}}[0-9Xx]|\d{{2}}{_DAY}\d{{3}})(?:[^0-9Xx]|$)"


def holds_ids(cells: pl.DataFrame) -> bool:
    """Whether any cell of a sheet holds an ID number, spaces inside it or full-width digits notwithstanding."""
    for name in cells.columns:
        plain = cells.select(pl.col(name).str.normalize("NFKC"))
        spaced = plain.select(pl.col(name).str.replace_all(r"[\s\u200b\ufeff-]", ""))
        if any(part.select(pl.col(name).str.contains(ID_NUMBER).any()).item() for part in (plain, spaced)):
            return True
    return False


ROWS_NAMED = 10  # hidden rows that are named one by one

HEAD = 20  # rows looked at first: a sheet that holds anything nearly always holds it there


def _is_blank(sheet: RawSheet) -> bool:
    """Whether no cell of a sheet holds anything but blanks."""
    cells = sheet.cells
    if any(cell and cell.strip() for row in cells.head(HEAD).rows() for cell in row):
        return False
    if not (cells.height and cells.width):
        return True
    return all(cells.select((pl.all().is_null() | (pl.all().str.strip_chars() == "")).all()).row(0))

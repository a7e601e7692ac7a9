"""A file's sheets: which tables they are, and what there is to be told of them. Nothing is passed over in silence."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli import findings
from fupin_cli.intake.coded import coded, shared
from fupin_cli.intake.copies import people_of
from fupin_cli.intake.headers import recognise
from fupin_cli.intake.known import head_of
from fupin_cli.intake.other_months import without_other_sheets
from fupin_cli.intake.raw import RawSheet, Source, Unplaced, UnreadableError, column_letter
from fupin_cli.policy.letters import some_of
from fupin_cli.policy.months import month_text

if TYPE_CHECKING:
    from fupin_cli.intake.contracts import TableSpec
    from fupin_cli.intake.headers import Match, Recognition
    from fupin_cli.intake.inbox import InboxFile
    from fupin_cli.intake.known import Head


SPANS = ("期限", "起止", "期间")  # headers of columns with two days in each cell
HEAD = 20  # rows looked at first: a sheet that holds anything nearly always holds it there
# A Chinese ID number of 18 places, or of 15 as issued until 1999, that stands for itself in a text.
_DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"

ID_NUMBER = rf"(?:^|[^0-9])[1-9]\d{{5}}(?:(?:18|19|20)\d{{2}}{_DAY}\d{{3}}[0-9Xx]|\d{{2}}{_DAY}\d{{3}})(?:[^0-9Xx]|$)"
# A bank card of China, as every 一卡通 is; what a bank says of a payment, in whatever words.
CARD_NUMBER, ANSWER = r"(?:^|[^0-9])62\d{14,17}(?:[^0-9]|$)", r"成功|失败|退回|退款|退票|入账|已付|已发"


@dataclass
class Seen:
    """What a file is. `heads`: what its sheets were recognised as, in words (`known.head_of`); `why` it cannot be read, if so."""

    sources: list[Source] = field(default_factory=list, repr=False)
    heads: list[Head] = field(default_factory=list, repr=False)
    found: list[pl.DataFrame] = field(default_factory=list, repr=False)
    unplaced: list[Unplaced] = field(default_factory=list)
    answers: list[Unplaced] = field(default_factory=list)  # sheets of no known table that a bank may have sent
    unreadable: bool = False
    why: str = ""

    def status(self, file: InboxFile) -> str:
        """What became of the file, for the list of files."""
        folder = f"（{month_text(file.folder)}）" if file.folder is not None else ""
        titles = "、".join(source.spec.title for source in self.sources)
        return self.why or (titles + folder if titles else "没有认出的表")


def looked_at(file: InboxFile, sheets: list[RawSheet] | UnreadableError, contracts: dict[str, TableSpec]) -> Seen:
    """Recognise a file's sheets."""
    seen = Seen()
    if not isinstance(sheets, UnreadableError) and all(_is_blank(sheet) and not sheet.unread for sheet in sheets):
        sheets = UnreadableError("文件里没有内容", "请向报送单位重新要一份")
    if isinstance(sheets, UnreadableError):
        seen.unreadable, seen.why = True, str(sheets)
        meant = tuple(
            spec.table for spec in contracts.values() if any(w in file.name for w in (spec.title, *spec.names))
        )
        seen.unplaced.append(Unplaced(file.name, "", "IN001", str(sheets), sheets.hint, meant, file.folder))
        seen.found.append(findings.about_file("IN001", file.name, str(sheets), hint=sheets.hint))
        return seen
    for nth, sheet in enumerate(sheets):
        if sheet.unread:
            seen.found.append(_without_cells(file, sheet))
        elif not _is_blank(sheet):
            _recognise(file, sheet, nth, contracts, seen)
    if file.folder is not None and len(seen.sources) > 1:
        seen.sources = without_other_sheets(seen.sources, seen.found, seen.unplaced)
        seen.heads = [head_of(source) for source in seen.sources]
    return seen


def _recognise(file: InboxFile, sheet: RawSheet, nth: int, contracts: dict[str, TableSpec], seen: Seen) -> None:
    if sheet.hidden:
        seen.found.append(findings.about_file("IN013", file.name, f"工作表“{sheet.name}”是隐藏的，也读了", sheet.name))
    what = recognise(sheet, file.name, contracts)
    if len(what.matches) == 1:
        source = _source(file, sheet, nth, what.matches[0])
        seen.sources.append(source)
        seen.heads.append(head_of(source))
        seen.found += _hidden_rows(source, sheet)
    else:
        told = _unknown(file, sheet, what)
        seen.found.append(told)
        unplaced = _unplaced(file, sheet, what, told)
        seen.unplaced += unplaced
        if not unplaced and may_answer(sheet.cells):
            seen.answers.append(Unplaced(file.name, sheet.name, "IN002", told["message"].item(), "", (), file.folder))
        seen.unreadable = seen.unreadable or len(what.matches) > 1


def _source(file: InboxFile, sheet: RawSheet, nth: int, match: Match) -> Source:
    labels = sheet.cells.row(match.header_row - 1)
    return Source(
        index=0,
        file=file.name,
        sheet=sheet.name,
        sha256=file.sha256,
        spec=match.spec,
        raw=coded(sheet, shared(match.spec, match.positions)),
        header_row=match.header_row,
        positions=match.positions,
        folder=file.folder,
        headers={p: (labels[p] or match.spec.columns[name].header) for name, p in match.positions.items()},
        nth=nth,
        people=people_of(sheet, match),
    )


def _unplaced(file: InboxFile, sheet: RawSheet, what: Recognition, told: pl.DataFrame) -> list[Unplaced]:
    """A sheet that is no known table, where it may be about people."""
    code, why, hint = told.select("code", "message", "hint").row(0)
    if code == "IN002" and not holds_ids(sheet.cells):
        return []
    own = "里面有身份证号。按模板改表头，或移出收件夹" if code == "IN002" else "按模板改表头"
    return [Unplaced(file.name, sheet.name, code, why, hint or own, what.meant, file.folder)]


def _hidden_rows(source: Source, sheet: RawSheet) -> list[pl.DataFrame]:
    """Tell of rows of the table that are hidden: whoever filtered them out may think that they are not handed in."""
    rows = [row for row in sheet.hidden_rows if source.header_row < row <= sheet.cells.height]
    if not rows:
        return []
    message = f"有 {len(rows)} 行是隐藏的（多半是筛选过），照样读了：第 {some_of(rows)} 行"
    return [findings.about_file("IN013", source.file, message, source.sheet)]


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
        span = next((word for word in seen.alike if any(part in word for part in SPANS)), "")
        split = f"“{span}”里写的是起止两个日期的，拆成 {lacking} 两列，每格一个日期"
        may_be = "。写成了" + "、".join(f"“{word}”" for word in seen.alike) + "？" if seen.alike else ""
        return findings.about_file(
            "IN003",
            file.name,
            f"像是“{seen.nearest.title}”，但缺少必需的列：{lacking}；整张表没有用{may_be}",
            sheet.name,
            hint=split if span and len(seen.lacking) > 1 else None,
        )
    return findings.about_file(
        "IN002", file.name, f"不是认得的表；最接近“{seen.nearest.title}”，还缺：{lacking}", sheet.name
    )


def holds_ids(cells: pl.DataFrame) -> bool:
    """Whether any cell of a sheet holds an ID number, spaces inside it or full-width digits notwithstanding."""
    return _says(cells, ID_NUMBER)


def may_answer(cells: pl.DataFrame) -> bool:
    """Whether a sheet of no known table may be a bank's answer: it holds a card number, and something said of a payment."""
    return _says(cells, CARD_NUMBER) and _says(cells, ANSWER)


def _says(cells: pl.DataFrame, words: str) -> bool:
    for name in cells.columns:
        plain = cells.select(pl.col(name).str.normalize("NFKC"))
        spaced = plain.select(pl.col(name).str.replace_all(r"[\s\u200b\ufeff-]", ""))
        if any(part.select(pl.col(name).str.contains(words).any()).item() for part in (plain, spaced)):
            return True
    return False


def _is_blank(sheet: RawSheet) -> bool:
    """Whether no cell of a sheet holds anything but blanks."""
    cells = sheet.cells
    if any(cell and cell.strip() for row in cells.head(HEAD).rows() for cell in row):
        return False
    if not (cells.height and cells.width):
        return True
    return all(cells.select((pl.all().is_null() | (pl.all().str.strip_chars() == "")).all()).row(0))

"""Copies of a month's files with the cells to mend marked, for the townships to mend and send back (issue 14.6)."""

from __future__ import annotations

from io import BytesIO
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.encryption import decrypt, sealed
from fupin_cli.intake.came_back import MARK, copy_stems
from fupin_cli.intake.inbox import find_files
from fupin_cli.intake.package import opened
from fupin_cli.intake.plain_reader import OLE
from fupin_cli.intake.raw import UnreadableError
from fupin_cli.intake.readers import ZIP
from fupin_cli.intake.xlsx_guard import look_closely
from fupin_cli.outputs.annotate import Cell, mark_book, text_book
from fupin_cli.outputs.files import keep_old, make_folder, renewed
from fupin_cli.policy.months import month_text
from fupin_cli.results.check import MarkedCopy

if TYPE_CHECKING:
    from pathlib import Path

    from fupin_cli.intake.inbox import InboxFile
    from fupin_cli.intake.raw import Source
    from fupin_cli.policy.settings import Intake
    from fupin_cli.results.check import CheckRun

FOLDER = "标注"
MOST_BYTES, MOST_CELLS = 16 << 20, 400_000  # openpyxl needs some ten seconds and 300 MB for so much
MACROS = "xl/vbaProject.bin"
MOST_SAID = 2000  # characters of one comment
INSTEAD = "照核查工作簿“明细”改"
PAGE = (b"<", b"\xef\xbb\xbf<")


class NoCopyError(Exception):
    """No copy can be made of a file: why, and what to do instead."""


def write_copies(run: CheckRun, inbox: Path, folder: Path) -> None:
    """Write a marked copy of each file with errors or warnings into `folder/2024-05/标注/`; copies of before go to `旧/`.

    The files themselves are only read.

    Raises:
        FupinError: the folder cannot be written to.
    """
    cells = _cells(run)
    target = folder / month_text(run.month) / FOLDER
    files = {file.name: file for file in find_files(inbox)}
    sources: dict[str, list[Source]] = {}
    for source in run.intake.sources:
        if source.role == "current" and source.index in cells:
            sources.setdefault(source.file, []).append(source)
    names = copy_stems(sources)
    make_folder(target)
    found = []
    for name, own in sources.items():
        rows = pl.concat([cells[source.index] for source in own])
        counts = (rows.height, int(rows["errors"].sum()), int(rows["warnings"].sum()))
        path = target / f"{names[name]}.xlsx"
        try:
            content, notes = _copy(files.get(name), own, cells, run.password, run.policy.settings.intake)
        except NoCopyError as error:
            found.append(MarkedCopy(name, None, *counts, str(error)))
            continue
        with renewed(path, password=run.password) as temporary:
            temporary.write_bytes(content)
        found.append(MarkedCopy(name, path, *counts, "；".join(notes)))
    run.marked = found
    kept = {copy.copy for copy in found}
    for path in sorted(target.glob(f"*{MARK}*.xlsx")):
        if path not in kept:  # nothing is wrong any more, or it is another file now
            keep_old(path)
            path.unlink()


def _cells(run: CheckRun) -> dict[int, pl.DataFrame]:
    """Cells to mark by source: `_row`, `column`, worst severity, counts, and what is said; notes and waived ones are none."""
    bad = run.result.found.filter(
        pl.col("_src").is_not_null()
        & pl.col("_row").is_not_null()
        & pl.col("severity").is_in(["error", "warning"])
        & ~pl.col("waived")
    )
    said = pl.format("【{}】{}\n怎么办：{}", "code", "message", pl.col("hint").fill_null(""))
    is_error = pl.col("severity") == "error"
    rows = bad.group_by("_src", "_row", "column", maintain_order=True).agg(
        said.unique(maintain_order=True).str.join("\n").str.head(MOST_SAID).alias("said"),
        errors=is_error.sum().cast(pl.Int64),
        warnings=(~is_error).sum().cast(pl.Int64),
    )
    return {int(part["_src"][0]): part.sort("_row") for part in rows.partition_by("_src")}


def _copy(
    file: InboxFile | None,
    sources: list[Source],
    cells: dict[int, pl.DataFrame],
    password: str | None,
    limits: Intake,
) -> tuple[bytes, list[str]]:
    """The bytes of a file's copy, and what is to be said of it.

    Raises:
        NoCopyError: it is no workbook of the new format, too large, or not what was read.
    """
    if file is None or not file.unchanged() or file.sha256 != sources[0].sha256:
        raise NoCopyError("文件在核查期间变了，没有写副本；再运行一次")
    marks = [mark for source in sources for mark in _marks(source, cells[source.index])]  # a text's sheet has no name
    content = file.path.read_bytes()
    is_text = not content.startswith((ZIP, OLE)) and not content[:4096].lstrip().startswith(PAGE)
    if is_text:
        if any(source.raw.height * source.raw.width > MOST_CELLS for source in sources):
            raise NoCopyError(f"表太大，没有写副本；{INSTEAD}")
        content = text_book(sources[0].raw.cells, PurePosixPath(file.name).stem)
    else:
        if content.startswith(OLE) and password is not None:
            try:
                content = decrypt(file.path, password)
            except ValueError:
                raise NoCopyError(f"旧格式（.xls、.et）写不了副本：另存为 .xlsx 再报；{INSTEAD}") from None
        _refuse_others(content, limits)
    marked, notes = mark_book(content, marks)
    said = ["原表是文本，副本是 .xlsx，格都是文字"] if is_text else notes
    return (sealed(BytesIO(marked), password) if password else marked), said


def _refuse_others(content: bytes, limits: Intake) -> None:
    if not content.startswith(ZIP):
        kind = "旧格式（.xls、.et）" if content.startswith(OLE) else "不是 .xlsx（网页或别的格式），"
        raise NoCopyError(f"{kind}写不了副本：另存为 .xlsx 再报；{INSTEAD}")
    try:
        look = look_closely(BytesIO(content), limits) if len(content) <= MOST_BYTES else None
        with opened(BytesIO(content)) as package:
            macros = package.part(MACROS) is not None
    except UnreadableError as error:
        raise NoCopyError(f"{error}；{INSTEAD}") from None
    if look is None or not look.plain or sum(shape.cells for shape in look.shapes.values()) > MOST_CELLS:
        raise NoCopyError(f"表太大，或写法少见，没有写副本；{INSTEAD}")
    if macros:
        raise NoCopyError(f"有宏，副本会丢掉宏：另存为不带宏的 .xlsx 再报；{INSTEAD}")


def _marks(source: Source, rows: pl.DataFrame) -> list[Cell]:
    """Where the cells stand in the sheet; what is said of a row and of no cell goes to the table's first column."""
    first = min(source.positions.values())
    return [
        Cell(
            source.sheet,
            row,
            source.raw.offset + source.positions.get(column, first) + 1,
            "error" if errors else "warning",
            said,
        )
        for row, column, said, errors in rows.select("_row", "column", "said", "errors").iter_rows()
    ]

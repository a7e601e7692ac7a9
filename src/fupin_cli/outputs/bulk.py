"""Workbooks of any size: openpyxl makes the shape and the styles of sheets (`sheet_shape`), their XML goes into the zip (`sheet_xml`)."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from io import BytesIO
from itertools import accumulate, groupby
from typing import TYPE_CHECKING

from fupin_cli.encryption import sealed
from fupin_cli.outputs.chart_sheet import add_chart_sheet
from fupin_cli.outputs.files import renewed
from fupin_cli.outputs.sheet import filled, measured
from fupin_cli.outputs.sheet_shape import TITLE_LENGTH, add_bare_sheet, add_sheet, first_row
from fupin_cli.outputs.sheet_xml import BATCH, alike, sheets_xml
from fupin_cli.system import MAX_STEM, safe_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date
    from pathlib import Path

    from fupin_cli.outputs.sheet import SheetPlan
    from fupin_cli.outputs.sheet_shape import Styles

EXCEL_ROWS = 1_048_576
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
LEVEL = (
    3  # of such XML zlib makes less than at 4, in two thirds of the time; at 6 a fifth less in more than twice the time
)
MODIFIED = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(<)")


def write_workbook(path: Path, plans: list[SheetPlan], created: date, password: str | None = None) -> None:
    """Write a workbook whose bytes depend on nothing but its contents (SPEC 8.22); encrypted, with a password.

    What is to be encrypted is never on the disk in plain, not for a moment: a program can be killed at any.

    Raises:
        OSError: the disk is full.
    """
    from openpyxl import Workbook

    from fupin_cli.outputs.in_memory import saved

    book = Workbook()
    book.remove(book["Sheet"] if "Sheet" in book.sheetnames else book.worksheets[0])
    book.properties.creator = book.properties.lastModifiedBy = "fupin"
    runs = _runs(measured([piece for plan in filled(plans) for piece in _pieces(plan)]))
    styles: Styles = {}
    bare: set[str] = set()
    for first, *more in runs:
        if first.charts:
            add_chart_sheet(book, first)
        else:
            add_sheet(book, first, styles)
        bare |= {add_bare_sheet(book, plan).title for plan in more}
    shell = saved(book, bare)
    if password is None:
        _fill(shell, path, runs, created)
        return
    plain = BytesIO()
    _fill(shell, plain, runs, created)
    path.write_bytes(sealed(plain, password))


def save_workbooks(
    folder: Path,
    books: Iterable[tuple[str, list[SheetPlan]]],
    created: date,
    *,
    force: bool,
    password: str | None,
) -> list[Path]:
    """Write each (stem, sheets) as a workbook of its own into a folder (`files.renewed`: the newest has the plain name).

    With a password the workbooks are encrypted.

    Raises:
        FupinError: the disk is full, or a workbook is open elsewhere.
    """
    paths = []
    for stem, plans in books:
        path = folder / f"{safe_name(stem, MAX_STEM)}.xlsx"
        with renewed(path, force=force, password=password) as temporary:
            write_workbook(temporary, plans, created, password)
        paths.append(path)
    return paths


def _pieces(plan: SheetPlan) -> Iterator[SheetPlan]:
    """Continue on a further sheet where one cannot hold all rows; a sheet of charts is one."""
    if plan.charts:
        yield plan
        return
    room = EXCEL_ROWS - first_row(plan) + 1
    for number, start in enumerate(range(0, max(plan.rows.height, 1), room), 1):
        yield replace(
            plan,
            title=plan.title if number == 1 else f"{plan.title[: TITLE_LENGTH - 4]}({number})",
            rows=plan.rows.slice(start, room),
            marked={name: flags.slice(start, room) for name, flags in plan.marked.items()},
        )


def _runs(pieces: list[SheetPlan]) -> list[list[SheetPlan]]:
    """Sheets that follow each other and look alike, by as many as have `BATCH` rows together: written in one pass."""
    runs: list[list[SheetPlan]] = []
    for look, group in groupby(pieces, lambda piece: None if piece.charts else alike(piece)):
        rows = BATCH + 1
        for piece in group:
            rows += piece.rows.height
            if look is None or rows > BATCH:
                runs.append([])
                rows = piece.rows.height
            runs[-1].append(piece)
    return runs


def _fill(shell: BytesIO, path: Path | BytesIO, runs: list[list[SheetPlan]], created: date) -> None:
    """Copy the shell's zip, putting each sheet's rows in place of the prototypes of its run."""
    starts = dict(zip(accumulate(map(len, runs), initial=1), runs, strict=False))
    ahead: Iterator[Iterator[bytes]] = iter(())
    with (
        zipfile.ZipFile(shell) as source,
        zipfile.ZipFile(path, "w") as target,
    ):
        for part in source.namelist():
            content = source.read(part)
            number = re.fullmatch(r"xl/worksheets/sheet(\d+)\.xml", part)
            if number and int(number[1]) in starts:
                run = starts[int(number[1])]
                ahead = iter([iter([content])]) if run[0].charts else sheets_xml(content, run)
            entry = zipfile.ZipInfo(part, ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            # The file's own level is not asked for an entry that is described, and until Python 3.13 there is no other way.
            entry._compresslevel = LEVEL  # type: ignore[attr-defined]  # noqa: SLF001
            entry.external_attr = 0o600 << 16
            with target.open(entry, "w", force_zip64=True) as stream:
                if part == "docProps/core.xml":
                    stamp = f"{created.isoformat()}T00:00:00Z".encode()
                    content = MODIFIED.sub(rb"\g<1>" + stamp + rb"\g<3>", content)
                for block in next(ahead) if number else (content,):
                    stream.write(block)

"""What clerks do to files without changing what they say changes neither a line of the payroll nor a finding.

Files renamed and put into subfolders, sheets in another order, rows and columns left empty, rows sorted otherwise, a
file handed in as two, another encoding, a month folder written otherwise, the same file twice, other months beside it.
"""

from __future__ import annotations

import csv
import io
import json
import random
import shutil
from collections import Counter
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from fupin_cli.jobs.check import check, chosen_codes
from fupin_cli.jobs.desk import Desk
from fupin_cli.jobs.subsidy import subsidy
from fupin_cli.jobs.workspace import find_workspace
from fupin_cli.measures.catalogue import leading
from fupin_cli.outputs.check_json import check_document
from fupin_cli.outputs.payroll_json import payroll_json
from fupin_cli.policy.months import parse_month
from tests.cli.test_check import SAMPLE
from tests.conftest import LONG

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from openpyxl import Workbook

LINE = (
    "person",
    "name",
    "post",
    "status",
    "codes",
    "waived",
    "amount",
    "due",
    "fund",
    "months_before",
    "cap_end",
    "township",
)
FINDING = ("code", "effect", "person", "name", "post", "table", "months", "amount")
SAME_BYTES = "IN008"  # a copy is told
LEFT_EMPTY = 12
WIDE = str.maketrans("0123456789X", "０１２３４５６７８９ｘ")


def texts(inbox: Path) -> Iterator[tuple[Path, list[list[str]]]]:
    """The CSV files that can be recognised, and their rows."""
    for path in sorted(inbox.rglob("*.csv")):
        if path.name.startswith("补报"):  # one that is planted to be misread
            continue
        raw = path.read_bytes()
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.decode("gb18030")
        yield path, list(csv.reader(io.StringIO(text)))


def write(path: Path, rows: list[list[str]], encoding: str = "gb18030", delimiter: str = ",") -> None:
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter).writerows(rows)
    path.write_bytes(stream.getvalue().encode(encoding))


def header_row(rows: list[list[str]]) -> int:
    """The row of headers: the first that is filled as far as the data are."""
    widest = max(sum(map(bool, row)) for row in rows[:6])
    return next(n for n, row in enumerate(rows) if sum(map(bool, row)) >= widest - 2)


def books(inbox: Path) -> Iterator[Workbook]:
    """Every workbook, saved after use; copies of one stay copies (a workbook says the second in which it was saved)."""
    copies: dict[bytes, list[Path]] = {}
    for path in sorted(inbox.rglob("*.xlsx")):
        if not path.name.startswith("~"):
            copies.setdefault(path.read_bytes(), []).append(path)
    for first, *others in copies.values():
        book = openpyxl.load_workbook(first)
        yield book
        book.save(first)
        for other in others:
            shutil.copy(first, other)


def torn_and_shuffled(inbox: Path) -> None:
    """Rows in another order, the second half in a file of its own, tabs for commas; sheets in another order."""
    order = random.Random(7)  # noqa: S311 - the order of rows, no secret
    for path, rows in list(texts(inbox)):
        top = header_row(rows) + 1
        data = rows[top:]
        order.shuffle(data)
        half = len(data) // 2
        write(path, rows[:top] + data[:half], delimiter="\t")
        if data[half:]:
            write(path.with_name(f"续_{path.name}"), rows[:top] + data[half:], "utf-16")
    for book in books(inbox):
        book.move_sheet(book.worksheets[0], len(book.worksheets))


def by_hand(cell: str, *, header: bool) -> str:
    """A header with spaces about and in it; an ID number in full width with a tab behind."""
    if header and cell:
        return f" {cell[:1]}　{cell[1:]} "
    return f"{cell.translate(WIDE)}\t " if cell.startswith("211390") and len(cell) == 18 else cell


def moved_and_padded(inbox: Path) -> None:
    """Nameless files in a subfolder of a month written otherwise, empty rows and columns about, spaces in headers and IDs."""
    for path, rows in list(texts(inbox)):
        top = header_row(rows)
        spaced = [[by_hand(cell, header=n == top) for cell in ("", *row, "")] for n, row in enumerate(rows)]
        write(path, spaced + [[""] * len(rows[0])] * LEFT_EMPTY)
    for book in books(inbox):
        for sheet in book.worksheets:
            for area in [str(area) for area in sheet.merged_cells.ranges]:
                sheet.unmerge_cells(area)
            sheet.insert_rows(1, 2)
            sheet.insert_cols(1)
    month = inbox / "2024-05"
    for n, path in enumerate(sorted(month.iterdir())):
        if not path.name.startswith("~"):
            (month / "报送").mkdir(exist_ok=True)
            path.rename(month / "报送" / f"新建文件 ({n}){path.suffix}")
    month.rename(inbox / "2024年5月")


def twice_and_later(inbox: Path) -> None:
    """Each file twice, and a later month that is not asked for."""
    for path in [p for p in inbox.rglob("*") if p.is_file() and not p.name.startswith("~")]:
        shutil.copy(path, path.with_name(f"{path.stem} - 副本{path.suffix}"))
    shutil.copytree(inbox / "2024-04", inbox / "2024-07")


@pytest.fixture(scope="module")
def as_sent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shutil.copytree(SAMPLE, tmp_path_factory.mktemp("county") / "as-sent")


def said(root: Path) -> tuple[Counter[str], Counter[str]]:
    """Payroll lines and findings, without where they stand; computed at one desk, as one reading serves both."""

    def counted(rows: list[dict[str, Any]], keys: tuple[str, ...]) -> Counter[str]:
        return Counter(json.dumps([row[key] for key in keys], ensure_ascii=False) for row in rows)

    desk, month = Desk(find_workspace(root)), parse_month("2024-05")
    drafted = json.loads(payroll_json(subsidy(desk, leading(), month), unmask=False))
    checked = check(desk, month, codes=chosen_codes([], []))
    findings = [f for f in check_document(checked, unmask=False)["findings"] if f["code"] != SAME_BYTES]
    return counted(drafted["lines"], LINE), counted(findings, FINDING)


@pytest.mark.long
def test_the_same_files_otherwise_say_the_same(as_sent: Path, tmp_path: Path) -> None:
    lines, findings = said(as_sent)
    apart = [[torn_and_shuffled], [moved_and_padded], [twice_and_later]]
    for changes in apart if LONG else [[torn_and_shuffled], [moved_and_padded, twice_and_later]]:
        name = " ".join(change.__name__ for change in changes)
        root = shutil.copytree(SAMPLE, tmp_path / name)
        for change in changes:
            change(root / "inbox")
        found_lines, found = said(root)
        assert (found_lines - lines, lines - found_lines) == (Counter(), Counter()), name
        # The copy of the sample's own pair of same bytes, and what is planted beside files that may not be recognised.
        assert (found - findings, findings - found) == (Counter(), Counter()), name

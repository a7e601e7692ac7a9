"""Issue 14: a quarter by README alone, as it looks at 80 columns; and what it left to print, looked at cell by cell."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from fupin_cli.outputs.widths import width_of
from tests.sample.quarter import COUNTY, Clerk, quarter

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.long
README = Path(__file__).parents[2] / "README.zh-CN.md"
GOLDEN = Path(__file__).parents[1] / "golden" / "quarter-80.txt"
MOST_COLUMNS = 12
NUMBER = re.compile(r"-?\d{1,9}(\.\d+)?")
# Texts of digits that are names of things; all other digits on paper are numbers.
NAMES = ("号", "码", "批次", "电话", "数值")  # 数值: the law's and the county's numbers as they are written


@pytest.fixture(scope="module")
def clerk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clerk]:
    """The quarter, lived once."""
    root = tmp_path_factory.mktemp("quarter")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "80")
        patch.setenv("LOGNAME", "clerk")
        for name in ("FUPIN_WORKSPACE", "NO_COLOR", "FORCE_COLOR"):
            patch.delenv(name, raising=False)
        yield quarter(root)


def printed(clerk: Clerk) -> str:
    """The paper, the same wherever, whenever and with whatever key."""
    text = "\n".join(clerk.paper).replace(str(clerk.root), "D:/桌面")
    text = re.sub(r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}(?:[+-]\d{2}:\d{2})?", "2024-07-01 10:00:00", text)
    text = re.sub(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}\b(?!:)", "2024-07-01 10:00", text)
    text = re.sub(r"\b[0-9a-f]{16,64}\b", "校验码", text)
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"


def test_what_the_clerk_sees(clerk: Clerk) -> None:
    """14 Shows: every step of three months as it was; FUPIN_GOLDEN=1 writes it anew."""
    said = printed(clerk)
    if os.environ.get("FUPIN_GOLDEN"):
        GOLDEN.write_text(said, encoding="utf-8")
    assert said == GOLDEN.read_text(encoding="utf-8")


def test_no_table_is_wider_than_the_screen(clerk: Clerk) -> None:
    lines = printed(clerk).splitlines()
    assert max(width_of(line) for line in lines if re.match(r"[│┃┏┡└├]", line)) <= 80


def test_the_readme_names_every_command_that_was_typed(clerk: Clerk) -> None:
    """14 Shows: by README alone; nothing was typed that it does not tell."""
    readme = README.read_text(encoding="utf-8")
    typed = {line.split()[2] for line in clerk.paper if line.startswith("\n$ fupin ")}
    assert [name for name in sorted(typed) if f"fupin {name}" not in readme] == []
    assert f"cd {COUNTY}" in readme


def books(clerk: Clerk) -> list[Any]:
    found = sorted(clerk.county.glob("out/*/*.xlsx"))
    assert {path.stem.split("_")[0] for path in found} >= {
        "核查",
        "发放",
        "批准",
        "公示",
        "对账",
        "台账",
        "风险推送",
    }
    return [sheet for path in found for sheet in openpyxl.load_workbook(path, data_only=True).worksheets]


def test_sheets_as_they_are_printed(clerk: Clerk) -> None:
    """14.7: no empty sheet, at most twelve columns a page, no number stored as text, nothing cut, sizes given."""
    wrong = []
    for sheet in books(clerk):
        where = f"{Path(sheet.parent.path).name} {sheet.title}"
        if sheet.title == "图表":
            continue
        rows = list(sheet.iter_rows())
        head = 2 if len(rows) > 1 and sheet.print_title_rows == "$2:$2" else 1
        labels = [str(cell.value or "") for cell in rows[head - 1]]
        area = sheet.print_area.split("$")[3] if sheet.print_area else sheet.dimensions.split(":")[-1]
        columns = openpyxl.utils.column_index_from_string(re.sub(r"\d", "", area))
        breaks = [mark.id for mark in sheet.col_breaks.brk]
        if max(b - a for a, b in zip([0, *breaks], [*breaks, columns], strict=True)) > MOST_COLUMNS:
            wrong.append(f"{where}: {columns} columns, breaks {breaks}")
        told = " ".join(str(cell.value or "") for row in rows[head:] for cell in row).strip()
        if not told and "本月没有" not in str(rows[0][0].value):
            wrong.append(f"{where}: empty")
        for row in rows[head:]:
            for label, cell in zip(labels, row, strict=False):
                if isinstance(cell.value, str) and NUMBER.fullmatch(cell.value) and not label.endswith(NAMES):
                    wrong.append(f"{where} {cell.coordinate} {label}: {cell.value!r} is text")
        if not (rows[head - 1][0].font.sz or 0) >= 9:
            wrong.append(f"{where}: size")
    assert wrong == []

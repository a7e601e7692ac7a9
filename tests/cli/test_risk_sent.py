"""A list of risks that was sent is what the next month is compared with; the filled push file is read back (SPEC 11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openpyxl

from tests.cases.test_monitor_cases import build

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Ran

POOR = {"人均纯收入": "100"}
CASE: dict[str, Any] = {
    "month": "2024-05",
    "older": {"registry": [{"who": "A"} | POOR, "B", "C"]},
    "before": {"registry": [{"who": "A"} | POOR, {"who": "B"} | POOR, "C"]},
    "now": {"registry": [{"who": "A"} | POOR, {"who": "B"} | POOR, {"who": "C"} | POOR]},
}


def test_the_next_month_follows_the_list_that_was_sent_and_shows_what_was_done(
    fupin: Callable[..., Ran], tmp_path: Path
) -> None:
    root = tmp_path / "w"
    known = build(CASE, root)
    april = fupin("risk", "2024-04", "-w", root, "--format", "json", "--unmask").document
    assert {known[r["person"]]: (r["kind"], r["since"]) for r in april["risks"]} == {
        "A": ("continuing", "2024-03"),
        "B": ("new", "2024-04"),
    }
    push = root / "out" / "2024-04" / "风险推送_2024-04.xlsx"
    book = openpyxl.load_workbook(push)
    sheet = book.worksheets[0]
    headers = [cell.value for cell in sheet[2]]
    assert headers[-1] == "反馈"
    for row in sheet.iter_rows(min_row=3):
        assert row[headers.index("反馈")].value is None
        row[headers.index("反馈")].value = "已走访"
    book.save(root / "inbox" / "2024-05" / "乡村振兴局反馈.xlsx")
    # What the office was told stands, whatever becomes of April's files.
    build(CASE | {"before": {"registry": ["A", "B", "C"]}}, root)
    may = fupin("risk", "2024-05", "-w", root, "--format", "json", "--unmask", "--no-workbook").document
    said = {known[r["person"]]: (r["kind"], r["since"], r["feedback"]) for r in may["risks"]}
    assert said == {
        "A": ("continuing", "2024-03", "已走访"),
        "B": ("continuing", "2024-04", "已走访"),
        "C": ("new", "2024-05", None),
    }
    assert all(row["holds"] for row in may["proof"])

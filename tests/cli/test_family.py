"""12.9: the workbooks of all reports are one family: a heading, and below each sheet what it counts and from which tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import openpyxl

from tests.cases.test_monitor_cases import build

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Ran

PEOPLE = ["A", "B", "C"]
SENT = {"风险推送"}  # goes to another office and comes back filled in: it holds its rows and nothing else


def test_every_sheet_says_what_it_counts_and_from_which_tables(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    root = tmp_path / "w"
    build(
        {
            "month": "2024-05",
            "history": {"C": 33},
            "before": {"registry": PEOPLE, "employment": ["A", "B"]},
            "now": {
                "registry": PEOPLE,
                "employment": ["A", {"who": "D", "县": "邻县", "务工所在市": "朝阳市", "务工所在县": "示例县"}],
                "posts": [{}],
                "assignments": ["C"],
                "attendance": ["C"],
                "accident_insurance": ["C"],
                "going_out": ["B"],
                "vacancies": [{"用人单位": "某厂", "工种": "缝纫工", "人数": "1"}],
            },
        },
        root,
    )
    for command in ("roster", "risk", "match", "forecast", "due", "what-if"):
        more = ("--set", "post.proration=calendar") if command == "what-if" else ()
        ran = fupin(command, "2024-05", "-w", root, "--format", "json", *more)
        book = openpyxl.load_workbook(next(path for path in ran.document["outputs"] if path.endswith(".xlsx")))
        for sheet in book:
            texts = [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None]
            assert "2024年5月" in texts[0], (command, sheet.title)
            said = [text for text in texts if "数的是" in text]
            if command == "what-if" and sheet.title != "方案":
                continue  # the lines of a scenario: what they are stands on the first sheet
            assert said or sheet.title in SENT, (command, sheet.title)
            if sheet.title in ("明细", "匹配"):
                assert "看的表：" in said[-1]
                assert "监测对象" in said[-1]

"""12, Shows: the order of rows and into which files they are put means nothing to roster, risk, match, forecast and due lists."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.cases.test_monitor_cases import build

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Ran

PEOPLE = [*"ABCDE", {"who": "F", "乡": "西河乡", "人均纯收入": "100"}]
CASE: dict[str, Any] = {
    "month": "2024-05",
    "history": {"E": 33},
    "before": {"registry": PEOPLE, "employment": ["A", "B", "D"], "going_out": ["C"]},
    "now": {
        "registry": [*PEOPLE[:4], PEOPLE[5], "E", "G"],
        "employment": ["A", {"who": "D", "结束时间": "2024-05-20"}],
        "posts": [{}],
        "assignments": ["E", {"who": "F", "合同结束日期": "2024-06-15"}],
        "attendance": ["E", "F"],
        "accident_insurance": [{"who": "E", "终保日期": "2024-07-31"}, "F"],
        "going_out": ["C", {"who": "B", "意向工种": "缝纫工"}],
        "vacancies": [
            {"用人单位": "甲厂", "工种": "缝纫工", "人数": "1", "月薪": "5000"},
            {"用人单位": "乙厂", "工种": "保洁", "人数": "2", "月薪": "3000"},
        ],
    },
}
WHERE = ("file", "sheet", "row", "inputs", "outputs", "vacancy", "no")  # where things stand, and numbers given by it
COMMANDS = ("roster", "risk", "match", "forecast", "due")


def plain(value: Any) -> Any:
    """A document without where its rows stand; lists in an order of their own."""
    if isinstance(value, dict):
        return {key: plain(what) for key, what in value.items() if key not in WHERE}
    if isinstance(value, list):
        return sorted((plain(entry) for entry in value), key=lambda entry: json.dumps(entry, sort_keys=True))
    return value


def test_order_of_rows_and_files_means_nothing(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    root = tmp_path / "w"
    build(CASE, root)

    def documents() -> dict[str, Any]:
        found = {}
        for command in COMMANDS:
            ran = fupin(command, "2024-05", "-w", root, "--format", "json", "--unmask", "--no-workbook")
            assert ran.code == 0, ran.err
            found[command] = plain(ran.document)
        return found

    before = documents()
    assert before["risk"]["risks"]
    assert before["due"]["due"]
    for path in sorted((root / "inbox").rglob("*.csv")):
        head, *rows = path.read_text(encoding="utf-8").splitlines()
        rows.reverse()
        parts = [rows[: len(rows) // 2], rows[len(rows) // 2 :]]
        path.unlink()
        for name, part in zip(("乙", "甲"), parts, strict=True):
            if part:
                (path.parent / f"{name}{path.name}").write_text("\n".join([head, *part]) + "\n", encoding="utf-8")
    assert documents() == before

"""Claim lines of `payroll/`, through the command line, on the files that the cases write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cases.test_cases import BASE, place_of, printed, tables_of, write
from tests.cases.together import Places
from tests.conftest import from_yaml

CASES = from_yaml(Path(__file__).parent / "payroll" / "lines.yaml")


def claimed(root: Path, here: list[int], tables: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """The lines of the cases of one workspace."""
    case = CASES[here[0]]
    month = case.get("month", BASE["month"])
    write(root, tables, month, case.get("settings", ""))
    document = printed("payroll", "-w", str(root), "--month", month, "--no-workbook")
    lines, totals = document["lines"], document["totals"]
    assert totals["pay"] + totals["hold"] + totals["refuse"] == totals["lines"] == len(lines)
    return list(lines)


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Places:
    folder = tmp_path_factory.mktemp("lines")
    return Places(folder, [place_of(case) for case in CASES], lambda n: tables_of(CASES[n]), claimed)


@pytest.mark.parametrize("n", range(len(CASES)), ids=[case["name"] for case in CASES])
def test_lines(n: int, places: Places) -> None:
    case, lines = CASES[n], places.of(n)
    got = [f"{line['status']} {line['amount']} {line['due'] or '-'}" for line in lines]
    assert got == [" ".join(text.split()[:3]) for text in case["lines"]], [line["codes"] for line in lines]
    for line, text in zip(lines, case["lines"], strict=True):
        assert set(text.split()[3:]) <= set(line["codes"])

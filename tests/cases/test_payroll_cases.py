"""Claim lines of `payroll/`, through the command line, on the files that the case writes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.cases.test_cases import BASE, build
from tests.conftest import Ran

if TYPE_CHECKING:
    from collections.abc import Callable

CASES = yaml.safe_load((Path(__file__).parent / "payroll" / "lines.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_lines(case: dict[str, Any], fupin: Callable[..., Ran], tmp_path: Path) -> None:
    build(case, tmp_path / "w")
    month = case.get("month", BASE["month"])
    ran = fupin("payroll", "-w", tmp_path / "w", "--month", month, "--format", "json", "--no-workbook")
    assert ran.code in (0, 1), ran.err
    lines = ran.document["lines"]
    got = [f"{line['status']} {line['amount']} {line['due'] or '-'}" for line in lines]
    assert got == [" ".join(text.split()[:3]) for text in case["lines"]], [line["codes"] for line in lines]
    for line, text in zip(lines, case["lines"], strict=True):
        assert set(text.split()[3:]) <= set(line["codes"])
    totals = ran.document["totals"]
    assert totals["pay"] + totals["hold"] + totals["refuse"] == totals["lines"] == len(lines)

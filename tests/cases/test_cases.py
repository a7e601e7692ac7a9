"""Runs every case of this folder through the command line, on CSV files in GB18030.

A case changes the clean month of `base.yaml`: `person` gives the one person another ID number (in all tables), `history`
pays the standard for each month of a range; `change` sets cells of the one row of a table, `add` adds rows (cells not
named are those of the table's row), `remove` drops tables, `settings` is added to fupin.toml. `look` names the codes that
are looked at; `expect` lists `CODE` or `CODE effect` in any order, and nothing else of those codes may be found.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from fupin_cli.policy.months import month_text, parse_month
from tests.conftest import Ran, write_csv

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent
BASE = yaml.safe_load((HERE / "base.yaml").read_text(encoding="utf-8"))
STANDARDS = {"2021": "550.00", "2022": "605.00", "2023": "665.50", "2024": "732.05", "2025": "805.26"}
BASE_ID = "211302198001010012"


def all_cases() -> list[Any]:
    files = [file for file in sorted(HERE.glob("*.yaml")) if file.name != "base.yaml"]
    return [
        pytest.param(case, id=f"{file.stem}: {case['name']}")
        for file in files
        for case in yaml.safe_load(file.read_text(encoding="utf-8"))
    ]


def build(case: dict[str, Any], folder: Path) -> None:
    """Write the case's workspace."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "fupin.toml").write_text(BASE["settings"] + "\n" + case.get("settings", ""), encoding="utf-8")
    number = case.get("person", BASE_ID)
    rows: dict[str, list[dict[str, Any]]] = {}
    for name, row in BASE["tables"].items():
        if name not in case.get("remove", []):
            rows[name] = [
                row | ({"出生日期": number[6:14]} if name == "registry" else {}) | case.get("change", {}).get(name, {})
            ]
    if "history" in case:
        paid = [{"补贴月份": month, "金额": STANDARDS[month[:4]]} for month in months(*case["history"])]
        rows["payment_history"] = [BASE["rows"]["payment_history"] | cells for cells in paid]
    for name, added in case.get("add", {}).items():
        start = rows[name][0] if name in rows else BASE["rows"][name]
        rows[name] = rows.get(name, []) + [start | cells for cells in added]
    for name, lines in rows.items():
        mine = [{h: number if cell == BASE_ID else cell for h, cell in line.items()} for line in lines]
        write_csv(folder / "inbox" / case.get("month", BASE["month"]) / f"{BASE['files'][name]}.csv", mine, "gb18030")


def months(first: str, last: str) -> list[str]:
    """Every month from one to another, both included."""
    return [month_text(n) for n in range(parse_month(first), parse_month(last) + 1)]


@pytest.mark.parametrize("case", all_cases())
def test_case(case: dict[str, Any], fupin: Callable[..., Ran], tmp_path: Path) -> None:
    build(case, tmp_path / "w")
    ran = fupin(
        "check", "-w", tmp_path / "w", "--month", case.get("month", BASE["month"]), "--format", "json", "--no-workbook"
    )
    assert ran.code in (0, 1), ran.err
    looked = [f for f in ran.findings if any(f["code"].startswith(code) for code in case["look"])]
    said = sorted(f"{f['code']} {f['effect']}" for f in looked)
    wanted = sorted(case.get("expect", []))
    got = sorted(s if s in wanted else s.split()[0] for s in said)
    assert got == wanted, [f["message"] for f in looked]
    for amount in case.get("amounts", []):
        assert amount in [f["amount"] for f in looked]


def test_the_clean_month_has_no_finding(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    build({}, tmp_path / "w")
    ran = fupin("check", "-w", tmp_path / "w", "--month", BASE["month"], "--format", "json", "--no-workbook")
    assert ran.findings == []
    assert ran.code == 0

"""Runs every case of this folder through the command line, on CSV files in GB18030.

A case changes the clean month of `base.yaml`: `person` gives the one person another ID number (in all tables), `history`
pays the standard for each month of a range; `change` sets cells of the one row of a table, `add` adds rows (cells not
named are those of the table's row), `remove` drops tables, `settings` is added to fupin.toml. Cases of the same month,
settings and tables share a workspace (`together`); `alone` keeps one out of it. `look` names the codes that
are looked at; `expect` lists `CODE` or `CODE effect` in any order, and nothing else of those codes may be found.
"""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fupin_cli.cli.main import main
from fupin_cli.policy.months import month_text, parse_month
from fupin_cli.results.subsidy import APART
from tests.cases.together import Places
from tests.conftest import Ran, from_yaml, write_csv

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent
BASE = from_yaml(HERE / "base.yaml")
STANDARDS = {"2021": "550.00", "2022": "605.00", "2023": "665.50", "2024": "732.05", "2025": "805.26"}
BASE_ID = "211302198001010012"


FILES = [file for file in sorted(HERE.glob("*.yaml")) if file.name != "base.yaml"]
CASES: list[tuple[str, dict[str, Any]]] = [
    (f"{file.stem}: {case['name']}", case) for file in FILES for case in from_yaml(file)
]


def tables_of(case: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The rows of a case's files, by the file's name."""
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
    return {
        BASE["files"][name]: [{h: number if cell == BASE_ID else cell for h, cell in line.items()} for line in lines]
        for name, lines in rows.items()
    }


def write(folder: Path, tables: dict[str, list[dict[str, Any]]], month: str, settings: str = "") -> None:
    """Write a workspace."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "fupin.toml").write_text(BASE["settings"] + "\n" + settings, encoding="utf-8")
    for name, rows in tables.items():
        write_csv(folder / "inbox" / month / f"{name}.csv", rows, "gb18030")


def build(case: dict[str, Any], folder: Path) -> None:
    """Write the case's workspace."""
    write(folder, tables_of(case), case.get("month", BASE["month"]), case.get("settings", ""))


def place_of(case: dict[str, Any]) -> tuple[str, ...]:
    """The workspace in which a case stands: its month and settings, tables that must not be there, its own if it says so."""
    month, own = case.get("month", BASE["month"]), case["name"] if case.get("alone") else ""
    return month, case.get("settings", ""), " ".join(case.get("remove", [])), own


def months(first: str, last: str) -> list[str]:
    """Every month from one to another, both included."""
    return [month_text(n) for n in range(parse_month(first), parse_month(last) + 1)]


def printed(*arguments: str) -> dict[str, Any]:
    """The JSON document of a command line that ends well."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        code = main([*arguments, "--format", "json"])
    assert code in (0, 1)
    document: dict[str, Any] = json.loads(out.getvalue())
    return document


def checked(root: Path, here: list[int], tables: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """The findings of the cases of one workspace."""
    case = CASES[here[0]][1]
    month = case.get("month", BASE["month"])
    write(root, tables, month, case.get("settings", ""))
    findings: list[dict[str, Any]] = printed("check", "-w", str(root), "--month", month, "--no-workbook")["findings"]
    return findings


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Places:
    folder = tmp_path_factory.mktemp("cases")
    return Places(folder, [place_of(case) for _, case in CASES], lambda n: tables_of(CASES[n][1]), checked)


def as_expected(case: dict[str, Any], findings: list[dict[str, Any]]) -> None:
    looked = [f for f in findings if any(f["code"].startswith(code) for code in case["look"])]
    said = sorted(f"{f['code']} {f['effect']}" for f in looked)
    wanted = sorted(case.get("expect", []))
    got = sorted(s if s in wanted else s.split()[0] for s in said)
    assert got == wanted, [f["message"] for f in looked]
    for amount in case.get("amounts", []):
        assert amount in [f["amount"] for f in looked]


@pytest.mark.parametrize("n", range(len(CASES)), ids=[name for name, _ in CASES])
def test_case(n: int, places: Places) -> None:
    as_expected(CASES[n][1], places.of(n))
    stands_apart(places.of(n))


def stands_apart(findings: list[dict[str, Any]]) -> None:
    """What rules say without which an approved month is computed again stands on no line, and stops nothing."""
    apart = [f for f in findings if {f["code"], f["code"].rstrip("0123456789")} & set(APART)]
    assert not [f for f in apart if f["effect"] != "none" or f["table"] in ("assignments", "attendance", "settlements")]


def test_the_clean_month_has_no_finding(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    build({}, tmp_path / "w")
    ran = fupin("check", "-w", tmp_path / "w", "--month", BASE["month"], "--format", "json", "--no-workbook")
    assert ran.findings == []
    assert ran.code == 0

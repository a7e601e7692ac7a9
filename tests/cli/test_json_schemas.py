"""12.9, 11.5: every document of `--format json` has a schema, made from one declared shape; what commands print fits it."""

from __future__ import annotations

import json
import shutil
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from fupin_cli.outputs import json_schema
from fupin_cli.outputs.json_shapes import DOCUMENTS
from tests.cases.test_cases import BASE, build
from tests.cases.test_reconcile_cases import write_returns
from tests.cli.test_run import personal

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Ran

ROOT = Path(__file__).parents[2]
M = BASE["month"]
SAMPLE = ("check", "payroll", "roster", "risk", "match", "forecast", "due")
# In the order of a month; what is printed only once it is there stands after what makes it.
MONTH = (
    "subsidy",
    f"what-if {M} --set post.proration=calendar",
    f"payroll {M} --by 甲",
    f"approve {M} --by 乙 --document 文号 -y",
    "status",
    f"status {M}",
    f"explain 张三 {M}",
    "ledger show",
    f"ledger show {M}",
    f"inputs {M}",
    "doctor",
    "config",
    f"withdraw {M} --by 乙 --document 文号 -y",
    f"subsidy --all {M} --by 甲",
    f"payroll {M} --by 甲",
    f"approve {M} --by 乙 --document 文号 -y",
    f"reconcile {M}",
    f"verify {M}",
    f"check {M}",
    f"roster {M}",
    f"risk {M}",
    f"forecast {M}",
    f"due {M}",
    f"report {M} --no-page",
)


@cache
def validator(name: str, *, strict: bool) -> Draft202012Validator:
    return Draft202012Validator(json_schema.schema_of(name, strict=strict))


def fits(document: dict[str, Any]) -> str:
    """Which format a document has; it fits the schema that is handed out, and has no key that is not declared."""
    name = document["format"].removeprefix("fupin.").removesuffix("/1")
    for strict in (False, True):
        found = [
            f"{'/'.join(map(str, e.absolute_path))}: {e.message[:300]}"
            for e in validator(name, strict=strict).iter_errors(document)
        ]
        assert not found, (name, found[:5])
    return str(name)


def test_the_files_are_what_the_shapes_say() -> None:
    """`make docs` has been run: schemas/json and docs/json.md; they are schemas."""
    folder = ROOT / "schemas" / "json"
    assert {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()} == json_schema.texts()
    assert (ROOT / "docs" / "json.md").read_text(encoding="utf-8") == json_schema.page()
    for name in DOCUMENTS:
        Draft202012Validator.check_schema(json_schema.schema_of(name))


def test_what_a_month_prints_fits(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """Every command of a month, on a small workspace; no format is left out but that of many counties (its own tests)."""
    root = tmp_path / "w"
    build({}, root)
    seen = set()
    for line in MONTH:
        ran = fupin(*line.split(), "-w", root, "--format", "json")
        assert ran.out, (line, ran.err)
        seen.add(fits(ran.document))
        if line.startswith("reconcile"):
            write_returns(root / "inbox" / "2024-06", [{"批次号": "202405-01", "序号": 1, "处理结果": "失败"}])
    assert seen == set(DOCUMENTS) - {"counties", "match"}


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "sample_data" / "inbox", tmp_path / "w" / "inbox")
    shutil.copy(ROOT / "sample_data" / "fupin.toml", tmp_path / "w")
    return tmp_path / "w"


def test_what_the_sample_county_prints_fits(fupin: Callable[..., Ran], sample: Path) -> None:
    """And names nobody's number (9.A: what leaves is masked)."""
    numbers = personal(sample / "inbox")
    assert len(numbers) > 400
    for command in SAMPLE:
        ran = fupin(command, "2024-05", "-w", sample, "--format", "json", "--no-workbook")
        assert fits(ran.document) == command
        assert not [number for number in numbers if number in ran.out + ran.err], command


def test_a_document_that_says_less_or_otherwise_does_not_fit() -> None:
    """A schema that lets everything pass says nothing: a key that is gone, money as a number, another format."""
    due = json.loads(
        json.dumps(
            {
                "format": "fupin.due/1",
                "month": "2024-05",
                "policy": "p",
                "inputs": [],
                "spans": [3],
                "measures": [],
                "due": [],
                "unknown": [],
                "totals": [],
                "by_township": [],
                "unkeyed": 0,
                "skipped": [],
                "outputs": [],
            }
        )
    )
    assert fits(due) == "due"
    wrong = (
        due | {"month": "2024-13"},
        due | {"unkeyed": "0"},
        {k: v for k, v in due.items() if k != "due"},
        due | {"format": "fupin.due/2"},
    )
    for document in wrong:
        assert list(validator("due", strict=False).iter_errors(document))
    later = due | {"more": 1}  # keys are only ever added: what is handed out lets them pass
    assert not list(validator("due", strict=False).iter_errors(later))
    assert list(validator("due", strict=True).iter_errors(later))

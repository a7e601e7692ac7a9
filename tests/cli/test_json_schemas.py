"""12.9, 11.5: every document of `--format json` has a schema, made from one declared shape; what commands print fits it."""

from __future__ import annotations

import json
import shutil
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from fupin_cli.jobs import monitor
from fupin_cli.jobs.check import check, chosen_codes
from fupin_cli.jobs.desk import Desk
from fupin_cli.jobs.due import due_month
from fupin_cli.jobs.forecast import forecast_month
from fupin_cli.jobs.subsidy import subsidy
from fupin_cli.jobs.workspace import find_workspace
from fupin_cli.measures.catalogue import leading
from fupin_cli.outputs import json_schema
from fupin_cli.outputs.check_json import check_document
from fupin_cli.outputs.due_views import due_document
from fupin_cli.outputs.forecast_views import forecast_document
from fupin_cli.outputs.json_shapes import DOCUMENTS
from fupin_cli.outputs.monitor_json import match_document, risk_document, roster_document
from fupin_cli.outputs.payroll_json import payroll_json
from fupin_cli.policy.months import parse_month
from tests.cases.test_cases import BASE, build
from tests.cases.test_reconcile_cases import write_returns
from tests.cli.test_run import personal

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Ran

pytestmark = pytest.mark.usefixtures("books_planned")

ROOT = Path(__file__).parents[2]
M = BASE["month"]
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
def validator(name: str, *, strict: bool = True) -> Draft202012Validator:
    return Draft202012Validator(json_schema.schema_of(name, strict=strict))


def fits(document: dict[str, Any]) -> str:
    """Which format a document has; it fits its schema, and has no key that is not declared.

    What fits the strict schema fits the one that is handed out: that is the same, but for what it lets pass (below).
    """
    name = document["format"].removeprefix("fupin.").removesuffix("/1")
    errors = validator(name).iter_errors(document)
    found = [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:300]}" for e in errors]
    assert not found, (name, found[:5])
    return str(name)


def open_to_more(schema: Any) -> Any:
    """A schema without what forbids keys that are not declared."""
    if isinstance(schema, dict):
        closed = schema.get("additionalProperties") is False
        return {k: open_to_more(v) for k, v in schema.items() if not (closed and k == "additionalProperties")}
    return [open_to_more(part) for part in schema] if isinstance(schema, list) else schema


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_schema_that_is_handed_out_is_the_strict_one_open_to_more(name: str) -> None:
    strict = json_schema.schema_of(name, strict=True)
    assert open_to_more(strict) == json_schema.schema_of(name) != strict


def test_the_files_are_what_the_shapes_say() -> None:
    """`make docs` has been run: schemas/json and docs/json.md; they are schemas."""
    folder = ROOT / "schemas" / "json"
    assert {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()} == json_schema.texts()
    assert (ROOT / "docs" / "json.md").read_text(encoding="utf-8") == json_schema.page()
    for name in DOCUMENTS:
        Draft202012Validator.check_schema(json_schema.schema_of(name))


@pytest.mark.long
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


def documents_of(root: Path, month: str) -> dict[str, dict[str, Any]]:
    """What commands print with `--format json`, computed at one desk: read once, checked once."""
    desk, index = Desk(find_workspace(root)), parse_month(month)
    return {
        "check": check_document(check(desk, index, codes=chosen_codes([], [])), unmask=False),
        "payroll": json.loads(payroll_json(subsidy(desk, leading(), index), unmask=False)),
        "roster": roster_document(monitor.roster(desk, index), unmask=False),
        "risk": risk_document(monitor.risk(desk, index), unmask=False),
        "match": match_document(monitor.match_month(desk, index), unmask=False),
        "forecast": forecast_document(forecast_month(desk, index), unmask=False),
        "due": due_document(due_month(desk, index), unmask=False),
    }


@pytest.mark.long
def test_what_the_sample_county_prints_fits(tmp_path: Path) -> None:
    """And names nobody's number (9.A: what leaves is masked)."""
    sample = shutil.copytree(ROOT / "sample_data", tmp_path / "w")
    numbers = personal(sample / "inbox")
    assert len(numbers) > 400
    for command, document in documents_of(sample, "2024-05").items():
        said = json.dumps(document, ensure_ascii=False)
        assert fits(json.loads(said)) == command
        assert not [number for number in numbers if number in said], command


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

"""Claims of `measures/`, through the command line: each case changes the one clean claim of a measure.

Cases of one month and the same settings stand in one workspace, each with people of its own (`together`).

`change`: cells of the claim; `more`: further rows of its table (cells not named are the claim's); `registry`: cells of the
person; `post`: the person is on a post (cells of the attendance); `with`: rows of other tables; `history`: months in which
the measure was paid; `settings`: instead of the base's; `alone`: in a workspace of its own. `expect`: status, amount and codes of each line in order.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fupin_cli.policy.idnumber import check_digit
from tests.cases.test_cases import BASE, BASE_ID, months, printed, write
from tests.cases.together import Places
from tests.conftest import from_yaml

HERE = Path(__file__).parent / "measures"
OWN = from_yaml(HERE / "base.yaml")
TITLES = {
    "accident_insurance": "意外险",
    "labour_export_service": "劳务输出服务补助",
    "transport": "交通补贴",
    "on_the_job_training": "以工代训补贴",
    "employer_social_insurance": "企业社会保险补贴",
    "employer_post": "企业岗位补贴",
    "flexible_social_insurance": "灵活就业社保补贴",
    "training_living": "生活费补贴",
    "training_course": "职业培训补贴",
    "rain_dew": "雨露计划",
    "startup_interest": "创业担保贷款贴息",
    "startup_venue": "创业场地补贴",
    "incubator": "孵化平台补助",
    "base_reward": "基地奖补",
    "unemployment_aid": "失业补助金",
    "post": "岗位补贴",
}


def claim_row(measure: str) -> dict[str, Any]:
    row = OWN["measures"][measure]["row"]
    return dict(OWN["measures"][row]["row"] if isinstance(row, str) else row)


def month_of(case: dict[str, Any]) -> str:
    month: str = case.get("month") or OWN["measures"][case["measure"]].get("month") or OWN["month"]
    return month


def with_check_digit(number: str) -> str:
    """A number whose last character is right, whatever the case says."""
    return number[:17] + check_digit(number[:17])


def settings_of(case: dict[str, Any]) -> str:
    """What a case adds to the settings of tests/cases/base.yaml."""
    return str(case.get("settings", OWN["settings"]) + case.get("add_settings", ""))


def tables_of(case: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The rows of a case's files, by the file's name."""
    number, month = with_check_digit(case.get("person", BASE_ID)), month_of(case)
    tables: dict[str, list[dict[str, Any]]] = {}
    if not case.get("no_registry"):
        tables["监测对象信息"] = [BASE["tables"]["registry"] | {"出生日期": number[6:14]} | case.get("registry", {})]
    on_post = "post" in case or (case["measure"] == "accident_insurance" and not case.get("off_post"))
    if on_post:
        cells = {"年月": month}
        tables["公益性岗位台账"] = [BASE["tables"]["posts"]]
        tables["在岗人员花名册"] = [BASE["tables"]["assignments"]]
        tables["出勤汇总表"] = [BASE["tables"]["attendance"] | cells | (case.get("post") or {})]
    own = claim_row(case["measure"]) | case.get("change", {})
    table = OWN["measures"][case["measure"]]["table"]
    tables[table] = [own] + [own | cells for cells in case.get("more", [])]
    extra = case.get("with", {})
    for name in [OWN["measures"][case["measure"]].get("with", "")]:
        if name and name not in extra and not case.get("bare"):
            extra = extra | {name: [{}]}
    for name, rows in extra.items():
        entry = OWN["rows"].get(name) or OWN["measures"][name]
        tables[entry["table"]] = [dict(entry["row"]) | cells for cells in rows]
    paid = [(case["measure"], m) for m in _listed(case.get("history", []))]
    paid += [(other, m) for other, span in case.get("paid", {}).items() for m in _listed(span)]
    if paid or "payments" in case:
        row = OWN["rows"]["payment_history"]["row"]
        tables["补贴发放台账"] = [row | {"补贴类型": TITLES[which], "补贴月份": m} for which, m in paid]
        tables["补贴发放台账"] += [
            row | {"补贴类型": TITLES[case["measure"]]} | cells for cells in case.get("payments", [])
        ]
    return {
        name: [{h: number if cell == BASE_ID else cell for h, cell in line.items()} for line in rows]
        for name, rows in tables.items()
    }


def _listed(span: Any) -> list[str]:
    if not span:
        return []
    return months(*span) if len(span) == 2 else list(span)


CASES: list[dict[str, Any]] = [
    case for file in sorted(HERE.glob("*.yaml")) if file.name != "base.yaml" for case in from_yaml(file)
]
IDS = [f"{case['measure']}: {case['name']}" for case in CASES]


def build(case: dict[str, Any], root: Path) -> None:
    """Write the case's workspace."""
    write(root, tables_of(case), month_of(case), settings_of(case))


def place_of(case: dict[str, Any]) -> tuple[str, ...]:
    """The workspace in which a case stands: its month and settings, and its own where a table must not be there."""
    # A fare asks for the list of those who were sent, wherever there is one.
    apart = case["name"] if case.get("alone") else "fares" * (case["measure"] == "transport")
    return month_of(case), settings_of(case), apart


def claimed(root: Path, here: list[int], tables: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """The lines that cases of one workspace claim: by the one measure that they are about, or by all."""
    month = month_of(CASES[here[0]])
    write(root, tables, month, settings_of(CASES[here[0]]))
    measures = {CASES[n]["measure"] for n in here}
    which = ["--all"] if len(measures) > 1 else list(measures)
    document = printed("subsidy", *which, "-w", str(root), "--month", month, "--no-workbook")
    runs = document["runs"] if len(measures) > 1 else [document]
    for run in runs:
        totals = run["totals"]
        assert totals["pay"] + totals["hold"] + totals["refuse"] == totals["lines"] == len(run["lines"])
    return [line for run in runs for line in run["lines"]]


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Places:
    folder = tmp_path_factory.mktemp("claims")
    return Places(folder, [place_of(case) for case in CASES], lambda n: tables_of(CASES[n]), claimed)


@pytest.mark.parametrize("n", range(len(CASES)), ids=IDS)
def test_claims(n: int, places: Places) -> None:
    case = CASES[n]
    lines = [line for line in places.of(n) if line["measure"] == case["measure"]]
    got = [" ".join([line["status"], line["amount"], *line["codes"]]) for line in lines]
    assert got == case["expect"], lines
    for line in lines:
        assert line["fund"]
        assert line["clause"]
    if "dues" in case:
        assert [line["due"] for line in lines] == case["dues"]

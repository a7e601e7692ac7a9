"""Claims of `measures/`, through the command line: each case changes the one clean claim of a measure.

`change`: cells of the claim; `more`: further rows of its table (cells not named are the claim's); `registry`: cells of the
person; `post`: the person is on a post (cells of the attendance); `with`: rows of other tables; `history`: months in which
the measure was paid; `settings`: instead of the base's. `expect`: status, amount and codes of each line in order.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from fupin_cli.policy.idnumber import check_digit
from tests.cases.test_cases import BASE, BASE_ID, months
from tests.conftest import Ran, write_csv

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent / "measures"
OWN = yaml.safe_load((HERE / "base.yaml").read_text(encoding="utf-8"))
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


def build(case: dict[str, Any], root: Path) -> None:
    """Write the case's workspace."""
    root.mkdir(parents=True, exist_ok=True)
    settings = case.get("settings", OWN["settings"])
    (root / "fupin.toml").write_text(BASE["settings"] + settings + case.get("add_settings", ""), encoding="utf-8")
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
    for name, rows in tables.items():
        mine = [{h: number if cell == BASE_ID else cell for h, cell in line.items()} for line in rows]
        write_csv(root / "inbox" / month / f"{name}.csv", mine, "gb18030")


def _listed(span: Any) -> list[str]:
    if not span:
        return []
    return months(*span) if len(span) == 2 else list(span)


CASES = [
    pytest.param(case, id=f"{case['measure']}: {case['name']}")
    for file in sorted(HERE.glob("*.yaml"))
    if file.name != "base.yaml"
    for case in yaml.safe_load(file.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("case", CASES)
def test_claims(case: dict[str, Any], fupin: Callable[..., Ran], tmp_path: Path) -> None:
    build(case, tmp_path / "w")
    command = [
        "subsidy",
        case["measure"],
        "-w",
        tmp_path / "w",
        "--month",
        month_of(case),
        "--format",
        "json",
        "--no-workbook",
    ]
    ran = fupin(*command)
    assert ran.code in (0, 1), ran.err
    lines = ran.document["lines"]
    got = [" ".join([line["status"], line["amount"], *line["codes"]]) for line in lines]
    assert got == case["expect"], [
        f["message"]
        for f in fupin(
            "check", "-w", tmp_path / "w", "--month", month_of(case), "--format", "json", "--no-workbook"
        ).findings
    ]
    for line in lines:
        assert line["fund"]
        assert line["clause"]
    if "dues" in case:
        assert [line["due"] for line in lines] == case["dues"]
    totals = ran.document["totals"]
    assert totals["pay"] + totals["hold"] + totals["refuse"] == totals["lines"] == len(lines)

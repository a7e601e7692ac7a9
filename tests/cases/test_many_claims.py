"""Sentences of SPEC 8.24 (issue 9, entry A8), many people in one workspace: for each a claim that hits and one that just misses.

`measures/many/*.yaml`: a month, settings, tables common to all (`tables`), and `people`, each with what is changed in the
measure's clean claim (`change`, further rows `more`), in other tables (`with`), and what is expected of their lines in order.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fupin_cli.policy.idnumber import check_digit
from tests.cases.test_cases import BASE
from tests.cases.test_measure_cases import OWN, claim_row
from tests.conftest import Ran, from_yaml, write_csv

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent / "measures" / "many"
ID, CODE = "身份证号码", "统一社会信用代码"
REGISTRY, EMPLOYMENT = "监测对象信息", "已外出务工信息"
TABLES = {
    "deaths": ("死亡人员", {"姓名": "", ID: "", "死亡日期": ""}),
    "prisoners": ("服刑人员", {ID: "", "起始日期": "", "截止日期": ""}),
    "employee_insurance": ("职工社保参保", {ID: "", "单位": "他厂", "起始月份": "2023-01", "截止月份": ""}),
    "labour_exports": ("劳务输出名单", None),
    "employment": (
        EMPLOYMENT,
        {
            "县": "示例县",
            "乡": "东川镇",
            "行政村": "东一村",
            "户编号": "H1",
            "姓名": "",
            "证件号码": "",
            "是否已务工": "是",
            "开始时间": "2024-05-01",
            "结束时间": "",
            "务工所在省": "辽宁省",
            "务工所在市": "大连市",
            "务工所在县": "西岗区",
            "就业渠道": "自主就业",
            "是否点对点输送": "",
        },
    ),
    "payment_history": ("补贴发放台账", OWN["rows"]["payment_history"]["row"]),
    "workshops": ("就业帮扶车间台账", OWN["rows"]["workshops"]["row"]),
    "employer_claims": ("社保补贴岗位补贴花名册", OWN["measures"]["employer_social_insurance"]["row"]),
}
EVERY: list[tuple[str, dict[str, Any]]] = [
    (file.stem, case) for file in sorted(HERE.glob("*.yaml")) for case in from_yaml(file)
]
CASES = [pytest.param(case, id=f"{stem}: {case['name']}") for stem, case in EVERY]


def number_of(nth: int, person: dict[str, Any]) -> str:
    body = f"211390{person.get('born', '19800101')}{nth:02d}{2 if person.get('woman') else 1}"
    return body + check_digit(body)


def build(case: dict[str, Any], root: Path) -> None:
    month = case.get("month", OWN["month"])
    settings = case.get("settings", OWN["settings"])
    root.mkdir(parents=True)
    (root / "fupin.toml").write_text(BASE["settings"] + settings + case.get("add_settings", ""), encoding="utf-8")
    entry = OWN["measures"][case["measure"]]
    tables: dict[str, list[dict[str, Any]]] = {REGISTRY: [], entry["table"]: []}
    for name in case.get("empty", []):  # supplied, about somebody else
        title, row = TABLES[name]
        other = dict(row or claim_row("labour_export_service"))
        tables[title] = [other | {("证件号码" if name == "employment" else ID): number_of(99, {})}]
    for nth, person in enumerate(case["people"], 1):
        number = number_of(nth, person)
        sex = "女" if person.get("woman") else "男"
        kept = {"姓名": "某人", "证件号码": number, "出生日期": number[6:14], "性别": sex, "户编号": f"H{nth}"}
        tables[REGISTRY].append(BASE["tables"]["registry"] | kept | person.get("registry", {}))
        own = claim_row(case["measure"]) | case.get("all", {})
        if own.get(ID) or case["measure"].startswith("startup_"):
            own |= {ID: number}
        if "credit" in person:
            own |= {CODE: person["credit"]}
        own |= person.get("change", {})
        tables[entry["table"]] += [own, *(own | cells for cells in person.get("more", []))]
        for name, rows in person.get("with", {}).items():
            title, row = TABLES[name]
            key = "证件号码" if name == "employment" else ID
            base = dict(row or claim_row("labour_export_service")) | {key: number}
            tables.setdefault(title, []).extend(base | cells for cells in rows)
    for name, rows in tables.items():
        absent = case.get("absent", []) if name == entry["table"] else []
        write_csv(
            root / "inbox" / month / f"{name}.csv",
            [{h: c for h, c in row.items() if h not in absent} for row in rows],
            "gb18030",
        )


@pytest.mark.parametrize("case", CASES)
def test_many(case: dict[str, Any], fupin: Callable[..., Ran], tmp_path: Path) -> None:
    build(case, tmp_path / "w")
    month = case.get("month", OWN["month"])
    command = ("subsidy", case["measure"], "-w", tmp_path / "w", "--month", month, "--format", "json", "--no-workbook")
    ran = fupin(*command)
    assert ran.code in (0, 1), ran.err
    lines = ran.document["lines"]
    got = [" ".join([line["status"], line["amount"], *line["codes"]]) for line in lines]
    expected = [line for person in case["people"] for line in person["expect"]]
    names = [person["name"] for person in case["people"] for _ in person["expect"]]
    odd = [(name, want, had) for name, want, had in zip(names, expected, got, strict=True) if want != had]
    assert odd == []
    for line in lines:
        assert line["codes"] or line["status"] == "pay"
        assert line["status"] != "pay" or float(line["amount"]) > 0


def test_a_finding_on_a_claim_rests_on_the_clause_of_the_measure(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """9.A8: MEA001, 003, 005, 008, 012, 015, 016 and CAP010, wherever the code has its first home."""
    for _, case in EVERY:
        if case["name"] in {
            "who went",
            "the worked example and what was paid",
            "credit code, once, the list of workshops",
            "still without work",
        }:
            root = tmp_path / case["measure"]
            build(case, root)
            month = case.get("month", OWN["month"])
            found = fupin("check", "-w", root, "--month", month, "--format", "json", "--no-workbook").findings
            own = [f for f in found if f["code"] != "MEA002" and f["code"].startswith(("MEA", "CAP010"))]
            assert own
            assert {f["clause"] for f in own} == {case["clause"]}, case["name"]

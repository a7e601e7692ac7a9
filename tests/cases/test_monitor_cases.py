"""Runs the cases of `monitor/` through roster, risk and match, on CSV files.

A case has `month`, rows of tables `now` (the month's folder), `before` (the folder before it), `older` (the one before that),
`year_ago` and `root` (the inbox itself). A row names its person by a letter (`who`), whose ID number follows from the letter and `birth`; cells
not named are those of `DEFAULTS`. `roster`, `risk`, `match`, `check` say what must come out; `states` and `risks` are complete.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fupin_cli.policy.months import month_text, parse_month
from tests.cases.test_cases import STANDARDS
from tests.conftest import Ran, from_yaml, write_csv

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent / "monitor"
TITLES = {
    "registry": "监测对象信息",
    "employment": "已外出务工信息",
    "employment_plan": "计划外出务工信息",
    "assignments": "在岗人员花名册",
    "other_posts": "他部门公益岗",
    "employer_claims": "社保补贴岗位补贴花名册",
    "flexible_claims": "灵活就业社保补贴",
    "unemployment_aid": "失业补助金",
    "payment_history": "补贴发放台账",
    "deaths": "死亡人员",
    "going_out": "有意愿外出人员清单",
    "vacancies": "岗位需求清单",
    "training": "培训学员名册",
    "risk_feedback": "风险反馈",
    "posts": "公益性岗位台账",
    "attendance": "出勤汇总表",
    "accident_insurance": "意外险名单",
    "villages": "行政村信息",
    "work_relief": "以工代赈项目",
    "staff": "基层平台人员",
    "industries": "主导产业",
}
AREA = {"县": "示例县", "乡": "东川镇", "村": "东一村"}
DEFAULTS: dict[str, dict[str, Any]] = {
    "registry": AREA
    | {
        "户编号": "",
        "姓名": "",
        "证件号码": "",
        "与户主关系": "户主",
        "户类型": "脱贫户",
        "监测对象类别": "",
        "在校生状况": "",
        "劳动技能": "普通劳动力",
        "风险是否已消除": "",
        "人均纯收入": "20000",
    },
    "employment": {
        "县": "示例县",
        "乡": "东川镇",
        "行政村": "东一村",
        "户编号": "",
        "姓名": "",
        "证件号码": "",
        "是否已务工": "是",
        "开始时间": "2024-01-01",
        "结束时间": "",
        "务工所在省": "辽宁省",
        "务工所在市": "大连市",
        "务工所在县": "甘井子区",
        "务工月收入": "3000",
        "务工企业名称": "某厂",
        "所属行业": "制造",
        "就业渠道": "自主就业",
    },
    "employment_plan": {"户编号": "", "证件号码": "", "是否计划务工": "是", "就业服务需求": ""},
    "assignments": {
        "姓名": "",
        "身份证号码": "",
        **AREA,
        "岗位编号": "GW1",
        "首次核定日期": "2023-06-01",
        "合同开始日期": "2024-03-01",
        "合同结束日期": "2024-08-31",
        "上岗日期": "2024-03-01",
        "离岗日期": "",
        "银行账号": "6217990000000000014",
    },
    "other_posts": {
        "姓名": "",
        "身份证号码": "",
        "部门": "林草局",
        "岗位名称": "护林员",
        "起始日期": "2024-01-01",
        "截止日期": "",
    },
    "employer_claims": {
        "单位名称": "某车间",
        "统一社会信用代码": "91211390MA0000001X",
        "单位类型": "就业帮扶车间",
        "姓名": "",
        "身份证号码": "",
        "首次核定日期": "2024-01-01",
        "合同开始日期": "2024-01-01",
        "合同结束日期": "2024-12-31",
        "年月": "2024-05",
        "养老单位缴费": "500",
        "医疗单位缴费": "200",
        "失业单位缴费": "20",
    },
    "unemployment_aid": {
        "姓名": "",
        "身份证号码": "",
        "年月": "2024-05",
        "失业保险金期满日期": "2024-04-30",
        "参保起始月份": "2020-01",
        "不符合领取原因": None,
    },
    "flexible_claims": {
        "姓名": "",
        "身份证号码": "",
        "年月": "2024-05",
        "养老缴费": "500",
        "医疗缴费": "200",
        "首次核定日期": "2024-01-01",
    },
    "payment_history": {
        "姓名": "",
        "身份证号码": "",
        "补贴类型": "岗位补贴",
        "补贴月份": "2024-04",
        "金额": "732.05",
        "岗位编号": "GW1",
        "批次号": "B",
    },
    "deaths": {"姓名": "", "身份证号码": "", "死亡日期": ""},
    "going_out": {"姓名": "", "身份证号码": "", "意向地": "", "意向工种": "", "技能": ""},
    "vacancies": {"用人单位": "", "工作地": "", "工种": "", "月薪": "", "人数": ""},
    "training": {
        "姓名": "",
        "身份证号码": "",
        "培训机构": "某校",
        "班次编号": "P1",
        "开班日期": "2024-04-01",
        "结业日期": "2024-04-10",
        "应到天数": "10",
        "实到天数": "10",
    },
    "posts": {
        "岗位编号": "GW1",
        "岗位名称": "保洁员",
        "岗位类型": "保洁",
        **AREA,
        "主管部门": "东川镇政府",
        "资金来源": "就业补助资金",
        "核定人数": "9",
        "规定出勤天数": "22",
    },
    "attendance": {
        "姓名": "",
        "身份证号码": "",
        "岗位编号": "GW1",
        "年月": "2024-05",
        "规定出勤天数": "22",
        "本月累计出勤天数": "22",
    },
    "accident_insurance": {
        "姓名": "",
        "身份证号码": "",
        "保单号": "B1",
        "起保日期": "2024-01-01",
        "终保日期": "2025-12-31",
    },
    "work_relief": {
        "项目名称": "甲",
        "县": "示例县",
        "乡": "",
        "总投资": "1000000",
        "劳务报酬": "200000",
        "用工人数": "",
        "吸纳脱贫劳动力人数": "",
    },
    "villages": {"县": "示例县", "乡": "东川镇", "行政村": "东一村", "总户数": "10", "总人数": "30"},
    "staff": {"县": "示例县", "乡": "东川镇", "村": None, "姓名": "", "岗位": "劳动保障协理员"},
    "industries": {"县": "示例县", "乡": None, "产业": "蔬菜"},
    "risk_feedback": {"身份证号码": "", "风险": "", "处理结果": "", "处理日期": ""},
}
PERSON_COLUMNS = ("证件号码", "身份证号码")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@cache
def number_of(who: str, birth: str) -> str:
    """The ID number of a letter: area 211390, the birth date, a serial number, the check digit."""
    head = f"211390{birth}{sum(ord(c) * 7**n for n, c in enumerate(who)) % 499 * 2 + 1:03d}"
    return head + "10X98765432"[sum(int(d) * w for d, w in zip(head, WEIGHTS, strict=True)) % 11]


@cache
def all_cases() -> list[Any]:
    return [
        pytest.param(case, id=f"{file.stem}: {case['name']}")
        for file in sorted(HERE.glob("*.yaml"))
        for case in from_yaml(file)
    ]


def build(case: dict[str, Any], folder: Path) -> dict[str, str]:
    """Write the case's workspace; give who each ID number is."""
    month = parse_month(case["month"])
    folder.mkdir(parents=True, exist_ok=True)
    settings = '[county]\nname = "示例县"\n' + case.get("settings", "")
    (folder / "fupin.toml").write_text(settings, encoding="utf-8")
    births = case.get("births", {})
    known: dict[str, str] = {}
    back = {"now": 0, "before": 1, "older": 2, "year_ago": 12}
    places = {key: month_text(month - n) for key, n in back.items()} | {"root": "."}
    tables = {key: dict(case.get(key, {})) for key in places}
    if "history" in case:  # who → paid so many months, up to the month before
        tables["root"]["payment_history"] = [
            {"who": who, "补贴月份": text, "金额": STANDARDS[text[:4]]}
            for who, count in case["history"].items()
            for text in (month_text(month - n) for n in range(1, count + 1))
        ]
    for key, place in places.items():
        for table, rows in tables[key].items():
            filled = []
            for given in rows:
                row = {"who": given} if isinstance(given, str) else dict(given)
                who = str(row.pop("who", ""))
                number = number_of(who, births.get(who, "19800101")) if who else ""
                known[number] = who
                names = {"户编号": f"H{who}", "姓名": "张三"} | dict.fromkeys(PERSON_COLUMNS, number)
                own = {h: names.get(h, "") if cell == "" else cell or "" for h, cell in DEFAULTS[table].items()}
                filled.append(own | {h: "" if cell is None else cell for h, cell in row.items()})
            write_csv(folder / "inbox" / place / f"{TITLES[table]}.csv", filled)
    return known


@pytest.fixture
def documents(
    fupin: Callable[..., Ran], tmp_path: Path
) -> Callable[[dict[str, Any], str], tuple[dict[str, Any], dict[str, str]]]:
    def document(case: dict[str, Any], command: str) -> tuple[dict[str, Any], dict[str, str]]:
        known = build(case, tmp_path / "w")
        ran = fupin(command, case["month"], "-w", tmp_path / "w", "--format", "json", "--unmask", "--no-workbook")
        assert ran.code == 0, ran.err
        return ran.document, known

    return document


@pytest.mark.parametrize("case", [c for c in all_cases() if "roster" in c.values[0]])
def test_roster(case: dict[str, Any], documents: Any) -> None:
    found, known = documents(case, "roster")
    wanted = case["roster"]
    if "states" in wanted:
        assert {known[p["person"]]: p["state"] for p in found["people"]} == wanted["states"]
    if "labour" in wanted:
        assert {known[p["person"]] for p in found["people"] if p["labour"]} == set(wanted["labour"])
    if "changes" in wanted:
        keys = ("kind", "field", "from", "to", "reason")
        said = [[known[c["person"]], *(c[k] for k in keys if c[k] is not None)] for c in found["changes"]]
        assert sorted(said) == sorted(wanted["changes"])
    for name, counts in wanted.get("proof", {}).items():
        row = next(p for p in found["proof"] if p["class"] == name)
        assert [row[k] for k in ("before", "joined", "left", "in", "out", "after")] == counts
    if "strangers" in wanted:
        assert sorted(known[p["person"]] for p in found["strangers"]) == wanted["strangers"]
    assert all(row["holds"] for row in [*found["proof"], *found["proof_by_township"]])


@pytest.mark.parametrize("case", [c for c in all_cases() if "risk" in c.values[0]])
def test_risk(case: dict[str, Any], documents: Any) -> None:
    found, known = documents(case, "risk")
    wanted = case["risk"]
    look = wanted["look"]
    said = sorted(f"{known[r['person']]} {r['code']} {r['kind']}" for r in found["risks"] if r["code"] in look)
    assert said == sorted(wanted.get("risks", []))
    gone = sorted(f"{known[r['person']]} {r['code']}" for r in found["cleared"] if r["code"] in look)
    assert gone == sorted(wanted.get("cleared", []))
    assert {entry["code"] for entry in found["skipped"]} & set(look) == set(wanted.get("not_run", []))
    for entry, month in wanted.get("since", {}).items():
        who, code = entry.split()
        assert [r["since"] for r in found["risks"] if known[r["person"]] == who and r["code"] == code] == [month]
    for entry, answer in wanted.get("feedback", {}).items():
        who, code = entry.split()
        rows = [*found["risks"], *found["cleared"]]
        assert [r["feedback"] for r in rows if known[r["person"]] == who and r["code"] == code] == [answer]
    assert all(row["holds"] for row in found["proof"])


@pytest.mark.parametrize("case", [c for c in all_cases() if "match" in c.values[0]])
def test_match(case: dict[str, Any], documents: Any) -> None:
    found, known = documents(case, "match")
    wanted = case["match"]
    said = {known[p["person"]]: [p["employer"], p["score"]] if p["employer"] else p["reason"] for p in found["people"]}
    assert said == wanted["people"]
    if "order" in wanted:
        assert [known[p["person"]] for p in found["people"]] == wanted["order"]
    assert {known[p["person"]]: p["reason"] for p in found["left_out"]} == wanted.get("left_out", {})
    if "proof" in wanted:
        assert list(found["proof"].values()) == wanted["proof"]
    if "vacancies" in wanted:
        assert [[v["employer"], v["left"], v["reason"]] for v in found["vacancies"]] == wanted["vacancies"]


@pytest.mark.parametrize("case", [c for c in all_cases() if "check" in c.values[0]])
def test_check(case: dict[str, Any], fupin: Callable[..., Ran], tmp_path: Path) -> None:
    build(case, tmp_path / "w")
    wanted = case["check"]
    look = ",".join(wanted["look"])
    ran = fupin(
        "check", "-w", tmp_path / "w", "--month", case["month"], "--format", "json", "--no-workbook", "--select", look
    )
    assert ran.code in (0, 1), ran.err
    said = [
        [f["code"], f["severity"], f["table"], f["row"], f["message"]]
        for f in ran.findings
        if wanted.get("only", "") in f["message"]
    ]
    assert sorted(said) == sorted(wanted.get("expect", []))
    assert {e["code"] for e in ran.document["skipped"] if not e["partial"]} == set(wanted.get("not_run", []))


@pytest.mark.parametrize("case", [c for c in all_cases() if "forecast" in c.values[0]])
def test_forecast(case: dict[str, Any], fupin: Callable[..., Ran], tmp_path: Path) -> None:
    known = build(case, tmp_path / "w")
    wanted = case["forecast"]
    ran = fupin(
        "forecast",
        "-w",
        tmp_path / "w",
        "--month",
        case["month"],
        "--format",
        "json",
        "--unmask",
        "--no-workbook",
        *wanted.get("options", []),
    )
    assert ran.code == 0, ran.err
    found = ran.document
    said = [[m["month"], m["people"], m["amount"], *(e["why"] for e in m["leaving"])] for m in found["months"]]
    assert said == wanted["months"]
    assert {known[e["person"]]: [e["last_month"], e["why"], e["amount"]] for e in found["lines"]} == wanted["lines"]
    if "budget" in wanted:
        (entry,) = found["budgets"]
        assert [entry["left"], entry["wanted"], entry["short_from"], entry["shortfall"]] == wanted["budget"]
    total = sum(round(float(m["amount"]) * 100) for m in found["months"])
    assert round(float(found["totals"]["amount"]) * 100) == total
    for part in ("by_fund", "by_township"):
        assert sum(round(float(g["amount"]) * 100) for g in found[part]) == total


@pytest.mark.parametrize("case", [c for c in all_cases() if "due" in c.values[0]])
def test_due(case: dict[str, Any], documents: Any) -> None:
    """12.8: every end with its shortest span; complete for each kind that is looked for."""
    found, known = documents(case, "due")
    wanted = case["due"]
    look = wanted["look"]
    said = [f"{known[r['person']]} {r['kind']} {r['within']} {r['date']}" for r in found["due"] if r["kind"] in look]
    assert sorted(said) == sorted(wanted.get("due", []))
    unknown = [f"{known[r['person']]} {r['kind']}" for r in found["unknown"] if r["kind"] in look]
    assert sorted(unknown) == sorted(wanted.get("unknown", []))
    assert [entry["kind"] for entry in found["skipped"]] == wanted.get("skipped", [])
    counts = {row["kind"]: row for row in found["totals"]}
    for kind in {row["kind"] for row in found["due"]}:
        own = [row for row in found["due"] if row["kind"] == kind]
        for span in (3, 6, 12):
            towns = sum(row[f"within_{span}"] for row in found["by_township"] if row["kind"] == kind)
            assert counts[kind][f"within_{span}"] == towns == sum(0 < row["within"] <= span for row in own)


@pytest.mark.parametrize("case", [c for c in all_cases() if "whatif" in c.values[0]])
def test_what_if(case: dict[str, Any], fupin: Callable[..., Ran], tmp_path: Path) -> None:
    known = build(case, tmp_path / "w")
    wanted = case["whatif"]
    sets = [part for text in wanted["set"] for part in ("--set", text)]
    ran = fupin(
        "what-if",
        "-w",
        tmp_path / "w",
        "--month",
        case["month"],
        "--format",
        "json",
        "--unmask",
        "--no-workbook",
        *sets,
    )
    assert ran.code == wanted.get("code", 0), ran.err
    if ran.code:
        assert wanted["says"] in ran.err
        return
    found = ran.document
    said = {
        known[e["person"]]: [e["change"], e["old_amount"], e["new_amount"], e["difference"]] for e in found["lines"]
    }
    assert said == wanted["lines"]
    assert [found["totals"][k] for k in ("old", "new", "difference")] == wanted["totals"]
    assert (
        not (tmp_path / "w" / ".fupin" / "ledger.sqlite").exists()
        or not fupin("status", "-w", tmp_path / "w", "--format", "json").document["months"]
    )


@pytest.mark.parametrize(("left", "found"), [(1225, 0), (1224, 1)])
def test_scale_at_two_per_cent(fupin: Callable[..., Ran], tmp_path: Path, left: int, found: int) -> None:
    """13, SCL001: 1250 → 1225 is 2.00 %, no finding; 1224 is 2.08 %, one for the county (all live in one township: and one there)."""
    births = [f"{1960 + n // 336}{n // 28 % 12 + 1:02d}{n % 28 + 1:02d}" for n in range(1250)]
    numbers = [number_of("A", birth) for birth in births]
    homes = DEFAULTS["registry"] | {"姓名": "张三"}
    spell = DEFAULTS["employment"] | {"姓名": "张三"}
    for month, busy in (("2024-04", 1250), ("2024-05", left)):
        folder = tmp_path / "inbox" / month
        write_csv(folder / "监测对象信息.csv", [homes | {"户编号": f"H{n}", "证件号码": n} for n in numbers])
        rows = [spell | {"户编号": f"H{n}", "证件号码": n} for n in numbers[:busy]]
        write_csv(folder / "已外出务工信息.csv", rows)
    ran = fupin("check", "2024-05", "-w", tmp_path, "--format", "json", "--no-workbook", "--select", "SCL001")
    assert len(ran.findings) == 2 * found, ran.findings[:3]
    assert all("2 %" in f["message"] for f in ran.findings)

"""11.3: another city's law and a successor of Chaoyang's are files in `policy/`; no line of code changes for them."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from fupin_cli.checks.catalogue import RULES, rules_of
from fupin_cli.counties.wording import UNLIKE, shared_rules
from fupin_cli.outputs.clauses import clause_lines
from fupin_cli.policy.law import OURS
from fupin_cli.policy.library import law_of, load_laws
from fupin_cli.policy.months import parse_month
from fupin_cli.policy.parameters import Policy
from fupin_cli.policy.settings import Checks, County, PolicyTerm, Post, Settings
from fupin_cli.policy.wording import SILENT
from tests.cases.test_cases import build
from tests.conftest import write_csv

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Ran

pytestmark = pytest.mark.usefixtures("books_planned")

SHIPPED = Path(__file__).parents[2] / "src" / "fupin_cli" / "policy"
MARK = re.compile(r"^([一二三四五])(?:\(([一二三四五])\)|(4))?$")
OTHER = {"county": "甲县", "city": "示例市"}


def mark(text: str) -> str:
    """`三(五)` as the other city numbers it: `第三条第五款`."""
    found = MARK.match(text)
    if not found:
        return text
    part = found[2] or ("四" if found[3] else "")
    return f"第{found[1]}条" + (f"第{part}款" if part else "")


def other_text(text: str) -> str:
    """The law with other marks and another cap."""
    text = re.sub(r"^([一二三四五])、", r"第\1条 ", text, flags=re.MULTILINE)
    text = re.sub(r"^\(([一二三四五])\)", r"第\1款 ", text, flags=re.MULTILINE)
    text = re.sub(r"^4\.", "第四款 ", text, flags=re.MULTILINE)
    return text.replace("最长不超过36个月", "最长不超过48个月")


def other_marks(value: Any) -> Any:
    """A policy's marks, also those in its sources, as the other city writes them."""
    if isinstance(value, dict):
        return {mark(k): other_marks(v) for k, v in value.items()}
    if isinstance(value, list):
        return [other_marks(v) for v in value]
    if isinstance(value, str):
        value = value.replace("最长不超过36个月", "最长不超过48个月")
        return mark(
            re.sub(r"^实施细则([一二三四五](?:\([一二三四五]\)|4))：", lambda m: f"实施细则{mark(m[1])}：", value)
        )
    return value


def shipped() -> dict[str, Any]:
    body: dict[str, Any] = yaml.safe_load((SHIPPED / "chaoyang-2021.yaml").read_text(encoding="utf-8"))
    return body


def text_of(body: dict[str, Any]) -> str:
    return yaml.safe_dump(body, allow_unicode=True, sort_keys=False)


def put(root: Path, body: dict[str, Any], text: str) -> Path:
    folder = root / "policy"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / body["text"]).write_text(text, encoding="utf-8")
    file = folder / f"{body['id']}.yaml"
    file.write_text(text_of(body), encoding="utf-8")
    return file


def law() -> str:
    return (SHIPPED / "chaoyang-2021.txt").read_text(encoding="utf-8")


def second_city(root: Path) -> Path:
    """示例市: 48 months, a standard by month and county, no 雨露计划, its own marks."""
    body = other_marks(shipped())
    body |= {"id": "shili-2021", "city": "示例市", "text": "shili-2021.txt"}
    body["marks"] |= {"chapter": "^(第[一二三四五]条)", "parts": ["^(第[一二三四五]款)"]}
    body["area"] = {"province": "示例省", "city": "示例市", "code": "2199", "counties": ["甲县", "乙县"]}
    body["parameters"]["post.cap_months"]["periods"][0]["value"] = "48"
    line = body["parameters"].pop("post.annual_line")
    first = line["periods"][0] | {"by_county": {"甲县": "810.00", "乙县": "905.50"}, "source": "示例省分县月标准表"}
    del first["value"]
    first |= {"valid_to": body["valid_to"]}
    body["parameters"]["post.monthly_standard"] = line | {"unit": "元/人·月", "periods": [first]}
    del body["measures"]["rain_dew"]
    return put(root, body, other_text(law()))


def successor(root: Path) -> Path:
    """Chaoyang from 2026 on: 40 months, another line, no older documents."""
    body = shipped()
    body |= {"id": "chaoyang-2026", "text": "chaoyang-2026.txt", "title": "朝阳市2026年实施细则（虚构）"}
    for key, day in (("valid_from", "2026-01-01"), ("valid_to", "2027-12-31")):
        body[key] = yaml.safe_load(day)
        for number in body["parameters"].values():
            number["periods"] = number["periods"][-1:]
            number["periods"][0] |= {key: yaml.safe_load(day)}
    body["parameters"]["post.annual_line"]["periods"][0]["value"] = "12000.00"
    body["parameters"]["post.cap_months"]["periods"][0] |= {"value": "40", "source": "虚构的实施细则：40个月"}
    body["parameters"]["on_the_job_training.term"]["periods"][0]["value"] = "2027-12-31"
    del body["grandfathered"]
    return put(root, body, law())


def workspace(root: Path, case: dict[str, Any], city: str, county: str) -> None:
    build(case, root)
    toml = root / "fupin.toml"
    text = toml.read_text(encoding="utf-8").replace('name = "示例县"', f'name = "{county}"\ncity = "{city}"')
    toml.write_text(text, encoding="utf-8")


def test_a_second_city_works_by_its_file_alone(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """check, payroll, subsidy, rules, explain and the page of clauses, with other marks, numbers and one measure fewer."""
    file = second_city(tmp_path)
    checked = fupin("policy", "check", file)
    assert checked.code == 0, checked.out + checked.err
    assert "15 项补贴" in checked.out
    history = {
        "add": {
            "payment_history": [{"补贴月份": f"20{y}-{m:02d}", "金额": "1"} for y in (20, 21, 22) for m in range(1, 13)]
        }
    }
    workspace(tmp_path, history | {"change": {"assignments": {"首次核定日期": "2020-01-01"}}}, "示例市", "甲县")
    run = fupin("payroll", "-w", tmp_path, "-m", "2024-05", "--no-workbook", "--format", "json").document
    (line,) = run["lines"]
    assert (run["policy"], run["cap"]["months"], line["standard"]) == ("shili-2021", 48, "810.00")
    assert not {"CAP001", "CAP002"} & set(line["codes"])  # 36 paid months are not the end here
    found = fupin("check", "-w", tmp_path, "-m", "2024-05", "--no-workbook", "--format", "json").document
    assert found["policy"] == "shili-2021"
    assert {one["clause"] for one in found["findings"]} <= {*load_laws("示例市", tmp_path)[0].law.clauses, OURS}
    assert found["crashed"] == []
    listed = fupin("subsidy", "-w", tmp_path, "--format", "json").document["measures"]
    assert len(listed) == 14
    assert {m["code"]: m["clause"] for m in listed}["transport"] == "第二条第一款"
    gone = fupin("subsidy", "rain_dew", "-w", tmp_path, "-m", "2024-05")
    assert gone.code == 2
    assert "没有 rain_dew 这项补贴" in gone.err
    rule = fupin("rules", "CAP002", "-w", tmp_path).out
    assert "第三条第五款" in rule
    assert "最长不超过48个月" in rule
    told = fupin("explain", "张三", "2024-05", "-w", tmp_path, "--format", "json").out
    assert "第三条第五款" in told
    assert "三(五)" not in told.replace("第三条第五款", "")
    page = clause_lines(Policy(load_laws("示例市", tmp_path), Settings(county=County(city="示例市"))))
    assert any(one.startswith("| 第三条第五款 |") for one in page)


def test_a_county_that_the_table_lacks_is_held_not_paid(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    second_city(tmp_path)
    workspace(tmp_path, {}, "示例市", "丙县")
    (line,) = fupin("payroll", "-w", tmp_path, "-m", "2024-05", "--no-workbook", "--format", "json").document["lines"]
    assert line["status"] == "hold"
    assert "MEA001" in line["codes"]


def test_a_successor_takes_over_by_date_and_months_run_on(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """36 months were paid by 2025-12: by the successor's 40 the 37th is paid; the old law's months stay as they were."""
    assert fupin("policy", "check", successor(tmp_path)).code == 0
    paid = [{"补贴月份": f"20{y}-{m:02d}", "金额": "1"} for y in (23, 24, 25) for m in range(1, 13)]
    dates = {
        "首次核定日期": "2023-01-01",
        "合同开始日期": "2026-01-01",
        "合同结束日期": "2026-06-30",
        "上岗日期": "2026-01-01",
    }
    change = {
        "assignments": dates,
        "attendance": {"年月": "2026-01"},
        "accident_insurance": {"起保日期": "2026-01-01", "终保日期": "2026-12-31"},
    }
    workspace(tmp_path, {"month": "2026-01", "add": {"payment_history": paid}, "change": change}, "朝阳市", "示例县")
    run = fupin("payroll", "-w", tmp_path, "-m", "2026-01", "--no-workbook", "--format", "json").document
    (line,) = run["lines"]
    assert (run["policy"], run["cap"]["months"], line["standard"]) == ("chaoyang-2026", 40, "1000.00")
    assert (line["status"], line["amount"]) == ("pay", "1000.00")
    assert not {"CAP001", "CAP008", "MEA001"} & set(line["codes"])
    assert line["months_before"] == "36"
    rules = fupin("rules", "CAP001", "-w", tmp_path).out
    assert "2026年实施细则" in rules
    laws = load_laws("朝阳市", tmp_path)
    assert law_of(laws, parse_month("2025-12")).file.id == "chaoyang-2021"
    assert law_of(laws, parse_month("2026-01")).file.id == "chaoyang-2026"


def test_a_month_under_no_policy_says_so(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    workspace(tmp_path, {"month": "2026-01", "change": {"attendance": {"年月": "2026-01"}}}, "朝阳市", "示例县")
    found = fupin("check", "-w", tmp_path, "-m", "2026-01", "--no-workbook", "--format", "json").findings
    assert any("2021-09-26 至 2025-12-31" in one["message"] for one in found if one["code"] == "CAP008")


def test_what_holds_in_which_month(tmp_path: Path) -> None:
    """Terms, a county's extension, and a county's own file in place of the shipped one of the same name."""
    successor(tmp_path)
    laws = load_laws("朝阳市", tmp_path)
    policy = Policy(laws, Settings(policy=PolicyTerm(extend_to="2028-03", source="延期文件")))
    inside = {
        month: policy.in_term(parse_month(month)) for month in ("2021-08", "2021-09", "2026-01", "2028-03", "2028-04")
    }
    assert inside == {"2021-08": False, "2021-09": True, "2026-01": True, "2028-03": True, "2028-04": False}
    assert [policy.cap_months(parse_month(month)) for month in ("2025-12", "2026-01")] == [36, 40]
    put(tmp_path, shipped() | {"title": "县里改过的"}, law())
    assert [one.file.title for one in load_laws("朝阳市", tmp_path)] == ["县里改过的", "朝阳市2026年实施细则（虚构）"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("clause: 三(五)\n    law: 参照", "clause: 三(九)\n    law: 参照", "没有 三(九) 这一条"),
        ("law: 参照当年省防止返贫监测标准", "law: 参照当年市标准", "没有“参照当年市标准”"),
        ("实施细则三(五)：其他人员岗位", "实施细则三(五)：全部人员岗位", "里没有“全部人员岗位"),
        ("  POST005: {", "  POST999: {", "没有写 POST005"),
        ("kind: months\n    title: 岗位补贴最长期限", "kind: years\n    title: 岗位补贴最长期限", "这个数是 months"),
        ('valid_to: 2021-12-31, value: "6600.00"', 'valid_to: 2021-12-30, value: "6600.00"', "没有盖满"),
        ("  startup.interest_days:\n", "  startup.interest:\n", "缺 parameters 里的 startup.interest_days"),
        ("text: chaoyang-2021.txt", "text: gone.txt", "gone.txt"),
        ('value: "2/3"', 'value: "5/3"', "0 与 1 之间"),
    ],
)
def test_a_policy_file_is_checked_against_the_text_beside_it(
    fupin: Callable[..., Ran], tmp_path: Path, old: str, new: str, words: str
) -> None:
    text = (SHIPPED / "chaoyang-2021.yaml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "chaoyang-2021.txt").write_text(law(), encoding="utf-8")
    file = tmp_path / "a.yaml"
    file.write_text(text, encoding="utf-8")
    assert fupin("policy", "check", file).code == 0
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    ran = fupin("policy", "check", file)
    assert ran.code == 2
    assert words in ran.out + ran.err


def test_a_policy_file_in_another_encoding_says_so(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes("title: 示例市实施细则".encode("gb18030"))
    ran = fupin("policy", "check", file)
    assert ran.code == 2
    assert "不是 UTF-8 编码的文字" in ran.err


@pytest.mark.parametrize(
    ("name", "change"), [("chaoyang-2021 - 副本.yaml", {}), ("另一份.yaml", {"id": "chaoyang-2021b"})]
)
def test_a_copy_of_the_policy_beside_it_decides_nothing(
    fupin: Callable[..., Ran], tmp_path: Path, name: str, change: dict[str, Any]
) -> None:
    """Windows names a copy so that it comes first: with an older cap in it, it would have been the law, and nobody told."""
    workspace(tmp_path, {}, "朝阳市", "示例县")
    put(tmp_path, shipped(), law())
    assert fupin("check", "-w", tmp_path, "-m", "2024-05", "--no-workbook").code == 0
    body = shipped() | change
    body["parameters"]["post.cap_months"]["periods"][0]["value"] = "24"
    (tmp_path / "policy" / name).write_text(yaml.safe_dump(body, allow_unicode=True), encoding="utf-8")
    for command in ("check", "payroll"):
        ran = fupin(command, "-w", tmp_path, "-m", "2024-05", "--no-workbook")
        assert ran.code == 2
        assert f"{name}、chaoyang-2021.yaml" in ran.err or f"chaoyang-2021.yaml、{name}" in ran.err


def test_an_empty_policy_file_says_so(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("", encoding="utf-8")
    ran = fupin("policy", "check", file)
    assert ran.code == 2
    assert "有误：整个文件：要单独写成一节（写的是 空）" in ran.err


def test_which_funds_a_county_names_the_policy_says(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """11.3: [funds] takes the subsidies for which the county's own policy names no fund, no list of the program."""
    body = yaml.safe_load(second_city(tmp_path).read_text(encoding="utf-8"))
    body["measures"]["transport"]["fund"] = ""
    body["measures"]["incubator"]["fund"] = "就业补助资金"
    put(tmp_path, body, other_text(law()))
    workspace(tmp_path, {}, "示例市", "甲县")
    toml = tmp_path / "fupin.toml"
    text = toml.read_text(encoding="utf-8")
    toml.write_text(text + '[funds]\ntransport = "某资金"\n', encoding="utf-8")
    listed = fupin("subsidy", "-w", tmp_path, "--format", "json")
    assert {m["code"]: m["fund"] for m in listed.document["measures"]}["transport"] == "某资金"
    for code in ("incubator", "post", "nosuch"):  # named by the policy; on each post; none
        toml.write_text(text + f'[funds]\n{code} = "某资金"\n', encoding="utf-8")
        ran = fupin("subsidy", "-w", tmp_path)
        assert (ran.code, f"funds：没有 {code} 这项补贴" in ran.err) == (2, True)
        assert "transport" in ran.err
    toml.write_text(text, encoding="utf-8")
    ran = fupin("what-if", "2024-05", "-w", tmp_path, "--set", "funds.nosuch=某资金", "--no-workbook")
    assert (ran.code, "funds：没有 nosuch 这项补贴" in ran.err) == (2, True)


def silent_city(root: Path) -> None:
    """示例市 without the numbers that only reports and single rules use."""
    body = yaml.safe_load(second_city(root).read_text(encoding="utf-8"))
    for name in ("platform.township_assistants", "platform.village_staff", "industry.most"):
        del body["parameters"][name]
    put(root, body, other_text(law()))


def test_a_number_that_the_policy_lacks_is_said_not_computed(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """11.3: without platform.* and industry.most PLT does not run, and no report asks for them: all others run whole."""
    silent_city(tmp_path)
    workspace(tmp_path, {}, "示例市", "甲县")
    month = tmp_path / "inbox" / "2024-05"
    staff = {"县": "甲县", "乡": "东川镇", "村": "", "姓名": "李四", "岗位": "劳动保障协理员", "专兼职": "专职"}
    willing = {"姓名": "张三", "身份证号码": "211302198001010012", "意向地": "沈阳", "意向工种": "保洁"}
    vacancy = {"用人单位": "某厂", "工作地": "沈阳", "工种": "保洁", "月薪": "3000", "人数": "2"}
    for name, row in (("基层平台人员", staff), ("有意愿外出人员清单", willing), ("用工岗位清单", vacancy)):
        write_csv(month / f"{name}.csv", [row])
    found = fupin("check", "-w", tmp_path, "2024-05", "--no-workbook", "--format", "json").document
    assert found["crashed"] == []
    lacking = {one["code"]: one["missing_settings"] for one in found["skipped"] if one["code"].startswith("PLT")}
    assert lacking["PLT001"] == ["platform.township_assistants"]
    for command in ("roster", "risk", "match", "forecast", "due"):
        ran = fupin(command, "2024-05", "-w", tmp_path, "--no-workbook", "--format", "json")
        assert (command, ran.code) == (command, 0), ran.err
        assert ran.document["policy"] == "shili-2021"
    ran = fupin("what-if", "2024-05", "-w", tmp_path, "--set", "post.proration=calendar", "--no-workbook")
    assert ran.code == 0, ran.err
    page = fupin("report", "2024-05", "-w", tmp_path, "--no-page", "--format", "json").document
    assert "没有规定" in page["staff"]["missing"]


NUMBERED = {"CAP001", "CAP002", "CAP004", "RSK004", "CON002", "PLT001", "PLT003", "MEA008", "ATT005", "POST008"}
MONTH = parse_month("2024-05")


def numbered_city(root: Path) -> None:
    """示例市 with numbers of its own in every rule that names one."""
    body = yaml.safe_load(second_city(root).read_text(encoding="utf-8"))
    for name, value in {
        "post.contract_months": "8",
        "post.extension_years": "4",
        "social_insurance.extension_years": "3",
        "platform.township_assistants": "7",
        "industry.most": "9",
    }.items():
        body["parameters"][name]["periods"][0]["value"] = value
    put(root, body, other_text(law()))


def words(path: Path) -> str:
    """All texts of a workbook."""
    with zipfile.ZipFile(path) as book:
        return "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))


@pytest.mark.books
def test_titles_carry_the_numbers_of_the_policy_that_applies(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """11 A: check, payroll and risk on the terminal, their JSON and workbooks, `rules`, `explain` and the page say 48, 8, 4."""
    numbered_city(tmp_path)
    paid = [{"补贴月份": f"20{y}-{m:02d}", "金额": "1"} for y in (20, 21, 22, 23) for m in range(1, 13)]
    dates = {"首次核定日期": "2020-01-01", "合同开始日期": "2024-01-01", "合同结束日期": "2024-12-31"}
    case = {"add": {"payment_history": paid}, "change": {"assignments": dates}}
    workspace(tmp_path, case, "示例市", "甲县")
    folder = tmp_path / "inbox" / "2024-05"
    write_csv(
        folder / "基层平台人员.csv",
        [{"县": "甲县", "乡": "东川镇", "村": "", "姓名": "李四", "岗位": "劳动保障协理员", "专兼职": "专职"}],
    )
    said = {}
    for command in ("check", "payroll", "risk", "report"):
        said[command] = fupin(command, "2024-05", "-w", tmp_path).out
    said["check json"] = fupin("check", "2024-05", "-w", tmp_path, "--no-workbook", "--format", "json").out
    said["risk json"] = fupin("risk", "2024-05", "-w", tmp_path, "--no-workbook", "--format", "json").out
    said["rules"] = "".join(fupin("rules", code, "-w", tmp_path).out for code in sorted(NUMBERED))
    said["rules json"] = fupin("rules", "-w", tmp_path, "--format", "json").out
    said["list"] = fupin("rules", "-w", tmp_path).out
    said["explain"] = fupin("explain", "张三", "2024-05", "-w", tmp_path).out
    for path in sorted((tmp_path / "out").rglob("*")):
        if path.suffix in (".xlsx", ".html"):
            said[path.name] = words(path) if path.suffix == ".xlsx" else path.read_text(encoding="utf-8")
    where = {
        wanted: {name for name, text in said.items() if wanted in text}
        for wanted in (
            "岗位补贴超过48个月",
            "合同超过8个月",
            "协理员不足7名",
            "即将或已经满48个月",
            "重签不超过8个月的合同",
            "不足4年的",
        )
    }
    books = {name.split("_")[0]: name for name in said if name.endswith((".xlsx", ".html"))}
    for wanted in ("岗位补贴超过48个月", "合同超过8个月"):
        assert {"check", "payroll", "rules", "rules json", "list", "explain"} <= where[wanted], wanted
        assert {name for name in said if name.startswith("核查")} <= where[wanted], books
        assert {name for name in said if name.endswith(".html")} <= where[wanted], books
    assert "check" in where["协理员不足7名"]
    assert {"risk", "risk json", "rules"} <= where["即将或已经满48个月"]
    assert "check json" in where["重签不超过8个月的合同"]
    assert "check json" in where["不足4年的"]
    assert "不足3年的" in said["rules"]
    assert "不是1至9个" in said["rules"]
    for name, text in said.items():
        shown = re.sub(r"最长不超过48个月|法定养老金领取年龄不足5年的", "", text)
        for other in (
            "超过36个月",
            "满36个月",
            "超过6个月又",
            "合同超过6个月",
            "不足2名",
            "不足5年的核对",
            "{post.",
            "{platform.",
            "{industry.",
            "{checks.",
        ):
            assert other not in shown, (name, other)


def test_rules_are_worded_by_policy_month_and_county(tmp_path: Path) -> None:
    """11 A: Chaoyang's words, its successor's from 2026 on, a county's own cap and settings; a number that is not there is said."""
    assert {code for code, rule in RULES.items() if any(text.numbers for text in rule.words)} == NUMBERED
    successor(tmp_path)
    laws = load_laws("朝阳市", tmp_path)
    policy = Policy(laws, Settings())
    titles = {month: rules_of(policy, parse_month(month))["CAP001"].title for month in ("2025-12", "2026-01")}
    assert titles == {"2025-12": "岗位补贴超过36个月", "2026-01": "岗位补贴超过40个月"}
    own = Policy(laws, Settings(post=Post(cap_months=24, cap_source="县文件"), checks=Checks(rotation_months=18)))
    assert rules_of(own, MONTH)["RSK004"].title == "岗位补贴即将或已经满24个月"
    assert rules_of(own, MONTH)["POST008"].compares == "近18个月同一岗位先后的在岗人员"
    assert {"{" in text for rule in rules_of(policy, MONTH).values() for text in rule.words} == {False}
    silent_city(tmp_path)
    bare = rules_of(Policy(load_laws("示例市", tmp_path), Settings(county=County(city="示例市"))), MONTH)
    assert bare["PLT001"].title == f"乡镇劳动保障协理员不足{SILENT}名"
    assert bare["PLT003"].title == f"主导产业不是1至{SILENT}个"


def test_a_rule_is_not_printed_before_its_numbers_are_known() -> None:
    """11.3: a title as it is declared is no text: nothing joins, formats, prints or writes it."""
    title: Any = RULES["CAP001"].title
    assert title.numbers == ("post.cap_months",)
    for misuse in (str, print, json.dumps, "{}".format, lambda it: f"{it}", lambda it: "：" + it):
        with pytest.raises(TypeError):
            misuse(title)
    assert "post.cap_months" in repr(title), "for whoever looks for a bug"
    assert (title == RULES["CAP001"].title, title == RULES["CAP002"].title) == (True, False)


def test_counties_with_unlike_numbers_share_no_number(tmp_path: Path) -> None:
    """11 A: a page of many counties says a number that all of them have, of others that they differ."""
    numbered_city(tmp_path)
    worded = [rules_of(Policy(load_laws(city, tmp_path), Settings()), MONTH) for city in ("朝阳市", "示例市")]
    pages = [{"words": {code: rules[code].words for code in NUMBERED}} for rules in worded]
    assert shared_rules(pages[:1])["CAP001"].title == "岗位补贴超过36个月"
    both = shared_rules(pages)
    assert both["CAP001"].title == f"岗位补贴超过{UNLIKE}个月"
    assert both["POST008"].compares == "近12个月同一岗位先后的在岗人员"
    assert both["ID001"] == worded[0]["ID001"]

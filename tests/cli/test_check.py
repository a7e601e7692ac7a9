"""`fupin check` as a user runs it."""

from __future__ import annotations

import csv
import json
import re
import stat
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import polars as pl
import pytest

from fupin_cli.checks import catalogue
from fupin_cli.checks.rule import Rule
from fupin_cli.ledger import store
from fupin_cli.results.subsidy import APART
from tests.cases.test_cases import build, stands_apart
from tests.conftest import Ran, write_csv
from tests.sample.generate import generate

if TYPE_CHECKING:
    from collections.abc import Callable

    OfSample = Callable[..., tuple[Ran, Path]]

SAMPLE = Path(__file__).parents[2] / "sample_data"
MONTH = "2024-05"
EVERYTHING = ("--annotate", "--format", "json")
ROSTER = {
    "姓名": "张三",
    "身份证号码": "211302198001010012",
    "县": "示例县",
    "乡": "东川镇",
    "村": "东一村",
    "岗位编号": "GW1",
    "首次核定日期": "2023-06-01",
    "合同开始日期": "2024-03-01",
    "合同结束日期": "2024-08-31",
    "上岗日期": "2024-03-01",
    "银行账号": "6217990000000000014",
    "联系电话": "13900000001",
}
DEATHS = {"姓名": "李四", "身份证号码": "211302198202020022", "死亡日期": "2024-01-01"}


def spot(f: dict[str, Any]) -> tuple[str, ...]:
    return (f["code"], f["file"], f["sheet"] or "", str(f["row"] or ""), f["column"] or "")


def test_the_sample_county_has_exactly_what_was_planted(of_sample: OfSample) -> None:
    ran, _ = of_sample(*EVERYTHING)
    with (SAMPLE / f"expected-{MONTH}.csv").open(encoding="utf-8") as stream:
        expected = Counter(tuple(row.values()) for row in csv.DictReader(stream))
    found = Counter(spot(f) for f in ran.findings)
    assert found - expected == Counter(), "more than was planted"
    assert expected - found == Counter(), "less than was planted"
    assert ran.code == 1
    assert ran.document["crashed"] == []


def test_the_sample_is_what_its_generator_writes(tmp_path: Path) -> None:
    generate(tmp_path / "s")
    made = {p.relative_to(tmp_path / "s"): p.read_bytes() for p in (tmp_path / "s").rglob("*") if p.is_file()}
    for name, content in made.items():
        if name.name.startswith("~$"):
            continue
        if name.suffix == ".xlsx":
            ours, theirs = (openpyxl.load_workbook(root / name) for root in (tmp_path / "s", SAMPLE))
            for sheet in ours:
                assert list(sheet.values) == list(theirs[sheet.title].values), name
        elif name.suffix != ".xls" or b"<html" in content[:20]:
            assert (SAMPLE / name).read_bytes() == content, name


def test_rules_without_which_an_approved_month_is_computed_again_stand_on_no_line(of_sample: OfSample) -> None:
    found = of_sample(*EVERYTHING)[0].findings
    stands_apart(found)
    codes = {f["code"] for f in found} | {f["code"].rstrip("0123456789") for f in found}
    assert set(APART) - codes <= {"SCL001"}
    assert {rule.group for rule in catalogue.all_rules().values()} | set(catalogue.all_rules()) >= set(APART)


def test_counts_always_add_up(of_sample: OfSample) -> None:
    document = of_sample(*EVERYTHING)[0].document
    assert document["format"] == "fupin.check/1"
    assert document["month"] == MONTH
    for entry in document["inputs"]:
        assert entry["rows_read"] == entry["rows_accepted"] + entry["rows_set_aside"]
        assert re.fullmatch(r"[0-9a-f]{64}", entry["sha256"])
    summary = document["summary"]
    assert sum(summary["by_code"].values()) == len(document["findings"])
    assert summary["errors"] + summary["warnings"] + summary["infos"] == len(document["findings"])
    keys = {
        "code",
        "severity",
        "effect",
        "table",
        "file",
        "sheet",
        "row",
        "column",
        "header",
        "person",
        "name",
        "value",
        "message",
        "clause",
        "hint",
        "waived",
        "amount",
    }
    assert all(keys <= f.keys() for f in document["findings"])
    assert {f["clause"] for f in document["findings"] if f["code"] == "CAP009"} == {"本程序默认，县可改"}  # 8.24
    assert all(f["amount"] is None or re.fullmatch(r"\d+\.\d\d", f["amount"]) for f in document["findings"])
    assert next(f for f in document["findings"] if f["waived"])["waiver"] == "示政纪〔2024〕3号"


def test_ids_accounts_phones_and_names_never_leave_unmasked(fupin: Callable[..., Ran], of_sample: OfSample) -> None:
    numbers, names = set(), set()
    for path in (SAMPLE / "inbox").rglob("*.csv"):
        text = path.read_bytes().decode("gb18030", errors="replace") + path.read_bytes().decode(
            "utf-8", errors="replace"
        )
        numbers |= set(re.findall(r"(?<!\d)\d{11,19}[\dX]?(?!\d)", text))
    book = openpyxl.load_workbook(SAMPLE / "inbox" / MONTH / "公益性岗位台账和花名册.xlsx")
    for row in book["花名册"].iter_rows(min_row=3, values_only=True):
        if row[0] != "合计" and len(str(row[1])) > 1:
            names.add(str(row[1]))
        numbers |= {str(cell) for cell in row if re.fullmatch(r"\d{11,}X?", str(cell))}
    numbers = {n for n in numbers if len(n) >= 15 or n.startswith("1")}
    assert len(numbers) > 500
    for form in (EVERYTHING, ("-v",)):
        ran, folder = of_sample(*form)
        said = ran.out + ran.err
        assert [n for n in numbers if n in said] == []
        assert [n for n in names if n in said] == []
        assert (folder / "manifest.json").read_text(encoding="utf-8").count("21139019") == 0
    unmasked = fupin("check", "-w", SAMPLE, "--month", MONTH, "--no-workbook", "--format", "json", "--unmask")
    assert [f for f in unmasked.findings if f["person"] in numbers]


def test_the_workbook_holds_everything_and_ties(of_sample: OfSample) -> None:
    document = of_sample(*EVERYTHING)[0].document
    path = Path(document["outputs"][0])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    book = openpyxl.load_workbook(path)
    assert book.sheetnames[:5] == ["说明", "文件", "汇总", "明细", "规则"]
    details = list(book["明细"].iter_rows(min_row=3, values_only=True))
    assert len(details) == len(document["findings"])
    summary = list(book["汇总"].iter_rows(min_row=3, values_only=True))
    totals = {row[0]: row[4] for row in summary if row[3] == "合计"}
    assert totals == document["summary"]["by_code"]
    towns: Counter[str] = Counter()
    for row in summary:
        if row[3] != "合计":
            towns[str(row[0])] += int(str(row[4]))
    assert dict(towns) == totals
    rules = {row[0]: row[3] for row in book["规则"].iter_rows(min_row=3, values_only=True)}
    assert set(rules) == set(catalogue.all_rules())
    assert rules["POST005"] == "发现问题"
    assert rules["CAP010"] == "发现问题"
    assert rules["IN012"] == "通过"
    sheet = book["标注-在岗人员花名册"]
    headers = [cell.value for cell in sheet[2]]
    account = headers.index("一卡通账号")
    coloured = [row for row in sheet.iter_rows(min_row=3) if row[account].fill.fill_type]
    assert {"ID014", "ID015"} == {code for row in coloured for code in re.findall(r"ID\d+", str(row[1].value))} & {
        "ID014",
        "ID015",
    }
    assert len(coloured) == 4


def test_the_same_inputs_give_the_same_bytes(of_sample: OfSample) -> None:
    first, second = (of_sample(*form)[1] / f"核查_{MONTH}.xlsx" for form in ((), ("-v",)))
    assert first.read_bytes() == second.read_bytes()


def test_the_newest_has_the_plain_name_and_the_same_is_not_written_again(
    fupin: Callable[..., Ran], tmp_path: Path
) -> None:
    """14.5: what differs takes the name, and the one before goes to 旧/; with --force it does not."""
    inbox, folder = tmp_path / "in", tmp_path / "out" / MONTH
    book = folder / f"核查_{MONTH}.xlsx"

    def checked(*names: str) -> list[str]:
        write_csv(inbox / "死亡人员.csv", [DEATHS | {"姓名": name} for name in names])
        fupin("check", inbox, "--month", MONTH, "-o", tmp_path / "out")
        return sorted(p.name for p in (folder / "旧").iterdir()) if (folder / "旧").exists() else []

    assert checked("李四") == []
    first, when = book.read_bytes(), book.stat().st_mtime_ns
    assert (checked("李四"), book.stat().st_mtime_ns) == ([], when), "nothing changed, nothing is written"
    assert checked("李四", "王五") == [f"核查_{MONTH}_1.xlsx"]
    assert (folder / "旧" / f"核查_{MONTH}_1.xlsx").read_bytes() == first
    second = book.read_bytes()
    assert second != first
    assert checked("李四") == [f"核查_{MONTH}_1.xlsx", f"核查_{MONTH}_2.xlsx"]
    assert (folder / "旧" / f"核查_{MONTH}_2.xlsx").read_bytes() == second, "the last number is the newest"
    assert book.read_bytes() == first
    write_csv(inbox / "死亡人员.csv", [DEATHS, DEATHS | {"姓名": "赵六"}])
    fupin("check", inbox, "--month", MONTH, "-o", tmp_path / "out", "--force")
    assert len(list((folder / "旧").iterdir())) == 2
    assert sorted(p.name for p in folder.iterdir() if p.is_file()) == ["manifest.json", f"核查_{MONTH}.xlsx"]


def two_counties(root: Path) -> Path:
    """Rows of two counties with a finding each, and one of none."""
    wrong = {"合同结束日期": "2024-09-30"}
    rows = [wrong, wrong | {"县": "邻县"}, wrong | {"县": "", "乡": "", "村": ""}]
    numbers = ("211302198001010012", "211302198202020022", "211302198001010039")
    people = [ROSTER | row | {"身份证号码": number} for row, number in zip(rows, numbers, strict=True)]
    write_csv(root / "inbox" / MONTH / "在岗人员花名册.csv", people)
    (root / "fupin.toml").touch()
    return root


@pytest.mark.parametrize(("split", "column"), [("town", "township"), ("county", "county")])
def test_split_by_writes_one_workbook_for_each(
    fupin: Callable[..., Ran], tmp_path: Path, split: str, column: str
) -> None:
    root = SAMPLE if split == "town" else two_counties(tmp_path / "w")
    document = fupin(
        "check", "-w", root, "--month", MONTH, "-o", tmp_path, "--split-by", split, "--format", "json"
    ).document
    assert len(document["outputs"]) > 1
    parts = Counter(f[column] or "（未分乡镇）" for f in document["findings"])
    assert len(document["outputs"]) == len(parts)
    for path in document["outputs"]:
        name = Path(path).stem.split("_")[-1]
        rows = openpyxl.load_workbook(path)["明细"].max_row - 2
        assert rows == parts[name]


def test_select_and_ignore_by_code_and_group(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    build(
        {"history": ["2021-01", "2024-04"], "change": {"assignments": {"合同结束日期": "2024-12-31"}}}, tmp_path / "w"
    )
    small = ["check", "-w", tmp_path / "w", "--month", MONTH, "--format", "json", "--no-workbook"]
    assert {"CAP", "CON"} <= {code[:3] for code in fupin(*small).codes()}
    assert {code[:3] for code in fupin(*small, "--select", "CAP").codes()} == {"CAP"}
    run = ["check", "-w", SAMPLE, "--month", MONTH, "--format", "json", "--no-workbook"]
    assert set(fupin(*run, "--select", "CAP,att002", "--ignore", "CAP003").codes()) == {
        "CAP001",
        "CAP002",
        "CAP004",
        "CAP005",
        "CAP006",
        "CAP007",
        "CAP008",
        "CAP009",
        "CAP010",
        "ATT002",
    }


def test_from_which_severity_on_a_run_fails(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    hidden = book.create_sheet("死亡人员")
    hidden.append(list(DEATHS))
    hidden.append(list(DEATHS.values()))
    hidden.sheet_state = "hidden"
    book.save(tmp_path / "名单.xlsx")
    paid = {"身份证号码": DEATHS["身份证号码"], "补贴类型": "烤火费", "补贴月份": "2024-01", "金额": "5"}
    write_csv(tmp_path / "台账.csv", [paid])
    run = ["check", tmp_path, "--month", MONTH, "--format", "json", "--no-workbook", "--select"]
    for code, severity in (("IN013", "info"), ("IN007", "warning")):
        ran = fupin(*run, code)
        assert ([f["severity"] for f in ran.findings], ran.code) == ([severity], 0)
        assert fupin(*run, code, "--fail-on", severity).code == 1


def test_a_waived_error_does_not_fail_the_run(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    line = ROSTER | {"合同结束日期": "2024-09-30"}
    write_csv(tmp_path / "in" / "在岗人员花名册.csv", [line])
    run = ["check", tmp_path / "in", "--month", MONTH, "--format", "json", "--no-workbook", "--select", "CON002"]
    assert fupin(*run).code == 1
    waiver = {
        "规则代码": "con002",
        "身份证号码": line["身份证号码"],
        "岗位编号": "",
        "生效月份": "2024-05",
        "截止月份": "2024-05",
        "理由": "同意",
        "批准文号": "文1",
        "批准人": "某",
    }
    write_csv(tmp_path / "in" / "豁免清单.csv", [waiver])
    ran = fupin(*run)
    assert (ran.code, ran.findings[0]["waived"], ran.document["summary"]["waived"]) == (0, True, 1)
    write_csv(tmp_path / "in" / "豁免清单.csv", [waiver | {"身份证号码": "", "岗位编号": "GW2"}])
    assert fupin(*run).code == 1


def test_rules_without_their_tables_are_listed_as_not_run(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    write_csv(tmp_path / "in" / "在岗人员花名册.csv", [ROSTER])
    write_csv(tmp_path / "in" / "死亡人员.csv", [DEATHS])
    document = fupin("check", tmp_path / "in", "--month", MONTH, "--format", "json", "--no-workbook").document
    skipped = {entry["code"]: entry for entry in document["skipped"]}
    assert skipped["POST001"]["missing_tables"] == ["registry"]
    assert skipped["POST001"]["partial"] is False
    assert skipped["POST011"] == {
        "code": "POST011",
        "missing_tables": ["prisoners"],
        "missing_settings": [],
        "partial": True,
    }
    assert skipped["INS003"]["missing_settings"] == ["accident_insurance.premium"]
    assert skipped["REG012"]["missing_tables"] == ["registry", "registry@previous"]
    assert "CON002" not in skipped
    build({}, tmp_path / "later")
    later = fupin("check", "-w", tmp_path / "later", "--month", "2026-03", "--format", "json", "--no-workbook").document
    assert {e["code"]: e["missing_settings"] for e in later["skipped"]}["POST019"] == ["post.standard"]


def test_a_rule_that_crashes_takes_nobody_with_it(
    fupin: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_ctx: object) -> pl.LazyFrame:
        raise RuntimeError("密")

    rules = catalogue.all_rules()
    replaced = Rule(**{**vars(rules["CON001"]), "run": broken})
    monkeypatch.setitem(catalogue.RULES, "CON001", replaced)
    write_csv(tmp_path / "in" / "在岗人员花名册.csv", [ROSTER | {"合同结束日期": "2024-09-30"}])
    ran = fupin("check", tmp_path / "in", "--month", MONTH, "--format", "json", "-o", tmp_path)
    assert ran.code == 70
    assert [entry["code"] for entry in ran.document["crashed"]] == ["CON001"]
    assert "CON002" in ran.codes()
    assert "程序出错" in fupin("check", tmp_path / "in", "--month", MONTH, "-o", tmp_path).out


@pytest.mark.parametrize("command", ["check", "payroll", "run"])
def test_quiet_too_says_that_nothing_is_to_be_used(
    fupin: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """The line of a cron mail named sums, and a draft that waits for its approval: none was made."""

    def broken(_ctx: object) -> pl.LazyFrame:
        raise RuntimeError("密")

    build({"settings": '[run]\njobs = ["check", "payroll"]\n'}, tmp_path)
    monkeypatch.setitem(catalogue.RULES, "CON001", Rule(**{**vars(catalogue.all_rules()["CON001"]), "run": broken}))
    ran = fupin(command, "--month", "2024-05", "-w", tmp_path, "-q")
    assert ran.code == 70
    assert "程序出错，CON001 没有跑完，结果不能用" in ran.out + ran.err
    assert "待批准" not in ran.out + ran.err
    assert store.read(tmp_path, "drafts").is_empty()


def test_quiet_says_one_line_and_only_if_something_is_wrong(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    write_csv(tmp_path / "in" / "死亡人员.csv", [DEATHS])
    run = ["check", tmp_path / "in", "--month", MONTH, "--no-workbook", "-q"]
    assert fupin(*run).out == ""
    write_csv(tmp_path / "in" / "死亡人员.csv", [DEATHS, DEATHS])
    ran = fupin(*run)
    assert (ran.code, ran.out.count("\n"), ran.err) == (1, 1, "")


def test_output_is_plain_when_it_is_not_a_terminal(of_sample: OfSample) -> None:
    ran, _ = of_sample()
    assert "\x1b" not in ran.out + ran.err
    assert ran.err.startswith("下一步：")
    assert "在岗人员花名册" in ran.out


def test_control_characters_in_files_cannot_steer_the_terminal(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    write_csv(tmp_path / "in" / "死亡\x1b[31m.csv", [DEATHS | {"死亡日期": "\x1b]0;x\x07"}])
    ran = fupin("check", tmp_path / "in", "--month", MONTH, "--no-workbook", "-v")
    assert "\x1b" not in ran.out + ran.err
    assert "\x07" not in ran.out + ran.err


def test_months_of_folders_decide_what_is_used(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    person = {
        "县": "示例县",
        "乡": "东川镇",
        "村": "东一村",
        "户编号": "H1",
        "姓名": "张三",
        "证件号码": "211302198001010012",
        "与户主关系": "户主",
        "户类型": "脱贫户",
        "监测对象类别": "",
        "劳动技能": "普通劳动力",
    }
    for month, name in (("2024-03", "三月"), ("2024-04", "四月"), ("2024-06", "六月")):
        write_csv(tmp_path / "inbox" / month / "监测对象信息.csv", [person | {"姓名": name}])
    document = fupin("check", tmp_path / "inbox", "--month", MONTH, "--format", "json", "--no-workbook").document
    assert {e["file"][:7]: e["role"] for e in document["inputs"]} == {
        "2024-03": "previous",
        "2024-04": "current",
        "2024-06": "unused",
    }
    write_csv(tmp_path / "inbox" / "监测对象信息.csv", [person])
    assert "IN014" in fupin("check", tmp_path / "inbox", "--month", MONTH, "--format", "json", "--no-workbook").codes()


def test_required_tables_of_the_county(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    write_csv(tmp_path / "inbox" / "死亡人员.csv", [DEATHS])
    (tmp_path / "fupin.toml").write_text('[checks]\nrequired_tables = ["deaths", "prisoners"]\n', encoding="utf-8")
    ran = fupin("check", "-w", tmp_path, "--month", MONTH, "--format", "json", "--no-workbook")
    assert [f["message"] for f in ran.findings] == ["没有报送“服刑人员”"]
    (tmp_path / "fupin.toml").write_text('[checks]\nrequired_tables = ["death"]\n', encoding="utf-8")
    assert fupin("check", "-w", tmp_path, "--month", MONTH).code == 2


def test_the_environment_beats_the_file(
    fupin: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_csv(tmp_path / "inbox" / "在岗人员花名册.csv", [ROSTER])
    (tmp_path / "fupin.toml").write_text("[post]\nage_max = 70\n", encoding="utf-8")
    monkeypatch.setenv("FUPIN_POST__AGE_MAX", "40")
    monkeypatch.setenv("FUPIN_WORKSPACE", str(tmp_path))
    found = fupin("check", "--month", MONTH, "--format", "json", "--no-workbook", "--select", "POST003").findings
    assert [f["clause"] for f in found] == ["本程序默认，县可改"]  # 8.24: the upper age is no number of the text


def test_links_that_lead_outside_the_inbox_are_passed_over(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    write_csv(tmp_path / "secret" / "死亡人员.csv", [DEATHS])
    write_csv(tmp_path / "in" / "死亡.csv", [DEATHS | {"身份证号码": "211302198202020030"}])
    (tmp_path / "in" / "死亡人员.csv").symlink_to(tmp_path / "secret" / "死亡人员.csv")
    document = fupin("check", tmp_path / "in", "--month", MONTH, "--format", "json", "--no-workbook").document
    assert [e["file"] for e in document["inputs"]] == ["死亡.csv"]


def test_a_manifest_tells_what_went_in_and_out(of_sample: OfSample) -> None:
    manifest = json.loads((of_sample()[1] / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["job"] == "check"
    assert manifest["outputs"][0]["file"] == f"核查_{MONTH}.xlsx"
    assert len(manifest["files"]) == sum(
        1 for p in (SAMPLE / "inbox").rglob("*") if p.is_file() and not p.name.startswith("~$")
    )

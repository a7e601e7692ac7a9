"""`fupin rules`, `template`, `init`, help and usage errors."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest

from fupin_cli.checks.catalogue import all_rules
from fupin_cli.intake.contracts import load_contracts
from fupin_cli.intake.headers import recognise
from fupin_cli.intake.readers import read_file
from fupin_cli.outputs.catalogue import markdown
from fupin_cli.policy.months import parse_month
from fupin_cli.policy.parameters import Policy, load_policy, parse_policy
from fupin_cli.policy.settings import Intake, Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Ran

ROOT = Path(__file__).parents[2]
CONTRACTS = load_contracts()


def test_every_rule_names_a_clause_and_quotes_its_words() -> None:
    policy = Policy(load_policy("朝阳市"), Settings())
    for rule in all_rules().values():
        basis = policy.basis(rule.code)
        assert basis.law in policy.law.quote(basis.clause, basis.law), rule.code
        assert all(rule.worded(policy, parse_month("2024-05")).words)
        assert all(
            t.split("@")[0] in CONTRACTS
            for t in (*rule.tables, *rule.any_of, *rule.partly)
            if not t.startswith(("setting:", "policy:"))
        )


def test_every_parameter_names_a_clause_of_the_law() -> None:
    policy = load_policy("朝阳市")
    assert {p.clause for p in policy.file.parameters.values()} <= set(policy.law.clauses)


def test_the_catalogue_page_is_up_to_date() -> None:
    assert (ROOT / "docs" / "rules.md").read_text(encoding="utf-8") == markdown(), "run `make docs`"


def test_rules_are_listed_and_one_is_explained(fupin: Callable[..., Ran]) -> None:
    listed = fupin("rules")
    assert all(code in listed.out for code in all_rules())
    one = fupin("rules", "post005").out
    assert "一人多岗" in one
    assert "坚决避免一村多岗、一人多岗等岗位设置过多过滥等现象" in one
    assert "怎么办" in one
    assert "fupin.toml 的 [post] age_max" in fupin("rules", "POST003").out
    assert len(json.loads(fupin("rules", "CAP", "--format", "json").out)) == sum(
        c.startswith("CAP") for c in all_rules()
    )


def test_the_numbers_in_force_with_their_source(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    rows = {
        r["name"]: r for r in json.loads(fupin("rules", "--parameters", "--month", "2024-05", "--format", "json").out)
    }
    assert rows["post.annual_line"]["value"] == "8784.60"
    assert rows["post.monthly_standard"]["value"] == "732.05"
    assert "增长10%" in rows["post.annual_line"]["source"]
    (tmp_path / "fupin.toml").write_text(
        '[post.standard.2024]\nmonthly = "740.00"\nsource = "示人社〔2024〕1号"\n', encoding="utf-8"
    )
    own = fupin("rules", "--parameters", "--month", "2024-05", "-w", tmp_path)
    assert "740.00" in own.out
    as_json = json.loads(fupin("rules", "--parameters", "--month", "2024-05", "-w", tmp_path, "--format", "json").out)
    (standard,) = [row for row in as_json if row["name"] == "post.monthly_standard"]
    assert "示人社〔2024〕1号" in standard["source"]  # in the table it is folded at the terminal's width
    assert "意外险保费标准" in own.out
    assert json.loads(fupin("rules", "--parameters", "--month", "2026-01", "--format", "json").out) == []


@pytest.mark.parametrize("table", sorted(CONTRACTS))
def test_every_template_is_read_back_as_its_table(fupin: Callable[..., Ran], tmp_path: Path, table: str) -> None:
    path = tmp_path / "t.xlsx"
    assert fupin("template", table, "-o", path).code == 0
    sheet = read_file(path, Intake())[0]
    seen = recognise(sheet, "t.xlsx", CONTRACTS)
    assert [m.spec.table for m in seen.matches] == [table]
    assert set(seen.matches[0].positions) == set(CONTRACTS[table].columns)


def test_a_template_guards_ids_and_offers_lists(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    fupin("template", "在岗人员花名册", "-o", tmp_path)
    fupin("template", "在岗人员花名册", "-o", tmp_path / "新建 文件夹")
    assert [p.name for p in (tmp_path / "新建 文件夹").iterdir()] == ["在岗人员花名册.xlsx"]
    book = openpyxl.load_workbook(tmp_path / "在岗人员花名册.xlsx")
    sheet = book.worksheets[0]
    headers = [cell.value for cell in sheet[3]]
    assert sheet.cell(4, headers.index("身份证号码") + 1).number_format == "@"
    assert sheet.cell(4, headers.index("银行账号") + 1).number_format == "@"
    lists = {rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert '"城乡居民,职工男,职工女干部,职工女工人"' in lists
    assert sheet.freeze_panes == "A4"
    assert fupin("template", "在岗人员花名册", "-o", tmp_path).code == 2
    assert fupin("template", "在岗人员花名册", "-o", tmp_path, "--force").code == 0
    assert "assignments" in fupin("template", "--list").out


def test_a_filled_template_passes_the_check(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    fupin("template", "deaths", "-o", tmp_path / "inbox.xlsx")
    book = openpyxl.load_workbook(tmp_path / "inbox.xlsx")
    for column, value in enumerate(("李四", "211302198202020022", "2024-01-01"), 1):
        book.worksheets[0].cell(4, column, value)
    book.save(tmp_path / "inbox.xlsx")
    ran = fupin("check", tmp_path / "inbox.xlsx", "--month", "2024-05", "--format", "json", "--no-workbook")
    assert (ran.code, ran.findings) == (0, [])
    assert ran.document["inputs"][0]["rows_read"] == 1


def test_init_makes_a_workspace_that_check_takes(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    ran = fupin("init", tmp_path / "县", "--county", '示例"县')
    assert ran.code == 0
    assert {p.name for p in (tmp_path / "县").iterdir()} == {"fupin.toml", "inbox", "out"}
    assert fupin("check", "-w", tmp_path / "县", "--month", "2024-05").code == 10
    assert fupin("init", tmp_path / "县").code == 2
    assert fupin("rules", "-w", tmp_path / "县", "POST003").code == 0


def test_the_settings_of_init_are_the_built_in_ones(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    from fupin_cli.policy.settings_words import load_settings

    fupin("init", tmp_path)
    made = load_settings(tmp_path / "fupin.toml").model_dump()
    assert made == load_settings(None).model_dump()


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (["check", "--month", "2024-13"], 2, "月份写法不对"),
        (["check", "--month", "5月"], 2, "月份写法不对"),
        (["check"], 2, "--month"),
        (["check", "--month", "2024-05"], 10, "找不到"),
        (["check", "没有这里", "--month", "2024-05"], 10, "找不到"),
        (["check", ".", "--month", "2024-05"], 10, "没有文件"),
        (["check", "--month", "2024-05", "--select", "POST05"], 2, "POST005"),
        (["check", "--month", "2024-05", "--fail-on", "bad"], 2, "bad"),
        (["check", "--month", "2024-05", "--nosuch"], 2, "--nosuch"),
        (["check", "--month", "2024-05", "-w", "没有"], 2, "不存在"),
        (["rules", "POST999"], 2, "没有 POST999"),
        (["rules", "--parameters"], 2, "月份"),
        (["template", "花名"], 2, "花名"),
        (["chek"], 2, "chek"),
    ],
)
def test_wrong_usage_is_told_in_chinese_with_what_to_do(
    fupin: Callable[..., Ran], arguments: list[str], code: int, word: str
) -> None:
    ran = fupin(*arguments)
    assert ran.code == code
    assert ran.out == ""
    lines = ran.err.splitlines()
    assert lines[0].startswith("错误: ")
    assert word in lines[0] + lines[-1]
    assert lines[1] == ""
    assert lines[2].startswith("提示: ")
    assert "Traceback" not in ran.err


def test_an_output_folder_that_cannot_be_written_to(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    ran = fupin("check", tmp_path, "--month", "2024-05", "-o", tmp_path / "file")
    assert ran.code == 2
    assert "写不进去" in ran.err


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("[post]\nproraton = 1\n", "proration"),
        ("[pots]\n", "post"),
        ('[post]\nproration = "fixed"\n', "fixed_days"),
        ("[post\n", "TOML"),
        ('[policy]\nextend_to = "2026-12"\n', "source"),
        ('[post.standard.2024]\nannual = 1\nmonthly = 1\nsource = "文件"\n', "annual"),
        ("[accident_insurance]\npremium = 1.234\n", "premium"),
        ('[county]\ncity = "上海市"\n', "上海市"),
    ],
)
def test_a_slip_in_the_settings_is_named(fupin: Callable[..., Ran], tmp_path: Path, text: str, word: str) -> None:
    (tmp_path / "fupin.toml").write_text(text, encoding="utf-8")
    ran = fupin("check", "-w", tmp_path, "--month", "2024-05")
    assert ran.code == 2
    assert word in ran.err


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("title:", "titel:", "titel"),
        ('value: "7260.00"', "value: 7260.00", "引号"),
        ("valid_from: 2022-01-01", "valid_from: 2021-12-31", "重叠"),
        (", source: 实施细则三(五)：2021年人均年纯收入6600元为基数", "", "source"),
    ],
)
def test_a_policy_file_is_read_strictly(old: str, new: str, word: str) -> None:
    from fupin_cli.errors import FupinError

    text = (ROOT / "src/fupin_cli/policy/chaoyang-2021.yaml").read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(FupinError, match=word):
        parse_policy(text.replace(old, new, 1), "x.yaml")


def test_help_speaks_chinese_and_lists_the_commands(fupin: Callable[..., Ran]) -> None:
    ran = fupin("--help")
    assert ran.code == 0
    for word in ("check", "rules", "template", "init", "就业帮扶"):
        assert word in ran.out
    for command in ("check", "rules", "template", "init"):
        page = fupin(command, "--help").out
        assert not re.search(r"Usage|Options|Arguments|Show this|required|default|env var", page), page
    assert fupin("--version").out.startswith("fupin ")
    assert "用法" in fupin().out


def test_a_folder_that_is_gone_is_no_bug(
    fupin: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A terminal left open in a folder that was renamed; a network drive that was cut off. It was exit 70."""
    fupin("init", tmp_path / "w")
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    for command in (("status",), ("check", "2024-05"), ()):
        ran = fupin(*command)
        assert (ran.code, "当前文件夹已经不在了" in ran.err) == (2, True), ran.err
    assert fupin("status", "-w", tmp_path / "w").code != 70

"""`fupin subsidy` as a user runs it: the list, drafts, approval, bank file, ledger, reconciliation, corrections, budgets."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from fupin_cli.measures.catalogue import MEASURES
from tests.cases.test_cases import BASE_ID
from tests.cases.test_measure_cases import OWN, build
from tests.cases.test_reconcile_cases import write_returns
from tests.cli.test_payroll import SAMPLE
from tests.conftest import Ran, write_csv

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.usefixtures("books_planned")

MONTH = "2024-05"
OTHERS = {code for code, measure in MEASURES.items() if not measure.leads}
PAYEE = '[payees."91210000MA0000000X"]\naccount = "2105000100000001"\nbank = "某银行"\nname = "某厂"\n'


def workspace(root: Path, measure: str, **case: Any) -> Path:
    build({"measure": measure, **case}, root)
    return root


def claim(root: Path, **cells: Any) -> None:
    """Write the one transport claim again with other cells."""
    row = OWN["measures"]["transport"]["row"] | cells
    write_csv(root / "inbox" / MONTH / "交通补贴申请表.csv", [row], "gb18030")


def go(fupin: Callable[..., Ran], root: Path, measure: str, *more: str, month: str = MONTH) -> Ran:
    fupin("subsidy", measure, "-w", root, "--month", month, "--operator", "甲", "-q")
    return fupin("approve", month, "--measure", measure, "-w", root, "--by", "乙", "-y", "--format", "json", *more)


def test_the_list_says_clause_fund_who_table_and_what_is_not_set(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    (tmp_path / "fupin.toml").write_text(
        '[training]\ndibao_monthly = 500\n[funds]\nincubator = "某资金"\n', encoding="utf-8"
    )
    rows = {row["code"]: row for row in fupin("subsidy", "-w", tmp_path, "--format", "json").document["measures"]}
    assert set(rows) == OTHERS
    assert rows["training_living"]["missing_settings"] == []
    assert rows["transport"]["missing_settings"] == [
        "transport.method",
        "transport.in_province",
        "transport.out_of_province",
    ]
    assert rows["transport"]["fund"] == "衔接推进乡村振兴补助资金"
    assert rows["incubator"]["fund"] == "某资金"
    assert rows["employer_post"]["clause"] == "二4、三(二)"
    assert "失业补助金" in fupin("subsidy", "-w", tmp_path).out


@pytest.mark.books
def test_all_that_was_supplied_is_drafted_in_the_sample_county(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    import shutil

    shutil.copytree(SAMPLE / "inbox", tmp_path / "inbox")
    shutil.copy(SAMPLE / "fupin.toml", tmp_path)
    document = fupin("subsidy", "--all", "-w", tmp_path, "--month", MONTH, "--format", "json").document
    runs = {run["measure"]: run for run in document["runs"]}
    assert set(runs) == OTHERS
    for code, run in runs.items():
        totals, lines = run["totals"], run["lines"]
        assert totals["pay"] + totals["hold"] + totals["refuse"] == totals["lines"] == len(lines), code
        assert Decimal(totals["amount"]) == sum(Decimal(line["amount"]) for line in lines)
        assert all(line["fund"] and line["clause"] and line["measure"] == code for line in lines)
        assert code == "accident_insurance" or totals["pay"] > 0, code
    book = openpyxl.load_workbook(tmp_path / "out" / MONTH / f"发放_一次性交通补贴_{MONTH}.xlsx", data_only=True)
    assert book.sheetnames == ["汇总", "发放花名册", "暂缓", "不予", "资金", "未读入", "参数", "图表"]
    refused = [row for row in book["不予"].iter_rows(min_row=3, values_only=True) if row[1]]
    assert all("一次性交通补贴：" in str(row[7]) for row in refused)
    assert any(row[0] == "transport.method" for row in book["参数"].iter_rows(values_only=True))


def test_approval_ledger_bank_and_reconciliation_are_those_of_posts(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    root = workspace(tmp_path / "w", "transport")
    approved = go(fupin, root, "transport")
    assert approved.document["batch"] == "202405-01"
    rows = list(csv.DictReader((root / "out" / MONTH / "代发_202405-01.csv").read_bytes().decode("gbk").splitlines()))
    assert (rows[0]["账号"], rows[0]["金额"], rows[0]["身份证号码"]) == ("6217990000000000014", "80.00", BASE_ID)
    assert fupin("approve", MONTH, "--measure", "transport", "-w", root, "--by", "丙", "-y").code == 12
    assert fupin("subsidy", "transport", "-w", root, "--month", MONTH).code == 12
    shown = fupin("ledger", "show", "--person", BASE_ID, "-w", root).out
    assert "一次性交通" in shown
    write_returns(root / "inbox" / MONTH, [{"批次号": "202405-01", "序号": 1, "金额": "80.00"}])
    build({"measure": "transport", "post": {}}, root)  # a roster, without which a month cannot be reconciled
    write_returns(root / "inbox" / MONTH, [{"批次号": "202405-01", "序号": 1, "金额": "80.00"}])
    lines = fupin("reconcile", MONTH, "-w", root, "--format", "json", "--no-workbook").document["lines"]
    assert [(line["measure"], line["verdict"], line["paid"]) for line in lines if line["measure"] == "transport"] == [
        ("transport", "paid", "80.00")
    ]


def test_months_of_two_measures_have_batches_of_their_own(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    root = workspace(tmp_path / "w", "transport", post={}, **{"with": {"training_living": [{}]}})
    (root / "inbox" / MONTH / "意外险名单.csv").write_text(
        f"姓名,身份证号码,保单号,起保日期,终保日期,保费\n张三,{BASE_ID},B1,2024-01-01,2024-12-31,100\n",
        encoding="utf-8",
    )
    assert go(fupin, root, "transport").document["batch"] == "202405-01"
    fupin("payroll", "-w", root, "--month", MONTH, "--operator", "甲", "-q")
    assert fupin("approve", MONTH, "-w", root, "--by", "乙", "-y", "--format", "json").document["batch"] == "202405-02"
    explained = fupin("explain", "张三", "--month", MONTH, "-w", root).out
    for words in ("GW1", "一次性交通补贴", "培训生活费补贴", "单程交通费用补贴", "CAP009"):
        assert words in explained, words


def test_an_organisation_is_paid_where_the_county_says(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    root = workspace(tmp_path / "w", "employer_social_insurance")
    assert "没有账号" in str(go(fupin, root, "employer_social_insurance").document["bank"]["reasons"])
    root = workspace(tmp_path / "v", "employer_social_insurance", add_settings=PAYEE)
    assert go(fupin, root, "employer_social_insurance").document["bank"]["amount"] == "920.10"
    text = (root / "out" / MONTH / "代发_202405-01.csv").read_bytes().decode("gbk")
    assert "某厂,2105000100000001,920.10,91210000MA0000000X,某银行" in text


def test_what_was_paid_once_is_not_claimed_again_next_month(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    root = workspace(tmp_path / "w", "transport")
    go(fupin, root, "transport")
    (root / "inbox" / MONTH).rename(root / "inbox" / "2024-06")
    june = fupin("subsidy", "transport", "-w", root, "--month", "2024-06", "--format", "json", "--no-workbook").document
    assert june["lines"][0]["codes"] == ["CAP010"]
    assert june["corrections"] == []  # May's files are put away: nobody is asked for money back
    assert "已不在收件夹里，没有重算" in june["not_recomputed"][0]
    for path in list((root / "inbox" / "2024-06").iterdir()):
        path.rename(root / "inbox" / path.name)
    (root / "inbox" / "2024-07").mkdir()  # a month has something of its own (9.3): here the national export
    (root / "inbox" / "监测对象信息.csv").rename(root / "inbox" / "2024-07" / "监测对象信息.csv")
    july = fupin("subsidy", "transport", "-w", root, "--month", "2024-07", "--format", "json", "--no-workbook").document
    assert (july["lines"], july["rows_out_of_month"]) == ([], 1)  # the same claim, settled, in the inbox itself


def test_a_mended_claim_is_corrected_with_the_next_approval(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    root = workspace(tmp_path / "w", "transport")
    go(fupin, root, "transport")
    claim(root, 票面金额="60")
    ran = fupin("subsidy", "transport", "-w", root, "--month", MONTH)
    assert (ran.code, "追回 20.00 元" in ran.err) == (12, True)
    row = OWN["measures"]["transport"]["row"] | {
        "姓名": "李四",
        "身份证号码": "211302198202020029",
        "银行账号": "6217990000000000022",
    }
    write_csv(root / "inbox" / "2024-06" / "交通补贴申请表.csv", [row])
    (correction,) = go(fupin, root, "transport", month="2024-06").document["corrections"]
    assert (correction["kind"], correction["month"], correction["amount"]) == ("recover", MONTH, "-20.00")


def test_months_of_an_employers_subsidy_are_counted_from_the_ledger(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    root = workspace(
        tmp_path / "w", "employer_post", history=["2021-05", "2024-03"], change={"首次核定日期": "2021-05-01"}
    )
    assert go(fupin, root, "employer_post").document["totals"]["pay"] == 1
    row = OWN["measures"]["employer_social_insurance"]["row"] | {"首次核定日期": "2021-05-01", "年月": "2024-06"}
    write_csv(root / "inbox" / "2024-06" / "社保补贴岗位补贴花名册.csv", [row], "gb18030")
    june = fupin(
        "subsidy", "employer_post", "-w", root, "--month", "2024-06", "--format", "json", "--no-workbook"
    ).document
    assert june["lines"][0]["codes"] == ["MEA008"]


def test_a_range_of_months(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    root = workspace(tmp_path / "w", "unemployment_aid", more=[{"年月": "2024-06"}])
    document = fupin(
        "subsidy", "unemployment_aid", "-w", root, "--from", MONTH, "--to", "2024-06", "--format", "json"
    ).document
    assert [run["totals"]["amount"] for run in document["runs"]] == ["1000.00", "1000.00"]


def test_an_approval_stays_within_the_budget_unless_a_document_says_so(
    fupin: Callable[..., Ran], tmp_path: Path
) -> None:
    fund = "衔接推进乡村振兴补助资金"
    root = workspace(
        tmp_path / "w", "transport", add_settings='[budget]\n"衔接资金" = "79.99"\n'
    )  # by its short name, as posts write it (8.20)
    ran = go(fupin, root, "transport")
    assert (ran.code, f"超过本年预算：{fund} 超出 0.01 元" in ran.err) == (12, True)
    assert go(fupin, root, "transport", "--over-budget", "文9").code == 0
    assert "超预算 文9" in fupin("ledger", "show", "-w", root, "--format", "json").out
    claim(root, 票面金额="80", 身份证号码="211302198202020029")
    row = OWN["measures"]["transport"]["row"] | {"身份证号码": "211302198202020029"}
    write_csv(root / "inbox" / "2024-06" / "交通补贴申请表.csv", [row])
    funds = fupin(
        "subsidy", "transport", "-w", root, "--month", "2024-06", "--format", "json", "--no-workbook"
    ).document["funds"]
    assert funds == [{"fund": fund, "budget": "79.99", "committed": "80.00", "paid": "0.00", "left": "-0.01"}]


@pytest.mark.parametrize(("fund", "told"), [("衔接资金金", True), ("衔接资金", False)])
def test_a_budget_of_a_fund_that_pays_nothing_is_told_where_money_is(
    fupin: Callable[..., Ran], tmp_path: Path, fund: str, *, told: bool
) -> None:
    """6.7: a misspelled fund guards nothing; who drafts and who approves is told, not the doctor alone."""
    root = workspace(tmp_path / "w", "transport", add_settings=f'[budget]\n"{fund}" = "100"\n')
    words = f"预算“{fund}”：没有一项补贴从这项资金发放"
    drafted = fupin("subsidy", "transport", "-w", root, "--month", MONTH, "--operator", "甲")
    approved = fupin("approve", MONTH, "--measure", "transport", "-w", root, "--by", "乙", "-y")
    assert [words in ran.out + ran.err for ran in (drafted, approved)] == [told, told]


@pytest.mark.parametrize("budget", ["80", "80.00"])
def test_a_budget_that_just_suffices(fupin: Callable[..., Ran], tmp_path: Path, budget: str) -> None:
    root = workspace(tmp_path / "w", "transport", add_settings=f'[budget]\n"衔接推进乡村振兴补助资金" = "{budget}"\n')
    assert go(fupin, root, "transport").code == 0


def test_verify_computes_other_subsidies_again_too(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    root = workspace(tmp_path / "w", "transport")
    go(fupin, root, "transport")
    ran = fupin("verify", MONTH, "-w", root)
    assert (ran.code, "批准（一次性交通补贴）：重算结果相同" in ran.out) == (0, True)
    claim(root, 票面金额="60")
    assert fupin("verify", MONTH, "-w", root).code == 12


def test_nobody_leaves_unmasked(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    root = workspace(tmp_path / "w", "transport")
    said = (
        fupin("subsidy", "transport", "-w", root, "--month", MONTH).out
        + fupin("subsidy", "--all", "-w", root, "--month", MONTH, "--format", "json").out
    )
    said += go(fupin, root, "transport").out + fupin("explain", "张三", "--month", MONTH, "-w", root).out
    for word in (BASE_ID, "6217990000000000014", "张三"):
        assert word not in said


def test_a_county_without_posts_is_led_through_its_own_subsidies(
    fupin: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After `approve --measure` it was told to approve; status and `fupin` alone gave a command that asked for a roster."""
    root = workspace(tmp_path / "w", "transport")
    (root / "inbox" / MONTH / "在岗人员花名册.csv").unlink(missing_ok=True)
    monkeypatch.chdir(root)
    drafted = fupin("subsidy", "transport", "--month", MONTH, "--operator", "甲")
    which = f"fupin approve {MONTH} --measure 代号"
    assert which in drafted.err
    assert which in fupin().out
    assert which in fupin("status", "--format", "json").document["months"][0]["todo"]
    unsaid = fupin("approve", MONTH, "--by", "乙", "-y")
    assert unsaid.code == 12
    assert "等批准的是 一次性交通补贴" in unsaid.err
    assert f"fupin approve {MONTH} --measure transport " in unsaid.err
    approved = fupin("approve", MONTH, "--measure", "transport", "--by", "乙", "-y")
    assert "下一步：代发文件交银行" in approved.err
    assert "代发文件交银行" in fupin().out
    assert "--measure 代号" in fupin("withdraw", MONTH, "--by", "乙", "-y", "--document", "文1").err
    again = fupin("withdraw", MONTH, "--measure", "transport", "--by", "乙", "-y", "--document", "文1")
    assert f"下一步：核查：fupin check {MONTH}" in again.err, "its draft is taken back too"


def test_a_payee_who_is_said_to_be_oneself_is_named_to_the_bank(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """收款人姓名 本人: the bank was told to pay somebody of that name."""
    root = workspace(tmp_path / "w", "flexible_social_insurance")
    (file,) = (root / "inbox" / MONTH).glob("灵活就业*.csv")
    header, row = file.read_text("gb18030").splitlines()[:2]
    more = "银行账号,收款人姓名", "6217990000000000014,本人"
    file.write_text(f"{header},{more[0]}\n{row},{more[1]}\n", "gb18030")
    assert go(fupin, root, "flexible_social_insurance").code == 0
    (bank,) = (root / "out" / MONTH).glob("代发_*.csv")
    assert ",张三,6217990000000000014," in bank.read_text("gbk")

"""9.A8 through the command line: a number changed without a month, accounts, and a reconciliation without a roster."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from tests.cases.test_cases import BASE, BASE_ID
from tests.cases.test_measure_cases import OWN, build
from tests.cases.test_reconcile_cases import write_returns
from tests.conftest import Ran, write_csv

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("books_planned")

MARCH, APRIL = "2025-03", "2025-04"
PLAIN = "[training]\ndibao_monthly = {}\n"
DATED = (
    '[training]\ndibao_monthly = [{{from = "2025-01", value = 450, source = "某文〔2025〕1号"}}, '
    '{{from = "{}", value = 500, source = "某文〔2025〕9号"}}]\n'
)


def go(fupin: Callable[..., Ran], root: Path, measure: str, month: str) -> Ran:
    fupin("subsidy", measure, "-w", root, "--month", month, "--operator", "甲", "-q")
    return fupin("approve", month, "--measure", measure, "-w", root, "--by", "乙", "-y", "--format", "json")


def sent(root: Path, month: str) -> list[dict[str, str]]:
    (file,) = (root / "out" / month).glob("代发_*.csv")
    return list(csv.DictReader(file.read_bytes().decode("gbk").splitlines()))


def trained(month: str, class_no: str) -> dict[str, Any]:
    row: dict[str, Any] = OWN["measures"]["training_living"]["row"]
    row = dict(row) | {"银行账号": "6217990000000000014", "开户银行": "农信社"}
    return row | {"班次编号": class_no, "开班日期": f"{month}-10", "结业日期": f"{month}-19"}


@pytest.mark.books
def test_a_number_changed_without_a_month_is_asked_about(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """低保 450 → 500 in April gives March no back pay; with a month, each month has its own and its source is printed."""
    root = tmp_path / "w"
    build({"measure": "training_living", "month": MARCH, "settings": PLAIN.format(450)}, root)
    write_csv(root / "inbox" / MARCH / "培训学员名册.csv", [trained(MARCH, "C1")], "gb18030")
    assert go(fupin, root, "training_living", MARCH).document["bank"]["amount"] == "157.50"
    settings = (root / "fupin.toml").read_text(encoding="utf-8")
    write_csv(root / "inbox" / APRIL / "培训学员名册.csv", [trained(APRIL, "C2")], "gb18030")
    (root / "fupin.toml").write_text(settings.replace(PLAIN.format(450), PLAIN.format(500)), encoding="utf-8")
    asked = fupin("subsidy", "training_living", "-w", root, "--month", APRIL)
    assert asked.code == 2
    for words in ("2025-03 1 笔", "157.50", "175.00", "training.dibao_monthly", "from"):
        assert words in asked.err, words
    for since, april, march in (("2025-04", "175.00", []), ("2025-02", "175.00", ["17.50"])):
        text = settings.replace(PLAIN.format(450), DATED.format(since))
        (root / "fupin.toml").write_text(text, encoding="utf-8")
        ran = fupin("subsidy", "training_living", "-w", root, "--month", APRIL, "--format", "json", "--force")
        assert ran.document["totals"]["amount"] == april
        assert [row["amount"] for row in ran.document["corrections"]] == march
    book = openpyxl.load_workbook(next((root / "out" / APRIL).glob("发放_*.xlsx")), data_only=True)
    rows = {row[0]: row for row in book["参数"].iter_rows(values_only=True)}
    assert rows["training.dibao_monthly"][2] == "500"
    assert "某文〔2025〕9号" in str(rows["training.dibao_monthly"])
    assert "本程序默认，县可改" in str(rows["training.days_per_month"])


def test_a_day_that_was_paid_with_the_class_of_an_earlier_month_is_not_paid_again(
    fupin: Callable[..., Ran], tmp_path: Path
) -> None:
    """Two classes on the same day pay once (SPEC 3), though each was handed in with its own month."""
    root = tmp_path / "w"
    build({"measure": "training_living", "month": MARCH, "settings": PLAIN.format(450)}, root)
    write_csv(root / "inbox" / MARCH / "培训学员名册.csv", [trained(MARCH, "C1")], "gb18030")
    long = trained(APRIL, "C2") | {"开班日期": "2025-03-15", "结业日期": "2025-04-09", "应到天数": 26, "实到天数": 24}
    write_csv(root / "inbox" / APRIL / "培训学员名册.csv", [long], "gb18030")
    april = ("subsidy", "training_living", "-w", root, "--month", APRIL, "--format", "json", "--no-workbook")
    assert fupin(*april).document["totals"]["amount"] == "540.00", "24 days: nothing was paid yet"
    assert go(fupin, root, "training_living", MARCH).code == 0
    assert fupin(*april).document["totals"]["amount"] == "472.50", "21 days: 15 to 19 March are of the first class"


@pytest.mark.parametrize(
    "measure",
    [
        "flexible_social_insurance",
        "training_living",
        "rain_dew",
        "startup_interest",
        "startup_venue",
        "unemployment_aid",
    ],
)
def test_a_person_is_paid_into_the_account_of_the_form(fupin: Callable[..., Ran], tmp_path: Path, measure: str) -> None:
    root = tmp_path / "w"
    own = {"银行账号": "6217990000000000014", "开户银行": "农信社", "收款人姓名": "张三"}
    build({"measure": measure, "change": own}, root)
    assert go(fupin, root, measure, OWN["month"]).code == 0
    (line,) = sent(root, OWN["month"])[:1]
    assert (line["账号"], line["开户银行"], line["姓名"], line["身份证号码"]) == (
        "6217990000000000014",
        "农信社",
        "张三",
        BASE_ID,
    )


def test_a_training_body_is_never_paid_into_the_account_of_a_trainee(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    root = tmp_path / "w"
    build({"measure": "training_course", "change": {"银行账号": "6217990000000000014", "开户银行": "农信社"}}, root)
    assert "没有账号" in str(go(fupin, root, "training_course", OWN["month"]).document["bank"]["reasons"])


def test_an_insurer_that_is_not_named_is_not_paid_into_the_account_of_the_insured(
    fupin: Callable[..., Ran], tmp_path: Path
) -> None:
    """保险公司 may be left out (TABLES): the premium is the insurer's, and the person has an account on the roster."""
    root = tmp_path / "w"
    build({"measure": "accident_insurance", "change": {"保险公司": ""}}, root)
    bank = go(fupin, root, "accident_insurance", OWN["month"]).document["bank"]
    assert (bank["rows"], bank["left_out"], bank["reasons"]) == (0, 1, ["没有账号"])


def test_a_reconciliation_needs_the_tables_of_what_was_approved(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    root, month = tmp_path / "w", OWN["month"]
    build({"measure": "transport"}, root)
    assert fupin("reconcile", month, "-w", root).code == 10  # nothing approved, and no roster
    batch = go(fupin, root, "transport", month).document["batch"]
    write_returns(root / "inbox" / month, [{"批次号": batch, "序号": 1, "金额": "80.00"}])
    lines = fupin("reconcile", month, "-w", root, "--format", "json", "--no-workbook").document["lines"]
    assert [(line["measure"], line["verdict"]) for line in lines] == [("transport", "paid")]


@pytest.mark.parametrize(
    ("more", "account"),
    [
        # The order of rows says nothing: the older contract stands last.
        (
            {"合同开始日期": "2024-09-01", "合同结束日期": "2025-02-28", "银行账号": "6217990000000000022"},
            "6217990000000000014",
        ),
        ({"合同开始日期": "2025-03-01", "银行账号": "6217990000000000022"}, None),
    ],
)
def test_the_account_is_that_of_the_latest_contract(
    fupin: Callable[..., Ran], tmp_path: Path, more: dict[str, str], account: str | None
) -> None:
    build({"measure": "training_living", "month": MARCH, "post": {"本月累计出勤天数": "3"}}, tmp_path)
    row = trained(MARCH, "C1") | {"银行账号": ""}
    write_csv(tmp_path / "inbox" / MARCH / "培训学员名册.csv", [row], "gb18030")
    held = BASE["tables"]["assignments"] | {"合同开始日期": "2025-03-01", "合同结束日期": "2025-08-31"}
    write_csv(tmp_path / "inbox" / MARCH / "在岗人员花名册.csv", [held, held | more], "gb18030")
    approved = go(fupin, tmp_path, "training_living", MARCH)
    assert approved.code == 0, approved.err
    files = list((tmp_path / "out" / MARCH).glob("代发_*.csv"))
    assert [line["账号"] for _ in files for line in sent(tmp_path, MARCH) if line["账号"]] == (
        [account] if account else []
    )

"""Rows of a .csv that a comma without quotes has moved: nothing of them is used, and the money of whom they are about is held."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cases.test_cases import BASE, build
from tests.cases.test_measure_cases import OWN
from tests.cases.test_measure_cases import build as build_claim

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Ran

pytestmark = pytest.mark.usefixtures("books_planned")
MONTH = BASE["month"]
CSV = {name: f"{title}.csv" for name, title in BASE["files"].items()}


def mend(root: Path, file: str, old: str, new: str) -> None:
    """Put something else into the rows of a file, not into its header."""
    path = root / "inbox" / MONTH / file
    head, _, body = path.read_bytes().decode("gb18030").partition("\n")
    assert old in body
    path.write_bytes(f"{head}\n{body.replace(old, new)}".encode("gb18030"))


@pytest.mark.parametrize(
    ("table", "old", "new", "status", "code"),
    [
        # Contract and days on post would be of other months: there was no line at all.
        ("assignments", "东一村", "东一村,一组", "hold", "ID001"),
        ("assignments", "张三,", "张三,小名三儿,", "hold", "ID001"),
        ("registry", ",H1,", ",H,1,", "hold", "POST001"),  # it had refused: not in the export
        ("attendance", "张三", "张三,小名三儿", "hold", "ATT001"),
        # All of it can be read: what is too much is a remark.
        ("assignments", "13900000001", "13900000001,电话常关机,晚上打", "pay", None),
        ("attendance", "合格", "合格,月底请假半天", "pay", None),
    ],
)
def test_a_comma_without_quotes(
    fupin: Callable[..., Ran], tmp_path: Path, table: str, old: str, new: str, status: str, code: str | None
) -> None:
    """8.3: a row that cannot be keyed still makes a line, held."""
    build(
        {"add": {"registry": [{"户编号": "H2", "姓名": "王五", "证件号码": "211302198202020030", "出生日期": ""}]}},
        tmp_path,
    )
    mend(tmp_path, CSV[table], old, new)
    ran = fupin("payroll", MONTH, "-w", tmp_path, "--by", "甲", "--format", "json", "--no-workbook")
    (line,) = ran.document["lines"]
    assert (line["status"], code is None or code in line["codes"]) == (status, True)
    ran = fupin("check", MONTH, "-w", tmp_path, "--format", "json", "--no-workbook")
    assert any("逗号没有加引号" in f["message"] for f in ran.findings) == (status == "hold")
    (file,) = (f for f in ran.document["inputs"] if f["table"] == table)
    assert file["rows_set_aside"] == int(status == "hold")
    assert file["rows_read"] == file["rows_accepted"] + file["rows_set_aside"]


def test_a_dead_person_whose_date_has_fallen_apart_is_held(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    build({"add": {"deaths": [{"死亡日期": "D"}]}}, tmp_path)
    mend(tmp_path, CSV["deaths"], "D", "2024,4,3")
    ran = fupin("payroll", MONTH, "-w", tmp_path, "--by", "甲", "--format", "json", "--no-workbook")
    assert [line["codes"] for line in ran.document["lines"]] == [["POST011"]]


def test_a_claim_that_a_comma_has_moved_is_held(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """8.24: whose month nobody can read; in a month's folder it is of that month."""
    code = "employer_social_insurance"
    build_claim({"measure": code}, tmp_path)
    entry = OWN["measures"][code]
    name = f"{entry['table']}.csv"
    mend(tmp_path, name, entry["row"]["单位名称"], f"{entry['row']['单位名称']},二分厂")
    ran = fupin("subsidy", code, "--month", MONTH, "-w", tmp_path, "--by", "甲", "--format", "json", "--no-workbook")
    assert [(line["status"], "ID001" in line["codes"]) for line in ran.document["lines"]] == [("hold", True)]


@pytest.mark.parametrize(
    ("medical", "others", "status"),
    [
        ("1,234.50", "234.50", "hold"),  # it was paid two thirds of 1 yuan
        ("￥1,234", "234.50", "hold"),
        ("1,234.50", "1,200.00", "hold"),  # of all rows
        ("1,234", "1,200", "pay"),  # a column without a header, of all rows
        ("234.50,已核", "234.50", "pay"),  # a remark
        ("934.50,100", "234.50", "pay"),
    ],
)
def test_an_amount_that_fell_apart_at_its_thousands_is_no_amount(
    fupin: Callable[..., Ran], tmp_path: Path, medical: str, others: str, status: str
) -> None:
    """All of such a row can be read where the amount stands last."""
    code = "flexible_social_insurance"
    build_claim({"measure": code}, tmp_path)
    entry = OWN["measures"][code]
    row = {k: v for k, v in entry["row"].items() if k in {"姓名", "身份证号码", "年月", "养老缴费"}}
    lines = [",".join([*row, "医疗缴费"]), ",".join([*row.values(), medical])]
    numbers = ("211302198202020022", "211302198202020030", "211302198303030015")
    lines += [",".join([*(row | {"姓名": "李四", "身份证号码": number}).values(), others]) for number in numbers]
    (tmp_path / "inbox" / MONTH / f"{entry['table']}.csv").write_text("\n".join(lines), encoding="utf-8")
    ran = fupin("subsidy", code, "--month", MONTH, "-w", tmp_path, "--by", "甲", "--format", "json", "--no-workbook")
    (line,) = [line for line in ran.document["lines"] if line["row"] == 2]
    assert line["status"] == status
    assert ("ID001" in line["codes"]) == (status == "hold")

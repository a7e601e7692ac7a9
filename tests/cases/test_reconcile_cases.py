"""Verdicts of `reconcile/`, through the command line: a month is approved, the bank's file comes back, things change."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fupin_cli.cli.main import main
from tests.cases.test_cases import BASE, BASE_ID, build
from tests.conftest import Ran, from_yaml, write_csv

if TYPE_CHECKING:
    from collections.abc import Callable

CASES = from_yaml(Path(__file__).parent / "reconcile" / "verdicts.yaml")
MONTH = BASE["month"]
OTHER = "211302198202020022"[:-1]
FIRST = {
    "姓名": "张三",
    "账号": "6217990000000000014",
    "金额": "732.05",
    "身份证号码": BASE_ID,
    "处理结果": "成功",
    "失败原因": "",
    "批次号": "",
    "序号": "",
    "原批次号": "",
}


def second_id() -> str:
    from stdnum.cn import ric

    return OTHER + str(ric.calc_check_digit(OTHER + "0"))


def two_people(**more: Any) -> dict[str, Any]:
    """A case of two people in two households."""
    who = {"姓名": "李四", "身份证号码": second_id()}
    registry = {
        "姓名": "李四",
        "证件号码": second_id(),
        "出生日期": "19820202",
        "性别": "女",
        "户编号": "H2",
        "成员联系电话": "13900000002",
        "户联系电话": "13900000002",
    }
    roster = who | {"岗位编号": "GW2", "银行账号": "6217990000000000022", "联系电话": "13900000002"}
    return {
        "add": {
            "registry": [registry],
            "assignments": [roster],
            "posts": [{"岗位编号": "GW2", "核定人数": 2, "岗位类型": "护林"}],
            "attendance": [who | {"岗位编号": "GW2", "本月累计出勤天数": 22, "考核结果": "合格"}],
            "accident_insurance": [who | {"保单号": "B2"}],
        }
    } | more


@pytest.fixture(scope="session")
def approved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A month of two people, approved."""
    root = tmp_path_factory.mktemp("approved") / "w"
    build(two_people(), root)
    assert main(["payroll", "-w", str(root), "--month", MONTH, "--operator", "甲", "-q"]) == 0
    assert main(["approve", MONTH, "-w", str(root), "--by", "乙", "-y"]) == 0
    return root


@pytest.fixture
def month(approved: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    shutil.copytree(approved, tmp_path / "w")
    return tmp_path / "w"


def write_returns(folder: Path, rows: list[dict[str, Any]], total: list[str] | None = None, name: str = "回盘") -> Path:
    """Write a return file; `total`: name, account and amount of a last line."""
    lines = [FIRST | row for row in rows]
    if total:
        lines.append(dict(zip(("姓名", "账号", "金额"), (cell.replace(",", "") for cell in total), strict=True)))
    return write_csv(folder / f"{name}.csv", lines, "gb18030")


SECOND = {"姓名": "李四", "账号": "6217990000000000022", "身份证号码": second_id()}


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_verdict(case: dict[str, Any], fupin: Callable[..., Ran], month: Path) -> None:
    folder = month / "inbox" / MONTH
    path = write_returns(folder, [*case["returns"], SECOND], case.get("total"))
    for n in range(1, case.get("copies", 1)):
        shutil.copy(path, folder / f"回盘({n}).csv")
    if "change" in case:
        kept = path.read_bytes()
        shutil.rmtree(month / "inbox")
        build(two_people(change=case["change"]), month)
        path.write_bytes(kept)
    ran = fupin("reconcile", MONTH, "-w", month, "--format", "json", "--no-workbook", "--unmask")
    document = ran.document
    lines = {line["person"]: line for line in document["lines"]}
    mine = lines[BASE_ID]
    got = " ".join([mine["verdict"], mine["due"], mine["approved"], mine["paid"], mine["reason"] or ""]).strip()
    assert got == case["expect"]
    assert lines[second_id()]["verdict"] == case.get("second", "paid")
    assert [f["code"] for f in document["findings"]] == case.get("found", [])
    strangers = [line for line in document["lines"] if line["verdict"] == "not_approved"]
    assert len(strangers) == case.get("strangers", 0)
    assert ran.code == case.get("code", 1)


def test_the_reasons_of_the_schema_are_those_that_have_an_answer() -> None:
    from fupin_cli.intake.contracts import load_contracts
    from fupin_cli.reconciliation.returns import OTHER as REST
    from fupin_cli.reconciliation.returns import REASONS, UNCLEAR

    known = load_contracts()["bank_return"].common.failures
    assert set(known) | {REST, UNCLEAR} == set(REASONS)
    assert {case["expect"].split()[4] for case in CASES if len(case["expect"].split()) > 4} == set(REASONS)

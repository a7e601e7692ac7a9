"""Verdicts of `reconcile/`: a month is approved, the bank's file comes back, things change.

All cases stand in one approved month, each with two people and a return file of its own; what is said of a case, exit code and
all, is what is said of its lines and its file. The first case of either exit code is run through the command line too, alone in
its month; with FUPIN_LONG=1 each is.
"""

from __future__ import annotations

import csv
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

import fupin_cli
from fupin_cli.cli.main import main
from fupin_cli.outputs.reconcile_json import reconcile_document
from tests.cases.test_cases import BASE, BASE_ID, build, tables_of, write
from tests.cases.together import ACCOUNT, Together, own
from tests.conftest import LONG, Ran, from_yaml, write_csv

if TYPE_CHECKING:
    from collections.abc import Callable

    from fupin_cli.results.reconcile import ReconcileRun

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


STRANGER = "211302198505050034"  # no check digit: nobody's number
SECOND = {"姓名": "李四", "账号": "6217990000000000022", "身份证号码": second_id()}


# --- all cases in one month --------------------------------------------------------------------------------------------

# A given name for each case; whoever a case names is called so, after the surname.
GIVEN = (
    "仁义礼智信忠孝廉勇恒安康宁泰和顺平福禄寿喜春夏秋冬梅兰竹菊松柏杨柳桃李江河湖海山峰岭石田林森泉云雨雪霜金银铜铁玉"
)
NAMED = ("张三", "李四", "王五", "赵六")


def named(row: dict[str, Any], n: int) -> dict[str, Any]:
    """A row with the names of case `n`."""
    return {header: cell[0] + GIVEN[n] if cell in NAMED else cell for header, cell in row.items()}


def numbered(cell: str, n: int) -> str:
    """A number of a return file as case `n` has it; of a masked one only the ends are told."""
    if cell == STRANGER:
        return f"{cell[:14]}{n:03d}{cell[-1]}"
    if "*" in cell:
        whole = next(number for number in (BASE_ID, FIRST["账号"]) if number[-4:] == cell[-4:])
        return cell[:-4] + numbered(whole, n)[-4:]
    return str(own(ACCOUNT, cell, n))


def answered(row: dict[str, Any], n: int) -> dict[str, Any]:
    """A row of a return file as case `n` has it."""
    return named(row, n) | {header: numbered(row[header], n) for header in ("身份证号码", "账号")}


def everybody(*, changed: bool) -> dict[str, list[dict[str, Any]]]:
    """The tables of all cases, as they were approved or with what each changes afterwards."""
    cases = Together()
    for n, case in enumerate(CASES):
        tables = tables_of(two_people(change=case.get("change", {}) if changed else {}))
        cases.add({name: [named(row, n) for row in rows] for name, rows in tables.items()}, n)
    return cases.written()


@pytest.fixture(scope="module")
def reconciled(tmp_path_factory: pytest.TempPathFactory) -> ReconcileRun:
    """A month in which all cases were approved, answered by the bank, changed, and reconciled."""
    root = tmp_path_factory.mktemp("all") / "w"
    write(root, everybody(changed=False), MONTH)
    assert main(["payroll", "-w", str(root), "--month", MONTH, "--operator", "甲", "-q"]) == 0
    assert main(["approve", MONTH, "-w", str(root), "--by", "乙", "-y"]) == 0
    sent = (root / "out" / MONTH / "代发_202405-01.csv").read_bytes().decode("gbk").splitlines()
    line_of = {row["身份证号码"]: row["序号"] for row in csv.DictReader(sent)}
    write(root, everybody(changed=True), MONTH)
    folder = root / "inbox" / MONTH
    for n, case in enumerate(CASES):
        mine = line_of[numbered(BASE_ID, n)]
        rows = [FIRST | row | ({"序号": mine} if row.get("序号") == 1 else {}) for row in (*case["returns"], SECOND)]
        path = write_returns(folder, [answered(row, n) for row in rows], case.get("total"), f"回盘_{n:02}")
        for copy in range(1, case.get("copies", 1)):
            shutil.copy(path, folder / f"回盘_{n:02}({copy}).csv")
    return fupin_cli.reconcile(root, MONTH)


def part(run: ReconcileRun, n: int) -> ReconcileRun:
    """What a reconciliation says of case `n` alone: its people's lines, its file's rows and findings."""
    people = {numbered(number, n) for number in (BASE_ID, second_id(), STRANGER)}
    of_file = pl.col("file").str.starts_with(f"{MONTH}/回盘_{n:02}")
    unmatched = run.reconciled.unmatched.filter(pl.col("_file").str.starts_with(f"{MONTH}/回盘_{n:02}"))
    return replace(
        run,
        reconciled=replace(run.reconciled, lines=run.lines.filter(pl.col("person").is_in(people)), unmatched=unmatched),
        result=replace(run.result, found=run.findings.filter(of_file)),
    )


@pytest.mark.parametrize("n", range(len(CASES)), ids=[case["name"] for case in CASES])
def test_verdict(n: int, reconciled: ReconcileRun) -> None:
    run = part(reconciled, n)
    said = reconcile_document(run, unmask=True)
    as_expected(CASES[n], said, run.exit_code, numbered(BASE_ID, n), numbered(second_id(), n))


def as_expected(case: dict[str, Any], document: dict[str, Any], code: int, first: str, second: str) -> None:
    lines = {line["person"]: line for line in document["lines"]}
    mine = lines[first]
    got = " ".join([mine["verdict"], mine["due"], mine["approved"], mine["paid"], mine["reason"] or ""]).strip()
    assert got == case["expect"]
    assert lines[second]["verdict"] == case.get("second", "paid")
    assert [f["code"] for f in document["findings"]] == case.get("found", [])
    strangers = [line for line in document["lines"] if line["verdict"] == "not_approved"]
    assert len(strangers) == case.get("strangers", 0)
    assert code == case.get("code", 1)


# --- a case alone in its month, by the command line ----------------------------------------------------------------------

FIRST_OF_A_CODE = [next(n for n, case in enumerate(CASES) if case.get("code", 1) == code) for code in (0, 1)]


@pytest.mark.parametrize(
    "case", [case for n, case in enumerate(CASES) if LONG or n in FIRST_OF_A_CODE], ids=lambda case: case["name"]
)
def test_verdict_by_the_command(case: dict[str, Any], fupin: Callable[..., Ran], month: Path) -> None:
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
    as_expected(case, ran.document, ran.code, BASE_ID, second_id())


def test_the_reasons_of_the_schema_are_those_that_have_an_answer() -> None:
    from fupin_cli.intake.contracts import load_contracts
    from fupin_cli.reconciliation.returns import OTHER as REST
    from fupin_cli.reconciliation.returns import REASONS, UNCLEAR

    known = load_contracts()["bank_return"].common.failures
    assert set(known) | {REST, UNCLEAR} == set(REASONS)
    assert {case["expect"].split()[4] for case in CASES if len(case["expect"].split()) > 4} == set(REASONS)

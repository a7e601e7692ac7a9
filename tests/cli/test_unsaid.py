"""Approved lines of which the files say nothing any more: undecided, never asked back.

A file in the inbox itself is written over with the next month's; a roster that Excel has saved again has lost its numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.cases.test_cases import BASE, BASE_ID, build
from tests.cases.test_measure_cases import OWN
from tests.cases.test_measure_cases import build as build_claim
from tests.conftest import write_csv

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Ran

pytestmark = pytest.mark.usefixtures("books_planned")
MAY, JUNE = BASE["month"], "2024-06"
ROSTER = f"{BASE['files']['assignments']}.csv"
ROW = BASE["tables"]["assignments"]
OTHER = {"姓名": "王五", "身份证号码": "211302198202020030", "银行账号": "6217990000000000022"}


def drafted(fupin: Callable[..., Ran], root: Path, *command: str) -> tuple[list[Any], list[Any]]:
    ran = fupin(*command, "--month", JUNE, "-w", root, "--by", "甲", "--format", "json", "--no-workbook")
    document = ran.document
    return sorted((c["month"], c["kind"]) for c in document["corrections"]), [u["month"] for u in document["undecided"]]


@pytest.mark.parametrize(
    ("where", "row", "said"),
    [
        ("", ROW | OTHER, ([], [MAY])),  # written over with who is there now
        ("", ROW | {"身份证号码": "2.11302E+17"}, ([], [MAY])),  # saved again by Excel
        ("", ROW | {"离岗日期": "2024-04-30", "合同结束日期": "2024-04-30"}, ([(MAY, "recover")], [])),  # it says so
        (MAY, ROW | {"身份证号码": "2.11302E+17"}, ([], [MAY])),
        (MAY, ROW | {"身份证号码": BASE_ID[:-1] + "3"}, ([], [MAY])),
        (MAY, ROW | OTHER, ([(MAY, "recover")], [])),  # taken out of the month's own file
        (MAY, ROW | {"身份证号码": "2.11302E+17", "姓名": "李四"}, ([(MAY, "recover")], [])),
    ],
)
def test_a_post_of_which_the_roster_says_nothing_any_more(
    fupin: Callable[..., Ran], tmp_path: Path, where: str, row: dict[str, Any], said: tuple[Any, Any]
) -> None:
    build({}, tmp_path)
    (tmp_path / "inbox" / MAY / ROSTER).rename(tmp_path / "inbox" / where / ROSTER)
    fupin("payroll", MAY, "-w", tmp_path, "--by", "甲", "-q")
    assert fupin("approve", MAY, "-w", tmp_path, "--by", "乙", "-y").code == 0
    write_csv(tmp_path / "inbox" / where / ROSTER, [row])
    write_csv(tmp_path / "inbox" / JUNE / "出勤汇总表.csv", [BASE["tables"]["attendance"] | {"年月": JUNE} | OTHER])
    assert drafted(fupin, tmp_path, "payroll") == said
    ran = fupin("reconcile", MAY, "-w", tmp_path, "--format", "json", "--no-workbook")
    verdicts = [x["verdict"] for x in ran.document["lines"] if x["person"].endswith("0012") and x["approved"] != "0.00"]
    assert verdicts == (["undecided"] if said[1] else ["cancelled"])


@pytest.mark.parametrize("cells", [{"岗位编号": "GW01"}, {"身份证号码": "211302198202020030"}])
def test_a_row_that_was_changed_is_not_lost_and_nobody_is_paid_twice(
    fupin: Callable[..., Ran], tmp_path: Path, cells: dict[str, str]
) -> None:
    """Another number of the post, or of the person: what was paid under the old one is owed back, under the new one due."""
    build({}, tmp_path)
    inbox = tmp_path / "inbox"
    (inbox / MAY / ROSTER).rename(inbox / ROSTER)
    fupin("payroll", MAY, "-w", tmp_path, "--by", "甲", "-q")
    assert fupin("approve", MAY, "-w", tmp_path, "--by", "乙", "-y").code == 0
    write_csv(inbox / ROSTER, [ROW | cells])
    for table in ("posts", "attendance", "registry", "accident_insurance"):
        row = BASE["tables"][table] | {k: v for k, v in cells.items() if k in BASE["tables"][table]}
        if table == "registry":
            row |= {"证件号码": cells.get("身份证号码", BASE_ID), "出生日期": ""}
        write_csv(inbox / MAY / f"{BASE['files'][table]}.csv", [row])
    write_csv(inbox / JUNE / "出勤汇总表.csv", [BASE["tables"]["attendance"] | {"年月": JUNE} | cells])
    assert drafted(fupin, tmp_path, "payroll") == ([(MAY, "back_pay"), (MAY, "recover")], [])


@pytest.mark.parametrize(("where", "said"), [("", ([], [MAY])), (MAY, ([(MAY, "recover")], []))])
def test_claims_in_the_inbox_itself_are_written_over_with_the_next_months(
    fupin: Callable[..., Ran], tmp_path: Path, where: str, said: tuple[Any, Any]
) -> None:
    code = "employer_social_insurance"
    build_claim({"measure": code}, tmp_path)
    entry = OWN["measures"][code]
    name = f"{entry['table']}.csv"
    (tmp_path / "inbox" / MAY / name).rename(tmp_path / "inbox" / where / name)
    fupin("subsidy", code, "--month", MAY, "-w", tmp_path, "--by", "甲", "-q")
    assert fupin("approve", MAY, "--measure", code, "-w", tmp_path, "--by", "乙", "-y").code == 0
    write_csv(tmp_path / "inbox" / where / name, [entry["row"] | {"年月": JUNE}], "gb18030")
    assert drafted(fupin, tmp_path, "subsidy", code) == said


@pytest.mark.parametrize(
    ("cells", "statuses"),
    [
        ({"合同开始日期": "GW1", "上岗日期": "农信社"}, ["hold"]),
        ({"合同开始日期": "GW1", "上岗日期": "农信社", "合同结束日期": "2024-04-30"}, []),
        ({"合同开始日期": "", "上岗日期": "", "合同结束日期": ""}, ["hold"]),
        ({"合同开始日期": "", "上岗日期": "", "合同结束日期": "", "离岗日期": "2024-04-30"}, []),
    ],
)
def test_a_row_of_which_no_day_can_be_read_makes_a_line(
    fupin: Callable[..., Ran], tmp_path: Path, cells: dict[str, Any], statuses: list[str]
) -> None:
    """8.1, 8.23: it was passed over in silence where no attendance named the person."""
    build({"change": {"assignments": cells, "attendance": OTHER}}, tmp_path)
    ran = fupin("payroll", MAY, "-w", tmp_path, "--by", "甲", "--format", "json", "--no-workbook")
    assert [x["status"] for x in ran.document["lines"]] == statuses


@pytest.mark.parametrize(("where", "said"), [("", ([], [MAY])), (MAY, ([(MAY, "recover")], []))])
@pytest.mark.parametrize("claimed", [False, True])
def test_an_export_in_the_inbox_itself_is_written_over_with_later_months(
    fupin: Callable[..., Ran], tmp_path: Path, where: str, said: tuple[Any, Any], *, claimed: bool
) -> None:
    """8.6: who left the export since was in it then. In the month's own folder it speaks of the month (POST001, MEA002)."""
    code = "employer_social_insurance"
    build_claim({"measure": code}, tmp_path) if claimed else build({}, tmp_path)
    command = ("subsidy", code) if claimed else ("payroll",)
    name = f"{BASE['files']['registry']}.csv"
    (tmp_path / "inbox" / MAY / name).rename(tmp_path / "inbox" / where / name)
    fupin(*command, "--month", MAY, "-w", tmp_path, "--by", "甲", "-q")
    asked = ("--measure", code) if claimed else ()
    assert fupin("approve", MAY, *asked, "-w", tmp_path, "--by", "乙", "-y").code == 0
    row = BASE["tables"]["registry"]
    write_csv(
        tmp_path / "inbox" / where / name, [row | {"证件号码": OTHER["身份证号码"], "姓名": "王五", "出生日期": ""}]
    )
    if claimed:
        write_csv(tmp_path / "inbox" / JUNE / "社保.csv", [OWN["measures"][code]["row"] | {"年月": JUNE}], "gb18030")
    else:
        write_csv(tmp_path / "inbox" / JUNE / "出勤汇总表.csv", [BASE["tables"]["attendance"] | {"年月": JUNE}])
    assert drafted(fupin, tmp_path, *command) == said
    ran = fupin(*command, "--month", JUNE, "-w", tmp_path, "--by", "甲", "--format", "json", "--no-workbook")
    assert [line["status"] for line in ran.document["lines"]] == ["refuse"]  # of the month itself the export speaks

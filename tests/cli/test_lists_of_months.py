"""Lists of the dead and of prisoners that each month hands in anew: one that tells of new cases alone brings nobody back.

Before, the newest list alone counted: who was refused in March as dead was paid in April, and March was paid after.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.cases.test_cases import BASE, BASE_ID, build
from tests.cases.test_measure_cases import build as build_claim
from tests.conftest import write_csv

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Ran

pytestmark = pytest.mark.usefixtures("books_planned")
MONTH = BASE["month"]
SOMEBODY = {"姓名": "李四", "身份证号码": "211302198202020022"}


def lists(root: Path, table: str, **folders: dict[str, Any]) -> None:
    """Write a list into month folders (`m2024_03`); a file of the inbox itself is `m`."""
    for folder, cells in folders.items():
        place = root / "inbox" / folder[1:].replace("_", "-")
        place.mkdir(exist_ok=True)
        row = BASE["rows"][table] | cells
        write_csv(place / f"{BASE['files'][table]}.csv", [row])


def line(fupin: Callable[..., Ran], root: Path, month: str = MONTH) -> tuple[str, Any]:
    ran = fupin(
        "payroll", "-w", root, "--month", month, "--operator", "甲", "--format", "json", "--no-workbook", "--force"
    )
    (one,) = ran.document["lines"]
    return one["status"], ran.document.get("corrections")


@pytest.mark.parametrize(
    ("table", "folders", "status"),
    [
        # Only an older list says so: held, since nobody knows why the newest does not.
        ("deaths", {"m2024_03": {"死亡日期": "2024-02-10"}, "m2024_05": SOMEBODY}, "hold"),
        ("deaths", {"m2024_03": {"死亡日期": "不详"}, "m2024_05": SOMEBODY}, "hold"),
        ("prisoners", {"m2024_03": {"起始日期": "2024-02-10"}, "m2024_05": SOMEBODY}, "hold"),
        # The newest that names him counts.
        ("deaths", {"m2024_03": {"死亡日期": "2024-02-10"}, "m2024_05": {"死亡日期": "2024-06-01"}}, "pay"),
        ("prisoners", {"m2024_03": {"起始日期": "2024-02-10"}, "m2024_05": {"截止日期": "2024-04-30"}}, "pay"),
        ("prisoners", {"m2024_03": {"起始日期": "2024-02-10", "截止日期": "2024-04-30"}, "m2024_05": SOMEBODY}, "pay"),
        # One that says so in the month itself, or serves every month: refused as ever.
        ("deaths", {"m2024_03": {"死亡日期": "2024-02-10"}, "m2024_05": {"死亡日期": "2024-02-10"}}, "refuse"),
        ("deaths", {"m": {"死亡日期": "2024-02-10"}, "m2024_05": SOMEBODY}, "refuse"),
        ("deaths", {"m2024_03": {"死亡日期": "2024-02-10"}}, "refuse"),
        # What a later month's folder says is known as well: nobody is paid to be asked for it back.
        ("deaths", {"m2024_07": {"死亡日期": "2024-04-20"}}, "refuse"),
        ("deaths", {"m2024_07": {"死亡日期": "2024-05-20"}}, "hold"),
        ("deaths", {"m2024_07": {"死亡日期": "2024-06-01"}}, "pay"),
        ("prisoners", {"m2024_07": {"起始日期": "2024-02-10"}}, "refuse"),
        ("prisoners", {"m2024_07": {"起始日期": "2024-06-10"}}, "pay"),
        ("deaths", {"m2024_05": {"死亡日期": "2024-02-10"}, "m2024_07": SOMEBODY}, "refuse"),
        ("public_payroll", {"m2024_07": {"起始月份": "2024-02"}}, "pay"),
        # Who is not on the public payroll's newest list has left it.
        ("public_payroll", {"m2024_03": {}, "m2024_05": {"身份证号码": SOMEBODY["身份证号码"]}}, "pay"),
    ],
)
def test_a_list_takes_back_nothing_that_it_does_not_name(
    fupin: Callable[..., Ran], tmp_path: Path, table: str, folders: dict[str, dict[str, Any]], status: str
) -> None:
    """8.6, 8.24."""
    build({}, tmp_path)
    known = BASE["rows"][table].keys()
    lists(
        tmp_path, table, **{folder: {k: v for k, v in cells.items() if k in known} for folder, cells in folders.items()}
    )
    assert line(fupin, tmp_path)[0] == status


@pytest.mark.parametrize(
    ("table", "first"), [("deaths", "refuse"), ("prisoners", "refuse"), ("public_payroll", "hold")]
)
def test_a_later_list_pays_no_month_after(fupin: Callable[..., Ran], tmp_path: Path, table: str, first: str) -> None:
    """8.7, 008: an approved month computed again knows later lists beside its own, not instead of it."""
    build({}, tmp_path)
    cells = {"死亡日期": "2024-02-10"} if table == "deaths" else {}
    other = {k: v for k, v in SOMEBODY.items() if k in BASE["rows"][table]}
    # Somebody who is paid, so that the month can be approved.
    for name in ("registry", "assignments", "attendance", "accident_insurance"):
        row = BASE["tables"][name]
        own = {"身份证号码": "211302198202020030", "证件号码": "211302198202020030", "姓名": "王五", "户编号": "H9"}
        more = own | {"岗位编号": "GW1", "出生日期": "19820202", "银行账号": "6217990000000000022", "保单号": "B9"}
        again = row | {k: v for k, v in more.items() if k in row}
        write_csv(tmp_path / "inbox" / MONTH / f"{BASE['files'][name]}.csv", [row, again])
    lists(tmp_path, table, m2024_05=cells, m2024_06=other)
    drafted = fupin("payroll", MONTH, "-w", tmp_path, "--by", "甲", "--format", "json")
    assert sorted(one["status"] for one in drafted.document["lines"]) == sorted([first, "pay"])
    assert fupin("approve", MONTH, "-w", tmp_path, "--by", "乙", "-y").code == 0
    june = [BASE["tables"]["attendance"] | {"年月": "2024-06"}]
    write_csv(tmp_path / "inbox" / "2024-06" / f"{BASE['files']['attendance']}.csv", june)
    ran = fupin("payroll", "2024-06", "-w", tmp_path, "--by", "甲", "--format", "json")
    assert ran.document["corrections"] == []


@pytest.mark.parametrize(
    ("number", "name", "status"),
    [
        ("211302800101001", "章三", "hold"),  # 211302198001010012, as it was written until 1999
        ("211302800101003", "张三", "pay"),  # somebody else of that name
    ],
)
def test_an_old_number_on_the_list_of_the_dead_means_whom_its_digits_mean(
    fupin: Callable[..., Ran], tmp_path: Path, number: str, name: str, status: str
) -> None:
    build({}, tmp_path)
    lists(tmp_path, "deaths", m2024_05={"身份证号码": number, "姓名": name, "死亡日期": "2024-01-01"})
    assert line(fupin, tmp_path)[0] == status


@pytest.mark.parametrize(("name", "status"), [("张三", "hold"), ("李四", "pay")])
def test_a_damaged_row_of_the_dead_holds_a_claim_of_that_name(
    fupin: Callable[..., Ran], tmp_path: Path, name: str, status: str
) -> None:
    """8.24: MEA019, of every measure."""
    build_claim({"measure": "training_living"}, tmp_path)
    lists(tmp_path, "deaths", m2024_05={"身份证号码": "21130219800101001", "姓名": name, "死亡日期": "2024-04-30"})
    ran = fupin("subsidy", "training_living", "-w", tmp_path, "--month", MONTH, "--format", "json", "--no-workbook")
    assert [one["status"] for one in ran.document["lines"]] == [status]


OLD = BASE_ID[:6] + BASE_ID[8:17]


@pytest.mark.parametrize(
    ("table", "cells", "status", "code"),
    [
        ("prisoners", {"身份证号码": OLD}, "hold", "POST011"),
        ("prisoners", {"身份证号码": OLD[:-1] + "3"}, "pay", None),
        ("prisoners", {"身份证号码": OLD, "截止日期": "2024-04-30"}, "pay", None),
        ("public_payroll", {"身份证号码": OLD}, "hold", "POST010"),
        ("public_payroll", {"身份证号码": OLD[:-1] + "3"}, "pay", None),
        ("businesses", {"身份证号码": OLD}, "hold", "POST010"),
        ("other_posts", {"身份证号码": OLD}, "hold", "POST005"),
        ("employment", {"证件号码": OLD, "结束时间": "", "务工所在县": "西岗区"}, "hold", "POST012"),
    ],
)
def test_an_old_number_on_a_list_means_whom_its_digits_mean(
    fupin: Callable[..., Ran], tmp_path: Path, table: str, cells: dict[str, Any], status: str, code: str | None
) -> None:
    """8.9, 8.10: before, a prisoner listed by his old number was paid."""
    build({}, tmp_path)
    lists(tmp_path, table, m2024_05=cells)
    ran = fupin("payroll", "-w", tmp_path, "--month", MONTH, "--operator", "甲", "--format", "json", "--no-workbook")
    (one,) = ran.document["lines"]
    assert (one["status"], code is None or code in one["codes"]) == (status, True)


@pytest.mark.parametrize(
    ("number", "name", "effect"),
    [
        (OLD, "章三", "hold"),
        (OLD[:-1] + "3", "张三", "refuse"),
        (BASE_ID[:-1] + "3", "张三", "hold"),  # the check digit mistyped
        (BASE_ID[:-1] + "3", "李四", "refuse"),
        (BASE_ID[:6] + "19800201" + BASE_ID[14:], "张三", "refuse"),  # born on another day
    ],
)
def test_nobody_is_refused_whom_a_damaged_row_of_the_export_may_mean(
    fupin: Callable[..., Ran], tmp_path: Path, number: str, name: str, effect: str
) -> None:
    """8.9: not there is refused, there under a number that is wrong is not known."""
    build({"change": {"registry": {"证件号码": number, "姓名": name}}}, tmp_path)
    assert line(fupin, tmp_path)[0] == effect


def approved_with_lists(fupin: Callable[..., Ran], root: Path, **inbox: dict[str, Any]) -> None:
    """The month approved, one paid, one refused by lists that lie in the inbox itself; June's attendance is there."""
    build({}, root)
    for name in ("registry", "assignments", "attendance", "accident_insurance"):
        row = BASE["tables"][name]
        own = {"身份证号码": "211302198202020030", "证件号码": "211302198202020030", "姓名": "王五", "户编号": "H9"}
        more = own | {"岗位编号": "GW1", "出生日期": "19820202", "银行账号": "6217990000000000022", "保单号": "B9"}
        both = [row, row | {k: v for k, v in more.items() if k in row}]
        write_csv(root / "inbox" / MONTH / f"{BASE['files'][name]}.csv", both)
        if name == "attendance":
            write_csv(root / "inbox" / "2024-06" / "出勤汇总表.csv", [one | {"年月": "2024-06"} for one in both])
    for table, cells in inbox.items():
        lists(root, table, m=cells)
    drafted = fupin("payroll", MONTH, "-w", root, "--by", "甲", "--format", "json")
    assert sorted(one["status"] for one in drafted.document["lines"]) == ["pay", "refuse"]
    assert fupin("approve", MONTH, "-w", root, "--by", "乙", "-y").code == 0


def june(fupin: Callable[..., Ran], root: Path) -> tuple[str, list[Any]]:
    ran = fupin("payroll", "2024-06", "-w", root, "--by", "甲", "--format", "json", "--force")
    (one,) = (x for x in ran.document["lines"] if x["person"].endswith("0012"))
    return one["status"], [(c["month"], c["kind"], c["amount"]) for c in ran.document["corrections"]]


NEW = {k: v for k, v in SOMEBODY.items() if k == "身份证号码"}
BACK = [(MONTH, "back_pay", "732.05")]


@pytest.mark.parametrize(
    ("table", "was", "now", "said"),
    [
        ("deaths", {"死亡日期": "2024-02-10"}, {"m": SOMEBODY}, ("hold", [])),
        ("prisoners", {"起始日期": "2024-02-10"}, {"m": NEW}, ("hold", [])),
        # The new one names him too.
        ("deaths", {"死亡日期": "2024-02-10"}, {"m": {"死亡日期": "2024-02-11"}}, ("refuse", [])),
        # Put right in the folder of the month that was approved with it.
        ("deaths", {"死亡日期": "2024-02-10"}, {"m": SOMEBODY, "m2024_05": SOMEBODY | {"姓名": "赵六"}}, ("pay", BACK)),
        # Said to have been released.
        (
            "prisoners",
            {"起始日期": "2024-02-10"},
            {"m": {"起始日期": "2024-02-10", "截止日期": "2024-05-31"}},
            ("pay", []),
        ),
    ],
)
def test_a_list_in_the_inbox_itself_that_is_written_over_brings_nobody_back(
    fupin: Callable[..., Ran],
    tmp_path: Path,
    table: str,
    was: dict[str, Any],
    now: dict[str, Any],
    said: tuple[str, Any],
) -> None:
    """8.6, 9.10: what the approval kept of it is an older list. Before, the dead were paid, and for the months before too."""
    approved_with_lists(fupin, tmp_path, **{table: was})
    lists(tmp_path, table, **now)
    assert june(fupin, tmp_path) == said
    if said[0] == "hold":
        assert fupin("approve", "2024-06", "-w", tmp_path, "--by", "乙", "-y").code == 0
        ran = fupin("verify", "--all", "-w", tmp_path, "--format", "json")
        assert ran.code == 0, ran.out


def test_a_list_that_is_put_away_into_a_months_folder_is_the_same_list(
    fupin: Callable[..., Ran], tmp_path: Path
) -> None:
    approved_with_lists(fupin, tmp_path, deaths={"死亡日期": "2024-02-10"})
    name = f"{BASE['files']['deaths']}.csv"
    (tmp_path / "inbox" / name).rename(tmp_path / "inbox" / MONTH / name)
    assert june(fupin, tmp_path) == ("refuse", [])


@pytest.mark.parametrize(
    ("older", "newest", "expected"),
    [
        # A list that names only who has joined takes nobody's cover back.
        ({}, [SOMEBODY], ("pay", [])),
        ({"终保日期": "2024-04-30"}, [SOMEBODY], ("hold", ["INS001"])),
        # The newest list that has the policy says until when it runs.
        ({}, [SOMEBODY, {"终保日期": "2024-04-30"}], ("hold", ["INS001"])),
        # The old and the new policy together leave no day open.
        ({"终保日期": "2024-05-09"}, [{"保单号": "B2", "起保日期": "2024-05-10"}], ("pay", [])),
        ({"终保日期": "2024-05-08"}, [{"保单号": "B2", "起保日期": "2024-05-10"}], ("pay", ["INS002"])),
    ],
)
def test_lists_of_policies_that_name_who_has_joined(
    fupin: Callable[..., Ran],
    tmp_path: Path,
    older: dict[str, Any],
    newest: list[dict[str, Any]],
    expected: tuple[str, list[str]],
) -> None:
    build({}, tmp_path)
    policies(tmp_path, "2024-01", [older])
    policies(tmp_path, MONTH, newest)
    ran = fupin("payroll", "-w", tmp_path, "--month", MONTH, "--format", "json", "--no-workbook")
    (one,) = ran.document["lines"]
    assert (one["status"], one["codes"]) == expected
    if expected == ("pay", []) and not older:
        ends = fupin("due", "-w", tmp_path, "--month", MONTH, "--format", "json", "--no-workbook").document["due"]
        assert [end["date"] for end in ends if end["kind"] == "insurance"] == ["2024-12-31"]


@pytest.mark.parametrize(
    ("older", "expected"),
    [({}, "refuse"), ({"终保日期": "2024-04-30"}, "pay"), ({"起保日期": "2024-05-01"}, "pay")],
)
def test_a_second_policy_for_days_that_an_earlier_list_covers(
    fupin: Callable[..., Ran], tmp_path: Path, older: dict[str, Any], expected: str
) -> None:
    """意外险: no double policy for the same days; one of the same first day is the same policy, named otherwise."""
    build({}, tmp_path)
    policies(tmp_path, "2024-01", [older])
    policies(tmp_path, MONTH, [{"保单号": "B9", "起保日期": "2024-05-01", "终保日期": "2025-04-30", "保险公司": "某"}])
    where = ("-w", tmp_path, "--month", MONTH, "--format", "json", "--no-workbook")
    (one,) = fupin("subsidy", "accident_insurance", *where).document["lines"]
    assert one["status"] == expected, one


def policies(root: Path, month: str, rows: list[dict[str, Any]]) -> None:
    start = BASE["tables"]["accident_insurance"]
    write_csv(root / "inbox" / month / f"{BASE['files']['accident_insurance']}.csv", [start | cells for cells in rows])


@pytest.mark.parametrize(
    ("newest", "expected"),
    [
        # The newest list may tell of new workshops alone.
        ({"统一社会信用代码": "91210000MA00000001", "名称": "乙车间"}, "hold MEA003"),
        ({"退出日期": "2024-04-30"}, "refuse MEA003"),
        ({}, "pay"),
    ],
)
def test_lists_of_workshops_that_name_the_new_ones(
    fupin: Callable[..., Ran], tmp_path: Path, newest: dict[str, str], expected: str
) -> None:
    case = {"measure": "employer_social_insurance", "change": {"单位类型": "就业帮扶车间"}}
    build_claim(case | {"with": {"workshops": [newest]}}, tmp_path)
    build_claim(case | {"with": {"workshops": [{}]}}, tmp_path / "else")
    name = "就业帮扶车间台账.csv"
    (tmp_path / "inbox" / "2024-03").mkdir()
    (tmp_path / "else" / "inbox" / MONTH / name).rename(tmp_path / "inbox" / "2024-03" / name)
    where = ("-w", tmp_path, "--month", MONTH, "--format", "json", "--no-workbook")
    (one,) = fupin("subsidy", "employer_social_insurance", *where).document["lines"]
    assert " ".join([one["status"], *one["codes"]]) == expected

"""A payment history that is written over with the last year alone: what was paid before was paid, and counts towards the cap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.cases.test_cases import BASE, STANDARDS, build, months
from tests.cases.test_measure_cases import OWN
from tests.cases.test_measure_cases import build as build_claim
from tests.conftest import write_csv

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Ran

pytestmark = pytest.mark.usefixtures("books_planned")
MAY, JUNE, JULY = BASE["month"], "2024-06", "2024-07"
FILE = f"{BASE['files']['payment_history']}.csv"
OTHER = {"姓名": "王五", "身份证号码": "211302198202020030", "证件号码": "211302198202020030", "户编号": "H9"}
OTHER |= {"岗位编号": "GW1", "出生日期": "19820202", "银行账号": "6217990000000000022", "保单号": "B9"}


def paid(*span: str, **cells: str) -> list[dict[str, Any]]:
    row = BASE["rows"]["payment_history"]
    return [row | {"补贴月份": m, "金额": STANDARDS[m[:4]], "批次号": f"B{m}"} | cells for m in months(*span)]


def county(root: Path) -> None:
    """Two people on a post from May to July: one may have used the cap, the other is paid."""
    build({}, root)
    for name in ("registry", "assignments", "accident_insurance", "attendance"):
        row = BASE["tables"][name]
        both = [row, row | {k: v for k, v in OTHER.items() if k in row}]
        write_csv(root / "inbox" / MAY / f"{BASE['files'][name]}.csv", both)
        for month in (JUNE, JULY) if name == "attendance" else ():
            write_csv(root / "inbox" / month / "出勤汇总表.csv", [one | {"年月": month} for one in both])


def go(fupin: Callable[..., Ran], root: Path, month: str) -> tuple[str, list[str], list[Any]]:
    ran = fupin("payroll", month, "-w", root, "--by", "甲", "--format", "json", "--force")
    document = ran.document
    (one,) = (x for x in document["lines"] if x["person"].endswith("0012"))
    corrections = [(c["month"], c["kind"]) for c in document["corrections"]] + document["undecided"]
    assert fupin("approve", month, "-w", root, "--by", "乙", "-y").code == 0
    return one["status"], [c for c in one["codes"] if c.startswith("CAP")], corrections


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        (("2021-05", "2024-04"), paid("2023-05", "2024-04"), ("hold", ["CAP001"])),
        (("2021-05", "2024-04"), None, ("hold", ["CAP001"])),  # the file is gone
        (("2021-06", "2024-04"), paid("2023-05", "2024-04"), ("hold", ["CAP001"])),  # 35 then, and May: the cap
        (("2021-07", "2024-04"), paid("2023-05", "2024-04"), ("pay", [])),  # 34, and May
        # They had come back, which is written now.
        (
            ("2021-05", "2024-04"),
            [*paid("2023-05", "2024-04"), *paid("2021-05", "2023-04", 发放状态="退回")],
            ("pay", []),
        ),
        (
            ("2021-05", "2024-04"),
            [*paid("2021-05", "2024-04"), *paid("2024-05", "2024-05", **OTHER)],
            ("refuse", ["CAP001"]),
        ),
    ],
)
def test_what_a_history_does_not_tell_any_more_was_paid(
    fupin: Callable[..., Ran], tmp_path: Path, was: tuple[str, str], now: list[dict[str, Any]] | None, said: Any
) -> None:
    """8.7, 9.10: unknown is never "not paid". Before, they were paid a 37th month, and for the month before too."""
    county(tmp_path)
    file = tmp_path / "inbox" / FILE
    write_csv(file, paid(*was))
    go(fupin, tmp_path, MAY)
    file.unlink()
    if now is not None:
        write_csv(file, now)
    status, codes, corrections = go(fupin, tmp_path, JUNE)
    assert (status, codes) == said
    back = said[0] == "pay" and was[0] == "2021-05"
    assert corrections == ([(MAY, "back_pay")] if back else [])
    july = go(fupin, tmp_path, JULY)[0]
    assert july == ("hold" if said[0] == "pay" and not back else said[0])
    if now is None:
        assert fupin("verify", "--all", "-w", tmp_path).code == 0


@pytest.mark.parametrize(("then", "status"), [("交通补贴", "hold"), ("岗位补贴", "pay")])
def test_a_subsidy_that_is_paid_once_too(fupin: Callable[..., Ran], tmp_path: Path, then: str, status: str) -> None:
    """8.24: CAP010."""
    build_claim({"measure": "transport"}, tmp_path)
    write_csv(tmp_path / "inbox" / FILE, paid("2023-05", "2023-05", 补贴类型=then, 姓名="张三"))
    other = OWN["measures"]["transport"]["row"] | {k: OTHER[k] for k in ("姓名", "身份证号码", "银行账号")}
    file = tmp_path / "inbox" / MAY / "交通补贴申请表.csv"
    mine = file.read_bytes()
    write_csv(file, [other], "gb18030")
    registry = BASE["tables"]["registry"]
    both = [registry, registry | {k: v for k, v in OTHER.items() if k in registry}]
    write_csv(tmp_path / "inbox" / MAY / f"{BASE['files']['registry']}.csv", both, "gb18030")
    fupin("subsidy", "transport", "--month", MAY, "-w", tmp_path, "--by", "甲", "-q")
    assert fupin("approve", MAY, "--measure", "transport", "-w", tmp_path, "--by", "乙", "-y").code == 0
    (tmp_path / "inbox" / FILE).unlink()
    (tmp_path / "inbox" / JUNE).mkdir()
    (tmp_path / "inbox" / JUNE / file.name).write_bytes(mine)
    ran = fupin(
        "subsidy", "transport", "--month", JUNE, "-w", tmp_path, "--by", "甲", "--format", "json", "--no-workbook"
    )
    assert [line["status"] for line in ran.document["lines"]] == [status]

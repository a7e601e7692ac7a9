"""One thing claimed in two rows, in two months, late, beside money that came back: it is paid once, and nobody is asked for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cases.test_measure_cases import OWN, build, claim_row
from tests.cases.test_reconcile_cases import write_returns
from tests.conftest import Ran, write_csv

pytestmark = pytest.mark.usefixtures("books_planned")

APRIL, MAY, JUNE = "2024-04", "2024-05", "2024-06"
AUTUMN, SPRING, OTHER = ({"学期": term, "银行账号": "6217990000000000014"} for term in ("2023秋", "2024春", "2023春"))


def hand_in(root: Path, month: str, measure: str, *claims: dict[str, Any]) -> None:
    """Write a month's claims: what is changed in the clean one."""
    table = OWN["measures"][measure]["table"]
    write_csv(root / "inbox" / month / f"{table}.csv", [claim_row(measure) | cells for cells in claims], "gb18030")


def start(root: Path, measure: str, *claims: dict[str, Any]) -> Path:
    """April's folder."""
    build({"measure": measure, "month": APRIL}, root)
    hand_in(root, APRIL, measure, *claims)
    return root


def draft(fupin: Callable[..., Ran], root: Path, month: str, measure: str) -> dict[str, Any]:
    ran = fupin("subsidy", measure, "-w", root, "-m", month, "--operator", "甲", "--format", "json", "--force")
    assert ran.code in {0, 1}, ran.err
    return ran.document


def approve(fupin: Callable[..., Ran], root: Path, month: str, measure: str) -> str:
    draft(fupin, root, month, measure)
    ran = fupin("approve", month, "--measure", measure, "-w", root, "--by", "乙", "-y", "--format", "json")
    assert ran.code == 0, ran.err
    batch: str = ran.document["batch"]
    return batch


def said(document: dict[str, Any]) -> tuple[list[tuple[str, str]], list[tuple[str, str, str]]]:
    """A draft's lines, and what it posts of earlier months."""
    lines = [(line["status"], line["amount"]) for line in document["lines"]]
    return lines, [(row["month"], row["kind"], row["amount"]) for row in document["corrections"]]


def test_a_claim_in_two_files_is_reconciled_and_not_asked_back(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    root = start(tmp_path / "w", "rain_dew", AUTUMN, AUTUMN)
    batch = approve(fupin, root, APRIL, "rain_dew")
    write_returns(root / "inbox" / APRIL, [{"批次号": batch, "序号": 1, "金额": "1500.00"}])
    ran = fupin("reconcile", APRIL, "-w", root, "--format", "json", "--no-workbook")
    assert ran.code == 0, ran.err
    assert [(x["verdict"], x["due"], x["paid"]) for x in ran.document["lines"]] == [("paid", "1500.00", "1500.00")]
    hand_in(root, MAY, "rain_dew", SPRING)
    assert said(draft(fupin, root, MAY, "rain_dew")) == ([("pay", "1500.00")], [])
    assert fupin("close", APRIL, "-w", root, "--by", "乙", "-y").code == 0


@pytest.mark.parametrize(
    ("late", "owed"), [(SPRING, []), (OTHER, [(APRIL, "back_pay", "1500.00")])], ids=["paid in May", "paid never"]
)
@pytest.mark.parametrize("posted", [True, False])
def test_a_late_claim_for_what_another_month_pays(
    fupin: Callable[..., Ran], tmp_path: Path, late: dict[str, str], owed: list[tuple[str, str, str]], *, posted: bool
) -> None:
    """April has paid the person for one term; another, handed in for April since, is paid with May, or in the same batch."""
    root = start(tmp_path / "w", "rain_dew", AUTUMN)
    approve(fupin, root, APRIL, "rain_dew")
    hand_in(root, MAY, "rain_dew", SPRING)
    if posted:
        approve(fupin, root, MAY, "rain_dew")
        hand_in(root, JUNE, "rain_dew", {"学期": "2022秋"})
    hand_in(root, APRIL, "rain_dew", AUTUMN, late)
    assert said(draft(fupin, root, JUNE if posted else MAY, "rain_dew")) == ([("pay", "1500.00")], owed)
    ran = fupin("reconcile", APRIL, "-w", root, "--format", "json", "--no-workbook")
    dues = [x["due"] for x in ran.document["lines"] if x["month"] == APRIL]
    assert sorted(dues) == sorted(["1500.00", "1500.00" if owed or not posted else "0.00"])


@pytest.mark.parametrize(("answer", "owed"), [("失败", []), ("成功", [(APRIL, "back_pay", "30.00")])])
def test_money_that_came_back_is_not_paid_in_part_beside_another_claim(
    fupin: Callable[..., Ran], tmp_path: Path, answer: str, owed: list[tuple[str, str, str]]
) -> None:
    """A fare of 50 came back, the ticket was mended to 80, and the journey of May is paid: once only."""
    root = start(tmp_path / "w", "transport", {"出发日期": "2024-04-03", "票面金额": "50"})
    batch = approve(fupin, root, APRIL, "transport")
    write_returns(root / "inbox" / APRIL, [{"批次号": batch, "序号": 1, "金额": "50.00", "处理结果": answer}])
    hand_in(root, APRIL, "transport", {"出发日期": "2024-04-03", "票面金额": "80"})
    hand_in(root, MAY, "transport", {"票面金额": "90"})
    lines, posted = said(draft(fupin, root, MAY, "transport"))
    assert lines == [("pay", "90.00") if answer == "失败" else ("refuse", "0.00")]
    assert [row for row in posted if row[1] == "back_pay"] == owed


@pytest.mark.parametrize("paid_part", ["", "600.10"])
def test_another_employer_is_not_paid_beside_one_whose_approved_claim_is_only_held(
    fupin: Callable[..., Ran], tmp_path: Path, paid_part: str
) -> None:
    """One person, one month: the first employer's line stands and is to be decided; the second waits."""
    april = {"年月": APRIL, "单位名称": "某厂"}
    root = start(tmp_path / "w", "employer_post", april)
    approve(fupin, root, APRIL, "employer_post")
    second = april | {"统一社会信用代码": "91210000MA0000000Y", "单位名称": "他厂"}
    hand_in(root, APRIL, "employer_post", april | {"养老单位缴费": paid_part}, second)
    hand_in(root, MAY, "employer_post", {"年月": MAY})
    document = draft(fupin, root, MAY, "employer_post")
    assert said(document) == ([("pay", "400.00")], [])
    assert len(document["undecided"]) == (0 if paid_part else 1)


LOAN = {"本金": "50000", "年利率": "4.35%"}


@pytest.mark.parametrize(
    ("late", "posted", "waits"),
    [
        # January to March were paid with May, whose claim takes in what April had paid: nobody can tell the two apart.
        ({"起始日期": "2024-01-01", "截止日期": "2024-04-15"}, [], 1),
        # No more than stands: the money goes with the claim that was written otherwise.
        ({"起始日期": "2024-03-01", "截止日期": "2024-03-31"}, None, 0),
    ],
)
def test_a_claim_that_takes_the_place_of_one_that_stands_is_not_paid_beside_a_later_one(
    fupin: Callable[..., Ran], tmp_path: Path, late: dict[str, str], posted: list[Any] | None, waits: int
) -> None:
    """Interest of March was paid with April, that of the whole year so far with May; a longer one comes late for April."""
    march = LOAN | {"起始日期": "2024-03-01", "截止日期": "2024-04-01"}
    root = start(tmp_path / "w", "startup_interest", march)
    approve(fupin, root, APRIL, "startup_interest")
    hand_in(root, MAY, "startup_interest", LOAN | {"起始日期": "2024-01-01", "截止日期": "2024-05-31"})
    approve(fupin, root, MAY, "startup_interest")
    hand_in(root, APRIL, "startup_interest", *([march] if waits else []), LOAN | late)
    hand_in(root, JUNE, "startup_interest", LOAN | {"起始日期": "2024-06-01", "截止日期": "2024-06-30"})
    document = draft(fupin, root, JUNE, "startup_interest")
    assert len(document["undecided"]) == waits
    if posted is not None:
        assert said(document)[1] == posted
    else:
        assert {kind for _, kind, _ in said(document)[1]} <= {"back_pay", "recover"}

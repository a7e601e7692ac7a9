"""`[post]` changed after a month was approved: the month keeps its own (SPEC 0), and that is said; nothing is asked back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.cases.test_cases import BASE, build
from tests.conftest import write_csv

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Ran

pytestmark = pytest.mark.usefixtures("books_planned")
MAY, JUNE = BASE["month"], "2024-06"


def attendance(root: Path, month: str, days: int) -> None:
    row = BASE["tables"]["attendance"] | {"年月": month, "本月累计出勤天数": days}
    write_csv(root / "inbox" / month / "出勤汇总表.csv", [row], "gb18030")


def settings(root: Path, text: str) -> None:
    (root / "fupin.toml").write_text(BASE["settings"] + text, encoding="utf-8")


def june(fupin: Callable[..., Ran], root: Path) -> tuple[list[Any], str, str]:
    ran = fupin("payroll", JUNE, "-w", root, "--by", "甲", "--format", "json", "--force")
    document = ran.document
    (line,) = document["lines"]
    corrections = [(c["month"], c["kind"], c["amount"]) for c in document["corrections"]]
    return corrections, line["amount"], "".join(document["not_recomputed"])


@pytest.fixture
def may(fupin: Callable[..., Ran], tmp_path: Path) -> Path:
    """May of one person who worked 11 of 22 days, approved; June's attendance is there."""
    build({}, tmp_path)
    attendance(tmp_path, MAY, 11)
    attendance(tmp_path, JUNE, 11)
    fupin("payroll", MAY, "-w", tmp_path, "--by", "甲", "-q")
    assert fupin("approve", MAY, "-w", tmp_path, "--by", "乙", "-y").code == 0
    return tmp_path


@pytest.mark.parametrize(
    ("text", "amount", "key"),
    [
        ('[post]\nproration = "calendar"\n', "732.05", "proration"),
        ('[post]\nproration = "fixed"\nfixed_days = 20\n', "402.63", "fixed_days"),
        ("[post]\nage_max = 40\n", "0.00", "age_max"),
        ('[post]\nproration = "attendance"\n', "366.03", ""),  # the same, written down
    ],
)
def test_an_approved_month_keeps_its_way_of_sharing(
    fupin: Callable[..., Ran], may: Path, text: str, amount: str, key: str
) -> None:
    settings(may, text)
    corrections, mine, said = june(fupin, may)
    assert (corrections, mine, f"{key} 批准时" in said) == ([], amount, bool(key))
    assert (MAY in said) == bool(key)
    ran = fupin("payroll", MAY, "-w", may, "--format", "json")
    assert (ran.code, ran.document["corrections"]) == (12, [])


def test_what_is_mended_is_corrected_by_the_month_s_own_way(fupin: Callable[..., Ran], may: Path) -> None:
    settings(may, '[post]\nproration = "fixed"\nfixed_days = 20\n')
    attendance(may, MAY, 22)
    assert june(fupin, may)[0] == [(MAY, "back_pay", "366.02")]  # 22 of 22, not of 20
    assert fupin("approve", JUNE, "-w", may, "--by", "乙", "-y").code == 0
    assert fupin("verify", "--all", "-w", may).code == 0
    ran = fupin("reconcile", MAY, "-w", may, "--format", "json", "--no-workbook")
    assert [line["due"] for line in ran.document["lines"]] == ["732.05"]


def test_the_standard_of_a_year_counts_as_it_is_now(fupin: Callable[..., Ran], may: Path) -> None:
    settings(
        may, '[post]\nproration = "calendar"\n[post.standard.2024]\nmonthly = "800.00"\nsource = "文〔2024〕1号"\n'
    )
    assert june(fupin, may)[0] == [(MAY, "back_pay", "33.97")]


def test_a_month_that_is_withdrawn_is_approved_by_the_settings_of_now(fupin: Callable[..., Ran], may: Path) -> None:
    settings(may, '[post]\nproration = "calendar"\n')
    assert fupin("withdraw", MAY, "-w", may, "--by", "乙", "--document", "文2号", "-y").code == 0
    fupin("payroll", MAY, "-w", may, "--by", "甲", "-q")
    assert fupin("approve", MAY, "-w", may, "--by", "乙", "-y").code == 0
    assert june(fupin, may) == ([], "732.05", "")
    tried = fupin("what-if", MAY, "-w", may, "--set", "post.proration=attendance", "--format", "json", "--no-workbook")
    assert "366.03" in tried.out

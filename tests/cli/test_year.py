"""A whole year of the made-up county, to the fen (`tests/sample/year.py` tells the story)."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from fupin_cli.cli.main import main
from fupin_cli.ledger import store
from fupin_cli.policy.months import month_text, parse_month
from tests.conftest import LONG
from tests.sample import calm
from tests.sample.proofs import prove_reports
from tests.sample.year import LATE, LATE_TOWN, MONTHS, PUBLISHED, Year

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("books_planned")]
FUND = "就业补助资金"


def yuan(fen: int) -> Decimal:
    return Decimal(fen) / 100


def from_the_bank(root: Path) -> Decimal:
    """What all return files say was paid, less what was paid back."""
    total = Decimal(0)
    for path in root.glob("inbox/*/回盘_*.csv"):
        for row in csv.DictReader(path.read_bytes().decode("gb18030").splitlines()):
            total += Decimal(row["金额"]) * {"成功": 1, "已追回": -1}.get(row["处理结果"] or "", 0)
    return total


def test_the_year_ties_to_the_fen(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    # `make year` lives all twelve; by August the story has all it has, and from March to July too, if the family pays back a
    # month earlier. Until June the unattended run checks and drafts only.
    if LONG:
        year = Year(tmp_path, main, MONTHS[:8])
    else:
        few = '[run]\njobs = ["check", "payroll"]\n'
        year = Year(tmp_path, main, MONTHS[2:7], jobs=few, refused=MONTHS[2:3], repaid=PUBLISHED)
    for index in range(len(year.months)):
        year.live(index)
    lines = year.ledger()
    amount, kind = pl.col("amount_fen"), pl.col("kind")
    # What stands approved for everybody and every month is what they were due, reckoned by hand.
    stands = lines.filter(kind.is_in(store.APPROVED_KINDS)).group_by("person", "month").agg(amount.sum())
    found = {(person, month_text(month)): yuan(fen) for person, month, fen in stands.iter_rows()}
    should_be = year.should_be()
    assert {key: fen for key, fen in found.items() if fen} == {key: fen for key, fen in should_be.items() if fen}
    # The story has all it was to have.
    sums = dict(lines.group_by("kind").agg(amount.sum()).iter_rows())
    assert set(sums) == {"line", "back_pay", "recover", "reissue", "netted", "withdrawn"}
    late = {row["身份证号"] for row in year.county.roster if row["乡镇"] == LATE_TOWN}
    april = pl.col("month") == parse_month(LATE)
    assert set(lines.filter(april & (kind == store.BACK_PAY) & (pl.col("batch") == "202405-01"))["person"]) == late
    assert not late & set(lines.filter(april & (kind == store.LINE) & (amount != 0))["person"])
    assert lines.filter((kind == store.RECOVER) & (pl.col("person") == year.dead)).height == 2
    assert lines.filter((kind == store.NETTED) & (pl.col("person") == year.mended)).height == 1
    capfd.readouterr()
    code = main(
        [
            "reconcile",
            "--from",
            year.months[0],
            "--to",
            year.months[-1],
            "-w",
            str(tmp_path),
            "--format",
            "json",
            "--no-workbook",
        ]
    )
    totals = json.loads(capfd.readouterr().out)["totals"]
    due, approved, paid = (Decimal(totals[name]) for name in ("due", "approved", "paid"))
    corrections = yuan(sums["back_pay"] + sums["recover"] + sums["withdrawn"])
    assert due == sum(should_be.values()) == yuan(sums["line"]) + corrections
    left = approved - paid  # returned and not sent again, or not answered: nothing by the end of the year
    assert paid + left == approved
    assert not left
    assert from_the_bank(tmp_path) == paid == due
    assert set(totals["by_verdict"]) <= {"paid", "not_due"}
    assert code == 0
    prove_reports(tmp_path, main, year.months[-1])
    year.empty_inbox()
    capfd.readouterr()
    assert main(["verify", "--all", "-w", str(tmp_path), "--format", "json"]) == 0
    for month in json.loads(capfd.readouterr().out)["months"]:
        said = {c["text"]: c["state"] for c in month["checks"]}
        assert said["批准：重算结果相同"] == "ok", month["month"]  # 9.B14: whatever became of the inbox
    assert main(["status", "-w", str(tmp_path)]) == 0


def test_a_forecast_comes_true_if_nothing_changes(tmp_path: Path) -> None:
    """12, Shows: what March forecast is what the months after it pay, by fund, to the fen (`make year`: April to December)."""
    # By July two of four have left; what January and February pay is said by no more than the months used up.
    forecast, paid = calm.live(tmp_path, main, 7, first=0 if LONG else calm.MADE_IN)
    assert forecast == paid
    by_month = {month: yuan for (month, measure, fund), yuan in forecast.items() if (measure, fund) == ("post", FUND)}
    assert [by_month[month] for month in MONTHS[3:7]] == ["2562.18", "2562.18", "1830.13", "1098.08"]

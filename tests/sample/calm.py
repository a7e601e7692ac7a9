"""A year in which nothing changes: what was forecast in March is what April to December pay, to the fen (issue 12).

Four people on one post: one works every day, one half of them, one comes to the end of the 36 months in June, one to the
pension age in May; contracts are renewed once, as the forecast takes for granted. `make year` adds one in flexible work.
"""

from __future__ import annotations

import contextlib
import io
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl

from fupin_cli.jobs.desk import Desk
from fupin_cli.jobs.forecast import forecast_month
from fupin_cli.jobs.workspace import find_workspace
from fupin_cli.ledger import store
from fupin_cli.policy.months import month_text, parse_month
from tests.cases.test_monitor_cases import build
from tests.sample.year import MONTHS, YEAR

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MADE_IN = 2  # March
PEOPLE = "ABCD"
BIRTHS = {"D": f"{YEAR - 60}0520"}
USED = {"C": 30}  # months before the year
DAYS = {"B": 11}
FLEXIBLE = "flexible_social_insurance"
Sums = dict[tuple[str, str, str], str]  # (month, subsidy, fund) → yuan


def write(root: Path, first: int, *, flexible: bool = False) -> None:
    """What holds all year stands in the inbox itself; each month hands in its attendance."""
    spans = ((f"{YEAR}-01-01", f"{YEAR}-06-30"), (f"{YEAR}-07-01", f"{YEAR}-12-31"))
    roster = [
        {
            "who": who,
            "首次核定日期": "2018-06-01" if who == "D" else "2021-07-01",
            "合同开始日期": start,
            "合同结束日期": end,
            "上岗日期": f"{YEAR}-01-01",
            "银行账号": f"62179900000000000{n:02d}",
        }
        for start, end in spans
        for n, who in enumerate(PEOPLE)
    ]
    whole_year: dict[str, Any] = {
        "registry": [*PEOPLE, *("E" if flexible else "")],
        "posts": [{}],
        "assignments": roster,
        "accident_insurance": list(PEOPLE),
    }
    used = {who: count + first for who, count in USED.items()}
    build({"month": MONTHS[first], "births": BIRTHS, "history": used, "root": whole_year}, root)
    for month in MONTHS[first:]:
        days = [{"who": who, "年月": month, "本月累计出勤天数": DAYS.get(who, 22)} for who in PEOPLE]
        now = {"attendance": days} | ({"flexible_claims": [{"who": "E", "年月": month}]} if flexible else {})
        settings = f'[{FLEXIBLE}]\nshare = "0.5"\n'
        if (
            first
        ):  # nothing is mended in a calm year: a short one looks back a month, not at all of them with each approval
            settings += "[corrections]\nmonths_back = 1\n"
        build({"month": month, "births": BIRTHS, "settings": settings, "now": now}, root)


def live(
    root: Path, call: Callable[[list[str]], int], last: int, *, flexible: bool = False, first: int = 0
) -> tuple[Sums, Sums]:
    """Pay the months `first` to `last`. Gives what March forecast for the months after it, and what these paid (`Sums`)."""
    write(root, first, flexible=flexible)
    forecast: Sums = {}
    for index, month in enumerate(MONTHS[first:last], first):
        _run(call, root, "payroll", month, "--by", "编制")
        _run(call, root, "approve", month, "--by", "审核", "--yes", "--document", f"示例〔{YEAR}〕{index + 1}号")
        if flexible:
            _run(call, root, "subsidy", FLEXIBLE, month, "--by", "编制")
            words = ("--measure", FLEXIBLE, "--by", "审核", "--yes", "--document", f"示例〔{YEAR}〕灵{index + 1}号")
            _run(call, root, "approve", month, *words)
        if index == MADE_IN:
            document = json.loads(_run(call, root, "forecast", month, "--format", "json", "--no-workbook"))
            assert {why["why"] for m in document["months"] for why in m["leaving"]} == {"cap", "pension", "term"}
            rows = forecast_month(Desk(find_workspace(root)), parse_month(month)).found.rows
            forecast = _sums(rows.filter(pl.col("month") <= parse_month(MONTHS[last - 1])))
            for said in (m for m in document["months"] if m["month"] in MONTHS[:last]):  # by fund it is the same
                assert Decimal(said["amount"]) == sum(
                    Decimal(yuan) for (when, *_), yuan in forecast.items() if when == said["month"]
                )
    lines = store.read(root, "lines").filter(
        pl.col("kind") == store.LINE, pl.col("month") > parse_month(MONTHS[MADE_IN])
    )
    return forecast, _sums(lines)


def _sums(rows: pl.DataFrame) -> Sums:
    keys = ["month", "measure", "fund"]
    sums = rows.group_by(keys).agg(pl.col("amount_fen").sum()).filter(pl.col("amount_fen") != 0).sort(keys)
    return {(month_text(month), *names): f"{Decimal(fen) / 100:.2f}" for month, *names, fen in sums.iter_rows()}


def _run(call: Callable[[list[str]], int], root: Path, command: str, *arguments: str) -> str:
    said, wrong = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(wrong):
        code = call([command, *arguments, "-w", str(root)])
    if code not in (0, 1):
        raise AssertionError(f"fupin {command} {' '.join(arguments)} → {code}：{wrong.getvalue()}")
    return said.getvalue()

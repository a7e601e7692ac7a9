"""What the reports of a month say, beside the ledger and beside each other: a difference ends the story (issue 12)."""

from __future__ import annotations

import contextlib
import io
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl

from fupin_cli.jobs.desk import Desk
from fupin_cli.jobs.workspace import find_workspace
from fupin_cli.policy.months import month_text, parse_month

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def prove_reports(root: Path, call: Callable[[list[str]], int], month: str) -> None:
    """Roster and risks add up with the month before; the page says of each month what the ledger holds as approved and paid.

    The forecast that stands on the page is that of `fupin forecast`.
    """

    def said(command: str, *more: str) -> dict[str, Any]:
        return _document(call, [command, month, "-w", str(root), "--format", "json", *more])

    roster, risk = said("roster", "--no-workbook"), said("risk", "--no-workbook")
    for row in (*roster["proof"], *roster["proof_by_township"]):
        assert row["holds"], row
        assert row["before"] + row["joined"] - row["left"] + row["in"] - row["out"] == row["after"], row
    whole = [row["after"] for row in roster["proof"] if row["dimension"] == "total"]
    assert whole in ([], [len(roster["people"])])
    for row in risk["proof"]:
        assert row["holds"], row
        assert (row["new"] + row["continuing"], row["continuing"] + row["cleared"]) == (row["now"], row["before"]), row
    assert sum(row["now"] for row in risk["proof"] if row["code"] == "合计") == len(risk["risks"])
    page, forecast = said("report", "--no-page"), said("forecast", "--no-workbook")
    upto = parse_month(month)
    money = Desk(find_workspace(root)).money.filter(pl.col("month") <= upto)
    left = (pl.col("approved_fen") - pl.col("paid_fen")).clip(0)
    sums = money.group_by("month").agg(pl.col("paid_fen").sum(), open_fen=left.sum()).sort("month")
    stands = {month_text(m): (Decimal(paid) / 100, Decimal(open_) / 100) for m, paid, open_ in sums.iter_rows()}
    drawn = {row["month"]: row for row in page["months"]}
    assert {m: (Decimal(drawn[m]["paid"]), Decimal(drawn[m]["open"])) for m in stands} == stands
    assert {m: Decimal(row["forecast"]) for m, row in drawn.items() if m > month} == {
        row["month"]: Decimal(row["amount"]) for row in forecast["months"]
    }


def _document(call: Callable[[list[str]], int], arguments: list[str]) -> dict[str, Any]:
    out, wrong = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(wrong):
        code = call(arguments)
    assert code == 0, f"{arguments} → {code}：{wrong.getvalue()}"
    found: dict[str, Any] = json.loads(out.getvalue())
    return found

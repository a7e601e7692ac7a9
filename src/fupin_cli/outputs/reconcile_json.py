"""The JSON document of a reconciliation: one line a person and post (or measure) and month, with its verdict."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import polars as pl

from fupin_cli.outputs.check_json import finding_rows
from fupin_cli.outputs.manifest import input_list
from fupin_cli.outputs.masking import mask_name_expr, mask_number_expr
from fupin_cli.policy.months import month_text, text_expr
from fupin_cli.policy.rounding import fen_to_yuan, fen_to_yuan_expr
from fupin_cli.reconciliation.verdict import MONEY

if TYPE_CHECKING:
    from fupin_cli.results.reconcile import ReconcileRun

WORD = {name: name.removesuffix("_fen") for name in MONEY}


def line_rows(run: ReconcileRun, *, unmask: bool) -> list[dict[str, Any]]:
    """Lines with their verdicts as the contract has them."""
    person, name = pl.col("person"), pl.col("name")
    return run.lines.select(
        measure="measure",
        person=person if unmask else mask_number_expr(person),
        name=name if unmask else mask_name_expr(name),
        post="post_id",
        month=text_expr(pl.col("month")),
        verdict="verdict",
        **{word: fen_to_yuan_expr(pl.col(column)) for column, word in WORD.items()},
        reason="reason",
        why="why",
        advice="advice",
        outstanding=fen_to_yuan_expr(pl.col("outstanding_fen")),
        status="status",
        codes=pl.col("codes").fill_null("").str.split(",").list.filter(pl.element() != ""),
        batch="first_batch",
        line_no="first_line",
        county="county",
        township="township",
        village="village",
    ).to_dicts()


def unmatched_rows(run: ReconcileRun, *, unmask: bool) -> list[dict[str, Any]]:
    """Return rows that belong to no line: ambiguous ones are counted nowhere, the others as not approved if paid."""
    rows = run.reconciled.unmatched
    number, account, name = pl.col("id_number"), pl.col("account"), pl.col("name")
    return rows.select(
        match="matched",
        result="result",
        amount=fen_to_yuan_expr(pl.col("amount_fen")),
        person=number if unmask else mask_number_expr(number),
        name=name if unmask else mask_name_expr(name),
        account=account if unmask else mask_number_expr(account),
        file="_file",
        sheet="_sheet",
        row="_row",
    ).to_dicts()


def totals(run: ReconcileRun) -> dict[str, Any]:
    """Sums over all lines, and by verdict; `amount` is the difference, so that the verdicts add up to the total."""
    by_verdict = {
        row["verdict"]: {
            "lines": row["lines"],
            "amount": fen_to_yuan(row["difference_fen"]),
            **{word: fen_to_yuan(row[column]) for column, word in WORD.items()},
        }
        for row in run.reconciled.by_verdict().iter_rows(named=True)
    }
    sums = {WORD[column]: fen_to_yuan(fen) for column, fen in run.reconciled.totals().items()}
    return {"lines": run.lines.height, **sums, "by_verdict": by_verdict}


def reconcile_document(run: ReconcileRun, *, unmask: bool) -> dict[str, Any]:
    """The document `fupin.reconcile/1` of a run."""
    return {
        "format": "fupin.reconcile/1",
        "month": month_text(run.month),
        "from": month_text(run.first),
        "to": month_text(run.month),
        "policy": run.policy.file.id,
        "inputs": [entry for entry in input_list(run.intake) if entry["table"] == "bank_return"],
        "lines": line_rows(run, unmask=unmask),
        "unmatched": unmatched_rows(run, unmask=unmask),
        "notes": run.notes,
        "refused_rows": run.refused.height,
        "findings": finding_rows(run.result.found, unmask=unmask),
        "totals": totals(run),
        "outputs": [str(path) for path in run.outputs],
    }


def reconcile_json(run: ReconcileRun, *, unmask: bool, **more: Any) -> str:
    """Write the document as text."""
    return json.dumps(reconcile_document(run, unmask=unmask) | more, ensure_ascii=False, indent=2)

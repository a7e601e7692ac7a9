"""The documents `fupin.approve/1`, `fupin.withdraw/1`, `fupin.inputs/1`: what was posted, and from which files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fupin_cli.outputs.payroll_json import correction_rows, sums_of, totals_of, unplaced_rows
from fupin_cli.policy.months import month_text
from fupin_cli.policy.rounding import fen_to_yuan

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fupin_cli.ledger.kept import KeptFile
    from fupin_cli.ledger.store import Batch
    from fupin_cli.outputs.bank import BankFiles
    from fupin_cli.results.subsidy import PayrollRun


def approve_document(run: PayrollRun, batch: Batch, bank: BankFiles, document: str, despite: str) -> dict[str, Any]:
    """What was approved. `document`, `despite`: as they were given; the batch's own may say more."""
    return {
        "format": "fupin.approve/1",
        "month": month_text(run.month),
        "measure": run.measure,
        "batch": batch.batch,
        "operator": batch.operator,
        "drafter": batch.drafter,
        "document": document,
        "despite": despite if run.unplaced else "",
        "unplaced": unplaced_rows(run),
        "to_pay": sums_of(run),
        "totals": totals_of(run, run.lines),
        "corrections": correction_rows(run, unmask=False),
        "bank": {
            "rows": bank.rows,
            "amount": fen_to_yuan(bank.fen),
            "left_out": len(bank.left_out),
            "left_out_amount": fen_to_yuan(bank.left_out_fen),
            "kept_back": fen_to_yuan(bank.kept_fen),
            "reasons": [why for _, why, _ in bank.left_out],
        },
        "outputs": [str(path) for path in run.outputs],
    }


def withdraw_document(batch: Batch, lines: int, fen: int, voided: Sequence[Path]) -> dict[str, Any]:
    """What was taken back: the withdrawing batch, how many lines and how much, the files that were put aside."""
    return {
        "format": "fupin.withdraw/1",
        "month": month_text(batch.month),
        "measure": batch.measure,
        "batch": batch.batch,
        "withdrawn": batch.refers,
        "operator": batch.operator,
        "document": batch.document,
        "lines": lines,
        "amount": fen_to_yuan(fen),
        "voided": [str(path) for path in voided],
    }


def kept_row(batch: str, measure: str, sha256: str, files: Sequence[KeptFile]) -> dict[str, Any]:
    """What one batch keeps, in the document `fupin.inputs/1`."""
    return {
        "batch": batch,
        "measure": measure,
        "sha256": sha256,
        "files": [{"file": file.name, "sha256": file.sha256, "size": file.size} for file in files],
    }

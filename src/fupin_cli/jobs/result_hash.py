"""The hash of what a job has computed, by which `fupin verify` knows it again, in every version of the hashing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fupin_cli.outputs.check_json import check_rows
from fupin_cli.outputs.hashes import HASH_VERSION, WHOLE_ROWS, hash_frames, hash_rows, hash_tables
from fupin_cli.outputs.manifest import digest
from fupin_cli.outputs.payroll_json import correction_rows, line_rows, line_table
from fupin_cli.outputs.reconcile_json import line_rows as verdict_rows

if TYPE_CHECKING:
    from fupin_cli.results.check import CheckRun
    from fupin_cli.results.reconcile import ReconcileRun
    from fupin_cli.results.report import Report
    from fupin_cli.results.subsidy import PayrollRun


def payroll_hash(run: PayrollRun, version: int = HASH_VERSION) -> str:
    """Hash a payroll's lines and its corrections of earlier months."""
    corrections = correction_rows(run, unmask=True)
    if version == WHOLE_ROWS:
        lines = line_rows(run, unmask=True)
        lines = [{k: v for k, v in line.items() if k != "person_code"} for line in lines]
        return digest([lines, corrections] if corrections else lines)
    return hash_tables({"payroll": line_table(run, unmask=True)}, {"corrections": corrections}, version)


def check_hash(run: CheckRun, version: int = HASH_VERSION) -> str:
    """Hash the findings of a check."""
    rows = check_rows(run, unmask=True)
    return digest(rows) if version == WHOLE_ROWS else hash_rows({"check": rows}, version)


def report_hash(run: Report, version: int = HASH_VERSION) -> str:
    """Hash the rows of a report, nothing masked."""
    return hash_frames(run.kind, run.hashed, version)


def reconcile_hash(run: ReconcileRun, version: int = HASH_VERSION) -> str:
    """Hash the verdicts of a reconciliation."""
    rows = verdict_rows(run, unmask=True)
    return digest(rows) if version == WHOLE_ROWS else hash_rows({"reconcile": rows}, version)

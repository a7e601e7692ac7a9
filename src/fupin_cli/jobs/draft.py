"""A payroll as a draft: its workbooks, its entry in the ledger's list of drafts, its manifest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fupin_cli.jobs import payroll as job
from fupin_cli.ledger import store
from fupin_cli.outputs.manifest import digest, write_manifest
from fupin_cli.outputs.payroll_json import correction_rows, line_rows

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from fupin_cli.jobs.claim_run import PayrollRun
    from fupin_cli.jobs.desk import Desk

STATE = "状态：测算（未批准）"


def digest_of(run: PayrollRun) -> str:
    """SHA-256 of a payroll's result: its lines and the corrections of earlier months."""
    lines = [{k: v for k, v in line.items() if k != "person_code"} for line in line_rows(run, unmask=True)]
    corrections = correction_rows(run, unmask=True)
    return digest([lines, corrections] if corrections else lines)


def draft_of(run: PayrollRun, operator: str, now: datetime) -> store.Draft:
    """Describe a computed payroll: hashes of its inputs, its settings and its lines."""
    inputs = sorted({(s.file, s.sha256) for s in run.intake.sources if s.role != "unused"})
    settings = run.policy.settings.model_dump(mode="json") | {"policy": run.policy.file.model_dump(mode="json")}
    return store.Draft(
        run.month,
        now.isoformat(timespec="seconds"),
        operator,
        digest_of(run),
        digest([list(pair) for pair in inputs]),
        digest(settings),
        run.measure,
    )


def draft(  # noqa: PLR0913 - what a run is told on the command line
    desk: Desk,
    month: int,
    folder: Path,
    *,
    operator: str,
    now: datetime,
    split_by: str | None = None,
    force: bool = False,
) -> PayrollRun:
    """Compute a month, write its workbooks into `folder/2024-05/` and note the draft.

    A run in which a rule crashed writes nothing: its lines cannot be used.

    Raises:
        FupinError: as `payroll`; the folder or the ledger cannot be written to.
    """
    run = job.payroll(desk, month)
    if not run.result.crashed:
        record(run, desk, folder, operator=operator, now=now, split_by=split_by, force=force)
    return run


def record(  # noqa: PLR0913 - what a run is told on the command line
    run: PayrollRun,
    desk: Desk,
    folder: Path,
    *,
    operator: str,
    now: datetime,
    split_by: str | None = None,
    force: bool = False,
) -> None:
    """Write a computed month's workbooks into `folder/2024-05/` and note the draft.

    Raises:
        FupinError: the folder or the ledger cannot be written to.
    """
    entry = draft_of(run, operator, now)
    desk.progress("写工作簿", 0, 1)
    job.write_outputs(run, folder, split_by=split_by, force=force, state=STATE)
    store.add_draft(desk.workspace.root, entry)
    write_manifest(run, folder, "payroll", operator, now, result=entry.result_hash, measure=run.measure)

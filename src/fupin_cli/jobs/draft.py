"""A payroll as a draft: its workbooks, its entry in the ledger's list of drafts, its manifest."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fupin_cli.jobs.result_hash import payroll_hash
from fupin_cli.jobs.subsidy import subsidy
from fupin_cli.jobs.subsidy_files import write_outputs
from fupin_cli.jobs.undated import settings_hash
from fupin_cli.ledger import store
from fupin_cli.measures.catalogue import leading
from fupin_cli.outputs.manifest import digest, write_manifest

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from fupin_cli.jobs.desk import Desk
    from fupin_cli.results.subsidy import PayrollRun

STATE = "状态：测算（未批准）"
TAKEN_BACK = "测算已撤回，输入没有变，没有再测算"


def draft_of(run: PayrollRun, operator: str, now: datetime, kind: str = store.BY_HAND) -> store.Draft:
    """Describe a computed payroll: hashes of its inputs, its settings and its lines.

    The inputs are all files of the inbox, recognised or not: what was added, damaged or taken away is a change.
    """
    inputs = sorted({(file.name, file.sha256) for file in run.intake.files})
    return store.Draft(
        run.month,
        now.isoformat(timespec="seconds"),
        operator,
        payroll_hash(run),
        digest([list(pair) for pair in inputs]),
        settings_hash(run),
        run.measure,
        kind,
    )


def same_result(one: store.Draft, other: store.Draft) -> bool:
    """Whether two drafts were computed from the same, with the same result."""
    hashes = "inputs_hash", "settings_hash", "result_hash"
    return all(getattr(one, name) == getattr(other, name) for name in hashes)


def unattended(run: PayrollRun, root: Path, maker: str, now: datetime) -> store.Draft | None:
    """The entry of a draft of `fupin run`; None if the same was taken back by a person.

    Who computed the same before stays its maker. Else it has none but whom the command line named: the machine stands
    in nobody's place.
    """
    entry = draft_of(run, maker, now, store.BY_RUN)
    last = store.last_entry(root, run.month, run.measure)
    if last is None or not same_result(last, entry):
        return entry
    return None if last.kind == store.DISCARDED else replace(entry, operator=last.operator, kind=last.kind)


def record_unattended(  # noqa: PLR0913 - what a run is told
    run: PayrollRun, desk: Desk, folder: Path, *, operator: str, maker: str, now: datetime
) -> bool:
    """Record what nobody attended to, as `record`. False: the same was taken back by a person, and stays so.

    A run in which a rule crashed is no draft: nothing is written.
    """
    if run.result.crashed:
        return True
    entry = unattended(run, desk.workspace.root, maker, now)
    if entry is not None:
        record(run, desk, folder, operator=operator, now=now, entry=entry)
    return entry is not None


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
        FupinError: as `subsidy`; the folder or the ledger cannot be written to.
    """
    run = subsidy(desk, leading(), month)
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
    entry: store.Draft | None = None,
) -> None:
    """Write a computed month's workbooks into `folder/2024-05/` and note the draft (`entry`, else one made by `operator`).

    Raises:
        FupinError: the folder or the ledger cannot be written to.
    """
    entry = entry or draft_of(run, operator, now)
    desk.progress("写工作簿", 0, 1)
    write_outputs(run, folder, split_by=split_by, force=force, state=STATE)
    store.add_draft(desk.workspace.root, entry)
    write_manifest(run, folder, "payroll", operator, now, result=entry.result_hash, measure=run.measure)

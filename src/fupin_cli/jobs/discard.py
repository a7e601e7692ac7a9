"""`fupin discard`: a draft taken back, with the workbooks that were written of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fupin_cli.errors import MonthClosedError
from fupin_cli.jobs.approve import refuse_if_approved
from fupin_cli.ledger import store
from fupin_cli.measures.claims import MEASURE
from fupin_cli.outputs.files import make_folder, put_aside
from fupin_cli.outputs.manifest import month_manifests, write_manifest
from fupin_cli.policy.months import month_text
from fupin_cli.results.withdraw import TakenBack

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from fupin_cli.jobs.desk import Desk


def discard(root: Path, month: int, measure: str, operator: str, now: datetime) -> store.Draft:
    """Note that a month's drafts do not count any more. `fupin run` does not compute the same again.

    Raises:
        MonthClosedError: the month is approved (then `withdraw`), or there is no draft (exit 12).
    """
    refuse_if_approved(root, month, measure)
    draft = store.last_draft(root, month, measure)
    if draft is None:
        raise MonthClosedError(f"{month_text(month)} 没有测算可撤", "查看：fupin status；别的补贴要写明 --measure 代号")
    entry = replace(draft, drafted_at=now.isoformat(timespec="seconds"), operator=operator, kind=store.DISCARDED)
    store.add_draft(root, entry)
    return entry


def put_drafts_aside(desk: Desk, entry: store.Draft, folder: Path, now: datetime) -> list[str]:
    """Move the workbooks of a month's drafts into `folder/2024-05/作废/`, with a manifest; gives where they are now.

    Raises:
        FupinError: the folder cannot be written to.
    """
    target = folder / month_text(entry.month)
    make_folder(target)
    drafts = [
        m for m in month_manifests(target) if m.get("job") == "payroll" and m.get("measure", MEASURE) == entry.measure
    ]
    names = sorted({output["file"] for m in drafts for output in m["outputs"]})
    run = TakenBack(entry.month, desk.policy, desk.postings.height, put_aside(target, names), root=desk.workspace.root)
    write_manifest(
        run, folder, "discard", entry.operator, now, result=entry.result_hash, measure=entry.measure, voided=run.moved()
    )
    return list(run.voided.values())

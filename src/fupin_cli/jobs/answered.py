"""What reconciliations have read of the bank's answers, though the files are not in the inbox any more.

Who has put a month's return files away, or written them over, has an inbox that knows of no answer. What was paid is paid.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from fupin_cli.errors import NoInputError
from fupin_cli.outputs.manifest import month_manifests
from fupin_cli.policy.months import read_month
from fupin_cli.reconciliation.returns import TABLE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    import polars as pl

    from fupin_cli.jobs.desk import Desk

RECONCILED = "reconcile"  # the job of the manifests that tell


def answers_of(rows: pl.DataFrame) -> dict[str, list[str]]:
    """Batches whose lines return rows answer, each with the files of these rows; for a reconciliation's manifest."""
    told = rows.select(batch="root_batch", file="_file").drop_nulls().unique().sort("batch", "file")
    return dict(told.group_by("batch", maintain_order=True).agg("file").iter_rows())


def moved_answers(desk: Desk, batch: str, month: int) -> str:
    """Which files with answers to a month's batch a reconciliation has read that are gone from the inbox, in words; empty if none.

    A file that lies elsewhere or is called otherwise now is not gone. The months' folders of the outputs tell, the latest first.
    """
    try:
        here = {file.sha256 for file in desk.inbox.files}
    except NoInputError:
        here = set()
    for manifest in _reconciliations(desk, month):
        if batch not in manifest.get("answered", ()):
            continue
        hashes = {entry["file"]: entry["sha256"] for entry in manifest["inputs"] if entry["table"] == TABLE}
        gone = [file for file in manifest["answered"][batch] if hashes.get(file) not in here]
        day = str(manifest["finished"])[:10]
        return f"{day} 的对账读到过银行对 {batch} 的回盘（{'、'.join(gone)}），这个文件现在不在收件夹里" if gone else ""
    return ""


def _reconciliations(desk: Desk, month: int) -> Iterator[dict[str, Any]]:
    """The manifests of reconciliations in the outputs of a month and later ones, the latest first; read once for all batches."""
    out = desk.workspace.out
    folders = {read_month(path.name): path for path in out.iterdir()} if out.is_dir() else {}
    for of in sorted((of for of in folders if of is not None and of >= month), reverse=True):
        manifests = desk.once("manifests", of, partial(month_manifests, folders[of]))
        yield from (manifest for manifest in reversed(manifests) if manifest.get("job") == RECONCILED)

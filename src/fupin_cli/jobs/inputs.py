"""The files that an approval was computed from: kept with it, and given back (SPEC 9.10)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.errors import NoInputError, UsageError
from fupin_cli.intake.inbox import paths_of
from fupin_cli.ledger import kept, store
from fupin_cli.policy.months import month_text

if TYPE_CHECKING:
    from pathlib import Path

    from fupin_cli.jobs.desk import Desk
    from fupin_cli.results.subsidy import PayrollRun


def keep_inputs(run: PayrollRun, desk: Desk, batch: str, target: Path) -> str:
    """Keep the recognised files of the inbox as they were read, with settings and the bureau's table formats.

    Those too that may hold rows of a table and could not be used: whom the rest does not name is held for them.
    All months' files are looked at by a run (history, corrections, returns), so all are named; what an earlier batch keeps
    is not stored again. Gives the archive's SHA-256.

    Raises:
        KeptError: a file has changed since it was read (exit 12).
    """
    doubtful = {entry.file for entry in run.intake.unplaced if entry.tables}
    used = {(source.file, source.sha256) for source in run.intake.sources}
    used |= {(note.name, note.sha256) for note in run.intake.files if note.name in doubtful and note.sha256}
    paths = paths_of(desk.folder)  # what is in them is compared as it is kept
    gone = [name for name, _ in sorted(used) if name not in paths]
    if gone:
        raise kept.KeptError(f"{gone[0]} 在测算以后不见了，没有批准", "把文件放回收件夹，重新测算，看过结果再批准")
    place = desk.workspace
    return kept.keep(
        place.root,
        target,
        batch,
        [(name, paths[name], sha256) for name, sha256 in sorted(used)],
        settings=run.policy.settings.model_dump(mode="json"),
        schemas=place.own_schemas,
        policies=place.own_policies,
    )


@dataclass(frozen=True)
class GivenBack:
    """What a batch keeps and, if it was written, where."""

    batch: str
    measure: str
    sha256: str
    files: list[kept.KeptFile] = field(repr=False)
    outputs: list[Path] = field(default_factory=list, repr=False)


def hashes_of(root: Path) -> dict[str, str]:
    """The SHA-256 that each batch's archive must have."""
    return dict(store.read(root, "batches", ["batch", "kept_sha256"]).iter_rows())


def kept_of(root: Path, month: int, batch: str = "") -> list[store.Batch]:
    """Approvals of a month that keep their inputs: those that stand, or the one that is asked for by number.

    Raises:
        UsageError: the month has no such batch.
        NoInputError: nothing was kept (exit 10).
    """
    rows = store.batches(root).filter(kind=store.APPROVAL, month=month)
    if not rows.height:
        raise UsageError(f"{month_text(month)} 还没有批准，没有留存的输入", "批准时才留存：fupin approve")
    rows = (
        rows.filter(batch=batch)
        if batch
        else store.standing(store.batches(root)).filter(kind=store.APPROVAL, month=month)
    )
    if not rows.height:
        known = "、".join(store.batches(root).filter(kind=store.APPROVAL, month=month)["batch"])
        raise UsageError(
            f"{month_text(month)} 没有 {batch or '仍然有效的'} 批次", f"批准过的批次：{known}；用 --batch 指定"
        )
    rows = rows.filter(pl.col("kept_sha256") != "")
    if not rows.height:
        raise NoInputError(
            f"{month_text(month)} 批准时还没有留存输入的功能，没有可取回的", "从单位自己的备份里找当月的文件"
        )
    return [store.Batch(*row) for row in rows.iter_rows()]


def give_back(root: Path, month: int, folder: Path | None, batch: str = "") -> list[GivenBack]:
    """Name what a month's approvals keep; with `folder` write it there (several batches: a folder each).

    Raises:
        UsageError: the month is not approved, or has no such batch (exit 2).
        NoInputError: nothing was kept (exit 10).
        KeptError: an archive is gone, damaged or another than was posted (exit 12).
        FupinError: a file is there already, or cannot be written (exit 2).
    """
    hashes = hashes_of(root)
    found = kept_of(root, month, batch)
    given = []
    for one in found:
        held = kept.contents(root, one.batch, one.kept_sha256)
        place = None if folder is None else folder / one.batch if len(found) > 1 else folder
        paths = kept.give_back(root, held, place, hashes) if place else []
        given.append(GivenBack(one.batch, one.measure, one.kept_sha256, held.files, paths))
    return given

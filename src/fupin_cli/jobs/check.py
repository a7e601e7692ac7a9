"""`fupin check`: a month's files → findings, a workbook, a manifest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from fupin_cli.checks.engine import chosen_codes, run_checks
from fupin_cli.jobs.kept_findings import beside_earlier, record
from fupin_cli.results.check import CheckRun

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from fupin_cli.jobs.desk import Desk

__all__ = ["CheckRun", "check", "chosen_codes", "write_outputs"]


def check(desk: Desk, month: int, *, codes: set[str], fail_on: str = "error") -> CheckRun:
    """Run the chosen rules (`chosen_codes`) over a month's files. Writes nothing.

    Raises:
        FupinError: wrong settings (exit 2), no input (exit 10).
    """
    ctx = desk.context(month)
    result = run_checks(ctx, codes, desk.progress, gather=True)
    run = CheckRun(
        month,
        ctx.policy,
        ctx.intake,
        ctx.contracts,
        result,
        fail_on,
        posted=desk.postings.height,
        password=desk.workspace.password,
        root=desk.workspace.root,
    )
    beside_earlier(desk, run)
    return run


def write_outputs(  # noqa: PLR0913 - what a run is told on the command line
    run: CheckRun,
    folder: Path,
    *,
    split_by: str | None,
    force: bool,
    operator: str,
    now: datetime,
    annotate: Path | None = None,
) -> None:
    """Write the workbook (one for each township or county with `split_by`) and `manifest.json` into `out/2024-05/`.

    `annotate`: the inbox, of whose files marked copies are to be written too.

    Raises:
        FupinError: the folder cannot be written to (exit 2).
    """
    from fupin_cli.jobs.result_hash import check_hash
    from fupin_cli.ledger.kept import file_sha256
    from fupin_cli.outputs.bulk import save_workbooks
    from fupin_cli.outputs.check_workbook import check_sheets
    from fupin_cli.outputs.files import make_folder, safe_names
    from fupin_cli.outputs.manifest import write_manifest
    from fupin_cli.outputs.workbook_charts import with_charts
    from fupin_cli.policy.months import last_day, month_text

    text = month_text(run.month)
    target = folder / text
    make_folder(target)
    found = run.result.found
    parts = _parts(found, split_by)
    stems = safe_names(name for name in parts if name)
    books = (
        (
            f"核查_{text}" + (f"_{stems[name]}" if name else ""),
            with_charts(check_sheets(run, rows, name, annotated=annotate is not None), run, rows),
        )
        for name, rows in parts.items()
    )
    run.outputs += save_workbooks(target, books, last_day(run.month), force=force, password=run.password)
    ignored = any(outcome.status == "ignored" for outcome in run.result.outcomes)
    codes = [o.code for o in run.result.outcomes if o.status != "ignored"]
    more: dict[str, Any] = {"codes": codes} if ignored else {}
    more["findings_kept"] = record(run)
    if annotate is not None:
        from fupin_cli.jobs.annotate import write_copies

        write_copies(run, annotate, folder)
        copies = [copy.copy for copy in run.marked or [] if copy.copy is not None]
        more["marked"] = [{"file": f"{path.parent.name}/{path.name}", "sha256": file_sha256(path)} for path in copies]
    write_manifest(run, folder, "check", operator, now, result=check_hash(run), **more)
    run.outputs += [copy.copy for copy in run.marked or [] if copy.copy is not None]


def _parts(found: pl.DataFrame, split_by: str | None) -> dict[str, pl.DataFrame]:
    """The findings of each workbook, by the township or county that it is of."""
    from fupin_cli.outputs.check_workbook import NO_TOWN

    if not split_by:
        return {"": found}
    column = {"town": "township", "county": "county"}[split_by]
    filled = found.with_columns(pl.col(column).fill_null(NO_TOWN))
    names = filled[column].unique().sort().to_list()
    return {name: found.filter(filled[column] == name) for name in names}

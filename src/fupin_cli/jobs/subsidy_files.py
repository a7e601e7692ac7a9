"""The workbooks of a computed month: drafts, what was approved, and what an approved month should have been."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.policy.months import month_text

if TYPE_CHECKING:
    from pathlib import Path

    from fupin_cli.results.subsidy import PayrollRun


def write_outputs(  # noqa: PLR0913 - what a run is told on the command line
    run: PayrollRun, folder: Path, *, split_by: str | None, force: bool, state: str, approved: bool = False
) -> None:
    """Write the workbook (and one for each township with `split_by`) and, from drafts, the 公示表 into `out/2024-05/`.

    Raises:
        FupinError: the folder cannot be written to (exit 2).
    """
    from fupin_cli.outputs.bulk import save_workbooks
    from fupin_cli.outputs.check_workbook import NO_TOWN
    from fupin_cli.outputs.files import make_folder, safe_names
    from fupin_cli.outputs.notice import notice_sheets
    from fupin_cli.outputs.payroll_workbook import payroll_sheets
    from fupin_cli.outputs.workbook_charts import payroll_charts
    from fupin_cli.policy.months import last_day
    from fupin_cli.system import safe_name

    text = month_text(run.month)
    target = folder / text
    make_folder(target)
    which = "" if run.subsidy.leads else f"{safe_name(run.title)}_"
    plans = {
        f"{'批准' if approved else '发放'}_{which}{text}": [
            *payroll_sheets(run, run.lines, state),
            *payroll_charts(run),
        ]
    }
    if split_by == "town":
        towns = run.lines.with_columns(pl.col("township").fill_null(NO_TOWN)).partition_by("township", as_dict=True)
        stems = safe_names(str(town) for (town,) in sorted(towns))
        plans |= {
            f"发放_{which}{text}_{stems[str(town)]}": payroll_sheets(run, part, state, str(town))
            for (town,), part in sorted(towns.items())
        }
    posts = run.intake.tables.get("posts")
    names = dict(posts.select("post_id", "post_name").drop_nulls().iter_rows()) if posts is not None else {}
    notices = [] if approved or which else notice_sheets(run, names)
    if notices:
        plans[f"公示_{text}"] = notices
    run.outputs += save_workbooks(target, plans.items(), last_day(run.month), force=force, password=run.password)


def write_corrections(run: PayrollRun, folder: Path) -> None:
    """Write what an approved month should have been into `folder/2024-05/`.

    Raises:
        FupinError: the folder cannot be written to (exit 2).
    """
    from fupin_cli.outputs.bulk import save_workbooks
    from fupin_cli.outputs.files import make_folder
    from fupin_cli.outputs.payroll_corrections import correction_sheet, undecided_sheet
    from fupin_cli.policy.months import last_day

    target = folder / month_text(run.month)
    make_folder(target)
    which = "" if run.subsidy.leads else f"{run.measure}_"
    sheets = [correction_sheet(run, in_batch=False), *([undecided_sheet(run)] if run.undecided.height else [])]
    books = [(f"重算差额_{which}{month_text(run.month)}", sheets)]
    run.outputs += save_workbooks(target, books, last_day(run.month), force=False, password=run.password)

"""Workbooks and manifests of roster, risk, match, forecast, due and what-if."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fupin_cli.jobs.sent import record_sent
from fupin_cli.policy.months import last_day, month_text
from fupin_cli.reports.runs import DueRun, ForecastRun, MatchRun, RiskRun, RosterRun, WhatIfRun

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from fupin_cli.jobs.desk import Desk
    from fupin_cli.outputs.sheet import SheetPlan

    AnyRun = RosterRun | RiskRun | MatchRun | ForecastRun | WhatIfRun | DueRun


def write_books(  # noqa: PLR0913 - what a run is told on the command line
    run: AnyRun,
    desk: Desk,
    folder: Path,
    *,
    force: bool,
    operator: str,
    now: datetime,
) -> list[Path]:
    """Write the workbook (of a roster also `roster.parquet`) and the manifest into `out/2024-05/`.

    What was only tried (`what-if`) has no manifest.

    Raises:
        FupinError: the folder cannot be written to (exit 2).
    """
    from fupin_cli.jobs.result_hash import report_hash
    from fupin_cli.outputs.bulk import save_workbooks
    from fupin_cli.outputs.family import told
    from fupin_cli.outputs.files import make_folder, renewed
    from fupin_cli.outputs.gaps import gap_words
    from fupin_cli.outputs.manifest import write_manifest

    text = month_text(run.month)
    target = folder / text
    make_folder(target)
    titles = {name: spec.title for name, spec in desk.contracts.items()}
    stem, sheets = _planned(run, titles)
    if not isinstance(run, WhatIfRun):
        sheets = told(sheets, run.kind, run.intake.tables, titles, gap_words(run))
    paths = save_workbooks(target, [(stem, sheets)], last_day(run.month), force=force, password=desk.workspace.password)
    if isinstance(run, RosterRun) and desk.workspace.password is None:  # a frame cannot be encrypted
        with renewed(target / "roster.parquet", force=force) as temporary:
            run.people.write_parquet(temporary)
        paths.append(target / "roster.parquet")
    if isinstance(run, RiskRun):
        record_sent(desk.workspace.root, run, paths[0])
    run.outputs += paths
    if not isinstance(run, WhatIfRun):
        run.root, run.posted = desk.workspace.root, desk.postings.height
        more: dict[str, Any] = {"renew": run.renew} if isinstance(run, ForecastRun) else {}
        more |= {"sent_list": run.sent_list} if isinstance(run, RiskRun) else {}
        write_manifest(run, folder, run.kind, operator, now, result=report_hash(run), **more)
    return paths


def _planned(run: AnyRun, titles: dict[str, str]) -> tuple[str, list[SheetPlan]]:
    """What the workbook is called, and its sheets."""
    from fupin_cli.outputs.due_views import due_sheets
    from fupin_cli.outputs.forecast_views import forecast_sheets
    from fupin_cli.outputs.match_workbook import match_sheets
    from fupin_cli.outputs.risk_workbook import risk_sheets
    from fupin_cli.outputs.roster_workbook import roster_sheets
    from fupin_cli.outputs.what_if_views import what_if_sheets
    from fupin_cli.outputs.workbook_charts import forecast_charts

    text = month_text(run.month)
    if isinstance(run, RosterRun):
        return f"台账_{text}", roster_sheets(run, titles)
    if isinstance(run, RiskRun):
        return f"风险推送_{text}", risk_sheets(run, titles)
    if isinstance(run, DueRun):
        return f"到期_{text}", due_sheets(run)
    if isinstance(run, WhatIfRun):
        return f"试算_{text}", what_if_sheets(run)
    if isinstance(run, ForecastRun):
        return f"预测_{text}", [*forecast_sheets(run), *forecast_charts(run)]
    return f"外出人员和岗位_{text}", match_sheets(run)

"""Runs the job of a report at a desk and writes its workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fupin_cli.jobs.desk import Desk
    from fupin_cli.reports.runs import DueRun, ForecastRun, MatchRun, RiskRun, RosterRun, WhatIfRun

    # The job of a list, its JSON document, its words on the terminal.
    Parts = tuple[Callable[[Desk, int], Any], Callable[..., dict[str, Any]], Callable[[Any], None]]


R = TypeVar("R", "RosterRun", "RiskRun", "MatchRun", "ForecastRun", "WhatIfRun", "DueRun")


def run_report(
    command: str,
    work: Callable[[Desk, int], R],
    month: str,
    inbox: Path | None,
    workspace: Path | None,
    output: Path | None,
    password_file: Path | None,
    *,
    write: bool,
    force: bool,
    progress: bool,
    wait: float,
) -> R:
    """Open the desk, compute, and (with the workspace's lock) write the workbook."""
    from fupin_cli.cli.opened import opened
    from fupin_cli.cli.options import operator_name
    from fupin_cli.jobs.report_books import write_books
    from fupin_cli.jobs.workspace import find_workspace
    from fupin_cli.policy.months import parse_month

    wanted = parse_month(month)
    place = find_workspace(workspace, password_file)
    with opened(command, place, inbox, writes=write, watch=progress, wait=wait) as (desk, now):
        run = work(desk, wanted)
        if write:
            write_books(run, desk, output or place.out, force=force, operator=operator_name(), now=now)
    return run

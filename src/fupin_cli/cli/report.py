"""`fupin report`: a page for leaders."""

from __future__ import annotations

from typing import Annotated

import typer

from fupin_cli.cli.documents import print_json
from fupin_cli.cli.options import (
    PATIENCE,
    Force,
    Format,
    MonthArgument,
    MonthOption,
    NoProgress,
    Output,
    OutputFormat,
    PasswordFile,
    Quiet,
    Wait,
    Workspace,
    month_range,
)
from fupin_cli.cli.payroll import InboxOption


def report(
    month: MonthArgument = None,
    month_option: MonthOption = None,
    first: Annotated[str | None, typer.Option("--from", metavar="年-月", help="从哪个月", show_default=False)] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="年-月", help="到哪个月", show_default=False)] = None,
    town: Annotated[
        str, typer.Option("--town", metavar="乡镇", help="只做一个乡镇的，各村分列", show_default=False)
    ] = "",
    inbox: InboxOption = None,
    workspace: Workspace = None,
    output: Output = None,
    output_format: OutputFormat = Format.text,
    no_page: Annotated[bool, typer.Option("--no-page", help="只看结果，不写网页")] = False,
    password_file: PasswordFile = None,
    quiet: Quiet = False,
    no_progress: NoProgress = False,
    force: Force = False,
    wait: Wait = PATIENCE,
) -> int:
    """Write a page of a month, of a quarter or year, or of one township."""
    import sys
    from contextlib import nullcontext
    from datetime import datetime

    from fupin_cli.cli.progress import progress_bar
    from fupin_cli.jobs import report as job
    from fupin_cli.jobs.desk import Desk
    from fupin_cli.jobs.lock import workspace_lock
    from fupin_cli.jobs.workspace import find_workspace

    start, end = month_range(month, month_option, first, last, "fupin report --month 2024-05")
    place = find_workspace(workspace, password_file)
    now = datetime.now().astimezone()
    with (
        nullcontext() if no_page else workspace_lock(place.root, "report", wait, now),
        progress_bar(enabled=not (no_progress or quiet) and sys.stderr.isatty()) as bar,
    ):
        run = job.report(Desk(place, inbox, bar), start, end, town=town.strip())
        if not no_page:
            job.write_page(run, output or place.out, force=force)
    if output_format is Format.json:
        from fupin_cli.outputs.page_json import report_document

        print_json(report_document(run))
    elif not quiet:
        from fupin_cli.outputs.page_words import report_lines

        typer.echo("\n".join(report_lines(run)))
    return run.exit_code

"""`fupin report`: a page for leaders."""

from __future__ import annotations

from typing import Annotated

import typer

from fupin_cli.cli.documents import print_json
from fupin_cli.cli.options import (
    PATIENCE,
    Force,
    Format,
    FromMonth,
    Inbox,
    MonthArgument,
    MonthOption,
    NoProgress,
    Output,
    OutputFormat,
    PasswordFile,
    Quiet,
    ToMonth,
    Wait,
    Workspace,
    month_range,
    operator_name,
)


def report(
    month: MonthArgument = None,
    month_option: MonthOption = None,
    first: FromMonth = None,
    last: ToMonth = None,
    town: Annotated[
        str, typer.Option("--town", metavar="乡镇", help="只做一个乡镇的，各村分列", show_default=False)
    ] = "",
    inbox: Inbox = None,
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
    from fupin_cli.cli.opened import opened
    from fupin_cli.jobs import report as job
    from fupin_cli.jobs.workspace import find_workspace

    start, end = month_range(month, month_option, first, last, "fupin report --month 2024-05")
    place = find_workspace(workspace, password_file)
    watch = not (no_progress or quiet)
    with opened("report", place, inbox, writes=not no_page, watch=watch, wait=wait) as (desk, now):
        run = job.report(desk, start, end, town=town.strip())
        if not no_page:
            job.write_page(run, desk, output or place.out, force=force, operator=operator_name(), now=now)
    if output_format is Format.json:
        from fupin_cli.outputs.page_json import report_document

        print_json(report_document(run))
    elif not quiet:
        from fupin_cli.outputs.page_words import report_lines

        typer.echo("\n".join(report_lines(run)))
    return run.exit_code

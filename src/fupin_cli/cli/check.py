"""`fupin check`."""

from __future__ import annotations

from typing import Annotated

import typer

from fupin_cli.cli.options import (
    PATIENCE,
    Force,
    Format,
    MonthOption,
    NoProgress,
    NoWorkbook,
    Output,
    OutputFormat,
    PasswordFile,
    Places,
    Quiet,
    Severity,
    Split,
    Unmask,
    Verbose,
    Wait,
    Workspace,
)


def check(
    places: Places = None,
    month: MonthOption = None,
    workspace: Workspace = None,
    password_file: PasswordFile = None,
    output: Output = None,
    select: Annotated[
        list[str] | None,
        typer.Option(
            "--select", metavar="代码", help="只运行这些规则或类别，逗号分开：POST,CAP001", show_default=False
        ),
    ] = None,
    ignore: Annotated[
        list[str] | None, typer.Option("--ignore", metavar="代码", help="不运行这些规则或类别", show_default=False)
    ] = None,
    fail_on: Annotated[Severity, typer.Option("--fail-on", help="有此程度以上的问题时退出码为 1")] = Severity.error,
    split_by: Annotated[
        Split | None, typer.Option("--split-by", help="按乡镇或县各写一本工作簿", show_default=False)
    ] = None,
    annotate: Annotated[
        bool, typer.Option("--annotate", help="另写各表的标注副本：要改的格有颜色和批注，乡镇改好就交回这份")
    ] = False,
    output_format: OutputFormat = Format.text,
    unmask: Unmask = False,
    no_workbook: NoWorkbook = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    no_progress: NoProgress = False,
    force: Force = False,
    wait: Wait = PATIENCE,
) -> int:
    """Check a month's files."""
    import sys

    from fupin_cli.cli.opened import opened
    from fupin_cli.cli.options import month_and_inbox, operator_name
    from fupin_cli.errors import UsageError
    from fupin_cli.jobs import check as job
    from fupin_cli.jobs.workspace import find_workspace
    from fupin_cli.outputs.files import make_folder
    from fupin_cli.policy.months import parse_month

    text, inbox = month_and_inbox(places, month, "fupin check 2024-05")
    wanted = parse_month(text)
    place = find_workspace(workspace, password_file)
    folder = output or place.out
    if annotate and no_workbook:
        raise UsageError("--annotate 和 --no-workbook 不能一起用：一个要写副本，一个什么也不写", "去掉其中一个")
    codes = job.chosen_codes(_listed(select), _listed(ignore))
    if not no_workbook:
        make_folder(folder)  # said before the work, not after it
    watch = not (no_progress or quiet)
    with opened("check", place, inbox, writes=not no_workbook, watch=watch, wait=wait, posts=False) as (desk, now):
        run = job.check(desk, wanted, codes=codes, fail_on=fail_on.value)
        if not no_workbook:
            desk.progress("写工作簿", 0, 1)
            job.write_outputs(
                run,
                folder,
                split_by=split_by.value if split_by else None,
                force=force,
                operator=operator_name(),
                now=now,
                annotate=desk.folder if annotate else None,
            )
    if output_format is Format.json:
        from fupin_cli.outputs.check_json import check_pieces

        sys.stdout.writelines(check_pieces(run, unmask=unmask))
        sys.stdout.write("\n")
    elif not quiet or run.exit_code:
        if quiet:
            from fupin_cli.outputs.heading import total_line

            sys.stdout.write(run.result.crash_words + total_line(run) + "\n")
        else:
            from fupin_cli.outputs.terminal import console, show_check

            show_check(run, console(), verbose=verbose)
    return run.exit_code


def _listed(given: list[str] | None) -> list[str]:
    """Codes given with commas, or by repeating the option."""
    return [code for entry in given or [] for code in entry.split(",") if code.strip()]

"""`fupin roster`, `risk`, `match`, `forecast`, `due`, `what-if`: what monitoring asks for, what comes, what would be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

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
    NoWorkbook,
    Output,
    OutputFormat,
    PasswordFile,
    Quiet,
    ToMonth,
    Unmask,
    Wait,
    Workspace,
    one_month,
)
from fupin_cli.cli.report_run import run_report

if TYPE_CHECKING:
    from collections.abc import Callable

    from fupin_cli.jobs.desk import Desk
    from fupin_cli.reports.runs import WhatIfRun

    # The job of a list, its JSON document, its words on the terminal.
    Parts = tuple[Callable[[Desk, int], Any], Callable[..., dict[str, Any]], Callable[[Any], None]]


def roster(
    month: MonthArgument = None,
    month_option: MonthOption = None,
    where: Annotated[
        str | None,
        typer.Option("--where", metavar="条件", help="只列符合的人，例如 '乡=西河乡,状态=none'", show_default=False),
    ] = None,
    person: Annotated[
        str | None,
        typer.Option("--person", metavar="人", help="找一个人：姓名、身份证号码或一人一码", show_default=False),
    ] = None,
    inbox: Inbox = None,
    workspace: Workspace = None,
    output: Output = None,
    output_format: OutputFormat = Format.text,
    unmask: Unmask = False,
    no_workbook: NoWorkbook = False,
    password_file: PasswordFile = None,
    quiet: Quiet = False,
    no_progress: NoProgress = False,
    force: Force = False,
    wait: Wait = PATIENCE,
) -> int:
    """Make a month's roster."""
    from dataclasses import replace

    from fupin_cli.jobs import monitor
    from fupin_cli.jobs.roster_search import chosen, nobody_has
    from fupin_cli.outputs.monitor_json import roster_document
    from fupin_cli.outputs.monitor_terminal import show_people, show_roster

    asked = where is not None or person is not None

    run = run_report(
        "roster",
        monitor.roster,
        one_month(month, month_option, "fupin roster 2024-05"),
        inbox,
        workspace,
        output,
        password_file,
        write=not (no_workbook or asked),
        force=force,
        progress=not (no_progress or quiet),
        wait=wait,
    )
    if asked:
        for words in nobody_has(run, where):
            typer.echo(f"注意: {words}", err=True)
        run = replace(run, people=chosen(run, where, person))
    if output_format is Format.json:
        print_json(roster_document(run, unmask=unmask))
    elif asked:
        show_people(run)
    elif not quiet:
        show_roster(run)
    return 1 if asked and not run.people.height else 0


def _list(command: str, parts: Callable[[], Parts]) -> Callable[..., int]:
    """A command that computes a list of the month and shows it. `parts` are loaded late."""

    def do(
        month: MonthArgument = None,
        month_option: MonthOption = None,
        inbox: Inbox = None,
        workspace: Workspace = None,
        output: Output = None,
        output_format: OutputFormat = Format.text,
        unmask: Unmask = False,
        no_workbook: NoWorkbook = False,
        password_file: PasswordFile = None,
        quiet: Quiet = False,
        no_progress: NoProgress = False,
        force: Force = False,
        wait: Wait = PATIENCE,
    ) -> int:
        work, document, show = parts()
        run: Any = run_report(
            command,
            work,
            one_month(month, month_option, f"fupin {command} 2024-05"),
            inbox,
            workspace,
            output,
            password_file,
            write=not no_workbook,
            force=force,
            progress=not (no_progress or quiet),
            wait=wait,
        )
        if output_format is Format.json:
            print_json(document(run, unmask=unmask))
        elif not quiet:
            show(run)
        return 0

    return do


def _risk() -> Parts:
    from fupin_cli.jobs import monitor
    from fupin_cli.outputs.monitor_json import risk_document
    from fupin_cli.outputs.monitor_terminal import show_risk

    return monitor.risk, risk_document, show_risk


def _match() -> Parts:
    from fupin_cli.jobs import monitor
    from fupin_cli.outputs.monitor_json import match_document
    from fupin_cli.outputs.monitor_terminal import show_match

    return monitor.match_month, match_document, show_match


def _due() -> Parts:
    from fupin_cli.jobs.due import due_month
    from fupin_cli.outputs.due_views import due_document, show_due

    return due_month, due_document, show_due


risk, match, due = _list("risk", _risk), _list("match", _match), _list("due", _due)


def forecast(
    month: MonthArgument = None,
    month_option: MonthOption = None,
    no_renew: Annotated[bool, typer.Option("--no-renew", help="合同不续签：只推算到各人的合同结束日期")] = False,
    inbox: Inbox = None,
    workspace: Workspace = None,
    output: Output = None,
    output_format: OutputFormat = Format.text,
    unmask: Unmask = False,
    no_workbook: NoWorkbook = False,
    password_file: PasswordFile = None,
    quiet: Quiet = False,
    no_progress: NoProgress = False,
    force: Force = False,
    wait: Wait = PATIENCE,
) -> int:
    """Forecast people and money to the policy's end."""
    from functools import partial

    from fupin_cli.jobs.forecast import forecast_month
    from fupin_cli.outputs.forecast_views import forecast_document, show_forecast

    run = run_report(
        "forecast",
        partial(forecast_month, renew=not no_renew),
        one_month(month, month_option, "fupin forecast 2024-05"),
        inbox,
        workspace,
        output,
        password_file,
        write=not no_workbook,
        force=force,
        progress=not (no_progress or quiet),
        wait=wait,
    )
    if output_format is Format.json:
        print_json(forecast_document(run, unmask=unmask))
    elif not quiet:
        show_forecast(run)
    return 0


def what_if(
    month: MonthArgument = None,
    month_option: MonthOption = None,
    first: FromMonth = None,
    last: ToMonth = None,
    sets: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="段.项=值", help="改一项设置，例如 post.fixed_days=21.75；可写几个", show_default=False
        ),
    ] = None,
    scenarios: Annotated[
        list[str] | None,
        typer.Option(
            "--scenario",
            metavar="名称:改动",
            help="再加一种方案，例如 '850元:post.standard.2025.monthly=850'",
            show_default=False,
        ),
    ] = None,
    inbox: Inbox = None,
    workspace: Workspace = None,
    output: Output = None,
    output_format: OutputFormat = Format.text,
    unmask: Unmask = False,
    no_workbook: NoWorkbook = False,
    password_file: PasswordFile = None,
    quiet: Quiet = False,
    no_progress: NoProgress = False,
    force: Force = False,
    wait: Wait = PATIENCE,
) -> int:
    """Compute with other settings and compare; never approved."""
    from fupin_cli.cli.options import month_range
    from fupin_cli.errors import UsageError
    from fupin_cli.jobs.what_if import what_if as job
    from fupin_cli.outputs.what_if_views import show_what_if, what_if_document
    from fupin_cli.policy.months import month_text

    wanted = {"试算": sets} if sets else {}
    for text in scenarios or []:
        name, found, changes = text.replace("：", ":").partition(":")
        if not found:
            raise UsageError(f"--scenario {text} 看不懂", "写成 名称:段.项=值,段.项=值")
        wanted[name.strip()] = [part for part in changes.replace("，", ",").split(",") if part.strip()]
    if not wanted:
        raise UsageError(
            "没有写要改什么", "例如 fupin what-if 2024-05 --set post.proration=fixed --set post.fixed_days=21.75"
        )
    span = month_range(month, month_option, first, last, "fupin what-if --month 2024-05")

    def work(desk: Desk, _: int) -> WhatIfRun:
        return job(desk.workspace, inbox, span, wanted, desk.progress)

    run = run_report(
        "what-if",
        work,
        month_text(span[1]),
        inbox,
        workspace,
        output,
        password_file,
        write=not no_workbook,
        force=force,
        progress=not (no_progress or quiet),
        wait=wait,
    )
    if output_format is Format.json:
        print_json(what_if_document(run, unmask=unmask))
    elif not quiet:
        show_what_if(run)
    return 0

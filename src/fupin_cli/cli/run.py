"""`fupin run` and `fupin schedule`."""

from __future__ import annotations

from typing import Annotated

import typer

from fupin_cli.cli.options import (
    MonthArgument,
    MonthOption,
    Operator,
    Output,
    PasswordFile,
    Quiet,
    Wait,
    Workspace,
    one_month,
    operator_name,
)


def run(
    month_argument: MonthArgument = None,
    month: MonthOption = None,
    today: Annotated[
        str | None,
        typer.Option(
            "--today",
            metavar="年-月-日",
            help="把这一天当作今天（默认：系统日期）；不写月份时做它的上个月",
            show_default=False,
        ),
    ] = None,
    workspace: Workspace = None,
    output: Output = None,
    operator: Operator = None,
    password_file: PasswordFile = None,
    quiet: Quiet = False,
    wait: Wait = 0,
) -> int:
    """Do a month's unattended work."""
    from datetime import date, datetime

    from fupin_cli.errors import UsageError
    from fupin_cli.jobs.lock import workspace_lock
    from fupin_cli.jobs.run import month_before, run_month
    from fupin_cli.jobs.workspace import find_workspace
    from fupin_cli.policy.months import parse_month

    now = datetime.now().astimezone()
    try:
        day = date.fromisoformat(today) if today else now.date()
    except ValueError:
        raise UsageError(f"--today 的值不对：{today}", "写成 年-月-日，例如 --today 2024-06-05") from None
    wanted = (
        parse_month(one_month(month_argument, month, "fupin run 2024-05"))
        if month or month_argument
        else month_before(day)
    )
    place = find_workspace(workspace, password_file)
    with workspace_lock(place.root, "run", wait, now):
        report = run_month(place, wanted, output or place.out, operator or operator_name(), now, operator or "")
    if not quiet or report.exit_code or report.urgent:
        typer.echo("\n".join([report.line, *(report.urgent if quiet else report.more)]))
    return report.exit_code


def schedule(
    workspace: Workspace = None,
    at: Annotated[str, typer.Option("--at", metavar="时:分", help="每天几点运行")] = "06:30",
) -> int:
    """Print what cron and systemd need; on Windows, what the task scheduler needs."""
    import re

    from fupin_cli import system
    from fupin_cli.errors import UsageError
    from fupin_cli.jobs.schedule import crontab_line, schtasks_line, systemd_units
    from fupin_cli.jobs.workspace import find_workspace

    match = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", at)
    if not match:
        raise UsageError(f"--at 的值不对：{at}", "写成 时:分，例如 --at 06:30")
    place = find_workspace(workspace)
    hour, minute = int(match[1]), int(match[2])
    if system.WINDOWS:
        typer.echo("# 每天运行一次，做上个月；输入没有变就什么也不做。在命令提示符里运行这一行：")
        typer.echo(schtasks_line(place.root, hour, minute))
        typer.echo("# 看它：schtasks /Query /TN fupin    取消：schtasks /Delete /TN fupin")
        return 0
    typer.echo("# 每天运行一次，做上个月；输入没有变就什么也不做，没有问题就不发邮件。用 crontab -e 加入这一行：")
    typer.echo(crontab_line(place.root, hour, minute))
    typer.echo("\n# 或者用 systemd：把下面两个文件放进 /etc/systemd/system/，再运行 systemctl enable --now fupin.timer")
    for name, text in systemd_units(place.root, hour, minute).items():
        typer.echo(f"\n# {name}\n{text}", nl=False)
    return 0

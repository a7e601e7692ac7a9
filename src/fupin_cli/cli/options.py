"""Options that several subcommands share."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Format(StrEnum):
    """How results are printed."""

    text = "text"
    json = "json"


class Severity(StrEnum):
    """How bad a finding is."""

    error = "error"
    warning = "warning"
    info = "info"


class Split(StrEnum):
    """Into what a workbook is split."""

    town = "town"
    county = "county"


Workspace = Annotated[
    Path | None,
    typer.Option(
        "--workspace",
        "-w",
        envvar="FUPIN_WORKSPACE",
        metavar="文件夹",
        show_envvar=False,
        help="工作区（默认：环境变量 FUPIN_WORKSPACE，再向上最近的 fupin.toml 所在的文件夹）",
        show_default=False,
    ),
]
Month = Annotated[str, typer.Option("--month", "-m", metavar="年-月", help="月份，例如 2024-05", show_default=False)]
OutputFormat = Annotated[Format, typer.Option("--format", help="输出格式")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="没有问题就不说话")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="逐条列出问题")]
NoProgress = Annotated[bool, typer.Option("--no-progress", help="不显示进度条")]
Force = Annotated[bool, typer.Option("--force", help="覆盖已有的文件")]

PasswordFile = Annotated[
    Path | None,
    typer.Option(
        "--password-file",
        metavar="文件",
        help="密码文件（第一行）：用它打开加密的表，写出的工作簿也用它加密",
        show_default=False,
    ),
]
Operator = Annotated[
    str | None,
    typer.Option("--operator", "--by", metavar="姓名", help="经办人（默认：系统用户名）", show_default=False),
]
Signer = Annotated[
    str | None,
    typer.Option("--by", "--operator", metavar="姓名", help="谁批准、撤回、关账或补发（必须写明）", show_default=False),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="不再询问（没有终端时必须写）")]
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="文件夹", help="输出文件夹（默认：工作区的 out/）", show_default=False),
]
Unmask = Annotated[bool, typer.Option("--unmask", help="JSON 里不遮盖身份证号和姓名")]
Wait = Annotated[float, typer.Option("--wait", metavar="秒", help="工作区有别的 fupin 在运行时，最多等多少秒", min=0)]
MonthArgument = Annotated[str | None, typer.Argument(metavar="年-月", help="月份", show_default=False)]
MonthOption = Annotated[
    str | None, typer.Option("--month", "-m", metavar="年-月", help="月份（同上）", show_default=False)
]
PATIENCE = 60.0


def one_month(argument: str | None, option: str | None, example: str) -> str:
    """The month, given as an argument or as an option, written as `2024-05`.

    Raises:
        UsageError: none, or two that differ.
    """
    from fupin_cli.errors import UsageError
    from fupin_cli.policy.months import month_text, parse_month

    given = {parse_month(text) for text in (option, argument) if text}
    if len(given) != 1:
        raise UsageError("要写明一个月份", f"例如 {example}")
    return month_text(given.pop())


def month_range(
    argument: str | None, month: str | None, first: str | None, last: str | None, example: str
) -> tuple[int, int]:
    """The months meant: one, or all from one to another.

    Raises:
        UsageError: both ways at once, half a range, or a range that runs backwards.
    """
    from fupin_cli.errors import UsageError
    from fupin_cli.policy.months import parse_month

    if not (first or last):
        one = parse_month(one_month(argument, month, example))
        return one, one
    if month or argument or not (first and last):
        raise UsageError(
            "几个月一起做要同时写 --from 和 --to，不再写月份",
            f"例如 {example.rsplit(' ', 1)[0].removesuffix(' --month')} --from 2024-01 --to 2024-12",
        )
    start, end = parse_month(first), parse_month(last)
    if end < start:
        raise UsageError(f"--from {first} 晚于 --to {last}", "把两个月份对调")
    return start, end


def on_terminal() -> bool:
    """Whether somebody can be asked."""
    import sys

    return sys.stdin is not None and sys.stdin.isatty()


def signer(given: str | None, *, yes: bool, example: str) -> str:
    """Who posts: a name that was typed; without a terminal, only with `--yes` (SPEC 9.9).

    Raises:
        UsageError: no name, or nobody there who could be asked.
    """
    from fupin_cli.errors import UsageError
    from fupin_cli.jobs.names import named

    name = named(given, "经办人", example)
    if not yes and not on_terminal():
        raise UsageError("没有终端可以确认", f"看过结果后加 --yes，例如 {example} --yes")
    return name


def ask(question: str, *, yes: bool) -> None:
    """Ask before something is posted.

    Raises:
        typer.Abort: the answer is no.
    """
    if not yes and not typer.confirm(question, default=False):
        raise typer.Abort


def operator_name() -> str:
    """Who runs the program, by the system; empty where the system does not know (some cron set-ups)."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""

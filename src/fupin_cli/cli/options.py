"""Options that several subcommands share."""

from __future__ import annotations

import re
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


def document_number(text: str) -> str:
    """A document by which something is allowed: `无` is none."""
    from fupin_cli.policy.said import in_writing

    return in_writing(text)


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
Force = Annotated[bool, typer.Option("--force", help="覆盖已有的文件（不加时旧的留在 旧/）")]

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
Places = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[年-月] [收件夹]", help="月份，例如 2024-05；收件夹（默认：工作区的 inbox/）", show_default=False
    ),
]
Inbox = Annotated[
    Path | None,
    typer.Option("--inbox", metavar="收件夹", help="各表所在的文件夹（默认：工作区的 inbox/）", show_default=False),
]
FromMonth = Annotated[str | None, typer.Option("--from", metavar="年-月", help="从哪个月", show_default=False)]
ToMonth = Annotated[str | None, typer.Option("--to", metavar="年-月", help="到哪个月", show_default=False)]
NoWorkbook = Annotated[bool, typer.Option("--no-workbook", help="只看结果，不写工作簿")]
NoDraft = Annotated[bool, typer.Option("--no-workbook", help="只看结果：不写工作簿，不记为测算")]
PATIENCE = 60.0


def as_month(text: str) -> int | None:
    """The month that a text is, if it is one."""
    from fupin_cli.errors import UsageError
    from fupin_cli.policy.months import parse_month

    try:
        return parse_month(text)
    except UsageError:
        return None


def one_month(argument: str | None, option: str | None, example: str) -> str:
    """The month, given as an argument or as an option, written as `2024-05`.

    Raises:
        UsageError: none, two that differ, or no month.
    """
    from fupin_cli.errors import UsageError
    from fupin_cli.policy.months import month_text, parse_month

    text = option or argument
    if text is None:
        raise UsageError("缺少 --month：要写明一个月份", f"例如 {example}，或 --month 2024-05")
    if option and argument and parse_month(option) != parse_month(argument):
        raise UsageError(f"要写明一个月份，写了 {argument} 和 {option} 两个", f"例如 {example}")
    return month_text(parse_month(text))


def month_and_inbox(places: list[str] | None, option: str | None, example: str) -> tuple[str, Path | None]:
    """The month and the input folder of a command that takes both in any order; with --month the rest is a folder.

    Raises:
        UsageError: no month, two that differ, or more than one folder.
    """
    from fupin_cli.errors import UsageError

    given = list(places or [])
    months = [text for text in given if as_month(text) is not None and not (option and Path(text).exists())]
    if not months and option is None:  # a slip such as 2024-13 is a month that is wrong, not a folder that is missing
        months = [text for text in given if re.fullmatch(r"[0-9０-９年月.\-/]+", text) and not Path(text).exists()]
    rest = [text for text in given if text not in months]
    if len(rest) > 1:
        raise UsageError(f"多写了 {' '.join(rest[1:])}", f"只写一个收件夹，例如 {example} D:\\台账")
    if len(months) > 1:
        raise UsageError(f"要写明一个月份，写了 {'、'.join(months)}", f"例如 {example}")
    return one_month(months[0] if months else None, option, example), Path(rest[0]) if rest else None


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
    from fupin_cli.cli.ask import confirm

    if not yes and not confirm(question):
        raise typer.Abort


def operator_name() -> str:
    """Who runs the program, by the system; empty where the system does not know (some cron set-ups)."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""

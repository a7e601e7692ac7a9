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


def operator_name() -> str:
    """Who runs the program, by the system; empty where the system does not know (some cron set-ups)."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""

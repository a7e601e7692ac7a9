"""`fupin init`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def init(
    folder: Annotated[Path, typer.Argument(metavar="文件夹", help="工作区文件夹")] = Path(),
    county: Annotated[
        str | None, typer.Option("--county", metavar="名称", help="县（市、区）名称", show_default=False)
    ] = None,
) -> int:
    """Make a workspace. Asks the county's name on a terminal only."""
    import sys

    from fupin_cli.cli.ask import ask
    from fupin_cli.jobs.init import make_workspace

    name = county
    if name is None and sys.stdin.isatty() and sys.stdout.isatty():
        name = ask("县（市、区）名称")
    for line in make_workspace(folder, name or ""):
        typer.echo(line)
    return 0

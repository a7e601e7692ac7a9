"""`fupin verify`, `fupin doctor` and `fupin config`: looking after a workspace."""

from __future__ import annotations

from typing import Annotated

import typer

from fupin_cli.cli.documents import print_json
from fupin_cli.cli.options import (
    Format,
    MonthArgument,
    MonthOption,
    NoProgress,
    Output,
    OutputFormat,
    PasswordFile,
    Quiet,
    Workspace,
    one_month,
)

MARKS = {"ok": "正常", "note": "无从核对", "warn": "注意", "bad": "有问题"}


def verify(
    month_argument: MonthArgument = None,
    month: MonthOption = None,
    everything: Annotated[bool, typer.Option("--all", help="全部月份")] = False,
    workspace: Workspace = None,
    output: Output = None,
    output_format: OutputFormat = Format.text,
    password_file: PasswordFile = None,
    quiet: Quiet = False,
    no_progress: NoProgress = False,
) -> int:
    """Check that nothing was changed by hand; exit 12 if something was."""
    import sys

    from fupin_cli.cli.progress import progress_bar
    from fupin_cli.errors import NoInputError
    from fupin_cli.jobs.verify import months_of, verify_months
    from fupin_cli.jobs.workspace import find_workspace
    from fupin_cli.policy.months import parse_month

    place = find_workspace(workspace, password_file)
    folder = output or place.out
    if everything or (month is None and month_argument is None):
        wanted = months_of(place, folder)
        if not wanted:
            raise NoInputError(f"{folder} 里还没有任何月份的清单", "先运行 fupin check 或 fupin payroll")
    else:
        wanted = [parse_month(one_month(month_argument, month, "fupin verify 2024-05"))]
    with progress_bar(enabled=not (no_progress or quiet) and sys.stderr.isatty()) as progress:
        found = verify_months(place, wanted, folder, progress)
    if output_format is Format.json:
        months = [
            {"month": v.month, "bad": v.bad, "checks": [{"state": s, "text": t} for s, t in v.said]} for v in found
        ]
        print_json({"format": "fupin.verify/1", "months": months})
    else:
        for result in found:
            if not quiet or result.bad:
                typer.echo(f"{result.month}：{'有改动' if result.bad else '没有改动'}")
                for state, text in result.said:
                    if not quiet or state == "bad":
                        _say(f"[{MARKS[state]}] {text}", 2)
    return 12 if any(result.bad for result in found) else 0


def doctor(workspace: Workspace = None, output_format: OutputFormat = Format.text) -> int:
    """Look at the machine, the program and the workspace; exit 2 if something does not work."""
    from dataclasses import asdict

    from fupin_cli.jobs.doctor import BAD, diagnose
    from fupin_cli.jobs.workspace import find_workspace

    found = diagnose(find_workspace(workspace))
    if output_format is Format.json:
        print_json({"format": "fupin.doctor/1", "checks": [asdict(d) for d in found]})
    else:
        for d in found:
            _say(f"[{MARKS[d.state]}] {d.name}：{d.text}", 0)
            if d.todo:
                _say(d.todo, 4)
    return 2 if any(d.state == BAD for d in found) else 0


def config(workspace: Workspace = None, output_format: OutputFormat = Format.text) -> int:
    """Show every setting and where it came from."""
    import json
    from dataclasses import asdict

    from fupin_cli.jobs.config import settings_of
    from fupin_cli.jobs.workspace import find_workspace
    from fupin_cli.outputs.terminal import console
    from fupin_cli.outputs.widths import width_of

    place = find_workspace(workspace)
    found = settings_of(place)
    if output_format is Format.json:
        print_json({"format": "fupin.config/1", "settings": [asdict(s) for s in found]})
    else:
        typer.echo(f"# {place.file or '没有 fupin.toml，都是默认值'}")
        for s in found:
            value = "（没有填）" if s.value is None else json.dumps(s.value, ensure_ascii=False)
            line = f"{s.name} = {value}    # {s.origin}"
            if width_of(line) <= console().width:
                typer.echo(line)
            else:  # the origin on a line before it: what follows can still be copied into the file
                typer.echo(f"# {s.origin}")
                _say(f"{s.name} = {value}", 0)
    return 0


def _say(words: str, indent: int) -> None:
    """Print a line, folded to the terminal, its further lines a little to the right."""
    from fupin_cli.outputs.terminal import console
    from fupin_cli.outputs.widths import wrapped

    first, *rest = wrapped(words, console().width - indent - 4)
    typer.echo(" " * indent + first)
    for line in rest:
        typer.echo(" " * (indent + 4) + line)

"""`fupin inputs`: the files that an approval was computed from, given back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fupin_cli.cli.documents import print_json
from fupin_cli.cli.options import Format, MonthArgument, MonthOption, OutputFormat, Workspace, one_month


def inputs(
    month_argument: MonthArgument = None,
    month: MonthOption = None,
    to: Annotated[
        Path | None,
        typer.Option(
            "--to", metavar="文件夹", help="取回到这个文件夹，不覆盖已有的文件（不写：只列出）", show_default=False
        ),
    ] = None,
    batch: Annotated[
        str,
        typer.Option("--batch", metavar="批次号", help="只要这个批次的（默认：仍然有效的批准）", show_default=False),
    ] = "",
    workspace: Workspace = None,
    output_format: OutputFormat = Format.text,
) -> int:
    """Give back the files that a month was approved from, byte for byte, or list them."""
    from fupin_cli.jobs.inputs import give_back
    from fupin_cli.jobs.workspace import find_workspace
    from fupin_cli.outputs.posting_json import kept_row
    from fupin_cli.policy.months import month_text, parse_month

    wanted = parse_month(one_month(month_argument, month, "fupin inputs 2024-05 --to 文件夹"))
    given = give_back(find_workspace(workspace).root, wanted, to, batch)
    if output_format is Format.json:
        body = {
            "format": "fupin.inputs/1",
            "month": month_text(wanted),
            "batches": [kept_row(one.batch, one.measure, one.sha256, one.files) for one in given],
            "outputs": [str(path) for one in given for path in one.outputs],
        }
        print_json(body)
        return 0
    for one in given:
        verb = "取回" if to else "留存"
        typer.echo(f"批次 {one.batch}：{verb} {len(one.files)} 个文件，{sum(f.size for f in one.files)} 字节")
        for n, file in enumerate(one.files):
            typer.echo(f"  {one.outputs[n] if to else file.name}  SHA-256 {file.sha256}")
    if not to:
        typer.echo("取回：fupin inputs 年-月 --to 文件夹")
    return 0

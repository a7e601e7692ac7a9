"""`fupin template`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fupin_cli.cli.options import Force, Workspace


def template(
    table: Annotated[
        str | None,
        typer.Argument(metavar="表名", help="表名，例如 assignments 或 在岗人员花名册", show_default=False),
    ] = None,
    listing: Annotated[bool, typer.Option("--list", help="列出全部表")] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="文件",
            help="写到哪个 .xlsx 文件或哪个文件夹（默认：当前文件夹，以表名为文件名）",
            show_default=False,
        ),
    ] = None,
    workspace: Workspace = None,
    force: Force = False,
) -> int:
    """Write an empty form for a table."""
    import difflib

    from fupin_cli.errors import UsageError
    from fupin_cli.jobs.workspace import find_workspace
    from fupin_cli.outputs import template as forms
    from fupin_cli.outputs.files import atomic, make_folder
    from fupin_cli.outputs.terminal import console

    contracts = find_workspace(workspace).contracts()
    if listing or table is None:
        console().print(forms.listing(contracts))
        return 0
    by_title = {spec.title: spec for spec in contracts.values()}
    spec = contracts.get(table) or by_title.get(table)
    if spec is None:
        near = difflib.get_close_matches(table, [*contracts, *by_title], n=1, cutoff=0.0)[0]
        raise UsageError(f"没有 {table} 这张表", f"是不是 {near}？全部表：fupin template --list")
    path = output or Path(f"{spec.title}.xlsx")
    if path.is_dir() or path.suffix.lower() != ".xlsx":  # a folder that is yet to be made; nothing else opens the file
        path = path / f"{spec.title}.xlsx"
    if path.exists() and not force:
        raise UsageError(f"{path} 已经存在", "换个名字（--output），或用 --force 覆盖")
    make_folder(path.parent)
    with atomic(path) as temporary:
        forms.write_form(spec, temporary)
    typer.echo(f"模板：{path}")
    return 0

"""`fupin explain`."""

from __future__ import annotations

from typing import Annotated

import typer

from fupin_cli.cli.documents import print_json
from fupin_cli.cli.options import Format, MonthOption, OutputFormat, PasswordFile, Places, Workspace, month_and_inbox


def explain(
    who: Annotated[str, typer.Argument(metavar="证号或姓名", help="要解释的人")],
    places: Places = None,
    month: MonthOption = None,
    workspace: Workspace = None,
    password_file: PasswordFile = None,
    output_format: OutputFormat = Format.text,
) -> int:
    """Explain one person's line of a month."""
    from fupin_cli.jobs.desk import Desk
    from fupin_cli.jobs.explain import explain_person
    from fupin_cli.jobs.workspace import find_workspace
    from fupin_cli.outputs.explain_tree import masked_steps, tree
    from fupin_cli.outputs.terminal import console
    from fupin_cli.policy.months import parse_month

    text, inbox = month_and_inbox(places, month, f"fupin explain {who} 2024-05")
    steps = explain_person(Desk(find_workspace(workspace, password_file), inbox), who, parse_month(text))
    if output_format is Format.json:
        body = {"format": "fupin.explain/1", "month": text, "lines": masked_steps(steps)}
        print_json(body)
    else:
        out = console()
        for step in steps:
            out.print(tree(step))
    return 0

"""`fupin rules`."""

from __future__ import annotations

from typing import Annotated

import typer

from fupin_cli.cli.documents import print_json
from fupin_cli.cli.options import Format, MonthArgument, OutputFormat, Workspace


def rules(
    code: Annotated[
        str | None, typer.Argument(metavar="代码", help="规则代码，例如 POST005；不写则列出全部", show_default=False)
    ] = None,
    month_argument: MonthArgument = None,
    parameters: Annotated[bool, typer.Option("--parameters", help="列出某月有效的政策数字及其出处")] = False,
    month: Annotated[
        str | None, typer.Option("--month", "-m", metavar="年-月", help="与 --parameters 同用", show_default=False)
    ] = None,
    workspace: Workspace = None,
    output_format: OutputFormat = Format.text,
) -> int:
    """List the rules, explain one, or list the numbers in force."""
    from dataclasses import asdict

    from fupin_cli.checks.catalogue import all_rules, find_rules
    from fupin_cli.cli.options import one_month
    from fupin_cli.errors import UsageError
    from fupin_cli.jobs.workspace import find_workspace
    from fupin_cli.outputs import catalogue
    from fupin_cli.outputs.terminal import console
    from fupin_cli.policy.months import month_words, parse_month

    if month_argument and not parameters:
        raise UsageError(f"多写了 {month_argument}", "月份与 --parameters 同用，例如 fupin rules --parameters 2024-05")
    policy = find_workspace(workspace).policy()
    if parameters:
        given = month_argument or code
        if month is None and given is None:
            raise UsageError("--parameters 要写明月份", "例如 fupin rules --parameters --month 2024-05")
        text = one_month(given, month, "fupin rules --parameters 2024-05")
        wanted = parse_month(text)
        rows = policy.in_force(wanted)
        if output_format is Format.json:
            print_json([asdict(row) for row in rows])
        else:
            console().print(catalogue.parameter_table(rows, month_words(wanted)))
            for line in catalogue.unset(policy):
                console().print(line)
        return 0
    chosen = find_rules(code) if code else list(all_rules().values())
    if output_format is Format.json:
        print_json([catalogue.rule_facts(rule, policy) for rule in chosen])
    elif code is None:
        console().print(catalogue.rule_table(chosen, policy))
    else:
        for rule in chosen:
            console().print(catalogue.explained(rule, policy), soft_wrap=True)
    return 0

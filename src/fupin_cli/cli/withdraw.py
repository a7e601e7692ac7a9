"""`fupin withdraw` and `fupin discard`: an approval, or a draft, taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from fupin_cli.cli.documents import print_json
from fupin_cli.cli.options import (
    PATIENCE,
    Format,
    Inbox,
    MonthArgument,
    MonthOption,
    Operator,
    Output,
    OutputFormat,
    PasswordFile,
    Signer,
    Wait,
    Workspace,
    Yes,
    ask,
    document_number,
    one_month,
    operator_name,
    signer,
)

if TYPE_CHECKING:
    from pathlib import Path

    from fupin_cli.jobs.withdraw import Withdrawal

EXAMPLE = "fupin withdraw 2024-05 --by 姓名 --document 文号"
Measure = Annotated[
    str, typer.Option("--measure", metavar="补贴", help="哪一项补贴（默认：岗位补贴）", show_default=False)
]


def withdraw(
    month_argument: MonthArgument = None,
    month: MonthOption = None,
    operator: Signer = None,
    document: Annotated[
        str,
        typer.Option(
            "--document",
            metavar="文号",
            callback=document_number,
            help="同意撤回的文号（必须写明）",
            show_default=False,
        ),
    ] = "",
    measure: Measure = "post",
    inbox: Inbox = None,
    workspace: Workspace = None,
    output: Output = None,
    yes: Yes = False,
    output_format: OutputFormat = Format.text,
    password_file: PasswordFile = None,
    wait: Wait = PATIENCE,
) -> int:
    """Take an approval back before the bank has answered."""
    from datetime import datetime

    from fupin_cli.errors import MonthClosedError, UsageError
    from fupin_cli.jobs import withdraw as job
    from fupin_cli.jobs.desk import Desk
    from fupin_cli.jobs.lock import workspace_lock
    from fupin_cli.jobs.subsidy import find_measure
    from fupin_cli.jobs.workspace import find_workspace
    from fupin_cli.ledger import store
    from fupin_cli.outputs.posting_json import withdraw_document
    from fupin_cli.policy.months import month_text, parse_month

    wanted = parse_month(one_month(month_argument, month, EXAMPLE))
    text = month_text(wanted)
    who = signer(operator, yes=yes, example=EXAMPLE)
    if not document.strip():
        raise UsageError("要写明同意撤回的文号：--document 文号", f"例如 {EXAMPLE}")
    place = find_workspace(workspace, password_file)
    folder = output or place.out
    chosen = find_measure(measure, place.policy()).code
    now = datetime.now().astimezone()
    with workspace_lock(place.root, "withdraw", wait, now):
        desk = Desk(place, inbox)
        said = job.finish_all(desk, folder, now)
        approval = store.approval_of(place.root, wanted, chosen)
        if approval is None:
            hint = "查看：fupin status；别的补贴要写明 --measure 代号"
            raise MonthClosedError(f"{text} 没有批准，没有可撤回的" + "".join(f"；{line}" for line in said), hint)
        job.refuse_to_withdraw(desk, approval, who)
        ask(f"撤回 {text} 的批准（批次 {approval.batch}）？", yes=yes)
        run = job.withdraw(desk, approval, who, document.strip(), now)
        job.finish(run, place.root, folder, now)
    batch, voided = run.batch, [folder / text / name for name in run.voided.values()]
    if output_format is Format.json:
        print_json(withdraw_document(batch, run.lines, run.amount_fen, voided))
    else:
        for line in (*said, *_words(run, text, voided)):
            typer.echo(line)
    return 0


def _words(run: Withdrawal, text: str, voided: list[Path]) -> list[str]:
    """What was taken back, and which files are void now."""
    from fupin_cli.policy.rounding import fen_to_yuan

    batch = run.batch
    return [
        f"已撤回 {text} 的批准（批次 {batch.refers}），撤回批次 {batch.batch}，文号 {batch.document}",
        f"{run.lines} 行归零，不再支付 {fen_to_yuan(run.amount_fen)} 元；已交银行的代发文件请银行作废",
        *(f"作废：{path}" for path in voided),
    ]


def discard(
    month_argument: MonthArgument = None,
    month: MonthOption = None,
    operator: Operator = None,
    measure: Measure = "post",
    workspace: Workspace = None,
    output: Output = None,
    wait: Wait = PATIENCE,
) -> int:
    """Take a draft back."""
    from datetime import datetime

    from fupin_cli.jobs import discard as job
    from fupin_cli.jobs.desk import Desk
    from fupin_cli.jobs.lock import workspace_lock
    from fupin_cli.jobs.subsidy import find_measure
    from fupin_cli.jobs.workspace import find_workspace
    from fupin_cli.policy.months import month_text, parse_month

    wanted = parse_month(one_month(month_argument, month, "fupin discard 2024-05"))
    place = find_workspace(workspace)
    folder = output or place.out
    chosen = find_measure(measure, place.policy()).code
    now = datetime.now().astimezone()
    with workspace_lock(place.root, "discard", wait, now):
        entry = job.discard(place.root, wanted, chosen, operator or operator_name(), now)
        moved = job.put_drafts_aside(Desk(place), entry, folder, now)
    text = month_text(wanted)
    typer.echo(f"已撤去 {text} 的测算；重新测算以前不能批准")
    for name in moved:
        typer.echo(f"作废：{folder / text / name}")
    return 0

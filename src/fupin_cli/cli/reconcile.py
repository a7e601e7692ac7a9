"""`fupin reconcile`, `fupin close` and `fupin status`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fupin_cli.cli.documents import print_json
from fupin_cli.cli.options import (
    PATIENCE,
    Force,
    Format,
    MonthArgument,
    MonthOption,
    NoProgress,
    NoWorkbook,
    Operator,
    Output,
    OutputFormat,
    PasswordFile,
    Quiet,
    Signer,
    ToMonth,
    Unmask,
    Wait,
    Workspace,
    Yes,
    ask,
    document_number,
    month_range,
    one_month,
    operator_name,
    signer,
)

if TYPE_CHECKING:
    from fupin_cli.jobs.desk import Desk
    from fupin_cli.ledger.store import Batch
    from fupin_cli.outputs.bank import BankFiles
    from fupin_cli.results.reconcile import ReconcileRun

EXIT_BEHIND = 12  # the ledger is older than the workspace's files
Document = Annotated[str, typer.Option("--document", metavar="文号", help="文号", show_default=False)]


def reconcile(
    month_argument: MonthArgument = None,
    month: MonthOption = None,
    first: Annotated[
        str | None, typer.Option("--from", metavar="年-月", help="对几个月：从哪个月", show_default=False)
    ] = None,
    last: ToMonth = None,
    reissue: Annotated[
        bool, typer.Option("--reissue", help="把已改正的失败行补发：记入账本，写出更正发放文件")
    ] = False,
    operator: Operator = None,
    document: Document = "",
    yes: Yes = False,
    inbox: Annotated[
        Path | None,
        typer.Option(
            "--inbox", metavar="收件夹", help="回盘和各表所在的文件夹（默认：工作区的 inbox/）", show_default=False
        ),
    ] = None,
    workspace: Workspace = None,
    output: Output = None,
    output_format: OutputFormat = Format.text,
    unmask: Unmask = False,
    no_workbook: NoWorkbook = False,
    password_file: PasswordFile = None,
    quiet: Quiet = False,
    no_progress: NoProgress = False,
    force: Force = False,
    wait: Wait = PATIENCE,
) -> int:
    """Compare due, approved and paid."""
    import sys
    from contextlib import nullcontext
    from datetime import datetime

    from fupin_cli.cli.progress import progress_bar
    from fupin_cli.errors import UsageError
    from fupin_cli.jobs import reconcile as job
    from fupin_cli.jobs import reissue as again
    from fupin_cli.jobs.desk import Desk
    from fupin_cli.jobs.lock import workspace_lock
    from fupin_cli.jobs.workspace import find_workspace
    from fupin_cli.policy.rounding import fen_to_yuan

    start, end = month_range(month_argument, month, first, last, "fupin reconcile 2024-05")
    if reissue and start != end:
        raise UsageError("补发一次只能写一个月份", "例如 fupin reconcile 2024-05 --reissue --by 姓名")
    who = signer(operator, yes=yes, example="fupin reconcile 2024-05 --reissue --by 姓名") if reissue else operator
    place = find_workspace(workspace, password_file)
    folder = output or place.out
    now = datetime.now().astimezone()
    writes = reissue or not no_workbook
    with workspace_lock(place.root, "reconcile", wait, now, posts=reissue) if writes else nullcontext():
        with progress_bar(enabled=not (no_progress or quiet) and sys.stderr.isatty()) as progress:
            desk = Desk(place, inbox, progress)
            run = job.reconcile_months(desk, start, end)
        if reissue:
            _ask(run, yes=yes)
            run.sending = True
        if not no_workbook:
            job.write_outputs(run, folder, operator=who or operator_name(), now=now, force=force)
        sent_again = again.reissue(run, desk, who or "", document, now, folder) if reissue else None
        if sent_again:  # the workbook shows what was ready before; nothing is offered twice
            run = again.as_sent(run)
        batch, bank = sent_again or (None, None)
    if output_format is Format.json:
        from fupin_cli.outputs.reconcile_json import reconcile_json

        sent = {"batch": batch.batch, "rows": bank.rows, "amount": fen_to_yuan(bank.fen)} if batch and bank else None
        sys.stdout.write(reconcile_json(run, unmask=unmask, reissued=sent) + "\n")
    else:
        _show(run, batch, bank, reissue=reissue, quiet=quiet)
    return run.exit_code


def _ask(run: ReconcileRun, *, yes: bool) -> None:
    """Ask before money is sent again, if there is any.

    Raises:
        typer.Abort: the answer is no.
    """
    from fupin_cli.policy.rounding import fen_to_yuan

    ready = run.send_again.filter("ready")
    if ready.height:
        ask(f"补发 {ready.height} 行，{fen_to_yuan(int(ready['amount_fen'].sum()))} 元？", yes=yes)


def _show(run: ReconcileRun, batch: Batch | None, bank: BankFiles | None, *, reissue: bool, quiet: bool) -> None:
    """Print a reconciliation, and what was sent again."""
    import sys

    from fupin_cli.outputs.payroll_terminal import bank_lines
    from fupin_cli.outputs.reconcile_terminal import nothing_sent_line, reconcile_line, show_reconcile, unmended_words
    from fupin_cli.outputs.terminal import console

    if not quiet:
        show_reconcile(run, console())
    elif run.exit_code:
        sys.stdout.write(reconcile_line(run) + "\n")
    if batch and bank:
        for line in (f"更正发放批次 {batch.batch}", *bank_lines(bank, bank.fen + bank.left_out_fen)):
            typer.echo(line)
        if left := run.send_again.height - bank.rows - len(bank.left_out):
            typer.echo(unmended_words(run, left))
    elif reissue:
        typer.echo(nothing_sent_line(run))


def close(
    month_argument: MonthArgument = None,
    month: MonthOption = None,
    operator: Signer = None,
    document: Annotated[
        str,
        typer.Option(
            "--document",
            metavar="文号",
            callback=document_number,
            help="带着没有了结的差额关账的批准文号",
            show_default=False,
        ),
    ] = "",
    yes: Yes = False,
    workspace: Workspace = None,
    output: Output = None,
    password_file: PasswordFile = None,
    wait: Wait = PATIENCE,
) -> int:
    """Close a month."""
    from datetime import datetime

    from fupin_cli.jobs import close as job
    from fupin_cli.jobs import reconcile as reconciliation
    from fupin_cli.jobs.desk import Desk
    from fupin_cli.jobs.lock import workspace_lock
    from fupin_cli.jobs.workspace import find_workspace
    from fupin_cli.outputs.reconcile_terminal import reconcile_line
    from fupin_cli.policy.months import month_text, parse_month

    text = one_month(month_argument, month, "fupin close 2024-05 --by 姓名")
    wanted = parse_month(text)
    text = month_text(wanted)
    checker = signer(operator, yes=yes, example="fupin close 2024-05 --by 姓名")
    place = find_workspace(workspace, password_file)
    now = datetime.now().astimezone()
    with workspace_lock(place.root, "close", wait, now):
        desk = Desk(place)
        job.refuse_unless_open(desk, wanted)
        run = reconciliation.reconcile_months(desk, wanted, wanted)
        ask(f"{reconcile_line(run)}\n关账 {text}？", yes=yes)
        batch = job.close(run, desk, checker, document, now, output or place.out)
    typer.echo(reconcile_line(run))
    typer.echo(
        f"已关账 {text}，{batch.operator}，{batch.posted_at[:16].replace('T', ' ')}"
        + (f"，文号 {document}" if document else "")
    )
    for path in run.outputs:
        typer.echo(f"工作簿：{path}")
    return 0


def status(
    month_argument: MonthArgument = None,
    month: MonthOption = None,
    inbox: Annotated[
        Path | None, typer.Option("--inbox", metavar="收件夹", help="各表所在的文件夹", show_default=False)
    ] = None,
    workspace: Workspace = None,
    output_format: OutputFormat = Format.text,
) -> int:
    """Show every month's state and what comes next; of one month its nine steps, and what each township has handed in.

    What an interrupted command has left is finished first.
    """
    from datetime import datetime

    from fupin_cli.jobs.desk import Desk
    from fupin_cli.jobs.lock import finish_if_free
    from fupin_cli.jobs.status import month_states
    from fupin_cli.jobs.witness import behind
    from fupin_cli.jobs.workspace import find_workspace
    from fupin_cli.outputs.status_view import state_rows, state_table
    from fupin_cli.outputs.terminal import console

    place = find_workspace(workspace)
    finished = finish_if_free(place.root, datetime.now().astimezone())
    words = behind(place.root)
    if month_argument or month:
        for sentence in (*finished, *([f"错误: {words[0]}\n\n提示: {words[1]}"] if words else [])):
            typer.echo(sentence, err=True)
        text = one_month(month_argument, month, "fupin status 2024-05")
        return max(_one_month(Desk(place, inbox), text, output_format), EXIT_BEHIND if words else 0)
    states = month_states(Desk(place, inbox))
    if output_format is Format.json:
        trouble = {"message": words[0], "hint": words[1]} if words else None
        body = {"format": "fupin.status/1", "months": state_rows(states), "trouble": trouble, "finished": finished}
        print_json(body)
        return EXIT_BEHIND if words else 0
    for sentence in finished:
        typer.echo(sentence)
    if words:
        typer.echo(f"错误: {words[0]}\n\n提示: {words[1]}", err=True)
    if states:
        console().print(state_table(states))
    elif not words:
        typer.echo("还没有测算过任何月份。下一步：fupin check、fupin payroll")
    return EXIT_BEHIND if words else 0


def _one_month(desk: Desk, text: str, output_format: Format) -> int:
    """The nine steps of a month, and what each township has handed in."""
    from fupin_cli.jobs.status import month_states
    from fupin_cli.jobs.steps import month_steps
    from fupin_cli.outputs.status_view import (
        handed_in_rows,
        handed_in_table,
        state_rows,
        state_table,
        step_rows,
        step_table,
    )
    from fupin_cli.outputs.terminal import console
    from fupin_cli.policy.months import parse_month

    month = parse_month(text)
    states = [state for state in month_states(desk) if state.month == month]
    found = month_steps(desk, month, states[0] if states else None)
    titles = {name: spec.title for name, spec in desk.contracts.items()}
    if output_format is Format.json:
        body = {
            "format": "fupin.status/1",
            "month": text,
            "months": state_rows(states),
            "steps": step_rows(found.steps),
            "next": found.next.todo if found.next else "",
            "handed_in": handed_in_rows(found.handed_in, titles),
        }
        print_json(body)
        return 0
    out = console()
    out.print(step_table(found.steps, month))
    if found.next:
        out.print(f"下一步：{found.next.name}。{found.next.todo}", soft_wrap=True)
    if found.handed_in.height:
        out.print(handed_in_table(found.handed_in, month, titles))
    if states:
        out.print(state_table(states))
    return 0

"""`fupin payroll` and `fupin approve`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from fupin_cli.cli.documents import print_json
from fupin_cli.cli.options import (
    PATIENCE,
    Force,
    Format,
    Inbox,
    MonthArgument,
    MonthOption,
    NoDraft,
    NoProgress,
    Operator,
    Output,
    OutputFormat,
    PasswordFile,
    Places,
    Quiet,
    Signer,
    Unmask,
    Wait,
    Workspace,
    Yes,
    ask,
    document_number,
    month_and_inbox,
    one_month,
    operator_name,
    signer,
)

if TYPE_CHECKING:
    from fupin_cli.jobs.desk import Desk
    from fupin_cli.ledger.store import Batch

EXAMPLE = "fupin approve 2024-05 --by 姓名 --document 文号"


def payroll(
    places: Places = None,
    month: MonthOption = None,
    workspace: Workspace = None,
    output: Output = None,
    operator: Operator = None,
    split_by: Annotated[
        str | None, typer.Option("--split-by", metavar="town", help="town：另按乡镇各写一本", show_default=False)
    ] = None,
    output_format: OutputFormat = Format.text,
    unmask: Unmask = False,
    no_workbook: NoDraft = False,
    password_file: PasswordFile = None,
    quiet: Quiet = False,
    no_progress: NoProgress = False,
    force: Force = False,
    wait: Wait = PATIENCE,
) -> int:
    """Compute a month's post subsidies as a draft; of an approved month show only what should be corrected."""
    import sys
    from datetime import datetime

    from fupin_cli.cli.progress import progress_bar
    from fupin_cli.errors import UsageError
    from fupin_cli.jobs.desk import Desk
    from fupin_cli.jobs.draft import draft
    from fupin_cli.jobs.kept_months import Cache
    from fupin_cli.jobs.lock import workspace_lock
    from fupin_cli.jobs.subsidy import subsidy
    from fupin_cli.jobs.withdraw import finish_all
    from fupin_cli.jobs.workspace import find_workspace
    from fupin_cli.ledger import store
    from fupin_cli.measures.catalogue import leading
    from fupin_cli.policy.months import parse_month

    text, inbox = month_and_inbox(places, month, "fupin payroll 2024-05")
    wanted = parse_month(text)
    if split_by not in (None, "town"):
        raise UsageError(f"--split-by 的值不对：{split_by}", "可写 town（按乡镇）")
    place = find_workspace(workspace, password_file)
    now = datetime.now().astimezone()
    folder, maker = output or place.out, operator or operator_name()
    with progress_bar(enabled=not (no_progress or quiet) and sys.stderr.isatty()) as progress:
        desk = Desk(place, inbox, progress, cache=Cache.READ if no_workbook else Cache.KEEP)
        approved = store.approval_of(place.root, wanted)
        if approved is not None:
            approved_already(desk, approved, folder, as_json=output_format is Format.json, unmask=unmask)
        if no_workbook:
            run = subsidy(desk, leading(), wanted)
        else:
            with workspace_lock(place.root, "payroll", wait, now):
                for line in finish_all(desk, folder, now):
                    typer.echo(line, err=True)
                run = draft(desk, wanted, folder, operator=maker, now=now, split_by=split_by, force=force)
    if output_format is Format.json:
        from fupin_cli.outputs.payroll_json import payroll_pieces

        sys.stdout.writelines(payroll_pieces(run, unmask=unmask))
        sys.stdout.write("\n")
    else:
        from fupin_cli.outputs.payroll_terminal import payroll_line, show_payroll
        from fupin_cli.outputs.terminal import console

        if not quiet:
            show_payroll(run, console())
        elif run.exit_code:
            sys.stdout.write(payroll_line(run) + "\n")
    return run.exit_code


def approved_already(desk: Desk, approved: Batch, folder: Path, *, as_json: bool, unmask: bool) -> NoReturn:
    """An approved month never changes: show what it should have been, if that is something else (exit 12)."""
    import sys

    from fupin_cli.errors import MonthClosedError
    from fupin_cli.jobs.approve import approved_words
    from fupin_cli.jobs.subsidy import subsidy
    from fupin_cli.jobs.subsidy_files import write_corrections
    from fupin_cli.measures.catalogue import MEASURES
    from fupin_cli.outputs.payroll_corrections import correction_words
    from fupin_cli.outputs.payroll_json import payroll_pieces

    run = subsidy(desk, MEASURES[approved.measure], approved.month)
    if as_json:
        sys.stdout.writelines(payroll_pieces(run, unmask=unmask))
        sys.stdout.write("\n")
    words = "；".join(part for part in (correction_words(run), run.undecided_words) if part)
    if run.not_again:
        raise MonthClosedError(f"{approved_words(approved)}；{run.not_again[0]}", "把当时的文件放回收件夹，再重算")
    if not words:
        raise MonthClosedError(f"{approved_words(approved)}；重算的结果与批准的一致", "要改的先改收件夹里的表，再重算")
    write_corrections(run, folder)
    paths = "".join(f"\n工作簿：{path}" for path in run.outputs)
    raise MonthClosedError(
        f"{approved_words(approved)}；{words}{paths}", "差额随当前月的批准入账：fupin payroll、fupin approve"
    )


def approve(
    month_argument: MonthArgument = None,
    month: MonthOption = None,
    operator: Signer = None,
    document: Annotated[str, typer.Option("--document", metavar="文号", help="批准文号", show_default=False)] = "",
    measure: Annotated[
        str, typer.Option("--measure", metavar="补贴", help="批准哪一项补贴（默认：岗位补贴）", show_default=False)
    ] = "post",
    over_budget: Annotated[
        str,
        typer.Option(
            "--over-budget", metavar="文号", callback=document_number, help="同意超过资金预算的文号", show_default=False
        ),
    ] = "",
    despite: Annotated[
        str,
        typer.Option(
            "--despite",
            metavar="文号",
            callback=document_number,
            help="同意在有文件没有读入时照批的文号",
            show_default=False,
        ),
    ] = "",
    drafter: Annotated[
        str | None,
        typer.Option("--drafter", metavar="姓名", help="定时运行算出的测算由谁编制", show_default=False),
    ] = None,
    inbox: Inbox = None,
    workspace: Workspace = None,
    output: Output = None,
    yes: Yes = False,
    output_format: OutputFormat = Format.text,
    password_file: PasswordFile = None,
    no_progress: NoProgress = False,
    wait: Wait = PATIENCE,
) -> int:
    """Approve a month's draft: into the ledger, and the bank files."""
    import sys
    from datetime import datetime

    from fupin_cli.cli.progress import progress_bar
    from fupin_cli.jobs import approve as approval
    from fupin_cli.jobs.desk import Desk
    from fupin_cli.jobs.funds import refuse_over_budget
    from fupin_cli.jobs.kept_months import Cache
    from fupin_cli.jobs.lock import workspace_lock
    from fupin_cli.jobs.names import named
    from fupin_cli.jobs.subsidy import find_measure, keep_approved, subsidy
    from fupin_cli.jobs.withdraw import finish_all
    from fupin_cli.jobs.workspace import find_workspace
    from fupin_cli.measures.catalogue import known_measures
    from fupin_cli.outputs.files import make_folder
    from fupin_cli.outputs.payroll_terminal import approval_lines
    from fupin_cli.outputs.posting_json import approve_document
    from fupin_cli.policy.months import month_text, parse_month
    from fupin_cli.policy.rounding import fen_to_yuan

    text = one_month(month_argument, month, EXAMPLE)
    wanted = parse_month(text)
    text = month_text(wanted)
    checker = signer(operator, yes=yes, example=EXAMPLE)
    maker = named(drafter, "编制人", f"{EXAMPLE} --drafter 姓名") if drafter is not None else ""
    place = find_workspace(workspace, password_file)
    folder = output or place.out
    now = datetime.now().astimezone()
    chosen = find_measure(measure, place.policy())
    with workspace_lock(place.root, "approve", wait, now):
        approval.refuse_if_ahead(wanted, now)
        approval.refuse_if_approved(place.root, wanted, chosen.code)
        approval.refuse_if_another(place.root, wanted, chosen, known_measures(place.policy()))
        make_folder(folder / month_text(wanted))
        with progress_bar(enabled=not no_progress and sys.stderr.isatty()) as progress:
            desk = Desk(place, inbox, progress, cache=Cache.RENEW)
            said = finish_all(desk, folder, now)
            run = subsidy(desk, chosen, wanted)
        if run.result.crashed:
            raise RuntimeError("a rule crashed: nothing is approved on results that are not whole")
        total = fen_to_yuan(run.sums().total_fen)
        ask(f"批准 {text}：发放 {run.totals()['pay']} 行，银行应付 {total} 元？", yes=yes)
        refuse_over_budget(run, desk, over_budget)
        full = "，".join(part for part in (document, f"超预算 {over_budget}" if over_budget else "") if part)
        batch, bank = approval.approve(run, desk, checker, full, now, folder, despite=despite.strip(), drafter=maker)
    if output_format is Format.json:
        print_json(approve_document(run, batch, bank, document, despite))
    else:
        for line in (*said, *approval_lines(run, batch, bank)):
            typer.echo(line)
    keep_approved(desk, chosen, wanted)  # last: whatever becomes of it, the month is approved, and that was said
    return 0

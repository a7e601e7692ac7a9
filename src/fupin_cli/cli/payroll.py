"""`fupin payroll` and `fupin approve`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fupin_cli.cli.options import Force, Format, Month, NoProgress, OutputFormat, Quiet, Workspace, operator_name

Inbox = Annotated[
    Path | None, typer.Argument(metavar="收件夹", help="文件夹或文件（默认：工作区的 inbox/）", show_default=False)
]
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="文件夹", help="输出文件夹（默认：工作区的 out/）", show_default=False),
]
Unmask = Annotated[bool, typer.Option("--unmask", help="JSON 里不遮盖身份证号和姓名")]
Operator = Annotated[
    str | None,
    typer.Option("--operator", "--by", metavar="姓名", help="经办人（默认：系统用户名）", show_default=False),
]


def payroll(
    month: Month,
    inbox: Inbox = None,
    workspace: Workspace = None,
    output: Output = None,
    operator: Operator = None,
    split_by: Annotated[
        str | None, typer.Option("--split-by", metavar="town", help="town：另按乡镇各写一本", show_default=False)
    ] = None,
    output_format: OutputFormat = Format.text,
    unmask: Unmask = False,
    no_workbook: Annotated[bool, typer.Option("--no-workbook", help="只看结果：不写工作簿，不记为测算")] = False,
    quiet: Quiet = False,
    no_progress: NoProgress = False,
    force: Force = False,
) -> int:
    """Compute a month's post subsidies as a draft."""
    import sys
    from datetime import datetime

    from fupin_cli.cli.progress import progress_bar
    from fupin_cli.errors import UsageError
    from fupin_cli.jobs import approve as approval
    from fupin_cli.jobs import payroll as job
    from fupin_cli.jobs.workspace import find_workspace
    from fupin_cli.ledger import store
    from fupin_cli.policy.months import parse_month

    wanted = parse_month(month)
    if split_by not in (None, "town"):
        raise UsageError(f"--split-by 的值不对：{split_by}", "可写 town（按乡镇）")
    place = find_workspace(workspace)
    approval.refuse_if_approved(place.root, wanted)
    maker = operator or operator_name()
    with progress_bar(enabled=not (no_progress or quiet) and sys.stderr.isatty()) as progress:
        run = job.payroll(place, inbox, wanted, progress)
        if not no_workbook and not run.result.crashed:
            draft = approval.draft_of(run, maker, datetime.now().astimezone())
            progress("写工作簿", 0, 1)
            job.write_outputs(run, output or place.out, split_by=split_by, force=force, state="状态：测算（未批准）")
            store.add_draft(place.root, draft)
    if output_format is Format.json:
        from fupin_cli.outputs.payroll_json import payroll_json

        sys.stdout.write(payroll_json(run, unmask=unmask) + "\n")
    else:
        from fupin_cli.outputs.payroll_terminal import payroll_line, show_payroll
        from fupin_cli.outputs.terminal import console

        if not quiet:
            show_payroll(run, console())
        elif run.exit_code:
            sys.stdout.write(payroll_line(run) + "\n")
    return run.exit_code


def approve(
    month_argument: Annotated[
        str | None, typer.Argument(metavar="年-月", help="要批准的月份", show_default=False)
    ] = None,
    month: Annotated[
        str | None, typer.Option("--month", "-m", metavar="年-月", help="同上", show_default=False)
    ] = None,
    operator: Operator = None,
    document: Annotated[str, typer.Option("--document", metavar="文号", help="批准文号", show_default=False)] = "",
    inbox: Annotated[
        Path | None,
        typer.Option("--inbox", metavar="收件夹", help="测算时用的文件夹（默认：工作区的 inbox/）", show_default=False),
    ] = None,
    workspace: Workspace = None,
    output: Output = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="不再询问")] = False,
    output_format: OutputFormat = Format.text,
    no_progress: NoProgress = False,
) -> int:
    """Approve a month's draft: into the ledger, and the bank files."""
    import json
    import sys
    from datetime import datetime

    from fupin_cli.cli.progress import progress_bar
    from fupin_cli.errors import UsageError
    from fupin_cli.jobs import approve as approval
    from fupin_cli.jobs import payroll as job
    from fupin_cli.jobs.workspace import find_workspace
    from fupin_cli.ledger import store
    from fupin_cli.outputs.files import make_folder
    from fupin_cli.outputs.payroll_json import totals_of
    from fupin_cli.outputs.payroll_terminal import approval_lines
    from fupin_cli.policy.months import month_text, parse_month
    from fupin_cli.policy.rounding import fen_to_yuan

    text = month or month_argument
    if text is None or (month and month_argument and month != month_argument):
        raise UsageError("要写明一个月份", "例如 fupin approve 2024-05 --by 姓名 --document 文号")
    wanted = parse_month(text)
    place = find_workspace(workspace)
    approval.refuse_if_approved(place.root, wanted)
    folder = (output or place.out) / month_text(wanted)
    make_folder(folder)
    with progress_bar(enabled=not no_progress and sys.stderr.isatty()) as progress:
        run = job.payroll(place, inbox, wanted, progress)
    if run.result.crashed:
        raise RuntimeError("a rule crashed: nothing is approved on results that are not whole")
    total = fen_to_yuan(run.totals()["amount"])
    if (
        not yes
        and sys.stdin.isatty()
        and not typer.confirm(f"批准 {text}：{run.totals()['pay']} 行，{total} 元？", default=False)
    ):
        raise typer.Abort
    checker = operator or operator_name()
    batch = approval.approve(run, place.root, checker, document, datetime.now().astimezone())
    alone = "（编制人自己审核：一人单位）" if batch.drafter == checker else ""
    state = f"状态：已批准，批次 {batch.batch}，批准人 {checker}{alone}，文号 {document or '无'}"
    job.write_outputs(run, output or place.out, split_by=None, force=False, state=state, approved=True)
    bank = approval.bank_files(store.read(place.root, "lines"), batch.batch, wanted, run.policy.settings.bank, folder)
    run.outputs += bank.paths
    if output_format is Format.json:
        body = {
            "format": "fupin.approve/1", "month": text, "batch": batch.batch, "operator": checker, "document": document,
            "totals": totals_of(run, run.lines),
            "bank": {"rows": bank.rows, "amount": fen_to_yuan(bank.fen), "left_out": len(bank.left_out),
                     "left_out_amount": fen_to_yuan(bank.left_out_fen), "reasons": [why for _, why, _ in bank.left_out]},
            "outputs": [str(path) for path in run.outputs],
        }  # fmt: skip
        sys.stdout.write(json.dumps(body, ensure_ascii=False, indent=2) + "\n")
    else:
        for line in approval_lines(run, batch, bank):
            typer.echo(line)
    return 0

"""`fupin due`."""

from __future__ import annotations

from fupin_cli.cli.documents import print_json
from fupin_cli.cli.monitor import NoWorkbook, run_report
from fupin_cli.cli.options import (
    PATIENCE,
    Force,
    Format,
    MonthArgument,
    MonthOption,
    NoProgress,
    Output,
    OutputFormat,
    PasswordFile,
    Quiet,
    Unmask,
    Wait,
    Workspace,
    one_month,
)
from fupin_cli.cli.payroll import InboxOption


def due(
    month: MonthArgument = None,
    month_option: MonthOption = None,
    inbox: InboxOption = None,
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
    """List what comes to an end in the next 3, 6 and 12 months."""
    from fupin_cli.jobs.due import due_month
    from fupin_cli.outputs.due_views import due_document, show_due

    run = run_report("due", due_month, one_month(month, month_option, "fupin due 2024-05"), inbox, workspace, output,
                     password_file, write=not no_workbook, force=force, progress=not (no_progress or quiet), wait=wait)  # fmt: skip
    if output_format is Format.json:
        print_json(due_document(run, unmask=unmask))
    elif not quiet:
        show_due(run)
    return 0

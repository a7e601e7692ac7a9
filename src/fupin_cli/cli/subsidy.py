"""`fupin subsidy`: every other subsidy of the policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from fupin_cli.cli.documents import print_json
from fupin_cli.cli.options import (
    PATIENCE,
    Force,
    Format,
    FromMonth,
    Inbox,
    MonthArgument,
    MonthOption,
    NoDraft,
    NoProgress,
    Operator,
    Output,
    OutputFormat,
    PasswordFile,
    Quiet,
    ToMonth,
    Unmask,
    Wait,
    Workspace,
    as_month,
    month_range,
    operator_name,
)
from fupin_cli.cli.payroll import approved_already

if TYPE_CHECKING:
    from fupin_cli.jobs.desk import Desk
    from fupin_cli.jobs.workspace import Workspace as Place
    from fupin_cli.measures.measure import Measure
    from fupin_cli.results.subsidy import PayrollRun


def subsidy(
    name: Annotated[
        str | None, typer.Argument(metavar="补贴", help="代号或名称；不写则列出全部", show_default=False)
    ] = None,
    month_argument: MonthArgument = None,
    month: MonthOption = None,
    first: FromMonth = None,
    last: ToMonth = None,
    everything: Annotated[bool, typer.Option("--all", help="收件夹里有表的全部补贴")] = False,
    inbox: Inbox = None,
    workspace: Workspace = None,
    output: Output = None,
    operator: Operator = None,
    output_format: OutputFormat = Format.text,
    unmask: Unmask = False,
    no_workbook: NoDraft = False,
    password_file: PasswordFile = None,
    quiet: Quiet = False,
    no_progress: NoProgress = False,
    force: Force = False,
    wait: Wait = PATIENCE,
) -> int:
    """List the subsidies, or compute one (or all) as drafts."""
    from fupin_cli.cli.opened import opened
    from fupin_cli.errors import NoInputError
    from fupin_cli.jobs.draft import record
    from fupin_cli.jobs.subsidy import find_measure, supplied
    from fupin_cli.jobs.workspace import find_workspace
    from fupin_cli.ledger import store
    from fupin_cli.results.exit_codes import worse

    place = find_workspace(workspace, password_file)
    name, month_argument = _which(name, month_argument, everything=everything)
    if name is None and not everything:
        return _list(place, as_json=output_format is Format.json)
    chosen = find_measure(name, place.policy(), others=True) if name is not None else None
    start, end = month_range(month_argument, month, first, last, "fupin subsidy transport --month 2024-05")
    maker, folder = operator or operator_name(), output or place.out
    code, runs = 0, []
    watch = not (no_progress or quiet)
    with opened("subsidy", place, inbox, writes=not no_workbook, watch=watch, wait=wait) as (desk, now):
        for wanted in range(start, end + 1):
            measures = [chosen] if chosen else supplied(desk, wanted)
            if not measures:
                raise NoInputError("收件夹里没有这些补贴的表", "看需要哪些表：fupin subsidy")
            for measure in measures:
                approved = store.approval_of(place.root, wanted, measure.code)
                if approved is not None and chosen and start == end:
                    approved_already(desk, approved, folder, as_json=output_format is Format.json, unmask=unmask)
                if approved is not None:
                    continue
                run = _computed(desk, measure, wanted, alone=chosen is not None and start == end)
                if run is None:
                    code = worse(code, NoInputError.exit_code)
                    continue
                if not no_workbook and not run.result.crashed:
                    record(run, desk, folder, operator=maker, now=now, force=force)
                code = worse(code, run.exit_code)
                runs.append(run)
    _show(runs, as_json=output_format is Format.json, unmask=unmask, quiet=quiet)
    return code


def _computed(desk: Desk, measure: Measure, month: int, *, alone: bool) -> PayrollRun | None:
    """One subsidy of one month; None where several are computed and this one has nothing of its own (SPEC 9.3).

    Raises:
        NoInputError: it is the only one.
    """
    from fupin_cli.errors import NoInputError
    from fupin_cli.jobs.subsidy import subsidy

    try:
        return subsidy(desk, measure, month)
    except NoInputError as error:
        if alone:
            raise
        typer.echo(f"{measure.title}：{error}", err=True)
        return None


def _which(name: str | None, month: str | None, *, everything: bool) -> tuple[str | None, str | None]:
    """The subsidy and the month: `fupin subsidy --all 2024-05` has no name.

    Raises:
        UsageError: a name and --all, or a month alone.
    """
    from fupin_cli.errors import UsageError

    if name is not None and month is None and as_month(name) is not None:
        name, month = None, name
    if name is not None and everything:
        raise UsageError("--all 与补贴名称只写一个", "例如 fupin subsidy transport --month 2024-05")
    if name is None and month is not None and not everything:
        raise UsageError("没有写明哪一项补贴", f"全部补贴：fupin subsidy；都要做：fupin subsidy --all {month}")
    return name, month


def _show(runs: list[PayrollRun], *, as_json: bool, unmask: bool, quiet: bool) -> None:
    import sys

    from fupin_cli.outputs.payroll_json import payroll_document
    from fupin_cli.outputs.payroll_terminal import payroll_line, show_payroll
    from fupin_cli.outputs.terminal import console

    if as_json:
        documents = [payroll_document(run, unmask=unmask) for run in runs]
        body = documents[0] if len(documents) == 1 else {"format": "fupin.subsidies/1", "runs": documents}
        print_json(body)
        return
    out = console()
    for run in runs:
        if not quiet:
            show_payroll(run, out)
        elif run.exit_code:
            sys.stdout.write(f"{run.title} {payroll_line(run)}\n")


def _list(place: Place, *, as_json: bool) -> int:
    """Every subsidy: clause, fund, who, table, what is not set here."""
    from fupin_cli.outputs.subsidy_view import subsidy_rows, subsidy_table
    from fupin_cli.outputs.terminal import console

    policy = place.policy()
    if as_json:
        body = {"format": "fupin.subsidies/1", "measures": subsidy_rows(policy)}
        print_json(body)
    else:
        titles = {name: spec.title for name, spec in place.contracts().items()}
        console().print(subsidy_table(policy, titles))
    return 0

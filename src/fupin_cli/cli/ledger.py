"""`fupin ledger import|show|export|bank`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from fupin_cli.cli import chinese
from fupin_cli.cli.options import (
    PATIENCE,
    Format,
    MonthArgument,
    MonthOption,
    Operator,
    Output,
    OutputFormat,
    PasswordFile,
    Unmask,
    Wait,
    Workspace,
    one_month,
    operator_name,
)

app = typer.Typer(
    cls=chinese.Group, help="账本：期初余额、查询、导出、重写代发文件。", no_args_is_help=False, rich_markup_mode=None
)


class Kind(StrEnum):
    """File formats of an export."""

    csv = "csv"
    parquet = "parquet"
    xlsx = "xlsx"


@app.command("import", cls=chinese.Command, help="把补贴发放台账导入为期初余额，只能导一次。")
def import_(
    file: Annotated[Path, typer.Argument(metavar="文件", help="补贴发放台账")],
    workspace: Workspace = None,
    operator: Operator = None,
    preview: Annotated[bool, typer.Option("--preview", help="先看要导入的笔数、人数、金额，不记账")] = False,
    password_file: PasswordFile = None,
    wait: Wait = PATIENCE,
) -> int:
    """Post the opening balance, or show what it would be."""
    from datetime import datetime

    import polars as pl

    from fupin_cli.jobs import ledger as job
    from fupin_cli.jobs.lock import workspace_lock
    from fupin_cli.jobs.workspace import find_workspace
    from fupin_cli.ledger import store
    from fupin_cli.policy.months import month_index
    from fupin_cli.policy.rounding import fen_to_yuan

    place = find_workspace(workspace, password_file)
    now = datetime.now().astimezone()
    if preview:
        from fupin_cli.measures.catalogue import measure_words
        from fupin_cli.outputs.ledger_view import history_grid
        from fupin_cli.outputs.terminal import console

        paid, rest = job.read_history(place, file, month_index(now.date()))
        console().print(history_grid(paid, measure_words(place.policy())))
        people, fen = paid["id_number"].n_unique(), int(paid["amount_fen"].sum())
        typer.echo(
            f"要导入 {paid.height} 笔，{people} 人，{fen_to_yuan(fen)} 元；不导入 {rest} 行（退回、追回、金额为0）"
        )
        typer.echo("这是预览，没有记账")
        return 0
    with workspace_lock(place.root, "ledger import", wait, now):
        batch = job.import_history(place, file, month_index(now.date()), operator or operator_name(), now)
    lines = store.read(place.root, "lines").filter(pl.col("batch") == batch.batch)
    typer.echo(
        f"已导入期初余额：{lines.height} 笔，{lines['person'].n_unique()} 人，{fen_to_yuan(int(lines['amount_fen'].sum()))} 元"
    )
    return 0


@app.command("show", cls=chinese.Command, help="查看账本：某人、某月，或全部批次。")
def show(
    workspace: Workspace = None,
    person: Annotated[
        str | None, typer.Option("--person", metavar="证号或姓名", help="某人的各月", show_default=False)
    ] = None,
    month_argument: MonthArgument = None,
    month: MonthOption = None,
    opening: Annotated[bool, typer.Option("--opening", help="期初余额")] = False,
    output_format: OutputFormat = Format.text,
    unmask: Unmask = False,
) -> int:
    """Show a person's months, a month's lines, or the batches."""
    import sys

    from fupin_cli.errors import NothingFoundError
    from fupin_cli.jobs import ledger as job
    from fupin_cli.jobs.workspace import find_workspace
    from fupin_cli.ledger import store
    from fupin_cli.measures.catalogue import measure_words
    from fupin_cli.outputs import ledger_view
    from fupin_cli.outputs.terminal import console
    from fupin_cli.policy.months import month_text, parse_month

    place = find_workspace(workspace)
    if person is None and month is None and month_argument is None and not opening:
        batches, lines = store.read(place.root, "batches"), store.read(place.root, "lines")
        if output_format is Format.json:
            sys.stdout.write(ledger_view.batches_json(batches, lines) + "\n")
        else:
            console().print(ledger_view.batch_table(batches, lines))
        return 0
    index = (
        parse_month(one_month(month_argument, month, "fupin ledger show 2024-05")) if month or month_argument else None
    )
    found = job.lines_of(place.root, person=person, month=index, batch="期初-00" if opening else None)
    if not found.height and output_format is not Format.json:
        asked = "".join(
            words
            for words in (
                person or "",
                f" {month_text(index)}" if index is not None else "",
                " 期初余额" if opening else "",
            )
        )
        raise NothingFoundError(f"账本里没有 {asked.strip()} 的行", "核对证号、姓名和月份；全部批次：fupin ledger show")
    if output_format is Format.json:
        sys.stdout.write(ledger_view.lines_json(found, unmask=unmask) + "\n")
    else:
        console().print(ledger_view.line_table(found, measure_words(place.policy())))
        console().print(ledger_view.sums(found))
    return 0 if found.height else 1


@app.command("export", cls=chinese.Command, help="把账本全部导出：给人看的 Excel，或给程序用的 CSV、Parquet。")
def export(
    workspace: Workspace = None,
    output: Output = None,
    kind: Annotated[Kind, typer.Option("--format", help="文件格式：xlsx 给人看，csv、parquet 给别的程序")] = Kind.csv,
    password_file: PasswordFile = None,
) -> int:
    """Write everything, so that nobody is locked in."""
    from datetime import datetime

    from fupin_cli.jobs import ledger as job
    from fupin_cli.jobs.workspace import find_workspace

    place = find_workspace(workspace, password_file)
    folder = output or place.out
    if kind is Kind.xlsx:
        paths = job.export_workbook(place, folder, datetime.now().astimezone().date())
    else:
        paths = job.export(place.root, folder, kind.value)
    for path in paths:
        typer.echo(f"导出：{path}")
    return 0


@app.command("bank", cls=chinese.Command, help="按账本重写某月的银行代发文件。")
def bank(
    month_argument: MonthArgument = None,
    month: MonthOption = None,
    workspace: Workspace = None,
    password_file: PasswordFile = None,
    output: Output = None,
) -> int:
    """Write the bank files of an approved month again, from the ledger alone."""
    from datetime import datetime

    import polars as pl

    from fupin_cli.errors import UsageError
    from fupin_cli.jobs.approve import bank_files
    from fupin_cli.jobs.lock import finish_if_free
    from fupin_cli.jobs.workspace import find_workspace
    from fupin_cli.ledger import store
    from fupin_cli.outputs.files import make_folder
    from fupin_cli.outputs.payroll_terminal import bank_lines
    from fupin_cli.policy.months import parse_month

    place = find_workspace(workspace, password_file)
    text = one_month(month_argument, month, "fupin ledger bank 2024-05")
    wanted = parse_month(text)
    for sentence in finish_if_free(place.root, datetime.now().astimezone()):
        typer.echo(sentence, err=True)
    kinds = [store.APPROVAL, store.REISSUE]
    posted = store.standing(store.batches(place.root)).filter((pl.col("month") == wanted) & pl.col("kind").is_in(kinds))
    if not posted.height:
        raise UsageError(f"{text} 还没有批准，不能写代发文件", f"先批准：fupin approve {text} --by 姓名")
    folder = (output or place.out) / text
    make_folder(folder)
    lines = store.read(place.root, "lines")
    for batch in (store.Batch(*row) for row in posted.iter_rows()):
        written = bank_files(lines, batch, place.settings().bank, folder, place.password)
        sent = lines.filter((pl.col("batch") == batch.batch) & pl.col("kind").is_in(store.SENT_KINDS))
        for line in [*bank_lines(written, int(sent["amount_fen"].sum())), *(f"文件：{path}" for path in written.paths)]:
            typer.echo(line)
        for path in written.set_aside:
            typer.echo(f"与账本不同的旧文件移到：{path}，不要再发")
    return 0

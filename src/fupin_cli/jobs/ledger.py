"""`fupin ledger`: the opening balance, what stands in the ledger, everything out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.errors import NoInputError, UsageError
from fupin_cli.intake.inbox import find_files
from fupin_cli.intake.load import load
from fupin_cli.ledger import store
from fupin_cli.month.used_months import paid_rows
from fupin_cli.policy.letters import some_of
from fupin_cli.version import __version__

if TYPE_CHECKING:
    from datetime import date, datetime
    from pathlib import Path

    from fupin_cli.jobs.workspace import Workspace

TABLE = "payment_history"


def read_history(workspace: Workspace, file: Path, month: int) -> tuple[pl.DataFrame, int]:
    """The payments of a payment history, and how many rows of it are none.

    Rows returned as failed or recovered, and amounts of 0, are no payments; an unknown status is one.

    Raises:
        NoInputError: there is no such file, it holds no payment history, or no payment (exit 10).
        UsageError: rows of it cannot be keyed or read (exit 2).
    """
    contracts = workspace.contracts()
    if not file.exists():
        raise NoInputError(f"找不到 {file}", "核对文件名和所在的文件夹，例如 fupin ledger import 补贴发放台账.xlsx")
    intake = load(file, month, contracts, workspace.settings().intake, workspace.password)
    if TABLE not in intake.tables:
        raise NoInputError(f"{file} 不是“{contracts[TABLE].title}”", f"表头须与模板一致：fupin template {TABLE}")
    bad = intake.found.filter(pl.col("code").is_in(["ID001", "IN004", "IN005", "IN006"]) & (pl.col("table") == TABLE))
    if bad.height:
        rows = bad["_row"].unique().sort().to_list()
        raise UsageError(
            f"{file} 里有 {bad.height} 处读不出，没有导入：第 {some_of(rows)} 行",
            f'先核查并改正：fupin check "{file}" --month 年-月',
        )
    paid = paid_rows(intake.tables[TABLE])
    if not paid.height:
        raise NoInputError(f"{file} 里没有一笔已发的补贴", "核对金额和发放状态")
    return paid, intake.tables[TABLE].height - paid.height


def import_history(workspace: Workspace, file: Path, month: int, operator: str, now: datetime) -> store.Batch:
    """Post a payment history as the ledger's opening balance, once; of a faulty file nothing.

    Raises:
        AlreadyPostedError: there is an opening balance (exit 12).
        NoInputError, UsageError: as `read_history`.
    """
    paid, _ = read_history(workspace, file, month)
    name = "期初-00"
    batch = store.Batch(
        name,
        store.OPENING,
        max(paid["month"].to_list()),
        now.isoformat(timespec="seconds"),
        operator,
        operator,
        file.name,
        "",
        find_files(file)[0].sha256,
        workspace.policy().file.id,
        __version__,
    )
    unknown = ("codes", "proration", "county", "township", "village", "bank", "account", "payee", "payee_id", "phone")
    lines = store.lines_from(
        paid.fill_null(""),
        1,
        batch=pl.lit(name),
        person=pl.col("id_number"),
        status=pl.lit("pay"),
        source_batch=pl.col("batch"),
        **dict.fromkeys((*unknown, "head_name", "head_id"), pl.lit("")),
        **dict.fromkeys(("due_fen", "standard_fen", "numerator_x100", "divisor_x100"), pl.lit(None, dtype=pl.Int64)),
    )
    return store.post(workspace.root, batch, lines)


def lines_of(
    root: Path, *, person: str | None = None, month: int | None = None, batch: str | None = None
) -> pl.DataFrame:
    """Lines of the ledger of a person (ID number or name), a month or a batch, in order of month."""
    lines = store.read(root, "lines")
    if person is not None:
        lines = lines.filter((pl.col("person") == person.upper()) | (pl.col("name") == person))
    if month is not None:
        lines = lines.filter(pl.col("month") == month)
    if batch is not None:
        lines = lines.filter(pl.col("batch") == batch)
    return lines.sort("month", "batch", "line_no")


def export(root: Path, folder: Path, kind: str) -> list[Path]:
    """Write every table of the ledger as CSV (UTF-8 with BOM, for Excel) or Parquet."""
    from fupin_cli.outputs.files import make_folder, renewed
    from fupin_cli.policy.months import text_expr

    make_folder(folder)
    paths: list[Path] = []
    for table in store.TABLES:
        frame = store.read(root, table).with_columns(text_expr(pl.col("month")).alias("month"))
        path = folder / f"账本_{table}.{kind}"
        with renewed(path) as temporary:
            if kind == "csv":
                _guarded(frame).write_csv(temporary, include_bom=True)
            else:
                frame.write_parquet(temporary)
        paths.append(path)
    return paths


def export_workbook(workspace: Workspace, folder: Path, day: date) -> list[Path]:
    """Write the ledger as one workbook for people; with a password it is encrypted."""
    from fupin_cli.measures.catalogue import measure_words
    from fupin_cli.outputs.bulk import save_workbooks
    from fupin_cli.outputs.files import make_folder
    from fupin_cli.outputs.ledger_workbook import ledger_sheets

    make_folder(folder)
    batches, lines = store.read(workspace.root, "batches"), store.read(workspace.root, "lines")
    plans = ledger_sheets(batches, lines, workspace.settings().county.name, measure_words(workspace.policy()))
    return save_workbooks(folder, [("账本", plans)], day, force=False, password=workspace.password)


def _guarded(frame: pl.DataFrame) -> pl.DataFrame:
    """Cells that a spreadsheet would take for formulas get a leading apostrophe (SPEC 8.22)."""
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    return frame.with_columns(
        pl.when(pl.col(name).str.contains(r"^[=+\-@\t]"))
        .then(pl.lit("'") + pl.col(name))
        .otherwise(pl.col(name))
        .alias(name)
        for name in texts
    )

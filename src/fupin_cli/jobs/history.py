"""Payments of the ledger beside those of the history file: both count, none twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.intake.values import dtype_of
from fupin_cli.ledger import store

if TYPE_CHECKING:
    from pathlib import Path

    from fupin_cli.intake.contracts import TableSpec
    from fupin_cli.intake.load import Intake

TABLE = "payment_history"
SAME = ["id_number", "measure", "post_id", "month", "batch", "amount_fen"]


def add_ledger(intake: Intake, root: Path, spec: TableSpec) -> None:
    """Add the ledger's payments to the history table, leaving out those that the file has too (an imported file)."""
    paid = store.payments(root)
    if not paid.height:
        return
    schema = {name: dtype_of(column) for name, column in spec.columns.items()}
    rows = paid.select(pl.col(name).cast(schema[name]) for name in schema).with_columns(
        _card=pl.lit(None, dtype=pl.String),
        _src=pl.lit(None, dtype=pl.UInt32),
        _file=pl.lit("账本"),
        _sheet=pl.lit(""),
        _row=pl.int_range(1, paid.height + 1, dtype=pl.UInt32),
    )
    known = intake.tables.get(TABLE)
    if known is not None:
        rows = pl.concat(
            [known, rows.join(known.select(SAME), on=SAME, how="anti", nulls_equal=True).select(known.columns)]
        )
    intake.tables[TABLE] = rows

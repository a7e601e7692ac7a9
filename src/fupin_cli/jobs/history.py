"""Payments of the ledger beside those of the history file: both count, none twice, as corrected since."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.intake.values import dtype_of
from fupin_cli.intake.words import single
from fupin_cli.ledger.store import APPROVED_KINDS, LINE
from fupin_cli.measures.catalogue import MEASURES
from fupin_cli.reconciliation.match import OBLIGATION
from fupin_cli.reconciliation.money import returned

if TYPE_CHECKING:
    from fupin_cli.intake.contracts import TableSpec
    from fupin_cli.intake.load import Intake

TABLE = "payment_history"
SAME = ["id_number", "measure", "post_id", "month", "batch", "amount_fen"]
PAYMENT = ["id_number", "measure", "month", "amount_fen"]


def payments(lines: pl.DataFrame, money: pl.DataFrame) -> pl.DataFrame:
    """What the ledger says was paid, in the columns of `payment_history`, with `changed`.

    Lines as they were posted; where a month was corrected later, or its money came back, one row with what stands
    (`changed`). `lines` of the ledger; `money`: `approved_and_paid` of all of them.
    """
    known = lines.select(*OBLIGATION, "name", "amount_fen", "fund", "batch", "source_batch", "kind")
    posted = known.filter(pl.col("kind").is_in(APPROVED_KINDS) & (pl.col("amount_fen") != 0))
    corrected = posted.filter(pl.col("kind") != LINE).select(OBLIGATION)
    back = returned(money)
    changed = pl.concat([corrected, back]).unique()
    batch = pl.coalesce(pl.when(pl.col("source_batch") != "").then("source_batch"), "batch")
    plain = posted.join(changed, on=OBLIGATION, how="anti", maintain_order="left").with_columns(
        batch=batch, status=pl.lit("paid"), changed=pl.lit(value=False)
    )
    net = money.join(changed, on=OBLIGATION, how="semi", maintain_order="left").join(
        back.with_columns(_back=pl.lit(value=True)), on=OBLIGATION, how="left", maintain_order="left"
    )
    net = net.with_columns(
        amount_fen="posted_fen",
        batch="first_batch",
        changed=pl.lit(value=True),
        status=pl.when(pl.col("_back")).then(pl.lit("failed")).otherwise(pl.lit("paid")),
    )
    columns = ["name", "measure", "amount_fen", "fund", "post_id", "batch", "status", "changed"]
    both = [part.select(*columns, id_number="person", month=pl.col("month").cast(pl.Int32)) for part in (plain, net)]
    return pl.concat(both).filter(pl.col("amount_fen") > 0)


def known_to(payments: pl.DataFrame, month: int, measure: str) -> pl.DataFrame:
    """Those of the ledger's `payments` (or of their months and measures) that a month of a measure knows.

    Of its own month posts know no approvals of other measures.
    """
    if not MEASURES[measure].leads:
        return payments
    return payments.filter((pl.col("month") != month) | (pl.col("measure") == measure))


def as_payments(lines: pl.DataFrame) -> pl.DataFrame:
    """Lines that are to be paid with the next posting (`corrections.lines_now`), as if they had been (`payments`)."""
    return lines.filter(pl.col("amount_fen") > 0).select(
        "name",
        "measure",
        "amount_fen",
        "fund",
        "post_id",
        batch=pl.lit(""),
        status=pl.lit("paid"),
        changed=pl.lit(value=False),
        id_number="person",
        month=pl.col("month").cast(pl.Int32),
    )


def newcomers(
    paid: pl.DataFrame, known: pl.DataFrame | None, money: pl.DataFrame, of: tuple[int, str], cap: int | None
) -> pl.Series:
    """Whose later payments count for an approved month of a measure (`of`) that is computed again: ID numbers.

    Who was paid for it keeps it: what came later cannot make it the 37th. Who was not, or whose money came back, would be
    paid newly now, and all that was paid counts (SPEC 8.7). `paid`: the ledger's `payments`; `known`: the history that was
    handed in; `money`: `approved_and_paid`. `cap`: months that may be paid in all, where these are all that is counted: who
    has fewer is not concerned.
    """
    month, measure = of
    own, later = pl.col("measure") == measure, pl.col("month") > month
    posted = money.filter(own & (pl.col("month") == month) & (pl.col("posted_fen") > 0))
    stands = posted.join(returned(money), on=OBLIGATION, how="anti")["person"].implode()
    people = paid.filter(own & later & ~pl.col("id_number").is_in(stands))["id_number"].unique()
    if cap is None or people.is_empty():
        return people
    frames = [paid, *([] if known is None else [known.filter(pl.col("amount_fen") > 0)])]
    counted = [frame.filter(own).select("id_number", pl.col("month").cast(pl.Int32)) for frame in frames]
    mine = pl.concat(counted).filter(pl.col("id_number").is_in(people.implode()))
    months = mine.group_by("id_number").agg(pl.col("month").n_unique().alias("_n"))
    return months.filter(pl.col("_n") >= cap)["id_number"].sort()


def add_ledger(  # noqa: PLR0913, PLR0917 - a month, its history, the ledger's, and whose of it counts
    intake: Intake,
    paid: pl.DataFrame,
    spec: TableSpec,
    before: int | None = None,
    measure: str = "post",
    fresh: pl.Series | None = None,
) -> Intake:
    """Give the tables with the ledger's payments (`payments`) in the history; what both have counts once.

    `before`: a month of `measure` that was approved and is computed again. The ledger's payments of that measure for that
    month and later ones were not there when it was computed first and are left out, in the ledger and where the file
    lists them too; but not the later ones of `fresh` (`newcomers`).
    """
    known = intake.tables.get(TABLE)
    if known is not None:
        known = without(known, paid.filter("changed").select(SAME), SAME)
    if before is not None:
        own = (pl.col("month") >= before) & (pl.col("measure") == measure)
        if fresh is not None and not fresh.is_empty():
            own &= ~((pl.col("month") > before) & pl.col("id_number").is_in(fresh.implode()))
        if known is not None:
            known = without(known, paid.filter(own).select(PAYMENT), PAYMENT)
        paid = paid.filter(~own)
    if not paid.height:
        return intake if known is None else _with_history(intake, known)
    schema = {name: dtype_of(column) for name, column in spec.columns.items()}
    rows = paid.select(pl.col(name).cast(schema[name]) for name in schema).with_columns(
        _card=pl.lit(None, dtype=pl.String),
        _src=pl.lit(None, dtype=pl.UInt32),
        _file=pl.lit("账本"),
        _sheet=pl.lit(""),
        _row=pl.int_range(1, paid.height + 1, dtype=pl.UInt32),
    )
    if known is not None:
        # What the file says in every row, and the ledger too, is one value beside millions of rows.
        rows = pl.concat([known, single(without(rows, known, SAME)).select(known.columns)])
    return _with_history(intake, rows)


def without(rows: pl.DataFrame, others: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Rows in their order without those that are among others. One of the two is the ledger, whose payments have all keys.

    Of millions of payments few are for the same months as the ledger's: only those are compared by all their texts.
    """
    common = set(rows["month"].unique()) & set(others["month"].unique())
    if not common:
        return rows
    near = others.filter(pl.col("month").is_in(sorted(common))).select(keys)
    return rows.join(near, on=keys, how="anti", nulls_equal=True, maintain_order="left")


def _with_history(intake: Intake, rows: pl.DataFrame) -> Intake:
    return replace(intake, tables=intake.tables | {TABLE: rows})

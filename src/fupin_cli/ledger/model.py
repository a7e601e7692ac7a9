"""What stands in the ledger: drafts, batches, their lines, settlements and inputs; kinds, columns and keys."""

from __future__ import annotations

from dataclasses import MISSING, Field, dataclass, fields
from operator import attrgetter
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable

# Kinds of posting: the opening balance, a month's approval, a batch that is sent again, an approval taken back, the
# end of a month.
OPENING, APPROVAL, REISSUE, WITHDRAWAL, CLOSING = "opening", "approval", "reissue", "withdrawal", "closing"
# Kinds of draft: computed by a person, computed by `fupin run`, taken back (the last entry of a month counts).
BY_HAND, BY_RUN, DISCARDED = "draft", "run", "discarded"
# Kinds of line. The first five change what was approved (signed sums of `amount_fen`; `withdrawn` takes a line back to
# 0); the others move money only: sent again, or kept back from a payment for what was paid too much (docs/decisions/008).
LINE, BACK_PAY, RECOVER, CANCEL, WITHDRAWN = "line", "back_pay", "recover", "cancel", "withdrawn"
AGAIN, NETTED = "reissue", "netted"
APPROVED_KINDS = (LINE, BACK_PAY, RECOVER, CANCEL, WITHDRAWN)
SENT_KINDS = (LINE, BACK_PAY, AGAIN)
DTYPES = {"TEXT": pl.String, "INTEGER": pl.Int64}


@dataclass(frozen=True)
class Draft:
    """A payroll that was computed: who, when, from what, with what result. `sealed`, `seal`: see `ledger.seal`."""

    month: int
    drafted_at: str
    operator: str
    result_hash: str
    inputs_hash: str
    settings_hash: str
    measure: str = "post"
    kind: str = BY_HAND
    sealed: str = ""
    seal: str = ""


@dataclass(frozen=True)
class Batch:
    """A posting. `batch`: 202405-01, batches sent again 202405-02 …; opening balances end in -00, closings in -99.

    `refers`: of a withdrawal the approval that it takes back; of an approval the withdrawal that made room for it.
    `kept_sha256`: hash of the file in which the batch's inputs are kept; `sealed`, `seal`: see `ledger.seal`.
    """

    batch: str
    kind: str
    month: int
    posted_at: str
    operator: str
    drafter: str
    document: str
    result_hash: str
    source_hash: str
    policy: str
    tool: str
    measure: str = "post"
    refers: str = ""
    kept_sha256: str = ""
    sealed: str = ""
    seal: str = ""


@dataclass(frozen=True)
class Line:
    """One line of a posting. Amounts are fen, days hundredths, months month indexes (of the month paid for).

    `source_batch`, `source_line`: the line that is sent again, or from which money is kept back; of opening lines the
    old batch. `old_fen`: what stood approved before a correction, `reason` why it changed.
    """

    batch: str
    line_no: int
    measure: str
    person: str
    name: str
    post_id: str
    month: int
    status: str
    codes: str
    amount_fen: int
    due_fen: int | None
    standard_fen: int | None
    proration: str
    numerator_x100: int | None
    divisor_x100: int | None
    fund: str
    county: str
    township: str
    village: str
    bank: str
    account: str
    payee: str
    payee_id: str
    phone: str
    head_name: str
    head_id: str
    source_batch: str
    kind: str = LINE
    source_line: int = 0
    old_fen: int = 0
    reason: str = ""


@dataclass(frozen=True)
class Settlement:
    """How one line of a closed month ended: what was due, approved and paid (of it by the bank), and the verdict."""

    batch: str
    month: int
    measure: str
    person: str
    post_id: str
    due_fen: int
    approved_fen: int
    paid_fen: int
    verdict: str
    reason: str
    bank_fen: int


@dataclass(frozen=True)
class Input:
    """A sheet that a batch was computed from: without it the month cannot be computed again."""

    batch: str
    month: int
    file: str
    table_name: str


TABLES = {"drafts": Draft, "batches": Batch, "lines": Line, "settlements": Settlement, "inputs": Input}
# Which rows stand in each other's way: one batch of a number, one line of a number in a batch, one end of a line.
KEYS: dict[str, tuple[str, ...]] = {
    "drafts": (),
    "batches": ("batch",),
    "lines": ("batch", "line_no"),
    "settlements": ("month", "measure", "person", "post_id"),
    "inputs": (),
}


def sql_type(field: Field[object]) -> str:
    """TEXT or INTEGER."""
    return "INTEGER" if "int" in str(field.type) else "TEXT"


def schema_of(table: str) -> dict[str, type[pl.DataType]]:
    """Columns of a table in their order, with Polars types."""
    return {f.name: DTYPES[sql_type(f)] for f in fields(TABLES[table])}


def lines_from(rows: pl.DataFrame, first: int, **facts: pl.Expr) -> pl.DataFrame:
    """Lines of a posting from a table: numbered from `first`, each column of `Line` by its name.

    `facts`: what takes the place of a column, or of what a line is by itself (`kind` and the columns behind it).
    """
    facts["line_no"] = pl.int_range(first, first + rows.height, dtype=pl.Int64)
    by_itself = {f.name: pl.col(f.name) if f.default is MISSING else pl.lit(f.default) for f in fields(Line)}
    return rows.select((by_itself | facts)[name].cast(dtype).alias(name) for name, dtype in schema_of("lines").items())


def frame(table: str, rows: Iterable[object] = ()) -> pl.DataFrame:
    """Rows of a table as a frame (`astuple` copies every value and takes 20 times as long)."""
    values = attrgetter(*schema_of(table))
    return pl.DataFrame([values(row) for row in rows], schema=schema_of(table), orient="row")

"""Which approved line a bank's return row belongs to: by the order of SPEC 7, only if exactly one fits, never guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.ledger.store import APPROVAL, REISSUE, SENT_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = ["root_batch", "root_line"]
OBLIGATION = ["measure", "person", "post_id", "month"]
LINE, AMBIGUOUS, NONE = "line", "ambiguous", "none"
MASK = r"\*"


def sent_lines(lines: pl.DataFrame, batches: pl.DataFrame) -> pl.DataFrame:
    """Lines that a bank was told to pay, with their `period` (the month of their batch) and root.

    The root of a line that was sent again is the line it was first approved as.
    """
    posted = batches.filter(pl.col("kind").is_in([APPROVAL, REISSUE])).select("batch", period="month")
    again = (pl.col("source_batch") != "") & (pl.col("source_line") > 0)
    return (
        lines.filter(pl.col("kind").is_in(SENT_KINDS) & (pl.col("amount_fen") > 0))
        .join(posted, on="batch")
        .with_columns(
            root_batch=pl.when(again).then("source_batch").otherwise("batch"),
            root_line=pl.when(again).then("source_line").otherwise("line_no"),
        )
    )


def match(rows: pl.DataFrame, sent: pl.DataFrame, batches: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Find each return row's line; and the lines that ambiguous rows may belong to (root_batch, root_line).

    `rows`: checked return rows (`returns.checked`); `sent`: `sent_lines`. Gives the rows in their order with `period`,
    `root_batch`, `root_line` (null where none was found), `matched`: `line`, `ambiguous` or `none`, and `stranger`: whether the
    batch that the row names is none of the ledger's.
    """
    rows = rows.with_row_index("_n").with_columns(_period(batches))
    stranger = _names_stranger(rows, batches)
    open_ = rows.filter(~stranger)
    found = [pl.DataFrame(schema={"_n": pl.UInt32, "root_batch": pl.String, "root_line": pl.Int64})]
    doubtful = found[0]  # lines between which a surer key left it open: a weaker one may decide, among these alone
    for pairs in _levels(rows, sent) if rows.height else ():
        pairs = pairs.join(open_.select("_n"), on="_n", how="semi")  # noqa: PLW2901 - those still open
        fresh = pairs.join(doubtful, on="_n", how="anti")
        pairs = pl.concat([fresh, pairs.join(doubtful, on=["_n", *ROOT], how="semi")])  # noqa: PLW2901 - as above
        fits = _unique(pairs)
        same_amount = _unique(pairs.filter(pl.col("amount_fen") == pl.col("_sent_fen")))
        fits = pl.concat([fits, same_amount.join(fits, on="_n", how="anti")])
        found.append(fits)
        open_ = open_.join(fits, on="_n", how="anti")
        doubtful = pl.concat([doubtful, fresh.select(doubtful.columns)]).join(fits, on="_n", how="anti").unique()
    lines = pl.concat(found)
    # A row that names no month can belong to any: it is listed, not guessed.
    # Nor does one that names a batch that was never sent: such a batch is nobody's payment.
    several = pl.col("_n").is_in(doubtful["_n"].unique().implode())
    placed = (
        pl.when(pl.col("root_batch").is_not_null())
        .then(pl.lit(LINE))
        .when(pl.col("period").is_null() | stranger | several)
        .then(pl.lit(AMBIGUOUS))
        .otherwise(pl.lit(NONE))
    )
    matched = rows.join(lines, on="_n", how="left", maintain_order="left").with_columns(stranger, matched=placed)
    return matched.drop("_n"), doubtful.select(ROOT).unique()


def _period(batches: pl.DataFrame) -> pl.Expr:
    """The month of a row's batch; else of the batch it says it repeats; else of its folder; else the only one approved."""
    posted = batches.filter(pl.col("kind").is_in([APPROVAL, REISSUE]))
    months = dict(posted.select("batch", "month").iter_rows())
    approved = posted["month"].unique()
    only = approved[0] if approved.len() == 1 else None
    known = [
        pl.col(name).replace_strict(months, default=None, return_dtype=pl.Int64) for name in ("batch", "source_batch")
    ]
    return pl.coalesce(*known, pl.col("folder").cast(pl.Int64), pl.lit(only, dtype=pl.Int64)).alias("period")


def _names_stranger(rows: pl.DataFrame, batches: pl.DataFrame) -> pl.Series:
    """Rows that name a batch that does not exist, and that repeats none that does (by 原批次号, over several steps)."""
    known = set(batches.filter(pl.col("kind").is_in([APPROVAL, REISSUE]))["batch"].to_list())
    links = set(rows.select("batch", "source_batch").drop_nulls().iter_rows())
    while more := {batch for batch, source in links if source in known} - known:
        known |= more
    named = pl.coalesce("batch", "source_batch")
    # A row without a number of its own that repeats a batch which is not there is as lost as one of that batch.
    return rows.select((named.is_not_null() & ~named.is_in(sorted(known))).alias("stranger"))["stranger"]


def _unique(pairs: pl.DataFrame) -> pl.DataFrame:
    """Rows that fit exactly one line (a line and its repetitions are one)."""
    roots = pairs.select("_n", *ROOT).unique(maintain_order=True)
    return roots.filter(pl.len().over("_n") == 1)


def _levels(rows: pl.DataFrame, sent: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Pairs of row and line, from the surest key to the weakest."""
    facts = sent.select(
        "period", "batch", "line_no", "person", "payee_id", "payee", "name", "account", *ROOT, _sent_fen="amount_fen"
    )
    row = rows.select(
        "_n",
        "period",
        "amount_fen",
        r_batch="batch",
        r_line=pl.col("line_no").cast(pl.Int64, strict=False),
        r_id="id_number",
        r_name="name",
        r_account="account",
    )
    whole = row.filter(~pl.col("r_id").str.contains(MASK).fill_null(value=False))
    keep = ["_n", "amount_fen", "_sent_fen", *ROOT]
    yield row.join(facts, left_on=["r_batch", "r_line"], right_on=["batch", "line_no"]).select(keep)
    by_id = [
        whole.join(facts, left_on=["period", "r_id"], right_on=["period", key]).select(keep)
        for key in ("person", "payee_id")
    ]
    yield pl.concat(by_id).unique(maintain_order=True)
    by_account = row.join(facts, left_on=["period", "r_account"], right_on=["period", "account"])
    named = pl.any_horizontal(pl.col("r_name") == pl.col(who) for who in ("payee", "name"))
    yield by_account.filter(named).select(keep)
    yield by_account.select(keep)
    by_name = [
        row.join(facts.with_columns(_who=pl.col(who)), left_on=["period", "r_name"], right_on=["period", "_who"])
        for who in ("payee", "name")
    ]
    pairs = pl.concat(by_name)
    masked = pl.col("r_id").str.contains(MASK).fill_null(value=False)
    contradicts = (
        pl.col("r_id").is_not_null()
        & ~masked
        & (pl.col("r_id") != pl.col("person"))
        & (pl.col("r_id") != pl.col("payee_id"))
    )
    yield (
        pairs.filter(
            (pl.col("amount_fen") == pl.col("_sent_fen")) & ~contradicts & (~masked | agrees("r_id", "person"))
        )
        .select(keep)
        .unique(maintain_order=True)
    )
    yield (
        pairs.filter(masked & (agrees("r_id", "person") | agrees("r_id", "payee_id")))
        .select(keep)
        .unique(maintain_order=True)
    )


def agrees(told: str, known: str) -> pl.Expr:
    """Whether a number, stars standing for digits, can be the known one: what stands before and after the stars fits."""
    head = pl.col(told).str.extract(r"^([^*]*)", 1).fill_null("")
    tail = pl.col(told).str.extract(r"([^*]*)$", 1).fill_null("")
    starred = pl.col(told).str.contains(MASK)
    parts = pl.col(known).str.starts_with(head) & pl.col(known).str.ends_with(tail)
    return pl.when(starred).then(parts).otherwise(pl.col(told) == pl.col(known)).fill_null(value=False)

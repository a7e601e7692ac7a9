"""Claim lines in the one form of all subsidies: what a line says, and its codes and status by the findings on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Collection

MEASURE = "post"  # the ledger's code of the post subsidy, where none is named
PAY, HOLD, REFUSE = "pay", "hold", "refuse"
STATUSES = (PAY, HOLD, REFUSE)
RANK = {status: place for place, status in enumerate(STATUSES)}  # the best first
STATUS_WORDS = {PAY: "发放", HOLD: "暂缓", REFUSE: "不予"}
SPOT = ["_src", "_row"]
CODES = pl.List(pl.String)
BIG = pl.Int128


class Column(NamedTuple):
    """A column of a claim line: its type, its unit and what it means."""

    dtype: pl.DataType | type[pl.DataType]
    unit: str
    meaning: str


# One row a line. Null in a column of a subsidy that has nothing to say there.
LINE = {
    "_src": Column(pl.UInt32, "", "index of the source that the line stands in"),
    "_row": Column(pl.UInt32, "", "row number that Excel shows"),
    "_file": Column(pl.String, "", "file of the row"),
    "_sheet": Column(pl.String, "", "sheet of the row; empty for CSV"),
    "id_number": Column(pl.String, "", "the person; null where the number cannot be a key, or for an organisation"),
    "name": Column(pl.String, "", "the person or organisation"),
    "person_key": Column(pl.String, "", "who the line is counted for: ID number, credit code, or the row itself"),
    "person_code": Column(pl.String, "", "the workspace's code for that"),
    "post_id": Column(pl.String, "", "the post, or what tells two claims of one person apart"),
    "post_name": Column(pl.String, "", "the post's name on the roster"),
    "post_kind": Column(pl.String, "", "the post's kind"),
    "county": Column(pl.String, "", "where the person lives"),
    "township": Column(pl.String, "", "where the person lives"),
    "village": Column(pl.String, "", "where the person lives"),
    "phone": Column(pl.String, "", "the person's"),
    "bank": Column(pl.String, "", "where the money goes"),
    "account": Column(pl.String, "", "where the money goes"),
    "payee_name": Column(pl.String, "", "whose account it is; null: the person's own"),
    "payee_id": Column(pl.String, "", "ID number or credit code of the payee; null: the person's own"),
    "status": Column(pl.String, "", "pay, hold, refuse"),
    "codes": Column(CODES, "", "codes of all findings on the line, sorted"),
    "waived_codes": Column(CODES, "", "those of them that are waived, sorted"),
    "stopping": Column(CODES, "", "those of them that hold or refuse it; null: all of them"),
    "fund": Column(pl.String, "", "fund that pays; null: not known"),
    "standard_fen": Column(pl.Int64, "fen", "standard, rate or base; null: none is known"),
    "rate_fen": Column(pl.Int64, "fen", "rate or base of a claim by quantity"),
    "numerator_x100": Column(pl.Int64, "hundredths of a day or unit", "what is counted"),
    "divisor_x100": Column(pl.Int64, "hundredths of a day or unit", "what it is a part of"),
    "attended_x100": Column(pl.Int64, "hundredths of a day", "attended in the month"),
    "due_fen": Column(pl.Int64, "fen", "what the line comes to; null: cannot be computed"),
    "amount_fen": Column(pl.Int64, "fen", "what the bank pays: due where the line pays, else 0"),
    "how": Column(pl.String, "", "the amount in words"),
    "before_num": Column(BIG, "months, numerator", "months used before this line"),
    "before_den": Column(BIG, "months, denominator", "months used before this line"),
    "after_num": Column(BIG, "months, numerator", "months used after this line"),
    "after_den": Column(BIG, "months, denominator", "months used after this line"),
    "cap_end": Column(pl.Int64, "month index", "last month that cap or pension date leaves; null: none"),
    "person_approval": Column(pl.Date, "", "first approval of the person; null: not known"),
    "scheme": Column(pl.String, "", "pension scheme; null: not known"),
    "pension_date": Column(pl.Date, "", "first day of the pension; null: not known"),
    "months_counted": Column(pl.Int64, "months", "months used before this one, whole"),
    "share_num": Column(BIG, "numerator", "exact share of a month that the line pays"),
    "share_den": Column(BIG, "denominator", "exact share of a month that the line pays"),
    "settled_days_x100": Column(pl.Int64, "hundredths of a day", "settled by hand; null: not by days"),
    "settled_fen": Column(pl.Int64, "fen", "settled by hand; null: not by amount"),
    "settled_by": Column(pl.String, "", "the document by which it was settled"),
    "contract_end": Column(pl.Date, "", "last day of the contract"),
    "insured_type": Column(pl.String, "", "how the person is insured, as the table or the measure says"),
    "extended": Column(pl.Boolean, "", "whether the cap runs on to the pension date"),
}


def conform(lines: pl.DataFrame) -> pl.DataFrame:
    """Give lines all columns of `LINE`, in order and of their types; those they lack are null."""
    return lines.select(
        (pl.col(name) if name in lines.columns else pl.lit(None)).cast(column.dtype).alias(name)
        for name, column in LINE.items()
    )


def gather_codes(found: pl.DataFrame, spots: pl.DataFrame) -> pl.DataFrame:
    """Gather the findings on each line.

    `found` has code, effect, waived, stops (whether it keeps a line from being paid), table, `_src`, `_row`; `spots` says which line a row of a table belongs to: table, `_src`,
    `_row`, `line_src`, `line_row`. Gives per line its `_src` and `_row`, codes, waived_codes (both sorted lists), refused, held
    (by findings that are not waived), and stopping: the codes that do.
    """
    own = found.join(spots, on=["table", *SPOT])
    open_ = ~pl.col("waived")
    return own.group_by(_src="line_src", _row="line_row").agg(
        codes=pl.col("code").unique().sort(),
        waived_codes=pl.col("code").filter(pl.col("waived")).unique().sort(),
        refused=(open_ & (pl.col("effect") == REFUSE)).any(),
        held=(open_ & (pl.col("effect") == HOLD)).any(),
        stopping=pl.col("code").filter(open_ & pl.col("stops")).unique(),
    )


def with_status(rows: pl.DataFrame, codes: pl.DataFrame, more: Collection[str]) -> pl.DataFrame:
    """Give each claim its status and codes.

    `rows`: claims with `id_ok` and `due_fen`; `codes`: what `gather_codes` gives; `more`: codes that hold every line (a missing
    table). Adds `codes`, `waived_codes`, `stopping`, `status`: what is not known is held.
    """
    none = pl.lit([], dtype=CODES)
    lines = rows.join(codes, on=SPOT, how="left", maintain_order="left").with_columns(
        pl.col("codes", "waived_codes", "stopping").fill_null(none), pl.col("refused", "held").fill_null(value=False)
    )
    stopped = pl.col("held") | ~pl.col("id_ok") | pl.col("due_fen").is_null() | pl.lit(bool(more))
    extra = pl.lit(list(more), dtype=CODES)
    if more:  # rare, and each list is made anew
        lines = lines.with_columns(
            codes=pl.concat_list("codes", extra).list.unique().list.sort(),
            stopping=pl.concat_list("stopping", extra).list.unique(),
        )
    return lines.with_columns(
        status=pl.when("refused").then(pl.lit(REFUSE)).when(stopped).then(pl.lit(HOLD)).otherwise(pl.lit(PAY)),
    )


def fraction_text(numerator: int, denominator: int) -> str:
    """A number of months as a decimal without trailing zeros; at most six decimals, the exact value is kept elsewhere."""
    whole, rest = divmod(numerator, denominator)
    digits = f"{rest * 10**6 // denominator:06d}".rstrip("0")
    return f"{whole}.{digits}" if digits else str(whole)

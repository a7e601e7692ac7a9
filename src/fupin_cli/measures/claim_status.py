"""Claims of a measure → lines in the common form: status, all codes, amount; as posts have them."""

from __future__ import annotations

import polars as pl

from fupin_cli.measures.claims import HOLD, PAY, REFUSE

SPOT = ["_src", "_row"]
ID_CODES = "^(ID00[1-57]|ID017|IN00[4-6])$"
# Columns that lines have and claims may lack.
NULLS = {
    "county": pl.String, "township": pl.String, "village": pl.String, "bank": pl.String, "account": pl.String, "payee_name": pl.String,
    "payee_key": pl.String, "phone": pl.String, "post_kind": pl.String, "before_num": pl.Int128, "before_den": pl.Int128, "after_num": pl.Int128,
    "after_den": pl.Int128, "cap_end": pl.Int64, "pension_date": pl.Date, "person_approval": pl.Date, "extended": pl.Boolean, "how": pl.String,
}  # fmt: skip


def claim_status(rows: pl.DataFrame, faults: pl.DataFrame, found: pl.DataFrame, more: list[str]) -> pl.DataFrame:
    """Give each claim its status, codes and amount.

    `rows`: a measure's claims with `id_ok`; `faults`: code, effect, waived, `_src`, `_row` of its own conditions;
    `found`: all findings of the table (of these, those on the ID number and unreadable cells stand on the line);
    `more`: codes that hold every line (a missing table).
    """
    cells = found.filter(pl.col("code").str.contains(ID_CODES)).with_columns(effect=pl.lit("none"))
    columns = ["code", "effect", "waived", *SPOT]
    own = pl.concat([faults.select(columns), cells.select(columns)]).join(rows.select(SPOT), on=SPOT, how="semi")
    open_ = ~pl.col("waived")
    codes = own.group_by(SPOT).agg(
        codes=pl.col("code").unique().sort(),
        waived_codes=pl.col("code").filter(pl.col("waived")).unique().sort(),
        refused=(open_ & (pl.col("effect") == REFUSE)).any(),
        held=(open_ & (pl.col("effect") == HOLD)).any(),
    )
    none = pl.lit([], dtype=pl.List(pl.String))
    lines = rows.join(codes, on=SPOT, how="left", maintain_order="left").with_columns(
        pl.col("codes", "waived_codes").fill_null(none), pl.col("refused", "held").fill_null(value=False)
    )
    extra = pl.lit(more, dtype=pl.List(pl.String))
    lines = lines.with_columns(codes=pl.concat_list("codes", extra).list.unique().list.sort())
    stopped = pl.col("held") | ~pl.col("id_ok") | pl.col("due_fen").is_null() | pl.lit(bool(more))
    status = pl.when("refused").then(pl.lit(REFUSE)).when(stopped).then(pl.lit(HOLD)).otherwise(pl.lit(PAY))
    lines = lines.with_columns(status=status)
    lines = lines.with_columns(
        pl.lit(None, dtype=dtype).alias(name) for name, dtype in NULLS.items() if name not in lines.columns
    )
    return lines.with_columns(amount_fen=pl.when(pl.col("status") == PAY).then("due_fen").otherwise(0))

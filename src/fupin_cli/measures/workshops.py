"""Whether an employer or a base is recognised in the month, by the county's list of workshops (三(二): 认定、动态更新)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.measures.cells import Deciding, unknown
from fupin_cli.plans import collected
from fupin_cli.policy import places

if TYPE_CHECKING:
    from fupin_cli.month.month import Month

WORKSHOPS = "workshops"
UNSURE = "就业帮扶车间台账里认定、退出日期没有写明或读不出，没有写统一社会信用代码，或只有以前的台账里有，须核实"


def with_recognised(ctx: Month, rows: pl.DataFrame, name: str) -> pl.DataFrame:
    """Add `_recognised`: whether the list has the credit code as recognised on a day of the month; null where it cannot be said.

    It cannot where a day that decides is not written or cannot be read, where only an older list names the code (the newest
    may tell of new workshops alone), and where a row of that name (`name`: the column of the claim) has no code.
    """
    listed = _judged(ctx).lazy()
    coded = listed.filter(pl.col("credit_code").is_not_null()).group_by("credit_code")
    by_code = coded.agg(_yes=(pl.col("_state") == 1).any(), _unsure=pl.col("_state").is_null().any())
    nameless = listed.filter(pl.col("credit_code").is_null() & (pl.col("_state") != 0).fill_null(value=True))
    names = collected(nameless.select(places.plain(pl.col("workshop_name"))), ctx.size)["workshop_name"]
    named = places.plain(pl.col(name)).is_in(names.implode())
    told = rows.lazy().join(by_code, on="credit_code", how="left", maintain_order="left")
    yes, unsure = pl.col("_yes").fill_null(value=False), pl.col("_unsure").fill_null(value=False)
    maybe = unsure | named.fill_null(value=False) | pl.col("credit_code").is_null()
    state = pl.when(yes).then(pl.lit(value=True)).when(~maybe).then(pl.lit(value=False))
    return collected(told.with_columns(_recognised=state).drop("_yes", "_unsure"), ctx.size)


def _judged(ctx: Month) -> pl.DataFrame:
    """Rows of the list with `_state`: 1 recognised in the month, 0 not, null unknown; of older lists those that the newest leaves out."""
    own, code = ctx.intake.tables[WORKSHOPS], pl.col("credit_code")
    rows, _ = unknown(ctx, WORKSHOPS, own, Deciding(if_filled=("left_on",)))
    unread = pl.col("_cell_left_on").is_not_null() if "_cell_left_on" in rows.columns else pl.lit(value=False)
    late = (pl.col("recognised_on") > ctx.last).fill_null(value=False)
    gone = (pl.col("left_on") < ctx.first).fill_null(value=False)
    unknown_ = unread | pl.col("recognised_on").is_null()
    state = pl.when(late | gone).then(0).when(~unknown_).then(1)
    now = rows.lazy().select("workshop_name", "credit_code", _state=state)
    here = own.lazy()
    older = ctx.rows_since(WORKSHOPS, 0).lazy().join(here.filter(code.is_not_null()), on="credit_code", how="anti")
    older = older.join(here, on=["_src", "_row"], how="anti").filter(~late & ~gone)
    older = older.select("workshop_name", "credit_code", _state=pl.lit(None, dtype=pl.Int32))
    return collected(pl.concat([now, older]), ctx.size)

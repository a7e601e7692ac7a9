"""People who may be on the list of the dead by a row whose number cannot be read: nobody can say that they are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.month.mentions import OLD_LENGTH, PLAIN_LENGTH, UNKNOWN_ID
from fupin_cli.policy.idnumber import is_valid_expr

if TYPE_CHECKING:
    from fupin_cli.month.month import Month

DEATHS = "deaths"
ROW = ("id_number", "name", "death_date", "_file", "_sheet", "_row")


def perhaps_dead(month: Month, people: pl.DataFrame) -> pl.DataFrame:
    """Those of `people` (id_number, name) whom a row of the list may mean; one row each, with its place (dead_file, dead_sheet, dead_row).

    An old number of 15 digits means whom its digits mean. A number that is lost or of a wrong length means everybody of that
    name; one with a wrong check digit those of that name and birthday.
    """
    none = people.select("id_number", "name").clear()
    none = none.with_columns(dead_file=pl.lit(""), dead_sheet=pl.lit(""), dead_row=pl.lit(0, dtype=pl.UInt32))
    if not month.has(DEATHS):
        return none
    frames = [month.intake.tables[DEATHS], month.intake.set_aside.get(DEATHS)]
    rows = pl.concat([frame.select(ROW) for frame in frames if frame is not None])
    number = pl.col("id_number")
    unread = ~(is_valid_expr(number) | number.str.starts_with(UNKNOWN_ID)).fill_null(value=False)
    rows = rows.filter(unread & (pl.col("death_date") <= month.last).fill_null(value=True))
    if not rows.height:
        return none
    length = number.str.len_chars()
    rows = rows.with_columns(
        _old=pl.when(length == OLD_LENGTH).then(number),
        _born=pl.when(length == PLAIN_LENGTH).then(number.str.slice(6, 8)),
    ).rename({column: f"dead{column}" if column.startswith("_") else f"dead_{column}" for column in ROW})
    plain = people.select("id_number", "name").unique(maintain_order=True).filter(number.is_not_null())
    plain = plain.with_columns(
        _old=pl.when(number.str.slice(6, 2) == "19").then(number.str.slice(0, 6) + number.str.slice(8, 9)),
        _born=number.str.slice(6, 8),
    )
    named = plain.join(rows.filter(pl.col("_old").is_null()), left_on="name", right_on="dead_name", suffix="_dead")
    named = named.filter((pl.col("_born_dead") == pl.col("_born")).fill_null(value=True))
    by_number = plain.join(rows.filter(pl.col("_old").is_not_null()), on="_old")
    found = pl.concat(
        [part.select("id_number", "name", "dead_file", "dead_sheet", "dead_row") for part in (by_number, named)]
    )
    return found.unique("id_number", keep="first", maintain_order=True)

"""Rows whose number cannot be read: whom they may mean. Nobody can say of these people that the row is not theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.intake.cell_findings import SHIFTED
from fupin_cli.month.mentions import PLAIN_LENGTH, UNKNOWN_ID
from fupin_cli.policy.idnumber import OLD_LENGTH, is_valid_expr

if TYPE_CHECKING:
    from fupin_cli.month.month import Month

DEATHS = "deaths"
UNREAD = "监测系统的导出里有一行，证号读不出、写错、错位或是15位旧证号，可能是此人，须核实"
WAS = "收件夹里现在的监测系统导出没有这个人，批准时有；那个月的导出放进那个月的文件夹再算"
PLACE = ("_file", "_sheet", "_row")


def may_mean(people: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Pairs of `people` (id_number, name) and `rows` with a number that is lost or wrong: id_number of the person, the row's other columns.

    An old number of 15 digits means whom its digits mean. A number that is lost or of a wrong length means everybody of that
    name; one with a wrong check digit those of that name and birthday.
    """
    if not rows.height:  # as it nearly always is
        return people["id_number"].clear().to_frame().hstack(rows.drop("id_number", "name"))
    number, length = pl.col("id_number"), pl.col("id_number").str.len_chars()
    rows = rows.with_columns(
        _old=pl.when(length == OLD_LENGTH).then(number),
        _born=pl.when(length == PLAIN_LENGTH).then(number.str.slice(6, 8)),
    ).drop("id_number")
    plain = people.select("id_number", "name").unique(maintain_order=True).filter(number.is_not_null())
    plain = plain.with_columns(
        _old=pl.when(number.str.slice(6, 2) == "19").then(number.str.slice(0, 6) + number.str.slice(8, 9)),
        _birth=number.str.slice(6, 8),
    )
    named = plain.drop("_old").join(rows.filter(pl.col("_old").is_null()), on="name", maintain_order="left")
    named = named.filter((pl.col("_born") == pl.col("_birth")).fill_null(value=True))
    by_number = plain.drop("name").join(rows.filter(pl.col("_old").is_not_null()), on="_old", maintain_order="left")
    return pl.concat([by_number, named.select(by_number.columns)]).drop("_old", "_born", "_birth", "name")


def perhaps_dead(month: Month, people: pl.DataFrame) -> pl.DataFrame:
    """Those of `people` (id_number, name) whom a damaged row of the list of the dead may mean, one row each: id_number, `PLACE`."""
    if not month.has(DEATHS):
        return pl.DataFrame(schema={"id_number": pl.String, "_file": pl.String, "_sheet": pl.String, "_row": pl.UInt32})
    if DEATHS not in month.lost_rows:
        month.lost_rows[DEATHS] = _unread_deaths(month)
    found = may_mean(people, month.lost_rows[DEATHS])
    return found.unique("id_number", keep="first", maintain_order=True) if found.height else found


def _unread_deaths(month: Month) -> pl.DataFrame:
    """Rows of the lists of the dead, up to the month's end, whose number is lost or wrong: id_number, name, `PLACE`."""
    frames = [month.intake.tables[DEATHS], month.intake.set_aside.get(DEATHS)]
    rows = pl.concat([part.select("id_number", "name", "death_date", *PLACE) for part in frames if part is not None])
    number = pl.col("id_number")
    unread = ~(is_valid_expr(number) | number.str.starts_with(UNKNOWN_ID)).fill_null(value=False)
    return rows.filter(unread & (pl.col("death_date") <= month.last).fill_null(value=True)).drop("death_date")


def perhaps_in_export(month: Month, people: pl.DataFrame) -> pl.Series:
    """ID numbers of those of `people` (id_number, name) whom a row of the export with a lost or wrong number may mean.

    Whom a row means of which the cells stand in wrong columns nobody can say: all of them, perhaps.
    """
    aside = month.intake.set_aside.get("registry")
    if aside is not None and (aside["_reason"] == SHIFTED).any():
        return people["id_number"].drop_nulls().unique()
    rows = _unread(month, "registry")[["id_number", "name"]]
    return may_mean(people, rows)["id_number"].unique()


def lost_payments(month: Month) -> pl.DataFrame:
    """Rows of the payment history whose number is lost or wrong: its columns. Of nobody's number they are counted."""
    return _unread(month, "payment_history")


def _unread(month: Month, table: str) -> pl.DataFrame:
    """Rows of a table whose number is lost or wrong, those set aside too: its columns."""
    if table not in month.lost_rows:
        wrong = month.numbers.filter(~pl.col("valid") & ~pl.col("id_number").str.starts_with(UNKNOWN_ID))["id_number"]
        rows = month.intake.tables[table].filter(pl.col("id_number").is_in(wrong.implode()))
        aside = month.intake.set_aside.get(table)
        month.lost_rows[table] = rows if aside is None else pl.concat([rows, aside.select(rows.columns)])
    return month.lost_rows[table]

"""What lists of several months say of people: terms in prison, policies that insure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.policy.months import day_mask

if TYPE_CHECKING:
    from fupin_cli.month.tables import Tables

PRISONERS, COVER = "prisoners", "accident_insurance"
POLICY = ["id_number", "policy_no"]


def prison_terms(month: Tables) -> pl.DataFrame:
    """Rows of the lists of prisoners (`Tables.lasting`), with `unread`: the start is not written, or a day of the two cannot be read."""
    wrong = month.unread_cells(PRISONERS, "end").with_columns(unread=pl.lit(value=True))
    terms = month.lasting(PRISONERS).join(wrong, on=["_src", "_row"], how="left", maintain_order="left")
    return terms.with_columns(unread=pl.col("unread").fill_null(value=False) | pl.col("start").is_null())


def policies(month: Tables, lines: pl.DataFrame | None) -> pl.DataFrame:
    """Rows of the list of policies; of lists of earlier months too if somebody of `lines` (with `on_mask`) is not covered.

    A list that names only who has joined takes nobody else's cover back: a policy stands as the newest list that has it says.
    """
    own = month.intake.tables[COVER]
    if lines is None or covers_all(lines, own, month.month):
        return own
    return pl.concat([own, older_policies(month)], how="diagonal")


def older_policies(month: Tables) -> pl.DataFrame:
    """Policies of which only earlier lists know, of months' folders or written over, each as the latest of them has it."""
    own = month.intake.tables[COVER]
    rows = month.rows_since(COVER, 0).join(own, on=["_src", "_row"], how="anti", nulls_equal=True)
    gone = month.intake.replaced.get(COVER)
    if gone is not None:
        rows = pl.concat([gone.unique(POLICY, keep="last", maintain_order=True), rows], how="diagonal")
    rows = rows.with_columns(_folder=month.folder)
    newest = rows.sort("_folder", "_src", "_row").unique(POLICY, keep="last", maintain_order=True)
    return newest.drop("_folder").join(own, on=POLICY, how="anti", nulls_equal=True, maintain_order="left")


def cover_of(rows: pl.DataFrame, month: int) -> pl.DataFrame:
    """The days of a month that each person's policies cover, as a mask: id_number, `_cover`."""
    start, end = pl.col("start"), pl.col("end")
    known = rows.lazy().filter(start.is_not_null() & end.is_not_null() & (end >= start))
    return known.group_by("id_number").agg(_cover=day_mask(start, end, month).bitwise_or()).collect()


def covers_all(lines: pl.DataFrame, rows: pl.DataFrame, month: int) -> bool:
    """Whether policies cover all days on post of all lines, and of all some day."""
    both = lines.select("id_number", "on_mask").join(cover_of(rows, month), on="id_number", how="left")
    cover = pl.col("_cover").fill_null(0)
    return not both.select(((cover == 0) | ((pl.col("on_mask") & ~cover) != 0)).any()).item()

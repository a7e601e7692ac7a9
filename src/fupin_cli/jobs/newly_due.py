"""What an approved month pays newly to somebody of whom another line of it stands: all that was paid counts for it (SPEC 8.24).

A month that is computed again does not know its own payments nor later ones, so that what was paid cannot fall by what came
after it. A claim handed in since is no such line: it may be for what was paid with a later month, or compete with a line
that stands and is only held now (9.4). Who has nothing that stands in the month is told by `history.newcomers`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.measures.claims import HOLD, REFUSE
from fupin_cli.reconciliation.money import returned

if TYPE_CHECKING:
    from collections.abc import Callable

    from fupin_cli.jobs.corrections import Again
    from fupin_cli.jobs.desk import Desk

LINE = ["person", "post_id"]


def with_all_paid(desk: Desk, found: Again, again: Callable[[Desk, int], Again]) -> Again:
    """The month as it was computed (`found`), its new lines of people with others that stand as all payments leave them.

    `again`: computes a month at a desk.
    """
    if found.subsidy.leads:
        return found
    stands = desk.standing(found.month, found.measure)
    stands = stands.join(returned(stands), on=[*LINE, "measure", "month"], how="anti").select(LINE)
    fresh = found.lines.filter(pl.col("amount_fen") > 0).join(stands, on=LINE, how="anti")
    fresh = fresh.join(stands, on="person", how="semi").select(LINE)
    if not fresh.height:
        return found
    # A line that is gone, or that a smaller claim has taken the place of, was changed: its money goes with the new one.
    now = stands.join(found.lines.select(*LINE, "status"), on=LINE, how="left")
    changed = now.filter((pl.col("status") == REFUSE).fill_null(value=True))
    fresh = fresh.join(changed, on="person", how="anti")
    own, here = pl.col("measure") == found.measure, pl.col("month") == found.month
    held = now.filter(pl.col("status") == HOLD).select(*LINE, _held=pl.lit(value=True))
    paid = desk.payments.join(held, left_on=["id_number", "post_id"], right_on=LINE, how="left", maintain_order="left")
    paid = paid.filter(~(own & here) | pl.col("_held").fill_null(value=False)).drop("_held")
    known = paid.filter(own & (pl.col("month") >= found.month))["id_number"]
    fresh = fresh.filter(pl.col("person").is_in(known.implode()))
    if not fresh.height:
        return found
    anew = again(desk.supposing(paid, desk.newly, all_known=True), found.month).lines.join(fresh, on=LINE, how="semi")
    rest = found.lines.join(fresh, on=LINE, how="anti", maintain_order="left")
    return replace(found, lines=pl.concat([rest, anew.select(rest.columns)]))

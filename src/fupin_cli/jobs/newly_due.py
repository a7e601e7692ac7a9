"""What an approved month pays newly to somebody of whom another line of it stands: all that was paid counts for it (SPEC 8.24).

A month that is computed again does not know its own payments nor later ones, so that what was paid cannot fall by what came
after it. A claim handed in since is no such line: it may be for what was paid with a later month, or compete with a line
that stands and is only held now (9.4). Who has nothing that stands in the month is told by `history.newcomers`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.jobs.corrections import standing
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
    stands = stands.join(returned(stands), on=[*LINE, "measure", "month"], how="anti").select(*LINE, "posted_fen")
    fresh = found.lines.filter(pl.col("amount_fen") > 0).join(stands, on=LINE, how="anti")
    fresh = fresh.join(stands, on="person", how="semi").select(LINE)
    if not fresh.height:
        return found
    now = stands.join(found.lines.select(*LINE, "status"), on=LINE, how="left")
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
    lines = pl.concat([rest, anew.select(rest.columns)])
    changed = now.filter((pl.col("status") == REFUSE).fill_null(value=True))
    as_found = _of_changed(desk, found, stands, lines, changed.select(LINE), fresh)
    return replace(
        found, lines=pl.concat([lines.filter(~pl.col("person").is_in(as_found["person"].implode())), as_found])
    )


def _of_changed(  # noqa: PLR0913, PLR0917 - a month before and after, what stands, and which lines are which
    desk: Desk, found: Again, stands: pl.DataFrame, lines: pl.DataFrame, changed: pl.DataFrame, fresh: pl.DataFrame
) -> pl.DataFrame:
    """Lines of people of whom a line is gone, or has given way to a new one, and who would get less than stands by `lines`.

    Its money goes with the new line. Where that comes to more than stands, nobody knows how much of it was paid with
    another month: both are held.
    """
    sums = [_of_each(stands, "posted_fen"), _of_each(lines, "amount_fen"), _of_each(found.lines, "amount_fen")]
    of = sums[0].join(sums[1], on="person", how="left").join(sums[2], on="person", how="left", suffix="_then")
    less = pl.col("amount_fen").fill_null(0) < pl.col("posted_fen")
    of = of.filter(less).join(changed, on="person", how="semi")
    doubtful = of.filter(pl.col("amount_fen_then") > pl.col("posted_fen")).select("person")
    held = pl.concat([fresh, changed]).join(doubtful, on="person", how="semi")
    kept = found.lines.join(of, on="person", how="semi", maintain_order="left")
    waiting = {"status": pl.lit(HOLD), "codes": pl.lit("CAP010"), "amount_fen": pl.lit(0, dtype=pl.Int64)}
    gone = standing(desk, [found.month], found.measure).join(held, on=LINE, how="semi").join(kept, on=LINE, how="anti")
    gone = gone.with_columns(**waiting, due_fen=pl.lit(None, dtype=pl.Int64)).select(kept.columns)
    there = kept.join(held, on=LINE, how="semi", maintain_order="left").with_columns(**waiting)
    return pl.concat([kept.join(held, on=LINE, how="anti", maintain_order="left"), there, gone], how="vertical_relaxed")


def _of_each(lines: pl.DataFrame, amount: str) -> pl.DataFrame:
    return lines.group_by("person").agg(pl.col(amount).sum())

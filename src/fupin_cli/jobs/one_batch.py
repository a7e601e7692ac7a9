"""What is newly due of earlier months is asked once more beside what is paid with it: several can each be the 36th month.

A month that is computed again knows what was posted. What this batch pays for its own month, and newly for others, is not
posted yet: together it may be more than the law allows (36 months, once only, the same thing twice).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.jobs.corrections import lines_now
from fupin_cli.jobs.history import TABLE as HISTORY
from fupin_cli.jobs.history import as_payments
from fupin_cli.jobs.more_days import counts_shares
from fupin_cli.ledger.store import BACK_PAY
from fupin_cli.reconciliation.corrections import KEYS
from fupin_cli.reconciliation.money import returned

if TYPE_CHECKING:
    from collections.abc import Callable

    from fupin_cli.jobs.corrections import Again
    from fupin_cli.jobs.desk import Desk
    from fupin_cli.results.subsidy import PayrollRun


def beside_this_batch(
    desk: Desk,
    run: PayrollRun,
    found: list[Again],
    corrections: pl.DataFrame,
    again: Callable[[Desk, int], Again],
) -> list[Again]:
    """The months as they were computed (`found`); of people who are paid newly and otherwise too, as all of it leaves them.

    The run's own month goes first, then the earliest. `corrections`: what the months come to each alone; `again`:
    computes a month at a desk.
    """
    # More days of a month are newly due too, and so is what came back, whatever stands of it.
    came_back = returned(desk.money).with_columns(_back=pl.lit(value=True))
    more = corrections.filter(pl.col("kind") == BACK_PAY).join(came_back, on=KEYS, how="left", maintain_order="left")
    newly = (pl.col("old_fen") == 0) | pl.col("_back").fill_null(value=False)
    more = more.filter(newly | pl.lit(counts_shares(run.policy, run.measure)))
    fresh = more.select("month", "person")
    if not fresh.height:
        return found
    with_it = as_payments(lines_now(run))
    fresh = _concerned(run, fresh, with_it)
    if not fresh.height:
        return found
    asked = []
    for month in sorted(found, key=lambda m: m.month):
        mine = fresh.filter(pl.col("month") == month.month)["person"]
        beside = with_it.filter(pl.col("id_number").is_in(mine.implode()))
        if beside.height:
            people = pl.col("person").is_in(beside["id_number"].implode())
            paid = pl.concat([desk.payments, beside.select(desk.payments.columns)])
            anew = again(desk.supposing(paid, desk.newly), month.month).lines
            month = replace(month, lines=pl.concat([month.lines.filter(~people), anew.filter(people)]))  # noqa: PLW2901
        asked.append(month)
        paid = month.lines.filter(pl.col("person").is_in(mine.implode()))
        with_it = pl.concat([with_it, as_payments(_beyond(paid, more))])
    return asked


def _beyond(lines: pl.DataFrame, stands: pl.DataFrame) -> pl.DataFrame:
    """Lines with what they come to beyond what the ledger has of them (`stands`: `KEYS`, `old_fen`)."""
    both = lines.join(stands.select(*KEYS, "old_fen"), on=KEYS, how="left", maintain_order="left")
    return both.with_columns(pl.col("amount_fen") - pl.col("old_fen").fill_null(0)).drop("old_fen")


def _concerned(run: PayrollRun, fresh: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
    """Who of `fresh` is paid for several months or claims by this batch; of posts, who has more months than the cap with them.

    `own`: what the batch pays for its own month (`history.payments`).
    """
    counted = [fresh, own.select("month", person="id_number").join(fresh, on="person", how="semi")]
    most, count = 1, pl.len()
    if run.subsidy.leads:
        most, count = run.policy.cap_months(run.month), pl.col("month").n_unique()
        if (history := run.intake.tables.get(HISTORY)) is not None:
            paid = history.filter((pl.col("measure") == run.measure) & (pl.col("amount_fen") > 0))
            counted.append(paid.select("month", person="id_number").join(fresh, on="person", how="semi"))
    many = pl.concat(counted, how="vertical_relaxed").group_by("person").agg(count.alias("_n"))
    return fresh.join(many.filter(pl.col("_n") > most), on="person", how="semi")

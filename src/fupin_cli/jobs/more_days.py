"""More days of an approved month, where months count by their share of days (`prorated`): newly due beside what was paid later.

Computed again, a month knows the payments of earlier months only: what came later cannot take from it what was paid (008). The
days that are added now were not paid before the later months were: for them these count, as for who was not paid at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.measures.catalogue import MEASURES
from fupin_cli.measures.claims import PAY

if TYPE_CHECKING:
    from fupin_cli.jobs.desk import Desk
    from fupin_cli.policy.parameters import Policy
    from fupin_cli.results.subsidy import PayrollRun

LINE = ["person_key", "post_id"]


def counts_shares(policy: Policy, measure: str) -> bool:
    """Whether months of a measure are counted by their share of days."""
    return MEASURES[measure].leads and policy.settings.post.month_count == "prorated"


def raised(desk: Desk, run: PayrollRun) -> pl.DataFrame:
    """Lines (`LINE`, `old_fen`: what stands) that come to more than stands, of people who were paid for later months."""
    stands = desk.standing(run.month, run.measure).select("post_id", person_key="person", old_fen="posted_fen")
    if not stands.height or not counts_shares(run.policy, run.measure):
        return stands.clear()
    later = desk.payments.filter((pl.col("measure") == run.measure) & (pl.col("month") > run.month))["id_number"]
    lines = run.lines.select("person_key", pl.col("post_id").fill_null(""), "amount_fen")
    both = stands.filter(pl.col("person_key").is_in(later.implode())).join(lines, on=LINE)
    return both.filter(pl.col("amount_fen") > pl.col("old_fen")).drop("amount_fen")


def beside_later(lines: pl.DataFrame, anew: pl.DataFrame, more: pl.DataFrame) -> pl.DataFrame:
    """Lines of a month, the `raised` ones (`more`) as they are with later months counted (`anew`), but never less than stands."""
    post = pl.col("post_id").fill_null("")
    told = anew.with_columns(_post=post).join(more, left_on=["person_key", "_post"], right_on=LINE, how="inner")
    less = pl.col("amount_fen").fill_null(0) < pl.col("old_fen")
    told = told.with_columns(
        amount_fen=pl.when(less).then("old_fen").otherwise("amount_fen"),
        status=pl.when(less).then(pl.lit(PAY)).otherwise("status"),
    )
    rest = lines.with_columns(_post=post).join(more, left_on=["person_key", "_post"], right_on=LINE, how="anti")
    return pl.concat([rest.select(lines.columns), told.select(lines.columns)])

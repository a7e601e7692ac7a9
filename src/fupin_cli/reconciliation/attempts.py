"""How often a line was sent, and whether the bank has answered the last time (SPEC 7, 8.23).

Only a line whose last attempt failed may be sent again: a second copy of the first failure is no answer to the second
attempt, whatever file it stands in.
"""

from __future__ import annotations

import polars as pl

from fupin_cli.ledger.store import AGAIN
from fupin_cli.reconciliation.match import LINE, ROOT, agrees
from fupin_cli.reconciliation.returns import FAILED

SAID = ["account", "name", "amount_fen", "failure", "paid_on"]


def last_attempts(sent: pl.DataFrame, rows: pl.DataFrame, *, batches: pl.Series | None = None) -> pl.DataFrame:
    """Give for each root `attempts` (times it was sent again), `answered` and `failed` of the last time it was sent.

    `sent`: `match.sent_lines`, of the roots that are asked about; `batches`: of all that were sent, if these are not all;
    `rows`: matched return rows. A row answers the batch that it names. One that names no batch of ours answers the last attempt if it carries the account that only that attempt had, if it says that it repeats a
    line (as often as the line was sent again, to that account), or if there are more different rows than earlier attempts.
    """
    tries = sent.group_by(ROOT, maintain_order=True).agg(
        last_batch=pl.col("batch").last(),
        last_account=pl.col("account").last(),
        attempts=(pl.col("kind") == AGAIN).sum().cast(pl.Int64),
        fresh=~pl.col("account").last().is_in(pl.col("account").slice(0, pl.len() - 1).implode()),
    )
    ours = (sent["batch"] if batches is None else batches).unique().implode()
    found = rows.filter(pl.col("matched") == LINE).join(tries, on=ROOT)
    named = pl.col("batch").is_not_null() & pl.col("batch").is_in(ours)
    own_retry = ~named & pl.col("source_batch").is_not_null() & agrees("account", "last_account")
    bare = ~named & pl.col("source_batch").is_null()
    labels = pl.struct("batch", "source_batch").filter(own_retry).n_unique().over(ROOT)
    several = pl.struct(SAID).filter(bare).n_unique().over(ROOT)
    first = pl.col("attempts") == 0
    tells = (
        first
        | (named & (pl.col("batch") == pl.col("last_batch")))
        | (own_retry & (labels >= pl.col("attempts")))
        | (bare & ((pl.col("fresh") & (pl.col("account") == pl.col("last_account"))) | (several > pl.col("attempts"))))
    )
    answers = (
        found.filter(tells.fill_null(value=False))
        .group_by(ROOT)
        .agg(answered=pl.lit(value=True), failed=(pl.col("result") == FAILED).any())
    )
    return (
        tries.join(answers, on=ROOT, how="left", maintain_order="left")
        .with_columns(pl.col("answered", "failed").fill_null(value=False))
        .select(*ROOT, "attempts", "answered", "failed")
    )

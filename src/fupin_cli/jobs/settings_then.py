"""How a month of posts was shared and counted when it was approved: `[post]` as it stood then (SPEC 0: a month uses its own).

A county that shares months by the calendar from June on has not changed what May was approved by. The standard stands by
year with its source, and counts as it is now; so do the measures' numbers, which say from which month they hold.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import polars as pl
from pydantic import ValidationError

from fupin_cli.ledger import kept, store
from fupin_cli.measures.catalogue import leading
from fupin_cli.policy.months import month_text
from fupin_cli.policy.settings import Post, Settings

if TYPE_CHECKING:
    from pathlib import Path

    from fupin_cli.jobs.books import Books
    from fupin_cli.policy.parameters import Policy


def policy_then(books: Books, policy: Policy, month: int) -> Policy:
    """The policy of a month, with the `[post]` with which posts were approved in it, if they were and it was kept."""
    mine = (pl.col("kind") == store.APPROVAL) & (pl.col("month") == month) & (pl.col("measure") == leading().code)
    approvals = books.batches.filter(mine & (pl.col("kept_sha256") != ""))
    then = _post_of(books.root, *approvals.select("batch", "kept_sha256").row(-1)) if approvals.height else None
    if then is None:
        return policy
    post = then.model_copy(update={"standard": policy.settings.post.standard})
    return policy.with_settings(policy.settings.model_copy(update={"post": post}))


@lru_cache(64)
def _post_of(root: Path, batch: str, kept_sha256: str) -> Post | None:  # noqa: ARG001 - tells the same number apart
    """`[post]` of an approval's settings; None where they are another version's, or cannot be read (`verify` tells of that)."""
    try:
        return Settings.model_validate(kept.contents(root, batch).settings).post
    except (ValidationError, kept.KeptError):
        return None


def changed_words(month: int, then: Policy, now: Policy) -> str:
    """What is set otherwise now, and that the month is computed as it was approved; empty if nothing is."""
    old, new = then.settings.post, now.settings.post
    said = [
        f"{key} 批准时 {getattr(old, key)}，现在 {getattr(new, key)}"
        for key in Post.model_fields
        if getattr(old, key) != getattr(new, key)
    ]
    if not said:
        return ""
    return (
        f"{month_text(month)} 仍按批准时的 [post] 设置重算（{'；'.join(said)}）；"
        "确要按现在的设置改这个月的，先撤回再重新批准（fupin withdraw）"
    )

"""What was due for months already paid, recomputed where the inputs exist (SPEC 2.2; CAP005, CAP006)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.month.roster import DAY
from fupin_cli.month.used_months import MONTHS, month_key
from fupin_cli.policy.rounding import prorate_fen

if TYPE_CHECKING:
    from fupin_cli.policy.parameters import Policy

KEY = "_key"  # person and month as one number (`used_months.month_key`)


def past_due(
    paid: pl.DataFrame,
    attendance: pl.DataFrame | None,
    assignments: pl.DataFrame | None,
    posts: pl.DataFrame | None,
    policy: Policy,
) -> pl.DataFrame:
    """Add to payments what their month's standard was and what the person's month was due.

    `paid` (`used_months.payments`) has id_number, `_who` and month. Adds `standard_fen` (null: no standard) and `due_fen` (null where the inputs for that
    month are not there; over all posts at most the standard).
    """
    standards = policy.standards_fen(paid["month"].unique())
    standard = pl.col("month").replace_strict(standards, default=None, return_dtype=pl.Int64)
    paid = paid.with_columns(month_key().alias(KEY), standard_fen=standard)
    if policy.settings.post.proration == "calendar":
        months = paid.unique(KEY, keep="first", maintain_order=True).select("id_number", "month", KEY, "standard_fen")
        shares = _by_calendar(months, assignments)
    else:
        of_month = (pl.col(KEY) % MONTHS).cast(pl.Int32).alias("month")
        shares = _by_attendance(paid, attendance, posts, policy).with_columns(of_month)
        shares = shares.with_columns(standard_fen=standard)
    due = shares.with_columns(due_fen=prorate_fen(pl.col("standard_fen"), pl.col("num"), pl.col("den")))
    # A sum over no known figure is 0 in Polars; here it is unknown.
    known = pl.when(pl.col("due_fen").is_not_null().all()).then(pl.col("due_fen").sum())
    by_person = due.group_by(KEY).agg(due_fen=known)
    told = paid.join(by_person, on=KEY, how="left", maintain_order="left").drop(KEY)
    return told.with_columns(
        due_fen=pl.when(pl.col("due_fen") > pl.col("standard_fen")).then("standard_fen").otherwise("due_fen")
    )


SHARES = {KEY: pl.Int64, "num": pl.Int64, "den": pl.Int64}


def _by_attendance(
    paid: pl.DataFrame, attendance: pl.DataFrame | None, posts: pl.DataFrame | None, policy: Policy
) -> pl.DataFrame:
    if attendance is None:
        return pl.DataFrame(schema=SHARES)
    figures = ["required_days_x100", "attended_days_x100"]
    near = paid.filter(pl.col("month").is_in(attendance["month"].unique().implode()))
    people = near.unique("_who").select("id_number", "_who")  # a long ID number is compared once
    rows = attendance.select("id_number", "month", "post_id", *figures).join(people, on="id_number")
    rows = rows.select(month_key().alias(KEY), "post_id", *figures).join(near, on=KEY, how="semi")
    if rows[KEY].n_unique() < rows.height:
        rows = rows.unique()
    required: pl.Expr = pl.when(pl.col("required_days_x100") > 0).then("required_days_x100")
    if posts is not None:
        norms = posts.unique("post_id", keep="first", maintain_order=True).select("post_id", _norm="required_days_x100")
        rows = rows.join(norms, on="post_id", how="left")
        required = pl.coalesce(required, "_norm")
    post = policy.settings.post
    den = pl.lit(int((post.fixed_days or 0) * DAY), dtype=pl.Int64) if post.proration == "fixed" else required
    return rows.select(KEY, num="attended_days_x100", den=pl.when(den > 0).then(den))


def _by_calendar(months: pl.DataFrame, assignments: pl.DataFrame | None) -> pl.DataFrame:
    """Days of the month inside contract and time on post, over the person's rows (at most the days of the month)."""
    if assignments is None:
        return pl.DataFrame(schema=SHARES | {"month": pl.Int32, "standard_fen": pl.Int64})
    first = pl.date(pl.col("month") // 12, pl.col("month") % 12 + 1, 1)
    rows = months.join(assignments, on="id_number").with_columns(_first=first, _last=first.dt.month_end())
    start = pl.max_horizontal("_first", "contract_start", pl.coalesce("on_post", "contract_start"))
    end = pl.min_horizontal("_last", "contract_end", pl.coalesce("off_post", "_last"))
    sound = pl.col("contract_start").is_not_null() & pl.col("contract_end").is_not_null()
    rows = rows.filter(sound).with_columns(_days=((end - start).dt.total_days() + 1).clip(lower_bound=0))
    days = rows.group_by(KEY, "month", "standard_fen", "_last").agg(num=pl.col("_days").sum() * DAY)
    days = days.filter(pl.col("num") > 0)
    return days.select(KEY, "month", "standard_fen", "num", den=pl.col("_last").dt.day().cast(pl.Int64) * DAY)

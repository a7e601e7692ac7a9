"""The month's lines: roster rows of one person and post merged, with attendance, standard and the amount due.

One line per person × post (SPEC 8.1). Later the payroll gives each line its status; the checks judge the same lines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.policy import months
from fupin_cli.policy.rounding import prorate_fen

if TYPE_CHECKING:
    from fupin_cli.policy.parameters import Policy

KEYS = ["id_number", "post_id"]
DAY = 100  # hundredths of a day


def month_attendance(
    attendance: pl.DataFrame, assignments: pl.DataFrame, posts: pl.DataFrame | None, month: int
) -> pl.DataFrame:
    """Attendance rows of a month with `post_id` found where only the post's name is given (`_with_posts_found`); unfound stays null.

    Adds `_copies` (rows of this person, post and month), `_distinct` (different ones among them), `_nth`.
    """
    rows = attendance.filter(pl.col("month") == month)
    if rows["post_id"].null_count():
        rows = _with_posts_found(rows, assignments, posts, month)
    if rows.select(KEYS).hash_rows().n_unique() == rows.height:  # as it should be: each once
        one = pl.lit(1, dtype=pl.UInt32)
        return rows.with_columns(_copies=one, _nth=pl.lit(0, dtype=pl.Int64), _distinct=one)
    figures = ["required_days_x100", "attended_days_x100", "appraisal"]
    return rows.with_columns(
        _copies=pl.len().over(KEYS),
        _nth=pl.int_range(pl.len()).over(KEYS),
        _distinct=pl.struct(figures).n_unique().over(KEYS),
    )


def _with_posts_found(
    rows: pl.DataFrame, assignments: pl.DataFrame, posts: pl.DataFrame | None, month: int
) -> pl.DataFrame:
    """Fill `post_id` where a row gives the post's name only, or nothing: by the posts of the month, else by all of the person's.

    Only where exactly one fits: of two posts of one name nobody knows which was meant.
    """
    held = touching_rows(assignments, month).filter(pl.col("post_id").is_not_null())
    if posts is not None:
        names = posts.select("post_id", _named="post_name").unique("post_id", keep="first", maintain_order=True)
        held = held.join(names, on="post_id", how="left").with_columns(
            pl.coalesce("post_name", "_named").alias("post_name")
        )
    known = rows.columns
    found = ["post_id"]
    for keys in (["id_number", "post_name"], ["id_number"]):
        for name, part in (("now", held.filter(pl.col("touches") & ~pl.col("gone"))), ("ever", held)):
            one = part.group_by(keys).agg(_posts=pl.col("post_id").n_unique(), _post=pl.col("post_id").first())
            found.append(f"_{len(keys)}_{name}")
            one = one.filter(pl.col("_posts") == 1).select(*keys, pl.col("_post").alias(found[-1]))
            rows = rows.join(one, on=keys, how="left", maintain_order="left")
    return rows.with_columns(post_id=pl.coalesce(found)).select(known)


def roster_rows(assignments: pl.DataFrame, attended: pl.DataFrame | None, month: int) -> pl.DataFrame:
    """Roster rows with what the month makes of each.

    Adds what `touching_rows` does, `attended`, and `in_month`: whether the row's person and post make a line.
    """
    rows = touching_rows(assignments, month)
    if attended is None:
        rows = rows.with_columns(attended=pl.lit(value=False))
    else:
        named = attended.select(KEYS).drop_nulls().unique().with_columns(attended=pl.lit(value=True))
        rows = rows.join(named, on=KEYS, how="left", maintain_order="left").with_columns(
            pl.col("attended").fill_null(value=False)
        )
    return rows.with_columns(
        in_month=(pl.col("attended").any() | (pl.col("touches").any() & ~pl.col("gone").all())).over(KEYS)
    )


def touching_rows(assignments: pl.DataFrame, month: int) -> pl.DataFrame:
    """Roster rows with what each says of the month by itself.

    Adds `sound` (contract with both dates in order), masks of days (`months.day_mask`) `on_mask`, `contract_mask`,
    `paid_mask` (both), `touches`, `gone`. A row of which nobody can tell (`unplaced`) touches the month: CON001 holds it.
    """
    first, last = months.first_day(month), months.last_day(month)
    nothing = pl.lit(0, dtype=pl.Int64)
    begins = pl.coalesce("on_post", "contract_start")
    known = pl.col("contract_start").is_not_null() & pl.col("contract_end").is_not_null()
    on_mask = months.day_mask(begins, pl.col("off_post"), month)
    rows = assignments.with_columns(
        sound=known & (pl.col("contract_end") >= pl.col("contract_start")).fill_null(value=False),
        on_mask=pl.when(begins.is_not_null()).then(on_mask).otherwise(nothing),
        gone=((pl.col("off_post") < first) | (pl.col("on_post") > last)).fill_null(value=False),
    ).with_columns(
        contract_mask=pl.when(pl.col("sound"))
        .then(months.day_mask(pl.col("contract_start"), pl.col("contract_end"), month))
        .otherwise(nothing)
    )
    return rows.with_columns(
        paid_mask=pl.col("on_mask") & pl.col("contract_mask"),
        touches=(pl.col("contract_mask") != 0) | (pl.col("on_mask") != 0) | unplaced(month),
    )


def unplaced(month: int) -> pl.Expr:
    """Roster rows of which nobody can tell whether they touch a month: no day from which they count can be read.

    Not those that left before it, nor those whose contract ended before it.
    """
    first = months.first_day(month)
    over = (pl.min_horizontal("off_post", "contract_end") < first).fill_null(value=False)
    return pl.coalesce("on_post", "contract_start").is_null() & ~over


def days_known(month: int) -> pl.Expr:
    """Lines of which it is known on which days of the month the person was on post, if on any."""
    return (pl.col("on_mask") != 0) | ~unplaced(month)


def month_lines(
    rows: pl.DataFrame, posts: pl.DataFrame | None, attended: pl.DataFrame | None, policy: Policy, month: int
) -> pl.DataFrame:
    """Merge the month's roster rows into lines and compute what each would come to.

    Each line stands on the row whose contract covers most days of the month (tie: the later start). Adds to that row:
    the unions `on_mask`, `contract_mask`, `paid_mask`; `sound_all`; the post's `fund`, `post_kind`, …;
    attendance figures; `standard_fen`, `numerator_x100`, `divisor_x100`, `due_fen` (null: cannot be computed).
    """
    # The rows that are asked for their contract (`checks.con.current`): where one cannot be read, nothing is said of all.
    asked = pl.col("touches") | pl.col("attended") | unplaced(month)
    of_month = rows.filter(pl.col("in_month")).with_columns(sound_all=pl.col("sound") | ~asked)
    several = pl.struct(KEYS).is_duplicated()
    alone, merged = of_month.filter(~several), _merged(of_month.filter(several))
    lines = _with_post(pl.concat([alone, merged]).sort("_src", "_row"), posts)
    lines = _with_attendance(lines, attended)
    return _with_due(lines, policy, month)


def _merged(rows: pl.DataFrame) -> pl.DataFrame:
    """Several rows of one person and post as one: the row that stands for all, with what all of them come to."""
    return (
        rows.with_columns(
            pl.col("on_mask", "contract_mask", "paid_mask").bitwise_or().over(KEYS),
            pl.col("sound_all").all().over(KEYS),
            _days=pl.col("contract_mask").bitwise_count_ones(),
        )
        .sort(["_days", "contract_start", "_row"], descending=[True, True, False], nulls_last=True, maintain_order=True)
        .unique(KEYS, keep="first", maintain_order=True)
        .drop("_days")
    )


POST_FACTS = {
    "post_kind": pl.String,
    "department": pl.String,
    "fund": pl.String,
    "approved_holders": pl.Int64,
    "post_standard_fen": pl.Int64,
    "post_required_x100": pl.Int64,
    "post_known": pl.Boolean,
}


def _with_post(lines: pl.DataFrame, posts: pl.DataFrame | None) -> pl.DataFrame:
    if posts is None:
        return lines.with_columns(pl.lit(None, dtype=dtype).alias(name) for name, dtype in POST_FACTS.items())
    known = posts.filter(pl.col("post_id").is_not_null())
    facts = known.unique("post_id", keep="first", maintain_order=True)
    # Two posts under one number (each township counts from 1): what they do not agree on is known of neither.
    if facts.height < known.height:
        decide = ("fund", "required_days_x100")
        agreed = known.group_by("post_id").agg(
            pl.when(pl.col(name).n_unique() == 1).then(pl.col(name).first()).alias(name) for name in decide
        )
        facts = facts.drop(decide).join(agreed, on="post_id", how="left", maintain_order="left")
    facts = facts.select(
        "post_id",
        "post_kind",
        "department",
        "fund",
        "approved_holders",
        post_standard_fen="standard_fen",
        post_required_x100=pl.when(pl.col("required_days_x100") > 0).then("required_days_x100"),
        post_known=pl.lit(value=True),
    )
    return lines.join(facts, on="post_id", how="left", maintain_order="left").with_columns(
        pl.col("post_known").fill_null(value=False)
    )


def _with_attendance(lines: pl.DataFrame, attended: pl.DataFrame | None) -> pl.DataFrame:
    """Join each line's attendance; where copies differ no figure is taken (they hold the line as ID007)."""
    if attended is None:
        return lines.with_columns(
            pl.lit(None, dtype=pl.Int64).alias("required_x100"),
            pl.lit(None, dtype=pl.Int64).alias("attended_x100"),
            pl.lit(None, dtype=pl.String).alias("appraisal"),
            has_attendance=pl.lit(value=False),
        )
    one = attended.filter((pl.col("_nth") == 0) & pl.col("post_id").is_not_null())
    figure = pl.col("_distinct") == 1
    one = one.select(
        *KEYS,
        pl.when(figure).then("required_days_x100").alias("required_x100"),
        pl.when(figure).then("attended_days_x100").alias("attended_x100"),
        "appraisal",
        has_attendance=pl.lit(value=True),
    )
    return lines.join(one, on=KEYS, how="left", maintain_order="left").with_columns(
        pl.col("has_attendance").fill_null(value=False),
        required_x100=pl.coalesce(pl.when(pl.col("required_x100") > 0).then("required_x100"), "post_required_x100"),
    )


def _with_due(lines: pl.DataFrame, policy: Policy, month: int) -> pl.DataFrame:
    """Amount due by the county's method of proration (SPEC 2.2); days are hundredths, money is fen."""
    post = policy.settings.post
    standard = policy.standard_fen(month)
    worked = pl.col("attended_x100")
    if post.proration == "calendar":
        numerator = pl.col("paid_mask").bitwise_count_ones().cast(pl.Int64) * DAY
        divisor = pl.lit(months.last_day(month).day * DAY, dtype=pl.Int64)
    elif post.proration == "fixed":
        numerator, divisor = worked, pl.lit(int((post.fixed_days or 0) * DAY), dtype=pl.Int64)
    else:
        numerator, divisor = worked, pl.col("required_x100")
    lines = lines.with_columns(
        standard_fen=pl.lit(standard, dtype=pl.Int64),
        numerator_x100=numerator,
        divisor_x100=pl.when(divisor > 0).then(divisor),
    )
    return lines.with_columns(
        due_fen=prorate_fen(pl.col("standard_fen"), pl.col("numerator_x100"), pl.col("divisor_x100"))
    )

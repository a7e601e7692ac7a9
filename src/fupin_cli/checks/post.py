"""The posts themselves (POST006–008, 018, 019): number, fund, standard, rotation.

They stand on the holders' roster rows, so that the payroll line carries them; a post without a holder on its own row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.checks.report import at_stake, report, with_others
from fupin_cli.checks.rule import rule
from fupin_cli.plans import collected
from fupin_cli.policy import months
from fupin_cli.policy.rounding import fen_to_yuan

if TYPE_CHECKING:
    from fupin_cli.month.month import Month

SPOT = ["_src", "_row"]
TABLE, POSTS = "assignments", "posts"
AREA = ["county", "township", "village"]
EMPLOYMENT_FUND = "就业补助资金"
# Departments whose posts follow other rules (SPEC 2.5), however their money is written; a word with 就业 in it is unclear.
OTHER_FUNDS = "林草|林业|草原|护林|自然资源|国土|交通|公路|水利|水务|乡村振兴|扶贫|光伏|衔接"


def on_holders(
    ctx: Month, posts: pl.LazyFrame, message: pl.Expr, roster_column: str, post_column: str | pl.Expr
) -> pl.LazyFrame:
    """Say something about posts on their holders' rows; where a post has no holder in the month, on its own row."""
    said = posts.with_columns(_message=message)
    once = said.filter(pl.col("post_id").is_not_null()).unique("post_id", keep="first", maintain_order=True)
    held = ctx.lines.lazy().join(once.select("post_id", "_message"), on="post_id")
    vacant = said.join(ctx.lines.lazy(), on="post_id", how="anti")
    return pl.concat(
        [
            report(held, TABLE, pl.col("_message"), roster_column),
            report(vacant, POSTS, pl.col("_message"), post_column),
        ]
    )


@rule(
    "POST006",
    "一村多岗",
    "warning",
    tables=(TABLE, POSTS),
    any_of=("villages", "setting:checks.village_kind_quota"),
    partly=("villages", "setting:checks.village_kind_quota"),
    waivable=True,
    bounds=("checks.village_kind_quota",),
    compares="村内就业补助资金岗位数与核定数；村内同类岗位数与县定上限",
    hint="核减岗位，或报批增加核定数",
)
def village_posts(ctx: Month) -> pl.LazyFrame:
    """Distinct posts of the employment fund in a village over its approved number; several of one kind over the quota."""
    posts = ctx.table(POSTS).filter(pl.col("fund") == EMPLOYMENT_FUND)
    found = []
    if ctx.has("villages"):
        approved = ctx.table("villages").filter(pl.col("approved_posts").is_not_null())
        # 县 and 乡 may be left out of the list of villages; a village is then known by what is given.
        counts = posts.group_by(AREA).agg(_n=pl.col("post_id").n_unique())
        joined = counts.join(
            approved.select(pl.all().exclude("_src", "_row", "_file", "_sheet")), on="village", suffix="_v"
        )
        fits = [(pl.col(f"{c}_v").is_null() | (pl.col(f"{c}_v") == pl.col(c))) for c in AREA[:2]]
        over = joined.filter(*fits, pl.col("_n") > pl.col("approved_posts"))
        rows = posts.join(over.select(*AREA, "_n", "approved_posts"), on=AREA)
        found.append(
            on_holders(ctx, rows, pl.format("本村岗位{}个，核定{}个", "_n", "approved_posts"), "village", "village")
        )
    quota = ctx.settings.checks.village_kind_quota
    if quota is not None:
        rows = posts.with_columns(_n=pl.col("post_id").n_unique().over([*AREA, "post_kind"])).filter(
            pl.col("_n") > quota
        )
        found.append(
            on_holders(
                ctx,
                rows,
                pl.format(f"本村“{{}}”岗位{{}}个，超过上限{quota}个", "post_kind", "_n"),
                "village",
                "post_kind",
            )
        )
    return pl.concat(found)


@rule(
    "POST007",
    "岗位人数超过核定",
    "warning",
    tables=(TABLE, POSTS),
    waivable=True,
    compares="本月同一岗位在岗人数与核定人数",
    hint="核减人数，或报批增加核定人数",
)
def too_many_holders(ctx: Month) -> pl.LazyFrame:
    """Distinct people on the post in the month."""
    rows = ctx.lines.lazy().filter(pl.col("approved_holders").is_not_null() & pl.col("post_id").is_not_null())
    rows = rows.with_columns(_n=pl.col("id_number").n_unique().over("post_id")).filter(
        pl.col("_n") > pl.col("approved_holders")
    )
    return report(rows, TABLE, pl.format("岗位本月有{}人，核定{}人", "_n", "approved_holders"), "post_id")


@rule(
    "POST008",
    "轮流坐庄",
    "warning",
    tables=(TABLE,),
    partly=("registry", POSTS),
    waivable=True,
    bounds=("checks.rotation_holders", "checks.rotation_months"),
    compares="近{checks.rotation_months}个月同一岗位先后的在岗人员",
    hint="查明轮换原因；轮流坐庄的纠正",
)
def rotation(ctx: Month) -> pl.LazyFrame:
    """In the 12 months: 3 holders on one place (n places: n + 2); X–Y–X; or two of one household in turn."""
    rows = _of_the_window(ctx)
    holders = pl.col("_holders")
    limit = ctx.settings.checks.rotation_holders + pl.col("_room") - 1
    flagged = rows.filter(holders >= limit).select(
        *SPOT, _why=pl.lit(f"近{ctx.settings.checks.rotation_months}个月换了多人")
    )
    # Posts have few holders, and none with a single one comes this far.
    why = pl.concat([flagged, *_in_turn(rows.filter(holders > 1), ctx)])
    why = why.group_by(SPOT).agg(pl.col("_why").unique().sort().str.join("；"))
    found = with_others(rows.join(why, on=SPOT), ["post_id"]).filter("_own")
    return report(found, TABLE, pl.format("{}，另见 {}", "_why", "_others"), "post_id")


def _of_the_window(ctx: Month) -> pl.LazyFrame:
    """Roster rows on post in the months that are looked at: `_start`, `_end`, `_home`, `_room` and `_holders` of the post.

    `_own`: of the month's own roster, on which the clerk can mend something.
    """
    since = ctx.month - ctx.settings.checks.rotation_months + 1
    window = months.first_day(since)
    rows = (
        _stays(ctx, since)
        .filter(
            pl.col("post_id").is_not_null()
            & (pl.col("on_post") <= ctx.last)
            & (pl.col("off_post").is_null() | (pl.col("off_post") >= window))
        )
        .with_columns(_start=pl.col("on_post"), _end=pl.coalesce("off_post", "_known_until"))
    )
    # Of how many places nobody says: of as many as are held in the month, for together is not in turn.
    now = pl.col("id_number").filter(pl.col("_end") >= ctx.first).n_unique().over("post_id")
    rows = rows.with_columns(_room=pl.max_horizontal(now.cast(pl.Int64), 1))
    if ctx.has(POSTS):
        known = (
            ctx.table(POSTS).unique("post_id", keep="first", maintain_order=True).select("post_id", "approved_holders")
        )
        rows = rows.join(known, on="post_id", how="left").with_columns(_room=pl.coalesce("approved_holders", "_room"))
    if ctx.has("registry"):
        rows = rows.join(ctx.homes.lazy(), on="id_number", how="left")
    else:
        rows = rows.with_columns(household_id=pl.lit(None, dtype=pl.String))
    rows = rows.with_columns(_home=pl.coalesce("household_id", "id_number"))
    people = rows.select("post_id", "id_number").unique().group_by("post_id").agg(_holders=pl.len())
    return collected(rows.join(people, on="post_id", maintain_order="left"), ctx.size).lazy()


def _stays(ctx: Month, since: int) -> pl.LazyFrame:
    """The month's roster rows, and stays of earlier months' rosters that it does not name any more; `_own`, `_known_until`.

    Whoever left may have been taken off the roster: then he was there to the end of the last month that lists him.
    """
    own = ctx.intake.tables[TABLE].with_columns(_own=pl.lit(value=True), _known_until=pl.lit(ctx.last))
    before = ctx.rows_before(TABLE, since)
    if not before.height:
        return own.lazy()
    stay = ["post_id", "id_number", "on_post"]
    until = {s.index: months.last_day(s.folder) for s in ctx.intake.sources if s.folder is not None}
    gone = before.join(own, on=stay, how="anti", nulls_equal=True, maintain_order="left")
    gone = gone.with_columns(
        _own=pl.lit(value=False),
        _known_until=pl.col("_src").replace_strict(until, default=None, return_dtype=pl.Date),
    )
    last = gone.sort("_known_until", descending=True, maintain_order=True).unique(
        stay, keep="first", maintain_order=True
    )
    return pl.concat([own, last], how="diagonal").lazy()


def _in_turn(rows: pl.LazyFrame, ctx: Month) -> list[pl.LazyFrame]:
    """Rows (`SPOT`, `_why`) of people of one household one after the other on a post, and of who left and came back."""
    several = rows.select("post_id", "id_number", "_home", "_start", "_end", *SPOT)
    left = several.filter(pl.col("_end") < ctx.last)  # nobody begins after that
    pairs = left.join(several, on="post_id", suffix="_b").filter(
        (pl.col("id_number") != pl.col("id_number_b")) & (pl.col("_end") < pl.col("_start_b"))
    )
    family = pairs.filter(pl.col("_home") == pl.col("_home_b"))
    back = pairs.join(
        several.select("post_id", "id_number", _start_c="_start", _src_c="_src", _row_c="_row"),
        on=["post_id", "id_number"],
    )
    back = back.filter(pl.col("_end_b") < pl.col("_start_c"))
    return [
        family.select(*SPOT, _why=pl.lit("同户的人轮流在岗")),
        family.select(_src="_src_b", _row="_row_b", _why=pl.lit("同户的人轮流在岗")),
        back.select(*SPOT, _why=pl.lit("离岗后由他人顶替，又回来")),
        back.select(_src="_src_b", _row="_row_b", _why=pl.lit("离岗后由他人顶替，又回来")),
        back.select(_src="_src_c", _row="_row_c", _why=pl.lit("离岗后由他人顶替，又回来")),
    ]


@rule(
    "POST018",
    "资金来源不明，岗位不在台账，或不是本资金的岗位",
    "error",
    "hold",
    tables=(TABLE, POSTS),
    compares="花名册的岗位编号与岗位台账及其资金来源",
    hint="核对岗位编号和资金来源；其他资金的岗位不在这里发放",
)
def fund(ctx: Month) -> pl.LazyFrame:
    """Unknown post or fund: held. Another fund's post: refused, it follows other rules."""
    rows = ctx.lines.lazy()
    listed = pl.col("fund").is_in(list(ctx.contracts[POSTS].columns["fund"].values))
    known = listed | (pl.col("fund").str.contains(OTHER_FUNDS) & ~pl.col("fund").str.contains("就业"))
    return pl.concat(
        [
            report(rows.filter(~pl.col("post_known")), TABLE, "岗位编号不在岗位台账里", "post_id", **at_stake()),
            report(
                rows.filter(pl.col("post_known") & pl.col("fund").is_null()),
                TABLE,
                "岗位的资金来源没有填，或岗位台账里几行同一编号的资金来源不同",
                "post_id",
                **at_stake(),
            ),
            report(
                rows.filter(pl.col("fund").is_not_null() & ~known),
                TABLE,
                pl.format("岗位的资金来源“{}”不认得", "fund"),
                "post_id",
                **at_stake(),
            ),
            report(
                rows.filter(known & (pl.col("fund") != EMPLOYMENT_FUND)),
                TABLE,
                pl.format("岗位资金是“{}”，不由就业补助资金发放", "fund"),
                "post_id",
                effect="refuse",
                **at_stake(),
            ),
        ],
        how="diagonal",
    )


@rule(
    "POST019",
    "岗位自定的补贴标准与现行标准不同",
    "warning",
    tables=(TABLE, POSTS, "policy:post.standard"),
    bounds=("post.annual_line", "post.standard"),
    compares="岗位台账的月补贴标准与本月现行标准",
    hint="按现行标准改正台账；县里另有标准的写入设置并注明依据",
)
def own_standard(ctx: Month) -> pl.LazyFrame:
    """Where the month has a standard at all."""
    standard = ctx.policy.standard_fen(ctx.month)
    rows = ctx.table(POSTS).filter(
        (pl.col("fund") == EMPLOYMENT_FUND) & (pl.col("standard_fen") != pl.lit(standard, dtype=pl.Int64))
    )
    said = fen_to_yuan(standard or 0)
    return on_holders(ctx, rows, pl.lit(f"岗位台账写的标准与现行 {said} 元不同"), "post_id", "standard_fen")

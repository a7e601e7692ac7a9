"""Attendance (ATT): what is paid for is work that was done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.checks.report import at_stake, place_expr, report
from fupin_cli.checks.rule import rule
from fupin_cli.intake.values import half_width
from fupin_cli.month.roster import DAY, KEYS, days_known
from fupin_cli.month.tables import PLACE
from fupin_cli.policy.months import text_expr
from fupin_cli.policy.rounding import fen_to_yuan_expr

if TYPE_CHECKING:
    from fupin_cli.month.month import Month

TABLE, ROSTER = "attendance", "assignments"
WORKED = (ROSTER, TABLE)
LONGEST = 31  # days that a month can have
# As people write it: with blanks, what it is about before it, more behind it. 不及格 and 不达标 mean the same.
FAILED = r"^(?:本月|年度|季度)?(?:考核|考评|评价)?(?:结果)?[:：为]?(?:不合格|不称职|不及格|不达标|较?差)"


def by_days(ctx: Month) -> bool:
    """Days worked decide the amount (SPEC 2.2)."""
    return ctx.settings.post.proration != "calendar"


def stops(effect: str, *, when: bool) -> dict[str, str]:
    """An effect that a rule has only then; else it warns."""
    return {"effect": effect if when else "none", "severity": "error" if when else "warning"}


@rule(
    "ATT001", "在岗人员没有出勤", "error", "hold", compares="本月花名册与出勤汇总表", hint="补报本月出勤", tables=WORKED
)
def none(ctx: Month) -> pl.LazyFrame:
    """No row, no days worked, or no required days by row or post.

    By the calendar it holds where attendance of the month was handed in at all (SPEC 8.5).
    """
    rows = ctx.judged.lazy()
    handed_in = ctx.attended is not None and not ctx.attended.is_empty()
    effect = stops("hold", when=by_days(ctx) or handed_in)
    have = pl.col("has_attendance")
    differing = (
        ctx.attended.lazy().filter(pl.col("_distinct") > 1).select(KEYS).unique() if ctx.attended is not None else None
    )
    unknown = rows.filter(have & pl.col("attended_x100").is_null())
    no_norm = rows.filter(have & pl.col("attended_x100").is_not_null() & pl.col("required_x100").is_null())
    if differing is not None:  # rows that contradict each other are told as ID007
        unknown = unknown.join(differing, on=KEYS, how="anti")
    absent, words = _absent(ctx, rows.filter(~have))
    found = [
        report(absent, ROSTER, words, "id_number", **effect, **at_stake()),
        report(unknown, ROSTER, "出勤表里没有出勤天数", "id_number", **effect, **at_stake()),
    ]
    if ctx.settings.post.proration == "attendance":
        found.append(
            report(no_norm, ROSTER, "出勤表和岗位台账都没有规定出勤天数，算不出", "id_number", **effect, **at_stake())
        )
    return pl.concat(found)


def _absent(ctx: Month, rows: pl.LazyFrame) -> tuple[pl.LazyFrame, pl.Expr]:
    """Lines without attendance, with what is said of them: that the person's stands there for a post that he is not on, or of another month.

    A post's number that a form writes otherwise (001 as 1), or last month's form with its month left as it was, is nothing
    that was not handed in.
    """
    said, unread = "本月没有这个人在这个岗位的出勤", ctx.unread(TABLE)
    if ctx.attended is None:
        return rows, pl.lit(said + unread)
    stray = ctx.attended.lazy().join(ctx.lines.lazy().select(KEYS), on=KEYS, how="anti").drop_nulls("post_id")
    posts = stray.group_by("id_number").agg(_posts=pl.col("post_id").unique().sort().str.join("、"))
    by_post = pl.concat_str(pl.lit(f"{said}；出勤表里此人的岗位编号是 "), "_posts")
    by_month = pl.concat_str(pl.lit(f"{said}；"), "_misdated")
    told = rows.join(posts, on="id_number", how="left").join(_misdated(ctx), on="id_number", how="left")
    return told, pl.coalesce(by_post, by_month, pl.lit(said + unread))


def _misdated(ctx: Month) -> pl.LazyFrame:
    """People of whom the month's own files have attendance of another month, or of one that cannot be read: where, and which."""
    own = [s.index for s in ctx.intake.sources if s.spec.table == TABLE and s.folder == ctx.month]
    other = pl.col("month").ne_missing(ctx.month) & pl.col("_src").is_in(own)
    which = pl.concat_str(pl.lit(" 写的是 "), text_expr(pl.col("month"))).fill_null(" 没有写明能读懂的年月")
    return (
        ctx.table(TABLE)
        .filter(other)
        .sort(PLACE)
        .unique("id_number", keep="first", maintain_order=True)
        .select("id_number", _misdated=pl.concat_str(place_expr(), which))
    )


def matched(ctx: Month) -> pl.LazyFrame:
    """The month's attendance rows with the line they belong to."""
    facts = ("on_mask", "paid_mask", "contract_mask", "sound_all", "due_fen")
    lines = ctx.lines.lazy().select(*KEYS, *facts, _post_required="post_required_x100", _known=days_known(ctx.month))
    rows = ctx.attended.lazy() if ctx.attended is not None else ctx.table(TABLE).clear()
    return rows.join(lines, on=KEYS)


@rule(
    "ATT002",
    "出勤天数过多",
    "error",
    "hold",
    compares="本月累计出勤天数与规定天数、本月天数、在岗天数",
    hint="核对考勤原始记录",
    tables=WORKED,
)
def too_many(ctx: Month) -> pl.LazyFrame:
    """Over the days of the month or on post: held. Only over the required days: capped at 1, a warning.

    Days on post are those inside a contract and 上岗 … 离岗 (SPEC 9.6); where no contract of the line can be read, or none
    touches the month, other rules speak of the contract, and 上岗 … 离岗 alone is compared. Nothing is, where no day is known.
    """
    rows = matched(ctx)
    worked = pl.col("attended_days_x100")
    known = pl.col("sound_all") & (pl.col("contract_mask") != 0)
    mask = pl.when(known).then("paid_mask").otherwise("on_mask")
    on_post = mask.bitwise_count_ones().cast(pl.Int64) * DAY
    beyond_month = worked > ctx.last.day * DAY
    beyond_post = (worked > on_post) & ~beyond_month & pl.col("_known")
    required = pl.coalesce(pl.when(pl.col("required_days_x100") > 0).then("required_days_x100"), "_post_required")
    over = (worked > required) & ~beyond_month & ~beyond_post
    column = "attended_days_x100"
    return pl.concat(
        [
            report(rows.filter(beyond_month), TABLE, f"出勤天数超过本月的{ctx.last.day}天", column, **at_stake()),
            report(
                rows.filter(beyond_post),
                TABLE,
                pl.format("出勤天数超过本月在岗的{}天（合同期内，上岗至离岗）", mask.bitwise_count_ones()),
                column,
                **at_stake(),
            ),
            report(
                rows.filter(over), TABLE, "出勤天数超过规定天数，按足额算", column, severity="warning", effect="none"
            ),
        ],
        how="diagonal",
    )


@rule(
    "ATT003",
    "出勤为0",
    "error",
    "refuse",
    compares="本月累计出勤天数",
    hint="确未上岗的不发；漏填的补填",
    tables=(ROSTER, TABLE),
)
def zero(ctx: Month) -> pl.LazyFrame:
    """Nothing worked: nothing is paid, by the calendar either."""
    rows = matched(ctx).filter(pl.col("attended_days_x100") == 0)
    return report(rows, TABLE, "本月出勤为0", "attended_days_x100", months=pl.lit(1, dtype=pl.Int64))


@rule(
    "ATT004",
    "不在花名册的人有出勤",
    "warning",
    compares="本月出勤汇总表与花名册",
    hint="补进花名册，或删去出勤",
    tables=WORKED,
)
def not_on_roster(ctx: Month) -> pl.LazyFrame:
    """No line of this person and post in the month."""
    rows = ctx.attended.lazy() if ctx.attended is not None else ctx.table(TABLE).clear()
    return report(
        rows.join(ctx.lines.lazy().select(KEYS), on=KEYS, how="anti"),
        TABLE,
        f"本月花名册里没有这个人在这个岗位{ctx.unread(ROSTER)}",
        "id_number",
    )


@rule(
    "ATT005",
    "全村连续多月满勤",
    "warning",
    bounds=("checks.full_attendance_months",),
    compares="近{checks.full_attendance_months}个月全村各人的出勤与规定天数",
    hint="抽查考勤原始记录",
    tables=(ROSTER, TABLE),
)
def always_full(ctx: Month) -> pl.LazyFrame:
    """Each of the months, two or more people of the village, and all of them full."""
    span = ctx.settings.checks.full_attendance_months
    area = ["county", "township", "village"]
    homes = ctx.table(ROSTER).select("id_number", *area).unique("id_number", keep="last", maintain_order=True)
    rows = (
        ctx.table(TABLE).filter(pl.col("month").is_between(ctx.month - span + 1, ctx.month)).join(homes, on="id_number")
    )
    full = (pl.col("attended_days_x100") >= pl.col("required_days_x100")) & (pl.col("required_days_x100") > 0)
    by_month = rows.group_by(*area, "month").agg(
        _full=full.fill_null(value=False).all(), _people=pl.col("id_number").n_unique()
    )
    villages = by_month.group_by(area).agg(_n=pl.len(), _all=(pl.col("_full") & (pl.col("_people") > 1)).all())
    flagged = villages.filter((pl.col("_n") == span) & pl.col("_all"))
    return report(ctx.lines.lazy().join(flagged, on=area, how="semi"), ROSTER, f"全村连续{span}个月人人满勤", "village")


@rule(
    "ATT006",
    "考核不合格",
    "error",
    "hold",
    compares="出勤汇总表的考核结果",
    hint="按考核办法处理后再发",
    tables=(ROSTER, TABLE),
)
def failed(ctx: Month) -> pl.LazyFrame:
    """不合格 or 不称职, however it is written."""
    rows = ctx.judged.lazy().filter(half_width(pl.col("appraisal")).str.contains(FAILED))
    return report(rows, ROSTER, pl.format("本月考核“{}”", "appraisal"), "id_number", **at_stake())


@rule(
    "ATT008",
    "规定出勤天数不合理",
    "error",
    "hold",
    bounds=("checks.required_days_gap",),
    compares="出勤汇总表的规定出勤天数（没有填的用岗位台账的）与1天、31天，与岗位台账的规定出勤天数",
    hint="核对规定出勤天数；岗位的规定已改的，同时改岗位台账",
    tables=WORKED,
)
def norm(ctx: Month) -> pl.LazyFrame:
    """Required days below 1 pay a month for an hour, above any month's days pay next to nothing: held.

    Unlike the post's own by more than some days: a warning.
    """
    gap, holds = ctx.settings.checks.required_days_gap, stops("hold", when=by_days(ctx))
    row, post = pl.col("required_days_x100"), pl.col("_post_required")
    used = pl.coalesce(pl.when(row > 0).then(row), post)
    rows = matched(ctx).with_columns(_used=used)
    low = (pl.col("_used") > 0) & (pl.col("_used") < DAY)
    high = pl.col("_used") > LONGEST * DAY
    unlike = (row > 0) & (post > 0) & ((row - post).abs() > gap * DAY) & ~low & ~high
    column = "required_days_x100"
    return pl.concat(
        [
            report(rows.filter(low), TABLE, "规定出勤天数不到1天", column, **holds, **at_stake()),
            report(rows.filter(high), TABLE, f"规定出勤天数超过{LONGEST}天", column, **holds, **at_stake()),
            report(
                rows.filter(unlike),
                TABLE,
                pl.format(f"规定出勤天数与岗位台账的 {{}} 天相差超过{gap}天", days_expr(post)),
                column,
                severity="warning",
                effect="none",
            ),
        ],
        how="diagonal",
    )


def days_expr(column: pl.Expr) -> pl.Expr:
    """Hundredths of a day as text without trailing zeros."""
    return fen_to_yuan_expr(column).str.replace(r"\.?0+$", "")


@rule(
    "ATT007",
    "全村多月没有考核",
    "info",
    bounds=("checks.appraisal_months",),
    compares="近几个月出勤汇总表的考核结果，按村；表里没有这一列的不比较",
    hint="指导村两委定期考核评价，考核结果填进出勤汇总表",
    tables=(ROSTER, TABLE),
)
def never_appraised(ctx: Month) -> pl.LazyFrame:
    """Nobody of a village has an appraisal in the last months, among the files that have the column."""
    span, area = ctx.settings.checks.appraisal_months, ["county", "township", "village"]
    homes = ctx.table(ROSTER).select("id_number", *area).unique("id_number", keep="last", maintain_order=True)
    rows = ctx.with_column(TABLE, "appraisal").filter(pl.col("month").is_between(ctx.month - span + 1, ctx.month))
    none = pl.col("appraisal").is_null().all()
    villages = rows.join(homes, on="id_number").group_by(area).agg(_none=none, _months=pl.col("month").n_unique())
    lines = ctx.lines.lazy().filter(pl.col("village").is_not_null())
    first = lines.join(villages.filter("_none"), on=area, maintain_order="left").unique(
        area, keep="first", maintain_order=True
    )
    few = pl.format("（其中有出勤的只有 {} 个月）", "_months")
    few = pl.when(pl.col("_months") < span).then(few).otherwise(pl.lit(""))
    return report(first, ROSTER, pl.format(f"{{}}近{span}个月没有人有考核结果{{}}", "village", few), "village")

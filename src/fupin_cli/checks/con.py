"""Contracts (CON): at most six months each, and one that covers the month."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.checks.overlaps import overlapping
from fupin_cli.checks.report import at_stake, report, with_others
from fupin_cli.checks.rule import rule
from fupin_cli.month.roster import unplaced
from fupin_cli.policy import months

if TYPE_CHECKING:
    from fupin_cli.month.month import Month

TABLE = "assignments"
CONTRACT = (TABLE,)


def current(ctx: Month) -> pl.LazyFrame:
    """Roster rows of the month's lines whose contract or time on post touches the month, or may, with the line's amount due."""
    due = ctx.lines.lazy().select("id_number", "post_id", "due_fen")
    may = pl.col("touches") | pl.col("attended") | unplaced(ctx.month)
    rows = ctx.roster.lazy().filter(pl.col("in_month") & may)
    return rows.join(due, on=["id_number", "post_id"], how="left", nulls_equal=True)


@rule(
    "CON001",
    "没有合同",
    "error",
    "hold",
    compares="合同开始日期、合同结束日期",
    hint="补签合同后补填起止日期",
    tables=CONTRACT,
)
def missing(ctx: Month) -> pl.LazyFrame:
    """Either date is not there or cannot be read."""
    start, end = pl.col("contract_start").is_null(), pl.col("contract_end").is_null()
    column = pl.when(start).then(pl.lit("contract_start")).otherwise(pl.lit("contract_end"))
    return report(current(ctx).filter(start | end), TABLE, "合同起止日期缺失", column, **at_stake())


@rule(
    "CON002",
    "合同超过{post.contract_months}个月",
    "error",
    "hold",
    waivable=True,
    bounds=("post.contract_months",),
    compares="合同结束日期与开始日期加{post.contract_months}个月减1天",
    hint="重签不超过{post.contract_months}个月的合同",
    tables=(TABLE,),
)
def too_long(ctx: Month) -> pl.LazyFrame:
    """End after start + 6 months − 1 day; the month's last day where the sixth month is shorter.

    Not asked of a contract outside the month where another one of the person and post covers some of it.
    """
    limit = ctx.policy.number("post.contract_months", ctx.month)
    latest = pl.col("contract_start").dt.offset_by(f"{limit}mo").dt.offset_by("-1d")
    covers = pl.col("contract_mask") != 0
    renewed = ~covers & covers.any().over("id_number", "post_id")
    rows = current(ctx).filter(pl.col("sound") & ~renewed)
    rows = rows.filter(pl.col("contract_end") > latest).with_columns(_latest=latest)
    return report(
        rows, TABLE, pl.format(f"合同超过{limit}个月，最迟应到 {{}}", "_latest"), "contract_end", **at_stake()
    )


@rule(
    "CON003", "合同结束早于开始", "error", "hold", compares="合同结束日期与开始日期", hint="改正日期", tables=CONTRACT
)
def reversed_dates(ctx: Month) -> pl.LazyFrame:
    """The two dates are in the wrong order."""
    rows = current(ctx).filter(pl.col("contract_end") < pl.col("contract_start"))
    return report(rows, TABLE, "合同结束日期早于开始日期", "contract_end", **at_stake())


@rule(
    "CON004",
    "本月不在合同期内",
    "error",
    "refuse",
    compares="本月与该人该岗各份合同之和",
    hint="合同已到期的续签；续签的补进花名册",
    tables=CONTRACT,
)
def outside(ctx: Month) -> pl.LazyFrame:
    """No day of the month lies in any contract of the line; not asked where a contract's dates are not sound.

    Held where a part of the roster was not read: a renewed contract may stand there.
    """
    rows = ctx.lines.lazy().filter((pl.col("contract_mask") == 0) & pl.col("sound_all"))
    more = ctx.unread(TABLE)
    effect = {"effect": "hold"} if more else {}
    return report(rows, TABLE, f"本月没有一天在合同期内{more}", "contract_end", **effect, **at_stake())


@rule(
    "CON005",
    "一个人的合同重叠",
    "error",
    compares="同一人各份合同的起止，不论岗位",
    hint="核实是否重复录入或一人多岗",
    tables=CONTRACT,
)
def overlap(ctx: Month) -> pl.LazyFrame:
    """Contracts of one person that share a day. Held where rows say of one contract what cannot both be (`_unlike`)."""
    due = ctx.lines.lazy().select("id_number", "post_id", "due_fen")
    rows = overlapping(ctx.roster.lazy().filter(pl.col("sound")), ["id_number"], "contract_start", "contract_end")
    # Rows of one contract overlap, all of them: what they say differently is asked of these alone.
    rows = with_others(rows, ["id_number"]).with_columns(_unlike=_unlike(ctx))
    rows = rows.join(due, on=["id_number", "post_id"], how="left", nulls_equal=True)
    contract = pl.struct("post_id", "contract_start", "contract_end").n_unique().over("id_number")
    once = pl.when(contract == 1).then(pl.lit("同一份合同写了不止一行：")).otherwise(pl.lit("与另一份合同的期限重叠："))
    said = pl.concat_str(once, "_others")
    alike, unlike = rows.filter(pl.col("_unlike") == ""), rows.filter(pl.col("_unlike") != "")
    words = pl.format("同一份合同写了几行，{}不同，分不清以哪一行为准：{}", "_unlike", "_others")
    return pl.concat(
        [
            report(alike, TABLE, said, "contract_start"),
            report(unlike, TABLE, words, "contract_start", effect="hold", **at_stake()),
        ],
        how="diagonal",
    )


def _unlike(ctx: Month) -> pl.Expr:
    """What rows of one person, post and contract (by its start and 上岗日期) say differently, as far as the month is concerned.

    A township hands in its roster once more, with a day of leaving or a new account, and the first file lies there still.
    """
    keys = ["id_number", "post_id", "contract_start", "on_post"]
    told = {
        "离岗日期": pl.min_horizontal(pl.col("off_post").fill_null(ctx.last), pl.lit(ctx.last)),
        "合同结束日期": pl.min_horizontal("contract_end", pl.lit(ctx.last)),
        "银行账号": pl.col("account").drop_nulls(),
        "收款人": pl.col("payee_name").drop_nulls(),
    }
    several = [pl.when(cells.n_unique().over(keys) > 1).then(pl.lit(title)) for title, cells in told.items()]
    return (
        pl.when(pl.col("in_month"))
        .then(pl.concat_str(several, separator="、", ignore_nulls=True))
        .otherwise(pl.lit(""))
    )


@rule(
    "CON006",
    "上岗、离岗日期在合同之外",
    "warning",
    waivable=True,
    compares="本月在岗而不在该人该岗任何一份合同内的天数",
    hint="改正日期，或补上那段时间的合同",
    tables=CONTRACT,
)
def dates_outside(ctx: Month) -> pl.LazyFrame:
    """Days of the month on post before a contract begins, or after one ends, that no contract of person and post covers.

    An empty 离岗日期 says nothing; a renewed contract that begins after 上岗日期 is covered by the one before (SPEC 9.7).
    """
    keys = ["id_number", "post_id"]
    day = pl.duration(days=1)
    spans = (
        ("on_post", "上岗日期", months.day_mask(pl.col("on_post"), pl.col("contract_start") - day, ctx.month)),
        ("off_post", "离岗日期", months.day_mask(pl.col("contract_end") + day, pl.col("off_post"), ctx.month)),
    )
    # Few rows say a day outside their own contract: only of these others are looked for.
    near = current(ctx).filter(pl.col("sound") & pl.any_horizontal(days != 0 for _, _, days in spans))
    others = ctx.roster.lazy().join(near.select(keys), on=keys, how="semi", nulls_equal=True)
    covered = others.group_by(keys).agg(_covered=pl.col("contract_mask").bitwise_or())
    rows = near.join(covered, on=keys, how="left", nulls_equal=True)
    found = []
    for column, title, days in spans:
        bare = days & ~pl.col("_covered")
        outside_any = rows.filter(pl.col(column).is_not_null() & (bare != 0)).with_columns(
            _days=bare.bitwise_count_ones()
        )
        found.append(report(outside_any, TABLE, pl.format(f"{title}在合同之外，本月有{{}}天没有合同", "_days"), column))
    return pl.concat(found)


@rule(
    "CON007",
    "合同即将到期",
    "info",
    bounds=("checks.contract_warning_days",),
    compares="合同结束日期与本月末",
    hint="需要续签的及早办理",
    tables=CONTRACT,
)
def ending(ctx: Month) -> pl.LazyFrame:
    """The line's last contract ends from the month's last day up to so many days later."""
    days = ctx.settings.checks.contract_warning_days
    keys = ["id_number", "post_id"]
    rows = current(ctx).filter(pl.col("sound"))
    final = ctx.roster.lazy().filter(pl.col("sound")).group_by(keys).agg(_final=pl.col("contract_end").max())
    rows = rows.join(final, on=keys, how="left", nulls_equal=True).filter(pl.col("contract_end") == pl.col("_final"))
    left = (pl.col("contract_end") - pl.lit(ctx.last)).dt.total_days()
    return report(rows.filter(left.is_between(0, days)), TABLE, f"合同在本月末起{days}天内到期", "contract_end")


@rule(
    "CON008",
    "同一人的首次核定日期不一致",
    "warning",
    compares="同一人各行的首次核定日期",
    hint="以最早的核定文件为准改成一致",
    tables=(TABLE,),
)
def first_approvals(ctx: Month) -> pl.LazyFrame:
    """All rows of the person on the roster."""
    rows = ctx.table(TABLE).filter(pl.col("first_approval").is_not_null())
    rows = with_others(rows.filter(pl.col("first_approval").n_unique().over("id_number") > 1), ["id_number"])
    return report(rows, TABLE, pl.concat_str(pl.lit("首次核定日期与别的行不一致："), "_others"), "first_approval")

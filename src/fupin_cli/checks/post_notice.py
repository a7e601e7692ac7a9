"""How posts are advertised and paid alike (POST015, POST016)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.checks.post import POSTS, TABLE, on_holders
from fupin_cli.checks.report import report, with_others
from fupin_cli.checks.rule import rule

if TYPE_CHECKING:
    from fupin_cli.month.month import Month

NOTICE = ("duties", "requirements", "pay", "hours", "term", "notice_date")


@rule(
    "POST015",
    "招聘公告缺项",
    "warning",
    tables=(TABLE, POSTS),
    compares="岗位台账的岗位职责、招聘要求、薪酬待遇、劳动时长、在岗时间、公告日期；公告、拟聘公示、上岗的先后",
    hint="补全公告；下次招聘前张贴",
)
def notice(ctx: Month) -> pl.LazyFrame:
    """Which of the six items are not filled, among the columns that the file has; a file with none says nothing."""
    headers = {name: ctx.contracts[POSTS].columns[name].header for name in NOTICE}
    parts = []
    for source in ctx.intake.sources:
        if source.role != "current" or source.spec.table != POSTS:
            continue
        have = [name for name in NOTICE if name in source.positions]
        if have:
            absent = "、".join(headers[name] for name in NOTICE if name not in have)
            empty = [pl.when(pl.col(name).is_null()).then(pl.lit(headers[name])) for name in have]
            lacking = pl.concat_list([*empty, pl.lit(absent or None, dtype=pl.String)]).list.drop_nulls()
            first = pl.coalesce(*(pl.when(pl.col(name).is_null()).then(pl.lit(name)) for name in have), pl.lit(have[0]))
            rows = ctx.table(POSTS).filter(pl.col("_src") == source.index)
            parts.append(rows.with_columns(_lacking=lacking, _first=first).filter(pl.col("_lacking").list.len() > 0))
    said = [_order_of_notice(ctx)]
    if parts:
        lacking = pl.format("公告缺：{}", pl.col("_lacking").list.join("、"))
        said.append(on_holders(ctx, pl.concat(parts), lacking, "post_id", pl.col("_first")))
    return pl.concat(said, how="diagonal")


def _order_of_notice(ctx: Month) -> pl.LazyFrame:
    """Notice before hiring, publicity after the notice and over before anybody starts (三(五) 招聘前).

    Who starts is the first of the holders whom the post took on after its notice: first approved on or after it. Columns that
    the file does not have, and dates that are not filled, say nothing.
    """
    posts = ctx.with_column(POSTS, "notice_date").filter(pl.col("notice_date").is_not_null())
    begun = ctx.table(TABLE).select("post_id", "first_approval", "on_post").filter(pl.col("on_post").is_not_null())
    fresh = (
        posts.select("post_id", "notice_date")
        .join(begun, on="post_id")
        .filter(pl.col("first_approval") >= pl.col("notice_date"))
    )
    first = fresh.group_by("post_id").agg(_started=pl.col("on_post").min())
    rows = posts.join(first, on="post_id", how="left", maintain_order="left")
    notice, started, start, end = (pl.col(c) for c in ("notice_date", "_started", "publicity_start", "publicity_end"))
    return pl.concat(
        [
            report(
                rows.filter(notice > started),
                POSTS,
                pl.format("公告日期 {} 晚于上岗日期 {}", notice, started),
                "notice_date",
            ),
            report(
                rows.filter(start < notice),
                POSTS,
                pl.format("拟聘公示开始 {} 早于公告日期 {}", start, notice),
                "publicity_start",
            ),
            report(
                rows.filter(end >= started),
                POSTS,
                pl.format("拟聘公示结束 {} 不早于上岗日期 {}", end, started),
                "publicity_end",
            ),
        ],
        how="diagonal",
    )


@rule(
    "POST016",
    "同乡同类岗位待遇不一",
    "warning",
    tables=(TABLE, POSTS),
    compares="同一乡镇同一岗位类型的月补贴标准",
    hint="统一待遇",
)
def unlike_pay(ctx: Month) -> pl.LazyFrame:
    """Posts of one kind in one township with different standards of their own."""
    keys = ["county", "township", "post_kind"]
    rows = ctx.table(POSTS).filter(pl.col("standard_fen").is_not_null() & pl.col("post_kind").is_not_null())
    rows = with_others(rows.filter(pl.col("standard_fen").n_unique().over(keys) > 1), keys)
    return on_holders(
        ctx, rows, pl.concat_str(pl.lit("同乡同类岗位的补贴标准不同，另见 "), "_others"), "post_id", "standard_fen"
    )

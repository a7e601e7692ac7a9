"""Who holds a post (POST001–005, 017): whether the policy lets this person be paid for it this month."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.checks.report import at_stake, place_expr, report
from fupin_cli.checks.rule import rule
from fupin_cli.month.month import WEAK
from fupin_cli.month.people import NO_LABOUR
from fupin_cli.month.unread_numbers import UNREAD, WAS, perhaps_in_export
from fupin_cli.policy.idnumber import age_expr
from fupin_cli.policy.law import OURS

if TYPE_CHECKING:
    from fupin_cli.month.month import Month

TABLE = "assignments"
NEEDS_REGISTRY = (TABLE, "registry")


def with_people(ctx: Month) -> pl.LazyFrame:
    """Judged lines with the person's row in the export (`found` tells whether there is one)."""
    columns = [
        "household_id",
        "beneficiary",
        "class_unread",
        "labour_ability",
        "ability_unread",
        "in_school",
        "post",
        "post_help",
    ]
    people = ctx.people.lazy().select(
        "id_number", *(pl.col(c).alias(f"reg_{c}") for c in columns), found=pl.lit(value=True)
    )
    return (
        ctx.judged.lazy().join(people, on="id_number", how="left").with_columns(pl.col("found").fill_null(value=False))
    )


@rule(
    "POST001",
    "在岗人员不是脱贫劳动力",
    "error",
    "refuse",
    waivable=True,
    compares="监测对象信息中有无此人，户类型、监测对象类别",
    hint="核实身份；不符合的应退出岗位",
    tables=NEEDS_REGISTRY,
)
def not_beneficiary(ctx: Month) -> pl.LazyFrame:
    """Presence in the export and the categories only.

    Held where a row of that name there has a number that cannot be read, where neither category can be read, or where a
    part of the export was not read.
    """
    rows = with_people(ctx)
    absent, there = rows.filter(~pl.col("found")), rows.filter("found")
    unread = pl.col("id_number").is_in(perhaps_in_export(ctx, ctx.judged).implode())
    was = pl.col("id_number").is_in(ctx.approved_people.implode()) & ~unread
    unclear, other = pl.col("reg_class_unread"), ~pl.col("reg_beneficiary")
    more = ctx.unread("registry")
    said = (
        (absent.filter(~unread & ~was), f"全国防返贫监测系统的导出里没有这个人{more}", "hold" if more else "refuse"),
        (absent.filter(was), WAS, "hold"),
        (absent.filter(unread), UNREAD, "hold"),
        (
            there.filter(unclear),
            "户类型、监测对象类别没有填、不在可填的范围内，或此人几行不一致，看不出是不是脱贫户、监测对象",
            "hold",
        ),
        (there.filter(other & ~unclear), "既不是脱贫户，也不是监测对象", "refuse"),
    )
    parts = (report(some, TABLE, words, "id_number", effect=effect, **at_stake()) for some, words, effect in said)
    return pl.concat(parts, how="diagonal")


@rule(
    "POST002",
    "在岗人员没有劳动能力",
    "error",
    "refuse",
    compares="监测对象信息的劳动技能",
    hint="核实劳动能力；确已丧失的应退出岗位",
    tables=NEEDS_REGISTRY,
)
def no_ability(ctx: Month) -> pl.LazyFrame:
    """丧失劳动力, 无劳动力, or nothing recorded; held where what is recorded is none of the five."""
    rows = with_people(ctx).filter("found")
    none = pl.col("reg_labour_ability").is_null() | pl.col("reg_labour_ability").is_in(NO_LABOUR)
    message = pl.format("劳动技能为“{}”", pl.col("reg_labour_ability").fill_null("（空）"))
    unread = pl.concat_str(message, pl.lit("，不在可填的范围内，或此人几行不一致，看不出有没有劳动能力"))
    return pl.concat(
        [
            report(rows.filter(none & ~pl.col("reg_ability_unread")), TABLE, message, "id_number", **at_stake()),
            report(rows.filter("reg_ability_unread"), TABLE, unread, "id_number", effect="hold", **at_stake()),
        ],
        how="diagonal",
    )


@rule(
    "POST003",
    "在岗人员未满16周岁或达到年龄上限",
    "error",
    "refuse",
    tables=(TABLE,),
    waivable=True,
    bounds=("post.age_max",),
    compares="身份证号的周岁：本月首个在岗日未满16；本月1日前已满上限",
    hint="办理退出；超龄确需保留的，走豁免",
)
def age(ctx: Month) -> pl.LazyFrame:
    """Under 16 on the first day on post in the month (never waived); the upper age reached by the month's first day."""
    limit = ctx.settings.post.age_max
    rows = ctx.judged.lazy()
    young = rows.filter(age_expr(pl.col("birth"), pl.col("first_on_post")) < ctx.labour_age)
    old = rows.filter(age_expr(pl.col("birth"), ctx.first) >= limit)
    return pl.concat(
        [
            report(young, TABLE, f"在岗时未满{ctx.labour_age}周岁", "id_number", waivable=False, **at_stake()),
            report(old, TABLE, f"本月1日已满{limit}周岁", "id_number", waivable=True, clause=OURS, **at_stake()),
        ],
        how="diagonal",
    )


@rule(
    "POST004",
    "在岗人员在校",
    "error",
    "hold",
    compares="监测对象信息的在校生状况",
    hint="核实是否已毕业；已毕业的先更新监测系统",
    tables=NEEDS_REGISTRY,
)
def in_school(ctx: Month) -> pl.LazyFrame:
    """The export lags behind graduation: held, not refused."""
    return report(
        with_people(ctx).filter(pl.col("reg_in_school")), TABLE, "监测系统登记为在校生", "id_number", **at_stake()
    )


@rule(
    "POST005",
    "一人多岗",
    "error",
    "hold",
    tables=(TABLE,),
    partly=("other_posts",),
    waivable=True,
    compares="同一人本月在岗的各岗位，不论资金和部门",
    hint="只保留首次核定最早的一个岗位，其余办理退出",
)
def several_posts(ctx: Month) -> pl.LazyFrame:
    """The first approved keeps its status (warning), the others are held; another department's may be the first.

    Where it is not known since when the other department's post is held, nobody knows which is the first: ours are held.
    """
    own = ctx.judged.lazy().select(
        "id_number",
        "_src",
        "_file",
        "_sheet",
        "_row",
        "name",
        "post_id",
        "on_post",
        "due_fen",
        _since="first_approval",
        _what=place_expr(),
        _own=pl.lit(value=True),
    )
    parts = [own]
    if ctx.has("other_posts"):
        begun = pl.col("start").is_null() | (
            pl.col("start") <= ctx.last
        )  # of a start that is not known nobody can say no
        others = (
            ctx.listed("other_posts").lazy().filter(begun & (pl.col("end").is_null() | (pl.col("end") >= ctx.first)))
        )
        parts.append(others.select("id_number", _since="start", _what=place_expr(), _own=pl.lit(value=False)))
    rows = pl.concat(parts, how="diagonal").filter(pl.col("id_number").is_duplicated())
    several = rows.sort("id_number", "_since", "on_post", "post_id", nulls_last=True, maintain_order=True).with_columns(
        _nth=pl.int_range(pl.len()).over("id_number")
    )
    undated = ~pl.col("_own") & pl.col("_since").is_null()
    lists = several.group_by("id_number").agg(_all=pl.col("_what").sort().str.join("、"), _undated=undated.any())
    several = several.join(lists, on="id_number", how="left").filter(pl.col("_own"))
    first = (pl.col("_nth") == 0) & ~pl.col("_undated")
    said = (
        pl.when("_undated")
        .then(pl.lit("本月不止一个岗位，他部门岗位的起始日期没有写明或读不出，看不出哪个在先："))
        .when(first)
        .then(pl.lit("本月不止一个岗位，这是首次核定最早的一个："))
        .otherwise(pl.lit("本月不止一个岗位，这个不是首次核定最早的："))
    )
    return report(
        several,
        TABLE,
        pl.concat_str(said, "_all"),
        "post_id",
        severity=pl.when(first).then(pl.lit("warning")).otherwise(pl.lit("error")),
        effect=pl.when(first).then(pl.lit("none")).otherwise(pl.lit("hold")),
        amount_fen=pl.when(~first).then("due_fen"),
        months=pl.when(~first).then(1),
    )


@rule(
    "POST017",
    "弱劳力、半劳力在等而安置了普通劳动力",
    "info",
    tables=(TABLE, "registry", "applicants"),
    compares="岗位申请人中的弱劳力、半劳力与其后上岗的普通劳动力",
    hint="下次招聘优先安置弱劳力、半劳力",
)
def weak_first(ctx: Month) -> pl.LazyFrame:
    """Somebody weak of the same village applied before an ordinary labourer came on post, and is still without one."""
    area = ["county", "township", "village"]
    weak = (
        ctx.people.lazy()
        .filter(pl.col("labour_ability") == WEAK)
        .select("id_number", *(pl.col(c).alias(f"reg_{c}") for c in area))
    )
    waiting = ctx.table("applicants").join(weak, on="id_number").join(ctx.lines.lazy(), on="id_number", how="anti")
    waiting = waiting.with_columns(pl.coalesce(c, f"reg_{c}").alias(c) for c in area)
    waiting = (
        waiting.sort("applied_on", "_row")
        .group_by(area, maintain_order=True)
        .agg(pl.col("applied_on").first(), _what=place_expr().first())
    )
    rows = with_people(ctx).filter(pl.col("reg_labour_ability") == "普通劳动力").join(waiting, on=area)
    rows = rows.filter(
        (pl.col("on_post") >= pl.col("applied_on")) & (pl.col("on_post") >= ctx.first) & (pl.col("on_post") <= ctx.last)
    )
    return report(rows, TABLE, pl.concat_str(pl.lit("同村有弱劳力、半劳力先申请而仍在等："), "_what"), "on_post")

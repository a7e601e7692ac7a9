"""What the national export says of posts (POST013, 014, 020), beside the roster and in itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.checks.places import no_meaning
from fupin_cli.checks.post_people import TABLE
from fupin_cli.checks.report import report
from fupin_cli.checks.rule import rule
from fupin_cli.month.households import first_rows
from fupin_cli.month.people import NO_LABOUR
from fupin_cli.policy.idnumber import age_expr, birth_expr

if TYPE_CHECKING:
    from fupin_cli.month.month import Month

POST_WORDS = r"公益性?岗位"


@rule(
    "POST013",
    "监测系统与花名册的在岗情况不一致",
    "warning",
    compares="监测对象信息的公益性岗位（本人）、公益岗位帮扶（全户）与本月花名册",
    hint="核实后更新监测系统或花名册",
    tables=(TABLE, "registry"),
    partly=("other_posts",),
)
def disagree(ctx: Month) -> pl.LazyFrame:
    """The export says post and the roster does not, or the reverse.

    公益性岗位 is the person's own; 公益岗位帮扶 stands on every row of the household (SPEC 9.12) and is said once of a
    household of which nobody is on a post. Posts of other departments are posts.
    """
    have = {s for c in ("post", "post_help") for s in ctx.sources_with("registry", c)}
    rows = ctx.members.lazy().filter(pl.col("_src").is_in(sorted(have)))
    holders = [ctx.lines.lazy().select("id_number")]
    if ctx.has("other_posts"):
        others = ctx.table("other_posts").filter(
            (pl.col("start") <= ctx.last) & (pl.col("end").is_null() | (pl.col("end") >= ctx.first))
        )
        holders.append(others.select("id_number"))
    on_post = pl.concat(holders).unique().with_columns(_on=pl.lit(value=True))
    rows = rows.join(on_post, on="id_number", how="left", maintain_order="left")
    on = pl.col("_on").fill_null(value=False)
    own, helped = ~no_meaning(pl.col("post")), ~no_meaning(pl.col("post_help"))
    rows = rows.with_columns(
        _own=own, _helped=helped, _home=(on | own | pl.col("aside")).any().over("home"), _said=helped.any().over("home")
    )
    alone = rows.filter(pl.col("_own") & ~on & ~pl.col("aside"))
    homes = first_rows(
        rows.filter(pl.col("_helped") & ~pl.col("_home") & ~pl.col("aside") & pl.col("household_id").is_not_null())
    )
    silent = rows.filter(on & ~pl.col("_own") & ~pl.col("_said")).select("id_number")
    return pl.concat(
        [
            report(alone, "registry", f"监测系统登记有公益性岗位，本月花名册里没有{ctx.unread(TABLE)}", "post"),
            report(homes, "registry", "监测系统登记有公益岗位帮扶，全户没有人在本月花名册里", "post_help"),
            report(
                ctx.judged.lazy().join(silent, on="id_number", how="semi"),
                TABLE,
                "本月在岗，监测系统没有登记公益性岗位",
                "id_number",
            ),
        ]
    )


@rule(
    "POST020",
    "登记在公益性岗位上、花名册里没有，年龄或劳动能力也不符",
    "warning",
    compares="监测对象信息的公益性岗位、务工信息的就业渠道与花名册；身份证号的周岁、劳动技能",
    hint="核实是否在岗：在岗的补入花名册并办理退出，不在岗的更新监测系统",
    tables=(TABLE, "registry"),
    partly=("employment",),
    bounds=("post.age_max",),
)
def unfit_off_roster(ctx: Month) -> pl.LazyFrame:
    """Under 16, of the upper age, or without labour; no roster row of any month. On the registry's row, else the spell's."""
    listed = ctx.table(TABLE).select("id_number").filter(pl.col("id_number").is_not_null()).unique()
    said = ctx.people.lazy().filter(~no_meaning(pl.col("post")))
    found = [report(_unfit(ctx, said.join(listed, on="id_number", how="anti")), "registry", pl.col("_why"), "post")]
    if ctx.has("employment"):
        known = ctx.people.lazy().select("id_number", _ability="labour_ability")
        spells = ctx.table("employment").filter(pl.col("working") & pl.col("channel").str.contains(POST_WORDS))
        spells = spells.join(pl.concat([listed, said.select("id_number")]), on="id_number", how="anti")
        spells = spells.join(known, on="id_number", how="left", maintain_order="left").with_columns(
            labour_ability=pl.coalesce("_ability", "labour_ability"),
            age=age_expr(birth_expr(pl.col("id_number")), ctx.last),
        )
        spells = spells.unique("id_number", keep="first", maintain_order=True)
        found.append(report(_unfit(ctx, spells), "employment", pl.col("_why"), "channel"))
    return pl.concat(found)


def _unfit(ctx: Month, rows: pl.LazyFrame) -> pl.LazyFrame:
    """People who may not be on a post by age or ability, with `_why`."""
    limit, unable = ctx.settings.post.age_max, pl.col("labour_ability").is_in(NO_LABOUR)
    what = (
        pl.when(pl.col("age") < ctx.labour_age)
        .then(pl.lit(f"未满{ctx.labour_age}周岁"))
        .when(pl.col("age") >= limit)
        .then(pl.lit(f"已满{limit}周岁"))
        .when(unable)
        .then(pl.format("劳动技能为“{}”", "labour_ability"))
    )
    return (
        rows.with_columns(_what=what)
        .filter(pl.col("_what").is_not_null())
        .with_columns(_why=pl.format("登记在公益性岗位上，花名册里没有这个人，而且{}", "_what"))
    )


@rule(
    "POST014",
    "公益性岗位与月数填写不一致",
    "warning",
    tables=("registry",),
    bounds=("checks.post_kinds_max",),
    compares="公益性岗位与公益性岗位(月数)",
    hint="补填缺少的一项；岗位种类过多的核实",
)
def post_months(ctx: Month) -> pl.LazyFrame:
    """One of the two is filled and the other is not; or too many kinds of post."""
    rows = ctx.with_column("registry", "post", "post_months")
    held = ~no_meaning(pl.col("post"))
    counted = (pl.col("post_months") > 0).fill_null(value=False)
    limit = ctx.settings.checks.post_kinds_max
    many = held & (
        pl.col("post").str.replace_all(r"[，、;；/]", ",").str.strip_chars(",").str.split(",").list.n_unique() >= limit
    )
    return pl.concat(
        [
            report(rows.filter(held & ~counted), "registry", "填了公益性岗位，没有填月数", "post_months"),
            report(rows.filter(~held & counted), "registry", "填了公益性岗位月数，没有填岗位", "post"),
            report(rows.filter(many), "registry", f"公益性岗位有{limit}种以上", "post"),
        ]
    )

"""Households (ID010–ID013): phones, heads, relations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.checks.registry import report, rule, with_others

if TYPE_CHECKING:
    from fupin_cli.checks.context import Context

MOBILE = r"^1[3-9]\d{9}$"
LANDLINE = r"^0\d{9,11}$"
MALE_RELATIONS = (
    "之子", "之女婿", "之孙子", "之外孙子", "之父", "之岳父", "之公公", "之祖父", "之外祖父", "之曾孙子", "之侄儿", "之叔伯",
)  # fmt: skip
FEMALE_RELATIONS = (
    "之女", "之儿媳", "之孙女", "之外孙女", "之母", "之岳母", "之婆婆", "之祖母", "之外祖母", "之曾孙女", "之侄女", "之兄弟媳妇",
)  # fmt: skip


def _phone_shape(column: str) -> pl.Expr:
    return pl.col(column).str.contains(MOBILE) | pl.col(column).str.contains(LANDLINE)


@rule("ID010", "电话缺失或写法不对", "warning", any_of=("registry", "employment", "assignments"),
      compares="电话列：手机号 1[3-9] 加9位；监测对象每户至少一个电话", hint="补填或改正", clause="四(一)", law="就业意向")  # fmt: skip
def phones(ctx: Context) -> pl.LazyFrame:
    """Malformed wherever a phone is written; missing on employment and roster rows, and for households without any."""
    found = []
    for table, columns in (
        ("registry", ("member_phone", "household_phone")),
        ("employment", ("phone",)),
        ("assignments", ("phone",)),
    ):
        if not ctx.has(table):
            continue
        for column in columns:
            rows = ctx.with_column(table, column)
            if column == "household_phone":  # repeated on every member's row: said once a household
                rows = rows.filter(pl.col("relation") == "户主")
            found.append(report(rows.filter(~_phone_shape(column)), table, "电话号码的写法不对", column))
            if table != "registry":
                found.append(report(rows.filter(pl.col(column).is_null()), table, "没有填电话", column))
    if ctx.has("registry"):
        have = pl.concat(
            [ctx.with_column("registry", c).select("_src", "_row") for c in ("member_phone", "household_phone")]
        ).unique()
        rows = ctx.table("registry").join(have, on=["_src", "_row"], how="semi")
        none = pl.coalesce("member_phone", "household_phone").is_null().all().over("household_id")
        found.append(
            report(
                rows.filter(none & (pl.col("relation") == "户主")), "registry", "全户都没有填电话", "household_phone"
            )
        )
    return pl.concat(found, how="diagonal")


@rule("ID011", "一个电话出现在多户", "warning", tables=("registry",), compares="家庭成员联系电话、户联系电话与户编号",
      hint="核实是否代填；代填的换成本户的电话", clause="四(一)", law="就业意向")  # fmt: skip
def shared_phone(ctx: Context) -> pl.LazyFrame:
    """A household's own phone is looked at on its head's row only."""
    columns = ["id_number", "name", "household_id", "_src", "_file", "_sheet", "_row"]
    own = ctx.with_column("registry", "member_phone").select(
        *columns, phone="member_phone", column=pl.lit("member_phone")
    )
    home = ctx.with_column("registry", "household_phone").filter(pl.col("relation") == "户主")
    home = home.select(*columns, phone="household_phone", column=pl.lit("household_phone"))
    rows = (
        pl.concat([own, home])
        .filter(pl.col("phone").is_not_null())
        .unique(["phone", "_src", "_row"], keep="first", maintain_order=True)
    )
    several = rows.group_by("phone").agg(_n=pl.col("household_id").n_unique()).filter(pl.col("_n") > 1)
    rows = with_others(rows.join(several, on="phone", how="semi"), ["phone"])
    return report(rows, "registry", pl.concat_str(pl.lit("这个电话也是别户的："), "_others"), pl.col("column"))


@rule("ID012", "户主没有或不止一个", "warning", tables=("registry",), compares="同一户编号下与户主关系为“户主”的人数",
      hint="每户只留一个户主；户主去世的，改定新户主", clause="四(一)", law="实名制分类管理")  # fmt: skip
def heads(ctx: Context) -> pl.LazyFrame:
    """Without a head: every row of the household; with several: each of them."""
    rows = ctx.table("registry").filter(pl.col("household_id").is_not_null())
    is_head = (pl.col("relation") == "户主").fill_null(value=False)
    rows = rows.with_columns(_heads=is_head.sum().over("household_id"))
    none = report(rows.filter(pl.col("_heads") == 0), "registry", "这一户没有户主", "relation")
    many = with_others(rows.filter((pl.col("_heads") > 1) & is_head), ["household_id"])
    return pl.concat(
        [none, report(many, "registry", pl.concat_str(pl.lit("这一户不止一个户主，另见 "), "_others"), "relation")]
    )


@rule("ID013", "与户主关系和性别不符", "warning", tables=("registry",), compares="与户主关系与身份证号第17位；配偶与户主的性别",
      hint="核对关系或证号", clause="四(一)", law="实名制分类管理")  # fmt: skip
def relation_sex(ctx: Context) -> pl.LazyFrame:
    """之子 female, 之女 male, …; a spouse of the head's own sex."""
    heads = (
        ctx.people.lazy().filter(pl.col("relation") == "户主").unique("household_id", keep="first", maintain_order=True)
    )
    rows = ctx.people.lazy().join(heads.select("household_id", head_sex="sex_by_id"), on="household_id", how="left")
    relation, sex = pl.col("relation"), pl.col("sex_by_id")
    wrong = (
        (relation.is_in(MALE_RELATIONS) & (sex == "女"))
        | (relation.is_in(FEMALE_RELATIONS) & (sex == "男"))
        | ((relation == "配偶") & (sex == pl.col("head_sex")))
    )
    message = (
        pl.when(relation == "配偶").then(pl.lit("配偶与户主同性别")).otherwise(pl.lit("与户主关系和身份证号的性别不符"))
    )
    return report(rows.filter(wrong), "registry", message, "relation")

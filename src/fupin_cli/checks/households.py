"""Households (ID010–ID013): phones, heads, relations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.checks.report import report, with_others
from fupin_cli.checks.rule import rule
from fupin_cli.month.households import first_rows
from fupin_cli.policy.pension import RETIRED_AGE

if TYPE_CHECKING:
    from fupin_cli.month.month import Month

PHONE = r"^(?:1[3-9][0-9]{9}|0[0-9]{9,11})$"  # mobile or landline; the intake has dropped the dash after the area code
MALE_RELATIONS = (
    "之子",
    "之女婿",
    "之孙子",
    "之外孙子",
    "之父",
    "之岳父",
    "之公公",
    "之祖父",
    "之外祖父",
    "之曾孙子",
    "之侄儿",
    "之叔伯",
)
FEMALE_RELATIONS = (
    "之女",
    "之儿媳",
    "之孙女",
    "之外孙女",
    "之母",
    "之岳母",
    "之婆婆",
    "之祖母",
    "之外祖母",
    "之曾孙女",
    "之侄女",
    "之兄弟媳妇",
)


@rule(
    "ID010",
    "电话缺失或写法不对",
    "warning",
    any_of=("registry", "employment", "assignments", "households"),
    compares="电话列：手机号 1[3-9] 加9位，座机 0 加2或3位区号加7或8位号码（可有 -）；监测对象每户至少一个电话",
    hint="补填或改正",
)
def phones(ctx: Month) -> pl.LazyFrame:
    """Malformed wherever a phone is written; missing on employment and roster rows, and for households without any."""
    found = []
    for table, columns in (
        ("registry", ("member_phone", "household_phone")),
        ("households", ("household_phone",)),
        ("employment", ("phone",)),
        ("assignments", ("phone",)),
    ):
        if not ctx.has(table):
            continue
        for column in columns:
            rows = ctx.with_column(table, column)
            if table == "registry" and column == "household_phone":  # on every member's row: said once a household
                rows = rows.filter(pl.col("relation") == "户主")
            found.append(report(rows.filter(~pl.col(column).str.contains(PHONE)), table, "电话号码的写法不对", column))
            if table in ("employment", "assignments"):
                found.append(report(rows.filter(pl.col(column).is_null()), table, "没有填电话", column))
    if ctx.has("registry"):
        found.append(_silent_homes(ctx))
    return pl.concat(found, how="diagonal")


def _silent_homes(ctx: Month) -> pl.LazyFrame:
    """Households of which no phone is written anywhere, where a file has a column for it; once, on the head."""
    rows = ctx.members.lazy()
    if not ctx.has("households"):
        have = {s for c in ("member_phone", "household_phone") for s in ctx.sources_with("registry", c)}
        rows = rows.filter(pl.col("_src").is_in(sorted(have)))
    elif not ctx.sources_with("households", "household_phone"):
        return report(rows.head(0), "registry", "")
    none = pl.coalesce("member_phone", "household_phone").is_null()
    silent = rows.filter(none & pl.col("household_id").is_not_null() & ~pl.col("aside"))
    silent = first_rows(silent.join(rows.filter(~none).select("home"), on="home", how="anti", maintain_order="left"))
    return report(silent, "registry", "全户都没有填电话", "household_phone")


@rule(
    "ID011",
    "一个电话出现在多户",
    "warning",
    tables=("registry",),
    bounds=("checks.phone_households",),
    compares="家庭成员联系电话、户联系电话与户编号；老人、孩子留的亲属电话只作提示",
    hint="核实是否代填；代填的换成本户的电话",
)
def shared_phone(ctx: Month) -> pl.LazyFrame:
    """A household's own phone is looked at on its head's row only.

    Old people, children and those who cannot work leave a relative's number, who lives in another household (info). A
    warning where people who have a phone of their own share one, or where it stands in more households than the bound.
    """
    columns = ["id_number", "name", "household_id", "home", "_own", "_src", "_file", "_sheet", "_row"]
    people = ctx.people.lazy().with_columns(
        _own=pl.col("labour").fill_null(value=False) & (pl.col("age") < RETIRED_AGE).fill_null(value=True)
    )
    own = people.select(*columns, phone="member_phone", column=pl.lit("member_phone"))
    # The household's phone is the head's, unless nobody at home has one of their own.
    home = people.with_columns(_own=pl.col("_own").any().over("home")).filter(pl.col("relation") == "户主")
    home = home.select(*columns, phone="household_phone", column=pl.lit("household_phone"))
    rows = pl.concat([own, home]).filter(pl.col("phone").is_not_null())
    rows = rows.filter(pl.col("phone").is_duplicated())  # most stand once
    rows = rows.unique(["phone", "_src", "_row"], keep="first", maintain_order=True)
    several = (
        rows.group_by("phone")
        .agg(_n=pl.col("home").n_unique(), _owners=pl.col("home").filter(pl.col("_own")).n_unique())
        .filter(pl.col("_n") > 1)
    )
    rows = with_others(rows.join(several, on="phone"), ["phone"])
    wrong = (pl.col("_owners") > 1) | (pl.col("_n") > ctx.settings.checks.phone_households)
    said = (
        pl.when(wrong)
        .then(pl.lit("这个电话也是别户的："))
        .otherwise(pl.lit("老人或孩子留的电话也是别户的，是亲属的可不改："))
    )
    return report(
        rows,
        "registry",
        pl.concat_str(said, "_others"),
        pl.col("column"),
        severity=pl.when(wrong).then(pl.lit("warning")).otherwise(pl.lit("info")),
    )


@rule(
    "ID012",
    "户主没有或不止一个",
    "warning",
    tables=("registry",),
    compares="同一户编号下与户主关系为“户主”的人数",
    hint="每户只留一个户主；户主去世的，改定新户主",
)
def heads(ctx: Month) -> pl.LazyFrame:
    """Without a head: every row of the household; with several: each of them. Rows set aside are members (SPEC 9.12)."""
    rows = pl.concat([ctx.table("registry"), ctx.members.lazy().filter("aside")], how="diagonal")
    rows = rows.filter(pl.col("household_id").is_not_null())
    is_head = (pl.col("relation") == "户主").fill_null(value=False)
    rows = rows.with_columns(_heads=is_head.sum().over("household_id"), aside=pl.col("aside").fill_null(value=False))
    none = report(rows.filter((pl.col("_heads") == 0) & ~pl.col("aside")), "registry", "这一户没有户主", "relation")
    number = pl.col("id_number")  # one head who stands in two exports is one; of rows without a number each is somebody
    several = (number.drop_nulls().n_unique() + number.null_count()).over("household_id") > 1
    heads_of = rows.filter((pl.col("_heads") > 1) & is_head).filter(several)
    many = with_others(heads_of, ["household_id"]).filter(~pl.col("aside"))
    return pl.concat(
        [none, report(many, "registry", pl.concat_str(pl.lit("这一户不止一个户主，另见 "), "_others"), "relation")]
    )


@rule(
    "ID013",
    "与户主关系和性别不符",
    "warning",
    tables=("registry",),
    compares="与户主关系与身份证号第17位；配偶与户主的性别",
    hint="核对关系或证号",
)
def relation_sex(ctx: Month) -> pl.LazyFrame:
    """之子 female, 之女 male, …; a spouse of the head's own sex."""
    people, relation, sex = ctx.people.lazy(), pl.col("relation"), pl.col("sex_by_id")
    heads = people.filter(relation == "户主").unique("household_id", keep="first", maintain_order=True)
    heads = heads.select("household_id", head_sex="sex_by_id")
    married = people.filter(relation == "配偶").join(heads, on="household_id", maintain_order="left")
    unlike = (relation.is_in(MALE_RELATIONS) & (sex == "女")) | (relation.is_in(FEMALE_RELATIONS) & (sex == "男"))
    return pl.concat(
        [
            report(people.filter(unlike), "registry", "与户主关系和身份证号的性别不符", "relation"),
            report(married.filter(sex == pl.col("head_sex")), "registry", "配偶与户主同性别", "relation"),
        ]
    )

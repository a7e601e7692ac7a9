"""The national export of people and households (REG): who is helped, and whether the record can be true."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.checks.report import report
from fupin_cli.checks.rule import rule
from fupin_cli.month.month import WEAK
from fupin_cli.month.people import NO_LABOUR
from fupin_cli.policy.pension import RETIRED_AGE
from fupin_cli.policy.rounding import fen_to_yuan

if TYPE_CHECKING:
    from fupin_cli.month.month import Month

TABLE = "registry"
WHO = (TABLE,)
ABLE = ("普通劳动力", "技能劳动力")
YOUNG_AGE = 22  # ours: no law says so (docs/decisions/019)
LITTLE_SCHOOLING = ("文盲或半文盲", "小学")
SEVERE_WORDS = r"^(?:[12一二](?:级)?|[ⅠⅡ]级?)$"


@rule(
    "REG001",
    "未满16周岁而不是无劳动力",
    "warning",
    compares="身份证号的周岁与劳动技能",
    hint="劳动技能改为“无劳动力”",
    tables=WHO,
)
def child(ctx: Month) -> pl.LazyFrame:
    """Age on the month's last day, by the birthday."""
    wrong = (pl.col("age") < ctx.labour_age) & (pl.col("labour_ability") != "无劳动力")
    return report(
        ctx.people.lazy().filter(wrong), TABLE, f"未满{ctx.labour_age}周岁，劳动技能应为“无劳动力”", "labour_ability"
    )


@rule(
    "REG002",
    "在校生而不是无劳动力",
    "warning",
    compares="在校生状况与劳动技能",
    hint="劳动技能改为“无劳动力”；已毕业的清空在校生状况",
    tables=WHO,
)
def student(ctx: Month) -> pl.LazyFrame:
    """Persons in school are not labour (一)."""
    wrong = pl.col("in_school") & (pl.col("labour_ability") != "无劳动力")
    return report(ctx.people.lazy().filter(wrong), TABLE, "在校生，劳动技能应为“无劳动力”", "labour_ability")


@rule(
    "REG003",
    "健康、劳动年龄内而记为弱、丧失或无劳动力",
    "warning",
    compares="健康状况、周岁、在校与劳动技能",
    hint="核实身体状况，改正健康状况或劳动技能",
    tables=WHO,
)
def fit(ctx: Month) -> pl.LazyFrame:
    """16 to under 60, healthy and out of school."""
    people = ctx.people.lazy().filter(
        (pl.col("health") == "健康")
        & pl.col("age").is_between(ctx.labour_age, RETIRED_AGE - 1)
        & ~pl.col("in_school")
        & pl.col("labour_ability").is_in([WEAK, *NO_LABOUR])
    )
    return report(people, TABLE, "健康、在劳动年龄内、不在校，却记为“{}”", "labour_ability")


@rule(
    "REG004",
    "重度肢体残疾而记为普通或技能劳动力",
    "warning",
    compares="残疾类别与残疾等级（或残疾证号第19、20位）与劳动技能",
    hint="核对残疾证，改正劳动技能",
    tables=WHO,
)
def severe_disability(ctx: Month) -> pl.LazyFrame:
    """Limb disability of grade 1 or 2, by the columns, else by the card number's characters 19 (4 = 肢体) and 20."""
    by_column = pl.col("disability_kind").str.contains("肢体") & pl.col("disability_grade").str.replace_all(
        r"\s", ""
    ).str.contains(SEVERE_WORDS)
    by_card = (pl.col("_card").str.slice(18, 1) == "4") & pl.col("_card").str.slice(19, 1).is_in(["1", "2"])
    severe = pl.when(pl.col("disability_grade").is_not_null()).then(by_column).otherwise(by_card)
    return report(
        ctx.people.lazy().filter(severe & pl.col("labour_ability").is_in(ABLE)),
        TABLE,
        "肢体一、二级残疾，却记为“{}”",
        "labour_ability",
    )


@rule(
    "REG005",
    "人均纯收入低于监测线而未纳入监测",
    "warning",
    compares="人均纯收入与当年省防止返贫监测标准",
    bounds=("post.annual_line",),
    hint="入户核实；确低于标准的按程序纳入监测",
    tables=(TABLE, "policy:post.standard"),
)
def below_line(ctx: Month) -> pl.LazyFrame:
    """Under the line of the month's year, and none of the three categories; by 户信息 where the registry has no income."""
    line = ctx.policy.line_fen(ctx.month)
    low = (pl.col("income_per_head_fen") < pl.lit(line, dtype=pl.Int64)) & pl.col("monitored_type").is_null()
    said = f"人均纯收入低于当年监测线 {fen_to_yuan(line or 0)} 元，未纳入监测"
    rows = ctx.people.lazy().filter(low)
    if not ctx.has("households"):
        return report(rows, TABLE, said, "income_per_head_fen")
    elsewhere = pl.col("_home_income")
    message = pl.when(elsewhere).then(pl.lit(said + "（收入取自户信息）")).otherwise(pl.lit(said))
    column = pl.when(elsewhere).then(pl.lit("household_id")).otherwise(pl.lit("income_per_head_fen"))
    return report(rows, TABLE, message, column)


@rule(
    "REG009",
    "文化程度与在校生状况填写矛盾",
    "warning",
    compares="文化程度、在校生状况、失学或辍学原因",
    hint="在校的只填在校生状况，不在校的只填文化程度",
    tables=WHO,
)
def schooling(ctx: Month) -> pl.LazyFrame:
    """Both filled; or both empty, and the reason too."""
    rows = ctx.with_column(TABLE, "education", "school")
    education, school = pl.col("education").is_not_null(), pl.col("school").is_not_null()
    return pl.concat(
        [
            report(rows.filter(education & school), TABLE, "文化程度与在校生状况都填了", "education"),
            report(
                rows.filter(~education & ~school & pl.col("dropout_reason").is_null()),
                TABLE,
                "文化程度、在校生状况、失学或辍学原因都没有填",
                "education",
            ),
        ]
    )


@rule(
    "REG010",
    "16至22周岁而只有小学及以下文化",
    "info",
    compares="周岁与文化程度",
    hint="核实是否控辍保学对象，可优先安排培训",
    tables=(TABLE,),
)
def little_schooling(ctx: Month) -> pl.LazyFrame:
    """Out of school, 16 to 22, 小学 or less."""
    young = (
        pl.col("age").is_between(ctx.labour_age, YOUNG_AGE)
        & ~pl.col("in_school")
        & pl.col("education").is_in(LITTLE_SCHOOLING)
    )
    return report(
        ctx.people.lazy().filter(young), TABLE, f"{ctx.labour_age}至{YOUNG_AGE}周岁，文化程度只有“{{}}”", "education"
    )


@rule(
    "REG011",
    "风险识别不满6个月就消除",
    "warning",
    compares="识别监测时间与消除监测时间",
    hint="核实消除程序是否到位",
    tables=WHO,
)
def removed_early(ctx: Month) -> pl.LazyFrame:
    """Removed before six full months after it was found."""
    early = pl.col("risk_removed_on") < pl.col("risk_found_on").dt.offset_by("6mo")
    return report(ctx.people.lazy().filter(early), TABLE, "风险识别到消除不满6个月", "risk_removed_on")


@rule(
    "REG012",
    "与上月相比多出或消失的人",
    "info",
    compares="本月与上一个月份文件夹的监测对象信息",
    tables=(TABLE, "registry@previous"),
    hint="多出的核实来源，消失的核实是死亡、迁出还是漏导",
)
def came_and_went(ctx: Month) -> pl.LazyFrame:
    """People by ID number; those who are gone stand in the month before."""
    now, before = ctx.people.lazy(), ctx.previous(TABLE).unique("id_number", keep="first", maintain_order=True)
    return pl.concat(
        [
            report(now.join(before, on="id_number", how="anti"), TABLE, "上月没有这个人", "id_number"),
            report(
                before.join(now, on="id_number", how="anti"),
                TABLE,
                "本月的导出里没有这个人（所指为上月的行）",
                "id_number",
            ),
        ]
    )


@rule("REG013", "与户主关系没有填", "warning", compares="与户主关系列", hint="补填", tables=WHO)
def no_relation(ctx: Month) -> pl.LazyFrame:
    """The relation decides who may be paid for whom."""
    return report(ctx.table(TABLE).filter(pl.col("relation").is_null()), TABLE, "与户主关系没有填", "relation")


@rule(
    "REG014",
    "60周岁以上而记为普通或技能劳动力",
    "warning",
    compares="身份证号的周岁与劳动技能",
    hint="核实劳动能力；仍能劳动的一般记为“弱劳动力或半劳动力”",
    tables=WHO,
)
def old_and_able(ctx: Month) -> pl.LazyFrame:
    """60 by the month's last day, by the birthday."""
    old = (pl.col("age") >= RETIRED_AGE) & pl.col("labour_ability").is_in(ABLE)
    return report(ctx.people.lazy().filter(old), TABLE, f"已满{RETIRED_AGE}周岁，劳动技能却是“{{}}”", "labour_ability")

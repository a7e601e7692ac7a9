"""The national export household by household (REG006–008, REG015–019): risks, measures and labour of a family.

Measures and risks of a household stand on every row of it, so that the household is judged and not the row; rows that were
set aside for their ID number stay members (SPEC 9.12). Where a rule speaks once of a household, it does on the head's row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.checks.places import no_meaning
from fupin_cli.checks.report import report
from fupin_cli.checks.rule import rule
from fupin_cli.checks.wrk_homes import spells_of_homes
from fupin_cli.month.households import first_rows
from fupin_cli.month.people import NO_LABOUR
from fupin_cli.plans import collected

if TYPE_CHECKING:
    from fupin_cli.month.month import Month

TABLE = "registry"
WATCH = (TABLE,)
ABLE = ("普通劳动力", "技能劳动力")
VOCATIONAL = r"^(?:中职|高职高专|技师学院)"
RISKS = [f"risk_{n}" for n in range(1, 6)]
UNSTABLE_WORK = "因务工就业不稳"
WORK_HELP = ("employment_help", "post_help")
ALL_HELP = (*WORK_HELP, "education_help", "industry_help", "finance_help")


def members(ctx: Month, *columns: str) -> pl.LazyFrame:
    """Members of the households of those files that have the columns: a column that is not there says nothing.

    Of a row without 户编号 nobody knows the household: it is not judged (IN004 says so).
    """
    rows = ctx.members.lazy().filter(pl.col("household_id").is_not_null())
    return rows.filter(pl.col("_src").is_in(ctx.sources_with(TABLE, *columns))) if columns else rows


def of_homes(rows: pl.LazyFrame, some: pl.Expr) -> pl.LazyFrame:
    """The rows of those households of which one row is so: few of them, so that only these are judged as a whole."""
    return rows.join(rows.filter(some).select("home").unique(), on="home", how="semi", maintain_order="left")


def registered(*columns: str) -> pl.Expr:
    """Whether one of the measures stands on the row."""
    return pl.any_horizontal(~no_meaning(pl.col(column)) for column in columns)


def risk(words: str) -> pl.Expr:
    """Whether one of the row's five risks contains the words."""
    return pl.any_horizontal(pl.col(name).str.contains(words, literal=True).fill_null(value=False) for name in RISKS)


def first_risk(words: str) -> pl.Expr:
    """The column of the first risk that contains the words."""
    return pl.coalesce(pl.when(pl.col(name).str.contains(words, literal=True)).then(pl.lit(name)) for name in RISKS)


def nobody_labour() -> pl.Expr:
    """Whether nobody of the household is labour (一); where of somebody nothing is recorded, nobody knows: false."""
    return (~pl.col("labour")).fill_null(value=False).all().over("home")


def once(rows: pl.LazyFrame, message: str, column: str | pl.Expr) -> pl.LazyFrame:
    """One finding a household, on its head's row if that is among the rows."""
    return report(first_rows(rows.filter(~pl.col("aside"))), TABLE, message, column)


def help_column() -> pl.Expr:
    """Which of the two measures of work is registered on the row."""
    first, second = WORK_HELP
    return pl.when(registered(first)).then(pl.lit(first)).otherwise(pl.lit(second))


@rule(
    "REG006",
    "整户无劳动力而没有低保",
    "warning",
    compares="全户劳动技能与享受低保、特困供养政策情况",
    hint="核实是否应纳入低保或特困供养",
    tables=WATCH,
)
def no_labour_household(ctx: Month) -> pl.LazyFrame:
    """Nobody in the household is labour, and nobody has 低保 or 特困供养."""
    rows = members(ctx, "dibao").filter(pl.col("labour_ability").is_not_null())
    cared_for = (pl.col("dibao") | pl.col("destitute")).fill_null(value=False).any()
    none = (pl.col("labour_ability").is_in(NO_LABOUR).all() & ~cared_for).over("home")
    return report(rows.filter(none & ~pl.col("aside")), TABLE, "全户都没有劳动力，也没有享受低保或特困供养", "dibao")


@rule(
    "REG007",
    "风险为缺劳动力而户内劳动力超过四分之一",
    "warning",
    compares="致贫/返贫风险与户内普通、技能劳动力的比例",
    hint="核实风险原因",
    tables=WATCH,
)
def not_lacking(ctx: Month) -> pl.LazyFrame:
    """普通 and 技能 labour are over a quarter of the household."""
    able = pl.col("labour_ability").is_in(ABLE).fill_null(value=False).sum().over("home")
    rows = of_homes(members(ctx), risk("缺劳动力")).with_columns(_able=able, _size=pl.len().over("home"))
    return report(
        rows.filter(risk("缺劳动力") & (pl.col("_able") * 4 > pl.col("_size")) & ~pl.col("aside")),
        TABLE,
        "风险写“缺劳动力”，但户内普通、技能劳动力超过四分之一",
        first_risk("缺劳动力"),
    )


@rule(
    "REG008",
    "雨露计划与职业学校在校情况不符",
    "warning",
    tables=(TABLE,),
    compares="户内有无职业学校在校生（中职、高职高专、技师学院）与户内教育帮扶中的雨露计划",
    hint="应享未享的补报；已毕业或不在职业学校的停发",
)
def rain_dew(ctx: Month) -> pl.LazyFrame:
    """A beneficiary household's vocational student whose household has it nowhere; a household that has it and no such student."""
    vocational = pl.col("school").str.contains(VOCATIONAL).fill_null(value=False)
    gets = pl.col("education_help").str.contains("雨露计划").fill_null(value=False)
    rows = members(ctx, "school", "education_help").with_columns(_student=vocational, _gets=gets)
    rows = of_homes(rows, pl.col("_student") | pl.col("_gets")).with_columns(
        _students=pl.col("_student").any().over("home"), _registered=pl.col("_gets").any().over("home")
    )
    lacking = rows.filter(pl.col("_student") & pl.col("beneficiary") & ~pl.col("_registered") & ~pl.col("aside"))
    return pl.concat(
        [
            report(lacking, TABLE, "职业学校在校生，全户没有登记雨露计划", "education_help"),
            once(
                rows.filter(pl.col("_gets") & ~pl.col("_students")),
                "登记了雨露计划，户内却没有职业学校在校生",
                "education_help",
            ),
        ]
    )


@rule(
    "REG015",
    "风险为务工就业不稳而全户没有劳动力",
    "warning",
    compares="致贫/返贫风险与全户劳动技能、年龄、在校情况",
    hint="核实风险原因或劳动技能",
    tables=WATCH,
)
def unstable_without_labour(ctx: Month) -> pl.LazyFrame:
    """Once a household, on its head."""
    rows = of_homes(members(ctx), risk(UNSTABLE_WORK))
    return once(rows.filter(nobody_labour()), f"风险写“{UNSTABLE_WORK}”，全户却没有劳动力", "labour_ability")


@rule(
    "REG016",
    "风险为务工就业不稳而全户从未务工",
    "warning",
    compares="未消除的致贫/返贫风险与全户的务工记录",
    hint="核实风险原因；务工过的补录务工信息",
    tables=(TABLE, "employment"),
)
def unstable_without_work(ctx: Month) -> pl.LazyFrame:
    """The risk is not removed, and nobody of the household ever had a spell."""
    rows = collected(of_homes(members(ctx), risk(UNSTABLE_WORK) & unremoved()), ctx.size)
    spells = spells_of_homes(ctx).filter(pl.col("home").is_in(rows["home"].unique().implode()))
    worked = spells.filter(pl.col("start").is_not_null() | pl.col("working")).select("home")
    return once(
        rows.lazy().join(worked, on="home", how="anti", maintain_order="left"),
        f"风险“{UNSTABLE_WORK}”没有消除，全户却从来没有务工记录",
        "risk_removed",
    )


@rule(
    "REG017",
    "风险没有消除、有劳动力而没有任何帮扶措施",
    "warning",
    compares="风险是否已消除，普通、技能劳动力，就业、公岗、教育、产业、金融帮扶",
    hint="落实帮扶措施并登记；风险已消除的更新监测系统",
    tables=WATCH,
)
def no_help(ctx: Month) -> pl.LazyFrame:
    """Not removed, with ordinary or skilled labour, and none of the five measures on any row."""
    able = (pl.col("labour_ability").is_in(ABLE) & pl.col("labour")).fill_null(value=False)
    rows = of_homes(members(ctx, "risk_removed", *ALL_HELP), unremoved()).with_columns(
        _judged=(unremoved().any() & able.any() & ~registered(*ALL_HELP).any()).over("home")
    )
    return once(rows.filter("_judged"), "风险没有消除，户内有劳动力，五类帮扶措施却一项也没有登记", "employment_help")


@rule(
    "REG018",
    "登记了就业或公岗帮扶而全户没有劳动力",
    "warning",
    compares="就业帮扶、公益岗位帮扶与全户劳动技能、年龄、在校情况",
    hint="核实劳动技能或帮扶措施",
    tables=WATCH,
)
def help_without_labour(ctx: Month) -> pl.LazyFrame:
    """Once a household."""
    rows = of_homes(members(ctx), registered(*WORK_HELP)).filter(nobody_labour()).filter(registered(*WORK_HELP))
    return once(rows, "登记了就业或公益岗位帮扶，全户却没有劳动力", help_column())


@rule(
    "REG019",
    "就业或公岗帮扶后风险已消除而没有工资性收入",
    "warning",
    compares="就业帮扶、公益岗位帮扶，风险是否已消除与工资性收入",
    hint="核实工资性收入，或风险消除的依据",
    tables=WATCH,
)
def removed_without_wages(ctx: Month) -> pl.LazyFrame:
    """The household's risk was removed with help to work, and its wage income is 0 or empty on every row."""
    earns = (pl.col("wage_income_fen") > 0).fill_null(value=False)
    rows = of_homes(members(ctx, "risk_removed", "wage_income_fen"), registered(*WORK_HELP)).with_columns(
        _judged=(
            registered(*WORK_HELP).any() & pl.col("risk_removed").fill_null(value=False).any() & ~earns.any()
        ).over("home")
    )
    return once(rows.filter("_judged"), "登记了就业或公益岗位帮扶，风险已消除，工资性收入却是0或空", "wage_income_fen")


def unremoved() -> pl.Expr:
    """Whether the row says that the risk is not removed; an empty cell says nothing."""
    return (~pl.col("risk_removed")).fill_null(value=False)

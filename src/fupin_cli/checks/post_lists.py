"""Post holders against the side lists and the employment export (POST009–POST012)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.checks.post_people import TABLE
from fupin_cli.checks.report import at_stake, place_expr, report
from fupin_cli.checks.rule import rule
from fupin_cli.month.listed import prison_terms
from fupin_cli.month.unread_numbers import perhaps_dead
from fupin_cli.policy import places

if TYPE_CHECKING:
    from fupin_cli.month.month import Month


@rule(
    "POST009",
    "在岗人员是村干部或其近亲属，或同户",
    "warning",
    tables=(TABLE, "village_cadres"),
    partly=("registry",),
    waivable=True,
    compares="村干部及近亲属名单与在岗人员及其同户成员",
    hint="核查是否公开招聘；属优亲厚友的纠正",
)
def kin(ctx: Month) -> pl.LazyFrame:
    """Listed in person, or living in the household of somebody listed."""
    listed = (
        ctx.listed("village_cadres")
        .lazy()
        .select("id_number", _what=place_expr())
        .unique("id_number", keep="first", maintain_order=True)
    )
    lines = ctx.judged.lazy()
    own = lines.join(listed, on="id_number")
    found = [report(own, TABLE, pl.concat_str(pl.lit("在村干部及近亲属名单中："), "_what"), "id_number")]
    if ctx.has("registry"):
        homes = ctx.homes.lazy().filter(pl.col("household_id").is_not_null())
        kin_homes = (
            homes.join(listed, on="id_number")
            .select("household_id", "_what")
            .unique("household_id", keep="first", maintain_order=True)
        )
        housed = (
            lines.join(listed, on="id_number", how="anti")
            .join(homes, on="id_number")
            .join(kin_homes, on="household_id")
        )
        found.append(report(housed, TABLE, pl.concat_str(pl.lit("与名单中的人同户："), "_what"), "id_number"))
    return pl.concat(found)


MEND = "核实；名单写错了的，把那一行改正或删去（已经被换掉的名单，把改正后的放进批准那个月的文件夹），再重新计算"
DIED = pl.col("death_date").cast(pl.String).fill_null("没有写明日期")
LISTS = ("public_payroll", "employee_pensions", "employee_insurance", "businesses")


@rule(
    "POST010",
    "在岗人员另有财政工资、职工养老金、职工社保或经营主体",
    "error",
    "hold",
    tables=(TABLE,),
    any_of=LISTS,
    partly=LISTS,
    waivable=True,
    compares="财政供养、职工养老待遇、职工社保、市场主体名单与本月在岗人员",
    hint="核实是否仍符合安置条件；已停止的由名单单位更正",
)
def other_income(ctx: Month) -> pl.LazyFrame:
    """One finding for each list in which the person stands in the month."""
    month = ctx.month

    def in_months(table: str) -> pl.LazyFrame:
        end = pl.col("end_month") if table != "employee_pensions" else pl.lit(None, dtype=pl.Int32)
        started = pl.col("start_month").is_null() | (pl.col("start_month") <= month)
        return ctx.listed(table).lazy().filter(started & (end.is_null() | (end >= month)))

    def in_business(table: str) -> pl.LazyFrame:
        started = pl.col("founded").is_null() | (pl.col("founded") <= ctx.last)
        return (
            ctx.listed(table)
            .lazy()
            .filter(started & (pl.col("cancelled").is_null() | (pl.col("cancelled") >= ctx.first)))
        )

    said = {
        "public_payroll": ("本月由财政供养：", in_months),
        "employee_pensions": ("本月领取职工养老待遇：", in_months),
        "employee_insurance": ("本月以职工身份参保：", in_months),
        "businesses": ("本月名下有市场主体：", in_business),
    }
    found = []
    for table, (message, active) in said.items():
        if ctx.has(table):
            listed = (
                active(table)
                .select("id_number", _what=place_expr())
                .unique("id_number", keep="first", maintain_order=True)
            )
            found.append(
                report(
                    ctx.judged.lazy().join(listed, on="id_number"),
                    TABLE,
                    pl.concat_str(pl.lit(message), "_what"),
                    "id_number",
                    **at_stake(),
                )
            )
    return pl.concat(found)


@rule(
    "POST011",
    "在岗人员已死亡或服刑",
    "error",
    "refuse",
    tables=(TABLE,),
    any_of=("deaths", "prisoners"),
    partly=("deaths", "prisoners"),
    compares="死亡人员、服刑人员名单，花名册备注，与本月",
    hint="办理退出；本月死亡的，死亡前的天数由人工结算",
)
def dead_or_imprisoned(ctx: Month) -> pl.LazyFrame:
    """Dead before the month or imprisoned on any day of it: refused. Died in the month: held, settled by hand.

    Listed with a day that is not written or cannot be read: held, nobody knows whether it lies in the month. Held too is whom
    only an older list names: the newest may tell of new cases alone, or may have been put right.
    """
    found = [*(_dead(ctx) if ctx.has("deaths") else []), *(_imprisoned(ctx) if ctx.has("prisoners") else [])]
    return pl.concat(found, how="diagonal")


def _dead(ctx: Month) -> list[pl.LazyFrame]:
    lines = ctx.judged.lazy()
    dead = ctx.dead.lazy().select("id_number", "death_date", "older", _what=place_expr())
    everybody = lines.join(dead, on="id_number")
    listed = everybody.filter(~pl.col("older"))
    dropped = everybody.filter("older").filter((pl.col("death_date") <= ctx.last).fill_null(value=True))
    unrepeated = pl.format("以前的死亡人员名单里有（{}，{}），最近的名单里没有写到，须核实", "_what", DIED)
    unread = lines.join(_perhaps_dead(ctx), on="id_number")
    perhaps = pl.format("死亡人员名单里有证号读不出、或是15位旧证号的一行（{}），可能是此人，须核实", "_what")
    undated = listed.filter(pl.col("death_date").is_null())
    words = "在死亡人员名单里，死亡日期没有写明或读不出，须核实"
    rows = listed.filter(pl.col("death_date") <= ctx.last)
    before = pl.col("death_date") < ctx.first
    message = pl.format(
        "{}（{}）",
        pl.when(before).then(pl.lit("本月以前已死亡")).otherwise(pl.lit("本月死亡，死亡前的天数由人工结算")),
        "death_date",
    )
    effect = pl.when(before).then(pl.lit("refuse")).otherwise(pl.lit("hold"))
    return [
        report(dropped, TABLE, unrepeated, "id_number", effect="hold", hint=MEND, **at_stake()),
        report(unread, TABLE, perhaps, "id_number", effect="hold", hint=MEND, **at_stake()),
        report(undated, TABLE, words, "id_number", effect="hold", **at_stake()),
        report(rows, TABLE, message, "id_number", effect=effect, **at_stake()),
    ]


def _imprisoned(ctx: Month) -> list[pl.LazyFrame]:
    still = pl.col("end").is_null() | (pl.col("end") >= ctx.first)
    terms = prison_terms(ctx).lazy().filter(still & (pl.col("start").fill_null(ctx.last) <= ctx.last))
    jailed = (
        terms.with_columns(_what=place_expr())
        .group_by("id_number")
        .agg(
            pl.col("older", "_old_number").all(),
            pl.col("_what").first(),
            _known=pl.col("unread").not_().any(),
        )
    )
    everybody = ctx.judged.lazy().join(jailed, on="id_number")
    rows, old_number = everybody.filter(~pl.col("older") & ~pl.col("_old_number")), pl.col("_old_number")
    spelled = pl.format("在服刑人员名单里是15位旧证号（{}），须核实是不是此人", "_what")
    unrepeated = pl.format(
        "以前的服刑人员名单里有（{}），没有写到本月以前已刑满，最近的名单里没有写到，须核实", "_what"
    )
    words = "在服刑人员名单里，起始日期没有写明，或起止日期读不出，须核实"
    return [
        report(
            everybody.filter(~pl.col("older") & old_number), TABLE, spelled, "id_number", effect="hold", **at_stake()
        ),
        report(everybody.filter("older"), TABLE, unrepeated, "id_number", effect="hold", hint=MEND, **at_stake()),
        report(rows.filter("_known"), TABLE, "本月在服刑", "id_number", effect="refuse", **at_stake()),
        report(rows.filter(~pl.col("_known")), TABLE, words, "id_number", effect="hold", **at_stake()),
    ]


def _perhaps_dead(ctx: Month) -> pl.LazyFrame:
    """Holders whom a damaged row of the list may mean, with where it stands."""
    return perhaps_dead(ctx, ctx.judged).lazy().select("id_number", _what=place_expr())


@rule(
    "POST012",
    "在岗人员本月在县外务工",
    "error",
    "hold",
    tables=(TABLE, "employment"),
    waivable=True,
    compares="外出务工的起止、务工所在县与本月在岗",
    hint="核实人在何处；确在外务工的应退出岗位",
)
def away(ctx: Month) -> pl.LazyFrame:
    """A spell not marked 否 that touches the month, in a county that is not the post's.

    One marked 是 whose start is not known has begun; where the county is not filled, another province or city tells.
    """
    begun = (pl.col("start") <= ctx.last).fill_null(value=pl.col("working").fill_null(value=False))
    open_ = pl.col("end").is_null() | (pl.col("end") >= ctx.first)
    spells = ctx.listed("employment").lazy().filter(begun & open_ & pl.col("working").fill_null(value=True))
    area, county = ctx.policy.file.area, pl.col("work_county").is_not_null()
    far = ~places.province(pl.col("work_province")).is_in(["", area.province.removesuffix("省")])
    far |= ~places.city(pl.col("work_city"), area).is_in(["", area.city, *area.counties])
    spells = spells.select(
        "id_number",
        "work_county",
        _far=~county & far,
        _where=pl.coalesce("work_county", pl.concat_str("work_province", "work_city", ignore_nulls=True)),
        _what=place_expr(),
    )
    rows = ctx.judged.lazy().join(spells, on="id_number").filter(pl.col("_far") | ~places.at_home())
    rows = rows.unique(["id_number", "post_id"], keep="first", maintain_order=True)
    return report(rows, TABLE, pl.format("本月在{}务工，见 {}", "_where", "_what"), "id_number", **at_stake())

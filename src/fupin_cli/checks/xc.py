"""What no county can see alone (XC): the results of the comparison of all counties, told on the county's own rows (SPEC 16)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.checks.report import at_stake, report
from fupin_cli.checks.rule import rule
from fupin_cli.policy.months import month_text

if TYPE_CHECKING:
    from fupin_cli.month.month import Month

TABLE, ROSTER, REGISTRY = "across", "assignments", "registry"
HOLD_WORD = "暂缓"


def compared(ctx: Month) -> bool:
    """Whether the counties were compared for this month: the results of another month say nothing of it."""
    text = month_text(ctx.month)
    files = [source for source in ctx.intake.sources if source.spec.table == TABLE]
    own = any(source.folder == ctx.month or (source.folder is None and text in source.file) for source in files)
    return own or ctx.intake.tables[TABLE].filter(pl.col("month") == ctx.month).height > 0


def told(ctx: Month, code: str, effect: str | pl.Expr = "none") -> pl.LazyFrame:
    """Findings of one code for the month, on the county's own rows.

    On every line of the person; of who has none on the row of the registry; of who is in neither on the row that tells it.
    """
    rows = ctx.intake.tables[TABLE].filter(
        (pl.col("month") == ctx.month) & (pl.col("rule_code").str.to_uppercase() == code)
    )
    words = pl.concat_str(pl.col("said"), pl.lit("："), "counties")
    said = rows.with_columns(_message=words).select("id_number", "_message", _effect="effect")
    more = {"effect": effect}
    found, left = [], rows.with_columns(_message=words, _effect="effect")
    if ctx.has(ROSTER):
        lines = ctx.judged.join(said, on="id_number", maintain_order="left")
        found.append(report(lines, ROSTER, pl.col("_message"), "id_number", **more, **at_stake()))
        left = left.join(lines.select("id_number"), on="id_number", how="anti")
    if ctx.has(REGISTRY):
        people = ctx.people.join(left.select("id_number", "_message", "_effect"), on="id_number", maintain_order="left")
        found.append(report(people, REGISTRY, pl.col("_message"), "id_number", **more))
        left = left.join(people.select("id_number"), on="id_number", how="anti")
    found.append(report(left, TABLE, pl.col("_message"), "id_number", **more))
    return pl.concat(found, how="diagonal")


@rule(
    "XC001",
    "同时是几个县的监测对象",
    "warning",
    waivable=True,
    compares="各县监测对象信息里的身份证号码（编码后）",
    hint="与对方县核实户籍和常住地，只留一处",
    tables=(TABLE,),
    partly=(ROSTER,),
)
def two_registries(ctx: Month) -> pl.LazyFrame:
    """One ID number in the registries of two or more counties."""
    return told(ctx, "XC001")


@rule(
    "XC002",
    "本月在几个县的花名册上",
    "error",
    "hold",
    compares="各县本月在岗人员的身份证号码（编码后）",
    hint="与对方县核实人在哪一县上岗，另一县办理退出",
    tables=(TABLE,),
    partly=(ROSTER,),
)
def two_rosters(ctx: Month) -> pl.LazyFrame:
    """One person on the rosters of two or more counties in the month."""
    return told(ctx, "XC002", "hold")


@rule(
    "XC003",
    "各县合计超过岗位补贴最长期限",
    "error",
    "refuse",
    bounds=("post.cap_months",),
    compares="各县已发岗位补贴的月份合在一起（同一个月只算一次）",
    hint="核对各县的发放台账；确已领满的办理退出",
    tables=(TABLE,),
    partly=(ROSTER,),
)
def over_together(ctx: Month) -> pl.LazyFrame:
    """Over the cap in all counties together, not in this county alone, and without the extension to the pension date."""
    return told(ctx, "XC003", "refuse")


@rule(
    "XC004",
    "银行账号与其他县的人相同",
    "warning",
    waivable=True,
    compares="各县花名册、各项补贴申领的银行账号（编码后）",
    hint="与对方县核实账户是谁的",
    tables=(TABLE,),
    partly=(ROSTER,),
)
def shared_account(ctx: Month) -> pl.LazyFrame:
    """One account used by different people of two or more counties."""
    return told(ctx, "XC004")


@rule(
    "XC005",
    "联系电话与其他县的人相同",
    "info",
    waivable=True,
    compares="各县监测对象信息、花名册的联系电话（编码后）",
    hint="核实电话是不是本人的",
    tables=(TABLE,),
    partly=(ROSTER,),
)
def shared_phone(ctx: Month) -> pl.LazyFrame:
    """One phone used by different people of two or more counties."""
    return told(ctx, "XC005")


@rule(
    "XC006",
    "同一个月几个县都发了岗位补贴",
    "error",
    compares="各县补贴发放台账和账本中已发的月份",
    hint="与对方县核实实际上岗在哪里，多发的一县追回",
    tables=(TABLE,),
    partly=(ROSTER,),
)
def paid_twice(ctx: Month) -> pl.LazyFrame:
    """One person paid for one month by two or more counties."""
    return told(ctx, "XC006")


@rule(
    "XC007",
    "其他县的名单显示已死亡、服刑或由财政供养",
    "error",
    "refuse",
    compares="其他县的死亡、服刑、财政供养名单与本县在岗、发放",
    hint="与对方县核实；属实的办理退出，多发的追回",
    tables=(TABLE,),
    partly=(ROSTER,),
)
def on_others_lists(ctx: Month) -> pl.LazyFrame:
    """On another county's list of the dead, of prisoners or of the public payroll: effect of POST010, POST011.

    What the table does not say, or says otherwise, refuses: nobody frees a line by a word in a cell.
    """
    return told(ctx, "XC007", pl.when(pl.col("_effect") == HOLD_WORD).then(pl.lit("hold")).otherwise(pl.lit("refuse")))

"""Caps over time (CAP): months used, the pension month, the policy's term, what excludes each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.checks.claim_faults import TABLES, measure_findings
from fupin_cli.checks.report import at_stake, report
from fupin_cli.checks.rule import rule
from fupin_cli.policy import months
from fupin_cli.policy.wording import Wording

if TYPE_CHECKING:
    from fupin_cli.measures.claimed import Claimed
    from fupin_cli.month.month import Month

TABLE, HISTORY = "assignments", "payment_history"


def limit(ctx: Month) -> int:
    """The cap in months: the policy's, or the county's own in its place."""
    return ctx.policy.cap_months(ctx.month)


def after_pension(ctx: Month) -> pl.Expr:
    """Whether the month is after the month in which the pension date falls."""
    return (months.index_expr(pl.col("pension_date")) < ctx.month).fill_null(value=False)


def over_cap(ctx: Month) -> pl.LazyFrame:
    """Lines whose person has used the cap before this month, by the county's way of counting (SPEC 8.7)."""
    rows = ctx.months_used.lazy()
    if ctx.settings.post.month_count == "calendar_span":
        spent = (ctx.month - pl.col("first_paid") >= limit(ctx)).fill_null(value=False)
    else:
        spent = pl.col("used_num") >= pl.col("used_den") * limit(ctx)
    return rows.filter(spent)


@rule(
    "CAP001",
    "岗位补贴超过{post.cap_months}个月",
    "error",
    "refuse",
    waivable=True,
    compares="补贴发放台账中已发的月数",
    hint="办理退出；距养老金领取不足{post.extension_years}年的，核对首次核定日期",
    tables=(TABLE, HISTORY),
    bounds=("post.cap_months", "post.month_count"),
)
def over(ctx: Month) -> pl.LazyFrame:
    """The cap is used and the person was not within five years of the pension date at first approval."""
    rows = over_cap(ctx).filter(~pl.col("extended"))
    return report(
        rows, TABLE, pl.format(f"已发{{}}个月，最长{limit(ctx)}个月", "months_counted"), "id_number", **at_stake()
    )


@rule(
    "CAP002",
    "岗位补贴即将满{post.cap_months}个月",
    "info",
    stage="last",
    compares="本月发放后的月数",
    hint="提前告知本人，安排退出后的就业服务",
    tables=(TABLE, HISTORY),
    bounds=("post.cap_months", "checks.cap_warning_months"),
)
def near(ctx: Month) -> pl.LazyFrame:
    """The line pays, without extension, and few months are left after it (also where only a fraction is left)."""
    rows = with_left(ctx).filter((pl.col("_left") >= 0) & (pl.col("_whole") <= ctx.settings.checks.cap_warning_months))
    return report(rows, TABLE, pl.format("发完本月还剩{}个月", "_left"), "id_number", months=pl.col("_left"))


def with_left(ctx: Month) -> pl.LazyFrame:
    """Lines without extension, with what the cap leaves after this month, by the county's way of counting.

    `_left`: whole months; `_whole`: the same with a part of a month as one.
    """
    cap = limit(ctx)
    rows = ctx.months_used.lazy().filter(~pl.col("extended"))
    if ctx.settings.post.month_count == "calendar_span":
        span = (
            pl.when(pl.col("first_paid") <= ctx.month)
            .then(ctx.month - pl.col("first_paid") + 1)
            .otherwise(1)
            .fill_null(1)
        )
        rows = rows.with_columns(_left=(cap - span).cast(pl.Int64))
    elif ctx.settings.post.month_count == "prorated":
        share_num = pl.min_horizontal("numerator_x100", "divisor_x100").fill_null(1).cast(pl.Int128)
        share_den = pl.col("divisor_x100").fill_null(1).cast(pl.Int128)
        after = pl.col("used_num") * share_den + share_num * pl.col("used_den")
        one = pl.col("used_den") * share_den
        rest = pl.max_horizontal(cap * one - after, pl.lit(0, dtype=pl.Int128))
        return rows.with_columns(_left=(rest // one).cast(pl.Int64), _whole=((rest + one - 1) // one).cast(pl.Int64))
    else:
        rows = rows.with_columns(_left=(cap - pl.col("months_counted") - 1).cast(pl.Int64))
    return rows.with_columns(_whole="_left")


@rule(
    "CAP003",
    "已过养老金领取月",
    "error",
    "refuse",
    tables=(TABLE,),
    waivable=True,
    partly=(HISTORY,),
    bounds=("post.after_pension", "post.scheme"),
    compares="法定养老金领取日期与本月",
    hint="办理退出；参保类型不清的先核实",
)
def pension(ctx: Month) -> pl.LazyFrame:
    """After the pension month, by the county's setting; always refused with the extension. Unknown scheme: held."""
    rows = ctx.months_used.lazy()
    chosen = ctx.settings.post.after_pension
    effect = {"refuse": "refuse", "hold": "hold", "within_36": "none"}[chosen]
    late = rows.filter(after_pension(ctx))
    extended = pl.col("extended")
    unclear = rows.filter(pl.col("scheme").is_null())
    return pl.concat(
        [
            report(
                late,
                TABLE,
                pl.format("养老金领取日期为 {}，其后的月份不再发", "pension_date"),
                "id_number",
                effect=pl.when(extended).then(pl.lit("refuse")).otherwise(pl.lit(effect)),
                severity=pl.when(extended | pl.lit(effect != "none")).then(pl.lit("error")).otherwise(pl.lit("info")),
                **at_stake(),
            ),
            report(
                unclear,
                TABLE,
                pl.when(pl.col("insured_type").is_null() | pl.col("insured_type").str.contains("职工"))
                .then(pl.lit("女职工没有写明是干部还是工人，定不了养老金领取年龄"))
                .otherwise(pl.format("参保类型“{}”不认得，定不了养老金领取年龄", "insured_type")),
                "insured_type",
                effect="hold",
                severity="error",
                hint="在花名册的参保类型里填城乡居民、职工男、职工女干部或职工女工人",
                **at_stake(),
            ),
        ],
        how="diagonal",
    )


@rule(
    "CAP004",
    "超过{post.cap_months}个月又不符合延长条件",
    "info",
    compares="首次核定日期距养老金领取日期是否不足{post.extension_years}年",
    hint="核对首次核定文件",
    tables=(TABLE, HISTORY),
)
def no_extension(ctx: Month) -> pl.LazyFrame:
    """More than the cap was counted already: as if an extension had been claimed, which the dates do not give."""
    rows = over_cap(ctx).filter(~pl.col("extended") & (pl.col("months_counted") > limit(ctx)))
    known = pl.col("person_approval").is_not_null()
    far = Wording("不少于{post.extension_years}年（或已过），不能延长").filled(ctx.policy, ctx.month)
    message = (
        pl.when(known)
        .then(pl.format(f"首次核定 {{}}，距养老金领取日期 {{}} {far}", "person_approval", "pension_date"))
        .otherwise(pl.lit("不知道首次核定日期，不能延长"))
    )
    return report(rows, TABLE, message, "first_approval", months=pl.col("months_counted") - limit(ctx))


@rule(
    "CAP008",
    "月份不在政策执行期内",
    "error",
    "refuse",
    any_of=(TABLE, *TABLES),
    compares="本月与政策执行期，享受依据",
    bounds=("policy.extend_to",),
    hint="政策延期的，把延期文件写入 [policy] extend_to；老政策享受期未满的，填享受依据",
)
def term(ctx: Claimed) -> pl.LazyFrame:
    """Refused outside the term, except what runs on under the two older documents (SPEC 8.14)."""
    others = measure_findings(ctx, "CAP008").lazy()
    if ctx.policy.in_term(ctx.month) or not ctx.has(TABLE):
        return others
    bases = ctx.judged["basis"].drop_nulls().unique().to_list()
    older = [basis for basis in bases if ctx.policy.is_grandfathered(basis)]
    rows = ctx.judged.lazy().filter(~pl.col("basis").is_in(older).fill_null(value=False))
    file = ctx.policy.file
    message = f"政策执行期为 {file.valid_from} 至 {months.last_day(ctx.policy.last_month)}"
    return pl.concat([report(rows, TABLE, message, "id_number", **at_stake()), others], how="diagonal")


@rule(
    "CAP009",
    "不能同时享受的补贴",
    "error",
    "refuse",
    any_of=TABLES,
    partly=(TABLE, HISTORY),
    waivable=True,
    compares="同一人本月的岗位补贴、单位补贴、灵活就业社保补贴，满勤与培训",
    hint="只留一项；岗位补贴不受影响",
)
def exclusive(ctx: Claimed) -> pl.DataFrame:
    """Measures of one person that exclude each other in one month: the flexible or employer line is refused."""
    return measure_findings(ctx, "CAP009")


@rule(
    "CAP010",
    "一次性补贴重复发放",
    "error",
    "refuse",
    any_of=TABLES,
    partly=(HISTORY,),
    compares="补贴发放台账和账本中同一人的同一项",
    hint="核实以前的发放；确未发放的改正台账",
)
def once(ctx: Claimed) -> pl.DataFrame:
    """What is paid once only was paid before, or is claimed twice."""
    return measure_findings(ctx, "CAP010")

"""Accounts and payees (ID014–ID016): where the money goes."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.checks.report import report, with_others
from fupin_cli.checks.rule import rule

if TYPE_CHECKING:
    from fupin_cli.month.month import Month

ROSTER = "assignments"
CARD_LENGTHS = (16, 19)
POSSIBLE = "^[0-9]{8,32}$"


@cache
def _luhn_sums() -> pl.Series:
    """Of each number of four digits, the second and fourth from the right doubled: the sum of all digits, modulo 10."""
    doubled = [2 * digit - (9 if digit > 4 else 0) for digit in range(10)]  # noqa: PLR2004 - a doubled digit above 9 loses 9
    pairs = [twice + once for twice in doubled for once in range(10)]
    return pl.Series([(left + right) % 10 for left in pairs for right in pairs], dtype=pl.UInt8)


def luhn_expr(number: pl.Expr) -> pl.Expr:
    """Whether a number of up to 19 digits passes the Luhn test; its digits are looked up by fours from the right."""
    value = number.cast(pl.UInt64, strict=False)
    fours = (value // 10**place % 10**4 for place in range(0, max(CARD_LENGTHS), 4))
    sums = (pl.lit(_luhn_sums()).gather(four.cast(pl.UInt32)).cast(pl.Int64) for four in fours)
    return sum(sums, start=pl.lit(0)) % 10 == 0


@rule(
    "ID014",
    "银行账号缺失或不可能，或卡号校验不过",
    "error",
    "hold",
    tables=("assignments",),
    waivable=True,
    compares="银行账号列是否为空、是否8至32位数字；16、19位卡号的 Luhn 校验",
    hint="向本人要卡或一卡通复印件，核对后补填",
)
def account(ctx: Month) -> pl.LazyFrame:
    """Missing or impossible holds and cannot be waived; a card number that fails its own check is a warning."""
    rows = ctx.table(ROSTER)
    missing = rows.filter(pl.col("account").is_null()).join(ctx.roster_accounts_lost, on=["_src", "_row"], how="anti")
    impossible = rows.filter(pl.col("account").is_not_null() & ~pl.col("account").str.contains(POSSIBLE))
    is_card = pl.col("account").str.contains(r"^[0-9]+$") & pl.col("account").str.len_chars().is_in(CARD_LENGTHS)
    wrong = rows.filter(is_card & ~luhn_expr(pl.col("account")))
    return pl.concat(
        [
            report(missing, ROSTER, "没有填银行账号", "account", waivable=False),
            report(impossible, ROSTER, "银行账号不是8至32位数字，银行付不了", "account", waivable=False),
            report(wrong, ROSTER, "卡号校验不过，多半录错了", "account", severity="warning", effect="none"),
        ],
        how="diagonal",
    )


@rule(
    "ID015",
    "一个账号用在多户",
    "warning",
    tables=("assignments", "registry"),
    waivable=True,
    compares="银行账号与户编号",
    hint="核实账号归谁；不是本人或户主的，换成本人的账号",
)
def shared_account(ctx: Month) -> pl.LazyFrame:
    """Inside one household an account may be shared; a person not in the export is a household of one."""
    rows = ctx.table(ROSTER).filter(pl.col("account").is_not_null()).join(ctx.homes.lazy(), on="id_number", how="left")
    rows = rows.with_columns(_home=pl.coalesce("household_id", "id_number"))
    several = rows.group_by("account").agg(_n=pl.col("_home").n_unique()).filter(pl.col("_n") > 1)
    rows = with_others(rows.join(several, on="account", how="semi"), ["account"])
    return report(rows, ROSTER, pl.concat_str(pl.lit("这个账号也用在别户："), "_others"), "account")


@rule(
    "ID016",
    "收款人既不是本人也不是户主",
    "error",
    "hold",
    tables=("assignments", "registry"),
    waivable=True,
    compares="收款人姓名、收款人身份证号与本人、户主",
    hint="改为本人或户主的账户；确需他人代领的，走豁免",
)
def payee(ctx: Month) -> pl.LazyFrame:
    """An empty payee is the person. Name and number must both fit the same one of the two."""
    rows = ctx.table(ROSTER).filter(pl.col("payee_name").is_not_null() | pl.col("payee_id").is_not_null())
    rows = rows.join(ctx.homes.lazy(), on="id_number", how="left").join(ctx.heads.lazy(), on="household_id", how="left")

    def fits(number: str, name: str) -> pl.Expr:
        by_number = pl.col("payee_id").is_null() | (pl.col("payee_id").str.head(18) == pl.col(number))
        by_name = pl.col("payee_name").is_null() | (pl.col("payee_name") == pl.col(name))
        return (by_number & by_name).fill_null(value=False)

    wrong = rows.filter(~fits("id_number", "name") & ~fits("head_id", "head_name"))
    return report(wrong, ROSTER, "收款人既不是本人，也不是本户户主", "payee_name")

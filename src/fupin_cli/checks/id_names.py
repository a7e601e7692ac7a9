"""Names beside a number (ID006, ID008): one person, one name, in letters that the bank can write."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.checks.idc import ROSTER, told_of
from fupin_cli.checks.report import report, with_others
from fupin_cli.checks.rule import rule

if TYPE_CHECKING:
    from fupin_cli.month.month import Month

NAME_MARKS = r"[^\p{Han}\p{L}·]"


@rule(
    "ID006",
    "同一身份证号，姓名不同",
    "error",
    compares="各表中同一身份证号的姓名",
    hint="核对证件原件，改正写错的一处",
)
def names_differ(ctx: Month) -> pl.LazyFrame:
    """Inside one table or across tables; every row of the person is named."""
    _, several = ctx.names
    plain = ctx.numbers.filter(pl.col("kind").is_null() & pl.col("_who").is_in(several.implode()))
    rows = ctx.naming(plain["id_number"]).lazy().filter(pl.col("name").is_not_null())
    rows = with_others(rows, ["id_number"])
    return told_of(rows, "name", pl.concat_str(pl.lit("同一身份证号在别处姓名不同，见 "), "_others"))


@cache
def unencodable(characters: str, encoding: str) -> frozenset[str]:
    """Characters that an encoding lacks."""
    return frozenset(c for c in characters if not _encodes(c, encoding))


def _encodes(character: str, encoding: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


@rule(
    "ID008",
    "姓名写法不对，或有银行编码里没有的字",
    "error",
    "hold",
    bounds=("bank.encoding",),
    compares="各表姓名；花名册的姓名、收款人姓名与银行代发文件的编码",
    hint="删去数字、空格、标点（· 可用）；生僻字与银行商定写法后改收款人姓名",
)
def name_shape(ctx: Month) -> pl.LazyFrame:
    """Digits and marks anywhere (warning); on the roster, characters that the bank's file cannot carry (holds)."""
    names, _ = ctx.names
    odd = ctx.naming(names.filter(names.str.contains(NAME_MARKS)), "name")
    found = [
        told_of(odd.lazy(), "name", pl.lit("姓名里有数字、空格或标点")).with_columns(
            severity=pl.lit("warning"), effect=pl.lit("none")
        )
    ]
    if ctx.has(ROSTER):
        encoding = ctx.settings.bank.encoding
        for column in ("name", "payee_name"):
            names = ctx.intake.tables[ROSTER][column].drop_nulls().unique()
            rare = unencodable("".join(sorted(set("".join(names)))), encoding)
            if rare:
                rows = ctx.table(ROSTER).filter(
                    pl.col(column).str.contains("[" + re.escape("".join(sorted(rare))) + "]")
                )
                found.append(report(rows, ROSTER, f"姓名里有 {encoding} 编码没有的字，银行文件写不进去", column))
    return pl.concat(found, how="diagonal")

"""Scale (SCL): employment and posts kept stable against the month before and the same month last year (前言, 三(五))."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.checks.report import report
from fupin_cli.checks.rule import rule
from fupin_cli.checks.unreported import by_township
from fupin_cli.month.states import WORKING, lent, post_holders, work_states
from fupin_cli.policy.months import month_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fupin_cli.month.month import Month

REGISTRY, EMPLOYMENT, ROSTER = "registry", "employment", "assignments"
TOWN = ["county", "township"]
WHOLE = "全县"


def employed(month: Month) -> pl.DataFrame:
    """People of the roster who work in the month: id_number, county, township."""
    helped = month.people.filter("beneficiary").select("id_number", *TOWN)
    busy = work_states(month).filter(pl.col("state").is_in(WORKING)).select("id_number")
    return helped.join(busy, on="id_number", how="semi", maintain_order="left")


def holders(month: Month) -> pl.DataFrame:
    """People with a post whose contract or spell touches the month: id_number, county, township."""
    return post_holders(month).select("id_number", *TOWN).unique("id_number", keep="first", maintain_order=True)


def _fallen(month: Month, tables: Sequence[str], count: Callable[[Month], pl.DataFrame], what: str) -> pl.LazyFrame:
    """Counties and townships where a number has fallen by more than the bound, on their first row of the first of `tables`."""
    table = tables[0]
    bound = Fraction(month.settings.checks.scale_drop)
    now, rows = count(month), month.table(table).collect()
    parts = [report(rows.clear(), table, "")]
    for name, reference in (("上月", month.before), ("去年同月", month.year_ago)):
        if reference is None or not reference.has(table):
            continue
        then = count(lent(reference, month))
        for keys in (["county"], TOWN):
            sizes = (
                then.group_by(keys)
                .agg(_then=pl.len().cast(pl.Int64))
                .join(now.group_by(keys).agg(_now=pl.len().cast(pl.Int64)), on=keys, how="left", nulls_equal=True)
            )
            less = sizes.with_columns(pl.col("_now").fill_null(0)).filter(
                (pl.col("_then") - pl.col("_now")) * bound.denominator > pl.col("_then") * bound.numerator
            )
            if less.is_empty():
                continue
            first = rows.unique(keys, keep="first", maintain_order=True).select(*keys, "_src", "_row")
            placed = less.join(first, on=keys, how="left", nulls_equal=True).sort(keys)
            where = pl.lit(WHOLE) if keys == ["county"] else pl.col("township").fill_null("（未填乡镇）")
            placed = placed.join(_silent(month, keys), on=keys, how="left", nulls_equal=True, maintain_order="left")
            said = pl.format(
                f"{{}}{what} {{}} 人，{name}（{month_text(reference.month)}）{{}} 人，减少超过 {bound * 100} %{{}}{{}}",
                where,
                "_now",
                "_then",
                pl.col("_silent").fill_null(""),
                pl.lit(month.unread(*tables)),
            )
            parts.append(report(placed, table, said, keys[-1]))
    return pl.concat(parts, how="diagonal")


def _silent(month: Month, keys: list[str]) -> pl.DataFrame:
    """Of counties or townships, which townships handed in no roster (IN015), in words: who is counted as gone may be there."""
    late = by_township(month).filter(pl.col("missing") & (pl.col("table") == ROSTER))
    names = late.group_by(keys).agg(_late=pl.col("township").sort().str.join("、"))
    return names.select(*keys, _silent=pl.format("；{}没有报送在岗人员花名册", "_late"))


@rule(
    "SCL001",
    "就业规模下降",
    "warning",
    tables=(REGISTRY, EMPLOYMENT),
    any_of=("registry@before", "registry@year_ago"),
    partly=("registry@before", "registry@year_ago"),
    compares="在业的脱贫人口、监测对象人数，与上月、去年同月，按县和乡镇",
    hint="了解减少的原因，安排岗位",
    bounds=("checks.scale_drop",),
)
def fewer_working(month: Month) -> pl.LazyFrame:
    """People who work, against both months."""
    return _fallen(month, (REGISTRY, EMPLOYMENT, ROSTER), employed, "在业")


@rule(
    "SCL002",
    "乡村公益性岗位规模下降",
    "warning",
    tables=(ROSTER,),
    any_of=("assignments@before", "assignments@year_ago"),
    partly=("assignments@before", "assignments@year_ago"),
    compares="在岗人数，与上月、去年同月，按县和乡镇",
    hint="了解减少的原因；政策要求规模总体稳定",
    bounds=("checks.scale_drop",),
)
def fewer_holders(month: Month) -> pl.LazyFrame:
    """Holders of posts, against both months."""
    return _fallen(month, (ROSTER,), holders, "在岗")

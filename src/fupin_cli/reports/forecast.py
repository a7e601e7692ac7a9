"""People and money of the months to come, to the policy's end (SPEC 14; 三(五), 附则): a forecast of what is paid now.

Nobody joins in it: it says what those who are paid (or held) in the month will cost until their caps, their pension or the
policy end. Money is fen, months are month indexes, shares of a month are exact fractions.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from itertools import accumulate
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.policy.rounding import HALF_UP

if TYPE_CHECKING:
    from collections.abc import Mapping

BIG = pl.Int128
MANY_MONTHS = 1200  # beyond any policy's term
PAYING, HELD = "pay", "hold"
CAP, PENSION, TERM, CONTRACT = "cap", "pension", "term", "contract"
WHY_WORDS = {CAP: "满期限", PENSION: "到养老金领取年龄", TERM: "政策到期", CONTRACT: "合同到期"}
LINE = ["measure", "person", "name", "post_id", "person_code", "county", "township", "village", "fund", "status"]
# What is known of each line: besides LINE `cap_end` (null: no cap of its own), `pension_end` (null: pension ends nothing),
# `contract_end` (months); `share_num`/`share_den` of a month, or `fixed_fen`, the same amount each month; `left_num`/`left_den`
# months that the cap leaves after this one, where it is counted by shares (null: by months, `cap_end` says all).
ENDS = {
    PENSION: "pension_end",
    CAP: "cap_end",
    TERM: "term_end",
    CONTRACT: "contract_month",
}  # of equal ends the first is told


@dataclass
class Forecast:
    """The months after `month`. `rows`: one a line and month: LINE, month, amount_fen (null: no standard that year).

    `ends`: one a line: LINE, `last` (its last month), `why`. `unpriced`: years without a standard. `months`: by month and status.
    """

    month: int
    rows: pl.DataFrame = field(repr=False)
    ends: pl.DataFrame = field(repr=False)
    unpriced: list[int] = field(default_factory=list)

    @property
    def end(self) -> int:
        """The last month in which anything is paid."""
        return int(self.rows["month"].max() or self.month)  # type: ignore[arg-type]

    def by(self, *columns: str) -> pl.DataFrame:
        """People and money by some of the columns of `rows`, of paying lines and of held ones apart."""
        keys = [*columns, "status"]
        return (
            self.rows.group_by(keys)
            .agg(
                people=pl.col("person").n_unique().cast(pl.Int64),
                lines=pl.len().cast(pl.Int64),
                amount_fen=pl.col("amount_fen").sum(),
            )
            .sort(keys)
        )

    def leaving(self) -> pl.DataFrame:
        """Who leaves after which month and why: month (the last), why, people; paying lines only."""
        paying = self.ends.filter(pl.col("status") == PAYING)
        return (
            paying.group_by(month="last", why="why")
            .agg(people=pl.col("person").n_unique().cast(pl.Int64))
            .sort("month", "why")
        )


def usual_shares(paid: pl.DataFrame, last: int) -> pl.DataFrame:
    """The usual share of a month of each person: the mean of their last so many paid months, exact.

    `paid`: person, month, num, den (one row a person and month). Gives person, share_num, share_den.
    """
    latest = paid.sort("month", descending=True).group_by("person", maintain_order=True).head(last)
    each = latest.group_by("person").agg(pl.struct("num", "den").sort().alias("_shares"))
    # Few people have shares of their own: the same list of fractions is added up once.
    keyed = each.with_columns(
        _key=pl.col("_shares")
        .list.eval(pl.format("{}/{}", pl.element().struct[0], pl.element().struct[1]))
        .list.join(" ")
    )
    distinct = keyed["_key"].unique().to_list()
    sums = [sum((Fraction(part) for part in key.split()), Fraction(0)) / len(key.split()) for key in distinct]
    table = pl.DataFrame(
        {"_key": distinct, "share_num": [s.numerator for s in sums], "share_den": [s.denominator for s in sums]},
        schema={"_key": pl.String, "share_num": BIG, "share_den": BIG},
    )
    return keyed.join(table, on="_key").select("person", "share_num", "share_den")


def forecast(
    lines: pl.DataFrame, month: int, term_end: int, standards: Mapping[int, int], *, renew: bool = True
) -> Forecast:
    """Pay each line on, month by month after `month`, to the earliest of its ends (`ENDS`).

    `standards`: month → monthly standard in fen of lines with a share; a month without one has no amount. `renew`: contracts
    are renewed; else a line ends with the month in which its contract ends.
    """
    lines = _counted_by_shares(lines, month)
    bounds = [name for why, name in ENDS.items() if renew is False or why != CONTRACT]
    known = lines.with_columns(term_end=pl.lit(term_end, dtype=pl.Int64))
    last = pl.min_horizontal(pl.col(name).cast(pl.Int64) for name in bounds)
    known = known.with_columns(last=last)
    why = pl.lit(None, dtype=pl.String)
    for reason, name in reversed(ENDS.items()):
        if name in bounds:
            why = pl.when(pl.col(name).cast(pl.Int64) == pl.col("last")).then(pl.lit(reason)).otherwise(why)
    known = known.with_columns(why=why)
    span = pl.int_ranges(month + 1, pl.max_horizontal(pl.col("last") + 1, pl.lit(month + 1, dtype=pl.Int64)))
    rows = known.with_columns(month=span).filter(pl.col("month").list.len() > 0).explode("month")
    standard = pl.col("month").replace_strict(dict(standards), default=None, return_dtype=pl.Int64)
    num, den = _share_of(pl.col("month") - month)
    priced = HALF_UP.divide(standard.cast(BIG) * num, den)
    rows = rows.with_columns(amount_fen=pl.coalesce("fixed_fen", priced.cast(pl.Int64)))
    missing = rows.filter(pl.col("amount_fen").is_null() & pl.col("share_num").is_not_null())
    years = sorted({int(m) // 12 for m in missing["month"].unique()})
    return Forecast(month, rows.select(*LINE, "month", "amount_fen"), known.select(*LINE, "last", "why"), years)


def _counted_by_shares(lines: pl.DataFrame, month: int) -> pl.DataFrame:
    """Set `cap_end` of lines whose cap is counted by shares: the month in which the shares to come have used what is left."""
    left = pl.col("left_num") * pl.col("share_den")
    each = pl.col("left_den") * pl.col("share_num")
    needed = pl.when(each > 0).then((left + each - 1) // each).clip(0, MANY_MONTHS).cast(pl.Int64)
    return lines.with_columns(cap_end=pl.coalesce(month + needed, "cap_end"))


def _share_of(nth: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Numerator and denominator of what the nth month after this one pays: the usual share, at most what is left of the cap."""
    num, den = pl.col("share_num").cast(BIG), pl.col("share_den").cast(BIG)
    left = pl.col("left_num") * den - (nth - 1).cast(BIG) * num * pl.col("left_den")
    capped = pl.col("left_num").is_not_null()
    cut = pl.when(capped).then(pl.min_horizontal(num * pl.col("left_den"), left)).otherwise(num)
    return cut, pl.when(capped).then(den * pl.col("left_den")).otherwise(den)


@dataclass(frozen=True)
class Shortage:
    """Whether a fund's budget lasts: what is left, what is forecast of the year, when it runs short and by how much (fen)."""

    fund: str
    left_fen: int
    wanted_fen: int
    short_from: int | None
    short_fen: int


def shortage(found: Forecast, fund: str, left_fen: int) -> Shortage:
    """Hold a fund's paying lines against what its budget leaves in the year of the month.

    The first month in which the sum so far exceeds it is named. A budget is one year's: months of later years have none.
    """
    year = found.month // 12
    own = found.rows.filter((pl.col("fund") == fund) & (pl.col("status") == PAYING) & (pl.col("month") // 12 == year))
    by_month = own.group_by("month").agg(pl.col("amount_fen").sum()).sort("month")
    months, sums = by_month["month"].to_list(), list(accumulate(by_month["amount_fen"].to_list()))
    short_from = next((m for m, fen in zip(months, sums, strict=True) if fen > left_fen), None)
    wanted = sums[-1] if sums else 0
    return Shortage(fund, left_fen, wanted, short_from, max(wanted - left_fen, 0))

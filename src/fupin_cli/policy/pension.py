"""Statutory pension date (法定养老金领取年龄, SPEC 2.4): before and after the gradual delay of 2025-01-01.

Birth months are month indexes (`months.month_index`); the pension day is the birth day, or the month's last day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from fupin_cli.policy import months

DELAY_IN_FORCE = date(2025, 1, 1)
RESIDENT = "城乡居民"
RETIRED_AGE = 60  # national law, the same in every city
SOURCE_RESIDENT = "城乡居民基本养老保险：年满60周岁"
SOURCE_DELAY = "国务院关于渐进式延迟法定退休年龄的办法（2025年1月1日起施行）"


@dataclass(frozen=True)
class Scheme:
    """One group's pension age in years and the steps by which it is delayed from 2025 on."""

    base_years: int
    delay_start: int | None = None  # first birth month that is delayed
    band: int = 1  # births per month of delay
    cap: int = 0  # months of delay at most

    def delay_months(self, birth_month: int) -> int:
        """Months of delay for someone born in that month, under the law from 2025 on."""
        if self.delay_start is None or birth_month < self.delay_start:
            return 0
        return min(self.cap, (birth_month - self.delay_start) // self.band + 1)


def _month(year: int, month: int) -> int:
    return year * 12 + month - 1


SCHEMES = {
    RESIDENT: Scheme(60),
    "职工男": Scheme(60, _month(1965, 1), band=4, cap=36),
    "职工女干部": Scheme(55, _month(1970, 1), band=4, cap=36),
    "职工女工人": Scheme(50, _month(1975, 1), band=2, cap=60),
}


def pension_date_expr(birth: pl.Expr, scheme: pl.Expr, law_on: pl.Expr | date) -> pl.Expr:
    """Pension date of Date column `birth` under the scheme named in `scheme`, by the law in force on `law_on`.

    Null where the birth date or the scheme is null or unknown. Before 2025 nothing is delayed.
    """
    day = pl.lit(law_on) if isinstance(law_on, date) else law_on
    born = months.index_expr(birth)
    shift = pl.lit(None, dtype=pl.Int32)
    for name, rule in SCHEMES.items():
        delay = pl.lit(0, dtype=pl.Int32)
        if rule.delay_start is not None:
            steps = (born - rule.delay_start) // rule.band + 1
            delayed = (born >= rule.delay_start) & (day >= DELAY_IN_FORCE)
            delay = pl.when(delayed).then(pl.min_horizontal(steps, pl.lit(rule.cap))).otherwise(0).cast(pl.Int32)
        shift = pl.when(scheme == name).then(delay + rule.base_years * 12).otherwise(shift)
    return birth.dt.offset_by(shift.cast(pl.String) + "mo")

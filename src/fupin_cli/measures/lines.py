"""A month's claims of any subsidy → its lines: codes, status, amount, payee. One mechanism for all."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.measures.claims import CODES, HOLD, SPOT, gather_codes, with_status

if TYPE_CHECKING:
    from fupin_cli.measures.claimed import Claimed
    from fupin_cli.measures.measure import Measure
    from fupin_cli.month.month import Month


@dataclass(frozen=True)
class Judged:
    """What is known of a measure's claims in a month.

    `told`: findings on its own conditions with effect and waived; `found`: all findings of the month; `settled`: what was decided
    by hand (`settlements.SETTLED`); `missing`: tables without which no line can be judged.
    """

    told: pl.DataFrame = field(repr=False)
    found: pl.DataFrame = field(repr=False)
    settled: pl.DataFrame = field(repr=False)
    missing: list[str]


def claim_lines(measure: Measure, month: Claimed, judged: Judged) -> pl.DataFrame:
    """Give the lines of a month, in the order of their rows (`claims.LINE`, and what the measure keeps besides)."""
    claims = month.claims_of(measure)
    rows = measure.decided(claims.rows, judged.settled)
    codes = gather_codes(measure.standing(judged.told, judged.found), measure.spots(month, rows))
    more = [*(["IN012"] if judged.missing else []), *claims.holds]
    lines = measure.settle(with_status(rows, codes, more), month)
    lines = pl.concat([lines, unkeyed(measure, month, judged.found, lines)], how="diagonal")
    return measure.paid_to(lines, month).sort(SPOT, maintain_order=True)


def unkeyed(measure: Measure, month: Month, found: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Rows whose ID number cannot be a key still make a line, held with the code of their ID (SPEC 8.3)."""
    rows = month.intake.set_aside.get(measure.table)
    if rows is None or not rows.height:
        return lines.clear()
    own = found.filter(pl.col("table") == measure.table).group_by(SPOT).agg(codes=pl.col("code").unique().sort())
    none = pl.lit([], dtype=CODES)
    aside = measure.aside(month)
    return aside.join(own, on=SPOT, how="left", maintain_order="left").select(
        *(name for name in aside.columns if name in lines.columns and name != "id_number"),
        id_number=pl.lit(None, dtype=pl.String),
        codes=pl.col("codes").fill_null(none),
        waived_codes=none,
        status=pl.lit(HOLD),
        amount_fen=pl.lit(0, dtype=pl.Int64),
    )

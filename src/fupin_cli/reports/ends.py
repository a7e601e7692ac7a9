"""When the lines of a month end: by the cap, by the pension month, by the contract. One reckoning for forecast and due lists.

Months are month indexes. A line that is refused is paid no more and has no end to come.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.measures.claims import HOLD, PAY
from fupin_cli.month.used_months import pension_facts
from fupin_cli.policy import months

if TYPE_CHECKING:
    from fupin_cli.results.subsidy import PayrollRun

CAPPED = ("employer_social_insurance", "employer_post", "flexible_social_insurance")
COMMON = {
    name: pl.String()
    for name in ("name", "post_id", "person_code", "county", "township", "village", "fund", "status", "id_number")
}


def ends_of(run: PayrollRun) -> pl.DataFrame:
    """The lines of a run that pay or are held, with their ends; every other column of the lines is kept.

    Adds measure, person (the ID number, or what stands for it), `capped` (a cap of its own ends it), `cap_end` (the last
    month that the cap leaves; null: none is left, or not `capped`), `pension_date`, `pension_end` (the pension month where
    it ends the line, else null), `contract_end`, `contract_month`.
    """
    rows = run.lines.filter(pl.col("status").is_in([PAY, HOLD]))
    rows = rows.with_columns(
        pl.lit(None, dtype=dtype).alias(name) for name, dtype in COMMON.items() if name not in rows.columns
    ).with_columns(
        measure=pl.lit(run.measure),
        person=pl.col("person_key"),
        contract_end=pl.col("contract_end") if "contract_end" in rows.columns else pl.lit(None, dtype=pl.Date),
    )
    rows = _post_ends(rows, run) if run.subsidy.leads else _measure_ends(rows, run)
    return rows.with_columns(contract_month=months.index_expr(pl.col("contract_end")).cast(pl.Int64))


def _pension_month() -> pl.Expr:
    return months.index_expr(pl.col("pension_date")).cast(pl.Int64)


def _post_ends(rows: pl.DataFrame, run: PayrollRun) -> pl.DataFrame:
    """Posts: the cap unless the extension holds; the pension month where it holds, or where the county lets it end a line."""
    bounded = pl.lit(run.policy.settings.post.after_pension != "within_36")
    extended = pl.col("extended").fill_null(value=False)
    return rows.with_columns(
        capped=~extended,
        cap_end=pl.when(~extended).then("cap_end"),
        pension_end=pl.when(extended | bounded).then(_pension_month()),
    )


def _measure_ends(rows: pl.DataFrame, run: PayrollRun) -> pl.DataFrame:
    """Another monthly subsidy: its own cap and the pension month, if it has such; the others end with the term alone."""
    none = pl.lit(None, dtype=pl.Int64)
    if run.measure not in CAPPED:
        return rows.with_columns(
            capped=pl.lit(value=False), cap_end=none, pension_end=none, pension_date=pl.lit(None, dtype=pl.Date)
        )
    cap = run.policy.number("social_insurance.cap_months", run.month)
    known = pension_facts(
        rows.drop("extended", "pension_date", "scheme", strict=False),
        run.policy,
        run.month,
        "social_insurance.extension_years",
    )
    by_cap = run.month + cap - pl.col("months_counted").cast(pl.Int64) - 1
    return known.with_columns(
        capped=~pl.col("extended"),
        cap_end=pl.when(~pl.col("extended") & (by_cap >= run.month)).then(by_cap),
        pension_end=_pension_month(),
    )

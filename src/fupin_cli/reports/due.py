"""What ends within the next months: the 36 months, the pension age, contracts, accident insurance (三(五), 四(一) 预警在前).

Of the lines of a month that pay or are held, by the same ends as the forecast (`reports.ends`). Dates are days, months are
month indexes; `within` is the shortest span (of `SPANS`, months after the month) in which the end lies, `OVER` if it lies
before the month, null if the date is not known: such a line is told apart, never taken for one that goes on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.measures.catalogue import LEADING
from fupin_cli.policy import months
from fupin_cli.reports.ends import CAPPED, COMMON, ends_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fupin_cli.results.subsidy import PayrollRun

SPANS = (3, 6, 12)
OVER = 0
CAP, PENSION, CONTRACT, INSURANCE = "cap", "pension", "contract", "insurance"
KINDS = (CAP, PENSION, CONTRACT, INSURANCE)
KIND_WORDS = {CAP: "补贴期限", PENSION: "养老金领取年龄", CONTRACT: "合同", INSURANCE: "意外险"}
COVER = "accident_insurance"
LINE = ["measure", "person", *COMMON]
ROWS = pl.Schema(
    {
        "kind": pl.String(),
        "within": pl.Int64(),
        "month": pl.Int64(),
        "date": pl.Date(),
        **dict.fromkeys(LINE, pl.String()),
        "_file": pl.String(),
        "_sheet": pl.String(),
        "_row": pl.UInt32(),
    }
)


@dataclass
class Due:
    """`rows`: one a person and end (a contract: one a line), `ROWS`, soonest first; `unknown`: the same, where no date is known.

    `unkeyed`: lines whose ID number cannot be read: nothing is known of their person. `not_run`: kinds that could not be
    looked at, each with the table that is missing.
    """

    month: int
    rows: pl.DataFrame = field(repr=False)
    unknown: pl.DataFrame = field(repr=False)
    unkeyed: int = 0
    not_run: dict[str, str] = field(default_factory=dict)

    def counts(self, *by: str) -> pl.DataFrame:
        """How many ends lie within 3, 6, 12 months (each counts the shorter span too), are over, or are not known.

        Gives `by`, kind, within_3, within_6, within_12, over, unknown.
        """
        within = pl.col("within")
        both = pl.concat([self.rows, self.unknown])
        sums = both.group_by(*by, "kind").agg(
            *(within.is_between(1, span).sum().cast(pl.Int64).alias(f"within_{span}") for span in SPANS),
            over=(within == OVER).sum().cast(pl.Int64),
            unknown=within.is_null().sum().cast(pl.Int64),
        )
        order = {kind: n for n, kind in enumerate(KINDS)}
        return sums.sort(*by, pl.col("kind").replace_strict(order, return_dtype=pl.Int8), nulls_last=True)


def due_of(runs: Sequence[PayrollRun]) -> Due:
    """The ends that lie before the month or within a year after it, of the computed lines of one month.

    A person's pension age and insurance are told once, the cap once a subsidy, the contract once a line.
    """
    month = runs[0].month
    parts, unkeyed, not_run = [], 0, {}
    for run in runs:
        lines = ends_of(run)
        unkeyed += int(lines["id_number"].is_null().sum())
        lines = lines.filter(pl.col("id_number").is_not_null())
        found = [_caps(lines, month), _pensions(lines), _contracts(lines, run)]
        if run.subsidy.leads:
            if run.policies is None:
                not_run[INSURANCE] = COVER
            else:
                found.append(_insurances(lines, run.policies, month))
        parts += [part.select(pl.col(name).cast(dtype) for name, dtype in ROWS.items()) for part in found]
    rows = pl.concat(parts)
    ahead = pl.col("month") - month
    within = pl.when(pl.col("month").is_null()).then("within").when(ahead < 0).then(OVER)
    for span in SPANS:
        within = within.when(ahead <= span).then(span)
    rows = _once(rows.with_columns(within=within.otherwise(SPANS[-1] + 1)))
    rows = rows.filter(pl.col("within").is_null() | (pl.col("within") <= SPANS[-1]))
    rows = rows.sort("date", "township", "village", "person", "post_id", nulls_last=True)
    known = pl.col("within").is_not_null()
    return Due(month, rows.filter(known), rows.filter(~known), unkeyed, not_run)


def _row(lines: pl.DataFrame, kind: str, month: pl.Expr, day: pl.Expr, within: int | None = None) -> pl.DataFrame:
    return lines.select(
        *LINE,
        "_file",
        "_sheet",
        "_row",
        kind=pl.lit(kind),
        month=month,
        date=day,
        within=pl.lit(within, dtype=pl.Int64),
    )


def _caps(lines: pl.DataFrame, month: int) -> pl.DataFrame:
    """The last month that the cap leaves, where the pension does not end the line in it or before; none left: over."""
    capped = lines.filter("capped")
    first = (pl.col("pension_end") <= pl.col("cap_end")).fill_null(value=False)
    ahead = capped.filter(pl.col("cap_end").is_not_null() & ~first)
    last = pl.date(pl.col("cap_end") // 12, pl.col("cap_end") % 12 + 1, 1).dt.month_end()
    # A bounded post without a month left may have lost it to the pension: then that is what is told.
    past = pl.col("pension_end").is_not_null() & (pl.col("pension_end") < month)
    spent = capped.filter(pl.col("cap_end").is_null() & ~past)
    none = pl.lit(None)
    return pl.concat(
        [_row(ahead, CAP, pl.col("cap_end"), last), _row(spent, CAP, none.cast(pl.Int64), none.cast(pl.Date), OVER)]
    )


def _pensions(lines: pl.DataFrame) -> pl.DataFrame:
    """The pension date of whoever has one to come by; of subsidies that know no pension age nothing is told."""
    day = pl.col("pension_date")
    lines = lines.filter(pl.col("measure").is_in([LEADING, *CAPPED]))
    return _row(lines, PENSION, months.index_expr(day), day)


def _contracts(lines: pl.DataFrame, run: PayrollRun) -> pl.DataFrame:
    """The end of the last contract of each line: one that is renewed already is not due."""
    table = run.intake.tables.get(run.table)
    if table is None or "contract_end" not in table.columns:
        return ROWS.to_frame()
    key = ["id_number", "post_id"] if run.subsidy.leads else ["id_number"]
    sound = table.filter((pl.col("contract_end") >= pl.col("contract_start")).fill_null(value=True))
    last = sound.group_by(key).agg(_last=pl.col("contract_end").max())
    day = pl.col("_last")
    return _row(
        lines.join(last, on=key, how="left", nulls_equal=True, maintain_order="left"),
        CONTRACT,
        months.index_expr(day),
        day,
    )


def _insurances(lines: pl.DataFrame, cover: pl.DataFrame, month: int) -> pl.DataFrame:
    """The day up to which each person is covered without a break, of the cover that has begun last by the month's end."""
    start, end = pl.col("start"), pl.col("end")
    sound = cover.select("id_number", "start", "end").filter((end >= start).fill_null(value=False))
    several = pl.col("id_number").is_duplicated()  # few have more than one
    spans = (
        pl.concat([sound.filter(~several), _unbroken(sound.filter(several))])
        .filter(start <= months.last_day(month))
        .sort("start")
        .unique("id_number", keep="last", maintain_order=True)
        .select("id_number", _until="end")
    )
    day = pl.col("_until")
    covered = lines.join(spans, on="id_number", how="left", maintain_order="left")
    return _row(covered, INSURANCE, months.index_expr(day), day)


def _unbroken(cover: pl.DataFrame) -> pl.DataFrame:
    """Covers of one person that follow each other without a day between them, as one: id_number, start, end."""
    start, end = pl.col("start"), pl.col("end")
    reach = end.cum_max().shift(1).over("id_number")
    broken = (start > reach.dt.offset_by("1d")).fill_null(value=False)
    ordered = cover.sort("id_number", "start", "end").with_columns(_span=broken.cum_sum().over("id_number"))
    return ordered.group_by("id_number", "_span").agg(start.min(), end.max()).drop("_span")


def _once(rows: pl.DataFrame) -> pl.DataFrame:
    """One row for what is said of the person, whatever lines they have: the earliest of the known, in the lines' order."""
    keys = {
        CAP: ["measure", "person"],
        PENSION: ["person"],
        CONTRACT: ["measure", "person", "post_id"],
        INSURANCE: ["person"],
    }
    parts = [
        rows.filter(pl.col("kind") == kind)
        .sort("within", nulls_last=True, maintain_order=True)
        .unique(key, keep="first", maintain_order=True)
        for kind, key in keys.items()
    ]
    return pl.concat(parts)

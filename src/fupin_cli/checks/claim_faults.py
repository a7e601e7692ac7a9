"""Conditions that fail on the claims of measures besides posts, as findings on the rows of their tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli import findings
from fupin_cli.checks.report import report
from fupin_cli.measures.catalogue import MEASURES, measure_of
from fupin_cli.measures.measure import Fault
from fupin_cli.plans import collected

if TYPE_CHECKING:
    from fupin_cli.measures.claimed import Claimed

TABLES = tuple(dict.fromkeys(measure.table for measure in MEASURES.values() if not measure.leads))
SPOT = ["_src", "_row"]
# Who is helped (一), the policy's term (附则) and what excludes what (our own) keep their clause; every other condition on
# a claim rests on the clause of the measure, not on that of the code's first home (8.24).
OWN_CLAUSE = ("MEA002", "CAP008", "CAP009")
# Effects of the codes that conditions of measures have, where a condition says none of its own.
HOLDING = ("MEA001", "MEA005", "MEA006", "MEA009", "MEA016")


def measure_findings(ctx: Claimed, code: str) -> pl.DataFrame:
    """Findings of one code over the claims of every measure that was supplied; the message names the measure."""
    if not ctx.measure_codes:
        told = [name for name in ctx.supplied if MEASURES[name].in_check or name == ctx.asked]
        by_code = findings.gather(faults_of(ctx, name) for name in told).partition_by("code", as_dict=True)
        ctx.measure_codes.update({"": findings.empty()} | {str(key): found for (key,), found in by_code.items()})
    return ctx.measure_codes.get(code, ctx.measure_codes[""])


def faults_of(ctx: Claimed, name: str) -> pl.DataFrame:
    """All findings on the claims of a measure: first each claim's own, then of those that are good so far their clashes.

    A claim of which no sum can be made, or that comes to nothing, is held for that where nothing else stops it (MEA016).
    """
    if name not in ctx.supplied:  # posts, or a measure whose table was not supplied
        return findings.empty()
    if name not in ctx.measure_faults:
        claims = ctx.claims_of(ctx.supplied[name])
        rows, faults = claims.rows.filter("id_ok").with_columns(post_id="ref"), claims.faults
        alone = _told(ctx, [fault for fault in faults if not fault.among_good], rows, name)
        good = _unstopped(rows, alone) if alone.height else rows
        unpriced = Fault(
            "MEA016", ~(pl.col("due_fen") > 0).fill_null(value=False), "缺少算金额的数字，或金额为 0", None
        )
        clashes = _told(ctx, [unpriced, *(fault for fault in faults if fault.among_good)], good, name)
        ctx.measure_faults[name] = pl.concat([alone, clashes])
    return ctx.measure_faults[name]


def effect_of() -> pl.Expr:
    """The effect of a finding: its own, else its rule's."""
    return pl.coalesce(
        "effect",
        pl.when(pl.col("code").is_in(HOLDING) | pl.col("code").str.starts_with("IN"))
        .then(pl.lit("hold"))
        .otherwise(pl.lit("refuse")),
    )


def _unstopped(rows: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    stopped = found.lazy().filter(effect_of() != "none").select(SPOT)
    return collected(rows.lazy().join(stopped, on=SPOT, how="anti", maintain_order="left"), rows.height)


def payable(ctx: Claimed, name: str, *, undated: bool = False) -> pl.Series:
    """ID numbers of people of whom a measure has a line that is not refused, of the month or (`undated`) of one that is not known."""
    if name not in ctx.supplied:
        return pl.Series([], dtype=pl.String)
    refused = faults_of(ctx, name).lazy().filter(effect_of() == "refuse").select(SPOT)
    rows = ctx.claims_of(ctx.supplied[name]).rows
    standing = rows.lazy().join(refused, on=SPOT, how="anti")
    if "month" in rows.columns:
        standing = standing.filter(pl.col("month").is_null() if undated else pl.col("month").is_not_null())
    return collected(standing.select(pl.col("id_number").drop_nulls().unique()), rows.height).to_series()


def _told(ctx: Claimed, faults: list[Fault], rows: pl.DataFrame, name: str) -> pl.DataFrame:
    """Findings of these conditions: all are asked in one pass, and only those that fail somewhere are told."""
    if not faults or not rows.height:
        return findings.empty()
    asked = rows.select("_row", *(_when(ctx, fault).alias(str(n)) for n, fault in enumerate(faults)))
    failing = zip(faults, asked.get_columns()[1:], strict=True)
    return findings.gather(_one_told(ctx, fault, rows.filter(when), name) for fault, when in failing if when.any())


def _when(ctx: Claimed, fault: Fault) -> pl.Expr:
    if not fault.excluded_by:
        return fault.when
    others = pl.concat([payable(ctx, other, undated=fault.undated) for other in fault.excluded_by])
    return fault.when & pl.col("id_number").is_in(others.implode()).fill_null(value=False)


def _one_told(ctx: Claimed, fault: Fault, failing: pl.DataFrame, name: str) -> pl.DataFrame:
    measure = measure_of(name, ctx.policy)
    words = fault.message if isinstance(fault.message, pl.Expr) else pl.lit(fault.message)
    message = pl.concat_str(pl.lit(f"{measure.title}："), words)
    own = {"effect": fault.effect, "severity": "warning" if fault.effect == "none" else "error"} if fault.effect else {}
    if fault.code not in OWN_CLAUSE:
        own |= {"clause": measure.clause}
    told = report(failing, measure.table, message, fault.column, measure=name, amount_fen=pl.col("due_fen"), **own)
    return collected(told, failing.height).with_columns(code=pl.lit(fault.code))

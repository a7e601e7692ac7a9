"""Findings as they are read: with what their rules say of them, with file, cell and area, the worst first."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.checks.catalogue import all_rules
from fupin_cli.intake.place import locate
from fupin_cli.plans import collected

if TYPE_CHECKING:
    from fupin_cli.checks.rule import Rule
    from fupin_cli.month.month import Month
    from fupin_cli.policy.parameters import Policy

SEVERITIES = ("error", "warning", "info")
AREA = ("county", "township", "village")


def placed(found: pl.DataFrame, ctx: Month) -> pl.DataFrame:
    """Findings with file, sheet, cell, value and area, in the order in which they are read."""
    return _ordered(_with_area(_located(found, ctx), ctx), all_rules())


def completed_by_rules(found: pl.DataFrame, ctx: Month) -> pl.DataFrame:
    """Fill in what a finding leaves to its rule: severity, effect, hint, whether it can be waived."""
    return (
        found.join(_rules_words(ctx.policy, ctx.month), on="code", how="left", maintain_order="left")
        .with_columns(
            severity=pl.coalesce("severity", "_s"),
            effect=pl.coalesce("effect", "_e"),
            hint=pl.coalesce("hint", "_h"),
            clause=pl.coalesce("clause", "_c"),
            # Only what the rule allows can be waived; a finding may narrow it, never widen it.
            waivable=pl.col("_w") & pl.col("waivable").fill_null(value=True),
        )
        .drop("_s", "_e", "_h", "_w", "_c")
    )


@lru_cache(4)
def _rules_words(policy: Policy, month: int) -> pl.DataFrame:
    """What each rule says by itself under the policy of a month; asked for several times in a check."""
    return pl.DataFrame(
        [
            (r.code, r.severity, r.effect, r.worded(policy, month).hint, r.waivable, policy.basis(r.code).clause)
            for r in all_rules().values()
        ],
        schema={
            "code": pl.String,
            "_s": pl.String,
            "_e": pl.String,
            "_h": pl.String,
            "_w": pl.Boolean,
            "_c": pl.String,
        },
        orient="row",
    )


def _located(found: pl.DataFrame, ctx: Month) -> pl.DataFrame:
    marks = [
        (name, column.name)
        for name, spec in ctx.contracts.items()
        for column in spec.columns.values()
        if column.personal
    ]
    personal = pl.DataFrame(marks, schema={"table": pl.String, "column": pl.String}, orient="row").with_columns(
        personal=pl.lit(value=True)
    )
    located = locate(found, ctx.intake.sources)
    return located.join(personal, on=["table", "column"], how="left", maintain_order="left").with_columns(
        pl.col("personal").fill_null(value=False)
    )


def _with_area(found: pl.DataFrame, ctx: Month) -> pl.DataFrame:
    """Add county, township and village: the row's own, else those of the person in the registry or on the roster."""
    frames = [*ctx.intake.tables.values(), *ctx.intake.set_aside.values()]
    spots = found.select("_src", "_row").drop_nulls().unique()
    sources = spots["_src"].unique().implode()
    own = [
        frame.lazy().select("_src", "_row", *AREA).filter(pl.col("_src").is_in(sources))
        for frame in frames
        if all(column in frame.columns for column in AREA)
    ]
    none = pl.LazyFrame(schema={"_src": pl.UInt32, "_row": pl.UInt32, **dict.fromkeys(AREA, pl.String)})
    rows = pl.concat([none, *own]).join(spots.lazy(), on=["_src", "_row"], how="semi", maintain_order="left")
    told = collected(found.lazy().join(rows, on=["_src", "_row"], how="left", maintain_order="left"), ctx.size)
    lacking = told.filter(pl.any_horizontal(pl.col(AREA).is_null()) & pl.col("person").is_not_null())
    if not lacking.height:
        return told
    wanted = lacking["person"].unique().implode()
    people = [
        ctx.intake.tables[name].select("id_number", *AREA).filter(pl.col("id_number").is_in(wanted))
        for name in ("registry", "assignments", "employment")
        if ctx.has(name)
    ]
    if not people:
        return told
    homes = pl.concat(people).unique("id_number", keep="first", maintain_order=True)
    return (
        told.join(homes, left_on="person", right_on="id_number", how="left", suffix="_home", maintain_order="left")
        .with_columns(pl.coalesce(column, f"{column}_home").alias(column) for column in AREA)
        .drop([f"{column}_home" for column in AREA])
    )


def _ordered(found: pl.DataFrame, rules: dict[str, Rule]) -> pl.DataFrame:
    """The worst first, then by rule, then where they stand."""
    return (
        found.with_columns(
            _severity=pl.col("severity").replace_strict({s: n for n, s in enumerate(SEVERITIES)}, return_dtype=pl.Int8),
            _rule=pl.col("code").replace_strict({code: n for n, code in enumerate(rules)}, return_dtype=pl.Int32),
        )
        .sort("_severity", "_rule", "file", "sheet", "_row", "letter", "message", nulls_last=False, maintain_order=True)
        .drop("_severity", "_rule")
    )

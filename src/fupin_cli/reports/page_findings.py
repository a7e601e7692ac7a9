"""The page's findings: rules by what is at stake, areas × rules, each person's money counted once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.checks.rule import GROUPS
from fupin_cli.reports.known import Missing
from fupin_cli.results.since import STATES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fupin_cli.checks.rule import WordedRule
    from fupin_cli.reports.known import Known

SEVERITIES = ["error", "warning", "info"]
COLUMNS = 10  # rules that stand beside one another on a sheet of A4


def severities(found: pl.DataFrame) -> dict[str, int]:
    """How many findings of each severity, and how many are waived."""
    counts = dict(found.group_by("severity").len().iter_rows())
    return {**{name: int(counts.get(name, 0)) for name in SEVERITIES}, "waived": int(found["waived"].sum() or 0)}


def by_rule(found: pl.DataFrame, rules: Mapping[str, WordedRule]) -> pl.DataFrame:
    """Each rule that has found something: severity (the worst), findings, people, money; most money first.

    `amount_fen`: null where the rule is about no money. A sum that several rules are about stands with each of them.
    """
    rows = found.group_by("code").agg(
        severity=worst(),
        count=pl.len().cast(pl.Int64),
        people=pl.col("person").drop_nulls().n_unique().cast(pl.Int64),
        amount_fen=known_sum("amount_fen"),
    )
    return by_money(rows, rules)


def worst() -> pl.Expr:
    """The worst severity of a group."""
    rank = pl.col("severity").replace_strict({name: n for n, name in enumerate(SEVERITIES)}, return_dtype=pl.Int8)
    return pl.col("severity").sort_by(rank).first()


def known_sum(name: str) -> pl.Expr:
    """The sum of a group; null where nothing of it is known."""
    return pl.when(pl.col(name).count() > 0).then(pl.col(name).sum())


def by_money(rows: pl.DataFrame, rules: Mapping[str, WordedRule]) -> pl.DataFrame:
    """Rules (code, severity, count, people, amount_fen) with their titles (`rules`: as they are worded here), in the order of the page: most money first."""
    order = {code: n for n, code in enumerate(rules)}
    return (
        rows.with_columns(
            title=pl.col("code").replace_strict({c: r.title for c, r in rules.items()}, return_dtype=pl.String),
            _n=pl.col("code").replace_strict(order, return_dtype=pl.Int32),
        )
        .sort(pl.col("amount_fen").fill_null(0), "count", -pl.col("_n"), descending=True)
        .select("code", "title", "severity", "count", "people", "amount_fen")
    )


def at_stake(found: pl.DataFrame) -> int:
    """Money that findings (not waived) are about, in fen: of each person and post, or row without one, the largest sum only."""
    row = pl.format("{}-{}", pl.col("_src").fill_null(0), pl.col("_row").fill_null(0))
    open_ = found.filter(~pl.col("waived") & pl.col("amount_fen").is_not_null())
    each = open_.with_columns(_who=pl.coalesce("person", row), _post=pl.col("post_id").fill_null(""))
    return int(each.group_by("_who", "_post").agg(pl.col("amount_fen").max())["amount_fen"].sum() or 0)


def heat(found: pl.DataFrame, by: str, codes: list[str]) -> pl.DataFrame:
    """Areas × rules: how many findings of each of the rules (columns), of the others (`rest`) and of all (`count`)."""
    keyed = found.with_columns(pl.col(by).replace("", None))
    columns = {code: (pl.col("code") == code).sum().cast(pl.Int64) for code in codes}
    return (
        keyed.group_by(by)
        .agg(
            **columns,
            rest=(~pl.col("code").is_in(codes)).sum().cast(pl.Int64),
            count=pl.len().cast(pl.Int64),
            errors=(pl.col("severity") == "error").sum().cast(pl.Int64),
        )
        .sort(by, nulls_last=True)
    )


def changes(known: Known) -> pl.DataFrame | Missing:
    """Findings by group of rules: new, lasting, mended since the month before, and their money (`results.since`)."""
    since = known.check.since
    if since is None:
        return Missing("没有与以前的核查比较")
    if since.before is None:
        return Missing(since.why)
    rows = known.scope.here(since.counted).with_columns(group=pl.col("code").str.replace(r"\d+$", ""))
    state = pl.col("state")
    counts = {name: pl.col("count").filter(state == name).sum().cast(pl.Int64) for name in STATES}
    money = {f"{name}_fen": pl.col("amount_fen").filter(state == name).sum() for name in STATES}
    order = pl.col("group").replace_strict({name: n for n, name in enumerate(GROUPS)}, return_dtype=pl.Int8)
    return rows.group_by("group").agg(**counts, **money).sort(order)


def own(known: Known) -> pl.DataFrame:
    """The findings of the page's township, or all."""
    return known.scope.here(known.check.result.found)

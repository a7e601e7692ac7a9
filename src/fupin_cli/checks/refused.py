"""Roster lines that are refused: only a line that pays, or would pay, excludes another subsidy (SPEC 8.24, CAP009)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli import findings
from fupin_cli.checks import waivers
from fupin_cli.checks.catalogue import all_rules
from fupin_cli.checks.rule import told_by

if TYPE_CHECKING:
    from fupin_cli.checks.rule import Rule
    from fupin_cli.measures.claimed import Claimed

ROSTER = "assignments"
# Tables of subsidies that a post excludes, or holds.
EXCLUDED = ("employer_claims", "flexible_claims", "training", "unemployment_aid")
GROUPS, CAPS = ("POST", "CON", "ATT"), ("CAP001", "CAP003")


def note_refused_posts(ctx: Claimed) -> dict[str, pl.DataFrame]:
    """Let the month know which of its roster lines are refused, where a claim on them depends on it.

    Gives what the rules asked for it have found, by code: it does not depend on what is refused. Waived findings refuse nothing. A rule that cannot run here, or fails, refuses nothing either: the line then excludes.
    """
    if not ctx.has(ROSTER) or not any(ctx.has(table) for table in EXCLUDED):
        return {}
    claimed = pl.concat([ctx.intake.tables[table].select("id_number") for table in EXCLUDED if ctx.has(table)])
    if not ctx.lines.join(claimed, on="id_number", how="semi").height:
        return {}
    chosen = [rule for rule in all_rules().values() if rule.group in GROUPS or rule.code in CAPS]
    told = {rule.code: rows for rule in chosen if rule.stage == "tables" and (rows := _found(rule, ctx)) is not None}
    found = findings.gather(told.values())
    effects = {rule.code: rule.effect for rule in chosen}
    waivable = {rule.code: rule.waivable for rule in chosen}
    found = found.with_columns(
        effect=pl.coalesce("effect", pl.col("code").replace_strict(effects, return_dtype=pl.String)),
        waivable=pl.col("code").replace_strict(waivable, return_dtype=pl.Boolean)
        & pl.col("waivable").fill_null(value=True),
    )
    marked, _ = waivers.apply(ctx, found, [code for code, can in waivable.items() if can])
    stops = marked.filter((pl.col("effect") == "refuse") & ~pl.col("waived"))
    ctx.refused_posts = stops.select(id_number="person", post_id="post_id").unique()
    return told


def _found(rule: Rule, ctx: Claimed) -> pl.DataFrame | None:
    if any(not ctx.has(table) for table in rule.tables):
        return None
    try:
        return told_by(rule, ctx)
    except Exception:  # noqa: BLE001 - the rule tells of itself where it is asked for
        return None

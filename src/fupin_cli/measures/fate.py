"""Who is dead or in prison in the days of a claim (MEA019)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.measures.measure import Fault
from fupin_cli.month.listed import prison_terms
from fupin_cli.month.unread_numbers import perhaps_dead
from fupin_cli.plans import collected

if TYPE_CHECKING:
    from fupin_cli.month.month import Month


def listed_people(ctx: Month) -> pl.Series:
    """ID numbers that the lists of the dead and of prisoners name: of nobody else need a claim's days be looked at."""
    lists = [ctx.lasting(name)["id_number"] for name in ("deaths", "prisoners") if ctx.has(name)]
    return pl.concat(lists).drop_nulls().unique() if lists else pl.Series([], dtype=pl.String)


def with_fate(ctx: Month, rows: pl.DataFrame) -> tuple[pl.DataFrame, list[Fault]]:
    """MEA019: dead before the claim's first day (refuse) or within it (hold); in prison on a day of it (refuse).

    The claim's days are `_from` to `_until`, where the measure gives them, at most to the month's end; else the month.
    Of a claim whose first day is not known nobody knows what lies before it: held.
    """
    rows, faults = _perhaps(ctx, rows)
    if not rows["id_number"].is_in(listed_people(ctx).implode()).any():
        return rows, faults
    begins = pl.col("_from") if "_from" in rows.columns else pl.lit(ctx.first)
    first = pl.coalesce(begins, pl.lit(ctx.first))
    last = pl.coalesce("_until", pl.lit(ctx.last)) if "_until" in rows.columns else pl.lit(ctx.last)
    told = rows.lazy().with_columns(
        _first_day=first,
        _begun=begins.is_not_null(),
        _last_day=pl.max_horizontal(first, pl.min_horizontal(last, pl.lit(ctx.last))),
    )
    if ctx.has("deaths"):
        dead = ctx.dead.lazy().select("id_number", _died="death_date", _older="older")
        told = told.join(dead, on="id_number", how="left", maintain_order="left")
        old = pl.col("_older").fill_null(value=False)
        before = (pl.col("_died") < pl.col("_first_day")).fill_null(value=False) & ~old & pl.col("_begun")
        within = (pl.col("_died") <= pl.col("_last_day")).fill_null(value=False) & ~before & ~old
        undated = pl.col("_older").is_not_null() & pl.col("_died").is_null() & ~old
        dropped = old & (pl.col("_died") <= pl.col("_last_day")).fill_null(value=True)
        faults += [
            Fault("MEA019", before, pl.format("{} 已死亡，在申请的日期以前", "_died")),
            Fault("MEA019", within, pl.format("{} 死亡，在申请的日期以内，由人工核定", "_died"), effect="hold"),
            Fault("MEA019", undated, "在死亡人员名单里，没有写明日期", effect="hold"),
            Fault("MEA019", dropped, "以前的死亡人员名单里有，最近的名单里没有写到，须核实", effect="hold"),
        ]
    if ctx.has("prisoners"):
        sure = ~pl.col("unread") & ~pl.col("older") & ~pl.col("_old_number")
        terms = prison_terms(ctx).lazy().select("id_number", _in="start", _out="end", _gaoled=sure)
        both = told.select("_src", "_row", "id_number", "_first_day", "_last_day", "_begun").join(terms, on="id_number")
        touches = (pl.col("_in").fill_null(pl.col("_last_day")) <= pl.col("_last_day")) & (
            pl.col("_out").is_null() | (pl.col("_out") >= pl.col("_first_day"))
        )
        gaoled = both.filter(touches).group_by("_src", "_row").agg((pl.col("_gaoled") & pl.col("_begun")).any())
        told = told.join(gaoled, on=["_src", "_row"], how="left", nulls_equal=True, maintain_order="left")
        undated = pl.col("_gaoled").not_().fill_null(value=False)
        faults += [
            Fault("MEA019", pl.col("_gaoled").fill_null(value=False), "申请的日期里在服刑"),
            Fault(
                "MEA019",
                undated,
                "在服刑人员名单里，没有写明起始日期，起止日期读不出，是15位旧证号，或最近的名单里没有写到",
                effect="hold",
            ),
        ]
    return collected(told, rows.height), faults


def _perhaps(ctx: Month, rows: pl.DataFrame) -> tuple[pl.DataFrame, list[Fault]]:
    """MEA019: a row of the list of the dead whose number cannot be read may mean the person (held)."""
    if "name" not in rows.columns or not (found := perhaps_dead(ctx, rows)).height:
        return rows, []
    told = found.select("id_number", _perhaps_dead=pl.lit(value=True))
    rows = rows.join(told, on="id_number", how="left", maintain_order="left")
    words = "死亡人员名单里有证号读不出、或是15位旧证号的一行，可能是此人，须核实"
    return rows, [Fault("MEA019", pl.col("_perhaps_dead").fill_null(value=False), words, effect="hold")]

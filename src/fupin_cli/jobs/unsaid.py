"""Approved lines of which the files say nothing any more: held (SPEC 9.4), since nobody said that they were wrong.

A row that is gone from a month's folder was taken out: the line is owed back (014). But a file in the inbox itself is
written over with the next month's; and of a row whose number was lost since, or damaged, nobody knows whose it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.jobs.corrections import Again, lines_now, one_each, standing
from fupin_cli.measures.claims import HOLD
from fupin_cli.month.unread_numbers import may_mean
from fupin_cli.policy.idnumber import is_valid_expr

if TYPE_CHECKING:
    from fupin_cli.jobs.desk import Desk
    from fupin_cli.results.subsidy import PayrollRun

LINE = ["person", "post_id"]


def again_of(desk: Desk, run: PayrollRun) -> Again:
    """What corrections need of a month that was computed again."""
    return Again(run.month, run.measure, run.policy, lines_again(desk, run))


def lines_again(desk: Desk, run: PayrollRun) -> pl.DataFrame:
    """The lines of a month as they are now (`corrections.lines_now`), and approved ones of which nothing is said: held, no sum."""
    lines = lines_now(run) if run.subsidy.leads else one_each(lines_now(run))
    stands = desk.standing(run.month, run.measure).select(LINE)
    missing = stands.join(lines, on=LINE, how="anti")
    if not missing.height:
        return lines
    gone = standing(desk, [run.month], run.measure).join(missing, on=LINE, how="semi", maintain_order="left")
    # Who is paid by a line that the month had not, by number or by name, has a row: its post or number was changed.
    fresh = lines.filter(pl.col("amount_fen") > 0).join(stands, on=LINE, how="anti")
    changed = pl.col("person").is_in(fresh["person"].implode()) | pl.col("name").is_in(fresh["name"].implode())
    gone = gone.filter(~changed)
    if not gone.height:
        return lines
    unsaid = pl.concat([_written_over(run, gone), _unread(run, gone)]).unique()
    none = pl.lit(None, dtype=pl.Int64)
    held = gone.join(unsaid, on=LINE, how="semi", maintain_order="left").with_columns(
        status=pl.lit(HOLD), codes=pl.lit(""), amount_fen=none, due_fen=none
    )
    return pl.concat([lines, held.select(lines.columns)], how="vertical_relaxed")


def _written_over(run: PayrollRun, gone: pl.DataFrame) -> pl.DataFrame:
    """Lines (`LINE`) whose row is gone from a file in the inbox itself. Of posts the roster's rows last: one that is there counts."""
    folders = [s.folder for s in run.intake.sources if s.role == "current" and s.spec.table == run.table]
    if any(folder is not None for folder in folders):
        return gone.select(LINE).clear()
    if not run.subsidy.leads:
        return gone.select(LINE)
    rows = run.intake.tables[run.table].select(person="id_number", post_id=pl.col("post_id").fill_null(""))
    return gone.select(LINE).join(rows, on=LINE, how="anti")


def _unread(run: PayrollRun, gone: pl.DataFrame) -> pl.DataFrame:
    """Lines (`LINE`) that a row of the month with a lost or wrong number may be."""
    frames = [run.intake.tables.get(run.table), run.intake.set_aside.get(run.table)]
    parts = [part.select("id_number", "name") for part in frames if part is not None and "name" in part.columns]
    if not parts:
        return gone.select(LINE).clear()
    rows = pl.concat(parts)
    wrong = rows.filter(~is_valid_expr(pl.col("id_number")).fill_null(value=False))
    meant = may_mean(gone.select("name", id_number="person"), wrong)["id_number"].unique()
    return gone.filter(pl.col("person").is_in(meant.implode())).select(LINE)

"""What a month's approval posts: its lines, the corrections of earlier months, what is kept back from the payments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.ledger import store
from fupin_cli.reconciliation.corrections import KEYS, netting

if TYPE_CHECKING:
    from fupin_cli.jobs.desk import Desk
    from fupin_cli.results.subsidy import PayrollRun


def posting_lines(run: PayrollRun, desk: Desk, batch: str) -> pl.DataFrame:
    """All lines of a batch as the ledger has them, numbered from 1."""
    lines = _ledger_lines(run, batch)
    if run.corrections.height:  # where nothing was computed again it has no columns either
        lines = pl.concat([lines, _correction_lines(run, batch, lines.height)])
    return pl.concat([lines, _netted_lines(desk, lines)]) if _nets(run) else lines


def kept_by_town(run: PayrollRun, desk: Desk) -> dict[str, int]:
    """Fen that the batch would keep back, by the township of the payment; nothing where the county does not net."""
    if not _nets(run):
        return {}
    lines = posting_lines(run, desk, "")
    kept = lines.filter(pl.col("kind") == store.NETTED).select("amount_fen", line_no="source_line")
    towns = kept.join(lines.select("line_no", "township"), on="line_no", how="left", maintain_order="left")
    return dict(towns.group_by("township", maintain_order=True).agg(pl.col("amount_fen").sum()).iter_rows())


def _nets(run: PayrollRun) -> bool:
    return run.policy.settings.corrections.recoveries == "net"


def _ledger_lines(run: PayrollRun, batch: str) -> pl.DataFrame:
    """The lines as they are posted: a snapshot of all that the bank will be told."""
    rows = run.with_heads().with_columns(codes=pl.col("codes").list.join(",")).fill_null("")
    return store.lines_from(
        rows,
        1,
        batch=pl.lit(batch),
        measure=pl.lit(run.measure),
        person=pl.col("person_key"),
        month=pl.lit(run.month),
        proration=pl.lit(run.proration),
        payee=pl.when(pl.col("payee_name") == "").then("name").otherwise("payee_name"),
        payee_id=pl.when(pl.col("payee_id") == "").then("person_key").otherwise("payee_id"),
        source_batch=pl.lit(""),
    )


def _correction_lines(run: PayrollRun, batch: str, after: int) -> pl.DataFrame:
    """Differences of earlier months, posted with this one; `source_batch` and `source_line` name the line they correct."""
    return store.lines_from(
        run.corrections,
        after + 1,
        batch=pl.lit(batch),
        codes=pl.col("codes").fill_null(""),
        proration=pl.lit(run.proration),
        source_batch=pl.lit(""),
        kind=pl.col("kind"),
        old_fen=pl.col("old_fen"),
        reason=pl.col("reason"),
    )


def _netted_lines(desk: Desk, posted: pl.DataFrame) -> pl.DataFrame:
    """What is kept back from this batch's payments for what was paid too much, with the facts of the person's last line."""
    paying = pl.col("kind").is_in(store.SENT_KINDS) & (pl.col("amount_fen") > 0)
    rows = netting(_owed(desk, posted), posted.filter(paying).select("person", "measure", "line_no", "amount_fen"))
    last = posted.unique("person", keep="last", maintain_order=True)
    known = last.select("person", *(name for name in last.columns if name not in rows.columns))
    return store.lines_from(
        rows.join(known, on="person", how="left", maintain_order="left"),
        posted.height + 1,
        status=pl.lit(store.NETTED),
        codes=pl.lit(""),
        kind=pl.lit(store.NETTED),
        source_batch=pl.lit(""),
        source_line=pl.col("source_line"),
        reason=pl.format("从本批第 {} 行抵扣", "source_line"),
        **dict.fromkeys(("due_fen", "standard_fen", "numerator_x100", "divisor_x100"), pl.lit(None)),
    )


def _owed(desk: Desk, posted: pl.DataFrame) -> pl.DataFrame:
    """What is to be recovered of each line, by the ledger and by this posting: `owed_fen`."""
    fresh = posted.filter(pl.col("kind") == store.RECOVER).select(*KEYS, owed_fen=-pl.col("amount_fen"))
    known = desk.money.select(*KEYS, pl.col("outstanding_fen").alias("owed_fen"))
    return pl.concat([known, fresh]).group_by(KEYS, maintain_order=True).agg(pl.col("owed_fen").sum())

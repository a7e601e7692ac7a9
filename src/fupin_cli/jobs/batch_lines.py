"""What a month's approval posts: its lines, the corrections of earlier months, what is kept back from the payments."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.ledger import store
from fupin_cli.reconciliation.corrections import netting

if TYPE_CHECKING:
    from fupin_cli.jobs.desk import Desk
    from fupin_cli.results.subsidy import PayrollRun


def posting_lines(run: PayrollRun, desk: Desk, batch: str) -> list[store.Line]:
    """All lines of a batch, numbered from 1."""
    lines = _ledger_lines(run, batch)
    lines += _correction_lines(run, batch, len(lines))
    return lines + _netted_lines(run, desk, lines)


def kept_by_town(run: PayrollRun, desk: Desk) -> dict[str, int]:
    """Fen that the batch would keep back, by the township of the payment; nothing where the county does not net."""
    if run.policy.settings.corrections.recoveries != "net":
        return {}
    lines = posting_lines(run, desk, "")
    towns = {line.line_no: line.township for line in lines}
    kept: dict[str, int] = {}
    for line in lines:
        if line.kind == store.NETTED:
            town = towns[line.source_line]
            kept[town] = kept.get(town, 0) + line.amount_fen
    return kept


def _ledger_lines(run: PayrollRun, batch: str) -> list[store.Line]:
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


def _correction_lines(run: PayrollRun, batch: str, after: int) -> list[store.Line]:
    """Differences of earlier months, posted with this one; `source_batch` and `source_line` name the line they correct."""
    if not run.corrections.height:  # where nothing was computed again it has no columns either
        return []
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


def _netted_lines(run: PayrollRun, desk: Desk, posted: list[store.Line]) -> list[store.Line]:
    """What is kept back from this batch's payments for what was paid too much, if the county nets recoveries."""
    if run.policy.settings.corrections.recoveries != "net":
        return []
    names = {x.person: x for x in posted}
    rows = netting(_owed(desk, posted), _payable(posted)).iter_rows(named=True)
    return [
        replace(
            names[row["person"]],
            line_no=number,
            measure=row["measure"],
            post_id=row["post_id"],
            month=row["month"],
            status=store.NETTED,
            codes="",
            amount_fen=row["amount_fen"],
            due_fen=None,
            standard_fen=None,
            numerator_x100=None,
            divisor_x100=None,
            kind=store.NETTED,
            source_batch="",
            source_line=row["source_line"],
            old_fen=0,
            reason=f"从本批第 {row['source_line']} 行抵扣",
        )
        for number, row in enumerate(rows, len(posted) + 1)
    ]


def _owed(desk: Desk, posted: list[store.Line]) -> pl.DataFrame:
    """What is to be recovered of each line, by the ledger and by this posting: `owed_fen`."""
    keys = {"measure": pl.String, "person": pl.String, "post_id": pl.String, "month": pl.Int64}
    fresh = [(x.measure, x.person, x.post_id, x.month, -x.amount_fen) for x in posted if x.kind == store.RECOVER]
    return (
        pl.concat(
            [
                desk.money.select(*keys, owed_fen="outstanding_fen"),
                pl.DataFrame(fresh, schema=keys | {"owed_fen": pl.Int64}, orient="row"),
            ]
        )
        .group_by(list(keys), maintain_order=True)
        .agg(pl.col("owed_fen").sum())
    )


def _payable(posted: list[store.Line]) -> pl.DataFrame:
    """The payments of this posting from which something can be kept back."""
    paying = [
        (x.person, x.measure, x.line_no, x.amount_fen)
        for x in posted
        if x.kind in store.SENT_KINDS and x.amount_fen > 0
    ]
    return pl.DataFrame(
        paying,
        schema={"person": pl.String, "measure": pl.String, "line_no": pl.Int64, "amount_fen": pl.Int64},
        orient="row",
    )

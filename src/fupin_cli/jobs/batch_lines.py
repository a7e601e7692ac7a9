"""What a month's approval posts: its lines, the corrections of earlier months, what is kept back from the payments."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.ledger import store
from fupin_cli.ledger.model import schema_of
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
    facts = {
        "batch": pl.lit(batch),
        "line_no": pl.int_range(1, rows.height + 1, dtype=pl.Int64),
        "measure": pl.lit(run.measure),
        "person": pl.col("person_key"),
        "month": pl.lit(run.month),
        "proration": pl.lit(run.proration),
        "payee": pl.when(pl.col("payee_name") == "").then("name").otherwise("payee_name"),
        "payee_id": pl.when(pl.col("payee_id") == "").then("person_key").otherwise("payee_id"),
        "source_batch": pl.lit(""),
    }
    names = list(schema_of("lines"))
    columns = names[: names.index("source_batch") + 1]  # the others are as a line is posted first
    return [store.Line(*row) for row in rows.select(facts.get(n, pl.col(n)).alias(n) for n in columns).iter_rows()]


def _correction_lines(run: PayrollRun, batch: str, after: int) -> list[store.Line]:
    """Differences of earlier months, posted with this one; `source_batch` and `source_line` name the line they correct."""
    return [
        store.Line(
            batch,
            number,
            row["measure"],
            row["person"],
            row["name"],
            row["post_id"],
            row["month"],
            row["status"],
            row["codes"] or "",
            row["amount_fen"],
            row["due_fen"],
            row["standard_fen"],
            run.proration,
            row["numerator_x100"],
            row["divisor_x100"],
            row["fund"],
            row["county"],
            row["township"],
            row["village"],
            row["bank"],
            row["account"],
            row["payee"],
            row["payee_id"],
            row["phone"],
            row["head_name"],
            row["head_id"],
            "",
            row["kind"],
            0,
            row["old_fen"],
            row["reason"],
        )
        for number, row in enumerate(run.corrections.iter_rows(named=True), after + 1)
    ]


def _netted_lines(run: PayrollRun, desk: Desk, posted: list[store.Line]) -> list[store.Line]:
    """What is kept back from this batch's payments for what was paid too much, if the county nets recoveries."""
    if run.policy.settings.corrections.recoveries != "net":
        return []
    keys = {"measure": pl.String, "person": pl.String, "post_id": pl.String, "month": pl.Int64}
    fresh = [(x.measure, x.person, x.post_id, x.month, -x.amount_fen) for x in posted if x.kind == store.RECOVER]
    owed = (
        pl.concat(
            [
                desk.money.select(*keys, owed_fen="outstanding_fen"),
                pl.DataFrame(fresh, schema=keys | {"owed_fen": pl.Int64}, orient="row"),
            ]
        )
        .group_by(list(keys), maintain_order=True)
        .agg(pl.col("owed_fen").sum())
    )
    paying = [
        (x.person, x.measure, x.line_no, x.amount_fen)
        for x in posted
        if x.kind in store.SENT_KINDS and x.amount_fen > 0
    ]
    payable = pl.DataFrame(
        paying,
        schema={"person": pl.String, "measure": pl.String, "line_no": pl.Int64, "amount_fen": pl.Int64},
        orient="row",
    )
    names = {x.person: x for x in posted}
    rows = netting(owed, payable).iter_rows(named=True)
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

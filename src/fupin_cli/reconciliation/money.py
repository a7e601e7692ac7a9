"""What stands approved and what was paid for each line, from the ledger and the matched returns alone (SPEC 7).

A line here is person × post (or measure) × month. All amounts are fen.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import polars as pl

from fupin_cli.ledger.store import (
    AGAIN,
    APPROVAL,
    APPROVED_KINDS,
    BACK_PAY,
    CANCEL,
    LINE,
    NETTED,
    OPENING,
    RECOVER,
    REISSUE,
)
from fupin_cli.reconciliation.attempts import last_attempts
from fupin_cli.reconciliation.match import LINE as MATCHED
from fupin_cli.reconciliation.match import OBLIGATION, ROOT, agrees, sent_lines
from fupin_cli.reconciliation.returns import FAILED, PAID, RECOVERED, UNKNOWN

FACTS = ["name", "county", "township", "village", "fund"]


@dataclass(frozen=True)
class BatchSums:
    """What the bank is to pay by batches, in fen: the months' own lines + back pay − what is kept back for over-payments."""

    month_fen: int
    back_pay_fen: int
    kept_fen: int

    @property
    def total_fen(self) -> int:
        """What the bank is to pay."""
        return self.month_fen + self.back_pay_fen - self.kept_fen


def batch_sums(lines: pl.DataFrame, batches: pl.DataFrame, first: int, last: int) -> BatchSums:
    """Sum up the approvals of the months `first` to `last`; what was sent again is no new money."""
    posted = batches.filter((pl.col("kind") == APPROVAL) & pl.col("month").is_between(first, last))
    own = lines.join(posted.select("batch"), on="batch", how="semi")
    by_kind = dict(own.group_by("kind").agg(pl.col("amount_fen").sum()).iter_rows())
    return BatchSums(*(int(by_kind.get(kind, 0)) for kind in (LINE, BACK_PAY, NETTED)))


def annotated(matched: pl.DataFrame, sent: pl.DataFrame, batches: pl.DataFrame) -> pl.DataFrame:
    """Add to matched rows the line they belong to (`OBLIGATION`), and what the checks ask of them.

    `retry`: the row repeats another (by 原批次号, or by its own batch); `source_failed`, `source_paid`: what became of
    that other; `other_account`, `other_name`: the payee is not the approved one.
    """
    sent = sent.join(matched, on=ROOT, how="semi", maintain_order="left")
    roots = sent.unique(ROOT, keep="first", maintain_order=True).select(*ROOT, *OBLIGATION, root_fen="amount_fen")
    again = batches.filter(pl.col("kind") == REISSUE)["batch"].to_list()
    rows = matched.with_row_index("_n").join(roots, on=ROOT, how="left", maintain_order="left")
    rows = _came_back(
        rows.with_columns(
            retry=pl.col("source_batch").is_not_null() | pl.col("batch").is_in(again).fill_null(value=False)
        )
    )
    # What a retry repeats: rows of the same line in the batch it names (or in no named batch); else any earlier row.
    other = rows.filter(pl.col("root_line").is_not_null()).select(
        "_n", *ROOT, o_batch="batch", o_result="result", o_retry="retry"
    )
    pairs = rows.filter("retry").join(other, on=ROOT, suffix="_o").filter(pl.col("_n") != pl.col("_n_o"))
    named = (
        pl.when(pl.col("source_batch").is_not_null())
        .then((pl.col("o_batch") == pl.col("source_batch")).fill_null(value=True))
        .otherwise(~pl.col("o_retry"))
    )
    sources = (
        pairs.filter(named)
        .group_by("_n")
        .agg(source_failed=(pl.col("o_result") == FAILED).any(), source_paid=(pl.col("o_result") == PAID).any())
    )
    payees = rows.select("_n", *ROOT, "account", "name").join(
        sent.select(*ROOT, s_account="account", s_payee="payee", s_name="name"), on=ROOT
    )
    payees = payees.group_by("_n").agg(
        other_account=(~agrees("account", "s_account") & pl.col("account").is_not_null()).all(),
        other_name=(
            (pl.col("name") != pl.col("s_payee")) & (pl.col("name") != pl.col("s_name")) & pl.col("name").is_not_null()
        ).all(),
    )
    flags = ["source_failed", "source_paid", "other_account", "other_name"]
    return (
        rows.join(sources, on="_n", how="left", maintain_order="left")
        .join(payees, on="_n", how="left", maintain_order="left")
        .with_columns(pl.col(flags).fill_null(value=False))
        .drop("_n")
    )


def _came_back(rows: pl.DataFrame) -> pl.DataFrame:
    """Payments that the bank reports once more, on a later day, as failed (退回): the money is back, they are failed too.

    `_n`: the rows' numbers. Of several the last one before that day. Without days nobody can tell which was first: then the failure is taken for it.
    """
    order = [*ROOT, "batch", "amount_fen"]
    dated = rows.filter(pl.col("root_line").is_not_null() & pl.col("paid_on").is_not_null())
    dated = dated.filter(~pl.col("retry"))
    failed = dated.filter(pl.col("result") == FAILED).select(*order, "reason", "failure", _by="_n", _day="paid_on")
    paid = dated.filter(pl.col("result") == PAID).select(*order, "_n", "paid_on")
    pairs = paid.join(failed, on=order, nulls_equal=True).filter(pl.col("_day") > pl.col("paid_on"))
    back = pairs.sort("paid_on", "_n").unique("_by", keep="last", maintain_order=True)
    back = back.sort("_day").unique("_n", keep="last", maintain_order=True)
    told = rows.join(
        back.select("_n", _reason="reason", _failure="failure", _back=pl.lit(value=True)),
        on="_n",
        how="left",
        maintain_order="left",
    )
    return told.with_columns(
        result=pl.when("_back").then(pl.lit(FAILED)).otherwise("result"),
        reason=pl.when("_back").then("_reason").otherwise("reason"),
        failure=pl.when("_back").then("_failure").otherwise("failure"),
    ).drop("_reason", "_failure", "_back")


# What is nothing, and what is not so, where neither the ledger nor the bank has said anything of a line.
NUMBERS = [
    "settled_fen",
    "kept_fen",
    "into_fen",
    "bank_fen",
    "back_fen",
    "n_paid",
    "n_failed",
    "n_unknown",
    "n_unlinked",
    "attempts",
]
FLAGS = ["settled_failed", "wrong_retry", "other_payee", "twice", "answered", "in_doubt"]


def approved_and_paid(
    lines: pl.DataFrame, batches: pl.DataFrame, rows: pl.DataFrame, doubtful: pl.DataFrame, settlements: pl.DataFrame
) -> pl.DataFrame:
    """Sum up each line that was ever posted for.

    `rows`: `annotated` rows; `doubtful`: lines that ambiguous rows may belong to; `settlements`: how lines of closed
    months ended, for those whose return files are no longer there. Opening balances were paid. Gives `OBLIGATION`, name and place,
    `posted_fen` (what stands approved, corrections counted), `approved_fen` (approved for payment: recoveries count once
    the money is back), `paid_fen`, `recovered_fen`, `outstanding_fen` (to be recovered still), `sent`, `n_paid`,
    `n_failed`, `n_unknown`, `n_unlinked`, `failed_only`, `pending` (sent again, no answer yet), `reason`, and the flags
    `twice`, `wrong_retry`, `other_payee`, `in_doubt`.
    """
    found = rows.filter(pl.col("matched") == MATCHED)
    asked = doubtful.height > 0 or (lines["kind"] == AGAIN).any()
    sent = sent_lines(lines if asked else lines.clear(), batches)
    answers = _answers(found), _pending(sent, found), _in_doubt(sent, doubtful), _kept(settlements)
    # What few lines have is put together before it is looked for beside all.
    more = reduce(_together, (*_netted(lines), *answers))
    table = _posted(lines, batches).join(more, on=OBLIGATION, how="left", maintain_order="left")
    table = (
        table.with_columns(pl.col(NUMBERS).fill_null(0), pl.col(FLAGS).fill_null(value=False))
        .with_columns(_gone=(pl.col("n_paid") + pl.col("n_failed") + pl.col("n_unknown")) == 0)
        .with_columns(
            bank_fen=pl.when("_gone").then(pl.col("settled_fen") + pl.col("opening_fen")).otherwise("bank_fen"),
            recovered_fen=pl.col("kept_fen") + pl.col("back_fen"),
        )
        .with_columns(
            paid_fen=pl.col("bank_fen") + pl.col("into_fen") - pl.col("kept_fen") - pl.col("back_fen"),
            pending=(pl.col("attempts") > 0) & ~pl.col("answered"),
        )
    )
    settled = pl.min_horizontal("recovered_fen", "recover_fen")
    return table.with_columns(
        approved_fen=pl.col("base_fen") - settled,
        outstanding_fen=pl.col("recover_fen") - settled,
        failed_only=(
            ((pl.col("n_failed") > 0) & (pl.col("n_paid") == 0) & (pl.col("n_unknown") == 0) & ~pl.col("pending"))
            | (pl.col("_gone") & pl.col("settled_failed"))
        ),
    ).drop("_gone")


def _posted(lines: pl.DataFrame, batches: pl.DataFrame) -> pl.DataFrame:
    """What was posted for each line (`OBLIGATION`)."""
    amount = pl.col("amount_fen")
    kind = pl.col("kind")
    opening = batches.filter(pl.col("kind") == OPENING)["batch"].to_list()
    order = lines.filter(kind.is_in(APPROVED_KINDS))
    parts = order.select(
        *OBLIGATION,
        *FACTS,
        posted_fen="amount_fen",
        base_fen=amount * kind.is_in([LINE, BACK_PAY, CANCEL]),
        recover_fen=-amount * (kind == RECOVER),
        first_batch="batch",
        first_line="line_no",
        opening_fen=amount * pl.col("batch").is_in(opening),
    )
    return parts.group_by(OBLIGATION, maintain_order=True).agg(
        pl.col(FACTS).last(),
        pl.col("posted_fen", "base_fen", "recover_fen").sum(),
        pl.col("first_batch", "first_line").first(),
        pl.col("opening_fen").sum(),
    )


def _netted(lines: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What was kept from lines (`kept_fen`), and for lines of other lines' payments (`into_fen`)."""
    amount = pl.col("amount_fen")
    netted = lines.filter(pl.col("kind") == NETTED)
    kept = netted.group_by(OBLIGATION).agg(kept_fen=amount.sum())
    near = lines.filter(
        pl.col("batch").is_in(netted["batch"].unique().implode()) & pl.col("kind").is_in(APPROVED_KINDS)
    )
    targets = near.select("batch", *OBLIGATION, source_line="line_no")
    into = (
        netted.select("batch", "source_line", "amount_fen")
        .join(targets, on=["batch", "source_line"])
        .group_by(OBLIGATION)
        .agg(into_fen=amount.sum())
    )
    return kept, into


def _together(one: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    return one.join(other, on=OBLIGATION, how="full", coalesce=True)


def _answers(found: pl.DataFrame) -> pl.DataFrame:
    """What the bank has said of each line, by rows that are matched; `twice`: one order was paid twice."""
    amount, result = pl.col("amount_fen"), pl.col("result")
    answers = found.group_by(OBLIGATION).agg(
        bank_fen=amount.filter(result == PAID).sum(),
        back_fen=amount.filter(result == RECOVERED).sum(),
        n_paid=(result == PAID).sum().cast(pl.Int64),
        n_failed=(result == FAILED).sum().cast(pl.Int64),
        n_unknown=(result == UNKNOWN).sum().cast(pl.Int64),
        n_unlinked=((result == PAID) & ~pl.col("retry")).sum().cast(pl.Int64),
        reason=pl.col("reason").filter(result == FAILED).last(),
        bank_words=pl.col("failure").filter(result == FAILED).last(),
        wrong_retry=((result == PAID) & pl.col("retry") & pl.col("source_paid")).any(),
        other_payee=((result == PAID) & (pl.col("other_account") | pl.col("other_name"))).any(),
    )
    keyed = found.filter((result == PAID) & pl.col("batch").is_not_null() & pl.col("line_no").is_not_null())
    twice = keyed.group_by(*OBLIGATION, "batch", "line_no").len().filter(pl.col("len") > 1).select(OBLIGATION).unique()
    return answers.join(twice.with_columns(twice=pl.lit(value=True)), on=OBLIGATION, how="left", maintain_order="left")


def _kept(settlements: pl.DataFrame) -> pl.DataFrame:
    """What the bank had paid when a month was closed; what moved between lines of the ledger is counted there."""
    return settlements.select(
        *OBLIGATION, settled_fen="bank_fen", settled_failed=pl.col("verdict").is_in(["failed", "cancelled"])
    )


def _pending(sent: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """Lines that were sent again: how often (`attempts`), and whether the bank has answered the last time."""
    again = sent.filter(pl.col("kind") == AGAIN).select(ROOT).unique()
    lines = sent.join(again, on=ROOT, how="semi", maintain_order="left")
    roots = lines.unique(ROOT, keep="first", maintain_order=True).select(*ROOT, *OBLIGATION)
    return (
        last_attempts(lines, found, batches=sent["batch"])
        .join(roots, on=ROOT)
        .group_by(OBLIGATION)
        .agg(attempts=pl.col("attempts").sum(), answered=pl.col("answered").all())
    )


def _in_doubt(sent: pl.DataFrame, doubtful: pl.DataFrame) -> pl.DataFrame:
    lines = sent.join(doubtful, on=ROOT, how="semi").select(OBLIGATION).unique()
    return lines.with_columns(in_doubt=pl.lit(value=True))


def returned(table: pl.DataFrame) -> pl.DataFrame:
    """Lines whose money came back and was not sent again: they are no payment, their month is not used (SPEC 8.7)."""
    return table.filter(pl.col("failed_only")).select(OBLIGATION)

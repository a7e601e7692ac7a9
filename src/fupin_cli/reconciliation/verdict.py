"""One verdict for every line: the first of SPEC 7's closed list that fits; the sums over verdicts are those over lines."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from fupin_cli.reconciliation.match import LINE, NONE, OBLIGATION
from fupin_cli.reconciliation.money import FACTS
from fupin_cli.reconciliation.returns import OTHER, PAID, REASON_ADVICE, REASON_WORDS, UNCLEAR

# Verdict → (in words, what to do). In the order of the workbook.
VERDICTS = {
    "duplicate": ("重复支付", "核实后追回多付的一笔"),
    "not_approved": ("未批先付", "查明是谁付的、依据什么；没有依据的追回"),
    "wrong_payee": ("收款人不符", "核实钱进了谁的账户；不是本人或户主的追回后重发"),
    "overpaid": ("多付", "核实后追回多付的部分"),
    "recover": ("应追回", "随当前月的批准列入追回，通知本人退回"),
    "undecided": ("待核定", "核实后改正原表，或写进核定清单（fupin template settlements）；核定以前不补发，也不追回"),
    "back_pay": ("应补发", "随当前月的批准补发"),
    "paid": ("一致", ""),
    "underpaid": ("少付", "补发差额：改正后 fupin reconcile 月份 --reissue"),
    "cancelled": ("撤销", "不再补发"),
    "failed": ("代发失败", ""),
    "no_return": ("未回盘", "向银行要回盘文件，放进收件夹"),
    "unapproved": ("应发未批", "批准当月，或随当前月的批准补发"),
    "not_due": ("不应发", ""),
}
SETTLED = ("paid", "not_due", "cancelled")  # nothing is left to do
MONEY = ("due_fen", "approved_fen", "paid_fen", "difference_fen")


class UntiedError(RuntimeError):
    """The sums do not tie: a bug of the program, never a matter of the data (exit 70)."""


@dataclass(frozen=True)
class Reconciled:
    """Lines with their verdicts, and return rows that belong to no line."""

    lines: pl.DataFrame = field(repr=False)
    unmatched: pl.DataFrame = field(repr=False)

    def totals(self) -> dict[str, int]:
        """Sums in fen over all lines."""
        return {name: int(self.lines[name].sum()) for name in MONEY}

    def by_verdict(self) -> pl.DataFrame:
        """Lines and sums by verdict, in the order of `VERDICTS`."""
        sums = self.lines.group_by("verdict").agg(
            pl.len().cast(pl.Int64).alias("lines"), *[pl.col(name).sum() for name in MONEY]
        )
        order = pl.DataFrame({"verdict": list(VERDICTS)}).with_row_index("_n")
        return sums.join(order, on="verdict", how="left").sort("_n").drop("_n")


def reconcile(due: pl.DataFrame, money: pl.DataFrame, rows: pl.DataFrame) -> Reconciled:
    """Judge each line.

    `due`: `OBLIGATION`, `FACTS`, due_fen, status, codes (text) of each line that the roster makes now; `money`:
    `approved_and_paid` of the same months; `rows`: annotated return rows of the same months.

    Raises:
        UntiedError: a sum over the lines is not what it was before they were put together.
    """
    due = _held_since(due, money)
    strangers = _strangers(rows, due, money)
    lines = due.join(money, on=OBLIGATION, how="full", coalesce=True, suffix="_l", maintain_order="left_right")
    lines = lines.with_columns(pl.coalesce(f"{name}_l", name).alias(name) for name in FACTS)
    lines = lines.drop(f"{name}_l" for name in FACTS)
    lines = pl.concat([lines, strangers], how="diagonal_relaxed")
    numbers = [
        "due_fen",
        "approved_fen",
        "paid_fen",
        "posted_fen",
        "n_paid",
        "n_failed",
        "n_unknown",
        "n_unlinked",
        "outstanding_fen",
        "recovered_fen",
    ]
    flags = ["wrong_retry", "other_payee", "twice", "in_doubt", "failed_only", "pending", "undecided"]
    lines = lines.with_columns(pl.col(numbers).fill_null(0), pl.col(flags).fill_null(value=False))
    lines = _merged(lines)
    lines = lines.with_columns(verdict=_verdict(), difference_fen=pl.col("paid_fen") - pl.col("due_fen"))
    lines = _explained(lines)
    unmatched = rows.filter(pl.col("matched") != LINE)
    result = Reconciled(lines.sort("month", "township", "village", "person", "post_id", maintain_order=True), unmatched)
    _prove(result, due, money, rows)
    return result


def _held_since(due: pl.DataFrame, money: pl.DataFrame) -> pl.DataFrame:
    """Mark lines that stand approved and are now only held (`undecided`); their due counts as approved (SPEC 9.4)."""
    stands = money.filter(pl.col("posted_fen") > 0).select(*OBLIGATION, _stands="posted_fen")
    due = due.join(stands, on=OBLIGATION, how="left", maintain_order="left").with_columns(
        undecided=((pl.col("status") == "hold") & pl.col("_stands").is_not_null()).fill_null(value=False)
    )
    return due.with_columns(due_fen=pl.when("undecided").then("_stands").otherwise("due_fen")).drop("_stands")


def _strangers(rows: pl.DataFrame, due: pl.DataFrame, money: pl.DataFrame) -> pl.DataFrame:
    """Payments that match no approved line: each person's, on the one line of the month that was not approved, if so."""
    paid = rows.filter((pl.col("matched") == NONE) & (pl.col("result") == PAID))
    who = pl.coalesce("id_number", pl.format("{} {}", "name", "account"), "name")
    sums = paid.group_by(_person=who, month=pl.col("period"), maintain_order=True).agg(
        name=pl.col("name").first(), paid_fen=pl.col("amount_fen").sum(), n_paid=pl.len().cast(pl.Int64)
    )
    known = pl.concat([due.select(OBLIGATION), money.select(OBLIGATION)]).unique(maintain_order=True)
    single = known.filter(pl.len().over("person", "month") == 1)
    approved = money.filter(pl.col("approved_fen") > 0).select(OBLIGATION)
    single = single.join(approved, on=OBLIGATION, how="anti")
    placed = sums.join(
        single, left_on=["_person", "month"], right_on=["person", "month"], how="left", maintain_order="left"
    )
    return placed.select(
        pl.col("measure").fill_null(""),
        person="_person",
        post_id=pl.col("post_id").fill_null(""),
        month="month",
        name="name",
        paid_fen="paid_fen",
        n_paid="n_paid",
    )


def _merged(lines: pl.DataFrame) -> pl.DataFrame:
    """One row a line: a stranger's payment joins the line that it was put on."""
    sums = [c for c, t in lines.schema.items() if t.is_integer() and c not in OBLIGATION]
    flags = [c for c, t in lines.schema.items() if t == pl.Boolean]
    rest = [c for c in lines.columns if c not in (*OBLIGATION, *sums, *flags)]
    return lines.group_by(OBLIGATION, maintain_order=True).agg(
        pl.col(sums).sum(), pl.col(flags).any(), *(pl.col(c).drop_nulls().first() for c in rest)
    )


def _verdict() -> pl.Expr:
    due, approved, paid = pl.col("due_fen"), pl.col("approved_fen"), pl.col("paid_fen")
    several = (pl.col("n_unlinked") > 1) & (paid >= 2 * approved)
    duplicate = (approved > 0) & (pl.col("wrong_retry") | (pl.col("twice") & (paid > approved)) | several)
    rules = (
        ("duplicate", duplicate),
        ("not_approved", (paid > 0) & (approved <= 0)),
        ("wrong_payee", pl.col("other_payee")),
        ("overpaid", paid > approved),
        ("recover", (paid > 0) & (paid > due)),
        ("undecided", pl.col("undecided")),
        # More was paid back than was owed: it has to be given back.
        ("back_pay", (paid < 0) | ((paid > 0) & (paid == approved) & (due > approved))),
        ("paid", (paid > 0) & (paid == approved)),
        ("underpaid", paid > 0),
        ("cancelled", (approved > 0) & (due == 0)),
        ("failed", (approved > 0) & pl.col("failed_only")),
        ("no_return", approved > 0),
        ("unapproved", due > 0),
    )
    verdict = pl.lit("not_due")
    for name, fits in reversed(rules):
        verdict = pl.when(fits).then(pl.lit(name)).otherwise(verdict)
    return verdict


def _explained(lines: pl.DataFrame) -> pl.DataFrame:
    """Add `reason` (normalised), `why` (in words) and `advice`."""
    verdict = pl.col("verdict")
    unclear = (verdict == "no_return") & ((pl.col("n_unknown") > 0) | pl.col("in_doubt"))
    reason = pl.when(verdict == "failed").then(pl.col("reason").fill_null(OTHER)).when(unclear).then(pl.lit(UNCLEAR))
    lines = lines.with_columns(reason=reason)
    bank = (
        pl.when(pl.col("bank_words").is_not_null()).then(pl.format("（银行：{}）", "bank_words")).otherwise(pl.lit(""))
    )
    sent_again = (verdict == "no_return") & pl.col("pending")
    why = (
        pl.when(verdict == "failed")
        .then(pl.col("reason").replace_strict(REASON_WORDS, default="") + bank)
        .when(sent_again)
        .then(pl.lit("已补发，未回盘"))
        .when(unclear)
        .then(pl.lit(REASON_WORDS[UNCLEAR]))
        .when(
            verdict.is_in(["not_due", "cancelled", "recover", "undecided"])
            & pl.col("codes").is_not_null()
            & (pl.col("codes") != "")
        )
        .then("codes")
        .otherwise(pl.lit(""))
    )
    advice = verdict.replace_strict({name: text for name, (_, text) in VERDICTS.items()}, return_dtype=pl.String)
    return lines.with_columns(
        why=why,
        advice=pl.when(pl.col("reason").is_not_null())
        .then(pl.col("reason").replace_strict(REASON_ADVICE, default=""))
        .otherwise(advice),
    )


def _prove(result: Reconciled, due: pl.DataFrame, money: pl.DataFrame, rows: pl.DataFrame) -> None:
    """Compare the sums with those of what went in, and over verdicts with those over lines."""
    lines = result.lines
    by_verdict = result.by_verdict()
    strangers = int(rows.filter((pl.col("matched") == NONE) & (pl.col("result") == PAID))["amount_fen"].sum() or 0)
    totals = result.totals()
    proofs = {
        "应发": (totals["due_fen"], int(due["due_fen"].sum() or 0)),
        "批准": (totals["approved_fen"], int(money["approved_fen"].sum() or 0)),
        "实付": (totals["paid_fen"], int(money["paid_fen"].sum() or 0) + strangers),
        "差额": (totals["difference_fen"], totals["paid_fen"] - totals["due_fen"]),
        "行数": (lines.height, int(by_verdict["lines"].sum())),
        **{name: (totals[name], int(by_verdict[name].sum())) for name in MONEY},
    }
    for name, (one, other) in proofs.items():
        if one != other:
            raise UntiedError(f"{name}: {one} != {other}")

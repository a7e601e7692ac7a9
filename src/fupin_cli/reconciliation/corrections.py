"""What an approved month should have been: signed differences against what stands approved, and their netting.

An approved month never changes; what is found later is posted with the current month's approval, with the month it
comes from. Too much counts as much as too little.
"""

from __future__ import annotations

import polars as pl

from fupin_cli.measures.claims import HOLD, STATUS_WORDS
from fupin_cli.policy.rounding import fen_to_yuan_expr

KEYS = ["measure", "person", "post_id", "month"]
# What a line rests on, in the order in which a difference is explained.
FIGURES = ["status", "standard_fen", "numerator_x100", "divisor_x100", "codes"]
PAYEE = [
    "name",
    "county",
    "township",
    "village",
    "fund",
    "bank",
    "account",
    "payee",
    "payee_id",
    "phone",
    "head_name",
    "head_id",
]
BACK_PAY, RECOVER, CANCEL = "back_pay", "recover", "cancel"
UNSAID = "现在的表里没有这一行，或证号读不出了；当时的表可用 fupin inputs 取回，放进那个月的文件夹再算"
GONE = "gone"  # status of a line that the roster does not make any more


def unlike(sums: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """`KEYS` of lines that come to another amount than stands (`sums`: `KEYS`, `old_fen`), or are now held.

    Of most lines of most months there is nothing to be told.
    """
    amounts = new.select(*KEYS, "status", "amount_fen").join(sums, on=KEYS, how="full", coalesce=True)
    other = (pl.col("amount_fen").fill_null(0) != pl.col("old_fen").fill_null(0)) | (pl.col("status") == HOLD)
    return amounts.filter(other).select(KEYS)


def beside(old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """Lines as they stand beside lines as they are computed now (names with `_old`); of either there may be none.

    `old`: `KEYS`, `FIGURES`, `PAYEE`, `old_fen` (what stands, corrections counted), all of the last posting, `batch`,
    `line_no` of the first; `new`: `KEYS`, `FIGURES`, `PAYEE`, `amount_fen`, `due_fen`. Adds `new_fen`; both sums are 0 where
    there is no such line.
    """
    return new.join(old, on=KEYS, how="full", coalesce=True, suffix="_old", maintain_order="left_right").with_columns(
        new_fen=pl.col("amount_fen").fill_null(0), old_fen=pl.col("old_fen").fill_null(0)
    )


def differences(lines: pl.DataFrame, money: pl.DataFrame) -> pl.DataFrame:
    """Compare lines as they stand with lines as they are computed now (`beside`).

    `money`: `failed_only`, `approved_fen`, `paid_fen` of each old line. Gives one row a difference: `kind` (`back_pay`,
    `recover`; `cancel` where the money had come back anyway), `amount_fen` (signed), `old_fen`, `new_fen`, `reason`, and the
    line's facts, as they are now where there is such a line. A line partly returned gives two rows. A line that is now
    only held owes nothing (`undecided`).
    """
    lines = lines.filter(~_only_held())
    lines = lines.with_columns(_diff=pl.col("new_fen") - pl.col("old_fen")).filter(pl.col("_diff") != 0)
    lines = lines.join(
        money.select(*KEYS, "failed_only", "approved_fen", "paid_fen"), on=KEYS, how="left", maintain_order="left"
    )
    back = (
        pl.when(pl.col("failed_only").fill_null(value=False))
        .then(pl.col("approved_fen") - pl.col("paid_fen"))
        .otherwise(0)
    )
    less = pl.max_horizontal(-pl.col("_diff"), pl.lit(0, dtype=pl.Int64))
    lines = lines.with_columns(_cancel=pl.min_horizontal(less, back), _less=less, reason=_reason())
    parts = {
        BACK_PAY: pl.max_horizontal("_diff", pl.lit(0, dtype=pl.Int64)),
        CANCEL: -pl.col("_cancel"),
        RECOVER: pl.col("_cancel") - pl.col("_less"),
    }
    rows = [
        lines.select(
            *KEYS,
            *_facts(),
            "old_fen",
            "new_fen",
            "reason",
            source_batch=pl.col("batch").fill_null(""),
            source_line=pl.col("line_no").fill_null(0),
            old_status="status_old",
            due_fen="due_fen",
            kind=pl.lit(kind),
            amount_fen=amount,
        )
        for kind, amount in parts.items()
    ]
    return (
        pl.concat(rows)
        .filter(pl.col("amount_fen") != 0)
        .sort("month", "township", "village", "person", "post_id", "kind")
    )


def _facts() -> list[pl.Expr]:
    """The facts of a line as they are now; where there is none any more, as they were, and that it is gone."""
    gone = pl.col("amount_fen").is_null()
    now = (pl.coalesce(pl.when(~gone).then(name), f"{name}_old").alias(name) for name in (*PAYEE, *FIGURES))
    kept = [fact for fact in now if fact.meta.output_name() != "status"]
    return [*kept, pl.when(gone).then(pl.lit(GONE)).otherwise("status").alias("status")]


def undecided(lines: pl.DataFrame) -> pl.DataFrame:
    """Approved lines that are now only held (SPEC 9.4): nothing is posted for them until somebody decides.

    `lines`: `beside`. Gives `KEYS`, the line's facts, `codes`, `old_fen` and `reason`.
    """
    lines = lines.filter(_only_held())
    told = lines.select(*KEYS, *PAYEE, "codes", "old_fen", reason=_reason())
    return told.sort("month", "township", "village", "person", "post_id")


def _only_held() -> pl.Expr:
    return (pl.col("status") == HOLD).fill_null(value=False) & (pl.col("old_fen") > 0)


def _reason() -> pl.Expr:
    """Say what changed: the line itself, its status with the rules, the standard, the days."""
    gone, fresh = pl.col("amount_fen").is_null(), pl.col("status_old").is_null()
    known = STATUS_WORDS | {GONE: "无此行"}
    words = {
        status: pl.col(status).replace_strict(known, default=pl.col(status)) for status in ("status", "status_old")
    }
    rules = pl.when(pl.col("codes") != "").then(pl.format("（{}）", "codes")).otherwise(pl.lit(""))
    old_rules = pl.when(pl.col("codes_old") != "").then(pl.format("（{}）", "codes_old")).otherwise(pl.lit(""))
    parts = [
        pl.when(pl.col("status") != pl.col("status_old")).then(
            pl.format("原{}{}，现{}{}", words["status_old"], old_rules, words["status"], rules)
        ),
        pl.when(pl.col("standard_fen") != pl.col("standard_fen_old")).then(
            pl.format(
                "标准由 {} 改为 {}",
                fen_to_yuan_expr(pl.col("standard_fen_old")),
                fen_to_yuan_expr(pl.col("standard_fen")),
            )
        ),
        pl.when(
            pl.col("numerator_x100").ne_missing(pl.col("numerator_x100_old"))
            | pl.col("divisor_x100").ne_missing(pl.col("divisor_x100_old"))
        ).then(pl.format("天数由 {} 改为 {}", _days("_old"), _days(""))),
    ]
    changed = pl.concat_list(parts).list.drop_nulls().list.join("；")
    return (
        pl.when(gone & (pl.col("status") == HOLD))
        .then(pl.lit(UNSAID))
        .when(gone)
        .then(pl.lit("现在的花名册里没有这一行"))
        .when(fresh)
        .then(pl.format("批准时没有这一行，现{}{}", words["status"], rules))
        .when(changed != "")
        .then(changed)
        .otherwise(pl.lit("金额与批准的不同"))
    )


def _days(suffix: str) -> pl.Expr:
    def text(name: str) -> pl.Expr:
        days = fen_to_yuan_expr(pl.col(f"{name}{suffix}")).str.replace(r"\.?0+$", "")
        return pl.coalesce(days, pl.lit("无"))

    return pl.concat_str(text("numerator_x100"), pl.lit("/"), text("divisor_x100"))


def netting(outstanding: pl.DataFrame, payable: pl.DataFrame) -> pl.DataFrame:
    """Keep back what people owe from what they are to be paid, the oldest month first, never more than either.

    `outstanding`: `KEYS` and `owed_fen`; `payable`: person, measure, `line_no`, `amount_fen`, in the order of the batch.
    Gives `KEYS`, `source_line` (the payment it is kept back from) and `amount_fen`.
    """
    who = ["person", "measure"]
    owed = outstanding.filter(pl.col("owed_fen") > 0).sort("month", "post_id")
    owed = owed.with_columns(_end=pl.col("owed_fen").cum_sum().over(who)).with_columns(
        _start=pl.col("_end") - pl.col("owed_fen")
    )
    room = payable.filter(pl.col("amount_fen") > 0).with_columns(_until=pl.col("amount_fen").cum_sum().over(who))
    room = room.select(*who, "line_no", "_until", _from=pl.col("_until") - pl.col("amount_fen"))
    pairs = owed.join(room, on=who, maintain_order="left_right").with_columns(
        amount_fen=pl.min_horizontal("_end", "_until") - pl.max_horizontal("_start", "_from")
    )
    return pairs.filter(pl.col("amount_fen") > 0).select(*KEYS, "amount_fen", source_line="line_no")

"""Claim lines of the post measure: one for each person and post of the month, paid, held or refused (SPEC 2.6, 8.1).

Takes the month's lines and the findings on them; gives every line its status, all its codes and its amount.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.measures.settlements import SETTLED
from fupin_cli.policy import months
from fupin_cli.policy.rounding import HALF_UP, prorate_fen

if TYPE_CHECKING:
    from fupin_cli.policy.parameters import Policy

MEASURE = "post"
DAY = 100  # hundredths of a day
KEYS = ["id_number", "post_id"]
PAY, HOLD, REFUSE = "pay", "hold", "refuse"
STATUSES = (PAY, HOLD, REFUSE)
STATUS_WORDS = {PAY: "发放", HOLD: "暂缓", REFUSE: "不予"}
BIG = pl.Int128
SPOT = ["_src", "_row"]
ID_CODES, CELL_CODES = "^(ID00[1-57]|ID017)$", "^IN00[4-6]$"
# Columns that lines have and claims may lack.
NULLS = {
    "county": pl.String, "township": pl.String, "village": pl.String, "bank": pl.String, "account": pl.String, "payee_name": pl.String,
    "payee_key": pl.String, "phone": pl.String, "post_kind": pl.String, "before_num": pl.Int128, "before_den": pl.Int128, "after_num": pl.Int128,
    "after_den": pl.Int128, "cap_end": pl.Int64, "pension_date": pl.Date, "person_approval": pl.Date, "extended": pl.Boolean, "how": pl.String,
}  # fmt: skip


def line_codes(found: pl.DataFrame, spots: pl.DataFrame) -> pl.DataFrame:
    """Gather the findings of each line.

    `found` has code, effect, waived, table, _src, _row; `spots` says which line a row belongs to: table, _src, _row,
    id_number, post_id. Gives per line: codes, waived (both sorted lists), refused, held (by findings not waived), and
    `stopping`: the codes that hold or refuse it.
    """
    own = found.join(spots, on=["table", "_src", "_row"], nulls_equal=True)
    open_ = ~pl.col("waived")
    return own.group_by(KEYS).agg(
        codes=pl.col("code").unique().sort(),
        waived_codes=pl.col("code").filter(pl.col("waived")).unique().sort(),
        refused=(open_ & (pl.col("effect") == REFUSE)).any(),
        held=(open_ & (pl.col("effect") == HOLD)).any(),
        stopping=pl.col("code").filter(open_ & (pl.col("effect") != "none")).unique(),
    )


def claim_lines(lines: pl.DataFrame, codes: pl.DataFrame, policy: Policy, month: int) -> pl.DataFrame:
    """Give each line its status, amount and months.

    `lines` are the month's lines with months used (`months_counted`, `first_paid`, `used_num`, `used_den`), `extended`,
    `pension_date`, `due_fen`, what was settled by hand if anything was (`settlements.with_settled`), and the codes that a
    missing table adds (`missing`: list). Adds `status`, `codes`, `stopping` (those that hold or refuse it),
    `waived_codes`, `amount_fen` (what the bank pays), `due_fen` (null: cannot be computed), `before_num/den` and
    `after_num/den` (months used, exact), `cap_end` (month index; null where no month is left), `share_num/den`.
    """
    none = pl.lit([], dtype=pl.List(pl.String))
    lines = lines.with_columns(
        pl.lit(None, dtype=dtype).alias(name) for name, dtype in SETTLED.items() if name not in lines.columns
    )
    lines = lines.join(codes, on=KEYS, how="left", nulls_equal=True, maintain_order="left").with_columns(
        pl.col("codes").fill_null(none),
        pl.col("waived_codes").fill_null(none),
        pl.col("refused", "held").fill_null(value=False),
    )
    unpriced = pl.col("standard_fen").is_null()
    extra = pl.concat_list(pl.col("missing"), pl.when(unpriced).then(pl.lit("MEA001"))).list.drop_nulls()
    lines = lines.with_columns(
        codes=pl.concat_list("codes", extra).list.unique().list.sort(),
        stopping=pl.concat_list(
            pl.col("stopping" if "stopping" in lines.columns else "codes").fill_null(none), extra
        ).list.unique(),
        held=pl.col("held") | (extra.list.len() > 0),
    )
    status = pl.when("refused").then(pl.lit(REFUSE)).when("held").then(pl.lit(HOLD)).otherwise(pl.lit(PAY))
    lines = _no_day_twice(lines.with_columns(status=status), policy)
    return _with_months(_capped(lines, policy, month), policy, month)


def _no_day_twice(lines: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Where several lines of one person pay in the month (a move, or a waiver), pay no day of it twice.

    In the order of first approval: with `calendar` a later line is paid for the days that earlier ones leave; with
    days worked, which have no dates, up to the standard that they leave.
    """
    order = ["id_number", "first_approval", "on_post", "post_id"]
    pays = pl.col("status") == PAY
    several = lines.filter(pays & (pays.sum().over("id_number") > 1)).sort(order, nulls_last=True)
    if not several.height:
        return lines
    several = several.with_columns(_nth=pl.int_range(pl.len()).over("id_number"))
    if policy.settings.post.proration == "calendar":
        mine = several.select(*KEYS, "_nth", "paid_mask")
        earlier = mine.join(mine, on="id_number", suffix="_b").filter(pl.col("_nth_b") < pl.col("_nth"))
        taken = earlier.group_by(KEYS).agg(_taken=pl.col("paid_mask_b").bitwise_or())
        # What was settled by hand is not computed again, but all together never come to more than the standard.
        by_mask = pl.col("settled_days_x100").is_null() & pl.col("settled_fen").is_null()
        free = pl.col("paid_mask") & ~pl.col("_taken").fill_null(0)
        several = several.join(taken, on=KEYS, how="left").with_columns(
            numerator_x100=pl.when(by_mask)
            .then(free.bitwise_count_ones().cast(pl.Int64) * DAY)
            .otherwise("numerator_x100")
        )
        due = prorate_fen(pl.col("standard_fen"), pl.col("numerator_x100"), pl.col("divisor_x100"))
        several = several.with_columns(due_fen=pl.when(by_mask).then(due).otherwise("due_fen"))
        settled = (~by_mask).any().over("id_number")
        due = pl.when(settled).then(_within_standard()).otherwise("due_fen")
    else:
        due = _within_standard()
    changed = several.select(*KEYS, "numerator_x100", due_fen=due)
    return lines.update(changed, on=KEYS)


def _within_standard() -> pl.Expr:
    """What is due of a person's lines in their order (`_nth`), together at most the standard."""
    before = pl.col("due_fen").cum_sum().over("id_number", order_by="_nth") - pl.col("due_fen")
    return pl.min_horizontal("due_fen", pl.max_horizontal(pl.col("standard_fen") - before, pl.lit(0, dtype=pl.Int64)))


def _share(lines: pl.DataFrame) -> pl.DataFrame:
    """The fraction of a month that each line pays, exact: share_num / share_den (0 where nothing is due)."""
    known = pl.col("numerator_x100").is_not_null() & pl.col("divisor_x100").is_not_null()
    by_amount = pl.col("settled_fen").is_not_null() & (pl.col("standard_fen") > 0)
    num = (
        pl.when(known)
        .then(pl.min_horizontal("numerator_x100", "divisor_x100"))
        .when(by_amount)
        .then("due_fen")
        .otherwise(0)
    )
    den = pl.when(by_amount).then("standard_fen").otherwise(pl.col("divisor_x100").fill_null(1))
    return lines.with_columns(share_num=num.cast(BIG), share_den=den.cast(BIG))


def _capped(lines: pl.DataFrame, policy: Policy, month: int) -> pl.DataFrame:
    """Pay what the cap leaves: with months counted by fractions, the last month may be paid in part (SPEC 8.7)."""
    lines = _share(lines)
    if policy.settings.post.month_count != "prorated":
        return lines.with_columns(amount_fen=pl.when(pl.col("status") == PAY).then("due_fen").otherwise(0))
    cap = policy.cap_months(month)
    left_num = (cap * pl.col("used_den") - pl.col("used_num")).cast(BIG)
    over = (pl.col("share_num") * pl.col("used_den") > left_num * pl.col("share_den")) & ~pl.col("extended")
    partial = over & (pl.col("status") == PAY) & (left_num > 0)
    reduced = HALF_UP.divide(pl.col("standard_fen").cast(BIG) * left_num, pl.col("used_den").cast(BIG)).cast(pl.Int64)
    lines = lines.with_columns(
        due_fen=pl.when(partial).then(reduced).otherwise("due_fen"),
        share_num=pl.when(partial).then(left_num).otherwise("share_num"),
        share_den=pl.when(partial).then(pl.col("used_den").cast(BIG)).otherwise("share_den"),
        codes=pl.when(partial)
        .then(pl.concat_list("codes", pl.lit("CAP002")).list.unique().list.sort())
        .otherwise("codes"),
    )
    return lines.with_columns(amount_fen=pl.when(pl.col("status") == PAY).then("due_fen").otherwise(0))


def _with_months(lines: pl.DataFrame, policy: Policy, month: int) -> pl.DataFrame:
    """Months used before and after this line, and the last month that the cap or the pension date leaves."""
    post, cap = policy.settings.post, policy.cap_months(month)
    pays = pl.col("status") == PAY
    one = pl.lit(1, dtype=BIG)
    if post.month_count == "calendar_span":
        elapsed = pl.when(pl.col("first_paid") <= month).then(month - pl.col("first_paid")).otherwise(0).fill_null(0)
        before_num, before_den, step_num, step_den = elapsed.cast(BIG), one, one, one
    elif post.month_count == "prorated":
        before_num, before_den = pl.col("used_num").cast(BIG), pl.col("used_den").cast(BIG)
        step_num, step_den = pl.col("share_num"), pl.col("share_den")
    else:
        before_num, before_den, step_num, step_den = pl.col("months_counted").cast(BIG), one, one, one
    lines = lines.with_columns(before_num=before_num, before_den=before_den, _step_num=step_num, _step_den=step_den)
    after_num = pl.col("before_num") * pl.col("_step_den") + pl.col("_step_num") * pl.col("before_den")
    after_den = pl.col("before_den") * pl.col("_step_den")
    lines = lines.with_columns(
        after_num=pl.when(pays).then(after_num).otherwise("before_num"),
        after_den=pl.when(pays).then(after_den).otherwise("before_den"),
    )
    used_whole = (pl.col("before_num") // pl.col("before_den")).cast(pl.Int64)
    if post.month_count == "calendar_span":
        start = pl.when(pl.col("first_paid") <= month).then(pl.col("first_paid")).otherwise(month).fill_null(month)
        by_cap = (start + cap - 1).cast(pl.Int64)
    else:
        by_cap = month + cap - used_whole - 1
    by_pension = months.index_expr(pl.col("pension_date")).cast(pl.Int64)
    bounded = pl.lit(post.after_pension != "within_36")
    end = (
        pl.when("extended").then(by_pension)
        .when(bounded).then(pl.min_horizontal(by_cap, by_pension))
        .otherwise(by_cap)
    )  # fmt: skip
    return lines.with_columns(cap_end=pl.when(end >= month).then(end)).drop("_step_num", "_step_den")


def fraction_text(numerator: int, denominator: int) -> str:
    """A number of months as a decimal without trailing zeros; at most six decimals, the exact value is kept elsewhere."""
    whole, rest = divmod(numerator, denominator)
    digits = f"{rest * 10**6 // denominator:06d}".rstrip("0")
    return f"{whole}.{digits}" if digits else str(whole)


def claim_status(rows: pl.DataFrame, faults: pl.DataFrame, found: pl.DataFrame, more: list[str]) -> pl.DataFrame:
    """Give each claim its status, codes and amount.

    `rows`: a measure's claims with `id_ok`; `faults`: code, effect, waived, `_src`, `_row` of its own conditions;
    `found`: findings of the table that are of no measure (those on the ID number and unreadable cells stand on the line);
    `more`: codes that hold every line (a missing table).
    """
    cells = found.filter(pl.col("code").str.contains(f"{ID_CODES}|{CELL_CODES}"))
    cells = cells.with_columns(effect=pl.lit("none"), stops=pl.lit(value=True))
    columns = ["code", "effect", "waived", "stops", *SPOT]
    faults = faults.with_columns(stops=pl.col("effect") != "none")
    own = pl.concat([faults.select(columns), cells.select(columns)]).join(rows.select(SPOT), on=SPOT, how="semi")
    open_ = ~pl.col("waived")
    codes = own.group_by(SPOT).agg(
        codes=pl.col("code").unique().sort(),
        waived_codes=pl.col("code").filter(pl.col("waived")).unique().sort(),
        refused=(open_ & (pl.col("effect") == REFUSE)).any(),
        held=(open_ & (pl.col("effect") == HOLD)).any(),
        stopping=pl.col("code").filter(open_ & pl.col("stops")).unique(),
    )
    none = pl.lit([], dtype=pl.List(pl.String))
    lines = rows.join(codes, on=SPOT, how="left", maintain_order="left").with_columns(
        pl.col("codes", "waived_codes").fill_null(none), pl.col("refused", "held").fill_null(value=False)
    )
    extra = pl.lit(more, dtype=pl.List(pl.String))
    lines = lines.with_columns(
        codes=pl.concat_list("codes", extra).list.unique().list.sort(),
        stopping=pl.concat_list(pl.col("stopping").fill_null(none), extra).list.unique(),
    )
    stopped = pl.col("held") | ~pl.col("id_ok") | pl.col("due_fen").is_null() | pl.lit(bool(more))
    status = pl.when("refused").then(pl.lit(REFUSE)).when(stopped).then(pl.lit(HOLD)).otherwise(pl.lit(PAY))
    lines = lines.with_columns(status=status)
    lines = lines.with_columns(
        pl.lit(None, dtype=dtype).alias(name) for name, dtype in NULLS.items() if name not in lines.columns
    )
    return lines.with_columns(amount_fen=pl.when(pl.col("status") == PAY).then("due_fen").otherwise(0))

"""公益性岗位补贴 (三(五)): a share of the month's standard for each person and post, within the cap (SPEC 2, 8.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.intake.cell_findings import SHIFTED
from fupin_cli.measures.claims import BIG, PAY, SPOT
from fupin_cli.measures.claims import MEASURE as CODE
from fupin_cli.measures.measure import Claims, Measure
from fupin_cli.measures.settlements import decision_spots, with_settled
from fupin_cli.month.roster import DAY, KEYS, roster_rows
from fupin_cli.policy import months
from fupin_cli.policy.rounding import HALF_UP, prorate_fen

if TYPE_CHECKING:
    from fupin_cli.month.month import Month
    from fupin_cli.policy.parameters import Policy

TABLE, ATTENDANCE, DECISIONS = "assignments", "attendance", "settlements"


def claims(month: Month) -> Claims:
    """One claim a person and post of the month, with months used before and pension facts (`Month.counted`)."""
    holds = () if month.policy.standard_fen(month.month) is not None else ("MEA001",)
    return Claims(month.counted, left=int((~month.roster["in_month"]).sum()), holds=holds)


class Post(Measure):
    """What posts have of their own: rows that make a line, the share of a month, the cap."""

    def missing(self, month: Month) -> list[str]:
        """Also attendance, unless the month is shared by the calendar, and what the county says must be there."""
        post = month.settings.post
        attendance = [] if post.proration == "calendar" else [ATTENDANCE]
        needed = dict.fromkeys([*self.needs, *attendance, *month.settings.checks.required_tables])
        return [table for table in needed if not month.has(table)]

    def proration(self, policy: Policy) -> str:
        """The county's way of sharing a month."""
        return policy.settings.post.proration

    def standing(self, told: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:  # noqa: ARG002 - posts claim nothing
        """Every finding on the rows of a line."""
        return found.with_columns(stops=pl.col("effect") != "none")

    def decided(self, rows: pl.DataFrame, settled: pl.DataFrame) -> pl.DataFrame:
        """Days or sums of the 核定清单 stand in place of what was computed (SPEC 9.5)."""
        return with_settled(rows, settled)

    def spots(self, month: Month, rows: pl.DataFrame) -> pl.DataFrame:
        """Each roster row of the month, and each attendance and settlement row, belongs to the line of its person and post."""
        roster = month.roster.filter(pl.col("in_month")).select(pl.lit(TABLE).alias("table"), *SPOT, *KEYS)
        attended = month.attended
        parts = [roster, decision_spots(month)]
        if attended is not None:
            parts.append(attended.select(pl.lit(ATTENDANCE).alias("table"), *SPOT, *KEYS))
        lines = rows.select(*KEYS, line_src="_src", line_row="_row")
        return pl.concat(parts).join(lines, on=KEYS, nulls_equal=True).drop(KEYS)

    def aside(self, month: Month) -> pl.DataFrame:
        """Roster rows whose ID number cannot be a key, those of the month."""
        rows = roster_rows(month.intake.set_aside[TABLE], None, month.month)
        standard = pl.lit(month.policy.standard_fen(month.month), dtype=pl.Int64)
        # Of a row whose cells stand in wrong columns nobody knows for which months it is.
        mine = (pl.col("_reason") == SHIFTED) | (pl.col("touches") & ~pl.col("gone"))
        return rows.filter(mine).drop("_reason").with_columns(standard_fen=standard)

    def settle(self, lines: pl.DataFrame, month: Month) -> pl.DataFrame:
        """Amount and months: no day is paid twice, the cap in part, months used before and after."""
        return settled(lines, month.policy, month.month)

    def paid_to(self, lines: pl.DataFrame, month: Month) -> pl.DataFrame:  # noqa: ARG002 - the roster says it all
        """The roster says where people live and where the money goes."""
        # Where a row has no usable ID number, the row itself stands for the person.
        return lines.with_columns(person_key=pl.coalesce("id_number", pl.format("行{}-{}", *SPOT)))


def settled(lines: pl.DataFrame, policy: Policy, month: int) -> pl.DataFrame:
    """Give each line its amount and months.

    `lines` have `status`, `codes`, what was settled by hand (`settlements.with_settled`) and the months used (`months_counted`, `first_paid`, `used_num`, `used_den`), `extended`,
    `pension_date`, `due_fen`. Adds `amount_fen` (what the bank pays), `before_num/den` and `after_num/den` (months used,
    exact), `cap_end` (month index; null where no month is left), `share_num/den`.
    """
    return _with_months(_capped(_no_day_twice(lines, policy), policy, month), policy, month)


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
    """Pay what the cap leaves: with months counted by fractions, the last month may be paid in part (SPEC 8.7).

    No more is due of a line that is held: that is what it would pay.
    """
    lines = _share(lines)
    if policy.settings.post.month_count != "prorated":
        return lines.with_columns(amount_fen=pl.when(pl.col("status") == PAY).then("due_fen").otherwise(0))
    cap = policy.cap_months(month)
    left_num = (cap * pl.col("used_den") - pl.col("used_num")).cast(BIG)
    over = (pl.col("share_num") * pl.col("used_den") > left_num * pl.col("share_den")) & ~pl.col("extended")
    partial = over & (left_num > 0)
    reduced = HALF_UP.divide(pl.col("standard_fen").cast(BIG) * left_num, pl.col("used_den").cast(BIG)).cast(pl.Int64)
    lines = lines.with_columns(
        due_fen=pl.when(partial).then(reduced).otherwise("due_fen"),
        share_num=pl.when(partial).then(left_num).otherwise("share_num"),
        share_den=pl.when(partial).then(pl.col("used_den").cast(BIG)).otherwise("share_den"),
        codes=pl.when(partial & (pl.col("status") == PAY))
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
        pl.when("extended").then(by_pension).when(bounded).then(pl.min_horizontal(by_cap, by_pension)).otherwise(by_cap)
    )
    return lines.with_columns(cap_end=pl.when(end >= month).then(end)).drop("_step_num", "_step_den")


MEASURE = Post(
    CODE,
    TABLE,
    claims,
    needs=("posts", "registry", "accident_insurance"),
    numbers=("post.cap_months", "post.extension_years"),
    leads=True,
    counts_months=True,
    more_tables=(ATTENDANCE, DECISIONS),
)

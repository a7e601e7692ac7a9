"""培训生活费补贴 and 职业培训补贴 (四(三)): paid for the month in which a class ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.measures.cells import Deciding, unknown
from fupin_cli.measures.conditions import (
    BIG,
    fen,
    in_term,
    missing_settings,
    not_eligible,
    of_folder,
    on_post,
    rate_by,
    with_eligibility,
)
from fupin_cli.measures.measure import Claims, Fault, Measure, unset
from fupin_cli.measures.paid import BY_REF, once_only, paid_before, plain_ref, with_last_paid
from fupin_cli.policy import months
from fupin_cli.policy.rounding import HALF_UP

if TYPE_CHECKING:
    from fupin_cli.month.month import Month
    from fupin_cli.policy.settings import Settings

TABLE, LIVING, COURSE = "training", "training_living", "training_course"
DAY = 100
DIBAO_TIMES = "training.dibao_times"


CELLS = ("scheduled_days_x100", "attended_days_x100", "start", "end", "class_no")


def _base(ctx: Month, *also: str, needed: tuple[str, ...] = CELLS) -> tuple[pl.DataFrame, list[Fault], int]:
    """Claims of the month: those in its folder; of the inbox itself the classes that end in the month.

    `needed`: cells that decide; `also`: those that do where the file has them. A class of which the end is not known is of every month, and held.
    """
    everything = of_folder(ctx, TABLE)
    ends = (months.index_expr(pl.col("end")) == ctx.month).fill_null(value=True)
    rows = everything.filter(ctx.folder.is_not_null() | ends)
    rows = with_eligibility(ctx, rows).with_columns(ref="class_no", _from="start", _until="end")
    rows, unclear = unknown(ctx, TABLE, rows, Deciding(needed=needed, where_there=also))
    too_many = (pl.col("attended_days_x100") > pl.col("scheduled_days_x100")).fill_null(value=False)
    never = (pl.col("attended_days_x100") == 0).fill_null(value=False)
    reversed_ = (pl.col("end") < pl.col("start")).fill_null(value=False)
    faults = [
        *unclear,
        *not_eligible(),
        Fault("MEA009", too_many, "实到天数多于应到天数", "attended_days_x100"),
        Fault("MEA009", never, "一天也没有到", "attended_days_x100", "refuse"),
        Fault("MEA016", reversed_, "结业日期早于开班日期", "end", "hold"),
        Fault("MEA016", (pl.col("start") > ctx.last).fill_null(value=False), "到本月末还没有开班", "start", "hold"),
    ]
    return rows, faults, ctx.intake.tables[TABLE].height - rows.height


def living(ctx: Month) -> Claims:
    """Daily rate (monthly 低保 × 1.5 ÷ days) × days attended. A day of two classes is paid with the earlier one."""
    own = ctx.settings.training
    rows, faults, left = _base(ctx)
    rows = _free_days(ctx, rows)
    times = ctx.policy.share(DIBAO_TIMES, ctx.month)
    dibao = fen(own.dibao_monthly)
    month_rate = None if dibao is None else HALF_UP.divide(dibao * times.numerator, times.denominator)
    payable = pl.min_horizontal("attended_days_x100", "_free_x100")
    divisor = own.days_per_month * DAY
    top = pl.lit(dibao, dtype=BIG) * pl.lit(times.numerator, dtype=BIG) * pl.col("numerator_x100").cast(BIG)
    exact = HALF_UP.divide(top, pl.lit(times.denominator * divisor, dtype=BIG)).cast(pl.Int64)
    rows = rows.with_columns(
        rate_fen=pl.lit(month_rate, dtype=pl.Int64),
        numerator_x100=pl.when(pl.col("attended_days_x100").is_not_null()).then(payable),
        divisor_x100=pl.lit(divisor, dtype=pl.Int64),
        how=pl.lit(f"农村低保月标准 × {float(times):g} ÷ {own.days_per_month} × 实到天数"),
    ).with_columns(due_fen=exact)
    rows, exclusion = _on_full_post(ctx, rows)
    rows, again = _before(ctx, rows, LIVING)
    none = ((pl.col("numerator_x100") == 0) & (pl.col("attended_days_x100") > 0) & pl.col("_taken")).fill_null(
        value=False
    )
    covered = Fault("CAP010", none, "这几天与此人另一个班重叠，同一天只补一次", "start")
    missing = missing_settings(living_settings(ctx.settings))
    return Claims(rows, [*missing, *faults, covered, *exclusion, *again, *in_term(ctx, rows, LIVING)], left)


def _free_days(ctx: Month, rows: pl.DataFrame) -> pl.DataFrame:
    """Add `_free_x100`: days of each class to the month's end, both included, that no other class of the person takes.

    The class that begins first takes a day, and before it one that was paid in an earlier month. A class at which the
    person never was is not paid and takes none. `_taken`: some days of it are taken.
    """
    until = pl.min_horizontal("end", pl.lit(ctx.last))
    days = pl.max_horizontal((until - pl.col("start")).dt.total_days() + 1, pl.lit(0))
    rows = rows.with_row_index("_class").with_columns(_days=days)
    paid = _paid_days(ctx)
    doubtful = rows.filter(pl.col("id_number").is_duplicated() | pl.col("id_number").is_in(paid["id_number"].implode()))
    there = (pl.col("_days") > 0) & (pl.col("attended_days_x100").fill_null(1) > 0)
    order = ["start", "attended_days_x100", "end", "class_no"]
    slots = doubtful.filter(there).sort(order, maintain_order=True).with_row_index("_nth")
    slots = slots.select("_class", "_nth", "id_number", _day=pl.date_ranges("start", until)).explode("_day")
    slots = slots.join(paid, on=["id_number", "_day"], how="anti")
    own = slots.filter(pl.col("_nth") == pl.col("_nth").min().over("id_number", "_day")).group_by("_class")
    rows = rows.join(own.agg(_own=pl.len().cast(pl.Int64)), on="_class", how="left", maintain_order="left")
    alone = ~pl.col("_class").is_in(doubtful["_class"].implode())
    free = pl.when(alone | pl.col("_days").is_null()).then("_days").otherwise(pl.col("_own").fill_null(0))
    return rows.with_columns(_taken=free < pl.col("_days"), _free_x100=free * DAY).drop("_class", "_own")


def _paid_days(ctx: Month) -> pl.DataFrame:
    """Days of the classes for which a person was paid in other months: id_number, `_day`; the classes stand in the files of then."""
    before = paid_before(ctx, LIVING).select("id_number", _key=plain_ref(pl.col("ref"))).drop_nulls().unique()
    if not before.height:
        return pl.DataFrame(schema={"id_number": pl.String, "_day": pl.Date})
    classes = ctx.rows_since(TABLE, 0).with_columns(_key=plain_ref(pl.col("class_no")))
    classes = classes.join(before, on=["id_number", "_key"], how="semi").filter(pl.col("start") <= pl.col("end"))
    return classes.select("id_number", _day=pl.date_ranges("start", "end")).explode("_day").unique()


def _on_full_post(ctx: Month, rows: pl.DataFrame) -> tuple[pl.DataFrame, list[Fault]]:
    """CAP009: on days when attendance on a post is full, nobody was at a class."""
    full = on_post(ctx).filter("full").select("id_number", _full=pl.lit(value=True))
    rows = rows.join(full, on="id_number", how="left", maintain_order="left")
    inside = (pl.col("end") >= ctx.first) & (pl.col("start") <= ctx.last)
    return rows, [
        Fault("CAP009", pl.col("_full").is_not_null() & inside, "本月在公益性岗位上满勤，与培训的日子重叠", "start")
    ]


def _before(ctx: Month, rows: pl.DataFrame, measure: str) -> tuple[pl.DataFrame, list[Fault]]:
    """CAP010: the same class paid before."""
    return with_last_paid(ctx, rows, measure, BY_REF, begins=months.index_expr(pl.col("start"))), once_only()


def course(ctx: Month) -> Claims:
    """The county's rate for the person and course, to the training body; the trainee is not charged."""
    own = ctx.settings.training
    rows, faults, left = _base(ctx, "charged", needed=(*CELLS, "provider"))
    rate = rate_by("trade", own.courses, own.course)
    rows = rows.with_columns(
        rate_fen=rate,
        due_fen=rate,
        numerator_x100=pl.lit(DAY, dtype=pl.Int64),
        divisor_x100=pl.lit(DAY, dtype=pl.Int64),
        payee_key="provider",
        payee_name="provider",
        account=pl.lit(None, dtype=pl.String),
        bank=pl.lit(None, dtype=pl.String),  # those of the form are the trainee's
        how=pl.format("工种 {} 的标准", pl.col("trade").fill_null("不明")),
    )
    rows, again = _before(ctx, rows, COURSE)
    charged = Fault("MEA010", pl.col("charged").fill_null(value=False), "向学员收了费", "charged")
    unset_rate = Fault(
        "MEA001",
        pl.col("rate_fen").is_null(),
        "没有设置 training.course，也没有设置这个工种的 training.courses",
        "trade",
        "hold",
    )
    unfinished = Fault("MEA016", (pl.col("end") > ctx.last).fill_null(value=False), "到本月末还没有结业", "end", "hold")
    return Claims(rows, [unset_rate, *faults, charged, unfinished, *again, *in_term(ctx, rows, COURSE)], left)


def living_settings(given: Settings) -> list[str]:
    """What must be set: the rural 低保 standard."""
    return unset("training", given.training, "dibao_monthly")


def course_settings(given: Settings) -> list[str]:
    """What must be set: a rate, or rates by trade."""
    return [] if given.training.courses else unset("training", given.training, "course")


LIVING_SUBSIDY = Measure(
    LIVING,
    TABLE,
    living,
    living_settings,
    section="training",
    numbers=(DIBAO_TIMES,),
    county=("dibao_monthly", "days_per_month"),
)
COURSE_SUBSIDY = Measure(COURSE, TABLE, course, course_settings, section="training", county=("course", "courses"))

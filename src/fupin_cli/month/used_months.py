"""Months of the post subsidy that a person has used (SPEC 8.7), and whether the extension to the pension date holds."""

from __future__ import annotations

from datetime import date
from math import lcm
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.plans import collected
from fupin_cli.policy import months
from fupin_cli.policy.idnumber import birth_expr, sex_expr
from fupin_cli.policy.pension import RESIDENT, pension_date_expr

if TYPE_CHECKING:
    from collections.abc import Collection

    from fupin_cli.policy.parameters import Policy

POSTS = "post"  # the history's code of the post subsidy
NOT_PAID = ("failed", "recovered")  # a word that the lists do not know counts as paid (9.A3)
FAR = date(9999, 12, 31)
MONTHS = 2**20  # more than there are month indexes


def stayed() -> pl.Expr:
    """Rows of the payment history whose money did not come back and was not recovered."""
    return ~pl.col("status").fill_null("paid").is_in(NOT_PAID)


def paid_rows(history: pl.DataFrame) -> pl.DataFrame:
    """Rows of the payment history that are payments: an amount above 0, not returned, not recovered."""
    return history.filter((pl.col("amount_fen") > 0) & stayed() & pl.col("month").is_not_null())


def post_payments(history: pl.DataFrame) -> pl.DataFrame:
    """Rows of the payment history that are payments of the post subsidy."""
    return paid_rows(history).filter(pl.col("measure") == POSTS)


def uncounted(history: pl.DataFrame, listed: Collection[str]) -> pl.DataFrame:
    """Rows of the history that did not come back and cannot be counted: of no month, no amount, or no kind (`listed`) that can be read.

    Gives id_number, name, measure (null or as it is written), month, ref.
    """
    unread = pl.col("month").is_null() | pl.col("amount_fen").is_null()
    unread |= ~pl.col("measure").is_in(list(listed)).fill_null(value=False)
    stays = stayed() & (pl.col("amount_fen") > 0).fill_null(value=True)
    return history.filter(unread & stays).select("id_number", "name", "measure", "month", ref="post_id")


def besides_posts(history: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Payments of every measure besides posts, by measure: id_number, month, amount_fen, ref (what the claim is known by)."""
    paid = paid_rows(history).filter(pl.col("measure") != POSTS)
    rows = paid.select("measure", "id_number", "month", "amount_fen", ref="post_id")
    return {key: own for (key,), own in rows.partition_by("measure", as_dict=True, include_key=False).items()}


def coded(people: pl.Series) -> pl.Series:
    """A number for each distinct text of a column, null for none: compared and grouped several times as fast."""
    return people.cast(pl.Categorical).to_physical()


def payments(history: pl.DataFrame, people: pl.Series | None = None) -> pl.DataFrame:
    """Payments of the history (`paid_rows`) with what is counted of them alone: id_number, measure, month, amount_fen.

    Adds `_who`, a number for each person (`people`: as `coded`, where it is known), and `_nth`, the row in the history: a
    county pays millions of times over the years, and of few payments there is more to say.
    """
    people = coded(history["id_number"]) if people is None else people
    few = history.select("id_number", "measure", "month", "amount_fen", "status")
    counted = few.with_columns(people.alias("_who"), _nth=pl.int_range(pl.len(), dtype=pl.UInt32))
    return paid_rows(counted).drop("status")


def used_months(history: pl.DataFrame, policy: Policy, month: int, measure: str = POSTS) -> pl.DataFrame:
    """Count what each person has used of a measure by a payment history (`used_of`)."""
    return used_of(payments(history), policy, month, measure)


def used_of(paid: pl.DataFrame, policy: Policy, month: int, measure: str = POSTS) -> pl.DataFrame:
    """Count what each person has used of a measure before a line of `month` is paid; the line's own month does not count.

    `paid`: what `payments` gives.

    Gives id_number, months_counted (distinct months), first_paid (month index), used_num / used_den: the exact
    number of months by the county's way of counting (`paid_months`, `prorated`; `calendar_span` needs first_paid).
    """
    paid = paid.filter((pl.col("measure") == measure) & (pl.col("month") != month) & pl.col("_who").is_not_null())
    if policy.settings.post.month_count != "prorated":
        return _months_of(paid)
    by_month = by_person_and_month(paid)
    standards = policy.standards_fen(paid["month"].unique())
    common = lcm(*standards.values()) if standards else 1
    big = pl.Int128
    standard = pl.col("month").replace_strict(standards, default=None, return_dtype=pl.Int64)
    share = (
        pl.min_horizontal("amount_fen", standard).cast(big) * pl.lit(common, dtype=big) // standard.cast(big)
    ).fill_null(
        pl.lit(common, dtype=big)  # a month without a standard counts whole
    )
    used = by_month.group_by("_person", maintain_order=True).agg(
        pl.col("id_number").first(),
        months_counted=pl.len().cast(pl.Int64),
        first_paid=pl.col("month").min(),
        used_num=share.sum(),
        used_den=pl.lit(common, dtype=big),
    )
    return used.drop("_person")


def _months_of(paid: pl.DataFrame) -> pl.DataFrame:
    """Count whole months (`used_of`): of millions of payments only the numbers of person and month are looked at."""
    keys = paid.select(_key=month_key().unique()).sort("_key")
    months = keys.select(_who=(pl.col("_key") // MONTHS).set_sorted(), month=(pl.col("_key") % MONTHS).cast(pl.Int32))
    used = months.group_by("_who", maintain_order=True).agg(
        months_counted=pl.len().cast(pl.Int64),
        first_paid=pl.col("month").min(),
        used_num=pl.len().cast(pl.Int128),
        used_den=pl.lit(1, dtype=pl.Int128),
    )
    people = paid.select(pl.col("_who").cast(pl.Int64), "id_number").filter(pl.col("_who").is_first_distinct())
    named = used.join(people, on="_who", how="left", maintain_order="left")
    return named.select("id_number", "months_counted", "first_paid", "used_num", "used_den")


def by_person_and_month(paid: pl.DataFrame) -> pl.DataFrame:
    """What each person was paid for each month: `_person` (a number, in order), id_number, month, amount_fen.

    A county pays millions of times over the years: a long ID number is looked at once and becomes a number, and numbers
    are sorted and grouped four times as fast as texts. Payments to nobody that is known by a number are left out.
    """
    numbered = paid.filter(pl.col("_who").is_not_null()).select("id_number", "month", "amount_fen", _key=month_key())
    by_month = numbered.sort("_key").group_by("_key", maintain_order=True)
    sums = by_month.agg(pl.col("id_number", "month").first(), pl.col("amount_fen").sum())
    return sums.select("id_number", "month", "amount_fen", _person=(pl.col("_key") // MONTHS).set_sorted())


def month_key() -> pl.Expr:
    """Person and month of a payment (`payments`) as one number."""
    return pl.col("_who").cast(pl.Int64) * MONTHS + pl.col("month")


def with_used(lines: pl.DataFrame, paid: pl.DataFrame | None, policy: Policy, month: int) -> pl.DataFrame:
    """Add to lines what their person has used (`used_of`); without a history nothing is known to be used."""
    if paid is None:
        return lines.with_columns(
            months_counted=pl.lit(0, dtype=pl.Int64),
            first_paid=pl.lit(None, dtype=pl.Int32),
            used_num=pl.lit(0, dtype=pl.Int128),
            used_den=pl.lit(1, dtype=pl.Int128),
        )
    used = used_of(paid, policy, month)
    return lines.join(used, on="id_number", how="left", maintain_order="left").with_columns(
        pl.col("months_counted", "used_num").fill_null(0), pl.col("used_den").fill_null(1)
    )


def with_months(
    lines: pl.DataFrame, assignments: pl.DataFrame, paid: pl.DataFrame | None, policy: Policy, month: int
) -> pl.DataFrame:
    """Lines with months used by what was paid (`payments`), first approval (`person_approval`) and pension facts."""
    approvals = approvals_of(assignments, paid).rename({"first_approval": "person_approval"})
    lines = lines.join(approvals, on="id_number", how="left", maintain_order="left")
    return with_used(pension_facts(lines, policy, month), paid, policy, month)


def first_approvals(assignments: pl.DataFrame, history: pl.DataFrame | None) -> pl.DataFrame:
    """First approval of each person by roster and payment history (`approvals_of`)."""
    return approvals_of(assignments, None if history is None else payments(history))


def approvals_of(rows: pl.DataFrame, paid: pl.DataFrame | None, measure: str = POSTS) -> pl.DataFrame:
    """First approval of each person: the earliest 首次核定日期, or the first paid month (`payments`) if that began before it.

    `rows`: all rows of roster or claims that are known, of whatever month. Gives id_number, first_approval (Date, null
    where nothing is known).
    """
    known = rows.lazy().group_by("id_number").agg(pl.col("first_approval").min())
    if paid is None:
        return collected(known, rows.height)
    own = paid.lazy().filter(pl.col("measure") == measure)
    first = own.group_by("_who").agg(pl.col("id_number").first(), _month=pl.col("month").min()).drop("_who")
    day = pl.date(pl.col("_month") // 12, pl.col("_month") % 12 + 1, 1)
    earlier = pl.col("_month") < months.index_expr(pl.col("first_approval"))
    told = (
        known.join(first, on="id_number", how="left")
        .with_columns(
            first_approval=pl.when(pl.col("first_approval").is_null() | earlier.fill_null(value=False))
            .then(pl.coalesce(pl.when(pl.col("_month").is_not_null()).then(day), "first_approval"))
            .otherwise("first_approval")
        )
        .drop("_month")
    )
    return collected(told, rows.height + paid.height)


def pension_facts(
    lines: pl.DataFrame, policy: Policy, month: int, extension: str = "post.extension_years"
) -> pl.DataFrame:
    """Pension scheme and date of each line's person, and whether the line may go on to that date.

    `lines` has id_number, insured_type, first_approval of the person (`person_approval`). Adds `scheme` (null: a woman
    insured as an employee of unknown kind), `pension_date` (by the law of the month; one that lies ahead by the law that
    will be in force then), `extended` (less than 5 years away at first approval): SPEC 2.3, 2.4.
    """
    years = policy.number(extension, month)
    sex = sex_expr(pl.col("id_number"))
    default = RESIDENT if policy.settings.post.scheme == "resident" else None
    kinds = ["职工", "企业职工", "城镇职工", "职工男", "职工女", "职工女干部", "职工女工人"]
    employee = pl.col("insured_type").is_in(kinds) | (pl.col("insured_type").is_null() & pl.lit(default is None))
    fits = pl.col("insured_type").is_in(["职工女干部", "职工女工人"])
    scheme = (
        pl.when(pl.col("insured_type") == RESIDENT)
        .then(pl.lit(RESIDENT))
        .when(employee & (sex == "男"))
        .then(pl.lit("职工男"))
        .when(employee & fits)
        .then(pl.col("insured_type"))
        .when(pl.col("insured_type").is_null())
        .then(pl.lit(default, dtype=pl.String))  # of what is written and not known nobody can say which scheme it is
    )
    # What every step of the pension's age asks for becomes a column: the day of birth, by which day's law.
    birth, approval = pl.col("_birth"), pl.col("person_approval")
    today = pl.lit(months.last_day(month))
    law_on = pl.max_horizontal(pension_date_expr(birth, pl.col("scheme"), today), today)
    lines = lines.with_columns(scheme=scheme, _birth=birth_expr(pl.col("id_number"))).with_columns(_law_on=law_on)
    lines = lines.with_columns(
        pension_date=pension_date_expr(birth, pl.col("scheme"), pl.col("_law_on")),
        _then=pension_date_expr(birth, pl.col("scheme"), approval.fill_null(FAR)),
    )
    near = (pl.col("_then").dt.offset_by(f"-{years}y") < approval) & (approval <= pl.col("_then"))
    return lines.with_columns(extended=near.fill_null(value=False)).drop("_then", "_birth", "_law_on")

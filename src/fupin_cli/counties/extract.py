"""What a county gives for the comparison: codes, months, dates. No name, number or amount leaves the county (SPEC 16).

One row of kind `person` for each person with a good ID number, one of kind `account` or `phone` for each that a person
uses. Sorted by `bucket` (the first byte of the code), so that a reader skips what it does not compare.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

from fupin_cli.counties.codes import ACCOUNT, PERSON, PHONE, coded
from fupin_cli.month.listed import prison_terms
from fupin_cli.month.mentions import PLAIN_LENGTH, UNKNOWN_ID
from fupin_cli.month.used_months import first_approvals, post_payments, used_months
from fupin_cli.policy.idnumber import birth_expr, is_valid_expr

if TYPE_CHECKING:
    from fupin_cli.month.month import Month

KINDS = {"person": 0, "account": 1, "phone": 2}
MONTHS, OWN_BIT = 64, 63  # bits of the mask; the last is the month of the comparison, the first 63 months before it
PARTS = 1000  # a month in parts, for what counties that count by fractions have not used of the months in their mask
SCHEMA: dict[str, Any] = {
    "kind": pl.UInt8,
    "bucket": pl.UInt8,
    "code": pl.UInt64,
    "check": pl.UInt32,
    "person": pl.UInt64,
    "registry": pl.Boolean,
    "roster": pl.Boolean,
    "mask": pl.UInt64,
    "older": pl.Int16,
    "short": pl.Int32,
    "first_approval": pl.Date,
    "dead": pl.Date,
    "jailed": pl.Date,
    "freed": pl.Date,
    "paid_from": pl.Int32,
    "paid_until": pl.Int32,
    "dead_unsure": pl.Boolean,
    "jailed_unsure": pl.Boolean,
}
PEOPLE: dict[str, Any] = {
    "person": pl.UInt64,
    "check": pl.UInt32,
    "id_number": pl.String,
    "name": pl.String,
    "insured_type": pl.String,
}
LISTS = ("dead", "jailed", "freed", "paid_from", "paid_until", "dead_unsure", "jailed_unsure")
PHONE_NUMBER = r"^1[3-9]\d{9}$"
PAID_BY = ("post", "measure")  # groups of the tables by which people are paid
PAYEE = ("payee_name", "payee_id")
WEAKEST_ACCOUNT = 8  # signs: what is shorter is no account


@dataclass
class Extract:
    """`rows` (`SCHEMA`) for the comparison, and `people` (`PEOPLE`), by which the county knows its own again."""

    rows: pl.DataFrame = field(repr=False)
    people: pl.DataFrame = field(repr=False)


def extract(ctx: Month, key: bytes) -> Extract:
    """Make a county's extract of a month, with the key that all counties of the comparison share."""
    facts = _facts(ctx)
    codes = coded(facts["id_number"], key, PERSON)
    persons = facts.join(codes, left_on="id_number", right_on="value", maintain_order="left")
    person_of = persons.select("id_number", person="code")
    used = [
        _used(table, person_of, key, domain).with_columns(kind=pl.lit(KINDS[kind], dtype=pl.UInt8))
        for kind, table, domain in (("account", _accounts(ctx), ACCOUNT), ("phone", _phones(ctx), PHONE))
    ]
    rows = pl.concat(
        [persons.with_columns(kind=pl.lit(KINDS["person"], dtype=pl.UInt8), person="code"), *used],
        how="diagonal_relaxed",
    )
    rows = rows.with_columns(
        pl.col("registry", "roster").fill_null(value=False),
        pl.col("mask", "older", "short").fill_null(0),
        bucket=pl.col("code") // 2**56,
    )
    rows = rows.select(pl.col(name).cast(dtype) for name, dtype in SCHEMA.items()).sort(
        "bucket", "kind", "code", "person"
    )
    people = persons.with_columns(person="code").select(pl.col(name).cast(dtype) for name, dtype in PEOPLE.items())
    return Extract(rows, people)


def _facts(ctx: Month) -> pl.DataFrame:
    """One row a person with a good ID number, from any table that counts here."""
    parts = {
        "registry": _ids(ctx, "registry"),
        "roster": ctx.judged["id_number"] if ctx.has("assignments") else None,
        "history": _paid(ctx)["id_number"],
        "deaths": ctx.lasting("deaths")["id_number"] if ctx.has("deaths") else None,
        "prisoners": ctx.lasting("prisoners")["id_number"] if ctx.has("prisoners") else None,
        "public_payroll": ctx.listed("public_payroll")["id_number"] if ctx.has("public_payroll") else None,
    }
    known = [series.alias("id_number") for series in parts.values() if series is not None]
    everybody = (
        pl.DataFrame(pl.concat(known).drop_nulls().unique(maintain_order=True))
        if known
        else pl.DataFrame(schema={"id_number": pl.String})
    )
    number = pl.col("id_number")
    good = (
        (number.str.len_chars() == PLAIN_LENGTH)
        & ~number.str.starts_with(UNKNOWN_ID)
        & is_valid_expr(number)
        & birth_expr(number).is_not_null()
    )
    facts = everybody.filter(good.fill_null(value=False))
    for flag in ("registry", "roster"):
        ids = parts[flag]
        facts = facts.with_columns(
            (number.is_in(ids.implode()) if ids is not None else pl.lit(value=False)).alias(flag)
        )
    for extra in (_months(ctx), _approvals(ctx), _lists(ctx), _names(ctx)):
        facts = facts.join(extra, on="id_number", how="left", maintain_order="left")
    return facts


def _ids(ctx: Month, table: str) -> pl.Series | None:
    frame = ctx.maybe(table)
    return None if frame is None else frame["id_number"]


def _paid(ctx: Month) -> pl.DataFrame:
    history = ctx.maybe("payment_history")
    if history is None:
        return pl.DataFrame(schema={"id_number": pl.String, "month": pl.Int32})
    return post_payments(history).select("id_number", "month")


def _months(ctx: Month) -> pl.DataFrame:
    """Paid months as bits, how many lie before the first bit, and what fractions leave unused (in thousandths)."""
    first = ctx.month - OWN_BIT
    paid = _paid(ctx).drop_nulls().unique()
    bit = pl.lit(2, dtype=pl.UInt64).pow((pl.col("month") - first).cast(pl.UInt32)).cast(pl.UInt64)
    inside = pl.col("month").is_between(first, ctx.month)
    masks = paid.filter(inside).group_by("id_number").agg(mask=bit.bitwise_or())
    older = paid.filter(pl.col("month") < first).group_by("id_number").agg(older=pl.len())
    found = masks.join(older, on="id_number", how="full", coalesce=True)
    if ctx.settings.post.month_count != "prorated" or not ctx.has("payment_history"):
        return found.with_columns(short=pl.lit(0, dtype=pl.Int32))
    used = used_months(ctx.intake.tables["payment_history"], ctx.policy, ctx.month)
    whole = pl.col("months_counted").cast(pl.Int128) * pl.col("used_den")
    short = used.select("id_number", short=((whole - pl.col("used_num")) * PARTS // pl.col("used_den")).cast(pl.Int32))
    return found.join(short, on="id_number", how="left")


def _approvals(ctx: Month) -> pl.DataFrame:
    """The first approval as the county knows it; of who is only in the history, the first paid month."""
    paid = _paid(ctx).group_by("id_number").agg(pl.col("month").min())
    by_pay = paid.select("id_number", _day=pl.date(pl.col("month") // 12, pl.col("month") % 12 + 1, 1))
    roster = ctx.maybe("assignments")
    if roster is None:
        return by_pay.rename({"_day": "first_approval"})
    known = first_approvals(roster, ctx.maybe("payment_history"))
    both = known.join(by_pay, on="id_number", how="full", coalesce=True)
    return both.select("id_number", first_approval=pl.coalesce("first_approval", "_day")).unique(
        "id_number", keep="first"
    )


def _lists(ctx: Month) -> pl.DataFrame:
    """Dates of the lists of the dead, of prisoners and of the public payroll: those that touch the month.

    `…_unsure`: listed without a day that can be read, or by older lists alone, and not otherwise: what the county's own
    POST011 only holds refuses nobody elsewhere.
    """
    found = pl.DataFrame(schema={"id_number": pl.String})
    parts = []
    if ctx.has("deaths"):
        died = ctx.lasting("deaths").lazy().group_by("id_number")
        unsure = pl.col("death_date").is_null().all() | pl.col("older").all() | pl.col("_old_number").all()
        dead = died.agg(dead=pl.col("death_date").min(), dead_unsure=unsure)
        parts.append(dead.filter(pl.col("dead").fill_null(ctx.last) <= ctx.last))
    if ctx.has("prisoners"):
        here = (pl.col("start").fill_null(ctx.last) <= ctx.last) & (pl.col("end").fill_null(ctx.first) >= ctx.first)
        terms = prison_terms(ctx).lazy().filter(here).sort("unread", "start", nulls_last=True).group_by("id_number")
        unsure = pl.col("older").all() | pl.col("unread").all() | pl.col("_old_number").all()
        parts.append(terms.agg(jailed=pl.col("start").first(), freed=pl.col("end").first(), jailed_unsure=unsure))
    if ctx.has("public_payroll"):
        start, end = pl.col("start_month"), pl.col("end_month")
        here = (start.is_null() | (start <= ctx.month)) & (end.is_null() | (end >= ctx.month))
        paid = ctx.listed("public_payroll").lazy().filter(here).sort("start_month")
        # Without a start it is the month itself that is known.
        parts.append(
            paid.group_by("id_number").agg(paid_from=start.first().fill_null(ctx.month), paid_until=end.first())
        )
    for part in parts:
        found = found.join(part.collect(), on="id_number", how="full", coalesce=True)
    absent = [name for name in LISTS if name not in found.columns]
    return found.with_columns(pl.lit(None, dtype=SCHEMA[name]).alias(name) for name in absent)


def _names(ctx: Month) -> pl.DataFrame:
    """Name and kind of insurance, for the county itself; the roster's before the registry's."""
    frames = []
    for table in ("assignments", "registry", "payment_history", "deaths"):
        frame = ctx.maybe(table)
        if frame is not None:
            kind = pl.col("insured_type") if "insured_type" in frame.columns else pl.lit(None, dtype=pl.String)
            frames.append(frame.select("id_number", "name", insured_type=kind))
    none = pl.DataFrame(schema={"id_number": pl.String, "name": pl.String, "insured_type": pl.String})
    return pl.concat([none, *frames]).unique("id_number", keep="first", maintain_order=True)


def _accounts(ctx: Month) -> pl.DataFrame:
    """Who is paid to which account, on the roster and on claims: the payee, where one is named; nobody where he has no number."""
    frames = []
    for table, spec in ctx.contracts.items():
        frame = ctx.maybe(table) if spec.group in PAID_BY else None
        if frame is not None and {"account", "id_number"} <= set(frame.columns):
            columns = [pl.col(name) if name in frame.columns else pl.lit(None).alias(name) for name in PAYEE]
            rows = frame.select("id_number", "name", "account", *columns)
            own = pl.col("payee_name").is_null() | (pl.col("payee_name") == pl.col("name"))
            who = pl.coalesce("payee_id", pl.when(own).then("id_number"))
            frames.append(rows.select(id_number=who, value="account"))
    return _distinct(frames).filter(pl.col("value").str.len_chars() >= WEAKEST_ACCOUNT)


def _phones(ctx: Month) -> pl.DataFrame:
    """Who is reached under which phone: the person's own numbers and the household's."""
    frames = []
    for table, columns in (("registry", ("member_phone", "household_phone")), ("assignments", ("phone",))):
        frame = ctx.maybe(table)
        if frame is not None:
            frames += [frame.select("id_number", value=column) for column in columns if column in frame.columns]
    return _distinct(frames).filter(pl.col("value").str.contains(PHONE_NUMBER))


def _distinct(frames: list[pl.DataFrame]) -> pl.DataFrame:
    none = pl.DataFrame(schema={"id_number": pl.String, "value": pl.String})
    return pl.concat([none, *frames]).drop_nulls().unique(maintain_order=True)


def _used(table: pl.DataFrame, people: pl.DataFrame, key: bytes, domain: bytes) -> pl.DataFrame:
    """Rows of accounts or phones by their codes, of people who have a code themselves."""
    codes = coded(table["value"], key, domain)
    rows = table.join(people, on="id_number").join(codes, on="value")
    return rows.select("code", "check", "person")

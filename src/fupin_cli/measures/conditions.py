"""Conditions that several measures share: who is helped, caps over time, months covered, what excludes what."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.measures.measure import Fault
from fupin_cli.measures.perhaps_paid import HISTORY
from fupin_cli.month.roster import days_known
from fupin_cli.month.unread_numbers import UNREAD, WAS, perhaps_in_export
from fupin_cli.month.used_months import POSTS
from fupin_cli.plans import collected
from fupin_cli.policy import months, places
from fupin_cli.policy.letters import tight, tight_expr
from fupin_cli.policy.rounding import HALF_UP, yuan_to_fen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fupin_cli.month.month import Month
    from fupin_cli.policy.parameters import Policy

BIG = pl.Int128
ORGANISATIONS = ("employer_social_insurance", "employer_post")


def of_month(ctx: Month, table: str) -> pl.DataFrame:
    """Rows of a table with a month column that are of the run's month; one that says no month is of its folder's, and held."""
    rows = ctx.intake.tables[table]
    mine = (pl.col("month") == ctx.month).fill_null(ctx.folder == ctx.month)
    return collected(rows.lazy().filter(mine), rows.height)


def of_folder(ctx: Month, table: str) -> pl.DataFrame:
    """Rows of a table without a month: those of the month's own folder, and of the inbox itself."""
    rows = ctx.intake.tables[table]
    return collected(rows.lazy().filter(ctx.folder.is_null() | (ctx.folder == ctx.month)), rows.height)


def with_eligibility(ctx: Month, rows: pl.DataFrame, *, labour: bool = True) -> pl.DataFrame:
    """Add `_why`: why the person is not one whom the policy helps (一); null where they are, or nothing is known.

    `_doubt`: why it cannot be said: the export has a row of that name whose number cannot be read, a part of it was not read,
    or what decides is not filled or outside its list.
    """
    none = pl.lit(None, dtype=pl.String)
    if not ctx.has("registry"):
        return rows.with_columns(_why=none, _doubt=none)
    facts = ("beneficiary", "can_work", "in_school", "age", "class_unread", "ability_unread")
    people = ctx.people.lazy().select("id_number", *facts, _found=pl.lit(value=True))
    judged = rows.lazy().join(people, on="id_number", how="left", maintain_order="left")
    absent, more = pl.col("_found").is_null(), ctx.unread("registry")
    why = (
        pl.when(absent)
        .then(pl.lit("全国防返贫监测系统的导出里没有这个人"))
        .when(~pl.col("beneficiary") | pl.col("class_unread"))
        .then(pl.lit("既不是脱贫户，也不是监测对象"))
        .when(pl.lit(not labour))
        .then(None)
        .when(pl.col("age") < ctx.labour_age)
        .then(pl.lit(f"不满{ctx.labour_age}周岁"))
        .when(pl.col("in_school"))
        .then(pl.lit("在校"))
        .when(~pl.col("can_work") | pl.col("ability_unread"))
        .then(pl.lit("没有劳动能力"))
    )
    doubt = (
        pl.when(absent & pl.col("id_number").is_in(perhaps_in_export(ctx, rows).implode()))
        .then(pl.lit(UNREAD))
        .when(absent & pl.col("id_number").is_in(ctx.approved_people.implode()))
        .then(pl.lit(WAS))
        .when(absent & pl.lit(bool(more)))
        .then(pl.lit(f"全国防返贫监测系统的导出里没有这个人{more}"))
        .when("class_unread")
        .then(pl.lit("监测系统里户类型、监测对象类别没有填、不在可填的范围内，或此人几行不一致"))
        .when(pl.lit(not labour) | (pl.col("age") < ctx.labour_age).fill_null(value=False) | pl.col("in_school"))
        .then(None)
        .when("ability_unread")
        .then(pl.lit("监测系统里劳动技能不在可填的范围内，或此人几行不一致"))
    )
    return collected(judged.with_columns(_why=why, _doubt=doubt).drop(*facts, "_found"), ctx.size)


def not_eligible() -> list[Fault]:
    """MEA002, by `with_eligibility`; of somebody without a number nothing is known."""
    fails, doubt = pl.col("_why").is_not_null() & pl.col("id_number").is_not_null(), pl.col("_doubt").is_not_null()
    return [
        Fault("MEA002", fails & ~doubt, pl.format("{}", "_why")),
        Fault("MEA002", fails & doubt, pl.format("{}", "_doubt"), effect="hold"),
    ]


def last_month(policy: Policy, measure: str, month: int) -> int | None:
    """The last month of a measure's own term; None where it has none but the policy's."""
    said = policy.measure(measure)
    return months.month_index(policy.day(said.term, month)) if said and said.term else None


def in_term(ctx: Month, rows: pl.DataFrame, measure: str) -> list[Fault]:
    """CAP008: the month is outside the policy's term, or the measure's own; older promises run on (附则)."""
    own, end = last_month(ctx.policy, measure, ctx.month), ctx.policy.last_month
    end = end if own is None else min(own, end)
    if ctx.policy.in_term(ctx.month) and ctx.month <= end:
        return []
    first = months.month_index(ctx.policy.first_day)
    words = f"本项政策执行期为 {months.month_text(first)} 至 {months.month_text(end)}"
    return [Fault("CAP008", ~grandfathered(ctx, rows), words)]


def grandfathered(ctx: Month, rows: pl.DataFrame) -> pl.Expr:
    """Whether a claim rests on one of the two older documents (享受依据), which run to their own end."""
    if "basis" not in rows.columns:
        return pl.lit(value=False)
    known = [text for text in rows["basis"].drop_nulls().unique() if ctx.policy.is_grandfathered(text)]
    return pl.col("basis").is_in(known).fill_null(value=False)


def on_post(ctx: Month) -> pl.DataFrame:
    """People on a post in the month, by a roster line that is not refused or by payment: id_number, `full` (attendance full).

    `sure`: the roster says so by days that can be read, attendance by days worked, or a payment by its month.
    """
    parts = [pl.LazyFrame(schema={"id_number": pl.String, "full": pl.Boolean, "sure": pl.Boolean})]
    if ctx.has("assignments"):
        full = (pl.col("attended_x100") >= pl.col("required_x100")).fill_null(value=False)
        refused = ctx.refused_posts.lazy()
        held = ctx.lines.lazy().join(refused, on=["id_number", "post_id"], how="anti", nulls_equal=True)
        lines = collected(held, ctx.size)
        parts.append(lines.lazy().select("id_number", full=full, sure=pl.lit(surely_on_post(ctx, lines))))
    if ctx.has(HISTORY):
        paid = ctx.payments.lazy().filter((pl.col("measure") == POSTS) & (pl.col("month") == ctx.month))
        parts.append(paid.select("id_number", full=pl.lit(value=False), sure=pl.lit(value=True)))
        perhaps = ctx.uncounted.lazy().filter((pl.col("measure") == POSTS) | pl.col("measure").str.contains("岗"))
        perhaps = perhaps.filter((pl.col("month") == ctx.month).fill_null(value=True))
        parts.append(perhaps.select("id_number", full=pl.lit(value=False), sure=pl.lit(value=False)))
    return collected(pl.concat(parts).group_by("id_number").agg(pl.col("full", "sure").any()), ctx.size)


def surely_on_post(ctx: Month, lines: pl.DataFrame) -> pl.Series:
    """Of which roster lines it is known that the person was on post in the month: somebody counted days, or the days can be read."""
    unread = pl.concat([ctx.unread_cells("assignments", name) for name in ("on_post", "off_post")]).lazy()
    key = ["id_number", "post_id"]
    unsure = ctx.roster.lazy().join(unread, on=["_src", "_row"]).select(*key, _unsure=pl.lit(value=True)).unique()
    told = lines.lazy().join(unsure, on=key, how="left", nulls_equal=True, maintain_order="left")
    worked = (pl.col("attended_x100") > 0).fill_null(value=False)
    sure = worked | (days_known(ctx.month) & pl.col("_unsure").is_null())
    return collected(told.select(sure.alias("sure")), ctx.size).to_series()


def with_exclusion(ctx: Month, rows: pl.DataFrame, *, employer: bool) -> tuple[pl.DataFrame, list[Fault]]:
    """CAP009: on a post in the month; with `employer` also claimed for or paid to an employer. Adds `_post`, `_employer`.

    Only a line that pays or would pay excludes another: a claim that is refused itself does not.
    """
    held = on_post(ctx).lazy().select("id_number", _post="sure")
    rows = collected(rows.lazy().join(held, on="id_number", how="left", maintain_order="left"), ctx.size)
    unsure = "花名册或补贴发放台账看不出本月是否在公益性岗位上，两项不能同时享受，须核实"
    faults = [
        Fault("CAP009", pl.col("_post").fill_null(value=False), "本月在公益性岗位上，两项不能同时享受"),
        Fault("CAP009", pl.col("_post").not_().fill_null(value=False), unsure, effect="hold"),
    ]
    if not employer:
        return rows, faults
    words = "本月单位已为其申请社会保险补贴或岗位补贴，两项不能同时享受"
    paid = pl.Series([], dtype=pl.String)
    if ctx.has(HISTORY):
        mine = pl.col("measure").is_in(ORGANISATIONS) & (pl.col("month") == ctx.month)
        paid = ctx.payments.filter(mine)["id_number"].drop_nulls().unique()
    to_employer = pl.col("id_number").is_in(paid.implode()).fill_null(value=False)
    return rows, [
        *faults,
        Fault("CAP009", to_employer, words),
        Fault("CAP009", ~to_employer, words, excluded_by=ORGANISATIONS),
        Fault(
            "CAP009",
            ~to_employer,
            f"{words}；单位那一行的年月读不出",
            effect="hold",
            excluded_by=ORGANISATIONS,
            undated=True,
        ),
    ]


def insured_as_employee(ctx: Month) -> pl.DataFrame:
    """People whom the list of insured employees has in the month, or from a month that is not known.

    Gives id_number, `_units` (their employers), `_plain` (the same as they are compared), `_sure` (of no row it is unknown
    where or from when, none has an old number).
    """
    if not ctx.has("employee_insurance"):
        none = {"_units": pl.List(pl.String), "_plain": pl.List(pl.String)}
        return pl.DataFrame(schema=pl.Schema({"id_number": pl.String(), **none, "_sure": pl.Boolean()}))
    wrong = ctx.unread_cells("employee_insurance", "end_month").with_columns(_unread=pl.lit(value=True))
    listed = ctx.listed("employee_insurance").lazy()
    listed = listed.join(wrong.lazy(), on=["_src", "_row"], how="left", maintain_order="left")
    known = listed.with_columns(pl.col("_unread").fill_null(value=False)).filter(
        (pl.col("start_month").fill_null(ctx.month) <= ctx.month)
        & (pl.col("end_month").fill_null(ctx.month) >= ctx.month)
    )
    unit = pl.col("employer")
    units = known.group_by("id_number").agg(
        _units=unit.drop_nulls().unique().sort(),
        _plain=places.plain(unit.drop_nulls()).unique(),
        _sure=(
            unit.is_not_null() & pl.col("start_month").is_not_null() & ~pl.col("_old_number") & ~pl.col("_unread")
        ).all(),
    )
    return collected(units, ctx.size)


def not_insured_here(ctx: Month, rows: pl.DataFrame) -> tuple[pl.DataFrame, list[Fault]]:
    """MEA011: the social insurance list has the person in the month, and only at other employers.

    Held where a row does not say at which employer, from when or to when: it may be this one, or another month; and where
    one name has the other in it (an employer is written in full on one list and in short on the other).
    """
    if not ctx.has("employee_insurance"):
        return rows, []
    insured = insured_as_employee(ctx).lazy()
    rows = collected(rows.lazy().join(insured, on="id_number", how="left", maintain_order="left"), ctx.size)
    rows = rows.with_columns(_alike=_named_alike(rows))
    here = pl.col("_plain").list.contains(places.plain(pl.col("employer")))
    elsewhere = (pl.col("_units").is_not_null() & ~here).fill_null(value=False)
    message = pl.format("本月参保单位是 {}，不是申请单位", pl.col("_units").list.join("、"))
    unsure = "在职工社保参保名单里，单位、起始月份没有写明，或起止月份读不出，看不出本月是否在申请单位参保"
    alike = pl.format("本月参保单位是 {}，与申请单位名称相近，须核实是不是同一单位", pl.col("_units").list.join("、"))
    known, near = pl.col("_sure"), pl.col("_alike")
    return rows, [
        Fault("MEA011", elsewhere & known & ~near, message, "employer"),
        Fault("MEA011", elsewhere & known & near, alike, "employer", "hold"),
        Fault("MEA011", elsewhere & ~known, unsure, "employer", "hold"),
    ]


def _named_alike(rows: pl.DataFrame) -> pl.Series:
    """Whether a row's employer and one of those at which the person is insured (`_plain`) have one name in the other."""
    each = rows.select("_plain", _own=places.plain(pl.col("employer"))).with_row_index("_n").explode("_plain")
    own, other = pl.col("_own"), pl.col("_plain")
    named = (own != "") & (other != "")
    alike = named & (own.str.contains(other, literal=True) | other.str.contains(own, literal=True))
    found = each.filter(alike.fill_null(value=False))["_n"]
    return pl.int_range(rows.height, eager=True).is_in(found.implode())


def missing_settings(names: list[str]) -> list[Fault]:
    """MEA001: what the county has to set before the amount can be computed."""
    return [Fault("MEA001", pl.lit(value=True), f"没有设置 {'、'.join(names)}", effect="hold")] if names else []


def fen(text: str | None) -> int | None:
    """A setting in yuan as fen; None where it is not set."""
    return None if text is None else yuan_to_fen(text)


def rate_by(column: str, amounts: Mapping[str, str], otherwise: str | None) -> pl.Expr:
    """The county's rate in fen by the word in a column, however it is written; `otherwise` for words without one (null: unset)."""
    rate = pl.lit(fen(otherwise), dtype=pl.Int64)
    word = tight_expr(pl.col(column))
    for name, amount in amounts.items():
        rate = pl.when(word == tight(name)).then(pl.lit(fen(amount), dtype=pl.Int64)).otherwise(rate)
    return rate


def share_of(amount: pl.Expr, share: str | None) -> pl.Expr:
    """A share (2/3, 0.5) of an amount in fen, exact, half up; null where the share is not set."""
    if share is None:
        return pl.lit(None, dtype=pl.Int64)
    part = Fraction(share)
    top = amount.cast(BIG) * pl.lit(part.numerator, dtype=BIG)
    return HALF_UP.divide(top, pl.lit(part.denominator, dtype=BIG)).cast(pl.Int64)

"""涉农创业担保贷款贴息 and 创业场地补贴 (三(三))."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.measures.cells import Deciding, unknown
from fupin_cli.measures.conditions import BIG, fen, in_term, missing_settings, not_eligible, of_folder, with_eligibility
from fupin_cli.measures.measure import Claims, Fault, Measure, unset
from fupin_cli.measures.paid import BY_REF, Key, with_last_paid
from fupin_cli.measures.payees import TO_PERSONS
from fupin_cli.measures.spans import left_of_loans, left_of_rents, months_begun, paid_spans, ref_of, unclear_before
from fupin_cli.policy import months, places
from fupin_cli.policy.rounding import HALF_UP

if TYPE_CHECKING:
    from fupin_cli.month.month import Month
    from fupin_cli.policy.settings import Settings

TABLE, INTEREST, VENUE = "startup_claims", "startup_interest", "startup_venue"
INTEREST_DAYS = "startup.interest_days"
KINDS = {INTEREST: "贷款贴息", VENUE: "场地补贴"}
MILLION = 1_000_000
PERSONS = Deciding(needed=("id_number",), if_filled=("start", "end"))
# Words of the text for farming and what it has grown into; a county adds its own (startup.purposes).
FARMING = (
    "农",
    "林",
    "牧",
    "畜",
    "禽",
    "渔",
    "种植",
    "养殖",
    "果",
    "蔬",
    "粮",
    "合作社",
    "家庭农场",
    "休闲旅游",
    "健康养生",
    "共享农庄",
    "农村电商",
)
NOT = "非"
RATES = (1_000, 240_000)  # 0.1 % to 24 % a year, in millionths


def of_kind(ctx: Month, kind: str) -> tuple[pl.DataFrame, int]:
    """Rows of the table that are of a kind of project; and how many others there are."""
    everything = of_folder(ctx, TABLE)
    rows = everything.filter(pl.col("project_kind") == kind)
    rows = rows.with_columns(name="applicant", payee_name=pl.coalesce("payee_name", "applicant"))
    return rows, ctx.intake.tables[TABLE].height - rows.height


def of_organisation(
    ctx: Month, kind: str, measure: str, key: Key | None = None
) -> tuple[pl.DataFrame, int, list[Fault]]:
    """Claims of organisations: known and paid by their credit code, whoever's ID number stands beside it."""
    rows, left = of_kind(ctx, kind)
    rows = rows.with_columns(
        id_number="credit_code",
        payee_key="credit_code",
        ref=pl.format("{}{}", "project_kind", pl.col("start").cast(pl.String).fill_null("")),
    )
    rows, unclear = unknown(
        ctx, TABLE, rows, Deciding(needed=("credit_code",), if_filled=("start", "end", "spent_fen", "lifted_staff"))
    )
    begins = months.index_expr(pl.col("start"))
    return with_last_paid(ctx, rows, measure, key, begins=begins if key else None), left, unclear


def _person_claims(ctx: Month, measure: str, *cells: str) -> tuple[pl.DataFrame, int, list[Fault]]:
    """Claims of persons, with `_good`: the person is helped, and the dates are known and in order."""
    rows, left = of_kind(ctx, KINDS[measure])
    mine = {"payee_key": pl.lit(None, dtype=pl.String), TO_PERSONS: pl.lit(value=True)}
    rows = with_eligibility(ctx, rows).with_columns(**mine, _from="start")
    rows, unclear = unknown(ctx, TABLE, rows, PERSONS)
    rows, more = unknown(ctx, TABLE, rows, Deciding(if_filled=cells))
    good = pl.col("_why").is_null() & pl.col("id_number").is_not_null() & (pl.col("start") <= pl.col("end"))
    return rows.with_columns(_good=good.fill_null(value=False)), left, [*unclear, *more]


def _dates() -> Fault:
    """A claim without both dates in order has no period."""
    wrong = pl.col("start").is_null() | pl.col("end").is_null() | (pl.col("end") < pl.col("start"))
    return Fault("MEA016", wrong.fill_null(value=True), "起止日期不全或颠倒，算不出期限", "start")


def _what_is_left(unit: str, cap: str) -> list[Fault]:
    """CAP010 and MEA008: paid already or over the cap, in part (a warning: the rest is paid) or whole (refused)."""
    good = pl.col("_good")
    gone = good & (pl.col("_left") == 0)
    cut = pl.col("_paid") + pl.col("_over")
    return [
        Fault("CAP010", good & pl.col("_same"), "台账里同一起始日期的已经发过", "start"),
        Fault(
            "CAP010",
            good & pl.col("_unclear"),
            "台账里此人已有一笔，没有写明是哪几天的，看不出有没有重复",
            "start",
            "hold",
        ),
        Fault("MEA008", gone & (pl.col("_over") > 0) & ~pl.col("_same"), f"连同以前的，已满{cap}", "end"),
        Fault(
            "CAP010",
            gone & (pl.col("_over") == 0) & (pl.col("_paid") > 0),
            f"这{unit}都已经发过，或同时在另一行申请",
            "start",
        ),
        Fault(
            "CAP010",
            good & (pl.col("_left") > 0) & (cut > 0),
            pl.format(f"其中 {{}} {unit}已经发过或超过{cap}，不再算", cut),
            "end",
            "none",
        ),
    ]


def interest(ctx: Month) -> Claims:
    """Principal (capped) × rate × days ÷ 360 × the county's share; days are end − start; years capped; for farming."""
    own = ctx.settings.startup
    rows, left, unclear = _person_claims(ctx, INTEREST, "principal_fen", "rate_ppm")
    basis = ctx.policy.number(INTEREST_DAYS, ctx.month)
    most, years = fen(own.principal_max), own.years_max
    until = pl.min_horizontal("end", pl.lit(ctx.last + timedelta(days=1)))  # a day after the month is not due yet
    purpose = places.plain(pl.col("purpose"))
    farming = pl.any_horizontal(purpose.str.contains(word, literal=True) for word in (*FARMING, *own.purposes))
    farming &= ~purpose.str.starts_with(NOT)
    odd = ~pl.col("rate_ppm").is_between(*RATES)
    rows = rows.with_columns(
        _until=pl.when(pl.col("end").is_not_null()).then(until),
        _farming=farming,
        _good=pl.col("_good") & farming & ~odd.fill_null(value=True),
    )
    rows = rows.with_columns(
        ref=ref_of(KINDS[INTEREST], pl.col("_until"), principal=True),
        _span=(pl.col("_until") - pl.col("start")).dt.total_days(),
    )
    rows = with_last_paid(ctx, rows, INTEREST, BY_REF).sort(
        pl.col("_good").not_(), "start", "end", "principal_fen", "rate_ppm", nulls_last=True
    )
    spans = paid_spans(ctx, INTEREST, rows)
    rows = unclear_before(rows, spans)
    share = Fraction(own.interest_share) if own.interest_share else None
    if share is None or most is None or years is None:
        none = pl.lit(None, dtype=pl.Int64)
        rows = rows.with_columns(
            _left=none, _paid=none, _over=none, _weight=none.cast(BIG), _room=none.cast(BIG), due_fen=none
        )
    else:
        rows = left_of_loans(rows, spans, years, most)
        top = pl.col("_weight") * pl.col("rate_ppm").cast(BIG) * pl.lit(share.numerator, dtype=BIG)
        due = HALF_UP.divide(top, pl.lit(MILLION * basis * share.denominator, dtype=BIG)).cast(pl.Int64)
        rows = rows.with_columns(due_fen=pl.when(pl.col("_span") >= 0).then(due))
    capped = (
        pl.col("principal_fen") if most is None else pl.min_horizontal("principal_fen", pl.lit(most, dtype=pl.Int64))
    )
    rows = rows.with_columns(
        rate_fen=pl.when(pl.col("principal_fen").is_not_null()).then(capped),
        numerator_x100=pl.coalesce("_left", "_span") * 100,
        divisor_x100=pl.lit(basis * 100, dtype=pl.Int64),
        how=pl.format(
            f"本金（不超过上限）× 年利率 {{}}% × {{}} 天 ÷ {basis} × {own.interest_share or '比例未设'}",
            (pl.col("rate_ppm") // 10_000).cast(pl.String)
            + "."
            + (pl.col("rate_ppm") % 10_000).cast(pl.String).str.zfill(4),
            pl.coalesce("_left", "_span"),
        ),
    )
    together = pl.col("_good") & (pl.col("_left") > 0) & (pl.col("_weight") < pl.col("_room"))
    limit = f"同一人的贷款本金合计超过上限 {own.principal_max} 元"
    return Claims(
        rows,
        [
            *missing_settings(interest_settings(ctx.settings)),
            *unclear,
            _dates(),
            Fault(
                "MEA016", (pl.col("_span") < 0).fill_null(value=False) & pl.col("_good"), "到本月末还没有起息", "start"
            ),
            Fault(
                "MEA016",
                (pl.col("start") == pl.col("end")).fill_null(value=False),
                "起止是同一天，没有计息的天数",
                "end",
                "refuse",
            ),
            *not_eligible(),
            Fault(
                "MEA015",
                ~pl.col("_farming"),
                pl.format("用途是“{}”，看不出是涉农", pl.col("purpose").fill_null("")),
                "purpose",
                "hold",
            ),
            Fault("MEA016", odd.fill_null(value=False), "年利率不在 0.1% 至 24% 之间", "rate_ppm"),
            *_what_is_left("天", f"{years}年"),
            Fault("CAP010", together & (pl.col("_weight") == 0), f"{limit}，没有余额", "principal_fen"),
            Fault("CAP010", together & (pl.col("_weight") > 0), f"{limit}，只算余额", "principal_fen", "none"),
            *in_term(ctx, rows, INTEREST),
        ],
        left,
    )


def venue(ctx: Month) -> Claims:
    """The county's share of the rent, capped a month; months capped; one venue at a time."""
    own = ctx.settings.startup
    rows, left, unclear = _person_claims(ctx, VENUE, "spent_fen")
    cap, most = fen(own.venue_monthly_max), own.venue_months_max
    until = pl.min_horizontal("end", pl.lit(ctx.last))
    rows = rows.with_columns(
        _until=pl.when(pl.col("end").is_not_null()).then(until),
        _good=pl.col("_good") & (pl.col("spent_fen") > 0).fill_null(value=False),
    )
    rows = rows.with_columns(
        ref=ref_of(KINDS[VENUE], pl.col("_until"), principal=False), _whole=months_begun(pl.col("start"), pl.col("end"))
    )
    rows = with_last_paid(ctx, rows, VENUE, BY_REF).sort(
        pl.col("_good").not_(), "start", "spent_fen", "end", nulls_last=True
    )
    spans = paid_spans(ctx, VENUE, rows)
    rows = unclear_before(rows, spans)
    share = Fraction(own.venue_share) if own.venue_share else None
    none = pl.lit(None, dtype=pl.Int64)
    if share is None or cap is None or most is None:
        rows = rows.with_columns(_left=none, _paid=none, _over=none, due_fen=none)
    else:
        rows = left_of_rents(rows, spans, most)
        top = pl.col("spent_fen").cast(BIG) * pl.lit(share.numerator, dtype=BIG) * pl.col("_left").cast(BIG)
        shared = HALF_UP.divide(top, pl.lit(share.denominator, dtype=BIG) * pl.col("_whole").cast(BIG)).cast(pl.Int64)
        due = pl.when(pl.col("spent_fen").is_not_null()).then(pl.min_horizontal(shared, cap * pl.col("_left")))
        rows = rows.with_columns(due_fen=pl.when(pl.col("_whole") > 0).then(due))
    begins = (pl.col("start") > ctx.last).fill_null(value=False)
    rows = rows.with_columns(
        rate_fen=pl.lit(cap, dtype=pl.Int64),
        numerator_x100=pl.coalesce("_left", "_whole") * 100,
        divisor_x100=pl.lit(100, dtype=pl.Int64),
        _good=pl.col("_good") & ~begins,
        how=pl.format(
            f"实际租金 × {own.venue_share or '比例未设'}（按月分摊），每月不超过上限，{{}} 个月",
            pl.coalesce("_left", "_whole"),
        ),
    )
    return Claims(
        rows,
        [
            *missing_settings(venue_settings(ctx.settings)),
            *unclear,
            _dates(),
            Fault("MEA016", begins, "到本月末还没有起租", "start"),
            *not_eligible(),
            *_what_is_left("个月", f"{most}个月"),
            *in_term(ctx, rows, VENUE),
        ],
        left,
    )


def interest_settings(given: Settings) -> list[str]:
    """What must be set: the share, and the caps on principal and years."""
    return unset("startup", given.startup, "interest_share", "principal_max", "years_max")


def venue_settings(given: Settings) -> list[str]:
    """What must be set: the share, the cap a month and the cap on months."""
    return unset("startup", given.startup, "venue_share", "venue_monthly_max", "venue_months_max")


INTEREST_SUBSIDY = Measure(
    INTEREST,
    TABLE,
    interest,
    interest_settings,
    section="startup",
    numbers=(INTEREST_DAYS,),
    county=("interest_share", "principal_max", "years_max"),
)
VENUE_SUBSIDY = Measure(
    VENUE,
    TABLE,
    venue,
    venue_settings,
    section="startup",
    county=("venue_share", "venue_monthly_max", "venue_months_max"),
)

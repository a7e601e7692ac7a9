"""一次性交通补贴 (二(一)): one way to work outside the city, by rail, road or water, for organised export."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.measures.cells import Deciding, unknown
from fupin_cli.measures.conditions import fen, grandfathered, in_term, not_eligible, of_folder, with_eligibility
from fupin_cli.measures.measure import Claims, Fault, Measure, unset
from fupin_cli.measures.paid import once_only, with_last_paid
from fupin_cli.policy import places
from fupin_cli.policy.rounding import fen_to_yuan_expr

if TYPE_CHECKING:
    from fupin_cli.month.month import Month
    from fupin_cli.policy.settings import Settings

CODE, TABLE = "transport", "transport_claims"
CELLS = Deciding(needed=("to_province", "to_city", "means", "departed_on", "organised"))
MONTHS = 12
EXPORTS, SPELLS = "labour_exports", "employment"


def claims(ctx: Month) -> Claims:
    """One claim a journey: the ticket up to the tier's cap, or the tier's flat amount."""
    own = ctx.settings.transport
    rows = with_eligibility(ctx, of_folder(ctx, TABLE)).with_columns(ref=pl.col("departed_on").cast(pl.String))
    rows, unclear = unknown(ctx, TABLE, rows, CELLS)
    if own.method == "ticket":
        rows, fare = unknown(ctx, TABLE, rows, Deciding(needed=("fare_fen",)))
        unclear = [*unclear, *fare]
    years = own.once_per_years
    rows = with_last_paid(ctx, rows, CODE, since=ctx.month - MONTHS * years if years else None)
    province = places.province(pl.col("to_province"))
    area = ctx.policy.file.area
    home = province == places.province(pl.lit(own.home_province or area.province))
    home = home | province.str.starts_with(area.province_code)
    tier = pl.when(home).then(fen(own.in_province)).otherwise(fen(own.out_of_province))
    for place, amount in own.places.items():
        name = places.province(pl.lit(place))
        here = (places.province(pl.col("to_city")) == name) | (province == name)
        tier = pl.when(here).then(fen(amount)).otherwise(tier)
    rows = rows.with_columns(rate_fen=tier.cast(pl.Int64)).with_columns(
        due_fen=_amount(own.method),
        numerator_x100=pl.lit(100, dtype=pl.Int64),
        divisor_x100=pl.lit(100, dtype=pl.Int64),
        _from="departed_on",
        _until="departed_on",
        how=pl.format("票面 {} 元", fen_to_yuan_expr(pl.col("fare_fen").fill_null(0)))
        + pl.lit("，按票报销，不超过档次上限" if own.method == "ticket" else "，按档次定额"),
    )
    rows, organised = _exported(ctx, rows)
    inside = places.inside(pl.col("to_province"), pl.col("to_city"), pl.col("to_county"), area)
    recent = pl.col("_last").is_not_null()
    if own.once_per_years:
        recent = (pl.col("_last") > ctx.month - MONTHS * own.once_per_years).fill_null(value=False)
    tier_key = pl.when(home).then(pl.lit("transport.in_province")).otherwise(pl.lit("transport.out_of_province"))
    before = (pl.col("departed_on") < ctx.policy.first_day).fill_null(value=False)
    first = f"出发日期在政策施行（{ctx.policy.first_day}）以前"
    return Claims(
        rows,
        [
            Fault("MEA001", pl.lit(own.method is None), "没有设置 transport.method", effect="hold"),
            Fault("MEA001", pl.col("rate_fen").is_null(), pl.format("没有设置 {}", tier_key), "to_province", "hold"),
            *unclear,
            *not_eligible(),
            Fault(
                "MEA007",
                inside,
                pl.concat_str(
                    pl.lit("目的地 "),
                    pl.col("to_city").fill_null(""),
                    pl.col("to_county").fill_null(""),
                    pl.lit(" 在市内"),
                ),
                "to_city",
            ),
            *_by_law(ctx),
            Fault("MEA014", (~pl.col("organised")).fill_null(value=False), "不是有组织输出", "organised"),
            *organised,
            Fault("CAP008", before & ~grandfathered(ctx, rows), first, "departed_on"),
            Fault(
                "MEA016",
                (pl.col("departed_on") > ctx.last).fill_null(value=False),
                "出发日期在本月末以后，还没有发生",
                "departed_on",
                "hold",
            ),
            *once_only(recent, ("departed_on", "due_fen", "to_city")),
            *in_term(ctx, rows, CODE),
        ],
    )


def _by_law(ctx: Month) -> list[Fault]:
    """MEA007: a means of transport that the law does not pay, alone or beside others; held where the word says nothing of it."""
    law = ctx.policy.file.means
    if law is None:  # this law names none
        return []
    means = places.plain(pl.col("means"))
    named, other = (
        pl.any_horizontal(pl.lit(value=False), *(means.str.contains(word, literal=True) for word in words))
        for words in (law.by, law.never)
    )
    words = pl.format(f"乘坐 {{}}，政策只列{law.words}", "means")
    unnamed = pl.concat_str(words, pl.lit("；看不出是不是，须核实"))
    return [
        Fault("MEA007", other.fill_null(value=False), words, "means"),
        Fault("MEA007", pl.col("means").is_not_null() & ~named & ~other, unnamed, "means", "hold"),
    ]


def _exported(ctx: Month, rows: pl.DataFrame) -> tuple[pl.DataFrame, list[Fault]]:
    """MEA014: whom neither the list of exported labour nor the export of spells of work shows to have gone (held).

    What was not supplied is not compared; with neither the form's own word alone counts.
    """
    if not ctx.has(EXPORTS) and not ctx.has(SPELLS):
        return rows, []
    gone = [pl.DataFrame(schema={"_src": pl.UInt32, "_row": pl.UInt32})]
    mine = rows.select("_src", "_row", "id_number", "departed_on")
    if ctx.has(EXPORTS):
        gone.append(
            mine.join(ctx.rows_since(EXPORTS, 0).select("id_number"), on="id_number", how="semi").select("_src", "_row")
        )
    if ctx.has(SPELLS):
        away = ~places.inside(pl.col("work_province"), pl.col("work_city"), pl.col("work_county"), ctx.policy.file.area)
        placed = pl.any_horizontal(pl.col(name).is_not_null() for name in ("work_province", "work_city", "work_county"))
        spells = ctx.intake.tables[SPELLS].select("id_number", "point_to_point", "start", _away=away & placed)
        near = (pl.col("start") - pl.col("departed_on")).dt.total_days().abs() <= ctx.settings.transport.spell_days
        both = mine.join(spells, on="id_number").filter(pl.col("point_to_point") | (pl.col("_away") & near))
        gone.append(both.select("_src", "_row"))
    shown = pl.concat(gone).unique().with_columns(_gone=pl.lit(value=True))
    rows = rows.join(shown, on=["_src", "_row"], how="left", nulls_equal=True, maintain_order="left")
    words = "劳务输出名单和已外出务工信息里都没有此人这次外出"
    return rows, [Fault("MEA014", pl.col("_gone").is_null(), words, "organised", "hold")]


def _amount(method: str | None) -> pl.Expr:
    if method is None:
        return pl.lit(None, dtype=pl.Int64)
    rate = pl.col("rate_fen")
    fare = pl.when(pl.col("fare_fen") > rate).then(rate).otherwise(pl.when(rate.is_not_null()).then("fare_fen"))
    return fare if method == "ticket" else rate


def settings(given: Settings) -> list[str]:
    """What must be set: the method, and the amount of each tier."""
    return unset("transport", given.transport, "method", "in_province", "out_of_province")


MEASURE = Measure(
    CODE,
    TABLE,
    claims,
    settings,
    county=("method", "in_province", "out_of_province", "places", "home_province", "once_per_years"),
)

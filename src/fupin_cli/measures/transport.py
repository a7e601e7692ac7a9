"""一次性交通补贴 (二(一)): one way to work outside the city, by rail, road or water, for organised export."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.measures.conditions import (
    fen,
    in_term,
    not_eligible,
    of_folder,
    once_only,
    with_eligibility,
    with_last_paid,
)
from fupin_cli.measures.measure import BRIDGING, Claims, Fault, Measure, unset
from fupin_cli.policy.rounding import fen_to_yuan_expr

if TYPE_CHECKING:
    from fupin_cli.month.month import Month
    from fupin_cli.policy.settings import Settings

CODE, TABLE = "transport", "transport_claims"
MEANS = ("铁路", "火车", "高铁", "动车", "公路", "汽车", "客车", "大巴", "航运", "水路", "轮船", "客船")
CITY_CODE = "2113"
MONTHS = 12


def claims(ctx: Month) -> Claims:
    """One claim a journey: the ticket up to the tier's cap, or the tier's flat amount."""
    own = ctx.settings.transport
    rows = with_eligibility(ctx, of_folder(ctx, TABLE)).with_columns(ref=pl.col("departed_on").cast(pl.String))
    rows = with_last_paid(ctx, rows, CODE)
    home = (pl.col("to_province") == own.home_province) | pl.col("to_province").str.starts_with("21")
    tier = pl.when(home).then(fen(own.in_province)).otherwise(fen(own.out_of_province))
    for place, amount in own.places.items():
        here = (pl.col("to_city") == place) | (pl.col("to_province") == place)
        tier = pl.when(here).then(fen(amount)).otherwise(tier)
    rows = rows.with_columns(rate_fen=tier.cast(pl.Int64)).with_columns(
        due_fen=_amount(own.method), numerator_x100=pl.lit(100, dtype=pl.Int64), divisor_x100=pl.lit(100, dtype=pl.Int64),
        how=pl.format("票面 {} 元", fen_to_yuan_expr(pl.col("fare_fen").fill_null(0))) + pl.lit("，按票报销，不超过档次上限" if own.method == "ticket" else "，按档次定额"),
    )  # fmt: skip
    short = ctx.settings.county.city.removesuffix("市")
    inside = pl.col("to_city").is_in([short, f"{short}市"]) | pl.col("to_city").str.starts_with(CITY_CODE) | (
        pl.col("to_county").str.starts_with(CITY_CODE)
    )  # fmt: skip
    by_law = pl.any_horizontal(pl.col("means").str.contains(word, literal=True) for word in MEANS)
    recent = pl.col("_last").is_not_null()
    if own.once_per_years:
        recent = (pl.col("_last") > ctx.month - MONTHS * own.once_per_years).fill_null(value=False)
    tier_key = pl.when(home).then(pl.lit("transport.in_province")).otherwise(pl.lit("transport.out_of_province"))
    return Claims(rows, [
        Fault("MEA001", pl.lit(own.method is None), "没有设置 transport.method", effect="hold"),
        Fault("MEA001", pl.col("rate_fen").is_null(), pl.format("没有设置 {}", tier_key), "to_province", "hold"),
        not_eligible(),
        Fault("MEA007", inside.fill_null(value=False), pl.format("目的地 {}{} 在市内", "to_city", "to_county"), "to_city"),
        Fault("MEA007", (~by_law).fill_null(value=False), pl.format("乘坐 {}，政策只列铁路、公路、航运", "means"), "means"),
        Fault("MEA014", (~pl.col("organised")).fill_null(value=False), "不是有组织输出", "organised"),
        *once_only(recent),
        *in_term(ctx),
    ])  # fmt: skip


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
    CODE, "一次性交通补贴", "二(一)", "一次性铁路、公路或航运从输出地到输入地单程交通费用补贴", BRIDGING, "有组织劳务输出到市外的脱贫劳动力", TABLE, claims, settings,
)  # fmt: skip

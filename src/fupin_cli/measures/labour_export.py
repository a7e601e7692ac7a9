"""劳务输出服务补助 (二(一)): 200 yuan to the agency for each person it placed, insured and looked after for a year."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.measures.cells import Deciding, unknown
from fupin_cli.measures.conditions import in_term, not_eligible, of_folder, with_eligibility
from fupin_cli.measures.measure import Claims, Fault, Measure
from fupin_cli.measures.paid import Key, once_only, plain_ref, with_last_paid
from fupin_cli.policy import months, places

if TYPE_CHECKING:
    from fupin_cli.month.month import Month

CODE, TABLE = "labour_export_service", "labour_exports"
CELLS = Deciding(
    needed=(
        "credit_code",
        "contract_start",
        "contract_end",
        "insured_place",
        "insured_from",
        "follow_up_start",
        "follow_up_end",
        "licence_from",
        "licence_to",
        "to_county",
    ),
    if_filled=("insured_to", "follow_ups"),
)
AMOUNT, YEARS, FOLLOW_UP = "labour_export.amount", "labour_export.contract_years", "labour_export.follow_up_years"
FAR = date(9999, 12, 31)
OWN_WORDS = ("本县", "本区", "本地", "县内", "区内")
OF_THE_CITY = r"^(?:本级|市本级|市直|市级|本市|市)?(?:(?:社保|人社|医保|就业).*)?$"
OFFICE = r"(?:[市县区旗]|社保|人社|医保|就业|$)"  # what may stand behind a county's short name
SEVERAL = r"[/、,;]"


def claims(ctx: Month) -> Claims:
    """One claim a person and contract; placed on the contract's first day."""
    rows = with_eligibility(ctx, of_folder(ctx, TABLE)).with_columns(ref=pl.col("contract_start").cast(pl.String))
    rows, unclear = unknown(ctx, TABLE, rows, CELLS)
    years = ctx.policy.number(YEARS, ctx.month)
    follow = ctx.policy.number(FOLLOW_UP, ctx.month)
    within = ctx.settings.labour_export.insured_within_months
    placed, ended = pl.col("contract_start"), pl.col("contract_end")
    begins = months.index_expr(placed)
    rows = with_last_paid(ctx, rows, CODE, Key(_day, r"^\d{4}-\d{2}-\d{2}$"), begins=begins)
    licensed = (placed >= pl.col("licence_from").fill_null(placed)) & (placed <= pl.col("licence_to").fill_null(placed))
    insured = (pl.col("insured_from") <= months.index_expr(placed) + within) & (
        pl.col("insured_to").is_null() | (pl.col("insured_to") >= months.index_expr(ended))
    )
    begun, done = pl.col("follow_up_start"), pl.col("follow_up_end")
    followed = (
        (begun >= placed)
        & (done >= begun.dt.offset_by(f"{follow}y").dt.offset_by("-1d"))
        & (done <= ctx.last)
        & (pl.col("follow_ups").fill_null(1) > 0)  # empty says nothing
    )
    amount = ctx.policy.fen(AMOUNT, ctx.month)
    rows = rows.with_columns(
        rate_fen=pl.lit(amount, dtype=pl.Int64),
        numerator_x100=pl.lit(100, dtype=pl.Int64),
        divisor_x100=pl.lit(100, dtype=pl.Int64),
        due_fen=pl.lit(amount, dtype=pl.Int64),
        how=pl.lit("每人一次"),
        payee_key="credit_code",
        payee_name="agency",
        _from="contract_start",
        _until="contract_end",
    )
    rows = _overlapping(ctx, rows)
    return Claims(
        rows,
        [
            *unclear,
            *not_eligible(),
            Fault(
                "MEA003",
                (~licensed).fill_null(value=False),
                pl.format("安置日 {} 不在许可有效期内", placed),
                "licence_to",
            ),
            Fault(
                "MEA004",
                (ended < placed.dt.offset_by(f"{years}y").dt.offset_by("-1d")).fill_null(value=False),
                pl.format(f"合同 {{}} 至 {{}}，不满 {years} 年", placed, ended),
                "contract_end",
            ),
            Fault(
                "MEA005",
                ~insured.fill_null(value=False),
                f"安置后{within}个月内没有参保，或参保没有持续到合同期满",
                "insured_from",
            ),
            Fault(
                "MEA006",
                ~followed.fill_null(value=False),
                f"跟踪服务没有从安置起满 {follow} 年，或到本月末还没有结束，或次数为 0",
                "follow_up_end",
            ),
            Fault("CAP010", pl.col("_overlaps"), "与此人另一份合同的日期重叠，须核实", "contract_start", "hold"),
            *_places(ctx),
            *once_only(order=("contract_end",)),
            *in_term(ctx, rows, CODE),
        ],
    )


def _day(ref: pl.Expr) -> pl.Expr:
    """The contract's first day, however it is written: 2023/4/1, 2023年4月1日."""
    plain = plain_ref(ref)
    parts = plain.str.extract_groups(r"^(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?$")
    day = pl.concat_str(
        parts.struct[0], pl.lit("-"), parts.struct[1].str.zfill(2), pl.lit("-"), parts.struct[2].str.zfill(2)
    )
    return pl.coalesce(day, plain)


def _overlapping(ctx: Month, rows: pl.DataFrame) -> pl.DataFrame:
    """Add `_overlaps`: an earlier contract of the person, of whatever month's list, runs on at this one's first day."""
    mine = rows.select("_src", "_row", "id_number", "contract_start")
    other = ctx.rows_since(TABLE, 0).select(
        "id_number", _start="contract_start", _end=pl.col("contract_end").fill_null(FAR)
    )
    late = mine.join(other, on="id_number").filter(
        (pl.col("_start") < pl.col("contract_start")) & (pl.col("_end") >= pl.col("contract_start"))
    )
    late = late.select("_src", "_row", _overlaps=pl.lit(value=True)).unique()
    rows = rows.join(late, on=["_src", "_row"], how="left", nulls_equal=True, maintain_order="left")
    return rows.with_columns(pl.col("_overlaps").fill_null(value=False))


def _places(ctx: Month) -> list[Fault]:
    """MEA013: the place of insurance pays; another county's people are not ours to pay. MEA007: placed in the own county."""
    name, code = ctx.settings.county.name, ctx.settings.county.code
    if not name:
        return []
    area = ctx.policy.file.area
    bare = area.city.removesuffix("市")
    province = area.province.removesuffix("省")
    place = places.plain(pl.col("insured_place")).str.replace(f"^{province}省?", "")
    place = places.full_county(place)
    to_county = places.full_county(places.plain(pl.col("to_county")))
    own = places.SHORT_NAMES.get(name, name)
    coded = place.str.starts_with(code) if code else pl.lit(value=False)
    several = place.str.contains(SEVERAL)
    rest = place.str.strip_prefix(area.city).str.strip_prefix(bare)
    # 建平 for 建平县, 本县; 朝阳 alone is the city.
    short = {n[:-1] for n in (own, *(n for n, full in places.SHORT_NAMES.items() if full == own))} - {bare, ""}
    brief = rest.str.contains(f"^(?:{'|'.join(sorted(short))}){OFFICE}") & bool(short)
    ours = (place.str.contains(own, literal=True) | coded | rest.is_in(OWN_WORDS) | brief) & ~several
    of_city = rest.str.contains(OF_THE_CITY) | several
    known = pl.col("insured_place").is_not_null()
    home = to_county.str.ends_with(own) | to_county.is_in([code or own, *sorted(short)])
    words = pl.format("参保地是 {}，由参保地支付", "insured_place")
    return [
        Fault("MEA013", known & ~ours & ~of_city, words, "insured_place"),
        Fault(
            "MEA013",
            known & ~ours & of_city,
            pl.format("参保地写的是 {}，看不出是哪个县", "insured_place"),
            "insured_place",
            "hold",
        ),
        Fault("MEA007", home, "输入县是本县，不是外出务工", "to_county"),
    ]


MEASURE = Measure(CODE, TABLE, claims, section="labour_export", numbers=(AMOUNT, YEARS, FOLLOW_UP))

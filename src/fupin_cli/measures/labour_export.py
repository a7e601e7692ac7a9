"""劳务输出服务补助 (二(一)): 200 yuan to the agency for each person it placed, insured and looked after for a year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.measures.conditions import in_term, not_eligible, of_folder, once_only, paid_before, with_eligibility
from fupin_cli.measures.measure import EMPLOYMENT, Claims, Fault, Measure
from fupin_cli.policy import months

if TYPE_CHECKING:
    from fupin_cli.month.month import Month

CODE, TABLE = "labour_export_service", "labour_exports"
INSURED_WITHIN = 3  # months after the placement


def claims(ctx: Month) -> Claims:
    """One claim a person and contract; placed on the contract's first day."""
    rows = with_eligibility(ctx, of_folder(ctx, TABLE)).with_columns(ref=pl.col("contract_start").cast(pl.String))
    years = ctx.policy.number("labour_export.contract_years", ctx.month)
    follow = ctx.policy.number("labour_export.follow_up_years", ctx.month)
    placed, ended = pl.col("contract_start"), pl.col("contract_end")
    paid = paid_before(ctx, CODE).rename({"ref": "_ref"})
    same = rows.select("id_number", "ref").unique().join(paid, on="id_number")
    # A payment whose contract is not known counts for every contract.
    last = (
        same.filter((pl.col("_ref") == pl.col("ref")) | pl.col("_ref").is_null())
        .group_by("id_number", "ref")
        .agg(_last=pl.col("month").max())
    )
    rows = rows.join(last, on=["id_number", "ref"], how="left", maintain_order="left")
    licensed = (placed >= pl.col("licence_from").fill_null(placed)) & (placed <= pl.col("licence_to").fill_null(placed))
    unknown = pl.col("licence_from").is_null() | pl.col("licence_to").is_null()
    insured = (pl.col("insured_from") <= months.index_expr(placed) + INSURED_WITHIN) & (
        pl.col("insured_to").is_null() | (pl.col("insured_to") >= months.index_expr(ended))
    )
    begun, done = pl.col("follow_up_start"), pl.col("follow_up_end")
    followed = (done >= begun.dt.offset_by(f"{follow}y").dt.offset_by("-1d")) & (done <= ctx.last)
    amount = ctx.policy.fen("labour_export.amount", ctx.month)
    rows = rows.with_columns(
        rate_fen=pl.lit(amount, dtype=pl.Int64), numerator_x100=pl.lit(100, dtype=pl.Int64), divisor_x100=pl.lit(100, dtype=pl.Int64),
        due_fen=pl.lit(amount, dtype=pl.Int64), how=pl.lit("每人一次"), payee_key="credit_code", payee_name="agency",
    )  # fmt: skip
    return Claims(rows, [
        not_eligible(),
        Fault("MEA003", (~licensed).fill_null(value=False), pl.format("安置日 {} 不在许可有效期内", placed), "licence_to"),
        Fault("MEA003", licensed & unknown, "没有填许可有效期，看不出安置时有没有许可", "licence_to", "hold"),
        Fault("MEA004", (ended < placed.dt.offset_by(f"{years}y").dt.offset_by("-1d")).fill_null(value=False),
              pl.format("合同 {} 至 {}，不满 1 年", placed, ended), "contract_end"),
        Fault("MEA005", ~insured.fill_null(value=False), "安置后三个月内没有参保，或参保没有持续到合同期满", "insured_from"),
        Fault("MEA006", ~followed.fill_null(value=False), "跟踪服务没有满 1 年，或到本月末还没有结束", "follow_up_end"),
        *_elsewhere(ctx),
        *once_only(),
        *in_term(ctx),
    ])  # fmt: skip


def _elsewhere(ctx: Month) -> list[Fault]:
    """MEA013: the place of insurance pays; another county's people are not ours to pay."""
    name, code = ctx.settings.county.name, ctx.settings.county.code
    if not name:
        return []
    place = pl.col("insured_place")
    ours = place.str.contains(name, literal=True) | (place.str.starts_with(code) if code else pl.lit(value=False))
    return [
        Fault("MEA013", (~ours).fill_null(value=False), pl.format("参保地是 {}，由参保地支付", place), "insured_place")
    ]


MEASURE = Measure(
    CODE, "劳务输出服务补助", "二(一)", "给予200元/人标准的相应补助", EMPLOYMENT, "人力资源服务机构、劳务经纪人", TABLE, claims,
)  # fmt: skip

"""The platform (PLT): staff of townships and villages (四(二)), leading industries (三(一))."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.checks.report import report
from fupin_cli.checks.rule import rule
from fupin_cli.month.platform import TOWN, VILLAGE_STAFF, assistants, placed, townships_of, village_staff
from fupin_cli.policy.letters import tight_expr
from fupin_cli.policy.said import VAGUE

if TYPE_CHECKING:
    from fupin_cli.month.month import Month

STAFF, VILLAGES, INDUSTRIES = "staff", "villages", "industries"
PER_PLACE = "industry.most"


@rule(
    "PLT001",
    "乡镇劳动保障协理员不足{platform.township_assistants}名",
    "warning",
    tables=(STAFF,),
    any_of=(VILLAGES, "registry"),
    compares="每个乡镇在基层平台人员里的劳动保障协理员（姓名不同的算一名）",
    hint="配齐协理员；已配的补进基层平台人员表",
    bounds=("platform.township_assistants",),
)
def too_few_assistants(month: Month) -> pl.LazyFrame:
    """Every township of the villages (else of the registry) that has fewer than the policy asks for."""
    rows = assistants(month).filter(pl.col("missing") > 0)
    said = pl.format("{}有 {} 名，缺 {} 名", "township", "present", "missing")
    parts = [
        report(part, str(table), said, "township") for (table,), part in rows.group_by("table", maintain_order=True)
    ]
    return pl.concat(parts) if parts else report(rows, STAFF, said, "township")


@rule(
    "PLT002",
    "行政村没有专（兼）职工作人员",
    "warning",
    tables=(STAFF, VILLAGES),
    compares="每个行政村在基层平台人员里的村级专干；一人兼几个村的列为提示",
    hint="配备专（兼）职人员；已配的补进基层平台人员表",
    bounds=("platform.village_staff",),
)
def village_without_staff(month: Month) -> pl.LazyFrame:
    """Villages without anybody; and, as information, one name in more than one village."""
    rows = village_staff(month).filter(pl.col("missing") > 0)
    staff = month.table(STAFF).filter((pl.col("position") == VILLAGE_STAFF) & pl.col("name").is_not_null())
    place = pl.concat_str("township", "village", ignore_nulls=True)
    several = staff.with_columns(
        _where=place.unique().sort().str.join("、").over("name"), _n=place.n_unique().over("name")
    )
    return pl.concat(
        [
            report(rows, VILLAGES, pl.format("{}没有村级专干", "village"), "village"),
            report(
                several.filter(pl.col("_n") > 1),
                STAFF,
                pl.format("同一姓名兼几个村：{}", "_where"),
                "name",
                severity="info",
            ),
        ],
        how="diagonal",
    )


@rule(
    "PLT003",
    "主导产业不是1至{industry.most}个",
    "warning",
    tables=(INDUSTRIES,),
    any_of=(VILLAGES, "registry"),
    compares="县级主导产业的个数；县级没有的，各乡镇的个数",
    hint="核对主导产业名单",
    bounds=("industry.most",),
)
def leading_industries(month: Month) -> pl.LazyFrame:
    """The county has one or two; where it has none, every township of it has."""
    most = month.policy.number(PER_PLACE, month.month)
    rows = placed(month, INDUSTRIES).with_columns(industry=tight_expr(pl.col("industry")))
    rows = rows.filter(pl.col("industry").is_not_null() & ~pl.col("industry").is_in(VAGUE))
    own = rows.filter(pl.col("township").is_null())
    counted = own.group_by("county", maintain_order=True).agg(
        _n=pl.col("industry").n_unique(), _src=pl.col("_src").first(), _row=pl.col("_row").first()
    )
    many = pl.format(f"县级主导产业 {{}} 个，应为 1 至 {most} 个", "_n")
    parts = [report(counted.filter(pl.col("_n") > most), INDUSTRIES, many, "industry")]
    towns = townships_of(month).join(counted, on="county", how="anti", nulls_equal=True, maintain_order="left")
    below = (
        rows.filter(pl.col("township").is_not_null())
        .group_by(TOWN, maintain_order=True)
        .agg(_n=pl.col("industry").n_unique(), _isrc=pl.col("_src").first(), _irow=pl.col("_row").first())
    )
    towns = towns.join(below, on=TOWN, how="left", nulls_equal=True, maintain_order="left").with_columns(
        pl.col("_n").fill_null(0),
        table=pl.when(pl.col("_isrc").is_not_null()).then(pl.lit(INDUSTRIES)).otherwise("table"),
        _src=pl.coalesce("_isrc", "_src"),
        _row=pl.coalesce("_irow", "_row"),
    )
    said = pl.format(f"县里没有主导产业，{{}}有 {{}} 个，应为 1 至 {most} 个", "township", "_n")
    wrong = towns.filter((pl.col("_n") == 0) | (pl.col("_n") > most))
    parts += [
        report(part, str(table), said, "township") for (table,), part in wrong.group_by("table", maintain_order=True)
    ]
    return pl.concat(parts)

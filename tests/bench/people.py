"""Made-up people of any number: registry, spells of work, households. Every ID number is one person's, with a check digit."""

from __future__ import annotations

import polars as pl

from fupin_cli.intake.contracts import load_contracts
from fupin_cli.policy.idnumber import CHECK_DIGITS, WEIGHTS

DAYS_A_YEAR = 336  # 12 months of 28 days
FIRST_NAMES = "伟芳娜敏静丽强磊军洋"
SECOND_NAMES = "勇艳杰涛明超兰霞平刚"


def id_number(nth: pl.Expr, first_year: pl.Expr, years: pl.Expr, male: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """ID number and date of birth of the nth (from 0) of one sex who was born in `years` years from `first_year`.

    Up to 500 people a day of birth; the area code 211390 was never given to a county.
    """
    days = years * DAYS_A_YEAR
    day = nth % days
    birth = pl.date(first_year + day // DAYS_A_YEAR, 1 + day // 28 % 12, 1 + day % 28)
    sequence = nth // days * 2 + male.cast(pl.Int64)
    body = pl.format("211390{}{}", birth.dt.strftime("%Y%m%d"), sequence.cast(pl.String).str.zfill(3))
    number = body.cast(pl.Int64)
    total = sum((number // 10 ** (16 - i) % 10 * w for i, w in enumerate(WEIGHTS)), start=pl.lit(0))
    return body + pl.lit(CHECK_DIGITS).str.slice(total % 11, 1), birth


def name(nth: pl.Expr) -> pl.Expr:
    """One of a hundred names."""
    return pl.lit("赵") + pl.lit(FIRST_NAMES).str.slice(nth % 10, 1) + pl.lit(SECOND_NAMES).str.slice(nth // 10 % 10, 1)


def people(count: int) -> pl.DataFrame:
    """A registry of households of four, nearly clean: one row in a hundred has something wrong."""
    n, seat, home = pl.col("n"), pl.col("seat"), pl.col("home")
    male, child = seat % 2 == 0, seat > 1
    number, birth = id_number(
        home, pl.when(child).then(2010).otherwise(1970), pl.when(child).then(6).otherwise(20), male
    )
    frame = pl.DataFrame({"n": range(count)}).with_columns(seat=n % 4, home=n // 4)
    able = pl.when(n % 97 == 0).then(pl.lit("无劳动力")).otherwise(pl.lit("普通劳动力"))
    return _table(
        frame,
        "registry",
        {
            "province": pl.lit("辽宁省"),
            "city": pl.lit("朝阳市"),
            **_place(home),
            "household_id": pl.format("H{}", home + 10**7),
            "person_no": pl.format("P{}", n + 10**8),
            "name": name(n),
            "sex": pl.when(male).then(pl.lit("男")).otherwise(pl.lit("女")),
            "id_type": pl.lit("居民身份证"),
            "id_number": number,
            "birth_date": birth,
            "ethnicity": pl.lit("汉族"),
            "relation": seat.replace_strict({0: "户主", 1: "配偶", 2: "之子", 3: "之女"}),
            "household_type": pl.lit("脱贫户"),
            "education": pl.when(~child).then(pl.lit("初中")),
            "school": pl.when(child).then(pl.lit("小学")),
            "health": pl.lit("健康"),
            "labour_ability": pl.when(child).then(pl.lit("无劳动力")).otherwise(able),
            "income_per_head_fen": pl.format("{}.50", 9000 + home % 9000),
            "dibao": pl.lit("否"),
            "destitute": pl.lit("否"),
            "household_phone": pl.format("139{}", (home + 10**7).cast(pl.String)),
        },
    )


def jobs(registry: pl.DataFrame) -> pl.DataFrame:
    """Two spells of work, a year apart, for every grown-up: as many rows as people."""
    grown = registry.filter(pl.col("文化程度").is_not_null())
    frame = pl.concat([grown, grown])
    n, earlier = pl.int_range(pl.len()), pl.int_range(pl.len()) < grown.height
    return _table(
        frame,
        "employment",
        {
            **{name: pl.col(header) for name, header in (("county", "县"), ("township", "乡"), ("village", "村"))},
            "household_id": pl.col("户编号"),
            "name": pl.col("姓名"),
            "id_number": pl.col("证件号码"),
            "household_type": pl.col("户类型"),
            "labour_ability": pl.col("劳动技能"),
            "working": pl.lit("是"),
            "start": pl.when(earlier).then(pl.lit("2022-03-01")).otherwise(pl.lit("2023-03-01")),
            "end": pl.when(earlier).then(pl.lit("2022-12-31")),
            "work_province": pl.lit("辽宁省"),
            "work_city": pl.lit("大连市"),
            "work_county": pl.lit("西岗区"),
            "income_fen": (3000 + n % 3000).cast(pl.String),
            "employer": pl.lit("某公司"),
            "industry": pl.lit("制造业"),
            "channel": pl.lit("自主就业"),
            "point_to_point": pl.lit("否"),
            "transport_subsidy_fen": pl.lit("0"),
            "phone": pl.col("户联系电话"),
        },
    )


def households(registry: pl.DataFrame) -> pl.DataFrame:
    """One row a household."""
    return _table(
        registry.filter(pl.col("与户主关系") == "户主"),
        "households",
        {
            "province": pl.col("省"),
            "city": pl.col("市"),
            **{name: pl.col(header) for name, header in (("county", "县"), ("township", "乡"), ("village", "村"))},
            "household_id": pl.col("户编号"),
            "name": pl.col("姓名"),
            "id_number": pl.col("证件号码"),
            "household_type": pl.col("户类型"),
            "persons": pl.lit("4"),
            "household_phone": pl.col("户联系电话"),
            "income_per_head_fen": pl.col("人均纯收入（元）"),
        },
    )


def _place(nth: pl.Expr) -> dict[str, pl.Expr]:
    return {
        "county": pl.lit("示例县"),
        "township": pl.format("第{}乡", nth % 20),
        "village": pl.format("第{}村", nth % 200),
    }


def _table(frame: pl.DataFrame, table: str, cells: dict[str, pl.Expr]) -> pl.DataFrame:
    """All columns of a table's contract as text under their headers, in its order; those not given are empty."""
    return frame.select(
        cells.get(name, pl.lit(None, dtype=pl.String)).cast(pl.String).alias(column.header)
        for name, column in load_contracts()[table].columns.items()
    )

"""People on posts with all that their payroll reads, such that nearly every line pays; township by township, or whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from tests.bench.people import id_number, name

if TYPE_CHECKING:
    from pathlib import Path

AREA = ("县", "乡", "村")
# The months that the contracts cover and attendance is written for; the history ends before them.
MONTHS = ("2024-03", "2024-04", "2024-05", "2024-06", "2024-07", "2024-08")
# A person has 0 to 24 paid months before them, 12 on average; the monthly sums are those of the policy file.
HISTORY = 24
YUAN = {2022: "605.00", 2023: "665.50", 2024: "732.05"}
ROSTER_SHEET = 100
TOWNSHIPS, VILLAGES = 20, 300


def holders(count: int, villages: int = VILLAGES) -> pl.DataFrame:
    """Men of 34 to 53 on posts of two, in 20 townships with as many villages each: 15 if there are 300."""
    n = pl.col("n")
    post = n // 2
    number, _ = id_number(n, pl.lit(1970), pl.lit(20), pl.lit(value=True))
    return pl.DataFrame({"n": range(count)}).select(
        "n",
        姓名=name(n),
        身份证号码=number,
        县=pl.lit("示例县"),
        乡=pl.format("第{}乡", post % TOWNSHIPS),
        村=pl.format("第{}村", post // TOWNSHIPS % max(1, villages // TOWNSHIPS)),
        岗位编号=pl.format("GW{}", post + 10**6),
    )


def heads_on_posts(registry: pl.DataFrame, count: int) -> pl.DataFrame:
    """Heads of households of a registry (`people.people`) on posts of two in their own village, as `holders`."""
    heads = registry.filter(pl.col("与户主关系") == "户主").head(count).with_row_index("n")
    pair = pl.int_range(pl.len()).over("村") // 2
    return heads.select(
        "n",
        "姓名",
        *AREA,
        身份证号码="证件号码",
        岗位编号=pl.format("GW{}-{}", pl.col("村").str.extract(r"(\d+)"), pair),
    )


def roster(who: pl.DataFrame) -> pl.DataFrame:
    """The roster: everybody on one contract of the six months."""
    dates = {
        "首次核定日期": "2022-03-01",
        "合同开始日期": "2024-03-01",
        "合同结束日期": "2024-08-31",
        "上岗日期": "2024-03-01",
    }
    return who.select(
        "姓名",
        "身份证号码",
        *AREA,
        "岗位编号",
        **{header: pl.lit(value) for header, value in dates.items()},
        银行账号=pl.format("62{}", pl.col("n") + 10**15),
    )


def attendance(who: pl.DataFrame, month: str) -> pl.DataFrame:
    """A month of attendance: one in seven stayed away two days of 22."""
    away = pl.when(pl.col("n") % 7 == 0).then(20).otherwise(22)
    return who.select(
        "姓名", "身份证号码", "岗位编号", 年月=pl.lit(month), 规定出勤天数=pl.lit(22), 本月累计出勤天数=away
    )


def history(who: pl.DataFrame) -> pl.DataFrame:
    """What was paid before: the nth person's last `n % 25` months, in batches by month."""
    first = 2024 * 12 + 2 - HISTORY  # counted from 0; the last is 2024-02
    back = pl.DataFrame({"back": range(1, HISTORY + 1)}).with_columns(index=first + HISTORY - pl.col("back"))
    months = back.select(
        "back",
        补贴月份=pl.format("{}{}", pl.col("index") // 12, (pl.col("index") % 12 + 1).cast(pl.String).str.zfill(2)),
        金额=(pl.col("index") // 12).replace_strict(YUAN, return_dtype=pl.String),
    )
    paid = who.join(months, how="cross").filter(pl.col("back") <= pl.col("n") % (HISTORY + 1)).sort("补贴月份", "n")
    return paid.select(
        "姓名",
        "身份证号码",
        "补贴月份",
        "金额",
        "岗位编号",
        补贴类型=pl.lit("岗位补贴"),
        资金来源=pl.lit("就业补助资金"),
        批次号=pl.format("{}-01", pl.col("补贴月份")),
        发放状态=pl.lit("已发放"),
    )


def write_payroll(root: Path, count: int, months: tuple[str, ...], villages: int = VILLAGES) -> None:
    """Everything that a payroll reads: yearly tables and history in the inbox itself, attendance in each month's folder."""
    who, inbox = holders(count, villages), root / "inbox"
    inbox.mkdir()
    registry = who.select(
        *AREA,
        "姓名",
        户编号=pl.format("H{}", "n"),
        证件号码="身份证号码",
        与户主关系=pl.lit("户主"),
        户类型=pl.lit("脱贫户"),
        监测对象类别=pl.lit(None, dtype=pl.String),
        劳动技能=pl.lit("普通劳动力"),
        文化程度=pl.lit("初中"),
    )
    posts = who.unique("岗位编号", keep="first", maintain_order=True).select(
        "岗位编号",
        *AREA,
        岗位名称=pl.lit("保洁员"),
        岗位类型=pl.lit("保洁"),
        主管部门=pl.lit("乡政府"),
        资金来源=pl.lit("就业补助资金"),
        核定人数=pl.lit(2),
    )
    insured = who.filter(pl.col("n") % 97 > 0).select(  # the others are held
        "姓名",
        "身份证号码",
        保单号=pl.format("B{}", "n"),
        起保日期=pl.lit("2024-01-01"),
        终保日期=pl.lit("2024-12-31"),
    )
    roster(who).write_csv(inbox / "在岗人员花名册.csv")
    posts.write_csv(inbox / "公益性岗位台账.csv")
    insured.write_csv(inbox / "意外险名单.csv")
    history(who).write_csv(inbox / "补贴发放台账.csv")
    for month in months:
        (inbox / month).mkdir()
        registry.write_csv(inbox / month / "监测对象信息.csv")
        attendance(who, month).write_csv(inbox / month / "出勤汇总表.csv")


def write_townships(root: Path, townships: int) -> None:
    """Two small sheets a township, as they hand them in: a roster of 100 people and their attendance."""
    who = holders(townships * ROSTER_SHEET)
    folder = root / "inbox" / MONTHS[2]
    folder.mkdir(parents=True)
    for number in range(townships):
        own = who.slice(number * ROSTER_SHEET, ROSTER_SHEET).with_columns(乡=pl.lit(f"第{number}乡"))
        roster(own).write_csv(folder / f"第{number}乡 在岗人员花名册.csv")
        attendance(own, MONTHS[2]).write_csv(folder / f"第{number}乡 出勤汇总表.csv")

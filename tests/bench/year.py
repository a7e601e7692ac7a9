"""What a county costs in its twelfth month, against its first: `python -m tests.bench.year [PEOPLE] [MONTHS] [FOLDER] [--xlsx]`.

People on posts, all tables of the month in its folder; every month but the last is approved. CPU seconds (user and
system) of whole processes: check, payroll and approve of the first month, and of the last.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

import polars as pl

from fupin_cli.policy.idnumber import CHECK_DIGITS, WEIGHTS
from fupin_cli.policy.months import last_day, parse_month

PEOPLE, MONTHS = 5_000, 12
YEAR = 2024
SETTINGS = '[county]\nname = "示例县"\n[checks]\nextra_area_codes = ["211390"]\n'
FUPIN = [sys.executable, "-c", "from fupin_cli.cli.main import run; run()"]


def people(count: int) -> pl.DataFrame:
    """People with an ID number, a place, a post for two."""
    n = pl.col("n")
    day = n % 6720
    birth = pl.date(1970 + day // 336, 1 + day // 28 % 12, 1 + day % 28)
    body = pl.format("211390{}{}", birth.dt.strftime("%Y%m%d"), (n // 6720 * 2 + 1).cast(pl.String).str.zfill(3))
    frame = pl.DataFrame({"n": range(count)}).with_columns(body=body)
    number = pl.col("body").cast(pl.Int64)
    total = sum((number // 10 ** (16 - i) % 10 * w for i, w in enumerate(WEIGHTS)), start=pl.lit(0))
    return frame.select(
        "n",
        姓名=pl.lit("赵") + pl.lit("伟芳娜敏静丽强磊军洋").str.slice(n % 10, 1),
        身份证号码=pl.col("body") + pl.lit(CHECK_DIGITS).str.slice(total % 11, 1),
        县=pl.lit("示例县"),
        乡=pl.format("第{}乡", n % 20),
        村=pl.format("第{}村", n % 100),
        岗位编号=pl.format("GW{}", n // 2),
    )


def write_month(root: Path, who: pl.DataFrame, month: str, *, xlsx: bool = False) -> None:
    """Put a month's tables into its folder, as CSV or workbooks; everybody works twenty of twenty-two days, some the whole month."""
    area = ["县", "乡", "村"]
    n = pl.col("n")
    # Contracts of half a year, a sixth of them ending in each month: what is soon to end is told in every month alike.
    ago = (int(month[5:]) - n % 6) % 6
    begins = pl.date(YEAR, int(month[5:]), 1).dt.offset_by(pl.format("-{}mo", ago))
    contract = {
        "首次核定日期": pl.lit(f"{YEAR - 1}-01-01"),
        "合同开始日期": begins,
        "合同结束日期": begins.dt.offset_by("6mo").dt.offset_by("-1d"),
        "上岗日期": pl.lit(f"{YEAR}-01-01"),
    }
    tables = {
        "在岗人员花名册": who.select(
            "姓名",
            "身份证号码",
            *area,
            "岗位编号",
            **contract,
            银行账号=pl.format("62{}", n + 10**12),
        ),
        "监测对象信息": who.select(
            *area,
            "姓名",
            户编号=pl.format("H{}", n),
            证件号码="身份证号码",
            与户主关系=pl.lit("户主"),
            户类型=pl.lit("脱贫户"),
            监测对象类别=pl.lit(None, dtype=pl.String),
            劳动技能=pl.lit("普通劳动力"),
            文化程度=pl.lit("初中"),
        ),
        "公益性岗位台账": who.unique("岗位编号", keep="first", maintain_order=True).select(
            "岗位编号",
            *area,
            岗位名称=pl.lit("保洁员"),
            岗位类型=pl.lit("保洁"),
            主管部门=pl.lit("乡政府"),
            资金来源=pl.lit("就业补助资金"),
            核定人数=pl.lit(2),
        ),
        "出勤汇总表": who.select(
            "姓名",
            "身份证号码",
            "岗位编号",
            年月=pl.lit(month),
            规定出勤天数=pl.lit(22),
            本月累计出勤天数=pl.when(n % 7 == 0).then(20).otherwise(22),
        ),
        "意外险名单": who.select(
            "姓名",
            "身份证号码",
            保单号=pl.format("B{}", n),
            起保日期=pl.lit(f"{YEAR}-01-01"),
            终保日期=pl.lit(f"{YEAR}-12-31"),
        ),
    }
    folder = root / "inbox" / month
    folder.mkdir(parents=True)
    for title, table in tables.items():
        if xlsx:
            from fupin_cli.outputs.bulk import write_workbook
            from fupin_cli.outputs.sheet import SheetPlan

            plan = SheetPlan("Sheet1", {c: c for c in table.columns}, table.cast(pl.String))
            write_workbook(folder / f"{title}.xlsx", [plan], date(YEAR, 1, 31))
        else:
            table.write_csv(folder / f"{title}.csv")


def cpu(root: Path, *arguments: str) -> float:
    """CPU seconds of a command in a process of its own."""
    process = subprocess.Popen([*FUPIN, *arguments, "-w", str(root)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        sys.exit(f"{arguments}: {process.stderr.read().decode() if process.stderr else 'failed'}")
    return usage.ru_utime + usage.ru_stime


def cost(root: Path, month: str) -> dict[str, float]:
    """A month's check and payroll as first run and as run again, and its approval."""
    by = ("--operator", "编制")
    found = {
        "check": cpu(root, "check", "--month", month, "-q"),
        "payroll": cpu(root, "payroll", "--month", month, "-q", *by),
        "check again": cpu(root, "check", "--month", month, "-q"),
        "payroll again": cpu(root, "payroll", "--month", month, "-q", *by),
    }
    day = last_day(parse_month(month))
    found["approve"] = cpu(root, "approve", month, "--by", "审核", "--yes", "--document", f"示例〔{day}〕")
    return found


def main(count: int, months: int, root: Path, *, xlsx: bool) -> None:
    """Live the months and print what the first and each later one cost."""
    (root / "fupin.toml").write_text(SETTINGS, encoding="utf-8")
    who = people(count)
    first = 0.0
    for number in range(1, months + 1):
        month = f"{YEAR}-{number:02d}"
        write_month(root, who, month, xlsx=xlsx)
        found = cost(root, month)
        both = found["check"] + found["payroll"]
        first = first or both
        told = "   ".join(f"{name} {seconds:5.2f}" for name, seconds in found.items())
        print(f"{month}   {told}   check + payroll {both:5.2f}, {both / first:4.2f} of the first month's", flush=True)


if __name__ == "__main__":
    given = [word for word in sys.argv[1:] if word != "--xlsx"]
    place = Path(given[2]) if len(given) > 2 else Path(tempfile.mkdtemp(prefix="fupin-year-"))
    try:
        main(
            int(given[0]) if given else PEOPLE,
            int(given[1]) if len(given) > 1 else MONTHS,
            place,
            xlsx="--xlsx" in sys.argv,
        )
    finally:
        if len(given) < 3:
            shutil.rmtree(place, ignore_errors=True)

"""Benchmarks: `make bench`. Prints wall time and peak memory; asserts nothing.

200,000 people on posts with 36 months of history: a payroll. 100,000 people (registry and employment), as CSV and as .xlsx: checking them against merely reading the same files with
Polars, workbook writing apart and with it; and `fupin --help`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from datetime import date
from multiprocessing import Process
from pathlib import Path

import polars as pl

from fupin_cli.intake.contracts import load_contracts
from fupin_cli.outputs.bulk import write_workbook
from fupin_cli.outputs.sheet import SheetPlan
from fupin_cli.policy.idnumber import CHECK_DIGITS, WEIGHTS

PEOPLE = 100_000
FUPIN = [sys.executable, "-c", "from fupin_cli.cli.main import run; run()"]
MONTH = "2024-05"


def people() -> pl.DataFrame:
    """A registry of 25,000 households of four, nearly clean: one row in a hundred has something wrong."""
    n = pl.int_range(PEOPLE, dtype=pl.Int64)
    frame = pl.DataFrame({"n": range(PEOPLE)}).with_columns(seat=pl.col("n") % 4, home=pl.col("n") // 4)
    # Every number is one person's: 20 years × 12 months × 28 days of birth, then the next sequence number.
    day = pl.col("n") % 6720
    year = pl.when(pl.col("seat") < 2).then(1970 + day // 336).otherwise(2010 + day // 336 % 6)
    birth = pl.date(year, 1 + day // 28 % 12, 1 + day % 28)
    male = pl.col("seat") % 2 == 0
    spread = pl.when(pl.col("seat") > 1).then(day // 336 // 6 * 200).otherwise(0)  # children share six years
    sequence = pl.col("n") // 6720 * 4 + pl.col("seat") // 2 * 2 + male.cast(pl.Int64) + spread
    body = pl.format("211390{}{}", birth.dt.strftime("%Y%m%d"), sequence.cast(pl.String).str.zfill(3))
    frame = frame.with_columns(body=body, birth=birth.dt.strftime("%Y-%m-%d"), child=pl.col("seat") > 1, male=male)
    number = pl.col("body").cast(pl.Int64)
    total = sum((number // 10 ** (16 - i) % 10 * w for i, w in enumerate(WEIGHTS)), start=pl.lit(0))
    frame = frame.with_columns(id=pl.col("body") + pl.lit(CHECK_DIGITS).str.slice(total % 11, 1))
    child = pl.col("child")
    cells = {
        "province": pl.lit("辽宁省"),
        "city": pl.lit("朝阳市"),
        "county": pl.lit("示例县"),
        "township": pl.format("第{}乡", pl.col("home") % 20),
        "village": pl.format("第{}村", pl.col("home") % 200),
        "household_id": pl.format("H{}", pl.col("home") + 10**7),
        "person_no": pl.format("P{}", n + 10**8),
        "name": pl.lit("赵")
        + pl.lit("伟芳娜敏静丽强磊军洋").str.slice(n % 10, 1)
        + pl.lit("勇艳杰涛明超兰霞平刚").str.slice(n // 10 % 10, 1),
        "sex": pl.when("male").then(pl.lit("男")).otherwise(pl.lit("女")),
        "id_type": pl.lit("居民身份证"),
        "id_number": pl.col("id"),
        "birth_date": pl.col("birth"),
        "ethnicity": pl.lit("汉族"),
        "relation": pl.col("seat").replace_strict({0: "户主", 1: "配偶", 2: "之子", 3: "之女"}),
        "household_type": pl.lit("脱贫户"),
        "education": pl.when(~child).then(pl.lit("初中")),
        "school": pl.when(child).then(pl.lit("小学")),
        "health": pl.lit("健康"),
        "labour_ability": pl.when(child)
        .then(pl.lit("无劳动力"))
        .otherwise(pl.when(n % 97 == 0).then(pl.lit("无劳动力")).otherwise(pl.lit("普通劳动力"))),
        "income_per_head_fen": pl.format("{}.50", 9000 + n % 9000),
        "dibao": pl.lit("否"),
        "destitute": pl.lit("否"),
        "household_phone": pl.format("139{}", (pl.col("home") + 10**7).cast(pl.String)),
    }
    spec = load_contracts()["registry"]
    return frame.select(
        cells.get(name, pl.lit(None, dtype=pl.String)).cast(pl.String).alias(c.header)
        for name, c in spec.columns.items()
    )


def jobs(registry: pl.DataFrame) -> pl.DataFrame:
    """One spell of work for every grown-up."""
    spec = load_contracts()["employment"]
    grown = registry.filter(pl.col("文化程度").is_not_null())
    grown = pl.concat([grown, grown])  # as many rows as people: two spells each, a year apart
    half = grown.height // 2
    n = pl.int_range(pl.len())
    cells = {
        "county": pl.col("县"),
        "township": pl.col("乡"),
        "village": pl.col("村"),
        "household_id": pl.col("户编号"),
        "name": pl.col("姓名"),
        "id_number": pl.col("证件号码"),
        "household_type": pl.col("户类型"),
        "labour_ability": pl.col("劳动技能"),
        "working": pl.lit("是"),
        "start": pl.when(n < half).then(pl.lit("2022-03-01")).otherwise(pl.lit("2023-03-01")),
        "end": pl.when(n < half).then(pl.lit("2022-12-31")),
        "work_province": pl.lit("辽宁省"),
        "work_city": pl.lit("大连市"),
        "work_county": pl.lit("西岗区"),
        "income_fen": (3000 + n % 3000).cast(pl.String),
        "employer": pl.lit("某公司"),
        "industry": pl.lit("制造业"),
        "channel": pl.lit("自主就业"),
        "transport_subsidy_fen": pl.lit("0"),
        "phone": pl.col("户联系电话"),
    }
    return grown.select(
        cells.get(name, pl.lit(None, dtype=pl.String)).cast(pl.String).alias(c.header)
        for name, c in spec.columns.items()
    )


HOLDERS = 200_000
HISTORY_MONTHS = 36


def holders(root: Path) -> None:
    """Everything that a payroll of 200,000 people on posts reads, with 36 months of history for each."""
    day = pl.col("n") % 6720
    birth = pl.date(1970 + day // 336, 1 + day // 28 % 12, 1 + day % 28)
    body = pl.format(
        "211390{}{}", birth.dt.strftime("%Y%m%d"), (pl.col("n") // 6720 * 2 + 1).cast(pl.String).str.zfill(3)
    )
    frame = pl.DataFrame({"n": range(HOLDERS)}).with_columns(body=body)
    number = pl.col("body").cast(pl.Int64)
    total = sum((number // 10 ** (16 - i) % 10 * w for i, w in enumerate(WEIGHTS)), start=pl.lit(0))
    n = pl.col("n")
    who = frame.select(
        "n",
        姓名=pl.lit("赵") + pl.lit("伟芳娜敏静丽强磊军洋").str.slice(n % 10, 1),
        身份证号码=pl.col("body") + pl.lit(CHECK_DIGITS).str.slice(total % 11, 1),
        县=pl.lit("示例县"),
        乡=pl.format("第{}乡", n % 20),
        村=pl.format("第{}村", n % 2000),
        岗位编号=pl.format("GW{}", n // 2),
    )
    area = ["县", "乡", "村"]
    contract = {
        "首次核定日期": "2021-04-01",
        "合同开始日期": "2024-03-01",
        "合同结束日期": "2024-08-31",
        "上岗日期": "2024-03-01",
    }
    tables = {
        "在岗人员花名册": who.select(
            "姓名",
            "身份证号码",
            *area,
            "岗位编号",
            **{k: pl.lit(v) for k, v in contract.items()},
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
            "姓名", "身份证号码", "岗位编号", 年月=pl.lit(MONTH), 规定出勤天数=pl.lit(22), 本月累计出勤天数=pl.lit(20)
        ),
        "意外险名单": who.select(
            "姓名",
            "身份证号码",
            保单号=pl.format("B{}", n),
            起保日期=pl.lit("2024-01-01"),
            终保日期=pl.lit("2024-12-31"),
        ),
    }
    folder = root / "posts"
    folder.mkdir()
    for title, table in tables.items():
        table.write_csv(folder / f"{title}.csv")
    months = pl.DataFrame({"补贴月份": [f"{2021 + m // 12}{m % 12 + 1:02d}" for m in range(4, 4 + HISTORY_MONTHS)]})
    past = who.select("身份证号码", "岗位编号", 补贴类型=pl.lit("岗位补贴"), 金额=pl.lit("550.00")).join(
        months, how="cross"
    )
    past.with_columns(批次号=pl.col("补贴月份")).write_csv(folder / "补贴发放台账.csv")


def write_files(root: Path) -> None:
    """Write both tables in every kind of file."""
    registry = people()
    for title, frame in (("监测对象信息", registry), ("已外出务工信息", jobs(registry))):
        frame.write_csv(root / "csv" / f"{title}.csv")
        (root / "gb18030" / f"{title}.csv").write_bytes(frame.write_csv().encode("gb18030"))
        plan = SheetPlan("Sheet1", {c: c for c in frame.columns}, frame)
        write_workbook(root / "xlsx" / f"{title}.xlsx", [plan], date(2024, 5, 31))
    holders(root)


def timed(command: list[str], cwd: Path) -> tuple[float, float]:
    """Wall seconds and peak memory in MiB of a process; the best of three."""
    best, peak = float("inf"), 0.0
    for _ in range(3):
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        _, status, usage = os.wait4(process.pid, 0)
        best = min(best, time.perf_counter() - start)
        peak = usage.ru_maxrss / 1024
        if os.waitstatus_to_exitcode(status) not in (0, 1):
            sys.exit(process.stderr.read().decode() if process.stderr else "failed")
    return best, peak


def main() -> None:
    """Make the files, time everything, print a table."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        (root / "fupin.toml").write_text(
            '[county]\nname = "示例县"\n[checks]\nextra_area_codes = ["211390"]\n[intake]\nmax_unpacked_mib = 1000\nmax_cells_million = 100\n',
            encoding="utf-8",
        )
        for kind in ("csv", "gb18030", "xlsx"):
            (root / kind).mkdir()
        # In a process of its own: a child's peak memory counts that of the process it was started from.
        maker = Process(target=write_files, args=(root,))
        maker.start()
        maker.join()
        print(f"{PEOPLE} people, {PEOPLE} + {PEOPLE} rows; seconds (best of 3), MiB peak")
        read = {
            "csv": "import polars as pl,glob\nfor f in glob.glob('csv/*'): pl.read_csv(f, infer_schema=False)",
            "gb18030": "import polars as pl,glob\nfor f in glob.glob('gb18030/*'): pl.read_csv(f, infer_schema=False, encoding='gb18030')",
            "xlsx": "import polars as pl,glob\nfor f in glob.glob('xlsx/*'): pl.read_excel(f)",
        }
        for kind, code in read.items():
            base, base_peak = timed([sys.executable, "-c", code], root)
            own, own_peak = timed([*FUPIN, "check", kind, "--month", MONTH, "--no-workbook", "-q"], root)
            book, book_peak = timed([*FUPIN, "check", kind, "--month", MONTH, "-q", "--force"], root)
            print(
                f"{kind:8} read {base:6.2f} s {base_peak:6.0f} MiB   check {own:6.2f} s {own_peak:6.0f} MiB   ratio {own / base:4.1f}"
                f"   with workbook {book:6.2f} s {book_peak:6.0f} MiB"
            )
        seconds, peak = timed([*FUPIN, "payroll", "posts", "--month", MONTH, "--no-workbook", "-q"], root)
        print(f"payroll  {HOLDERS} assignments, {HOLDERS * HISTORY_MONTHS} payments {seconds:6.2f} s {peak:6.0f} MiB")
        seconds, peak = timed([*FUPIN, "--help"], root)
        print(f"--help   {seconds:6.3f} s {peak:6.0f} MiB")


if __name__ == "__main__":
    main()

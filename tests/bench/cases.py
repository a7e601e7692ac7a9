"""What is measured: each case makes its files in a folder of its own, runs commands over them, and gives rows."""

from __future__ import annotations

import os
import shutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.bench.measure import Cost, apart, cost, fupin, python

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SETTINGS = """[county]
name = "示例县"
code = "211390"
[checks]
extra_area_codes = ["211390"]
[intake]
max_unpacked_mib = 4000
max_cells_million = 1000
max_memory_mib = 8000
"""
CHECKED = "2024-05"  # the month that is checked
PAID = ("2024-03", "2024-04")  # approved, then measured
GROWTH = (0.05, 0.25, 1.0)
PAYROLL, APPROVED, VERIFIED = 200_000, 60_000, 6
READ_CSV = (
    "import polars as pl, pathlib\nfor f in pathlib.Path('inbox').rglob('*.csv'): pl.read_csv(f, infer_schema=False)"
)
READ_GB18030 = (
    "import polars as pl, pathlib\n"
    "for f in pathlib.Path('inbox').rglob('*.csv'): pl.read_csv(f, infer_schema=False, encoding='gb18030')"
)
READ_XLSX = (
    "import fastexcel, pathlib\n"
    "for f in pathlib.Path('inbox').rglob('[!~]*.xls*'):\n"
    "    book = fastexcel.read_excel(f)\n"
    "    for name in book.sheet_names: book.load_sheet(name, header_row=None, dtypes='string').to_polars()"
)
# What nobody can save who reads or checks: the libraries, loaded.
START_FUPIN = (
    "import fupin_cli.cli.main, polars, pandera.polars, fastexcel, fupin_cli.checks.catalogue, fupin_cli.jobs.check"
)
START_READING = "import polars"


class Row(NamedTuple):
    """A row of the table; `start`: what starting costs, ours and the reader's."""

    title: str
    own: Cost
    reading: Cost | None = None
    start: tuple[Cost, Cost] | None = None


def processors() -> str:
    """How many processors of which kind."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "processors")
    return f"{os.cpu_count()} × {model}"


def sample(root: Path, _: float) -> Iterator[Row]:
    """The sample county: 37 small sheets of every kind."""
    shutil.copytree(Path(__file__).parents[2] / "sample_data", root, dirs_exist_ok=True)
    read = cost(python(_both(READ_XLSX, _without_bom())), root)
    yield Row("the sample's 37 small sheets, check", cost(_check(), root), read)


def townships(root: Path, scale: float) -> Iterator[Row]:
    """A roster and an attendance of each of 150 townships."""
    count = max(1, round(150 * scale))
    apart(_write_townships, root, count)
    title = f"{2 * count} township sheets of 100 rows, check"
    yield Row(title, cost(_check(), root), cost(python(READ_CSV), root))


def csv(root: Path, scale: float) -> Iterator[Row]:
    """Registry and employment, at three sizes."""
    for part in GROWTH:
        count = round(100_000 * scale * part)
        yield from _national(root / f"{part}", count, "csv", READ_CSV, f"{2 * count:,} rows, two CSV, check")
    yield from _national(root / "gb", count, "gb18030", READ_GB18030, f"{2 * count:,} rows, GB18030, check")


def xlsx(root: Path, scale: float) -> Iterator[Row]:
    """The same as .xlsx, read; then read and kept, with the workbook written; then on a second day, cells taken as kept."""
    count = round(100_000 * scale)
    yield from _national(root, count, "xlsx", READ_XLSX, f"{count:,} people, two .xlsx, check")
    written = fupin("check", "--month", CHECKED, "-q", "--force")
    yield Row("the same with its workbook, the first time: cells read and kept", cost(written, root, runs=1))
    yield Row("the second day, check: nothing read, cells as kept", cost(_check(), root))
    yield Row("the second day, with its workbook", cost(written, root))


def million(root: Path, scale: float) -> Iterator[Row]:
    """A million people in five tables: registry, households, employment; roster and attendance of a tenth."""
    count = round(1_000_000 * scale)
    yield from _national(root, count, "five", READ_CSV, f"{count:,} people, five CSV, check")


def payroll(root: Path, scale: float) -> Iterator[Row]:
    """A payroll that pays, 12 months of history a person, at three sizes; the largest also after an approved month."""
    for part in GROWTH:
        count, folder = round(PAYROLL * scale * part), root / f"{part}"
        apart(_write_payroll, folder, count, 2)
        read = cost(python(READ_CSV), folder)
        words = ("payroll", PAID[0], "--by", "甲")
        yield Row(
            f"payroll, {count:,} lines, {12 * count:,} payments", cost(fupin(*words, "--no-workbook"), folder), read
        )
        if part == GROWTH[-1]:
            yield Row("the same with its workbooks", cost(fupin(*words, "--force"), folder, runs=1))
            cost(fupin("approve", PAID[0], "--by", "乙", "--document", "1", "-y"), folder, runs=1)
            after = cost(fupin("payroll", PAID[1], "--by", "甲", "--no-workbook"), folder)
            yield Row(f"payroll, {count:,} lines, a month of them in the ledger (computed again)", after)


def approve(root: Path, scale: float) -> Iterator[Row]:
    """Months drafted and approved one after the other, then all of them verified."""
    count = round(APPROVED * scale)
    apart(_write_payroll, root, count, VERIFIED)
    for month in _months(VERIFIED):
        cost(fupin("payroll", month, "--by", "甲"), root, runs=1)
        own = cost(fupin("approve", month, "--by", "乙", "--document", "1", "-y"), root, runs=1)
        if month in _months(VERIFIED)[:: VERIFIED - 1]:
            yield Row(f"approve {month} of {count:,} lines", own)
    own = cost(fupin("verify", "--all"), root, runs=1)
    yield Row(f"verify --all of {VERIFIED} months of {count:,} lines", own)
    yield Row(f"… 36 months, reckoned × {36 // VERIFIED}", Cost(own.cpu * 6, own.wall * 6, own.peak))


def start(root: Path, _: float) -> Iterator[Row]:
    """The shortest command."""
    yield Row("`fupin --help`", cost(fupin("--help"), root, runs=9))


ROWS: dict[str, Callable[[Path, float], Iterator[Row]]] = {
    "help": start,
    "sample": sample,
    "townships": townships,
    "csv": csv,
    "xlsx": xlsx,
    "million": million,
    "payroll": payroll,
    "approve": approve,
}


def _check() -> tuple[str, ...]:
    return fupin("check", "--month", CHECKED, "--no-workbook", "-q")


def _start(root: Path) -> tuple[Cost, Cost]:
    return cost(python(START_FUPIN), root, runs=5), cost(python(START_READING), root, runs=5)


def _national(root: Path, count: int, kind: str, reading: str, title: str) -> Iterator[Row]:
    root.mkdir(exist_ok=True)
    apart(_write_national, root, count, kind)
    yield Row(title, cost(_check(), root), cost(python(reading), root), _start(root))


def _both(*codes: str) -> str:
    return "\n".join(codes)


def _without_bom() -> str:
    return (
        "import polars as pl, pathlib\n"
        "for f in pathlib.Path('inbox').rglob('*.csv'):\n"
        "    pl.read_csv(f, infer_schema=False, encoding='gb18030', truncate_ragged_lines=True)"
    )


def _months(count: int) -> tuple[str, ...]:
    return tuple(f"2024-{month:02d}" for month in range(3, 3 + count))


# Called in a process of their own: what follows loads Polars.


def _write_townships(root: Path, count: int) -> None:
    from tests.bench.posts import write_townships

    (root / "fupin.toml").write_text(SETTINGS, encoding="utf-8")
    write_townships(root, count)


def _write_payroll(root: Path, count: int, months: int) -> None:
    from tests.bench.posts import write_payroll

    root.mkdir(exist_ok=True)
    (root / "fupin.toml").write_text(SETTINGS, encoding="utf-8")
    write_payroll(root, count, _months(months))


def _write_national(root: Path, count: int, kind: str) -> None:
    from tests.bench.people import households, jobs, people

    folder = root / "inbox" / CHECKED
    folder.mkdir(parents=True)
    (root / "fupin.toml").write_text(SETTINGS, encoding="utf-8")
    registry = people(count)
    tables = {"监测对象信息": registry, "已外出务工信息": jobs(registry)}
    if kind == "five":
        from tests.bench.posts import attendance, heads_on_posts, roster

        who = heads_on_posts(registry, count // 10)
        tables |= {
            "户信息": households(registry),
            "在岗人员花名册": roster(who),
            "出勤汇总表": attendance(who, CHECKED),
        }
    for title, frame in tables.items():
        if kind == "xlsx":
            from fupin_cli.outputs.bulk import write_workbook
            from fupin_cli.outputs.sheet import SheetPlan

            plan = SheetPlan("Sheet1", {c: c for c in frame.columns}, frame)
            write_workbook(folder / f"{title}.xlsx", [plan], date(2024, 5, 31))
        elif kind == "gb18030":
            (folder / f"{title}.csv").write_bytes(frame.write_csv().encode("gb18030"))
        else:
            frame.write_csv(folder / f"{title}.csv")

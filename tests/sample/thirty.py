"""A made-up county of 30 townships and 60,000 people, two months of it: `python -m tests.sample.thirty FOLDER [PEOPLE]` (issue 13).

Nearly clean families (`national`), with what a month of posts needs and what goes wrong in some townships: days worked in part,
one not insured, one at work elsewhere, villages without staff, a township that has not handed in its attendance.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.conftest import write_csv
from tests.sample.national import COUNTY, SETTINGS, Nation

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sample.national import Row

TOWNS, VILLAGES, PEOPLE = 30, 12, 60_000
KINDS = 20  # of families: every village has each
MONTHS = ("2024-04", "2024-05")
LATE = "第7镇"  # its attendance of May is missing
FUND, OTHER = "就业补助资金", "光伏收益"  # one post in forty is of another fund
MORE = '[accident_insurance]\npremium = 100\n[budget]\n"就业补助资金" = 8000000\n'


def write(root: Path, people: int = PEOPLE) -> None:
    """Write both months: in April one family in forty was not there yet and one spell in eight had not begun."""
    county = Nation(people, towns=TOWNS, villages=VILLAGES, together=KINDS)
    homes, spells = county.homes, county.employment
    for month in reversed(MONTHS):
        if month == MONTHS[0]:
            county.homes = [home for n, home in enumerate(homes) if n % 40 or _holds(home)]
            gone = {row["证件号码"] for n, home in enumerate(homes) if not n % 40 for row in home}
            here = [row for row in spells if row["证件号码"] not in gone]
            county.employment = [row for n, row in enumerate(here) if n % 8]
        folder = root / "inbox" / month
        county.write(folder, with_roster=True)
        days = [_day(row, n, month) for n, row in enumerate(county.roster[::2])]
        write_csv(
            folder / "出勤汇总表.csv", [d for d, row in zip(days, county.roster[::2], strict=True) if _in(row, month)]
        )
    for name, rows in _standing(county).items():
        write_csv(root / "inbox" / f"{name}.csv", rows)
    (root / "fupin.toml").write_text(SETTINGS + MORE, encoding="utf-8")


def _holds(home: list[Row]) -> bool:
    return any(row["公益性岗位"] for row in home)


def _in(row: Row, month: str) -> bool:
    return month != MONTHS[1] or row["乡"] != LATE


def _day(row: Row, n: int, month: str) -> Row:
    return {
        "姓名": row["姓名"],
        "身份证号码": row["身份证号码"],
        "岗位编号": row["岗位编号"],
        "年月": month,
        "规定出勤天数": 22,
        "本月累计出勤天数": 22 if n % 5 else 9 + n % 11,
    }


def _standing(county: Nation) -> dict[str, list[Row]]:
    """What serves both months: posts, accident insurance, the staff of the platform, and what was paid in the months before."""
    holders = county.roster[::2]
    area: Callable[[Row], Row] = lambda row: {"县": COUNTY, "乡": row["乡"], "村": row["村"]}  # noqa: E731 - one line, used twice
    posts = [
        {"岗位编号": row["岗位编号"], "岗位名称": "保洁员", "岗位类型": "保洁"}
        | area(row)
        | {"主管部门": f"{row['乡']}政府", "资金来源": FUND if n % 40 else OTHER, "核定人数": 1}
        for n, row in enumerate(holders)
    ]
    insured = [
        {
            "姓名": row["姓名"],
            "身份证号码": row["身份证号码"],
            "保单号": f"B{n}",
            "起保日期": "2024-01-01",
            "终保日期": "2024-07-31" if n % 3 else "2024-12-31",
            "保费": 100,
        }
        for n, row in enumerate(holders)
        if n % 60
    ]
    towns = sorted({row["乡"] for home in county.homes for row in home})
    staff = [
        area({"乡": town, "村": ""}) | {"姓名": f"赵{'甲乙'[k]}{n}", "岗位": "劳动保障协理员"}
        for n, town in enumerate(towns)
        for k in range(1 if n % 6 == 0 else 2)
    ]
    villages = sorted({(row["乡"], row["村"]) for home in county.homes for row in home})
    staff += [
        area({"乡": town, "村": village}) | {"姓名": f"钱{n}", "岗位": "村级专干"}
        for n, (town, village) in enumerate(villages)
        if n % 17
    ]
    paid = [
        {
            "姓名": row["姓名"],
            "身份证号码": row["身份证号码"],
            "补贴类型": "岗位补贴",
            "补贴月份": month,
            "金额": "732.05" if month > "2024" else "665.50",
            "岗位编号": row["岗位编号"],
            "批次号": month,
        }
        for row in holders
        for month in ("2023-11", "2023-12", "2024-01", "2024-02", "2024-03")
    ]
    return {"公益性岗位台账": posts, "意外险名单": insured, "基层平台人员": staff, "补贴发放台账": paid}


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else PEOPLE)

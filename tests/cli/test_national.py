"""National exports of ordinary families: nothing is an error or a warning; what is planted is found, and nothing else."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import Ran, write_csv
from tests.sample.national import AREA_CODE, COUNTY, SETTINGS, TITLES, Nation, Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Planted = Iterator[tuple[str, Row]]

PEOPLE = 2_000
COUPLE = (("户主", "男", 45), ("配偶", "女", 44))


def check(fupin: Callable[..., Ran], root: Path) -> list[dict[str, Any]]:
    """Findings of severity error or warning; the run must not have crashed."""
    (root / "fupin.toml").write_text(SETTINGS, encoding="utf-8")
    ran = fupin("check", "-w", root, "--month", "2024-05", "--no-workbook", "--format", "json", "--unmask")
    assert ran.document["crashed"] == []
    assert all(entry["rows_set_aside"] == 0 or entry["table"] == "registry" for entry in ran.document["inputs"])
    return [f for f in ran.findings if f["severity"] != "info"]


@pytest.mark.parametrize(("with_roster", "home_file"), [(True, False), (False, True)])
def test_a_clean_export_has_no_error_and_no_warning(
    fupin: Callable[..., Ran], tmp_path: Path, with_roster: bool, home_file: bool
) -> None:
    """10.B: 20,000 people of a clean export had 596 false findings; with the roster and without it, with 户信息 and without."""
    Nation(PEOPLE).write(tmp_path / "inbox" / "2024-05", with_roster=with_roster, home_file=home_file)
    found = [(f["code"], f["file"], f["row"], f["message"]) for f in check(fupin, tmp_path)]
    assert found == []


def test_what_is_planted_is_found_once_and_nothing_else(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """9.12, 9.13: for every rule a household that hits and one that just misses, planted into a clean county."""
    nation = Nation(200)
    expected = [pair for plants in (households, people, work, measures, posts, identity) for pair in plants(nation)]
    nation.write(tmp_path / "inbox" / "2024-05", with_roster=True, home_file=False)
    places = {
        id(row): (TITLES[table][0], number)
        for table, rows in nation.tables(with_roster=True, home_file=False).items()
        for number, row in enumerate(rows, 4 if table == "registry" else 2)
    }
    found = Counter((f["code"], f["file"].split("/")[-1].rsplit(".", 1)[0], f["row"]) for f in check(fupin, tmp_path))
    wanted = Counter((code, *places[id(row)]) for code, row in expected)
    assert found - wanted == Counter(), "more than was planted"
    assert wanted - found == Counter(), "less than was planted"


def home(n: Nation, *members: tuple[str, str, int], **cells: Any) -> list[Row]:
    """A further household."""
    return n.home(*(n.person(*member) for member in members or COUPLE), **cells)


def born(n: Nation, row: Row, day: date) -> Row:
    """Give somebody a birthday."""
    return row | {"证件号码": n.id_number(day, row["性别"]), "出生日期": f"{day:%Y%m%d}"}


def pensioners(n: Nation, **cells: Any) -> list[Row]:
    """Two old people past work."""
    old = (n.person("户主", "男", 72, 劳动技能="无劳动力"), n.person("配偶", "女", 70, 劳动技能="无劳动力"))
    return n.home(*old, **cells)


def households(n: Nation) -> Planted:
    """Risks and measures of a household."""
    yield from (("REG006", row) for row in pensioners(n))
    pensioners(n, 享受特困供养政策情况="集中供养")  # 特困供养 counts like 低保
    aside = home(n, ("户主", "男", 45), ("之父", "男", 75))
    aside[1]["劳动技能"] = "无劳动力"
    aside[0]["证件号码"] = aside[0]["证件号码"][:14]  # set aside: still the head, and labour
    yield "ID001", aside[0]
    lacking = home(n, ("户主", "男", 45), ("之父", "男", 75), ("之母", "女", 74), **{"致贫/返贫风险2": "缺劳动力"})
    yield from (("REG007", row) for row in lacking)
    quarter = home(
        n,
        ("户主", "男", 45),
        ("之父", "男", 75),
        ("之母", "女", 74),
        ("之祖母", "女", 95),
        **{"致贫/返贫风险2": "缺劳动力"},
    )
    quarter[3]["证件号码"] = "0"  # one of four, though her row is set aside: not over a quarter
    yield "ID001", quarter[3]
    student = home(n, *COUPLE, ("之女", "女", 18))
    student[2] |= {"文化程度": "", "在校生状况": "中职一年级", "劳动技能": "无劳动力"}
    yield "REG008", student[2]
    for_nobody = home(n, *COUPLE, ("之子", "男", 12), 教育帮扶="雨露计划")
    yield "REG008", for_nobody[0]
    headless_measure = home(n, *COUPLE, ("之子", "男", 12))
    headless_measure[1]["教育帮扶"] = headless_measure[2]["教育帮扶"] = "雨露计划"
    yield "REG008", headless_measure[1]  # the head does not carry it: the first row that does
    unsteady = {"致贫/返贫风险1": "因病、因务工就业不稳"}
    yield "REG015", pensioners(n, 享受低保政策情况="是", **unsteady)[0]
    weak = pensioners(n, **unsteady)
    weak[1]["劳动技能"] = "弱劳动力或半劳动力"  # is labour
    watched = {"监测对象类别": "脱贫不稳定户", "识别监测时间": "2023-01"}
    yield "REG016", home(n, *COUPLE, 风险是否已消除="否", 产业帮扶="奖补", **watched, **unsteady)[0]
    worked = home(n, *COUPLE, 风险是否已消除="否", 产业帮扶="奖补", **watched, **unsteady)
    n.spell(worked[1], 开始时间="2022-01", 结束时间="2022-03", 是否已务工="否")  # once, long ago
    home(n, *COUPLE, 风险是否已消除="是", 消除监测时间="2024-01", **watched, **unsteady)  # removed
    yield "REG017", home(n, *COUPLE, 风险是否已消除="否", **watched)[0]
    helped = home(n, *COUPLE, 风险是否已消除="否", **watched)
    helped[1]["金融帮扶"] = "小额信贷"  # on one row only
    home(n, ("户主", "男", 66), 风险是否已消除="否", 享受低保政策情况="是", **watched)[0]["劳动技能"] = (
        "弱劳动力或半劳动力"
    )
    idle = pensioners(n, 享受低保政策情况="是", 就业帮扶="就业服务")[0]
    yield "REG018", idle
    yield "WRK013", idle
    half = pensioners(n, 就业帮扶="就业服务")
    half[0]["劳动技能"] = "弱劳动力或半劳动力"
    n.spell(half[0])
    removed = {"风险是否已消除": "是", "消除监测时间": "2024-01", "就业帮扶": "就业服务"} | watched
    poor = home(n, *COUPLE, **removed)
    n.spell(poor[0])
    poor[0]["工资性收入"], poor[1]["工资性收入"] = "0", ""
    yield "REG019", poor[0]
    earning = home(n, *COUPLE, **removed)
    n.spell(earning[0])
    earning[1]["工资性收入"] = "0.01"
    early = home(
        n, *COUPLE, 风险是否已消除="是", 监测对象类别="脱贫不稳定户", 识别监测时间="2023-10-15", 消除监测时间="2024-03"
    )
    yield from (("REG011", row) for row in early)  # even by the month's last day
    home(
        n, *COUPLE, 风险是否已消除="是", 监测对象类别="脱贫不稳定户", 识别监测时间="2023-10-15", 消除监测时间="2024-04"
    )


def people(n: Nation) -> Planted:
    """Ages and dates of birth."""
    just, almost = home(n), home(n)
    just[0] |= born(n, just[0], date(1964, 5, 31))
    yield "REG014", just[0]
    almost[0] |= born(n, almost[0], date(1964, 6, 1))
    wrong, right = home(n), home(n)
    wrong[0]["出生日期"] = "1980-01" if wrong[0]["证件号码"][6:12] != "198001" else "1980-02"
    yield "ID003", wrong[0]
    right[0]["出生日期"] = f"{right[0]['证件号码'][6:10]}年{int(right[0]['证件号码'][10:12])}月"
    poor = home(n, **{"人均纯收入（元）": "8784.59"})
    yield from (("REG005", row) for row in poor)
    home(n, **{"人均纯收入（元）": "8784.60"})


def work(n: Nation) -> Planted:
    """Spells and places."""
    student = home(n, *COUPLE, ("之女", "女", 19))[2]
    student |= {"文化程度": "", "在校生状况": "本科一年级", "劳动技能": "无劳动力"}
    plan = {h: student[h] for h in ("县", "乡", "户编号", "姓名", "证件号码")} | {
        "行政村": student["村"],
        "是否计划务工": "是",
        "计划务工所在县": "西岗区",
        "就业服务需求": "岗位信息",
    }
    n.plan += [plan, plan | {"是否计划务工": "否"}]
    yield "WRK002", plan
    yield "WRK001", plan
    young = home(n)[0]
    young |= born(n, young, date(2006, 5, 25)) | {"文化程度": "初中"}
    yield "WRK003", n.spell(young, 开始时间="2022-04")  # 15 on the month's last day
    vague = home(n)
    n.spell(vague[0])
    vague[0]["务工所在地"], vague[1]["务工所在地"] = "辽宁省大连市", "湖北省仙桃市"
    yield "WRK004", vague[0]
    city = home(n)[0]
    yield "WRK004", n.spell(city, ("辽宁省", "大连市", "大连市"))
    city["务工所在地"] = ""
    covered = home(n)[0]
    yield "WRK005", n.spell(covered, 开始时间="2024-01", 结束时间="2024-04")
    yield "WRK005", n.spell(covered, 开始时间="2024-03", 结束时间="2024-03")  # whichever days of March
    n.spell(covered, 开始时间="2024-05")
    clash = home(n)[0]
    yield "WRK005", n.spell(clash, 开始时间="2024-01-05", 结束时间="2024-03-20")
    yield "WRK005", n.spell(clash, 开始时间="2024-03-20", 结束时间="2024-12-31")
    follow = home(n)[0]
    n.spell(follow, 开始时间="2024-01-05", 结束时间="2024-03-20")
    n.spell(follow, 开始时间="2024-03", 结束时间="2024-03-31")  # may have begun on the 21st
    n.spell(follow, 开始时间="2024-04-01")


def measures(n: Nation) -> Planted:
    """Measures of work against who works where."""
    away, at_home = ("辽宁省", "大连市", "西岗区"), ("辽宁省", "朝阳市", COUNTY)
    fares = home(n, 就业帮扶="交通补助")
    yield "WRK010", n.spell(fares[0], away)
    yield "WRK010", n.spell(fares[1], away, 年度交通费补助="")
    n.spell(fares[1], away, 开始时间="2022-03", 结束时间="2022-12")  # closed
    paid = home(n, 就业帮扶="交通补助")
    n.spell(paid[0], away, 年度交通费补助="100")
    n.spell(paid[1], away)
    yield "WRK010", n.spell(home(n)[0], at_home, 年度交通费补助="100")
    nobody = home(n, 就业帮扶="技能培训")
    yield "WRK013", nobody[0]
    lost = home(n, *COUPLE, 就业帮扶="技能培训")
    n.spell(lost[1])
    lost[1]["证件号码"] = "211390"  # her row is set aside; the employment export has her number and the household's
    yield "ID001", lost[1]
    empty = n.spell(home(n)[0], 务工月收入="", 是否点对点输送="")
    yield "WRK017", empty
    yield "WRK017", empty
    twice = home(n)[0]
    n.spell(twice, 开始时间="2022-01", 结束时间="2022-06", 务工月收入="", 是否点对点输送="")  # does not touch the month
    n.spell(twice)
    local = home(n, 就业帮扶="劳务输出")
    n.spell(local[0], at_home)
    yield "WRK019", local[0]


def posts(n: Nation) -> Planted:
    """The export's posts against the roster."""
    registered = home(n, *COUPLE, 公益岗位帮扶="公益性岗位")
    yield "POST013", registered[0]  # nobody of the household is on the roster: said once
    yield "WRK013", registered[0]
    for age, ability, codes in (
        (71, "弱劳动力或半劳动力", ("POST013", "POST020")),
        (68, "弱劳动力或半劳动力", ("POST013",)),
        (40, "丧失劳动力", ("POST013", "POST020")),
    ):
        rows = home(n, ("户主", "男", age), ("配偶", "女", 44))
        rows[0] |= {"公益性岗位": "保洁员", "公益性岗位(月数)": 3, "劳动技能": ability}
        rows[0]["健康状况"] = "患有大病"
        yield from ((code, rows[0]) for code in codes)
    channel = home(n, ("户主", "男", 74), ("配偶", "女", 44))
    channel[0]["劳动技能"] = "弱劳动力或半劳动力"
    yield "POST020", n.spell(channel[0], ("辽宁省", "朝阳市", COUNTY), 就业渠道="公益岗位")


def identity(n: Nation) -> Planted:
    """Numbers, phones, heads."""
    short = home(n, ("户主", "男", 45), ("之母", "女", 79))
    short[1] |= {"证件号码": f"{AREA_CODE}450101004", "出生日期": "19450101", "劳动技能": "普通劳动力"}
    yield "ID017", short[1]  # nothing is known of her age: no REG003, no REG014
    odd = home(n)
    odd[1]["家庭成员联系电话"] = "0421-281111"
    yield "ID010", odd[1]
    dashes = home(n)
    dashes[1]["家庭成员联系电话"] = "04-212811111"  # the dash is not after an area code
    yield "ID010", dashes[1]
    fine = home(n)
    fine[0]["家庭成员联系电话"], fine[1]["家庭成员联系电话"] = "021-1234567", "0421 2811112"
    shared = n.phone()
    yield from (("ID011", home(n, phone=shared)[0]) for _ in range(2))
    filled_in = n.phone()  # in four households of old people: somebody filled in his own
    for _ in range(4):
        yield "ID011", pensioners(n, phone=filled_in, 享受低保政策情况="是")[0]
    relatives = n.phone()  # a child's, in three
    for _ in range(3):
        pensioners(n, phone=relatives, 享受低保政策情况="是")
    headless = home(n, ("配偶", "女", 44), ("之子", "男", 14))
    yield from (("ID012", row) for row in headless)


def test_household_facts_come_from_their_own_export(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """9.12: 户联系电话 and 人均纯收入 are taken from 户信息 where the registry has none; 总人口数 = 总人数."""
    nation = Nation(40)
    poor, silent, own = home(nation), home(nation), home(nation)
    for row in poor:
        row["人均纯收入（元）"] = "8784.59"
    silent[0]["户联系电话"] = ""
    own[0]["户联系电话"], own[1]["家庭成员联系电话"] = "", nation.phone()
    nation.write(tmp_path / "inbox" / "2024-05", home_file=True)
    found = check(fupin, tmp_path)
    assert sorted((f["code"], f["person"]) for f in found) == sorted(
        [("REG005", row["证件号码"]) for row in poor] + [("ID010", silent[0]["证件号码"])]
    )


def test_what_many_rows_have_in_common_is_said_once(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """9.7, 9.12: IN007 once a file, column and value, ID009 once a file and area code, if over 5 rows carry it."""
    nation = Nation(60)
    rows = [row for family in nation.homes for row in family]
    for row in rows[:6]:
        row["民族"] = "汉族"
    for row in rows[10:16]:
        row["健康状况"] = "尚可"
    for row in rows[20:25]:
        row["健康状况"] = "还行"
    nation.write(tmp_path / "inbox" / "2024-05", home_file=False)
    (tmp_path / "fupin.toml").write_text(f'[county]\nname = "{COUNTY}"\n', encoding="utf-8")
    ran = fupin(
        "check",
        "-w",
        tmp_path,
        "--month",
        "2024-05",
        "--no-workbook",
        "--format",
        "json",
        "--unmask",
        "--select",
        "IN007,ID009",
    )
    found = ran.findings
    words = Counter(f["value"] for f in found if f["code"] == "IN007")
    assert words == Counter({"尚可": 1, "还行": 5})
    once = next(f for f in found if f["value"] == "尚可")
    assert (once["row"], once["person"]) == (14, None)
    assert "共 6 行" in once["message"]
    areas = [f for f in found if f["code"] == "ID009"]
    assert Counter(f["file"] for f in areas if "共" in f["message"]) == Counter(
        {f["file"] for f in areas if "共" in f["message"]}
    )
    assert any(f"共 {len(rows)} 行" in f["message"] for f in areas)
    assert ran.document["summary"]["by_code"]["ID009"] == len(areas)


BOLD = {
    "registry": ["县", "乡", "村", "户编号", "姓名", "证件号码", "与户主关系", "户类型", "监测对象类别", "劳动技能"],
    "employment": [
        "县",
        "乡",
        "行政村",
        "户编号",
        "证件号码",
        "是否已务工",
        "开始时间",
        "结束时间",
        "务工所在县",
        "就业渠道",
    ],
}


def test_a_column_that_is_not_there_says_nothing(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """10.B: without 务工所在市 every place of work was told not to be written down to the county."""
    tables = Nation(120).tables()
    for table, headers in BOLD.items():
        write_csv(
            tmp_path / "inbox" / f"{TITLES[table][0]}.csv", [{h: row[h] for h in headers} for row in tables[table]]
        )
    assert check(fupin, tmp_path) == []


def test_of_a_row_without_household_number_no_household_is_judged(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """10.B: IN004 says that the number is missing; nobody knows who belongs to whom."""
    nation = Nation(0)
    rows = [
        *pensioners(nation, 就业帮扶="劳务输出"),
        *home(nation, *COUPLE, 教育帮扶="雨露计划", 公益岗位帮扶="公益性岗位"),
    ]
    nation.write(tmp_path / "inbox" / "2024-05", home_file=False)
    assert {"REG006", "REG008", "REG018"} <= {f["code"] for f in check(fupin, tmp_path)}
    for row in rows:
        row["户编号"] = ""
    nation.write(tmp_path / "inbox" / "2024-05", home_file=False)
    assert {f["code"] for f in check(fupin, tmp_path)} == {"IN004"}

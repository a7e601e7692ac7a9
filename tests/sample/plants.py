"""What is wrong in the sample county: each plant changes rows and says which findings it must cause, and no others."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from fupin_cli.policy.idnumber import check_digit
from tests.sample.county import COUNTY, TOWNS, County, Row
from tests.sample.measure_plants import plant_claims

if TYPE_CHECKING:
    from collections.abc import Callable

Expect = list[tuple[str, Row, str]]  # code, row, header of the column
ID = "证件号码"


def plant(c: County) -> tuple[Expect, Row, dict[str, list[Row]]]:
    """Plant everything. Gives what is expected, a person that only last month's export has, and the other claims."""
    expected: Expect = []

    def expect(code: str, row: Row, header: str) -> None:
        expected.append((code, row, header))

    gone = _registry(c, expect)
    _work(c, expect)
    _people_on_posts(c, expect)
    _posts(c, expect)
    _contracts(c, expect)
    _attendance(c, expect)
    _insurance(c, expect)
    _caps(c, expect)
    _accounts(c, expect)
    _cells(c, expect)
    _waivers(c, expect)
    return expected, gone, plant_claims(c, expect, add_home)


def add_home(c: County, *members: tuple[str, str, int]) -> list[Row]:
    """A further household of (relation, sex, age)."""
    number = len(c.people)
    rows = [c.person(number, relation, sex, age) for relation, sex, age in members]
    phone = c.phone()
    for row in rows:
        row["户联系电话"] = phone
    c.people.append(rows)
    return rows


def add_holder(
    c: County,
    *,
    age: int = 45,
    since: date = date(2023, 6, 1),
    paid: bool = True,
    cells: Row | None = None,
    **roster: Any,
) -> tuple[Row, Row]:
    """A further household whose head holds a post of its own in a village of its own; gives registry and roster row."""
    head, _ = add_home(c, ("户主", "男", age), ("配偶", "女", 44))
    village = f"新{len(c.villages)}村"
    head["行政村"] = c.people[-1][1]["行政村"] = village
    town = head["乡(镇)"]
    c.villages.append(
        {
            "县": COUNTY,
            "乡": town,
            "行政村": village,
            "是否出列": "是",
            "总户数": 90,
            "总人数": 300,
            "公益性岗位核定数": 2,
        }
    )
    post = c.post(f"GW{len(c.posts) + 1:03d}", "保绿", town, village)
    c.posts.append(post)
    head["公益性岗位"] = head["公益性岗位帮扶"] = "公益性岗位"
    head["公益性岗位(月数)"] = 12
    line = c.assignment(head, post, since) | roster | (cells or {})
    c.roster.append(line)
    c.add_attendance(line, "2024-05")
    c.insurance.append(c.policy(line))
    if paid:
        c.add_history(line, since, date(2024, 4, 1))
    return head, line


def last(rows: list[Row], line: Row) -> Row:
    """The last row of a table about the person of a roster row."""
    return next(row for row in reversed(rows) if row["身份证号码"] == line["身份证号"])


def post_of(c: County, line: Row) -> Row:
    """The post of a roster row."""
    return next(post for post in c.posts if post["岗位编号"] == line["岗位\n编号"])


def _registry(c: County, expect: Callable[[str, Row, str], None]) -> Row:
    child = add_home(c, ("户主", "男", 40), ("配偶", "女", 39), ("之子", "男", 12))[2]
    child |= {"在校生状况": "", "失学或辍学原因": "休学", "劳动技能": "普通劳动力"}
    expect("REG001", child, "劳动技能")
    pupil = add_home(c, ("户主", "男", 45), ("配偶", "女", 44), ("之子", "男", 17))[2]
    pupil |= {"在校生状况": "普通高中二年级", "文化程度": "", "劳动技能": "普通劳动力"}
    expect("REG002", pupil, "劳动技能")
    idle = add_home(c, ("户主", "男", 45), ("配偶", "女", 44))[0]
    idle["劳动技能"] = "弱(半)劳动力"
    expect("REG003", idle, "劳动技能")
    lame = add_home(c, ("户主", "男", 50), ("配偶", "女", 44))[0]
    lame |= {ID: lame[ID] + "41", "健康状况": "残疾"}
    expect("REG004", lame, "劳动技能")
    poor = add_home(c, ("户主", "男", 50), ("配偶", "女", 44))
    poor[0]["人均纯收入（元）"] = "8784.59"
    poor[1]["人均纯收入（元）"] = "8,784.60"  # exactly the line: not below
    expect("REG005", poor[0], "人均纯收入（元）")
    for row in add_home(c, ("户主", "男", 72), ("配偶", "女", 70)):
        expect("REG006", row, "享受低保政策情况")
    lacking = add_home(c, ("户主", "男", 50), ("之母", "女", 75), ("之父", "男", 76))
    lacking[0]["致贫/返贫风险1"] = "缺劳动力"
    expect("REG007", lacking[0], "致贫/返贫风险1")
    student = add_home(c, ("户主", "男", 45), ("配偶", "女", 44), ("之女", "女", 17), ("之子", "男", 14))[2]
    student |= {"在校生状况": "中职二年级", "文化程度": "", "劳动技能": "无劳动力"}
    expect("REG008", student, "教育帮扶")
    without = add_home(c, ("户主", "男", 45), ("配偶", "女", 44), ("之子", "男", 14))
    for row in without:
        row["教育帮扶"] = "雨露计划"  # on every row of the household, said once
    expect("REG008", without[0], "教育帮扶")
    both, neither = add_home(c, ("户主", "男", 45), ("配偶", "女", 44), ("之女", "女", 10), ("之母", "女", 70))[2:]
    both["文化程度"] = "小学"
    expect("REG009", both, "文化程度")
    neither["文化程度"] = ""
    expect("REG009", neither, "文化程度")
    young = add_home(c, ("户主", "男", 45), ("配偶", "女", 44), ("之子", "男", 20))[2]
    young["文化程度"] = "小学"
    expect("REG010", young, "文化程度")
    risk, kept = add_home(c, ("户主", "男", 45), ("配偶", "女", 44))
    risk |= {
        "易返贫致贫户（监测对象）类型": "脱贫不稳定户",
        "风险是否消除": "是",
        "风险识别时间": "2023年03月10日",
        "风险消除时间": "2023-09-09",
    }
    kept |= {
        "易返贫致贫户（监测对象）类型": "脱贫不稳定户",
        "风险是否消除": "是",
        "风险识别时间": "2023年03月10日",
        "风险消除时间": "2023-09-10",
    }
    expect("REG011", risk, "风险消除时间")
    new = add_home(c, ("户主", "男", 45), ("配偶", "女", 44))[1]
    new["_new"] = True
    expect("REG012", new, ID)
    gone = c.person(len(c.people) - 1, "之母", "女", 75)
    gone["户联系电话"] = new["户联系电话"]
    expect("REG012", gone, ID)
    blank = add_home(c, ("户主", "男", 45), ("配偶", "女", 44))[1]
    blank["与户主关系"] = ""
    expect("REG013", blank, "与户主关系")
    expect("IN004", blank, "与户主关系")
    _risks(c, expect)
    _identity(c, expect)
    return gone


def _risks(c: County, expect: Callable[[str, Row, str], None]) -> None:
    """Risks and measures of households: on every row, said once on the head's."""
    old = add_home(c, ("户主", "男", 61), ("配偶", "女", 44))[0]
    old["劳动技能"] = "普通劳动力"
    expect("REG014", old, "劳动技能")

    def home(*members: tuple[str, str, int], **cells: str) -> list[Row]:
        rows = add_home(c, *members)
        for row in rows:
            row.update(cells)
        return rows

    couple, pensioners = (("户主", "男", 45), ("配偶", "女", 44)), (("户主", "男", 72), ("配偶", "女", 70))
    watched = {"易返贫致贫户（监测对象）类型": "脱贫不稳定户", "风险识别时间": "2023-09"}
    rows = home(*pensioners, **{"享受低保政策情况": "是", "致贫/返贫风险1": "因务工就业不稳"})
    expect("REG015", rows[0], "劳动技能")
    rows = home(*couple, **watched, 风险是否消除="否", 产业帮扶="种植奖补", **{"致贫/返贫风险1": "因务工就业不稳"})
    expect("REG016", rows[0], "风险是否消除")
    rows = home(*couple, **watched, 风险是否消除="否", **{"致贫/返贫风险1": "因病"})
    expect("REG017", rows[0], "就业帮扶")
    rows = home(*pensioners, 享受低保政策情况="是", 就业帮扶="就业服务")
    expect("REG018", rows[0], "就业帮扶")
    expect("WRK013", rows[0], "就业帮扶")
    rows = home(*couple, **watched, 风险是否消除="是", 风险消除时间="2024-03", 就业帮扶="就业服务", 工资性收入="0")
    c.employment.append(c.spell(rows[0], "辽宁省", "大连市", "西岗区"))
    expect("REG019", rows[0], "工资性收入")


def _identity(c: County, expect: Callable[[str, Row, str], None]) -> None:
    row = add_home(c, ("户主", "男", 45), ("配偶", "女", 44))[1]
    row["出生日期"] = "19790101"
    expect("ID003", row, "出生日期")
    row = add_home(c, ("户主", "男", 45), ("配偶", "女", 44))[1]
    row["性别"] = "男"
    expect("ID004", row, "性别")
    baby = add_home(c, ("户主", "男", 40), ("配偶", "女", 39), ("之子", "男", 2))[2]
    baby[ID] = "99999920220101001X"
    expect("ID005", baby, ID)
    c.people[0][0]["姓名"] = "王二小"
    expect("ID006", c.people[0][0], "姓名")
    expect("ID006", c.employment[0], "姓名")
    row = add_home(c, ("户主", "男", 45), ("配偶", "女", 44))[1]
    row["姓名"] = "李秀2"
    expect("ID008", row, "姓名")
    dots = add_home(c, ("户主", "男", 45), ("配偶", "女", 44))[1]
    dots["姓名"] = "阿依 古丽•买买提"  # spaces and dots are normalised: not a finding
    row = add_home(c, ("户主", "男", 45), ("配偶", "女", 44))[1]
    row["人联系电话"] = "12345"
    expect("ID010", row, "人联系电话")
    silent = add_home(c, ("户主", "男", 45), ("配偶", "女", 44))
    for member in silent:
        member["户联系电话"] = ""
    expect("ID010", silent[0], "户联系电话")
    first, second = (
        add_home(c, ("户主", "男", 45), ("配偶", "女", 44)),
        add_home(c, ("户主", "男", 45), ("配偶", "女", 44)),
    )
    first[1]["人联系电话"] = second[1]["人联系电话"] = c.phone()
    expect("ID011", first[1], "人联系电话")
    expect("ID011", second[1], "人联系电话")
    for row in add_home(c, ("配偶", "女", 44), ("之子", "男", 14)):
        expect("ID012", row, "与户主关系")
    two = add_home(c, ("户主", "男", 45), ("户主", "男", 44))
    for row in two:
        expect("ID012", row, "与户主关系")
    son, spouse = add_home(c, ("户主", "男", 45), ("之子", "女", 14), ("配偶", "男", 44))[1:]
    expect("ID013", son, "与户主关系")
    expect("ID013", spouse, "与户主关系")


def _work(c: County, expect: Callable[[str, Row, str], None]) -> None:
    def worker(*home: tuple[str, str, int], **cells: Any) -> tuple[list[Row], Row]:
        members = add_home(c, *(home or (("户主", "男", 45), ("配偶", "女", 44))))
        members[0]["就业帮扶"] = "就业服务"
        row = c.spell(members[0], "辽宁省", "大连市", "西岗区") | cells
        c.employment.append(row)
        return members, row

    _, row = worker(劳动技能="无劳动力")
    expect("WRK001", row, "是否已务工")
    members, row = worker(("户主", "男", 19), ("之母", "女", 44))
    members[0] |= {"在校生状况": "高职高专一年级", "文化程度": "", "劳动技能": "无劳动力", "教育帮扶": "雨露计划"}
    members[1]["劳动技能"] = "普通劳动力"
    expect("WRK002", row, "是否已务工")
    _, row = worker(("户主", "男", 20), ("之母", "女", 44), 开始时间="2019-01-01", 结束时间="2024-12-31")
    expect("WRK003", row, "开始时间")
    _, row = worker(务工所在县="大连市")
    expect("WRK004", row, "务工所在县")
    members, row = worker(开始时间="2024-01-01", 结束时间="2024-06-30")
    second = c.spell(members[0], "天津市", "天津市", "武清区", 开始时间="2024-06-30", 结束时间="2024-12-31")
    expect("WRK018", second, "开始时间")
    expect("WRK005", row, "开始时间")
    expect("WRK005", second, "开始时间")
    c.employment.append(second)
    members, row = worker(开始时间="2024-01-01", 结束时间="2024-03-31")
    c.employment.append(
        c.spell(members[0], "天津市", "天津市", "武清区", 开始时间="2024-04-01")
    )  # the day after: no overlap
    _, row = worker(是否已务工="否", 结束时间="2024-06-01")
    expect("WRK006", row, "是否已务工")
    helped = c.people[-1][0]
    expect("WRK013", helped, "就业帮扶")
    _, row = worker(结束时间="2024-05-30")
    expect("WRK007", row, "是否已务工")
    _, row = worker(务工月收入="399.99")
    expect("WRK008", row, "务工月收入")
    worker(务工月收入="30,000")  # the bound itself
    _, row = worker(就业渠道="公益岗位")
    expect("WRK009", row, "就业渠道")
    members, row = worker()
    members[0]["就业帮扶"] = "交通补助"
    expect("WRK010", row, "年度交通费补助")
    _, row = worker(务工所在省="辽宁省", 务工所在市="朝阳市", 务工所在县=COUNTY, 年度交通费补助="300")
    expect("WRK010", row, "年度交通费补助")
    members, row = worker(务工所在省="辽宁省", 务工所在市="朝阳市", 务工所在县=COUNTY)
    members[0]["就业帮扶"] = members[1]["就业帮扶"] = "劳务输出"
    expect("WRK019", members[0], "就业帮扶")
    members, row = worker(务工月收入="", 是否点对点输送="")
    members[1]["务工所在地"] = "辽宁省大连市"
    expect("WRK017", row, "务工月收入")
    expect("WRK017", row, "是否点对点输送")
    expect("WRK004", members[1], "务工所在地")
    student = add_home(c, ("户主", "男", 45), ("配偶", "女", 44), ("之女", "女", 19))[2]
    student |= {"在校生状况": "本科一年级", "文化程度": "", "劳动技能": "无劳动力"}
    c.planner(student)
    expect("WRK001", c.plan[-1], "是否计划外出务工")
    expect("WRK002", c.plan[-1], "是否计划外出务工")
    skilled = add_home(c, ("户主", "男", 45), ("配偶", "女", 44))[1]
    skilled["劳动技能"] = "技能劳动力"
    expect("WRK011", skilled, "劳动技能")
    c.plan[0]["就业服务需求"] = ""
    expect("WRK012", c.plan[0], "就业服务需求")
    _, row = worker(开始时间="2020-12-31")
    expect("WRK014", row, "开始时间")
    worker(开始时间="2021-01-01")  # the bound itself
    members, row = worker()
    members[0]["享受特困供养政策情况"] = "集中供养"
    expect("WRK015", row, "是否已务工")
    members, row = worker()
    second = c.spell(members[1], "北京市", "北京市", "朝阳区")
    c.employment.append(second)
    expect("WRK016", row, "联系电话")
    expect("WRK016", second, "联系电话")
    _, row = worker(务工企业名称="", 所属行业="")
    expect("WRK017", row, "务工企业名称")
    expect("WRK017", row, "所属行业")
    _, row = worker(开始时间="2024-03-01", 结束时间="2024-02-28")
    expect("WRK018", row, "结束时间")
    expect("WRK007", row, "是否已务工")


def _people_on_posts(c: County, expect: Callable[[str, Row, str], None]) -> None:
    key = "身份证号"
    head, line = add_holder(c)
    c.people.pop()
    del head
    expect("POST001", line, key)
    head, line = add_holder(c)
    head["户类型"] = "一般农户"
    expect("POST001", line, key)
    head, line = add_holder(c)
    head |= {"劳动技能": "丧失劳动力", "健康状况": "患有大病"}
    expect("POST002", line, key)
    _, line = add_holder(c, age=71, since=date(2023, 9, 1), paid=False, 享受依据="")
    expect("POST003", line, key)
    expect("CAP003", line, key)
    expect("POST002", line, key)  # a man of 71 is recorded as 无劳动力
    head, line = add_holder(c, age=21)
    head |= {"在校生状况": "本科二年级", "文化程度": "", "劳动技能": "无劳动力"}
    expect("POST004", line, key)
    expect("POST002", line, key)
    head, line = add_holder(c, since=date(2023, 6, 1))
    other = c.post("GW900", "保洁", line["乡镇"], line["村"])
    c.posts.append(other)
    second = c.assignment(head, other, date(2023, 8, 1))
    second["首次核定时间"] = date(2023, 6, 1)  # one person, one first approval; the lower post number is the first
    second["一卡通账号"] = line["一卡通账号"]
    c.roster.append(second)
    c.add_attendance(second, "2024-05")
    expect("POST005", line, "岗位\n编号")
    expect("POST005", second, "岗位\n编号")
    expect("CON005", line, "协议开始日期")
    expect("CON005", second, "协议开始日期")
    head, line = add_holder(c, since=date(2023, 6, 1))
    c.side["他部门公益岗"].append(
        {
            "姓名": head["姓名"],
            "身份证号码": head[ID],
            "部门": "林草局",
            "岗位名称": "护林员",
            "资金来源": "林草资金",
            "起始日期": "2023-01-01",
            "截止日期": "2024-05-01",
        }
    )
    expect("POST005", line, "岗位\n编号")
    head, line = add_holder(c)
    c.side["村干部及近亲属"].append(
        {
            "姓名": c.people[-1][1]["姓名"],
            "身份证号码": c.people[-1][1][ID],
            "县": COUNTY,
            "乡": line["乡镇"],
            "村": line["村"],
            "职务": "会计",
            "关系": "本人",
        }
    )
    expect("POST009", line, key)
    for table, cells in (
        ("财政供养人员", {"单位": "某中心", "起始月份": "2020-01", "截止月份": "2024-05"}),
        ("职工养老待遇领取", {"起始月份": "202405"}),
        ("职工社保参保", {"单位": "某厂", "起始月份": "2024年5月", "截止月份": ""}),
        ("市场主体", {"名称": "某超市", "统一社会信用代码": "", "成立日期": "2024/5/31", "注销日期": ""}),
    ):
        head, line = add_holder(c)
        c.side[table].append({"姓名": head["姓名"], "身份证号码": head[ID]} | cells)
        expect("POST010", line, key)
    head, _ = add_holder(c)  # ended the month before: nothing
    c.side["财政供养人员"].append(
        {"姓名": head["姓名"], "身份证号码": head[ID], "单位": "某所", "起始月份": "2020-01", "截止月份": "2024-04"}
    )
    for day in ("2024-04-30", "2024-05-01"):
        head, line = add_holder(c)
        c.side["死亡人员"].append({"姓名": head["姓名"], "身份证号码": head[ID], "死亡日期": day})
        expect("POST011", line, key)
    head, line = add_holder(c)
    c.side["服刑人员"].append({"姓名": head["姓名"], "身份证号码": head[ID], "起始日期": "2024-05-31", "截止日期": ""})
    expect("POST011", line, key)
    head, line = add_holder(c)
    c.employment.append(c.spell(head, "辽宁省", "大连市", "西岗区", 开始时间="2024-05-20"))
    expect("POST012", line, key)
    said = add_home(c, ("户主", "男", 45), ("配偶", "女", 44))[0]
    said |= {"公益性岗位": "保洁", "公益性岗位(月数)": 3}
    expect("POST013", said, "公益性岗位")
    head, line = add_holder(c)
    head |= {"公益性岗位": "", "公益性岗位帮扶": "", "公益性岗位(月数)": ""}
    expect("POST013", line, key)
    head, _ = add_holder(c)
    head["公益性岗位(月数)"] = ""
    expect("POST014", head, "公益性岗位(月数)")
    months = add_home(c, ("户主", "男", 45), ("配偶", "女", 44))[0]
    months["公益性岗位(月数)"] = 6
    expect("POST014", months, "公益性岗位")
    head, _ = add_holder(c)
    head["公益性岗位"] = "保洁、护路，护林"
    expect("POST014", head, "公益性岗位")
    head, line = add_holder(
        c,
        since=date(2024, 5, 6),
        paid=False,
        协议开始日期="2024-05-06",
        协议结束日期="2024-11-05",
        上岗日期="2024-05-06",
    )
    last(c.insurance, line)["保险开始日期"] = "2024-05-06"
    weak = add_home(c, ("户主", "男", 45), ("配偶", "女", 44))[1]
    weak |= {"劳动技能": "半劳动力", "健康状况": "长期慢性病", "行政村": line["村"], "乡(镇)": line["乡镇"]}
    c.side["岗位申请人"].append(
        {
            "姓名": weak["姓名"],
            "身份证号码": weak[ID],
            "县": COUNTY,
            "乡": line["乡镇"],
            "村": line["村"],
            "申请日期": "2024-05-06",
        }
    )
    expect("POST017", line, "上岗日期")
    retired = add_home(c, ("户主", "男", 71), ("配偶", "女", 44))[0]
    retired |= {"公益性岗位": "保洁员", "公益性岗位(月数)": 3}
    expect("POST013", retired, "公益性岗位")
    expect("POST020", retired, "公益性岗位")
    _age_edges(c, expect)


def _age_edges(c: County, expect: Callable[[str, Row, str], None]) -> None:
    """Seventy on 2 May 2024 is not yet seventy on the month's first day; the pension month is long past all the same."""
    head, line = add_holder(c, age=66, paid=False)
    number = "21139019540502" + head[ID][14:17]
    number += check_digit(number)
    for row in (head, line, last(c.attendance, line), last(c.insurance, line)):
        row[ID if ID in row else "身份证号" if "身份证号" in row else "身份证号码"] = number
    head |= {"出生日期": "19540502", "劳动技能": "弱(半)劳动力"}
    expect("CAP003", line, "身份证号")


def _posts(c: County, expect: Callable[[str, Row, str], None]) -> None:
    spot = "岗位\n编号"
    _, line = add_holder(c)
    next(v for v in c.villages if v["行政村"] == line["村"])["公益性岗位核定数"] = 0
    expect("POST006", line, "村")
    _, line = add_holder(c)
    post_of(c, line)["岗位数"] = 1
    head = add_home(c, ("户主", "男", 45), ("配偶", "女", 44))[0]
    head |= {"公益性岗位": "公益性岗位", "公益性岗位帮扶": "公益性岗位", "公益性岗位(月数)": 3}
    second = c.assignment(head, post_of(c, line), date(2024, 3, 1)) | {"村": line["村"], "乡镇": line["乡镇"]}
    c.roster.append(second)
    c.add_attendance(second, "2024-05")
    c.insurance.append(c.policy(second))
    expect("POST007", line, spot)
    expect("POST007", second, spot)
    _, line = add_holder(c)
    spouse = c.people[-1][1]
    before = c.assignment(
        spouse,
        post_of(c, line),
        date(2023, 8, 1),
        协议开始日期="2023-08-01",
        协议结束日期="2024-01-31",
        上岗日期="2023-08-01",
        离岗日期="2024-02-29",
    )
    before["村"] = line["村"]
    c.roster.append(before)
    expect("POST008", line, spot)
    expect("POST008", before, spot)
    _, line = add_holder(c)
    post_of(c, line).update({"公告日期": "", "劳动时长": ""})
    expect("POST015", line, spot)
    town = list(TOWNS)[len(c.people) % 3]
    for number, standard in (("GW910", "732.05"), ("GW911", "732.06")):
        village = f"类{number[-1]}村"
        c.villages.append(
            {
                "县": COUNTY,
                "乡": town,
                "行政村": village,
                "是否出列": "是",
                "总户数": 90,
                "总人数": 300,
                "公益性岗位核定数": 2,
            }
        )
        vacant = c.post(number, "托老托幼助残", town, village, 补贴标准=standard)
        c.posts.append(vacant)
        expect("POST016", vacant, "补贴标准")
    expect("POST019", vacant, "补贴标准")
    _, line = add_holder(c)
    line[spot] = last(c.attendance, line)["岗位编号"] = "GW999"
    expect("POST018", line, spot)
    _, line = add_holder(c)
    post_of(c, line)["资金来源"] = ""
    expect("POST018", line, spot)
    expect("IN004", post_of(c, line), "资金来源")
    _, line = add_holder(c)
    post_of(c, line)["资金来源"] = "光伏收益"
    expect("POST018", line, spot)
    _, line = add_holder(c)
    post_of(c, line)["资金来源"] = "彩票公益金"
    expect("POST018", line, spot)
    expect("IN007", post_of(c, line), "资金来源")


def _contracts(c: County, expect: Callable[[str, Row, str], None]) -> None:
    start, end = "协议开始日期", "协议结束日期"
    _, line = add_holder(c, cells={end: ""})
    expect("CON001", line, end)
    _, line = add_holder(c, cells={end: "2024-09-01"})
    expect("CON002", line, end)
    _, line = add_holder(c, cells={end: "2024-02-01"})
    expect("CON003", line, end)
    _, line = add_holder(c, cells={end: "2024-04-30"})
    expect("CON004", line, end)
    _, line = add_holder(c, cells={start: "2024-05-06", end: "2024-11-05", "上岗日期": "2024-05-01"})
    expect("CON006", line, "上岗日期")
    _, line = add_holder(c, cells={start: "2024-01-01", end: "2024-06-30", "上岗日期": "2024-01-01"})
    expect("CON007", line, end)
    add_holder(c, cells={start: "2024-01-02", end: "2024-07-01", "上岗日期": "2024-01-02"})  # a day later: not yet
    head, line = add_holder(c)
    again = c.assignment(
        head,
        post_of(c, line),
        date(2023, 7, 1),
        协议开始日期="2023-09-01",
        协议结束日期="2024-02-29",
        上岗日期="2023-09-01",
        离岗日期="2024-02-29",
    )
    again |= {"一卡通账号": line["一卡通账号"], "村": line["村"]}
    c.roster.append(again)
    expect("CON008", line, "首次核定时间")
    expect("CON008", again, "首次核定时间")


def _attendance(c: County, expect: Callable[[str, Row, str], None]) -> None:
    worked = "实际出勤天数"
    _, line = add_holder(c)
    c.attendance.remove(last(c.attendance, line))
    expect("ATT001", line, "身份证号")
    _, line = add_holder(c)
    last(c.attendance, line)[worked] = 23
    expect("ATT002", last(c.attendance, line), worked)
    _, line = add_holder(c)
    last(c.attendance, line)[worked] = 31.5
    expect("ATT002", last(c.attendance, line), worked)
    _, line = add_holder(c, 离岗日期="2024-05-10")
    last(c.attendance, line)[worked] = 11
    expect("ATT002", last(c.attendance, line), worked)
    _, line = add_holder(c)
    last(c.attendance, line)[worked] = 0
    expect("ATT003", last(c.attendance, line), worked)
    name, number = c.stranger()
    stray = c.add_attendance({"姓名": name, "身份证号": number, "岗位\n编号": "GW001", "乡镇": "东川镇"}, "2024-05")
    expect("ATT004", stray, "身份证号码")
    _, line = add_holder(c)
    last(c.attendance, line)["考核结果"] = "不合格"
    expect("ATT006", line, "身份证号")
    _, line = add_holder(c)
    different = c.add_attendance(line, "2024-05", worked=19)
    expect("ID007", different, "身份证号码")
    expect("ID007", next(r for r in c.attendance if r["身份证号码"] == line["身份证号"]), "身份证号码")
    _, line = add_holder(c)
    head = add_home(c, ("户主", "男", 45), ("配偶", "女", 44))[0]
    head |= {"公益性岗位": "公益性岗位", "公益性岗位帮扶": "公益性岗位", "公益性岗位(月数)": 3}
    second = c.assignment(head, post_of(c, line), date(2024, 3, 1)) | {"村": line["村"], "乡镇": line["乡镇"]}
    c.roster.append(second)
    c.insurance.append(c.policy(second))
    for row in (line, second):
        for month in ("2023-12", "2024-01", "2024-02", "2024-03", "2024-04"):
            c.add_attendance(row, month, worked=22)
        expect("ATT005", row, "村")
    c.add_attendance(second, "2024-05", worked=22)
    next(r for r in c.attendance if r["身份证号码"] == line["身份证号"] and r["月份"] == "2024-05")[worked] = 22


def _insurance(c: County, expect: Callable[[str, Row, str], None]) -> None:
    _, line = add_holder(c)
    c.insurance.remove(last(c.insurance, line))
    expect("INS001", line, "身份证号")
    _, line = add_holder(c)
    last(c.insurance, line)["保险开始日期"] = "2024-05-02"
    expect("INS002", line, "身份证号")
    _, line = add_holder(c)
    last(c.insurance, line)["保费"] = "100.01"
    expect("INS003", last(c.insurance, line), "保费")
    _, line = add_holder(c)
    first = last(c.insurance, line)
    first["保险结束日期"] = "2024-06-30"
    c.insurance.append(c.policy(line, 保险开始日期="2024-06-30", 保险结束日期="2025-06-29"))
    expect("INS004", first, "保险开始日期")
    expect("INS004", c.insurance[-1], "保险开始日期")


def _caps(c: County, expect: Callable[[str, Row, str], None]) -> None:
    key = "身份证号"
    _, line = add_holder(c, since=date(2021, 5, 1))  # 2021-05 … 2024-04: 36 months
    expect("CAP001", line, key)
    _, line = add_holder(c, since=date(2021, 4, 1))  # 37 months
    expect("CAP001", line, key)
    expect("CAP004", line, "首次核定时间")
    _, line = add_holder(c, since=date(2021, 6, 1))  # this is the 36th
    expect("CAP002", line, key)
    _, line = add_holder(c, since=date(2021, 9, 1))  # three are left
    expect("CAP002", line, key)
    add_holder(c, since=date(2021, 10, 1))  # four are left
    add_holder(c, age=59, since=date(2021, 4, 1))  # 37 months, but less than five years away at first approval
    _, line = add_holder(c, age=61, since=date(2023, 6, 1), paid=False)
    expect("CAP003", line, key)
    expect("POST002", line, key)
    _, line = add_holder(c)
    twice = c.add_history(line, date(2024, 3, 1), date(2024, 3, 1))[0]
    twice["批次"] = "202403-02"
    expect("CAP007", twice, "补贴月份")
    expect(
        "CAP007", next(r for r in c.history if r["身份证号码"] == line[key] and r["补贴月份"] == "202403"), "补贴月份"
    )
    _, line = add_holder(c)
    returned = c.add_history(line, date(2024, 3, 1), date(2024, 3, 1))[0]
    returned |= {"批次": "202403-00", "支付状态": "退回"}  # failed and paid again: no second payment
    _, line = add_holder(c)
    last(c.history, line)["实发金额"] = "732.06"
    expect("CAP005", last(c.history, line), "实发金额")
    _, line = add_holder(c)
    c.add_attendance(line, "2024-04", worked=11)
    last(c.history, line)["实发金额"] = "366.02"
    expect("CAP006", last(c.history, line), "实发金额")
    _, line = add_holder(c)
    c.add_attendance(line, "2024-04", worked=11)
    last(c.history, line)["实发金额"] = "366.03"  # 366.025, an exact half: nothing to say
    _, line = add_holder(c)
    c.add_history(line, date(2024, 5, 1), date(2024, 5, 1))
    expect("CAP007", line, key)


def _accounts(c: County, expect: Callable[[str, Row, str], None]) -> None:
    account = "一卡通账号"
    _, line = add_holder(c)
    line[account] = ""
    expect("ID014", line, account)
    _, line = add_holder(c)
    line[account] = line[account][:-1] + str((int(line[account][-1]) + 1) % 10)
    expect("ID014", line, account)
    _, first = add_holder(c)
    _, second = add_holder(c)
    second[account] = first[account]
    expect("ID015", first, account)
    expect("ID015", second, account)
    _, line = add_holder(c)
    line["银行账户名称"] = "某某人"
    expect("ID016", line, "银行账户名称")
    head, line = add_holder(c)
    line["银行账户名称"] = head["姓名"]
    head, line = add_holder(c)
    head["姓名"] = line["姓名"] = last(c.attendance, line)["姓名"] = last(c.insurance, line)["姓名"] = "张䶮"
    for row in c.history:
        if row["身份证号码"] == line["身份证号"]:
            row["姓名"] = "张䶮"
    expect("ID008", line, "姓名")
    _, line = add_holder(c)
    line["参保类型"] = "职工女干部"
    expect("ID004", line, "参保类型")
    lost = add_home(c, ("户主", "男", 45), ("配偶", "女", 44))[0]
    line = c.assignment(lost, c.posts[0], date(2024, 3, 1))
    line["身份证号"] = int(lost[ID][:17] + "0")
    c.roster.append(line)
    expect("ID001", line, "身份证号")
    _, line = add_holder(c)
    line["备注"] = "=临时安排"
    expect("IN010", line, "备注")


def _cells(c: County, expect: Callable[[str, Row, str], None]) -> None:
    _, line = add_holder(c)
    last(c.insurance, line)["保单号"] = ""
    expect("IN004", last(c.insurance, line), "保单号")
    row = add_home(c, ("户主", "男", 45), ("配偶", "女", 44))[1]
    row["文化程度"] = "高小"
    expect("IN007", row, "文化程度")
    name, number = c.stranger()
    bad = {"姓名": name, "身份证号码": number, "死亡日期": "2023-02-29"}
    c.side["死亡人员"].append(bad)
    expect("IN005", bad, "死亡日期")
    _, line = add_holder(c)
    row = last(c.history, line)
    row["实发金额"] = "732.055"
    expect("IN006", row, "实发金额")
    expect("IN006", line, "身份证号")  # months already paid cannot be counted: the line is held (9.A3)
    name, number = c.stranger()
    wrong = {"姓名": name, "身份证号码": number[:17] + ("0" if number[17] != "0" else "1"), "起始月份": "2020-01"}
    c.side["职工养老待遇领取"].append(wrong)
    expect("ID002", wrong, "身份证号码")
    name, number = c.stranger()
    body = number[:10] + "1332" + number[14:17]
    odd = {"姓名": name, "身份证号码": body + check_digit(body), "起始日期": "2022-01-01", "截止日期": "2022-12-31"}
    c.side["服刑人员"].append(odd)
    expect("ID003", odd, "身份证号码")
    name, number = c.stranger()
    for _ in range(2):
        again = {"姓名": name, "身份证号码": number, "死亡日期": "2024-01-01"}
        c.side["死亡人员"].append(again)
        expect("ID007", again, "身份证号码")
    name = c.name()
    far = {
        "姓名": name,
        "身份证号码": c.id_number(date(1980, 1, 1), "男", "987654"),
        "单位": "某单位",
        "起始月份": "2020-01",
        "截止月份": "",
    }
    c.side["财政供养人员"].append(far)
    expect("ID009", far, "身份证号码")
    old = {
        "姓名": c.name(),
        "身份证号码": "211390800101001",
        "县": COUNTY,
        "乡": "东川镇",
        "村": "东一村",
        "职务": "村主任",
        "关系": "父亲",
    }
    c.side["村干部及近亲属"].append(old)
    expect("ID017", old, "身份证号码")


def _waivers(c: County, expect: Callable[[str, Row, str], None]) -> None:
    def waiver(**cells: Any) -> Row:
        row: Row = {
            "规则代码": "CON002",
            "身份证号码": "",
            "岗位编号": "",
            "生效月份": "2024-01",
            "截止月份": "2024-12",
            "理由": "县政府专题会议同意",
            "批准文号": "示政纪〔2024〕3号",
            "批准人": "某局长",
        } | cells
        c.waivers.append(row)
        return row

    _, line = add_holder(c, 协议结束日期="2024-09-30")
    waiver(身份证号码=line["身份证号"])
    expect("CON002", line, "协议结束日期")
    row = waiver(身份证号码=line["身份证号"], 批准文号="")
    expect("WVR001", row, "批准文号")
    expect("IN004", row, "批准文号")
    expect("WVR002", waiver(身份证号码=line["身份证号"], 截止月份="2024-04"), "截止月份")
    expect("WVR003", waiver(规则代码="POST002", 身份证号码=line["身份证号"]), "规则代码")
    expect("WVR003", waiver(), "规则代码")
    expect("WVR004", waiver(规则代码="CAP001", 身份证号码=line["身份证号"]), "规则代码")

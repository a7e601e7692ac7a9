"""What is wrong in the sample county's claims for the other subsidies: one clean claim a table, one plant a condition."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from tests.sample.county import COUNTY, County, Row

if TYPE_CHECKING:
    from collections.abc import Callable

    Expecting = Callable[[str, Row, str], None]

FIRM, WORKSHOP, OTHER = "91211390MA0A0A0A0X", "91211390MA0B0B0B0Y", "91211390MA0C0C0C0Z"
ID = "身份证号码"


class Claims:
    """The tables of claims, by the title of their sheet."""

    def __init__(self, county: County, expect: Expecting, home: Callable[..., list[Row]]) -> None:
        """Claims of people of a county; `home` makes a household."""
        self.county, self.expect, self.home = county, expect, home
        self.tables: dict[str, list[Row]] = {}

    def person(self) -> Row:
        """Somebody who is eligible and on no post."""
        head: Row = self.home(self.county, ("户主", "男", 40), ("配偶", "女", 38))[0]
        return {"姓名": head["姓名"], ID: head["证件号码"]}

    def traveller(self) -> Row:
        """The same, and by the export of spells of work gone to Dalian in May."""
        head: Row = self.home(self.county, ("户主", "男", 40), ("配偶", "女", 38))[0]
        self.county.employment.append(self.county.spell(head, "辽宁省", "大连市", "西岗区", 开始时间="2024-05-06"))
        return {"姓名": head["姓名"], ID: head["证件号码"]}

    def add(self, table: str, row: Row, *expected: tuple[str, str]) -> Row:
        """Add a row and say what must be found on it: (code, header)."""
        self.tables.setdefault(table, []).append(row)
        for code, header in expected:
            self.expect(code, row, header)
        return row

    def paid(self, row: Row, measure: str, month: str, ref: str = "") -> None:
        """A payment in the county's history."""
        self.county.history.append(
            {
                "姓名": row["姓名"],
                "身份证号码": row[ID],
                "补贴类型": measure,
                "补贴月份": month,
                "实发金额": "100.00",
                "资金来源": "就业补助资金",
                "岗位编号": ref,
                "批次": f"{month}-09",
                "支付状态": "已发放",
            }
        )


def plant_claims(county: County, expect: Expecting, home: Callable[..., list[Row]]) -> dict[str, list[Row]]:
    """Plant everything. Gives the tables."""
    c = Claims(county, expect, home)
    _labour(c)
    _transport(c)
    _on_the_job(c)
    _employers(c)
    _flexible(c)
    _training(c)
    _startup(c)
    _rest(c)
    _platform(c)  # last: everybody before may have a village of their own
    return c.tables


def _labour(c: Claims) -> None:
    def row(**cells: Any) -> Row:
        return (
            c.person()
            | {
                "输出机构": "某劳务服务公司",
                "统一社会信用代码": FIRM,
                "许可证号": "2113900001",
                "许可有效期起": date(2022, 1, 1),
                "许可有效期止": date(2026, 12, 31),
                "输入省": "辽宁省",
                "输入市": "大连市",
                "输入县": "西岗区",
                "用人单位": "某制造公司",
                "合同开始日期": date(2023, 3, 1),
                "合同结束日期": date(2024, 2, 29),
                "参保地": COUNTY,
                "参保起始月份": "2023-03",
                "参保截止月份": "",
                "跟踪服务开始日期": date(2023, 3, 1),
                "跟踪服务结束日期": date(2024, 2, 29),
                "跟踪服务次数": 12,
            }
            | cells
        )

    table = "劳务输出名单"
    c.add(table, row())
    c.add(table, row(许可有效期止=date(2023, 2, 28)), ("MEA003", "许可有效期止"))
    c.add(table, row(合同结束日期=date(2024, 2, 28)), ("MEA004", "合同结束日期"))
    c.add(table, row(参保起始月份="2023-07"), ("MEA005", "参保起始月份"))
    c.add(table, row(跟踪服务结束日期=date(2024, 2, 28)), ("MEA006", "跟踪服务结束日期"))
    c.add(table, row(参保地="某区"), ("MEA013", "参保地"))
    stranger = row()
    stranger["姓名"], stranger[ID] = c.county.stranger()
    c.add(table, stranger, ("MEA002", ID))
    again = c.add(table, row(), ("CAP010", ID))
    c.paid(again, "劳务输出服务补助", "202403", "2023-03-01")


def _transport(c: Claims) -> None:
    def row(**cells: Any) -> Row:
        return (
            c.traveller()
            | {
                "输出地": COUNTY,
                "输入省": "辽宁省",
                "输入市": "大连市",
                "输入县": "西岗区",
                "交通方式": "铁路",
                "出发日期": date(2024, 5, 6),
                "票面金额": "86.50",
                "是否有组织输出": "是",
                "银行账号": c.county.account(),
                "开户银行": "示例县农信社",
            }
            | cells
        )

    table = "交通补贴申请表"
    c.add(table, row())
    c.add(table, row(交通方式="飞机", 票面金额="620"), ("MEA007", "交通方式"))
    c.add(table, row(输入市="朝阳市", 输入县="某县"), ("MEA007", "输入市"))
    c.add(table, row(是否有组织输出="否"), ("MEA014", "是否有组织输出"))
    c.paid(c.add(table, row(), ("CAP010", ID)), "一次性交通补贴", "202203")
    c.add(table, row() | c.person(), ("MEA014", "是否有组织输出"))  # on no list of those who went


def _on_the_job(c: Claims) -> None:
    def row(**cells: Any) -> Row:
        return (
            c.person()
            | {
                "企业名称": "某制衣公司",
                "统一社会信用代码": FIRM,
                "年月": "2024-05",
                "实际训练天数": 20,
                "应训练天数": 22,
                "是否已享受": "否",
                "享受依据": "辽财社〔2020〕110号",
            }
            | cells
        )

    table = "以工代训花名册"
    c.add(table, row())
    c.add(table, row(享受依据=""), ("CAP008", ID))
    c.add(table, row(是否已享受="是"), ("MEA012", "是否已享受"))
    used = c.add(table, row(), ("MEA008", "年月"))
    for month in range(202111, 202113):
        c.paid(used, "以工代训补贴", str(month))
    for month in range(202401, 202405):
        c.paid(used, "以工代训补贴", str(month))


def _employers(c: Claims) -> None:
    def row(**cells: Any) -> Row:
        return (
            c.person()
            | {
                "单位名称": "某制造公司",
                "统一社会信用代码": FIRM,
                "单位类型": "企业",
                "首次核定日期": date(2023, 1, 1),
                "合同开始日期": date(2023, 1, 1),
                "合同结束日期": date(2025, 12, 31),
                "年月": "2024-05",
                "养老单位缴费": "600.00",
                "医疗单位缴费": "260.50",
                "失业单位缴费": "19.00",
                "已在外单位享受补贴月数": "0",
            }
            | cells
        )

    def both(code: str, header: str) -> list[tuple[str, str]]:
        return [(code, header), (code, header)]  # social insurance and post subsidy of one row

    c.add(
        "就业帮扶车间台账",
        {
            "名称": "某帮扶车间",
            "统一社会信用代码": WORKSHOP,
            "县": COUNTY,
            "乡": "东川镇",
            "村": "东一村",
            "认定日期": date(2022, 6, 1),
            "退出日期": "",
            "职工总数": 40,
            "吸纳脱贫劳动力数": 15,
        },
    )
    table = "社保补贴岗位补贴花名册"
    c.add(table, row())
    c.add(table, row(单位类型="就业帮扶车间", 单位名称="某帮扶车间", 统一社会信用代码=WORKSHOP))
    c.add(
        table,
        row(单位类型="就业帮扶车间", 单位名称="别的车间", 统一社会信用代码=OTHER),
        *both("MEA003", "统一社会信用代码"),
    )
    c.add(table, row(合同结束日期=date(2024, 4, 30)), *both("MEA011", "合同结束日期"))
    c.add(table, row(养老单位缴费="0", 医疗单位缴费="0", 失业单位缴费="0"), *both("MEA005", "养老单位缴费"))
    c.add(table, row(医疗单位缴费=""), *both("IN004", "医疗单位缴费"))  # never a part of the sum
    c.add(table, row(已在外单位享受补贴月数=36), *both("MEA008", "首次核定日期"))
    holder = c.county.roster[0]
    c.add(table, row(姓名=holder["姓名"], 身份证号码=holder["身份证号"]), *both("CAP009", ID))


def _flexible(c: Claims) -> None:
    def row(**cells: Any) -> Row:
        return (
            c.person()
            | {"年月": "2024-05", "养老缴费": "700.00", "医疗缴费": "310.00", "首次核定日期": date(2023, 6, 1)}
            | cells
        )

    c.add("灵活就业社保补贴", row())
    c.add("灵活就业社保补贴", row(养老缴费="0", 医疗缴费="0"), ("MEA005", "养老缴费"))
    holder = c.county.roster[1]
    c.add("灵活就业社保补贴", row(姓名=holder["姓名"], 身份证号码=holder["身份证号"]), ("CAP009", ID))


def _training(c: Claims) -> None:
    def row(**cells: Any) -> Row:
        return (
            c.person()
            | {
                "培训机构": "某职业学校",
                "班次编号": "2024-07",
                "工种": "家政服务",
                "开班日期": date(2024, 5, 6),
                "结业日期": date(2024, 5, 20),
                "应到天数": 12,
                "实到天数": 11,
                "是否收费": "否",
            }
            | cells
        )

    table = "培训学员名册"
    c.add(table, row())
    c.add(table, row(实到天数=13), ("MEA009", "实到天数"), ("MEA009", "实到天数"))
    c.add(table, row(是否收费="是"), ("MEA010", "是否收费"))
    c.add(table, row(工种="电工"), ("MEA001", "工种"))
    c.paid(c.add(table, row(), ("CAP010", ID)), "职业培训补贴", "202404", "2024-07")


def _startup(c: Claims) -> None:
    def row(kind: str, **cells: Any) -> Row:
        person = c.person()
        return {
            "项目类型": kind,
            "申请人/单位": person["姓名"],
            ID: person[ID],
            "统一社会信用代码": "",
            "本金": "",
            "年利率": "",
            "起始日期": date(2023, 5, 1),
            "截止日期": date(2024, 4, 30),
            "用途": "",
            "实际支出": "",
            "吸纳人数": "",
        } | cells

    table = "创业补贴"
    loan = {"本金": "80000", "年利率": "4.35%", "用途": "涉农养殖"}
    c.add(table, row("贷款贴息", **loan))
    c.add(table, row("贷款贴息", **(loan | {"用途": "购房"})), ("MEA015", "用途"))
    c.add(table, row("贷款贴息", **loan, 截止日期=""), ("MEA016", "起始日期"))
    c.add(table, row("场地补贴", 实际支出="6000"))
    firm = {ID: "", "申请人/单位": "某孵化平台", "统一社会信用代码": OTHER}
    c.add(table, row("孵化平台", **firm, 实际支出="90000"))
    c.add(table, row("基地奖补", **(firm | {"申请人/单位": "某帮扶车间", "统一社会信用代码": WORKSHOP}), 吸纳人数=15))


def _rest(c: Claims) -> None:
    c.add("雨露计划", c.person() | {"学校": "某职业学校", "学历层次": "中职", "学期": "2024年春季"})
    c.add(
        "雨露计划",
        c.person() | {"学校": "某中学", "学历层次": "普通高中", "学期": "2024年春季"},
        ("MEA015", "学历层次"),
    )
    aid = {"年月": "2024-05", "失业保险金期满日期": date(2024, 4, 30), "参保起始月份": "2019-03", "不符合领取原因": ""}
    c.add("失业补助金", c.person() | aid)
    c.add("失业补助金", c.person() | aid | {"失业保险金期满日期": date(2024, 12, 31)}, ("MEA015", "失业保险金期满日期"))
    project = {
        "项目名称": "某村道路",
        "县": COUNTY,
        "乡": "东川镇",
        "总投资": "1,000,000.00",
        "劳务报酬": "200,000.00",
        "用工人数": 30,
        "吸纳脱贫劳动力人数": 12,
    }
    c.add("以工代赈项目", project)
    c.add("以工代赈项目", project | {"项目名称": "某村水渠", "劳务报酬": "100,000.00"}, ("MEA017", "劳务报酬"))
    c.add("以工代赈项目", project | {"项目名称": "某村桥", "吸纳脱贫劳动力人数": 31}, ("MEA018", "吸纳脱贫劳动力人数"))
    c.add(
        "岗位需求清单",
        {
            "用人单位": "某制造公司",
            "工作地": "大连市西岗区",
            "工种": "缝纫工",
            "月薪": "4,200",
            "人数": 20,
            "联系电话": c.county.phone(),
        },
    )
    c.add("有意愿外出人员清单", c.person() | {"意向地": "大连市", "意向工种": "缝纫工", "技能": "缝纫"})


def _platform(c: Claims) -> None:
    """Staff of every township and village, and the leading industries, but for one of each that is missing."""
    names = (
        f"{surname}{given}"
        for given in "安邦昌德恩芳国海嘉建君立明宁平庆荣瑞胜泰"
        for surname in "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"
    )
    villages = c.county.villages
    towns: dict[str, Row] = {}
    for row in villages:
        towns.setdefault(row["乡"], row)
    short, without = list(towns)[-1], villages[1]
    for town, first in towns.items():
        for number in range(2):
            staff = {
                "县": COUNTY,
                "乡": town,
                "村": "",
                "姓名": next(names),
                "岗位": "劳动保障协理员",
                "专兼职": "专职",
            }
            if not number:
                c.add("基层平台人员", staff, *([("PLT001", "乡")] if town == short else []))
            elif town != short:
                c.add("基层平台人员", staff)
        if town == short:
            c.expect("PLT003", first, "乡")
        else:
            c.add("主导产业", {"县": COUNTY, "乡": town, "产业": "设施蔬菜"})
    for row in villages:
        if row is without:
            c.expect("PLT002", row, "行政村")
        else:
            c.add(
                "基层平台人员",
                {
                    "县": COUNTY,
                    "乡": row["乡"],
                    "村": row["行政村"],
                    "姓名": next(names),
                    "岗位": "村级专干",
                    "专兼职": "兼职",
                },
            )

"""National exports of ordinary families, nothing in which is an error or a warning: `python -m tests.sample.national DIR [N]`.

What exports really hold and checks stumble over: measures on every row of a household, 县级市 and cities without counties,
dates to the month only, contracts renewed in one month, 特困供养, landlines, old people who leave a child's phone, students,
soldiers, children with their grandparents, disability cards, people of other provinces. Seeded; a row is a dict from header to cell.
"""

from __future__ import annotations

import random
import sys
import zipfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from fupin_cli.intake.raw import column_letter
from fupin_cli.policy.idnumber import check_digit

Row = dict[str, Any]
YEAR, MONTH = 2024, 5
LAST = date(YEAR, MONTH, 31)
COUNTY, AREA_CODE = "示例县", "211390"
SETTINGS = f'[county]\nname = "{COUNTY}"\ncode = "{AREA_CODE}"\n[checks]\nextra_area_codes = ["{AREA_CODE}"]\n'
SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方"
)
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰涛明超兰霞平刚桂英华玉珍海燕国建文辉红梅秀荣林峰志春东生福贵全有才德仁"
AWAY = [
    ("辽宁省", "大连市", "西岗区"),
    ("辽宁省", "沈阳市", "新民市"),
    ("江苏省", "苏州市", "昆山市"),
    ("浙江省", "金华市", "义乌市"),
    ("湖北省", "省直辖县级行政区划", "仙桃市"),
    ("湖北省", "仙桃市", "仙桃市"),
    ("广东省", "东莞市", "东莞市"),
    ("北京市", "北京市", "朝阳区"),
    ("天津市", "市辖区", "武清区"),
    ("内蒙古自治区", "赤峰市", "宁城县"),
    ("内蒙古自治区", "锡林郭勒盟", "锡林浩特市"),
    ("安徽省", "合肥市", "巢湖市"),
    ("吉林省", "延边朝鲜族自治州", "延吉市"),
    ("新疆维吾尔自治区", "自治区直辖县级行政区划", "石河子市"),
]
REGISTRY = [
    "省",
    "市",
    "县",
    "乡",
    "村",
    "户编号",
    "人编号",
    "姓名",
    "性别",
    "证件类型",
    "证件号码",
    "出生日期",
    "民族",
    "与户主关系",
    "户类型",
    "监测对象类别",
    "文化程度",
    "在校生状况",
    "失学或辍学原因",
    "健康状况",
    "劳动技能",
    "务工所在地",
    "务工时间（月）",
    "公益性岗位",
    "公益性岗位(月数)",
    "就业帮扶",
    "公益岗位帮扶",
    "教育帮扶",
    "产业帮扶",
    "金融帮扶",
    "风险是否已消除",
    "识别监测时间",
    "消除监测时间",
    "风险消除方式",
    "致贫/返贫风险1",
    "致贫/返贫风险2",
    "人均纯收入（元）",
    "工资性收入",
    "享受低保政策情况",
    "享受特困供养政策情况",
    "残疾类别",
    "残疾等级",
    "家庭成员联系电话",
    "户联系电话",
]
EMPLOYMENT = [
    "县",
    "乡",
    "行政村",
    "户编号",
    "人编号",
    "姓名",
    "证件号码",
    "户类型",
    "监测对象类别",
    "劳动技能",
    "是否已务工",
    "开始时间",
    "结束时间",
    "务工所在省",
    "务工所在市",
    "务工所在县",
    "务工月收入",
    "务工企业名称",
    "所属行业",
    "就业渠道",
    "是否点对点输送",
    "年度交通费补助",
    "联系电话",
]
PLAN = ["县", "乡", "行政村", "户编号", "姓名", "证件号码", "是否计划务工", "计划务工所在县", "就业服务需求"]
HOME = [
    "省(区、市)",
    "市(地、州、盟)",
    "县(市、区、旗)",
    "乡(镇)",
    "行政村",
    "户编号",
    "姓名",
    "证件号码",
    "户类型",
    "家庭人口数",
    "户联系电话",
    "人均纯收入",
]
VILLAGE = ["县", "乡", "行政村", "是否出列", "总户数", "总人口数", "公益性岗位核定数"]
ROSTER = [
    "姓名",
    "身份证号码",
    "县",
    "乡",
    "村",
    "岗位编号",
    "岗位名称",
    "首次核定日期",
    "合同开始日期",
    "合同结束日期",
    "上岗日期",
    "离岗日期",
    "银行账号",
    "联系电话",
]
TITLES = {
    "registry": ("（自定义）监测对象信息 (22)", REGISTRY),
    "employment": ("（务工月监测）已外出务工信息_20240531", EMPLOYMENT),
    "plan": ("计划外出务工信息", PLAN),
    "homes": ("户信息", HOME),
    "villages": ("行政村信息", VILLAGE),
    "roster": ("在岗人员花名册", ROSTER),
}
SCHOOLS = {
    **dict.fromkeys(range(3), "学龄前儿童"),
    **dict.fromkeys(range(3, 6), "学前教育"),
    **dict.fromkeys(range(6, 12), "小学"),
    12: "七年级",
    13: "八年级",
    14: "九年级",
    15: "普通高中一年级",
    16: "普通高中二年级",
    17: "普通高中三年级",
}


class Nation:
    """Families of a county. `homes[h]` are the registry rows of household h, the head first."""

    def __init__(
        self, people: int, seed: int = 20240531, *, towns: int = 12, villages: int = 10, together: int = 1
    ) -> None:
        """Make families until there are so many people, in so many townships of so many villages each.

        `together`: so many families, one after the other, live in one village.
        """
        self.towns, self.villages, self.together = towns, villages, together
        self.rng = random.Random(seed)
        self.used: dict[str, int] = {}
        self.serial = 0
        self.homes: list[list[Row]] = []
        self.employment: list[Row] = []
        self.plan: list[Row] = []
        self.roster: list[Row] = []
        kinds = [
            self.couple,
            self.couple,
            self.three_generations,
            self.away_together,
            self.old_couple,
            self.destitute,
            self.grandparents,
            self.student,
            self.watched,
            self.safe_again,
            self.holder,
            self.sent_out,
            self.disabled,
            self.renewed,
            self.soldier,
            self.stranger,
            self.workshop,
            self.young_worker,
            self.planner,
            self.marginal,
        ]
        while sum(map(len, self.homes)) < people:
            kinds[len(self.homes) % len(kinds)]()

    # People

    def born(self, age: int) -> date:
        """A birthday by which somebody is so old at the end of the month."""
        return date(YEAR - age, 1, 1) + timedelta(days=self.rng.randrange(0, 140))

    def id_number(self, birth: date, sex: str) -> str:
        """A number that nobody has."""
        key = f"{birth:%Y%m%d}{sex}"
        self.used[key] = self.used.get(key, 0) + 1
        body = f"{AREA_CODE}{birth:%Y%m%d}{self.used[key] * 2 + (sex == '男') - 2:03d}"
        return body + check_digit(body)

    def phone(self) -> str:
        """A mobile number that nobody has."""
        self.serial += 1
        return f"1{self.rng.choice('3456789')}{self.serial:09d}"

    def person(self, relation: str, sex: str, age: int, **cells: Any) -> Row:
        """Somebody as families have them: children in school, grown-ups able, old people weak or past work."""
        birth = self.born(age)
        child, old = age < 16, age >= 60
        self.serial += 1
        row = dict.fromkeys(REGISTRY, "") | {
            "省": "辽宁省",
            "市": "朝阳市",
            "县": COUNTY,
            "人编号": f"{self.serial:010d}",
            "姓名": self.rng.choice(SURNAMES) + "".join(self.rng.sample(GIVEN, 2)),
            "性别": sex,
            "证件类型": "居民身份证",
            "证件号码": self.id_number(birth, sex),
            "民族": self.rng.choice(["汉族", "汉族", "蒙古族"]),
            "与户主关系": relation,
            "户类型": "脱贫户",
            "出生日期": self.rng.choice([f"{birth:%Y%m%d}", f"{birth:%Y-%m-%d}", f"{birth:%Y年%m月}", f"{birth:%Y%m}"]),
            "文化程度": "" if age < 18 else self.rng.choice(["小学", "初中", "高中"] if age > 22 else ["初中", "高中"]),
            "在校生状况": SCHOOLS.get(age, ""),
            "健康状况": self.rng.choice(["健康", "长期慢性病"]) if old else "健康",
            "劳动技能": "无劳动力"
            if child or age < 18
            else self.rng.choice(["弱劳动力或半劳动力", "无劳动力"])
            if old
            else "普通劳动力",
            "享受低保政策情况": "否",
            "享受特困供养政策情况": "否",
        }
        return row | cells

    def home(self, *members: Row, **every_row: Any) -> list[Row]:
        """A household: one number, one village, one phone and income; measures and risks stand on every row."""
        number = len(self.homes)
        block = number // self.together
        town, village = block % self.towns, block // self.towns % self.villages
        income = f"{self.rng.randrange(9000, 26000)}.{self.rng.randrange(100):02d}"
        phone = every_row.pop("phone", None) or self.phone()
        for row in members:
            row |= {
                "乡": f"第{town + 1}镇",
                "村": f"第{town + 1}镇{village + 1}村",
                "户编号": f"2113{number:08d}",
                "户联系电话": phone,
            }
            row.update({"人均纯收入（元）": income, "工资性收入": "0"} | every_row)
        self.homes.append(list(members))
        return list(members)

    def spell(self, person: Row, place: tuple[str, str, str] | None = None, **cells: Any) -> Row:
        """A spell of work away, open, begun last year."""
        province, city, county = place or self.rng.choice(AWAY)
        if person["工资性收入"] in ("", "0"):
            person["工资性收入"] = "24000"
        person["务工所在地"] = (
            province + ("" if city in (province, "市辖区", county) or "直辖" in city else city) + county
        )
        person["务工时间（月）"] = 8
        start = self.rng.choice(["202309", "2023-09", "2023年09月", "2023-09-11", "2023/9/1"])
        row = {"县": person["县"], "乡": person["乡"], "行政村": person["村"]} | {
            h: person[h] for h in ("户编号", "人编号", "姓名", "证件号码", "户类型", "监测对象类别", "劳动技能")
        }
        row |= {
            "是否已务工": "是",
            "开始时间": start,
            "结束时间": "",
            "务工所在省": province,
            "务工所在市": city,
            "务工所在县": county,
            "务工月收入": str(self.rng.randrange(2000, 9000)),
            "务工企业名称": "某公司",
            "所属行业": "制造业",
            "就业渠道": "自主就业",
            "是否点对点输送": "否",
            "年度交通费补助": "0",
            "联系电话": self.phone(),
        } | cells
        self.employment.append(row)
        return row

    # Families

    def couple(self, **cells: Any) -> list[Row]:
        """Two grown-ups, one of them away, and children of all ages."""
        ages = self.rng.sample(range(18), self.rng.randrange(1, 3))
        children = [self.person(*self.rng.choice([("之子", "男"), ("之女", "女")]), age) for age in ages]
        rows = self.home(self.person("户主", "男", 42), self.person("配偶", "女", 40), *children, **cells)
        self.spell(rows[0])
        return rows

    def three_generations(self) -> list[Row]:
        """With the head's parents, a daughter-in-law and a grandchild; the old ones leave the family's number."""
        rows = self.home(
            self.person("户主", "男", 52),
            self.person("配偶", "女", 50),
            self.person("之子", "男", 26),
            self.person("之儿媳", "女", 25),
            self.person("之孙女", "女", 2),
            self.person("之父", "男", 77),
            self.person("之母", "女", 75),
        )
        rows[2]["家庭成员联系电话"] = self.spell(rows[2])["联系电话"]
        for row in rows[5:]:
            row["家庭成员联系电话"] = rows[0]["户联系电话"]
        return rows

    def away_together(self) -> list[Row]:
        """A couple away with each their own phone, in different counties."""
        rows = self.couple(就业帮扶="技能培训")
        self.spell(rows[1], 结束时间="2024年12月")
        return rows

    def old_couple(self) -> list[Row]:
        """Past work, with 低保; their phone is their child's, who lives in the household before."""
        child = self.homes[-1][0]["户联系电话"]
        couple = (
            self.person("户主", "男", 78, 劳动技能="无劳动力"),
            self.person("配偶", "女", 74, 劳动技能="无劳动力"),
        )
        return self.home(*couple, phone=child, 享受低保政策情况="农村低保")

    def destitute(self) -> list[Row]:
        """One old person of 特困供养, reached by a landline."""
        one = self.person(
            "户主", "男", 71, 劳动技能="无劳动力", 健康状况="长期慢性病,残疾", 残疾类别="视力残疾", 残疾等级="二级"
        )
        return self.home(
            one,
            phone=f"0421-{2000000 + len(self.homes)}",
            享受特困供养政策情况="分散供养",
            **{"人均纯收入（元）": "11000"},
        )

    def grandparents(self) -> list[Row]:
        """Grandparents with a grandchild whose parents live in the household before."""
        rows = self.home(
            self.person("户主", "女", 63, 劳动技能="弱劳动力或半劳动力", 健康状况="长期慢性病"),
            self.person("之孙子", "男", 9),
        )
        rows[1]["家庭成员联系电话"] = self.homes[-2][0]["户联系电话"]
        return rows

    def student(self) -> list[Row]:
        """A vocational student with 雨露计划, and one at university who has worked in the holidays, which are over."""
        level = self.rng.choice(["中职一年级", "高职高专二年级", "技师学院三年级"])
        rows = self.home(
            self.person("户主", "男", 47),
            self.person("配偶", "女", 46),
            self.person("之女", "女", 18, 文化程度="", 在校生状况=level, 劳动技能="无劳动力"),
            self.person("之子", "男", 20, 文化程度="", 在校生状况="本科二年级", 劳动技能="无劳动力"),
            教育帮扶="雨露计划、助学金",
        )
        self.spell(rows[0], 就业渠道="企业招聘")
        return rows

    def watched(self) -> list[Row]:
        """Monitored for work that is not steady, not removed: somebody works."""
        rows = self.couple(
            监测对象类别="脱贫不稳定户",
            风险是否已消除="否",
            识别监测时间="2024-02",
            就业帮扶="就业服务",
            **{"致贫/返贫风险1": "因务工就业不稳", "致贫/返贫风险2": "因病"},
        )
        for row in rows:
            row["工资性收入"] = "18000"
        return rows

    def safe_again(self) -> list[Row]:
        """Removed six months after it was found, as far as the months tell."""
        rows = self.couple(
            监测对象类别="突发严重困难户",
            风险是否已消除="是",
            识别监测时间="2023年03月10日",
            消除监测时间="2023年09月",
            风险消除方式="产业帮扶",
            就业帮扶="就业服务",
            产业帮扶="养殖奖补",
            **{"致贫/返贫风险1": "因灾"},
        )
        for row in rows:
            row["工资性收入"] = "30000"
        return rows

    def holder(self) -> list[Row]:
        """Somebody on a post: his own on his row, the household's measure on every row. The contract was renewed."""
        rows = self.home(
            self.person("户主", "男", 55, 公益性岗位="保洁员", **{"公益性岗位(月数)": 10}),
            self.person("配偶", "女", 53),
            self.person("之母", "女", 79, 劳动技能="无劳动力"),
            公益岗位帮扶="公益性岗位",
            工资性收入="8000",
        )
        number = len(self.roster) // 2 + 1
        line = {
            "姓名": rows[0]["姓名"],
            "身份证号码": rows[0]["证件号码"],
            "县": COUNTY,
            "乡": rows[0]["乡"],
            "村": rows[0]["村"],
            "岗位编号": f"GW{number:04d}",
            "岗位名称": "保洁员",
            "首次核定日期": "2023-09-01",
            "合同开始日期": "2023-09-01",
            "合同结束日期": "2024-02-29",
            "上岗日期": "2023-09-01",
            "离岗日期": "",
            "银行账号": f"6217{number:08d}",
            "联系电话": rows[0]["户联系电话"],
        }
        self.roster += [line, line | {"合同开始日期": "2024-03-01", "合同结束日期": "2024-08-31"}]
        return rows

    def sent_out(self) -> list[Row]:
        """Sent out with others: the measure on every row, the fare paid to one of the two who went; a closed spell before."""
        rows = self.couple(就业帮扶="劳务输出、外出务工补贴")
        self.employment[-1] |= {"年度交通费补助": "300", "是否点对点输送": "是", "就业渠道": "政府组织劳务输出"}
        self.spell(rows[1], 年度交通费补助="")
        self.spell(rows[1], 开始时间="2023-02", 结束时间="2023-08", 年度交通费补助="")
        return rows

    def disabled(self) -> list[Row]:
        """A disability card, of 20 or 22 characters, as the number; a severe one goes with weak labour."""
        head = self.person("户主", "男", 49, 健康状况="残疾", 劳动技能="弱劳动力或半劳动力")
        head["证件号码"] += self.rng.choice(["41", "42B1"])
        other = self.person("配偶", "女", 47, 健康状况="长期慢性病,残疾")
        other["证件号码"] += "24"
        return self.home(head, other, 证件类型="残疾人证")

    def renewed(self) -> list[Row]:
        """Several spells, the next begun in the month in which the last ended; two ended, one by the day."""
        rows = self.couple()
        self.employment.pop()
        person = rows[0]
        self.spell(person, 开始时间="2022-03", 结束时间="2022年11月")
        self.spell(person, 开始时间="202211", 结束时间="2023-06-14")
        self.spell(person, 开始时间="2023-06", 结束时间="2023-12")
        self.spell(person, 开始时间="2023-12-20", 结束时间="2024-05")
        self.spell(person, 开始时间="2024-05", 结束时间="")
        return rows

    def soldier(self) -> list[Row]:
        """A son in the army: able, not working by the export."""
        rows = self.home(
            self.person("户主", "男", 46), self.person("配偶", "女", 45), self.person("之子", "男", 20, 文化程度="高中")
        )
        self.spell(rows[0], ("辽宁省", "朝阳市", COUNTY), 就业渠道="灵活就业")
        return rows

    def stranger(self) -> list[Row]:
        """Registered in another province, living here."""
        return self.home(self.person("户主", "女", 38), self.person("之女", "女", 12), 省="内蒙古自治区", 市="赤峰市")

    def workshop(self) -> list[Row]:
        """Work at home, in a workshop: the measure is on every row, and no fare is paid."""
        rows = self.home(
            self.person("户主", "女", 44),
            self.person("之女婿", "男", 27),
            self.person("之女", "女", 26),
            就业帮扶="帮扶车间",
        )
        self.spell(rows[0], ("辽宁省", "朝阳市", COUNTY), 就业渠道="就业帮扶车间")
        return rows

    def young_worker(self) -> list[Row]:
        """Sixteen in the very month in which the work began, by the month."""
        rows = self.couple()
        born = date(2006, MONTH, 1) + timedelta(days=len(self.homes) % 25)
        young = self.person("之侄儿", "男", 18, 文化程度="初中", 劳动技能="普通劳动力")
        young |= {"证件号码": self.id_number(born, "男"), "出生日期": f"{born:%Y%m%d}", "在校生状况": ""}
        young |= {h: rows[0][h] for h in ("乡", "村", "户编号", "户联系电话", "人均纯收入（元）")} | {"工资性收入": "0"}
        rows.append(young)
        self.homes[-1].append(young)
        self.spell(young, 开始时间="2022-05")
        return rows

    def planner(self) -> list[Row]:
        """Willing to go out; nothing but 低保 for the parents, whose weak labour is no labour for REG006's household."""
        rows = self.home(self.person("户主", "男", 35), self.person("之父", "男", 68), 享受低保政策情况="农村低保")
        self.plan.append(
            {
                "县": COUNTY,
                "乡": rows[0]["乡"],
                "行政村": rows[0]["村"],
                "户编号": rows[0]["户编号"],
                "姓名": rows[0]["姓名"],
                "证件号码": rows[0]["证件号码"],
                "是否计划务工": "是",
                "计划务工所在县": "西岗区",
                "就业服务需求": "岗位信息",
            }
        )
        return rows

    def marginal(self) -> list[Row]:
        """No lifted household, but a monitored one; nobody labour, 低保; the risk is an illness and help is being given."""
        return self.home(
            self.person("户主", "女", 57, 健康状况="患有大病", 劳动技能="丧失劳动力"),
            self.person("之子", "男", 13),
            户类型="普通农户",
            监测对象类别="边缘易致贫户",
            风险是否已消除="否",
            识别监测时间="202309",
            享受低保政策情况="农村低保",
            金融帮扶="小额信贷",
            **{"致贫/返贫风险1": "因病"},
        )

    # Files

    def tables(self, *, with_roster: bool = False, home_file: bool = True) -> dict[str, list[Row]]:
        """All rows by table. With 户信息 the registry itself has neither the household's phone nor its income."""
        people = [row for home in self.homes for row in home]
        villages = [
            {
                "县": COUNTY,
                "乡": town,
                "行政村": village,
                "是否出列": "是",
                "总户数": 200,
                "总人口数": 700,
                "公益性岗位核定数": 1000,
            }
            for town, village in sorted({(row["乡"], row["村"]) for row in people})
        ]
        made = {"registry": people, "employment": self.employment, "plan": self.plan, "villages": villages}
        if home_file:
            made["homes"] = [
                {
                    "省(区、市)": h[0]["省"],
                    "市(地、州、盟)": h[0]["市"],
                    "县(市、区、旗)": COUNTY,
                    "乡(镇)": h[0]["乡"],
                    "行政村": h[0]["村"],
                    "户编号": h[0]["户编号"],
                    "姓名": h[0]["姓名"],
                    "证件号码": h[0]["证件号码"],
                    "户类型": h[0]["户类型"],
                    "家庭人口数": len(h),
                    "户联系电话": h[0]["户联系电话"],
                    "人均纯收入": h[0]["人均纯收入（元）"],
                }
                for h in self.homes
            ]
            made["registry"] = [row | {"户联系电话": "", "人均纯收入（元）": ""} for row in people]
        return made | ({"roster": self.roster} if with_roster else {})

    def write(self, inbox: Path, *, with_roster: bool = False, home_file: bool = True) -> None:
        """Write the files: the registry as .xlsx in the national layout, the others as CSV in two encodings."""
        inbox.mkdir(parents=True, exist_ok=True)
        for table, rows in self.tables(with_roster=with_roster, home_file=home_file).items():
            title, headers = TITLES[table]
            if table == "registry":
                (inbox / f"{title}.xlsx").write_bytes(national_xlsx("监测对象信息", headers, rows))
                continue
            lines = [",".join(headers), *(",".join(str(row[h]) for h in headers) for row in rows)]
            encoding = "gb18030" if table == "employment" else "utf-8-sig"
            (inbox / f"{title}.csv").write_bytes(("\r\n".join(lines) + "\r\n").encode(encoding))


def national_xlsx(title: str, headers: list[str], rows: list[Row]) -> bytes:
    """A workbook as the national system exports it: two title rows, header on row 3, a `<dimension>` that is wrong."""
    from io import BytesIO

    letters = [column_letter(n) for n in range(len(headers))]

    def row_xml(number: int, cells: list[Any]) -> str:
        filled = (
            f'<c r="{letters[n]}{number}" t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'
            for n, value in enumerate(cells)
            if value != ""
        )
        return f'<row r="{number}">{"".join(filled)}</row>'

    body = [row_xml(1, [title]), row_xml(2, ["导出时间：2024-05-31"]), row_xml(3, list(headers))]
    body += [row_xml(number, [row[h] for h in headers]) for number, row in enumerate(rows, 4)]
    main, rel = (
        "http://schemas.openxmlformats.org",
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    )
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    sheet_type = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{main}/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{sheet_type}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{sheet_type}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{main}/package/2006/relationships"><Relationship Id="rId1" Type="{rel}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}/spreadsheetml/2006/main" xmlns:r="{rel}"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{main}/package/2006/relationships"><Relationship Id="rId1" Type="{rel}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}/spreadsheetml/2006/main"><dimension ref="A1:B2"/><sheetData>{"".join(body)}</sheetData>'
        f'<mergeCells count="1"><mergeCell ref="A1:{letters[-1]}1"/></mergeCells></worksheet>',
    }
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in parts.items():
            target.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), head + content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    Nation(int(sys.argv[2]) if len(sys.argv) > 2 else 20_000).write(folder / "inbox" / "2024-05")
    (folder / "fupin.toml").write_text(SETTINGS, encoding="utf-8")

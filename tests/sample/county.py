"""A clean made-up county: nothing in it is a finding until something is planted.

ID numbers use area code 211390, which was never assigned, with a valid check digit. Rows are dicts from header to cell.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from fupin_cli.policy.idnumber import check_digit

Row = dict[str, Any]
COUNTY = "示例县"
TOWNS = {
    "东川镇": ["东一村", "东二村", "东三村"],
    "西岭乡": ["西一村", "西二村", "西三村"],
    "南坪镇": ["南一村", "南二村", "南三村"],
}
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰涛明超兰霞平刚桂英华玉珍海燕国建文辉红梅秀荣林峰"
WORK_PLACES = [
    ("辽宁省", "大连市", "西岗区"),
    ("辽宁省", "沈阳市", "和平区"),
    ("北京市", "北京市", "朝阳区"),
    ("天津市", "天津市", "武清区"),
]
KINDS = ["保洁", "护路"]
STANDARD = 732.05
HOUSEHOLDS = 30
WORKERS, HOLDERS, PLANNERS = 10, 14, 8


def luhn(body: str) -> str:
    """Append the check digit of a bank card."""
    total = 0
    for n, character in enumerate(reversed(body)):
        digit = int(character) * (2 if n % 2 == 0 else 1)
        total += digit - 9 if digit > 9 else digit
    return body + str(-total % 10)


@dataclass
class County:
    """All tables of the county. `people[h]` are the registry rows of household h, the head first."""

    rng: random.Random = field(default_factory=lambda: random.Random(20240501))
    serial: int = 0
    names: set[str] = field(default_factory=set)
    people: list[list[Row]] = field(default_factory=list)
    employment: list[Row] = field(default_factory=list)
    plan: list[Row] = field(default_factory=list)
    villages: list[Row] = field(default_factory=list)
    posts: list[Row] = field(default_factory=list)
    roster: list[Row] = field(default_factory=list)
    attendance: list[Row] = field(default_factory=list)
    insurance: list[Row] = field(default_factory=list)
    history: list[Row] = field(default_factory=list)
    waivers: list[Row] = field(default_factory=list)
    side: dict[str, list[Row]] = field(default_factory=dict)

    def id_number(self, birth: date, sex: str, area: str = "211390") -> str:
        """A number that nobody has: the next serial of the right sex."""
        self.serial += 1
        sequence = (self.serial % 450) * 2 + (1 if sex == "男" else 0)
        body = f"{area}{birth:%Y%m%d}{sequence:03d}"
        return body + check_digit(body)

    def name(self) -> str:
        """A name that nobody else in the county has."""
        while True:
            made = self.rng.choice(SURNAMES) + "".join(self.rng.sample(GIVEN, 2))
            if made not in self.names:
                self.names.add(made)
                return made

    def phone(self) -> str:
        """A mobile number that nobody else in the county has."""
        self.serial += 1
        return f"139{self.serial:04d}{self.rng.randrange(10000):04d}"

    def account(self) -> str:
        """A 19-digit card number with a valid check digit."""
        self.serial += 1
        return luhn(f"621799{self.serial:06d}{self.rng.randrange(10**6):06d}")

    def birth(self, age: int) -> date:
        """A birthday by which somebody is so old at the end of May 2024."""
        return date(2024 - age, 1, 1) + timedelta(days=self.rng.randrange(1, 140))

    def person(self, household: int, relation: str, sex: str, age: int, **other: Any) -> Row:
        """A registry row; grown-ups are healthy ordinary labour, children are at school."""
        town = list(TOWNS)[household % 3]
        birth = self.birth(age)
        child, old = age < 16, age >= 60
        row: Row = {
            "省": "辽宁省",
            "市": "朝阳市",
            "县(市、区、旗)": COUNTY,
            "乡(镇)": town,
            "行政村": TOWNS[town][household // 3 % 3],
            "户编号": f"H{household:04d}",
            "人编号": "",
            "姓名": self.name(),
            "性别": sex,
            "证件类型": "居民身份证",
            "证件号码": self.id_number(birth, sex),
            "出生日期": f"{birth:%Y%m%d}",
            "民族": "汉族",
            "与户主关系": relation,
            "户类型": "脱贫户",
            "易返贫致贫户（监测对象）类型": "",
            "文化程度": "" if child else self.rng.choice(["小学", "初中", "初中", "高中"]),
            "在校生状况": ("学龄前儿童" if age < 6 else "小学" if age < 13 else "八年级") if child else "",
            "失学或辍学原因": "",
            "健康状况": "健康",
            "劳动技能": "无劳动力" if child or old else "普通劳动力",
            "务工时间（月）": "",
            "公益性岗位": "",
            "公益性岗位(月数)": "",
            "就业帮扶": "",
            "公益性岗位帮扶": "",
            "教育帮扶": "",
            "产业帮扶": "",
            "金融帮扶": "",
            "务工所在地": "",
            "风险是否消除": "",
            "风险识别时间": "",
            "风险消除时间": "",
            "致贫/返贫风险1": "",
            "工资性收入": "",
            "人均纯收入（元）": f"{self.rng.randrange(12000, 20000):,}.00",
            "享受低保政策情况": "否",
            "享受特困供养政策情况": "否",
            "残疾类别": "",
            "残疾等级": "",
            "人联系电话": "",
            "户联系电话": "",
        }
        row["人编号"] = f"P{self.serial:06d}"
        row.update(other)
        return row

    def build(self) -> County:
        """Make every table."""
        for household in range(HOUSEHOLDS):
            self._household(household)
        for number in range(WORKERS):
            self._worker(self.people[number][0])
        self._posts()
        for number in range(HOLDERS):
            self._holder(self.people[WORKERS + number][0], number)
        for number in range(PLANNERS):
            self.planner(self.people[number][1])
        self._side_lists()
        return self

    def _household(self, household: int) -> None:
        head = self.person(household, "户主", "男", self.rng.randrange(38, 53))
        spouse = self.person(household, "配偶", "女", self.rng.randrange(36, 51))
        members = [head, spouse]
        if household % 10 < 9:
            boy = household % 2 == 0
            members.append(
                self.person(household, "之子" if boy else "之女", "男" if boy else "女", self.rng.randrange(7, 15))
            )
        if household % 10 == 3:
            members.append(self.person(household, "之母", "女", self.rng.randrange(66, 80)))
        phone = self.phone()
        for member in members:
            member["户联系电话"] = phone
        head["人联系电话"] = phone
        self.people.append(members)

    def _worker(self, person: Row) -> None:
        province, city, county = self.rng.choice(WORK_PLACES)
        person["就业帮扶"] = "技能培训"
        person["务工时间（月）"] = 10
        self.employment.append(self.spell(person, province, city, county))

    def spell(self, person: Row, province: str, city: str, county: str, **other: Any) -> Row:
        """An employment row of somebody who works away."""
        return {
            "县": COUNTY,
            "乡": person["乡(镇)"],
            "行政村": person["行政村"],
            "户编号": person["户编号"],
            "姓名": person["姓名"],
            "证件号码": person["证件号码"],
            "户类型": "脱贫户",
            "劳动技能": person["劳动技能"],
            "是否已务工": "是",
            "开始时间": "2023年09月",
            "结束时间": "",
            "务工所在省": province,
            "务工所在市": city,
            "务工所在县": county,
            "务工月收入": "3,500",
            "务工企业名称": "某制造公司",
            "所属行业": "制造业",
            "就业渠道": "自主就业",
            "是否点对点输送": "否",
            "年度交通费补助": "0",
            "联系电话": person["户联系电话"],
            "备注（自填）": "",
        } | other

    def planner(self, person: Row) -> None:
        """Somebody who wants to go out."""
        self.plan.append(
            {
                "县": COUNTY,
                "乡": person["乡(镇)"],
                "行政村": person["行政村"],
                "户编号": person["户编号"],
                "姓名": person["姓名"],
                "证件号码": person["证件号码"],
                "是否计划外出务工": "是",
                "计划务工所在县": "西岗区",
                "就业服务需求": "岗位信息",
            }
        )

    def _posts(self) -> None:
        number = 0
        for town, villages in TOWNS.items():
            for village in villages:
                self.villages.append(
                    {
                        "县": COUNTY,
                        "乡": town,
                        "行政村": village,
                        "是否出列": "是",
                        "总户数": 200,
                        "总人数": 600,
                        "公益性岗位核定数": 3,
                    }
                )
                for kind in KINDS:
                    number += 1
                    self.posts.append(self.post(f"GW{number:03d}", kind, town, village))

    def post(self, number: str, kind: str, town: str, village: str, **other: Any) -> Row:
        """A post with a complete notice, paid from the employment fund."""
        return {
            "岗位编号": number,
            "岗位": f"{village}{kind}员",
            "岗位种类": kind,
            "县": COUNTY,
            "乡镇": town,
            "村": village,
            "用工单位": f"{town}人民政府",
            "资金来源": "就业补助",
            "岗位数": 4,
            "补贴标准": f"{STANDARD:.2f}",
            "应出勤天数": 22,
            "公告日期": date(2024, 1, 10),
            "岗位职责": "见公告",
            "招聘要求": "脱贫劳动力",
            "薪酬待遇": "按月发放",
            "劳动时长": "每天6小时",
            "在岗时间": "8:00-14:00",
        } | other

    def _holder(self, person: Row, number: int) -> None:
        """Somebody on a post since March, paid since the year before."""
        village = person["行政村"]
        posts = [post for post in self.posts if post["村"] == village]
        post = posts[number % len(posts)]
        person["公益性岗位"] = person["公益性岗位帮扶"] = "公益性岗位"
        since = date(2023, 3 + number % 9, 1)
        person["公益性岗位(月数)"] = (2024 - since.year) * 12 + 5 - since.month
        self.roster.append(self.assignment(person, post, since))
        self.add_attendance(self.roster[-1], "2024-04", worked=22)
        self.add_attendance(self.roster[-1], "2024-05")
        self.insurance.append(self.policy(self.roster[-1]))
        self.add_history(self.roster[-1], since, date(2024, 4, 1))

    def assignment(self, person: Row, post: Row, since: date, **other: Any) -> Row:
        """A roster row with a sound contract over May 2024."""
        return {
            "序号": len(self.roster) + 1,
            "姓名": person["姓名"],
            "身份证号": person["证件号码"],
            "县": COUNTY,
            "乡镇": person["乡(镇)"],
            "村": person["行政村"],
            "岗位\n编号": post["岗位编号"],
            "岗位名称": post["岗位"],
            "首次核定时间": since,
            "协议开始日期": "2024-03-01",
            "协议结束日期": "2024-08-31",
            "上岗日期": "2024.3.1",
            "离岗日期": "",
            "参保类型": "",
            "享受依据": "",
            "开户行": "示例县农信社",
            "一卡通账号": self.account(),
            "银行账户名称": "",
            "收款人身份证号": "",
            "联系电话": self.phone(),
            "备注": "",
        } | other

    def add_attendance(self, line: Row, month: str, required: Any = 22, worked: Any = 20, **other: Any) -> Row:
        """An attendance row of a roster row."""
        row = {
            "姓名": line["姓名"],
            "身份证号码": line["身份证号"],
            "岗位编号": line["岗位\n编号"],
            "月份": month,
            "应出勤天数": required,
            "实际出勤天数": worked,
            "考核结果": "合格",
            "_town": line["乡镇"],
        } | other
        self.attendance.append(row)
        return row

    def policy(self, line: Row, **other: Any) -> Row:
        """An insurance row for the whole year."""
        self.serial += 1
        return {
            "姓名": line["姓名"],
            "身份证号码": line["身份证号"],
            "保险公司": "某财产保险",
            "保单号": f"PICC{self.serial:08d}",
            "保险开始日期": "2024/1/1",
            "保险结束日期": "2024/12/31",
            "保费": "100元",
        } | other

    def add_history(self, line: Row, since: date, until: date) -> list[Row]:
        """One payment a month, both ends included, at the standard of the year."""
        rows = []
        month = since.year * 12 + since.month - 1
        while month <= until.year * 12 + until.month - 1:
            year, number = divmod(month, 12)
            amount = {2021: "550.00", 2022: "605.00", 2023: "665.50"}.get(year, "732.05")
            rows.append(
                {
                    "姓名": line["姓名"],
                    "身份证号码": line["身份证号"],
                    "补贴类型": "乡村公益性岗位补贴",
                    "补贴月份": f"{year}{number + 1:02d}",
                    "实发金额": amount,
                    "资金来源": "就业补助资金",
                    "岗位编号": line["岗位\n编号"],
                    "批次": f"{year}{number + 1:02d}-01",
                    "支付状态": "已发放",
                }
            )
            month += 1
        self.history.extend(rows)
        return rows

    def stranger(self) -> tuple[str, str]:
        """Name and ID of somebody who stands in no other table."""
        return self.name(), self.id_number(self.birth(self.rng.randrange(30, 60)), "男")

    def _side_lists(self) -> None:
        def row(**cells: Any) -> Row:
            name, number = self.stranger()
            return {"姓名": name, "身份证号码": number} | cells

        self.side = {
            "死亡人员": [row(死亡日期="2024-02-03")],
            "财政供养人员": [row(单位="某中学", 起始月份="2015-09", 截止月份="")],
            "村干部及近亲属": [row(县=COUNTY, 乡="东川镇", 村="东一村", 职务="村主任", 关系="本人")],
            "市场主体": [row(名称="某商店", 统一社会信用代码="", 成立日期="2020-01-01", 注销日期="")],
            "职工养老待遇领取": [row(起始月份="2020-01")],
            "职工社保参保": [row(单位="某公司", 起始月份="2021-01", 截止月份="")],
            "服刑人员": [row(起始日期="2022-01-01", 截止日期="")],
            "他部门公益岗": [
                row(部门="自然资源局", 岗位名称="护林员", 资金来源="林草资金", 起始日期="2023-01-01", 截止日期="")
            ],
            "岗位申请人": [row(县=COUNTY, 乡="东川镇", 村="东一村", 申请日期="2024-04-10")],
        }

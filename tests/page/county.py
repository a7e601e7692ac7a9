"""A small made-up county for pages: two townships, six people, two months, an approval and what the bank said of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fupin_cli.policy.idnumber import check_digit
from tests.conftest import write_csv

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Ran

MONTH, BEFORE = "2024-05", "2024-04"
FUND = "就业补助资金"


def number(n: int, born: str = "19800101") -> str:
    """The ID number of the n-th man (an area code that was never used)."""
    body = f"211390{born}{n * 2 + 1:03d}"
    return body + check_digit(body)


def account(n: int) -> str:
    """A bank book without a Luhn digit."""
    return f"80001234567{n:02d}"


def phone(n: int) -> str:
    """A phone of one household."""
    return f"1390000{n:04d}"


@dataclass
class Names:
    """What the county, its places, people and files are called."""

    county: str = "示例县"
    towns: tuple[str, str] = ("东川镇", "西岭乡")
    village: str = "一村"
    people: tuple[str, ...] = ("张一", "王二", "李三", "赵四", "钱五", "孙六")
    budget: dict[str, str] = field(default_factory=lambda: {FUND: "5000"})
    roster_file: str = "在岗人员花名册"

    def town(self, n: int) -> str:
        """The township of the n-th person: the first two live in the first."""
        return self.towns[0 if n < 2 else 1]


def toml(text: str) -> str:
    """A string of TOML."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def build(folder: Path, names: Names | None = None) -> Path:
    """Write the county: persons 0, 1, 4 are paid, 2 is held (no insurance), 3 refused (over 70), 5 has no post."""
    names = names or Names()
    folder.mkdir(parents=True)
    budget = "".join(f"{toml(fund)} = {money}\n" for fund, money in names.budget.items())
    (folder / "fupin.toml").write_text(
        f'[county]\nname = {toml(names.county)}\n[accident_insurance]\npremium = 100\n[checks]\nextra_area_codes = ["211390"]\n[budget]\n{budget}',
        encoding="utf-8",
    )
    who = [(n, name, number(n, "19500101" if n == 3 else "19800101")) for n, name in enumerate(names.people)]
    area = {n: {"县": names.county, "乡": names.town(n), "村": names.village} for n, _, _ in who}
    registry = [
        area[n]
        | {
            "户编号": f"H{n}",
            "姓名": name,
            "证件号码": ident,
            "与户主关系": "户主",
            "户类型": "脱贫户",
            "监测对象类别": "",
            "文化程度": "初中",
            "在校生状况": "",
            "健康状况": "健康",
            "劳动技能": "普通劳动力",
            "享受低保政策情况": "",
            "享受特困供养政策情况": "",
            "残疾类别": "",
            "成员联系电话": phone(n),
            "户联系电话": phone(n),
        }
        for n, name, ident in who
    ]
    roster = [
        {"姓名": name, "身份证号码": ident}
        | area[n]
        | {
            "岗位编号": f"GW{n}",
            "首次核定日期": "2023-06-01",
            "合同开始日期": "2024-03-01",
            "合同结束日期": "2024-08-31",
            "上岗日期": "2024-03-01",
            "离岗日期": "",
            "银行账号": account(n),
            "联系电话": phone(n),
        }
        for n, name, ident in who[:5]
    ]
    posts = [
        {"岗位编号": f"GW{n}", "岗位名称": "保洁员", "岗位类型": "保洁"}
        | area[n]
        | {"主管部门": "镇政府", "资金来源": FUND, "核定人数": 1}
        for n, _, _ in who[:5]
    ]
    days = [
        {
            "姓名": name,
            "身份证号码": ident,
            "岗位编号": f"GW{n}",
            "年月": month,
            "规定出勤天数": 22,
            "本月累计出勤天数": 11 if n == 1 else 22,
        }
        for month in (BEFORE, MONTH)
        for n, name, ident in who[:5]
    ]
    insured = [
        {
            "姓名": name,
            "身份证号码": ident,
            "保单号": f"B{n}",
            "起保日期": "2024-01-01",
            "终保日期": "2024-12-31",
            "保费": "100",
        }
        for n, name, ident in who[:5]
        if n != 2
    ]
    work = [
        {
            "县": names.county,
            "乡": names.town(5),
            "行政村": names.village,
            "户编号": "H5",
            "姓名": who[5][1],
            "证件号码": who[5][2],
            "是否已务工": "是",
            "开始时间": "2024-05-01",
            "结束时间": "",
            "务工所在省": "辽宁省",
            "务工所在市": "大连市",
            "务工所在县": "西岗区",
            "务工月收入": "3000",
            "务工企业名称": "某厂",
            "所属行业": "制造业",
            "就业渠道": "自主就业",
        },
    ]
    villages = [
        {"县": names.county, "乡": town, "行政村": names.village, "总户数": 9, "总人数": 20, "公益性岗位核定数": 9}
        for town in names.towns
    ]
    staff = [{"县": names.county, "乡": names.towns[0], "村": "", "姓名": "吴七", "岗位": "劳动保障协理员"}]
    history = [
        {
            "姓名": who[0][1],
            "身份证号码": who[0][2],
            "补贴类型": "岗位补贴",
            "补贴月份": "2024-03",
            "金额": "732.05",
            "岗位编号": "GW0",
            "批次号": "B3",
            "发放状态": "",
        }
    ]
    inbox = folder / "inbox"
    for month in (BEFORE, MONTH):
        write_csv(inbox / month / "监测对象信息.csv", registry[: 6 if month == MONTH else 5])
        write_csv(
            inbox / month / "已外出务工信息.csv", work if month == MONTH else [work[0] | {"开始时间": "2024-06-01"}]
        )
        write_csv(inbox / month / f"{names.roster_file}.csv", roster)
    for name, rows in (
        ("公益性岗位台账", posts),
        ("出勤汇总表", days),
        ("意外险名单", insured),
        ("行政村信息", villages),
        ("基层平台人员", staff),
        ("补贴发放台账", history),
    ):
        write_csv(inbox / f"{name}.csv", rows)
    return folder


def approve(fupin: Callable[..., Ran], root: Path) -> None:
    """Approve the month, and let the bank pay the first line and fail the second."""
    assert fupin("payroll", MONTH, "-w", root, "--by", "甲", "-q").code == 1
    done = fupin("approve", MONTH, "-w", root, "--by", "乙", "--document", "文1", "--yes")
    assert done.code == 0, done.err
    rows: list[dict[str, Any]] = [
        {
            "批次号": "202405-01",
            "序号": n,
            "姓名": name,
            "账号": account(n - 1),
            "金额": money,
            "处理结果": result,
            "失败原因": why,
        }
        for n, name, money, result, why in ((1, "张一", "732.05", "成功", ""), (2, "王二", "366.03", "失败", "已销户"))
    ]
    write_csv(root / "inbox" / MONTH / "代发回盘.csv", rows)

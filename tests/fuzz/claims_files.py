"""The files in which a county says who claims what, and its settings; for claimants of `claims_edges` and `claims_life`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

from tests.conftest import write_csv
from tests.fuzz.claimant import Claimant, last_day
from tests.fuzz.edges import AREA, month_text
from tests.fuzz.reckoned import plus_months
from tests.sample.county import luhn

COUNTY_NAME = "示例县"
YES = {True: "是", False: "否", None: ""}
TITLES = {
    "transport": "交通补贴",
    "rain_dew": "雨露计划",
    "training_living": "生活费补贴",
    "training_course": "职业培训补贴",
    "on_the_job_training": "以工代训补贴",
    "employer_social_insurance": "企业社会保险补贴",
    "employer_post": "企业岗位补贴",
    "flexible_social_insurance": "灵活就业社保补贴",
    "labour_export_service": "劳务输出服务补助",
    "accident_insurance": "意外险",
    "startup_interest": "创业担保贷款贴息",
    "startup_venue": "创业场地补贴",
    "incubator": "孵化平台补助",
    "base_reward": "基地奖补",
    "unemployment_aid": "失业补助金",
    "post": "岗位补贴",
}
TABLES = {
    "transport": "交通补贴申请表",
    "rain_dew": "雨露计划",
    "training_living": "培训学员名册",
    "on_the_job_training": "以工代训花名册",
    "employer_social_insurance": "社保补贴岗位补贴花名册",
    "flexible_social_insurance": "灵活就业社保补贴",
    "labour_export_service": "劳务输出名单",
    "accident_insurance": "意外险名单",
    "startup_interest": "创业补贴",
    "startup_venue": "创业补贴",
    "incubator": "创业补贴",
    "base_reward": "创业补贴",
    "unemployment_aid": "失业补助金",
}
PROJECTS = {
    "startup_interest": "贷款贴息",
    "startup_venue": "场地补贴",
    "incubator": "孵化平台",
    "base_reward": "基地奖补",
}
ORGANISATIONS = {"incubator", "base_reward"}
DIGITS, WEIGHTS = "0123456789ABCDEFGHJKLMNPQRTUWXY", [pow(3, n, 31) for n in range(17)]


def credit_code(number: int) -> str:
    body = f"9121{number:04d}MA0000000"
    return body + DIGITS[-sum(DIGITS.index(c) * w for c, w in zip(body, WEIGHTS, strict=True)) % 31]


def yuan(fen: int | None) -> str:
    return "" if fen is None else f"{fen // 100}.{fen % 100:02d}"


def days(value: Fraction | None) -> str:
    return "" if value is None else f"{float(value):g}"


def blank(value: Any) -> Any:
    return "" if value is None else value


def cells_of(measure: str, p: Claimant, c: dict[str, Any], month: int, nth: int) -> dict[str, Any]:
    """A claim as a clerk writes it."""
    who = {"姓名": name_of(p), "身份证号码": p.id}
    if measure in PROJECTS:
        row = {"项目类型": PROJECTS[measure], "申请人/单位": name_of(p)}
        row |= {"身份证号码": "" if measure in ORGANISATIONS else p.id}
        row |= {"统一社会信用代码": p.id if measure in ORGANISATIONS else "", "本金": yuan(c.get("本金"))}
        row |= {"年利率": f"{float(c['利率'] * 100):g}%" if "利率" in c else "", "起始日期": c.get("起", "2021-10-01")}
        row |= {"截止日期": c.get("止", "2022-10-01"), "用途": c.get("用途", "门店")}
        return row | {"实际支出": yuan(c.get("租金", c.get("支出"))), "吸纳人数": blank(c.get("人数"))}
    rows: dict[str, Callable[[], dict[str, Any]]] = {
        "transport": lambda: (
            {"输出地": COUNTY_NAME, "输入省": c["省"], "输入市": blank(c["市"]), "输入县": c["县"]}
            | {"交通方式": blank(c["交通方式"]), "出发日期": blank(c["出发日期"]), "票面金额": yuan(c["票面"])}
            | {"是否有组织输出": YES[c["组织"]]}
        ),
        "rain_dew": lambda: {"学校": "某职校", "学历层次": blank(c["层次"]), "学期": blank(c["学期"])},
        "training_living": lambda: (
            {"培训机构": "某职校", "班次编号": blank(c["班次"]), "工种": c["工种"]}
            | {"开班日期": blank(c["开班"]), "结业日期": blank(c["结业"]), "应到天数": days(c["应到"])}
            | {"实到天数": days(c["实到"]), "是否收费": YES[c["收费"]]}
        ),
        "on_the_job_training": lambda: (
            {"企业名称": c["单位"], "统一社会信用代码": credit_code(9001)}
            | {"年月": month_text(month), "实际训练天数": days(c["实际"]), "应训练天数": days(c["应训"])}
            | {"是否已享受": YES[c["享受过"]]}
        ),
        "employer_social_insurance": lambda: (
            {"单位名称": f"第{nth}厂"}
            | {
                "统一社会信用代码": credit_code(p.number) if nth == 0 else credit_code(8000 + nth),
                "单位类型": blank(c["类型"]),
            }
            | {"首次核定日期": c["核定"], "合同开始日期": blank(c["合同始"]), "合同结束日期": blank(c["合同止"])}
            | {"年月": month_text(month), "养老单位缴费": yuan(c["养老"]), "医疗单位缴费": yuan(c["医疗"])}
            | {"失业单位缴费": yuan(c["失业"]), "已在外单位享受补贴月数": c["他处"], "参保类型": c["参保类型"]}
        ),
        "flexible_social_insurance": lambda: (
            {"年月": month_text(month), "养老缴费": yuan(c["养老"])}
            | {"医疗缴费": yuan(c["医疗"]), "首次核定日期": c["核定"]}
        ),
        "labour_export_service": lambda: (
            {"输出机构": "某劳务公司", "统一社会信用代码": credit_code(9002), "许可证号": "X1"}
            | {"许可有效期起": blank(c["许可起"]), "许可有效期止": blank(c["许可止"]), "输入省": "辽宁省"}
            | {"输入市": "朝阳市" if c["县"] == COUNTY_NAME else "大连市", "输入县": c["县"], "用人单位": "某厂"}
            | {"合同开始日期": blank(c["始"]), "合同结束日期": blank(c["止"]), "参保地": blank(c["参保地"])}
            | {"参保起始月份": month_text(c["参保起"]), "参保截止月份": month_text(c["参保止"])}
            | {
                "跟踪服务开始日期": c["跟踪起"],
                "跟踪服务结束日期": blank(c["跟踪止"]),
                "跟踪服务次数": blank(c["次数"]),
            }
        ),
        "accident_insurance": lambda: (
            {"保险公司": "某保险", "保单号": f"{c['保单']}-{p.number}", "起保日期": c["起"]}
            | {"终保日期": blank(c["止"]), "保费": yuan(c["保费"])}
        ),
        "unemployment_aid": lambda: (
            {"年月": month_text(month), "失业保险金期满日期": blank(c["期满"])}
            | {"参保起始月份": month_text(c["参保"]), "不符合领取原因": c["原因"]}
        ),
    }
    return who | rows[measure]()


def name_of(p: Claimant) -> str:
    return "甲乙丙丁戊己庚辛"[p.number % 8] + chr(0x4E32 + p.number)


def about_text(measure: str, about: Any, p: Claimant) -> str:
    """What a payment was for, as a payment file names it."""
    if measure == "startup_interest":
        return f"贷款贴息{about[0]}至{about[1]}"
    if measure == "incubator":
        return f"孵化平台 {about}"
    return f"{about}-{p.number}" if measure == "accident_insurance" else str(about)


def claims_tables(people: list[Claimant], month: int) -> dict[str, list[dict[str, Any]]]:
    """The files of a month: claims, and what is known of the people."""
    found: dict[str, list[dict[str, Any]]] = {}
    for p in people:
        for nth, claim in enumerate(c for c in p.claims if c.month == month):
            measure = claim.measures[0]
            found.setdefault(TABLES[measure], []).append(cells_of(measure, p, claim.cells, month, nth))
        for table, row in (_of_lists(p) | (_of_post(p, month) if p.post else {})).items():
            if row:
                found.setdefault(table, []).append(row)
        for x in p.paid:
            row = {"补贴类型": TITLES[x.measure], "补贴月份": month_text(x.month), "金额": yuan(x.fen)}
            row |= {"岗位编号": about_text(x.measure, x.about, p), "批次号": f"B{x.month}"}
            found.setdefault("补贴发放台账", []).append({"姓名": name_of(p), "身份证号码": p.id} | row)
    return found


def _village(p: Claimant) -> dict[str, Any]:
    return {"县": COUNTY_NAME, "乡": "第1镇", "村": f"第{p.number}村"}


def _of_lists(p: Claimant) -> dict[str, Any]:
    """A row of each list on which the person stands."""
    home = {"户编号": f"H{p.number}", "姓名": name_of(p), "证件号码": p.id}
    spell = {"是否已务工": "是", "开始时间": p.works, "结束时间": "", "务工所在省": "广东省", "务工所在市": "深圳市"}
    spell |= {"务工所在县": "南山区", "就业渠道": "自主就业", "是否点对点输送": "否", "行政村": f"第{p.number}村"}
    employer, months = p.insured or ("", (0, None))
    since, until = p.prison or (None, None)
    recognised, left, employed = p.workshop or (None, None, 0)
    code = p.id if p.registry is None else credit_code(p.number)
    return {
        "监测对象信息": p.registry and _village(p) | home | {"与户主关系": "户主"} | p.registry,
        "已外出务工信息": p.works and {"县": COUNTY_NAME, "乡": "第1镇"} | home | spell,
        "死亡人员": p.dead and {"姓名": name_of(p), "身份证号码": p.id, "死亡日期": p.dead},
        "服刑人员": p.prison and {"身份证号码": p.id, "起始日期": since, "截止日期": blank(until)},
        "职工社保参保": p.insured
        and {
            "身份证号码": p.id,
            "单位": employer,
            "起始月份": month_text(months[0]),
            "截止月份": month_text(months[1]),
        },
        "就业帮扶车间台账": p.workshop
        and {"名称": f"第{p.number}厂", "统一社会信用代码": code}
        | _village(p)
        | {"认定日期": recognised, "退出日期": blank(left), "吸纳脱贫劳动力数": employed},
    }


def _of_post(p: Claimant, month: int) -> dict[str, Any]:
    """Rows about the person's post: attended in full, in part, not at all, or left before the month."""
    who, post = {"姓名": name_of(p), "身份证号码": p.id}, {"岗位编号": f"GW{p.number}"}
    first, last = last_day(month).replace(day=1), last_day(month)
    start, left = plus_months(first, -2), first - timedelta(1) if p.post == "left" else ""
    contract = {"首次核定日期": start, "合同开始日期": start, "合同结束日期": last, "上岗日期": start}
    worked = {"full": 22, "part": 21, "none": 0}.get(p.post)
    cells = {"年月": month_text(month), "规定出勤天数": 22, "本月累计出勤天数": worked, "考核结果": "合格"}
    account = {"离岗日期": left, "参保类型": "", "银行账号": luhn(f"621799{p.number:012d}")}
    return {
        "公益性岗位台账": post
        | _village(p)
        | {"岗位名称": "保洁员", "岗位类型": "保洁", "主管部门": "镇政府", "资金来源": "就业补助资金"}
        | {"核定人数": 2, "规定出勤天数": 22},
        "在岗人员花名册": who | _village(p) | post | contract | account,
        "出勤汇总表": None if worked is None else who | post | cells,
    }


SENT = {
    "始": date(2021, 10, 1),
    "止": date(2022, 9, 30),
    "许可起": None,
    "许可止": None,
    "县": "西岗区",
    "参保地": None,
}
SENT |= {"参保起": None, "参保止": None, "跟踪起": date(2021, 10, 1), "跟踪止": None, "次数": None}


def claims_settings(s: dict[str, Any]) -> str:
    """The county's settings."""

    def inline(values: dict[Any, int]) -> str:
        return "{" + ", ".join(f'"{k}" = {v}' if isinstance(k, str) else f"{k} = {v}" for k, v in values.items()) + "}"

    once = "" if s["once_per_years"] is None else f"once_per_years = {s['once_per_years']}\n"
    return f"""[county]
name = "{COUNTY_NAME}"
[accident_insurance]
premium = {s["premium"]}
premium_period = "{s["premium_period"]}"
[checks]
extra_area_codes = ["{AREA}"]
[transport]
method = "{s["method"]}"
in_province = {s["in"]}
out_of_province = {s["out"]}
places = {inline(s["places"])}
{once}[on_the_job_training]
monthly = {s["job_monthly"]}
divisor_days = {s["divisor"]}
[employer_post]
monthly = {s["employer_monthly"]}
[flexible_social_insurance]
share = "{s["flexible_share"]}"
[training]
dibao_monthly = "{s["dibao"]}"
days_per_month = {s["days_per_month"]}
course = {s["course"]}
courses = {inline(s["courses"])}
[rain_dew]
term = {s["term"]}
levels = {inline(s["levels"])}
[startup]
interest_share = "{s["interest_share"]}"
principal_max = {s["principal_max"]}
years_max = {s["years_max"]}
venue_share = "{s["venue_share"]}"
venue_monthly_max = {s["venue_monthly"]}
venue_months_max = {s["venue_months"]}
incubator_share = "{s["incubator_share"]}"
incubator_max = {s["incubator_max"]}
[base_reward]
steps = {inline(s["steps"])}
[unemployment_aid]
monthly = {s["unemployment_monthly"]}
"""


def write_claims(root: Path, people: list[Claimant], month: int, settings: dict[str, Any]) -> None:
    """Write the workspace."""
    root.mkdir(parents=True)
    (root / "fupin.toml").write_text(claims_settings(settings), encoding="utf-8")
    for name, rows in claims_tables(people, month).items():
        write_csv(root / "inbox" / month_text(month) / f"{name}.csv", rows)
    # Who was sent earlier: the list of another month, in which nobody is asked about.
    sent = [p for p in people if p.exported and "labour_export_service" not in p.claims[0].measures]
    rows = [cells_of("labour_export_service", p, SENT, month, 0) for p in sent]
    write_csv(root / "inbox" / month_text(month - 1) / "劳务输出名单.csv", rows)

"""The hits of a county in its own words: its people by their ID numbers, the other counties by name (the table 跨县)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.counties.match import months_of
from fupin_cli.month.used_months import pension_facts
from fupin_cli.outputs.sheet import SheetPlan
from fupin_cli.policy.letters import first_of
from fupin_cli.policy.months import first_day, month_text, month_words

if TYPE_CHECKING:
    from fupin_cli.policy.parameters import Policy

REFUSE, HOLD, TELL = "不予", "暂缓", "提示"
EFFECTS = {"XC002": HOLD, "XC003": REFUSE}
LISTS = {"dead": "死亡人员", "jailed": "服刑人员", "public": "财政供养人员"}
LISTS |= {"dead_unsure": "死亡人员", "jailed_unsure": "服刑人员"}
HEADERS = {
    "month": "比对月份",
    "rule_code": "规则代码",
    "name": "姓名",
    "id_number": "身份证号码",
    "counties": "其他县",
    "said": "比对情况",
    "effect": "处理",
}
MONTHS_NAMED, COUNTIES_NAMED = 12, 10


def resolve(hits: pl.DataFrame, people: pl.DataFrame, names: list[str], policy: Policy, month: int) -> pl.DataFrame:
    """Give the rows of the table `across` of one county (columns as `HEADERS`).

    `hits` of the county (`match.HITS`); `people`: its own (`extract.PEOPLE`); `names` of all counties by number. Who may
    go on to the pension date, by the first approval of all counties, is not over the cap.
    """
    known = hits.join(people, on="person", maintain_order="left")
    known = pl.concat(
        [known.filter(pl.col("rule") != "XC003"), _not_extended(known.filter(pl.col("rule") == "XC003"), policy, month)]
    )
    limit = policy.cap_months(month)
    rows = [
        (
            month_text(month),
            row["rule"],
            row["name"],
            row["id_number"],
            "、".join(names[number] for number in row["others"]),
            *_said(row, month, limit),
        )
        for row in known.sort("rule", "id_number", "kind").iter_rows(named=True)  # the few that were hit
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(HEADERS, pl.String), orient="row")


def _not_extended(rows: pl.DataFrame, policy: Policy, month: int) -> pl.DataFrame:
    facts = pension_facts(rows.with_columns(person_approval="approval"), policy, month)
    return facts.filter(~pl.col("extended")).select(rows.columns)


def _said(row: dict[str, object], month: int, limit: int) -> tuple[str, str]:
    """What was found, and what it does to the line."""
    rule = str(row["rule"])
    if rule == "XC007":
        kind, day = str(row["kind"]), row["day"]
        late = kind == "dead" and str(day) >= str(first_day(month))
        words = f"在其他县的{LISTS[kind]}名单中" + (
            f"（{day} {'死亡' if kind.startswith('dead') else '起'}）" if day else ""
        )
        if late:
            words += "，本月死亡，死亡前的天数由人工结算"
        unsure = kind.endswith("_unsure")
        if unsure:
            words += "，日期没有写明或读不出，是15位旧证号，或最近的名单里没有写到，须核实"
        return words, HOLD if late or unsure or kind == "public" else REFUSE
    if rule == "XC006":
        paid = [month_text(number) for number in months_of(int(str(row["mask"])), month)]
        more = f" 等 {len(paid)} 个月" if len(paid) > MONTHS_NAMED else ""
        return f"其他县也发了 {'、'.join(paid[-MONTHS_NAMED:])}{more}", TELL
    told = {
        "XC001": "也在其他县的监测对象信息里",
        "XC002": "本月也在其他县的花名册上",
        "XC003": f"各县合计已发 {row['total']} 个月（同一个月只算一次），最长 {limit} 个月",
        "XC004": "银行账号与其他县的另一个人相同",
        "XC005": "联系电话与其他县的另一个人相同",
    }
    return told[rule], EFFECTS.get(rule, TELL)


def across_sheet(rows: pl.DataFrame, county: str, month: int, compared: int, left_out: list[list[str]]) -> SheetPlan:
    """The sheet 跨县 of a county's workbook; it is read back as the table `across`.

    `left_out`: counties that came to nothing, and those that are not there any more.
    """
    words = f"{county} {month_words(month)} 跨县比对结果：比对了 {compared} 个县"
    for why, names in zip(("未报送或没做成", "这次不在"), left_out, strict=True):
        if names:
            words += f"；没有比对（{why}）：{first_of(names, COUNTIES_NAMED, '个')}"
    return SheetPlan("跨县", HEADERS, rows, heading=words, wrapped=("said", "counties"))

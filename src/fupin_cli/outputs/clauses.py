"""docs/clauses.md: every clause of the law, and what in the program carries it (generated; a test compares it)."""

from __future__ import annotations

import sys
from pathlib import Path

from fupin_cli.checks.catalogue import all_rules
from fupin_cli.measures.catalogue import all_measures
from fupin_cli.policy.law import clauses
from fupin_cli.policy.parameters import load_policy

CITY = "朝阳市"
# What a report of the program carries of a clause.
REPORTS = {
    "三(五)": ["发放花名册、公示表、月数台账（fupin payroll）", "岗位补贴 post（fupin payroll）"],
    "五(三)": ["对账工作簿（fupin reconcile）", "资金表：预算、已批准、已支付、余额"],
    "二(二)": ["台账的变化（fupin roster）", "外出人员清单、岗位清单、建议匹配（fupin match）"],
    "四(一)": ["台账（fupin roster）", "风险推送名单（fupin risk）"],
    "四(二)": ["一人一码（person_code，fupin roster）"],
    "附则": ["政策执行期、享受依据（CAP008）"],
}
# Clauses of which nothing can be decided by the tables that bureaus have.
NOT_DECIDABLE = {
    "二": "章标题，没有规定",
    "三": "章标题，没有规定",
    "四": "章标题，没有规定",
    "五": "章标题，没有规定",
    "二(三)": "培育劳务品牌是工作要求，没有可核对的数据；其中的补贴按各自条款",
    "四(四)": "公共就业服务活动的组织是工作要求，没有可核对的数据",
    "五(一)": "组织领导和考核是工作要求，没有可核对的数据",
    "五(四)": "宣传是工作要求，没有可核对的数据",
}


def clause_lines() -> list[str]:
    """The page, line by line.

    Raises:
        KeyError: a clause of the law is carried by nothing and has no reason why not.
    """
    policy = load_policy(CITY)
    rules, measures = all_rules().values(), all_measures().values()
    lines = [
        "# 条款对照", "",
        "由 `make docs` 从程序生成，不要手改。政策每一条由哪些补贴、规则、数字、报表承担；凭数据不能判断的写明原因。", "",
        "| 条款 | 开头 | 补贴 | 规则 | 数字 | 报表 | 不能凭数据判断的原因 |", "|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for mark, text in clauses(policy.text).items():
        carried = [
            "、".join(m.code for m in measures if mark in (m.clause, *m.also)),
            "、".join(r.code for r in rules if r.clause == mark),
            "、".join(name for name, p in policy.parameters.items() if p.clause == mark),
            "；".join(REPORTS.get(mark, [])),
        ]
        reason = "" if any(carried) else NOT_DECIDABLE[mark]
        start = text.split("\n")[0].split("。")[0][:30]
        lines.append(f"| {mark} | {start} | {' | '.join(carried)} | {reason} |")
    return lines


def main() -> None:
    """Write the page into the file that is named."""
    Path(sys.argv[1]).write_text("\n".join(clause_lines()) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""docs/clauses.md: every clause of the law, and what in the program carries it (generated; a test compares it)."""

from __future__ import annotations

import sys
from pathlib import Path

from fupin_cli.checks.catalogue import all_rules
from fupin_cli.measures.catalogue import all_measures
from fupin_cli.policy.parameters import Policy, load_laws
from fupin_cli.policy.settings import Settings

CITY = "朝阳市"


def clause_lines(policy: Policy) -> list[str]:
    """The page, line by line.

    Raises:
        KeyError: a clause of the law is carried by nothing and has no reason why not.
    """
    rules, measures, file = all_rules().values(), all_measures(policy).values(), policy.file
    lines = [
        "# 条款对照",
        "",
        "由 `make docs` 从程序生成，不要手改。政策每一条由哪些补贴、规则、数字、报表承担；凭数据不能判断的写明原因。",
        "",
        "| 条款 | 开头 | 补贴 | 规则 | 数字 | 报表 | 不能凭数据判断的原因 |",
        "|---|---|---|---|---|---|---|",
    ]
    for mark, text in policy.law.clauses.items():
        carried = [
            "、".join(m.code for m in measures if mark in (m.clause, *m.also)),
            "、".join(r.code for r in rules if policy.basis(r.code).clause == mark),
            "、".join(name for name, p in file.parameters.items() if p.clause == mark),
            "；".join(file.reports.get(mark, [])),
        ]
        reason = "" if any(carried) else file.not_decidable[mark]
        start = text.split("\n")[0].split("。")[0][:30]
        lines.append(f"| {mark} | {start} | {' | '.join(carried)} | {reason} |")
    return lines


def main() -> None:
    """Write the page into the file that is named."""
    Path(sys.argv[1]).write_text("\n".join(clause_lines(Policy(load_laws(CITY), Settings()))) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

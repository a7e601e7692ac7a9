"""The list of subsidies on the terminal and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fupin_cli.measures.catalogue import other_measures
from fupin_cli.measures.measure import fund_of
from fupin_cli.outputs.grid import Grid, text, whole

if TYPE_CHECKING:
    from fupin_cli.policy.parameters import Policy


def subsidy_rows(policy: Policy) -> list[dict[str, Any]]:
    """Each subsidy with what it rests on and what is not set in this workspace."""
    return [
        {
            "code": m.code,
            "title": m.title,
            "clause": "、".join((m.clause, *m.also)),
            "fund": fund_of(m, policy.settings),
            "who": m.who,
            "table": m.table,
            "needs": list(m.needs),
            "missing_settings": m.settings(policy.settings),
        }
        for m in other_measures(policy).values()
    ]


def subsidy_table(policy: Policy, titles: dict[str, str]) -> Grid:
    """One row a subsidy; `titles`: what each table is called."""
    columns = [*whole("代号"), *text("补贴", "依据", "资金", "需要的表", "还没有设置")]
    table = Grid("岗位补贴以外的补贴（岗位补贴：fupin payroll）", columns)
    for row in subsidy_rows(policy):
        table.add(
            row["code"],
            row["title"],
            row["clause"],
            row["fund"],
            "、".join(titles[name] for name in [row["table"], *row["needs"]]),
            "、".join(row["missing_settings"]),
        )
    return table

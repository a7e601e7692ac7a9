"""The rules as people read them: on the terminal, and as docs/rules.md (generated; CI compares it)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.text import Text

from fupin_cli.checks.catalogue import find_rules
from fupin_cli.checks.rule import GROUPS, Rule, WordedRule
from fupin_cli.intake.contracts import load_contracts
from fupin_cli.outputs.check_workbook import EFFECT, SEVERITY
from fupin_cli.outputs.grid import Grid, text, whole
from fupin_cli.outputs.terminal import STYLE
from fupin_cli.policy.law import OURS
from fupin_cli.policy.months import month_index
from fupin_cli.policy.parameters import CAP, Policy, load_laws
from fupin_cli.policy.settings import Settings

if TYPE_CHECKING:
    from fupin_cli.policy.parameters import InForce


def rule_facts(rule: Rule, policy: Policy) -> dict[str, Any]:
    """What is known of a rule: the clause in the law's own words, bounds with their values and where they are set."""
    basis = policy.basis(rule.code)
    said = _in_words(rule, policy)
    return {
        "code": rule.code,
        "title": said.title,
        "group": GROUPS[rule.group],
        "severity": rule.severity,
        "effect": rule.effect,
        "clause": basis.clause,
        "law": policy.law.quote(basis.clause, basis.law) if basis.law else "",
        "besides": basis.besides,
        "compares": said.compares,
        "tables": list(rule.tables),
        "any_of": list(rule.any_of),
        "partly": list(rule.partly),
        "settings": list(rule.settings),
        "bounds": {name: bound(name, policy) for name in rule.bounds},
        "waivable": rule.waivable,
        "hint": said.hint,
    }


def _in_words(rule: Rule, policy: Policy) -> WordedRule:
    """The rule with the numbers of the latest policy, as of its last month."""
    return rule.worded(policy, month_index(policy.file.valid_to))


def bound(name: str, policy: Policy) -> str:
    """A bound's value and where it is set: the policy, the county's settings, or nowhere."""
    if name == CAP and policy.settings.post.cap_months is not None:
        month = month_index(policy.file.valid_to)
        return f"{policy.cap_months(month)} {policy.file.parameters[name].unit}，{policy.cap_source(month)}"
    if name in policy.file.parameters:
        parameter = policy.file.parameters[name]
        county = policy.settings.county.name
        values = "、".join(f"{p.of(county) or '按县公布'}（{p.valid_from.year}年起）" for p in parameter.periods)
        return f"{values} {parameter.unit}，政策文件 {policy.file.id}"
    section, key = name.split(".")
    table = getattr(policy.settings, section, None)
    value = getattr(table, key, None)
    if table is None or not hasattr(table, key):
        return f"没有（政策文件 {policy.file.id} 没有这个数）"
    if value is None or value in ({}, []):
        return f"没有设置（fupin.toml 的 [{section}] {key}）"
    default = getattr(type(table)(), key)
    whose = f"，{OURS}" if value == default else ""
    return f"{value}（fupin.toml 的 [{section}] {key}{whose}）"


def rule_table(rules: list[Rule], policy: Policy) -> Grid:
    """All rules, a line each."""
    columns = [*whole("代码", "程度", "影响"), *text("规则", "依据")]
    table = Grid(f"核查规则（{len(rules)} 条）", columns, caption="解释一条：fupin rules POST005", heading=3)
    for rule in rules:
        table.add(
            rule.code,
            Text(SEVERITY[rule.severity], style=STYLE[rule.severity]),
            EFFECT[rule.effect],
            _in_words(rule, policy).title,
            policy.basis(rule.code).clause,
        )
    return table


def table_name(name: str) -> str:
    """A table's Chinese title; settings and last month's tables in words."""
    if name.startswith("setting:"):
        return f"设置 {name.removeprefix('setting:')}"
    if name.startswith("policy:"):
        return "本月有效的补贴标准"
    plain, _, previous = name.partition("@")
    return ("上月的" if previous else "") + load_contracts()[plain].title


def explained(rule: Rule, policy: Policy) -> str:
    """One rule in full, as text."""
    facts = rule_facts(rule, policy)
    lines = [
        f"{rule.code}  {facts['title']}",
        f"  程度：{SEVERITY[rule.severity]}    对发放的影响：{EFFECT[rule.effect] or '无'}    可豁免：{'是' if rule.waivable else '否'}",
        f"  比较：{facts['compares']}",
    ]
    if facts["law"]:
        lines += [f"  依据：{policy.file.title} {facts['clause']}", f"        “{facts['law']}”"]
    else:
        lines.append(f"  依据：{facts['clause']}")
    if facts["besides"]:
        lines.append(f"  另据：{facts['besides']}")
    needs = [table_name(name) for name in rule.tables]
    if rule.any_of:
        needs.append("以下至少一样：" + "、".join(table_name(name) for name in rule.any_of))
    if needs:
        lines.append(f"  需要：{'、'.join(needs)}")
    lines += [f"  需要设置：{name}" for name in rule.settings]
    lines += [f"  界限：{name} = {value}" for name, value in facts["bounds"].items()]
    lines.append(f"  怎么办：{facts['hint']}")
    return "\n".join(lines) + "\n"


def parameter_table(rows: list[InForce], month: str) -> Grid:
    """The numbers in force in a month, with their sources."""
    columns = [*text("名称", "含义"), *whole("数值"), *text("单位"), *text("有效期", "出处", "依据")]
    table = Grid(f"{month} 有效的政策数字", columns, heading=3)
    for row in rows:
        table.add(
            row.name, row.title, row.value, row.unit, f"{row.valid_from} 至 {row.valid_to}", row.source, row.clause
        )
    return table


def unset(policy: Policy) -> list[str]:
    """Sentences on numbers that the law leaves to the county and that are not set."""
    lines = []
    if policy.settings.accident_insurance.premium is None:
        lines.append(
            "意外险保费标准：政策规定由各县(区)确定，fupin.toml 的 [accident_insurance] premium 尚未设置，INS003 不运行"
        )
    if policy.settings.checks.village_kind_quota is None:
        lines.append("村内同类岗位上限：fupin.toml 的 [checks] village_kind_quota 尚未设置，POST006 的这一部分不运行")
    return lines


def markdown() -> str:
    """The whole catalogue as a page."""
    settings = Settings()
    policy = Policy(load_laws(settings.county.city), settings)
    lines = ["# 规则目录", "", "由 `make docs` 从程序生成，不要手改。依据引自政策原文；界限为默认值。", ""]
    for group, title in GROUPS.items():
        lines += [f"## {group} {title}", ""]
        for rule in find_rules(group):
            lines += [
                f"### {rule.code} {_in_words(rule, policy).title}",
                "",
                "```text",
                explained(rule, policy).rstrip(),
                "```",
                "",
            ]
    return "\n".join(lines)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(markdown(), encoding="utf-8")

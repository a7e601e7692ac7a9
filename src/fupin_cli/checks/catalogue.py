"""Every rule, listed once: a module that is not in `MODULES`, or a code taken twice, is an error, not silence."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from fupin_cli.checks import (
    accounts,
    att,
    cap,
    cap_paid,
    con,
    households,
    id_names,
    idc,
    ins,
    intake,
    mea,
    plt,
    post,
    post_export,
    post_lists,
    post_notice,
    post_people,
    reg,
    reg_homes,
    relief,
    ret,
    rsk,
    scl,
    settle,
    waivers,
    wrk,
    wrk_homes,
    wrk_people,
    xc,
)
from fupin_cli.checks.rule import GROUPS, Rule, WordedRule
from fupin_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType

    from fupin_cli.policy.parameters import Policy

MODULES = (
    accounts,
    att,
    cap,
    cap_paid,
    con,
    households,
    id_names,
    idc,
    ins,
    intake,
    mea,
    plt,
    post,
    post_export,
    post_lists,
    post_notice,
    post_people,
    reg,
    reg_homes,
    relief,
    ret,
    rsk,
    scl,
    settle,
    waivers,
    wrk,
    wrk_homes,
    wrk_people,
    xc,
)


def rules_in(module: ModuleType) -> list[Rule]:
    """Give the rules that a module holds, each under a name of its own or in a tuple `RULES`."""
    named = [value for value in vars(module).values() if isinstance(value, Rule)]
    return [*named, *getattr(module, "RULES", ())]


def by_code(rules: Iterable[Rule]) -> dict[str, Rule]:
    """Give rules by their codes, in the order of the catalogue.

    Raises:
        ValueError: a code is taken twice.
    """
    found: dict[str, Rule] = {}
    for rule in rules:
        if rule.code in found:
            raise ValueError(f"规则代码重复：{rule.code}")
        found[rule.code] = rule
    order = list(GROUPS)
    return dict(sorted(found.items(), key=lambda item: (order.index(item[1].group), item[0])))


RULES = by_code(rule for module in MODULES for rule in rules_in(module))


def all_rules() -> dict[str, Rule]:
    """Give every rule, in the order of the catalogue; a number of the law stands in its words by name (`rules_of`)."""
    return RULES


def rules_of(policy: Policy, month: int) -> dict[str, WordedRule]:
    """Give every rule as it is worded under the policy of a month."""
    return {code: rule.worded(policy, month) for code, rule in RULES.items()}


def find_rules(name: str) -> list[Rule]:
    """Give the rule of a code, or the rules of a group (`POST005`, `post`).

    Raises:
        UsageError: no such code or group; the hint names the nearest.
    """
    rules = all_rules()
    word = name.strip().upper()
    chosen = [rule for rule in rules.values() if word in (rule.code, rule.group)]
    if not chosen:
        letters = word.rstrip("0123456789")
        padded = letters + word[len(letters) :].zfill(3)  # POST5 and POST05 are POST005
        near = [padded] if padded in rules else difflib.get_close_matches(word, [*rules, *GROUPS], n=1, cutoff=0.0)
        raise UsageError(f"没有 {name} 这条规则", f"是不是 {near[0]}？全部规则：fupin rules")
    return chosen

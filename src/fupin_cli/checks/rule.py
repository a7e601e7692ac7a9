"""What a rule is: code, title, what it compares, its bounds, and what to do about it. What it rests on is the policy file's."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field, replace
from typing import TYPE_CHECKING, Literal, Required, TypedDict, Unpack

import polars as pl

from fupin_cli import findings
from fupin_cli.plans import collected
from fupin_cli.policy.wording import filled

if TYPE_CHECKING:
    from collections.abc import Callable

    from fupin_cli.measures.claimed import Claimed
    from fupin_cli.policy.parameters import Policy

    Check = Callable[[Claimed], pl.LazyFrame | pl.DataFrame]

Severity = Literal["error", "warning", "info"]
Effect = Literal["refuse", "hold", "none"]
GROUPS = {
    "IN": "收文",
    "ID": "身份与账户",
    "REG": "监测对象",
    "WRK": "务工",
    "POST": "公益性岗位",
    "CON": "合同",
    "ATT": "出勤",
    "INS": "意外险",
    "CAP": "期限与重复",
    "MEA": "补贴条件",
    "PLT": "基层平台与产业",
    "SCL": "规模稳定",
    "RSK": "风险预警",
    "RET": "银行回盘",
    "WVR": "豁免",
    "SET": "核定",
    "XC": "跨县",
}
# What runs at which point: while files are read, over the tables, knowing the other findings, while lines are priced,
# when a month is reconciled, over the waivers and settlements.
Stage = Literal["intake", "tables", "last", "payroll", "reconcile", "risk", "waivers"]


@dataclass(frozen=True)
class Rule:
    """One check. Which clause and phrase of the law it rests on stands in the policy file, by its code (`Policy.basis`).

    `tables` must all be supplied, of `any_of` at least one; `settings` must be set; else the rule is listed as not
    run. `partly` names tables and settings without which only a part of the rule runs.

    A number of the law stands in `title`, `compares` and `hint` by its name (`{post.cap_months}`): whoever shows a rule
    shows it as it is `worded` for a policy.
    """

    code: str
    title: str
    severity: Severity
    effect: Effect = "none"
    _: KW_ONLY
    compares: str
    hint: str
    tables: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    partly: tuple[str, ...] = ()
    bounds: tuple[str, ...] = ()
    waivable: bool = False
    stage: Stage = "tables"
    run: Check | None = field(default=None, repr=False)

    @property
    def group(self) -> str:
        """The letters before the number (POST, CAP, …)."""
        return self.code.rstrip("0123456789")


def worded(rule: Rule, policy: Policy, month: int) -> Rule:
    """The rule in words: with the numbers that the policy of the month, or the county, sets."""
    return with_words(rule, [filled(text, policy, month) for text in words_of(rule)])


def with_words(rule: Rule, words: list[str]) -> Rule:
    """The rule with other sentences (`words_of`)."""
    title, compares, hint = words
    return replace(rule, title=title, compares=compares, hint=hint)


def words_of(rule: Rule) -> list[str]:
    """The sentences of a rule that may carry numbers of the law."""
    return [rule.title, rule.compares, rule.hint]


def told_by(rule: Rule, ctx: Claimed) -> pl.DataFrame:
    """What a rule finds, as findings of its code."""
    if rule.run is None:
        return findings.empty()
    told = rule.run(ctx)
    return findings.conform(collected(told, ctx.size) if isinstance(told, pl.LazyFrame) else told, rule.code)


class Told(TypedDict, total=False):
    """What a rule says of itself besides its code, title, severity and effect (`Rule`), so that a slip is seen."""

    compares: Required[str]
    hint: Required[str]
    tables: tuple[str, ...]
    any_of: tuple[str, ...]
    settings: tuple[str, ...]
    partly: tuple[str, ...]
    bounds: tuple[str, ...]
    waivable: bool
    stage: Stage


def rule(
    code: str, title: str, severity: Severity, effect: Effect = "none", **more: Unpack[Told]
) -> Callable[[Check], Rule]:
    """Make the decorated function the check of a code: what stands under its name is the `Rule`."""

    def made(function: Check) -> Rule:
        return Rule(code, title, severity, effect, run=function, **more)

    return made

"""What a rule is: code, title, what it compares, its bounds, and what to do about it. What it rests on is the policy file's."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field
from typing import TYPE_CHECKING, Literal, Required, TypedDict, Unpack

import polars as pl

from fupin_cli import findings
from fupin_cli.plans import collected
from fupin_cli.policy.wording import Wording

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
    title: Wording
    severity: Severity
    effect: Effect = "none"
    _: KW_ONLY
    compares: Wording
    hint: Wording
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

    @property
    def words(self) -> list[Wording]:
        """The sentences that may carry numbers of the law."""
        return [self.title, self.compares, self.hint]

    def worded(self, policy: Policy, month: int) -> WordedRule:
        """The rule in words: with the numbers that the policy of the month, or the county, sets."""
        return WordedRule(self, *(text.filled(policy, month) for text in self.words))


@dataclass(frozen=True)
class WordedRule:
    """A rule as it is shown: its sentences with the numbers that apply where it is shown."""

    rule: Rule = field(repr=False)
    title: str
    compares: str
    hint: str

    @property
    def code(self) -> str:
        """The rule's code."""
        return self.rule.code

    @property
    def words(self) -> list[str]:
        """Its sentences, in the order of `Rule.words`."""
        return [self.title, self.compares, self.hint]


def told_by(rule: Rule, ctx: Claimed) -> pl.DataFrame:
    """What a rule finds, as findings of its code."""
    if rule.run is None:
        return findings.empty()
    told = rule.run(ctx)
    return findings.conform(collected(told, ctx.size) if isinstance(told, pl.LazyFrame) else told, rule.code)


class Told(TypedDict, total=False):
    """What a rule may say of itself besides its words, severity and effect (`Rule`), so that a slip is seen."""

    tables: tuple[str, ...]
    any_of: tuple[str, ...]
    settings: tuple[str, ...]
    partly: tuple[str, ...]
    bounds: tuple[str, ...]
    waivable: bool
    stage: Stage


class Said(Told, total=False):
    """The same, with the sentences that every rule has."""

    compares: Required[str]
    hint: Required[str]


def declared(  # noqa: PLR0913 - what a rule says of itself
    code: str,
    title: str,
    severity: Severity,
    effect: Effect = "none",
    *,
    compares: str,
    hint: str,
    run: Check | None = None,
    **more: Unpack[Told],
) -> Rule:
    """Give the rule of a code; without `run`, other parts of the program tell what it finds."""
    return Rule(code, Wording(title), severity, effect, compares=Wording(compares), hint=Wording(hint), run=run, **more)


def rule(
    code: str, title: str, severity: Severity, effect: Effect = "none", **said: Unpack[Said]
) -> Callable[[Check], Rule]:
    """Make the decorated function the check of a code: what stands under its name is the `Rule`."""

    def made(function: Check) -> Rule:
        return declared(code, title, severity, effect, run=function, **said)

    return made

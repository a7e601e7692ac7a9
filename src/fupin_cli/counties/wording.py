"""Rules as they are worded for many counties: with the numbers that all of them have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fupin_cli.checks.catalogue import RULES
from fupin_cli.checks.rule import Rule, WordedRule

if TYPE_CHECKING:
    from collections.abc import Sequence

UNLIKE = "（各县不同）"


def shared_rules(pages: Sequence[dict[str, Any]]) -> dict[str, WordedRule]:
    """Give every rule; a sentence in which counties (`pages`: `own_page`) have different numbers names none of them."""
    return {
        code: _shared(rule, [page["words"][code] for page in pages if code in page["words"]])
        for code, rule in RULES.items()
    }


def _shared(rule: Rule, own: list[list[str]]) -> WordedRule:
    """The rule in the words that each of the counties has; where two have different ones, without the number."""
    whole = [text.filled_by(lambda _: UNLIKE) for text in rule.words]
    said = [{words[n] for words in own} for n in range(len(whole))]
    return WordedRule(rule, *(one.pop() if len(one) == 1 else plain for one, plain in zip(said, whole, strict=True)))

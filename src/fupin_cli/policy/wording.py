"""Words that carry numbers of the law: `{post.cap_months}` in a sentence is the number that applies in a month."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fupin_cli.policy.parameters import CAP

if TYPE_CHECKING:
    from collections.abc import Callable

    from fupin_cli.policy.parameters import Policy

NUMBER = re.compile(r"\{([a-z_]+\.[a-z_]+)\}")
SILENT = "（政策没有规定）"


def filled(text: str, policy: Policy, month: int) -> str:
    """The text with the numbers of a month's policy and of the county's settings; where there is none, that there is none."""
    return filled_by(text, lambda name: in_words(name, policy, month) or SILENT)


def filled_by(text: str, number: Callable[[str], str]) -> str:
    """The text with what `number` gives for each name in it."""
    return NUMBER.sub(lambda found: number(found[1]), text) if "{" in text else text


def in_words(name: str, policy: Policy, month: int) -> str | None:
    """A number as it applies in a month: the county's own, else the policy's (else the last one known), else None."""
    if name == CAP and policy.settings.post.cap_months is not None:
        return str(policy.settings.post.cap_months)
    if policy.has(name, month):
        return policy.cited(name, month).value
    section, _, key = name.partition(".")
    own = getattr(getattr(policy.settings, section, None), key, None)
    return None if own is None else str(own)

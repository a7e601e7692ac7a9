"""Words that carry numbers of the law: `{post.cap_months}` in a sentence is the number that applies in a month."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NoReturn

from fupin_cli.policy.parameters import CAP

if TYPE_CHECKING:
    from collections.abc import Callable

    from fupin_cli.policy.parameters import Policy

NUMBER = re.compile(r"\{([a-z_]+\.[a-z_]+)\}")
SILENT = "（政策没有规定）"


class Wording:
    """A sentence in which numbers of the law stand by their names. It is no text: its words come only `filled`.

    Whoever would print it as it is, is told so: by the type checker, and where that sees no type (f-strings) by the
    program.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        """Keep a sentence with names of numbers in it."""
        self._text = text

    @property
    def numbers(self) -> tuple[str, ...]:
        """The names of the numbers in it."""
        return tuple(NUMBER.findall(self._text))

    def filled(self, policy: Policy, month: int) -> str:
        """The words with the numbers of a month's policy and of the county's settings; where there is none, that there is none."""
        return self.filled_by(lambda name: in_words(name, policy, month) or SILENT)

    def filled_by(self, number: Callable[[str], str]) -> str:
        """The words with what `number` gives for each name in them."""
        return NUMBER.sub(lambda found: number(found[1]), self._text) if "{" in self._text else self._text

    def __eq__(self, other: object) -> bool:
        """Whether it is the same sentence with the same names."""
        return isinstance(other, Wording) and self._text == other._text

    def __hash__(self) -> int:
        """As its sentence."""
        return hash(self._text)

    def __repr__(self) -> str:
        """For whoever looks for a bug."""
        return f"Wording({self._text!r})"

    def __str__(self) -> NoReturn:
        """Refuse: there would be a name where a number belongs.

        Raises:
            TypeError: always.
        """
        raise TypeError(f"no words before they are filled: {self!r}")


def in_words(name: str, policy: Policy, month: int) -> str | None:
    """A number as it applies in a month: the county's own, else the policy's (else the last one known), else None."""
    if name == CAP and policy.settings.post.cap_months is not None:
        return str(policy.settings.post.cap_months)
    if policy.has(name, month):
        return policy.cited(name, month).value
    section, _, key = name.partition(".")
    own = getattr(getattr(policy.settings, section, None), key, None)
    return None if own is None else str(own)

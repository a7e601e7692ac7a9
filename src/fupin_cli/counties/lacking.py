"""Counties whose pages are added up, and how it is said that some of them lack a part: named, with the reason, never 0."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fupin_cli.policy.letters import first_of
from fupin_cli.reports.known import CITY

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SHOWN = 6  # counties (and reasons) that a note can carry


@dataclass(frozen=True)
class Own:
    """One county: what it is called on the page (no two alike), its city, its page (`own_page.own_page`)."""

    name: str
    city: str
    page: dict[str, Any] = field(repr=False)

    def area(self, by: str) -> str:
        """The row of the page in which it stands."""
        return self.city if by == CITY else self.name

    def why(self, part: str) -> str | None:
        """Why a part of its page was not computed; None where it was."""
        found = self.page[part]
        return found["lacking"] if isinstance(found, dict) and "lacking" in found else None


def names_of(names: Sequence[str]) -> str:
    """Some counties in words."""
    return first_of(names, SHOWN, "个县")


def lacking(said: str, whys: Iterable[tuple[str, str]]) -> list[str]:
    """A note on those that lack something: (county, why). None, no note."""
    by_reason: dict[str, list[str]] = {}
    for name, why in whys:
        by_reason.setdefault(why, []).append(name)
    worst = sorted(by_reason.items(), key=lambda entry: -len(entry[1]))
    parts = [names_of(names) + (f"（{why}）" if why else "") for why, names in worst[:SHOWN]]
    if len(worst) > SHOWN:
        parts.append(f"另 {sum(len(names) for _, names in worst[SHOWN:])} 个县（其他原因）")
    return [f"{said}：{'；'.join(parts)}。"] if parts else []


def without(owns: Iterable[Own], part: str) -> list[tuple[str, str]]:
    """Counties that lack a part of the page, with the reason."""
    return [(own.name, why) for own in owns if (why := own.why(part)) is not None]

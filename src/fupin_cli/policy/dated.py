"""County numbers that change over time: a list of {from, value, source}, of which every month uses its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from fupin_cli.errors import UsageError
from fupin_cli.policy.months import month_text, parse_month

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import BaseModel

S = TypeVar("S", bound="BaseModel")
KEYS = {"from", "value", "source"}
SHORTEST = 2  # letters of the name of a document


@dataclass(frozen=True)
class Entry:
    """A value, the month index from which it holds, and the document that says so."""

    since: int
    value: Any
    source: str


@dataclass(frozen=True)
class Timeline:
    """The values of one number, in order of their months."""

    entries: tuple[Entry, ...]

    def at(self, month: int) -> Entry | None:
        """The entry in force in a month; None before the first."""
        known = [entry for entry in self.entries if entry.since <= month]
        return known[-1] if known else None


def dated(validate: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A validator of a number that is written plainly (from ever), or as a list of dated values."""

    def read(value: Any) -> Any:
        if isinstance(value, Timeline):
            return value
        if not isinstance(value, list):
            return validate(value)
        if not value:
            raise ValueError("列表是空的")
        entries = sorted((_entry(item, validate) for item in value), key=lambda entry: entry.since)
        if len({entry.since for entry in entries}) < len(entries):
            raise ValueError("同一个月份（from）写了两次")
        return Timeline(tuple(entries))

    return read


def _entry(item: Any, validate: Callable[[Any], Any]) -> Entry:
    if not isinstance(item, dict) or set(item) != KEYS:
        raise ValueError('每一项写成 {from = "2025-01", value = 450, source = "文件名称和文号"}')
    source = str(item["source"]).strip()
    if len(source) < SHORTEST:
        raise ValueError("source 须写文件名称和文号")
    try:
        since = parse_month(str(item["from"]))
    except UsageError as error:
        raise ValueError(f"from 写的是 {item['from']!r}，须写成 2025-01") from error
    return Entry(since, validate(item["value"]), source)


def written(value: Any) -> Any:
    """A number as the settings file writes it: a list of {from, value, source} for one that changes."""
    if not isinstance(value, Timeline):
        return value
    return [{"from": month_text(e.since), "value": e.value, "source": e.source} for e in value.entries]


def timelines(section: BaseModel) -> dict[str, Timeline]:
    """The dated numbers of a section by key; those of a table by `key.name`."""
    found: dict[str, Timeline] = {}
    for key in type(section).model_fields:
        value = getattr(section, key)
        if isinstance(value, dict):
            found |= {f"{key}.{name}": one for name, one in value.items() if isinstance(one, Timeline)}
        elif isinstance(value, Timeline):
            found[key] = value
    return found


def at(section: S, month: int) -> S:
    """A section with the month's own value in the place of every dated number.

    A number without a value in the month is as if it were not set: the program's default where there is one, else none.
    """
    changed: dict[str, Any] = {}
    for key in type(section).model_fields:
        value = getattr(section, key)
        if isinstance(value, dict):
            kept = {name: _value(one, month) for name, one in value.items()}
            changed[key] = {name: one for name, one in kept.items() if one is not None}
        elif isinstance(value, Timeline):
            here = _value(value, month)
            changed[key] = type(section).model_fields[key].default if here is None else here
    return section.model_copy(update=changed) if changed else section


def _value(value: Any, month: int) -> Any:
    if not isinstance(value, Timeline):
        return value
    entry = value.at(month)
    return entry.value if entry else None

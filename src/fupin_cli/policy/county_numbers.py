"""The numbers that a county has set for a subsidy, as they hold in a month, and on whose authority."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fupin_cli.policy.dated import timelines
from fupin_cli.policy.months import month_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fupin_cli.policy.settings import Settings

OURS = "本程序默认，县可改"


@dataclass(frozen=True)
class CountyNumber:
    """One number. `ours`: no document's, but this program's default, which rests on no clause."""

    key: str
    value: str
    source: str
    ours: bool = False

    def clause(self, own: str) -> str:
        """The clause that is printed beside it: the measure's, or none."""
        return "" if self.ours else own


def county_numbers(settings: Settings, section: str, month: int) -> list[CountyNumber]:
    """What holds in a month of one section of the settings, with the source of dated values."""
    written = getattr(settings, section)
    now = getattr(settings.at(month), section)
    dated = timelines(written)
    defaults = type(written)().model_dump(mode="json")
    rows = []
    for key, value in _flat(now.model_dump(mode="json")):
        entry = dated[key].at(month) if key in dated else None
        ours = entry is None and defaults.get(key) is not None and defaults.get(key) == value
        source = f"fupin.toml [{section}]"
        if entry is not None:
            source = f"{entry.source}（自 {month_text(entry.since)} 起；fupin.toml [{section}]）"
        rows.append(CountyNumber(key, str(value), OURS if ours else source, ours))
    return rows


def _flat(values: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        if isinstance(value, dict):
            yield from ((f"{key}.{name}", one) for name, one in value.items())
        elif value not in (None, []):
            yield key, value

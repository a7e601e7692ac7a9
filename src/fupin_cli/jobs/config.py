"""`fupin config`: every setting, its value, and where it came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fupin_cli.policy.environment import variable_of
from fupin_cli.policy.months import month_index
from fupin_cli.policy.settings_file import read_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fupin_cli.jobs.workspace import Workspace


@dataclass(frozen=True)
class Setting:
    """One setting. `origin`: 环境变量, fupin.toml or 默认."""

    name: str
    value: Any
    origin: str


def settings_of(workspace: Workspace) -> list[Setting]:
    """List all settings in the order of the file.

    Raises:
        FupinError: the settings are wrong.
    """
    policy = workspace.policy()
    values = policy.settings.model_dump(mode="json")
    if values["post"]["cap_months"] is None:  # what is shown is what is used
        values["post"]["cap_months"] = policy.cap_months(month_index(policy.file.valid_to))
    values["transport"]["home_province"] = values["transport"]["home_province"] or policy.file.area.province
    written = read_settings(workspace.file) if workspace.file else {}
    return [
        Setting(name, value, _origin(name, written))
        for section, keys in values.items()
        for name, value in _flat(keys, section)
    ]


def _flat(body: dict[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for key, value in body.items():
        if isinstance(value, dict) and value:
            yield from _flat(value, f"{prefix}.{key}")
        else:
            yield f"{prefix}.{key}", value


def _origin(name: str, written: dict[str, Any]) -> str:
    keys = name.split(".")
    if variable := variable_of(keys):
        return f"环境变量 {variable}"
    place: Any = written
    for part in keys:
        if not isinstance(place, dict) or part not in place:
            return "默认"
        place = place[part]
    return "fupin.toml"

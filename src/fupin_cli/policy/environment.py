"""What the `FUPIN_*` environment variables set: `FUPIN_POST__CAP_MONTHS=36` is `cap_months` of `[post]`."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from fupin_cli.policy.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

ENV_PREFIX = "FUPIN_"
# Who may approve is for the file alone: whoever starts the program sets its environment.
FILE_ONLY = "approval"
BETWEEN = "__"


def environment() -> dict[str, Any]:
    """The sections that variables set, with the keys that they set of each.

    pydantic-settings reads them; it costs a fifth of the program's start, and is loaded only where a variable is a setting.

    Raises:
        pydantic_settings.SettingsError: a whole section in one variable, which is no JSON.
    """
    sections = {name.upper().removeprefix(ENV_PREFIX).split(BETWEEN)[0] for name in os.environ if _ours(name)}
    if not any(section.lower() in Settings.model_fields for section in sections):
        return {}
    from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict

    class Variables(Settings, BaseSettings):
        model_config = SettingsConfigDict(
            env_prefix=ENV_PREFIX, env_nested_delimiter=BETWEEN, env_ignore_empty=True, extra="forbid", frozen=True
        )

    found = EnvSettingsSource(Variables)()
    return {name: value for name, value in found.items() if name != FILE_ONLY}


def variable_of(keys: Sequence[str]) -> str:
    """The variable that sets a setting (`["post", "age_max"]`), as it is spelt; empty where none does.

    One for the setting alone holds over one for the section, which sets what stands in its JSON.
    """
    if keys[0] == FILE_ONLY:
        return ""
    names = {name.upper(): name for name, value in os.environ.items() if _ours(name) and value}
    for depth in range(len(keys), 0, -1):
        name = names.get(ENV_PREFIX + BETWEEN.join(keys[:depth]).upper())
        if name and _holds(os.environ[name], keys[depth:]):
            return name
    return ""


def _holds(text: str, keys: Sequence[str]) -> bool:
    """Whether a variable's JSON has a value at a place; the variable is the value where no key is left."""
    if not keys:
        return True
    try:
        place: Any = json.loads(text)
    except ValueError:
        return False
    for key in keys:
        if not isinstance(place, dict) or key not in place:
            return False
        place = place[key]
    return True


def _ours(name: str) -> bool:
    return name.upper().startswith(ENV_PREFIX)

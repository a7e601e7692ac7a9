"""What the `FUPIN_*` environment variables set: `FUPIN_POST__CAP_MONTHS=36` is `cap_months` of `[post]`."""

from __future__ import annotations

import os
from typing import Any

from fupin_cli.policy.settings import Settings

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


def _ours(name: str) -> bool:
    return name.upper().startswith(ENV_PREFIX)

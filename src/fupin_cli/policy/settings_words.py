"""Reads a county's settings; what is wrong with them is told key by key, with the line and what could be written."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from fupin_cli.errors import FupinError
from fupin_cli.policy.bank_settings import BankProfile
from fupin_cli.policy.environment import BETWEEN, ENV_PREFIX, environment, variable_of
from fupin_cli.policy.measure_settings import Payee
from fupin_cli.policy.problem_words import problem_words, shown
from fupin_cli.policy.settings import Settings
from fupin_cli.policy.settings_file import line_of, read_settings, settings_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


TRIED = "--set"  # where the settings of `fupin what-if` come from: no line of a file, no variable


def load_settings(file: Path | None) -> Settings:
    """Read a county's settings; without a file the built-in values and the environment hold.

    Raises:
        FupinError: not TOML, unknown key (with the nearest known one), value of the wrong kind; each with its line.
    """
    body = read_settings(file) if file else {}
    return validated(lambda: Settings.model_validate(overlaid(body, _variables())), str(file or "环境变量"), file)


def overlaid(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Settings with others over them, table by table."""
    merged = dict(base)
    for key, value in changes.items():
        old = merged.get(key)
        merged[key] = overlaid(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def _variables() -> dict[str, Any]:
    """What the environment sets (`environment`).

    Raises:
        FupinError: a whole section in one variable, which is no JSON.
    """
    try:
        return environment()
    except ValueError as error:  # pydantic-settings' own error, which is not loaded for its name's sake
        section = next((name for name in Settings.model_fields if f'"{name}"' in str(error)), "")
        raise FupinError(
            f"设置有误（环境变量 FUPIN_{section.upper()}）：要写成 JSON",
            f"逐项写更简单：FUPIN_{section.upper()}__项名=值；各项见 fupin config",
        ) from None


def validated(make: Callable[[], Settings], origin: str, file: Path | None = None) -> Settings:
    """Make settings; what is wrong with them is told key by key, with the line of the file where there is one.

    Raises:
        FupinError: unknown key (with the nearest known one), value of the wrong kind.
    """
    try:
        return make()
    except ValidationError as error:
        text = settings_text(file) if file else ""
        lines = [
            _explain(problem["loc"], problem, text, tried=origin == TRIED)
            for problem in error.errors(include_url=False)
        ]
        raise FupinError(
            f"设置有误（{origin}）：" + "；".join(lines), "改正后再运行；各项含义见 fupin init 生成的注释"
        ) from None


def _explain(place: tuple[int | str, ...], problem: Any, text: str, *, tried: bool) -> str:
    """One problem: where it stands (the line, or the variable), what is wrong, what could be written."""
    keys = tuple(str(part) for part in place if part != "[key]")
    name = ".".join(keys)
    where, before = _spot(keys, text, "" if tried else variable_of(keys))
    if problem["type"] == "extra_forbidden":
        # Of equally near ones the first as declared: `get_close_matches` would take the last of the alphabet.
        word = keys[-1]
        near = max(known_keys(keys[:-1]), key=lambda key: difflib.SequenceMatcher(a=key, b=word).ratio(), default="")
        return f"{where}没有 {name} 这一项" + (f"，是不是 {_beside(before, near)}？" if near else "")
    if problem["type"] == "missing":
        return f"{where}{name}：这一项必须写"
    example = default_of(keys)
    if isinstance(problem["input"], dict):  # a whole section is not shown: the words name the key
        return where + (f"{name}：" if name else "") + problem_words(problem)
    return f"{where}{name}：{problem_words(problem)}（写的是 {shown(problem['input'])}）" + (
        f"；默认为 {_beside(before, keys[-1])} = {example}" if example else ""
    )


def _spot(keys: tuple[str, ...], text: str, variable: str) -> tuple[str, str]:
    """Where a key stands, in words, and what has to stand before a key's name there (`FUPIN_POST__`, `post.`)."""
    section = (*keys[:-1], "")
    if variable:
        alone = len(variable) == len(ENV_PREFIX + BETWEEN.join(keys))
        return f"环境变量 {variable} ", ENV_PREFIX + BETWEEN.join(section).upper() if alone else ""
    line = line_of(text, keys)
    return (f"第 {line} 行 ", "") if line else ("", ".".join(section))


def _beside(before: str, key: str) -> str:
    return before + (key.upper() if before.startswith(ENV_PREFIX) else key)


def default_of(keys: tuple[str, ...]) -> str:
    """The built-in value of a key as it is written in the file; empty where there is none to show."""
    place: Any = Settings.model_construct()
    for key in keys:
        place = getattr(place, key, None)
    if place is None or isinstance(place, (BaseModel, dict)) or place == "":
        return ""
    return shown(place) if not isinstance(place, list) else "[]" * (not place)


def known_keys(place: tuple[str, ...]) -> list[str]:
    """Names of the keys that the table at a place of the settings may have."""
    model: Any = Settings
    for part in place:
        if part == "profiles":
            return list(BankProfile.model_fields) if place[2:] else []  # [bank.profiles.名称]
        if part == "payees":
            return list(Payee.model_fields) if len(place) > 1 else []
        if part in ("funds", "budget"):
            return []
        if part == "standard":
            return ["annual", "monthly", "source"] if place[2:] else []  # [post.standard.2025]
        model = model.model_fields[str(part)].annotation
    return list(model.model_fields)

"""What pydantic finds wrong with a value, said in Chinese: what should stand there, and what does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SHOWN = 40  # letters of a value: a line on the screen
PATTERNS = {
    r"(\d{4})-(\d{2})$": "要写成 年-月，例如 2024-05",
    r"^20\d\d$": "年份要写四位数，例如 2025",
    r"^\d{6}$": "要写 6 位数字",
}
# type of the problem → what to write, by its context
WORDS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "missing": lambda _: "这一项必须写",
    "literal_error": lambda c: f"只能写 {_one_of(str(c['expected']))}",
    "greater_than": lambda c: f"要大于 {c['gt']}",
    "greater_than_equal": lambda c: f"不能小于 {c['ge']}",
    "less_than": lambda c: f"要小于 {c['lt']}",
    "less_than_equal": lambda c: f"不能大于 {c['le']}",
    "decimal_max_places": lambda c: f"小数最多 {c['decimal_places']} 位",
    "string_too_short": lambda c: f"至少写 {c['min_length']} 个字",
    "string_too_long": lambda c: f"最多写 {c['max_length']} 个字",
    "too_short": lambda c: f"至少写 {c['min_length']} 个",
    "string_pattern_mismatch": lambda c: PATTERNS.get(str(c["pattern"]), "格式不对"),
}
# families of problems, by how the type begins
FAMILIES = (
    ("decimal", "要写数，例如 100 或 100.50"),
    ("int", "要写整数，例如 36"),
    ("float", "要写数，例如 0.5"),
    ("finite", "要写数，例如 0.5"),
    ("string", "要写加英文双引号的文字"),
    ("bool", "要写 true（是）或 false（否），不加引号"),
    ("list", '要写成方括号里的几项，例如 ["deaths"]'),
    ("tuple", '要写成方括号里的几项，例如 ["deaths"]'),
    ("date", '要写成日期，例如 "2024-05-01"'),
    ("dict", "要单独写成一节"),
    ("model", "要单独写成一节"),
)


def problem_words(problem: Any) -> str:
    """One problem of a `ValidationError` (an entry of its `errors()`), without where it stands."""
    kind, context = problem["type"], problem.get("ctx", {})
    if kind in {"value_error", "assertion_error"}:
        return re.sub(r"^(?:Value error|Assertion failed), ", "", problem["msg"])
    if kind in WORDS:
        return WORDS[kind](context)
    return next((words for start, words in FAMILIES if kind.startswith(start)), "写法不对")


def shown(value: Any) -> str:
    """A value as it would be written in a settings file; long ones are cut."""
    if value is None:
        return "空"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = f'"{value}"' if isinstance(value, str) else ("一节" if isinstance(value, dict) else str(value))
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def _one_of(expected: str) -> str:
    return expected.replace("'", '"').replace(", ", "、").replace(" or ", "、")

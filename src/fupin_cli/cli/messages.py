"""Typer's usage errors in Chinese."""

from __future__ import annotations

import re

PATTERNS = (
    (r"No such option: (\S+?)(?: .*)?$", "没有 {0} 这个选项"),
    (r"No such command '(.+?)'", "没有 {0} 这个命令"),
    (r"Missing command", "没有写命令"),
    (r"Missing (?:option|argument) '(.+?)'", "缺少 {0}"),
    (r"Option '?(\S+?)'? requires an argument", "{0} 后面要写值"),
    (r"Got unexpected extra arguments? \((.+)\)", "多写了 {0}"),
    (r"Invalid value for '(.+?)': (.+)", "{0} 的值不对：{1}"),
    (r"'(.+?)' is not one of (.+?)\.?$", "“{0}”不在可选的值 {1} 之中"),
    (r"'(.+?)' is not a valid (\w+)", "“{0}”写法不对"),
)


def usage_message(error: Exception) -> tuple[str, str] | None:
    """Chinese message and hint for a usage error of Typer; None for any other exception."""
    formatter = getattr(error, "format_message", None)
    if formatter is None:
        return None
    text = str(formatter())
    context = getattr(error, "ctx", None)
    command = getattr(context, "command_path", "fupin")
    return translate(text), f"用法见 {command} --help"


def translate(text: str) -> str:
    """One of Typer's English sentences in Chinese; unknown ones stay as they are."""
    for pattern, chinese in PATTERNS:
        match = re.search(pattern, text, re.DOTALL)
        if match:
            return chinese.format(*(translate(group) if n else group for n, group in enumerate(match.groups())))
    return text

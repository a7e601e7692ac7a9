"""Typer's help pages in Chinese."""

from __future__ import annotations

import re
from typing import Any

from typer.core import TyperCommand, TyperGroup

WORDS = (
    (r"^Usage:", "用法:"),
    (r"^Options:", "选项:"),
    (r"^Arguments:", "参数:"),
    (r"^Commands:", "命令:"),
    (r"\[OPTIONS\]", "[选项]"),
    (r"COMMAND \[ARGS\]\.\.\.", "命令 [参数]..."),
    (r"Show this message and exit\.", "显示这段说明。"),
    (r"\[default: ", "[默认: "),
    (r"; required\]", "; 必填]"),
    (r"\[required\]", "[必填]"),
)


def in_chinese(page: str) -> str:
    """A help page with Typer's own words translated; what the commands say of themselves is Chinese already."""
    for english, chinese in WORDS:
        page = re.sub(english, chinese, page, flags=re.MULTILINE)
    return page


class Command(TyperCommand):
    """A subcommand whose help page is Chinese."""

    def get_help(self, ctx: Any) -> str:
        """Give the page."""
        return in_chinese(super().get_help(ctx))


class Group(TyperGroup):
    """The application, likewise."""

    def get_help(self, ctx: Any) -> str:
        """Give the page."""
        return in_chinese(super().get_help(ctx))

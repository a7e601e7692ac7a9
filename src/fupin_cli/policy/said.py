"""Words that people write where nothing is to be said: no number of a document, no reason, no place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fupin_cli.policy.letters import tight, tight_expr

if TYPE_CHECKING:
    import polars as pl

VAGUE = (
    "无",
    "暂无",
    "没有",
    "空",
    "不详",
    "不明",
    "未知",
    "待定",
    "待补",
    "不清楚",
    "不知道",
)


def in_writing(text: str) -> str:
    """What a text says, without blanks around it; empty where it only says that there is nothing (`--document 无`)."""
    plain = tight(text)
    return "" if plain in VAGUE or not any(letter.isalnum() for letter in plain) else text.strip()


def says_nothing(name: str) -> pl.Expr:
    """Whether a cell of a column is empty, or only says that there is nothing."""
    import polars as pl

    text = pl.col(name)
    return text.is_null() | tight_expr(text).is_in(VAGUE)

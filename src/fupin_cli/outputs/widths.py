"""How wide Chinese text is on a terminal, and how it is broken into lines. No library: help pages start fast."""

from __future__ import annotations

import re
import unicodedata

# Characters that a GBK console draws two columns wide and every library counts as one: written otherwise there.
AMBIGUOUS = str.maketrans(
    {
        "“": "「",
        "”": "」",
        "‘": "『",
        "’": "』",
        "…": "...",
        "—": "-",
        "–": "-",
        "·": ".",
        "×": "x",
        "÷": "/",
        "→": "->",
        "≥": ">=",
        "≤": "<=",
        "℃": "C",
        "±": "+-",
    }
)
PIECE = re.compile(r"[!-~]+|\s+|[^!-~\s]")
NOT_FIRST = "，。、；：）」』”’！？%"


def width_of(text: str) -> int:
    """Columns that a text takes on a terminal."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def wrapped(text: str, width: int) -> list[str]:
    """Lines of at most a width. Chinese is broken anywhere but before a stop, other words only where they are too long."""
    lines, line, used = [], "", 0
    for piece in (part for word in PIECE.findall(text) for part in _cut(word, width)):
        wide = width_of(piece)
        if line and used + wide > width:
            kept = line.rstrip()
            if piece in NOT_FIRST and len(kept) > 1 and width_of(kept[-1]) + wide <= width:  # a stop begins no line
                lines.append(kept[:-1])
                line, used = kept[-1], width_of(kept[-1])
            else:
                lines.append(kept)
                line, used = "", 0
            if piece.isspace():
                continue
        line, used = line + piece, used + wide
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def longest_word(text: str) -> int:
    """Columns of the longest piece that is better not broken: a date, a code, a figure."""
    return max(map(width_of, PIECE.findall(text)), default=0)


def _cut(word: str, width: int) -> list[str]:
    return [word[i : i + width] for i in range(0, len(word), width)] if width_of(word) > width else [word]

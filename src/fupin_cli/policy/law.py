"""The law's own words: the text cut into clauses, and the sentences of a clause that speak of a subject."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

CHAPTER = re.compile(r"^([一二三四五六七八九十]+)、")
SECTION = re.compile(r"^(\([一二三四五六七八九十]+\))")
NUMBERED = re.compile(r"^(\d+)\.")  # the text numbers one section of chapter 二 "4."
CLOSING = "附则"  # the last paragraph, which carries the term, has no number of its own


def law_text(name: str) -> str:
    """Read the text of a law that ships with the policy files."""
    return files("fupin_cli.policy").joinpath(name).read_text(encoding="utf-8")


@cache
def clauses(name: str) -> dict[str, str]:
    """Cut a law text into clauses: clause mark (`三(五)`, `二4`, `附则`) → its words."""
    found: dict[str, list[str]] = {}
    chapter = mark = ""
    for line in law_text(name).splitlines():
        if match := CHAPTER.match(line):
            chapter = mark = match[1]
        elif chapter and (match := SECTION.match(line) or NUMBERED.match(line)):
            mark = chapter + match[1]
        elif line.startswith("本通知自"):
            mark = CLOSING
        elif line.startswith("(责任编辑"):
            break
        if mark:
            found.setdefault(mark, []).append(line)
    return {mark: "\n".join(lines) for mark, lines in found.items()}


def quote(name: str, mark: str, phrase: str) -> str:
    """Give the sentences of a clause that contain the phrase; the phrase must be the law's own.

    Raises:
        KeyError: the law has no such clause, or the clause does not contain the phrase.
    """
    sentences = [s for s in re.split(r"(?<=。)|\n", clauses(name)[mark]) if s and phrase in s]
    if not sentences:
        raise KeyError(f"{mark} 中没有“{phrase}”")
    return "".join(sentences)

"""The law's own words: the text cut into clauses, and the sentences of a clause that speak of a subject."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

CHAPTER = re.compile(r"^([一二三四五六七八九十]+)、")
SECTION = re.compile(r"^(\([一二三四五六七八九十]+\))")
NUMBERED = re.compile(r"^(\d+)\.")  # the text numbers one section of chapter 二 "4."
OURS = "本程序默认，县可改"  # in place of a clause, where neither the text nor another document says it
OPENING = "前言"  # the paragraph before the first chapter says what the policy is for
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
        elif not chapter and line.startswith("为"):
            mark = OPENING
        elif line.startswith("本通知自"):
            mark = CLOSING
        elif line.startswith("(责任编辑"):
            break
        if mark:
            found.setdefault(mark, []).append(line)
    return {mark: "\n".join(lines) for mark, lines in found.items()}


def quote(name: str, mark: str, phrase: str) -> str:
    """Give the sentence of a clause that contains the phrase, as it stands in the text; nothing for what is ours.

    One sentence, never two put together: between quotation marks stands what the text has in one piece.

    Raises:
        KeyError: the law has no such clause, or the clause does not contain the phrase.
        ValueError: several sentences of the clause contain it; a longer phrase says which is meant.
    """
    if mark == OURS:
        return ""
    sentences = [s for s in re.split(r"(?<=。)|\n", clauses(name)[mark]) if s and phrase in s]
    if not sentences:
        raise KeyError(f"{mark} 中没有“{phrase}”")
    if len(sentences) > 1:
        raise ValueError(f"{mark} 中不止一句有“{phrase}”")
    return sentences[0]

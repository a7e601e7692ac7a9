"""The law's own words: a text cut into clauses, and the sentence of a clause that speaks of a subject."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fupin_cli.policy.schema import Marks

OURS = "本程序默认，县可改"  # in place of a clause, where neither the text nor another document says it


@dataclass(frozen=True)
class Law:
    """A text of the law and how it numbers its clauses."""

    text: str
    marks: Marks

    @cached_property
    def clauses(self) -> dict[str, str]:
        """The text cut into clauses: clause mark (`三(五)`, `二4`, `附则`) → its words."""
        marks = self.marks
        begin, parts = re.compile(marks.chapter), [re.compile(part) for part in marks.parts]
        found: dict[str, list[str]] = {}
        chapter = mark = ""
        for line in self.text.splitlines():
            if match := begin.match(line):
                chapter = mark = match[1]
            elif chapter and (match := next((m for part in parts if (m := part.match(line))), None)):
                mark = chapter + match[1]
            elif marks.opening and not chapter and line.startswith(marks.opening.begins):
                mark = marks.opening.mark
            elif marks.closing and line.startswith(marks.closing.begins):
                mark = marks.closing.mark
            elif marks.ends and line.startswith(marks.ends):
                break
            if mark:
                found.setdefault(mark, []).append(line)
        return {mark: "\n".join(lines) for mark, lines in found.items()}

    def quote(self, mark: str, phrase: str) -> str:
        """Give the sentence of a clause that contains the phrase, as it stands in the text; nothing for what is ours.

        One sentence, never two put together: between quotation marks stands what the text has in one piece.

        Raises:
            KeyError: the law has no such clause, or the clause does not contain the phrase.
            ValueError: several sentences of the clause contain it; a longer phrase says which is meant.
        """
        if mark in (OURS, ""):
            return ""
        sentences = [s for s in re.split(r"(?<=。)|\n", self.clauses[mark]) if s and phrase in s]
        if not sentences:
            raise KeyError(f"{mark} 中没有“{phrase}”")
        if len(sentences) > 1:
            raise ValueError(f"{mark} 中不止一句有“{phrase}”")
        return sentences[0]

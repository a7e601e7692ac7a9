"""Whether two names that people typed are one person's: who computed a month must not approve it (SPEC 9.9)."""

from __future__ import annotations

import json
import unicodedata
from functools import cache
from importlib.resources import files

from fupin_cli.errors import UsageError

# Characters that show nothing and are not of category Cf: fillers, joiners, variation selectors and what Unicode keeps
# for more of them (Default_Ignorable_Code_Point), and the blank Braille cell, which is empty in every font.
UNSEEN = (
    (0x034F, 0x034F),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x2065, 0x2065),
    (0x2800, 0x2800),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFF8),
    (0xE0000, 0xE0FFF),
)
DATA = "confusable_homoglyphs", "confusables.json"


def named(text: str | None, words: str, example: str) -> str:
    """The name as it is kept: what shows of it.

    Raises:
        UsageError: none was given, or one of which nothing shows (exit 2).
    """
    if text is None or not visible(text):
        raise UsageError(f"要写明{words}的姓名：--by 姓名", f"例如 {example}")
    return " ".join("".join(c for c in text if not _is_unseen(c)).split())


def visible(text: str) -> str:
    """A name after NFKC, without spaces and characters that show nothing."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(c for c in plain if not (c.isspace() or _is_unseen(c)))


def same_person(one: str, other: str) -> bool:
    """Whether two names are the same to the eye: letters of either case, look-alikes of other scripts among them.

    Small letters of two scripts may differ where the capitals look alike (Н and H), so both orders are tried.
    """
    return bool(_keys(one) & _keys(other))


def _keys(text: str) -> set[str]:
    name = visible(text)
    small = visible(name.casefold())
    return {_skeleton(small), _skeleton(_skeleton(name).casefold())}


def _is_unseen(character: str) -> bool:
    code = ord(character)
    return unicodedata.category(character) in ("Cf", "Cc") or any(first <= code <= last for first, last in UNSEEN)


def _skeleton(text: str) -> str:
    """Each character replaced by the one that stands for all that look like it in other scripts."""
    table = _look_alikes()
    return "".join(table.get(c, c) for c in text)


@cache
def _look_alikes() -> dict[str, str]:
    """Character → its representative, from Unicode's list of confusables (UTS 39) as `confusable-homoglyphs` ships it.

    Only characters of different scripts count: 土 and 士 are two names, a and а are one. The file is read, not the package's
    functions: those let an environment variable put another file in its place.
    """
    package, name = DATA
    known: dict[str, list[dict[str, str]]] = json.loads((files(package) / name).read_text(encoding="utf-8"))
    parent: dict[str, str] = {}

    def root(c: str) -> str:
        while parent.setdefault(c, c) != c:
            c = parent[c]
        return c

    for one, others in known.items():
        for other in (entry["c"].strip("\u200e") for entry in others):
            if len(one) == len(other) == 1 and _script(one) != _script(other):
                first, second = sorted((root(one), root(other)))
                parent[second] = first
    return {c: root(c) for c in parent}


def _script(character: str) -> str:
    """A character's script, by the first word of its Unicode name: LATIN, CYRILLIC, CJK or DIGIT."""
    return unicodedata.name(character, "").partition(" ")[0]

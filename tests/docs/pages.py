"""What of the pages about the project is generated: the picture of the rooms, the list of decisions.

`python -m tests.docs.pages docs`, by `make docs`.
"""

from __future__ import annotations

import re
import sys
from functools import cache
from pathlib import Path

from tests.unit.test_house import ROOMS, imports

BLOCK = re.compile(r"(<!-- rooms -->\n```mermaid\n).*?(```\n)", re.DOTALL)
HEAD = """# Decisions

How open ends of the policy and of the contracts were read, and why things are built as they are. Each page is short, and says
what a county can object to. A new one takes the next free number; one that no longer holds is changed, with the reason in
the commit. (This list is generated: `make docs`.)

"""


@cache
def arrows() -> frozenset[tuple[str, str]]:
    """Which room uses which: of the imports between rooms those that no longer way stands for."""
    used = {
        (one.split(".")[1], other.split(".")[1])
        for one, other in imports()
        if "." in one and "." in other and one.split(".")[1] != other.split(".")[1]
    }
    below = {room: {low for high, low in used if high == room} for room in ROOMS}
    for room in ROOMS:  # from the ground up: what a room reaches by those that it uses
        below[room] |= {far for low in set(below[room]) for far in below[low]}
    found = ((high, low) for high, low in used if not any(low in below[mid] for mid in below[high] if mid != low))
    return frozenset(found)


def picture() -> str:
    """The rooms as Mermaid: an arrow from a room to the nearest that it uses."""
    lines = [f"    {high}([{high}]) --> {low}([{low}])" for high, low in sorted(arrows(), key=_from_above)]
    return "\n".join(["flowchart TB", *lines]) + "\n"


def _from_above(pair: tuple[str, str]) -> tuple[int, int]:
    return -ROOMS.index(pair[0]), -ROOMS.index(pair[1])


def architecture(text: str) -> str:
    """The page with the picture as the imports are."""
    return BLOCK.sub(lambda found: found[1] + picture() + found[2], text)


def decisions(folder: Path) -> str:
    """The list of decisions, by their titles."""
    pages = sorted(folder.glob("[0-9]*.md"))
    titles = [page.read_text(encoding="utf-8").split("\n", 1)[0].removeprefix("# ") for page in pages]
    return HEAD + "\n".join(f"- [{title}]({page.name})" for title, page in zip(titles, pages, strict=True)) + "\n"


if __name__ == "__main__":
    docs = Path(sys.argv[1])
    page = docs / "architecture.md"
    page.write_text(architecture(page.read_text(encoding="utf-8")), encoding="utf-8")
    (docs / "decisions" / "README.md").write_text(decisions(docs / "decisions"), encoding="utf-8")

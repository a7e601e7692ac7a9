"""11.7: the pages for who comes next say what is so."""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path

import pytest

from fupin_cli.version import __version__
from tests.docs import pages
from tests.unit.test_house import ROOMS

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "CONTRIBUTING.md", ROOT / "README.md", *sorted(DOCS.glob("*.md")), *sorted(DOCS.glob("decisions/*.md"))]


def test_the_picture_of_the_rooms_is_that_of_the_imports() -> None:
    """`make docs` has been run; every room is in the picture and in the table."""
    text = (DOCS / "architecture.md").read_text(encoding="utf-8")
    assert text == pages.architecture(text)
    drawn = set(chain.from_iterable(pages.arrows()))
    told = set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))
    assert drawn | {"__main__"} == told == set(ROOMS)


def test_no_arrow_of_the_picture_runs_up() -> None:
    assert all(ROOMS.index(high) > ROOMS.index(low) for high, low in pages.arrows())


def test_the_list_of_decisions_is_complete_and_no_number_is_taken_twice() -> None:
    folder = DOCS / "decisions"
    assert (folder / "README.md").read_text(encoding="utf-8") == pages.decisions(folder), "run `make docs`"
    numbers = [path.name[:3] for path in sorted(folder.glob("[0-9]*.md"))]
    assert numbers == [f"{n:03d}" for n in range(1, len(numbers) + 1)]
    for path in sorted(folder.glob("[0-9]*.md")):
        assert path.read_text(encoding="utf-8").startswith(f"# {path.name[:3]} "), path.name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = [link.split("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    assert [link for link in links if link and not (page.parent / link).exists()] == []


def test_files_that_the_how_to_names_are_there() -> None:
    """Each path in backquotes, without those that are only an example."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:src|tests|docs|schemas|sample_data|\.github)/[\w./-]+)`", text)
    assert len(named) > 10
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_changelog_has_the_version() -> None:
    assert f"## [{__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

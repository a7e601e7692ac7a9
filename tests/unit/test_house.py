"""11.1: rooms stand on one another; no import runs up or in a circle, and nothing falls out of a list unseen."""

from __future__ import annotations

import ast
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

import fupin_cli
from fupin_cli.checks import catalogue as rules
from fupin_cli.measures import catalogue as measures
from fupin_cli.measures.measure import Measure

# From the ground up: each room uses only what stands before it.
ROOMS = [
    "version",
    "errors",
    "system",
    "encryption",
    "plans",
    "findings",
    "policy",
    "ledger",
    "intake",
    "month",
    "measures",
    "reconciliation",
    "checks",
    "results",
    "reports",
    "outputs",
    "jobs",
    "counties",
    "api",
    "cli",
    "__main__",
]
HOUSE = Path(fupin_cli.__file__).parent
FILES = {
    ".".join(("fupin_cli", *path.relative_to(HOUSE).with_suffix("").parts)).removesuffix(".__init__"): path
    for path in HOUSE.rglob("*.py")
}


@cache
def nodes() -> dict[str, list[ast.AST]]:
    """What each module is made of that a test looks at: imports and comparisons."""
    looked_at = (ast.Import, ast.ImportFrom, ast.Compare)
    trees = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in FILES.items()}
    return {name: [node for node in ast.walk(tree) if isinstance(node, looked_at)] for name, tree in trees.items()}


@cache
def imports() -> frozenset[tuple[str, str]]:
    """Who imports whom, also for types only and inside functions."""
    found = set()
    for name, here in nodes().items():
        for node in here:
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                targets = [f"{node.module}.{alias.name}" for alias in node.names]
                found |= {(name, target if target in FILES else node.module) for target in targets}
            elif isinstance(node, ast.Import):
                found |= {(name, alias.name) for alias in node.names}
            assert not (isinstance(node, ast.ImportFrom) and node.level), f"{name}：相对引用"
    return frozenset(pair for pair in found if pair[1] in FILES and pair[0] != pair[1])


def room(name: str) -> int:
    """How high a module's room stands; the package itself, which hands out the library, is the roof."""
    return ROOMS.index(name.split(".")[1]) if "." in name else len(ROOMS)


def test_no_import_runs_up() -> None:
    assert [pair for pair in sorted(imports()) if room(pair[1]) > room(pair[0])] == []


def test_no_import_runs_in_a_circle() -> None:
    left: set[tuple[str, str]] = {*imports()}
    while leaves := {name for pair in left for name in pair} - {name for name, _ in left}:
        left = {(name, target) for name, target in left if target not in leaves}
    assert sorted(left) == []


def modules(folder: str) -> set[str]:
    """Every module of a room."""
    return {name for name in FILES if name.startswith(f"fupin_cli.{folder}.")}


def test_every_module_with_rules_is_listed() -> None:
    listed = {module.__name__ for module in rules.MODULES}
    assert {name for name in modules("checks") - listed if rules.rules_in(import_module(name))} == {
        "fupin_cli.checks.catalogue"  # the list itself
    }


def test_every_measure_is_listed() -> None:
    everywhere = {
        value
        for name in modules("measures")
        for value in vars(import_module(name)).values()
        if isinstance(value, Measure)
    }
    assert everywhere == set(measures.LISTED)


def test_a_code_taken_twice_is_an_error() -> None:
    rule = rules.all_rules()["POST001"]
    with pytest.raises(ValueError, match="POST001"):
        rules.by_code([rule, rule])
    measure = measures.LISTED[0]
    with pytest.raises(ValueError, match=measure.code):
        measures.by_code([measure, measure])


def names_posts(node: ast.AST) -> bool:
    """Whether it compares something with the code of the post subsidy."""
    sides = (node.left, *node.comparators) if isinstance(node, ast.Compare) else ()
    return any(getattr(side, "value", "") == "post" or getattr(side, "id", "") == "MEASURE" for side in sides)


def test_posts_are_a_measure_like_the_others() -> None:
    """11.2: nobody but measures/post.py asks whether a measure is that of posts."""
    asked = {name for name, here in nodes().items() if any(map(names_posts, here))}
    assert asked <= {"fupin_cli.measures.post"}

"""The tree of an explanation, on the terminal and as JSON. The name is masked; the asker knows whom they asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text
from rich.tree import Tree

from fupin_cli.outputs.terminal import clean

if TYPE_CHECKING:
    from fupin_cli.results.explain import Step


def masked_steps(steps: list[Step]) -> list[dict[str, Any]]:
    """Steps as JSON, the person's name masked."""
    return [step.to_dict() | {"name": _masked(step.name)} for step in steps]


def _masked(title: str) -> str:
    name, _, rest = title.partition(" ")
    return f"{name[:1]}* {rest}"


def tree(step: Step) -> Tree:
    """One line's tree."""
    root = Tree(_label(_masked(step.name), step), highlight=False)
    _grow(root, step.steps)
    return root


def _label(name: str, step: Step) -> Text:
    label = Text()
    label.append(clean(name), style="bold")
    label.append(f"：{clean(step.value)}")
    origin = "，".join(part for part in (clean(step.source), f"依据 {step.clause}" if step.clause else "") if part)
    if origin:
        label.append(f"（{origin}）", style="dim")
    if step.law:
        label.append(f"\n“{step.law}”", style="italic dim")
    return label


def _grow(branch: Tree, steps: list[Step]) -> None:
    for step in steps:
        _grow(branch.add(_label(step.name, step)), step.steps)

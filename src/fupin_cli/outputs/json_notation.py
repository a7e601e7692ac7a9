"""How the shape of a JSON document is written (`json_schema` reads it), and what several documents have in common."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Each:
    """An object whose keys are not known before (codes, funds, places); what stands at each of them."""

    of: Any


@dataclass(frozen=True)
class Maybe:
    """An object that may be null."""

    of: Any


Shape = str | list[Any] | dict[str, Any] | Each | Maybe


@dataclass(frozen=True)
class Document:
    """One format: the command that prints it, what it is, and its shape (several where it has several)."""

    command: str
    title: str
    shapes: tuple[dict[str, Any], ...]
    notes: tuple[str, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)  # keys that mean something else here than in `json_words`


def texts(*names: str) -> dict[str, Any]:
    """Keys whose values are texts."""
    return dict.fromkeys(names, "text")


def maybe(*names: str) -> dict[str, Any]:
    """Keys whose values are texts or null."""
    return dict.fromkeys(names, "text?")


HEAD = {"month": "month", "policy": "text"}
INPUTS = [
    {
        "file": "text",
        "sheet": "text",
        "table": "text",
        "role": "text",
        "rows_read": "int",
        "rows_accepted": "int",
        "rows_set_aside": "int",
        "sha256": "sha256",
    }
]
AREA = maybe("county", "township", "village")
WHO = maybe("person_code", "person", "name")
PLACE = {"file": "text?", "sheet": "text?", "row": "int?"}
ORIGIN = {"table": "text", **PLACE}
OUTPUTS = ["text"]
FINDING = {
    **texts("code", "severity", "effect"),
    "table": "text?",
    **PLACE,
    **maybe("column", "header", "person", "name", "post", "value"),
    "message": "text",
    **maybe("clause", "hint"),
    "waived": "bool",
    "waiver": "text?",
    "amount": "money?",
    "months": "int?",
    "since": "month?",
    "standing": "text?",
    **AREA,
}
CRASHED = [texts("code", "error")]

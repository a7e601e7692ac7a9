"""YAML: a file's text, or, of the files that ship with the program, what was read from them when they were last changed.

Forty table formats and the policy take a twentieth of a small command to read. `parsed.json` holds what stands in them, each
beside the SHA-256 of the file that it was read from: where that is another, the file itself is read. `make docs` makes it anew.
"""

from __future__ import annotations

import json
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

KEPT = "parsed.json"


def from_yaml(text: str) -> Any:
    """Read YAML safely, by the C loader where there is one: it is ten times as fast.

    Raises:
        YAMLError: it is none.
    """
    import yaml

    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - a safe loader


def from_shipped(name: str, content: bytes) -> Any:
    """What stands in a file that ships with the program. Days are texts where they come from the copy.

    Raises:
        YAMLError: it is no YAML.
    """
    digest, body = _kept().get(name, ("", None))
    return body if digest == sha256(content).hexdigest() else from_yaml(content.decode("utf-8"))


@cache
def _kept() -> dict[str, tuple[str, Any]]:
    try:
        text = files("fupin_cli.policy").joinpath(KEPT).read_text(encoding="utf-8")
        found: dict[str, tuple[str, Any]] = json.loads(text)
    except (OSError, ValueError):
        return {}
    return found


def as_kept(shipped: dict[str, bytes]) -> str:
    """The text of `parsed.json` for these files: one line a file."""
    lines = []
    for name, content in sorted(shipped.items()):
        entry = [sha256(content).hexdigest(), from_yaml(content.decode("utf-8"))]
        lines.append(f"{json.dumps(name)}: {json.dumps(entry, ensure_ascii=False, default=str)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"

"""What became of each county: one JSON a county, command and month, put in place whole; a later run resumes from it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fupin_cli.outputs.files import atomic

FOLDER = Path(".fupin", "counties")
FORMAT = "fupin.county/1"
DONE, FAILED, MISSING = "done", "failed", "not_handed_in"


def month_folder(root: Path, month: str) -> Path:
    """Where the states, extracts and results of a month stand; below a hidden folder of the root."""
    return root / FOLDER / month


def state_path(root: Path, month: str, command: str, key: str) -> Path:
    """The state of a county: the folders of its key are folders here too, so that no two keys share a file."""
    return month_folder(root, month) / command / f"{key}.json"


def read_state(path: Path) -> dict[str, Any]:
    """A state as it was left; empty where there is none, or where it makes no sense (the county is then done again)."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) and found.get("format") == FORMAT else {}


def write_state(path: Path, body: dict[str, Any]) -> None:
    """Put a state in its place, whole or not at all, readable by its owner only.

    Raises:
        FupinError: the disk is full, or the folder cannot be written to.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with atomic(path) as temporary:
        temporary.write_text(json.dumps(body, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def unchanged(state: dict[str, Any], fingerprint: str) -> bool:
    """Whether a county is done already: from the same inputs, and what it wrote is still there."""
    outputs = state.get("outputs")
    return (
        state.get("status") == DONE
        and state.get("fingerprint") == fingerprint
        and isinstance(outputs, list)
        and all(isinstance(path, str) and "\0" not in path and Path(path).exists() for path in outputs)
    )

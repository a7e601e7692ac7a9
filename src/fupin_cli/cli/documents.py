"""How every command prints its JSON document."""

from __future__ import annotations

from typing import Any


def print_json(document: Any) -> None:
    """Print a document on standard output, as people can read it too."""
    import json
    import sys

    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")

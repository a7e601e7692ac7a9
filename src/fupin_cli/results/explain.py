"""What an explanation comes to: a tree of named steps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Step:
    """One named value: where it comes from, and the steps it is made of."""

    name: str
    value: str
    source: str = ""
    clause: str = ""
    law: str = ""
    steps: list[Step] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """Give the step as JSON has it."""
        return {
            "name": self.name,
            "value": self.value,
            "source": self.source,
            "clause": self.clause,
            "law": self.law,
            "steps": [step.to_dict() for step in self.steps],
        }

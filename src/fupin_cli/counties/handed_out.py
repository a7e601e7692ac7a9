"""What is handed out to a worker: plain data. Who hands it out loads nothing of what it takes to do it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fupin_cli.jobs.workspace import Workspace


@dataclass(frozen=True)
class Task:
    """One county's work: plain data, so that it can be sent to any worker. `options`: what only this command knows."""

    command: str
    key: str
    name: str
    root: str
    month: int
    state: str  # the file of its state
    operator: str
    maker: str = ""
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def workspace(self) -> Workspace:
        """The county's folder."""
        from fupin_cli.jobs.workspace import Workspace
        from fupin_cli.policy.settings_file import FILE_NAME

        root = Path(self.root)
        return Workspace(root, root / FILE_NAME)

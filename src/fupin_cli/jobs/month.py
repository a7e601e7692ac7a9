"""What every job on a month begins with: settings, contracts, files and ledger, ready to be judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fupin_cli.checks.context import Context
from fupin_cli.intake.load import load
from fupin_cli.jobs.history import add_ledger

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fupin_cli.jobs.workspace import Workspace


def read_month(
    workspace: Workspace, inbox: Path | None, month: int, progress: Callable[[str, int, int], None]
) -> Context:
    """Read a month's files and the ledger's payments under the workspace's settings.

    Raises:
        FupinError: wrong settings (exit 2), no input (exit 10).
    """
    policy = workspace.policy()
    contracts = workspace.contracts()
    intake = load(inbox or workspace.inbox, month, contracts, policy.settings.intake, progress)
    add_ledger(intake, workspace.root, contracts["payment_history"])
    return Context(intake, policy, contracts)

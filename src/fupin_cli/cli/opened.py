"""A workspace open for a command: locked if it writes, its files on a desk, a bar if somebody watches.

approve, reconcile and payroll keep their own order and say it in their own lines: the bar ends before a question is asked,
and the first two ask under the lock; payroll asks the ledger before it takes the lock, which an approved month never needs.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from fupin_cli.jobs.desk import Desk
    from fupin_cli.jobs.workspace import Workspace


class Opened(NamedTuple):
    """The desk, and since when it is open."""

    desk: Desk
    now: datetime


@contextmanager
def opened(
    command: str,
    place: Workspace,
    inbox: Path | None,
    *,
    writes: bool,
    watch: bool,
    wait: float,
    posts: bool = True,
) -> Iterator[Opened]:
    """Open a workspace for as long as a command works in it.

    `writes`: with the workspace's lock, for which it waits so many seconds; `posts`: as `jobs.lock.workspace_lock`.

    Raises:
        FupinError: the settings are wrong; another run holds the lock (exit 11).
    """
    import sys
    from contextlib import nullcontext
    from datetime import datetime

    from fupin_cli.cli.progress import progress_bar
    from fupin_cli.jobs.desk import Desk
    from fupin_cli.jobs.kept_months import Cache
    from fupin_cli.jobs.lock import workspace_lock

    now = datetime.now().astimezone()
    with (
        workspace_lock(place.root, command, wait, now, posts=posts) if writes else nullcontext(),
        progress_bar(enabled=watch and sys.stderr.isatty()) as bar,
    ):
        yield Opened(Desk(place, inbox, bar, cache=Cache.KEEP if writes else Cache.READ), now)

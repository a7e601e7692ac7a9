"""Little is gone through by one thread of Polars.

Its threads wait busily for the next piece of work. What a small inbox asks are thousands of small pieces: a second thread is
hardly ever given one, and takes a sixth of the processors' time all the same. Polars reads how many it has when it is loaded.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

THREADS = "POLARS_MAX_THREADS"
LITTLE = 1 << 20  # bytes


def one_for_little(params: Mapping[str, Any]) -> None:
    """Where the inbox and the ledger of a command's workspace are small, let Polars have one thread, unless it is told otherwise.

    `params`: what the command was given; without a workspace nothing is said.
    """
    from fupin_cli.ledger.key import FOLDER, LEDGER_FILE
    from fupin_cli.policy.settings_file import nearest

    if THREADS in os.environ or "workspace" not in params:
        return
    root = params["workspace"] or nearest() or Path.cwd()
    named = [params.get("inbox"), *(params.get("places") or [])]
    places = [root / "inbox", root / FOLDER / LEDGER_FILE, *(Path(name) for name in named if name)]
    if _at_most(LITTLE, places):
        os.environ[THREADS] = "1"


def _at_most(limit: int, places: Iterable[Path]) -> bool:
    """Whether files, and those below folders, have no more bytes together: counted no further than that."""
    total = 0
    for place in places:
        for size in _sizes(place):
            total += size
            if total > limit:
                return False
    return True


def _sizes(place: Path) -> Iterator[int]:
    """Bytes of a file, or of each file below a folder; what cannot be looked at has none."""
    if place.is_file():
        yield _size(place)
    for top, _, names in os.walk(place):
        yield from (_size(Path(top) / name) for name in names)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0

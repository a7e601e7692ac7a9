"""Files of `.fupin/cache/`: made from what stands elsewhere, never a source of truth.

Readable by their owner only, sealed with the workspace's key, whole or not at all. What is damaged, of another workspace, or
made of something else is as if it were not there.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from fupin_cli.errors import FupinError
from fupin_cli.jobs.log import aside
from fupin_cli.ledger.key import FOLDER, KEY_FILE, workspace_key
from fupin_cli.outputs.files import atomic, make_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from fupin_cli.policy.settings import Run

    Damaged = Callable[[str, str], None]

PLACE = "cache"
LOG = logging.getLogger(__name__)


def unheard(file: str, why: str) -> None:
    """Tell the program's own log only."""
    LOG.info("%s: %s, made anew", file, why)


def logged(root: Path, settings: Run, what: str, *, writes: bool) -> Damaged:
    """Tell the workspace's log (`what`: the event), whoever else has it open; a command that writes nothing writes no log."""

    def damaged(file: str, why: str) -> None:
        aside(root, settings, what, file=file, why=why)

    return damaged if writes else unheard


def folder(root: Path) -> Path:
    """The folder of the workspace that holds what was kept."""
    return root / FOLDER / PLACE


def prepare(root: Path) -> None:
    """Make the folder, and take away what a killed program has left there.

    Raises:
        OSError, FupinError: it cannot be made or written to.
    """
    folder(root).mkdir(mode=0o700, parents=True, exist_ok=True)
    make_folder(folder(root))


@dataclass(frozen=True)
class Sealed:
    """A file that is kept: its name, the form of what it holds (`head`), of what it was made (`label`).

    `key`: all that what it holds depends on; empty where that cannot be told, and nothing is kept.
    """

    root: Path
    name: str
    head: bytes
    label: str
    key: str

    @property
    def path(self) -> Path:
        """The file."""
        return folder(self.root) / self.name

    def read(self, damaged: Damaged = unheard) -> bytes | None:
        """What was kept under this key; None where nothing is, or nothing that holds.

        `damaged` is told the file's name and what is wrong with one that is not as it was written.
        """
        if not self.key or not (self.root / FOLDER / KEY_FILE).exists():
            return None
        try:
            head, key, seal, body = self.path.read_bytes().split(b"\n", 3)
            if head != self.head or key.decode() != self.key:
                return None
            if not hmac.compare_digest(seal, self._seal(body)):
                damaged(self.name, "seal")
                return None
        except FileNotFoundError:
            return None
        except (OSError, ValueError, FupinError) as error:
            damaged(self.name, type(error).__name__)
            return None
        return body

    def content(self, body: bytes) -> bytes:
        """What the file holds, with its seal.

        Raises:
            FupinError: the workspace's key cannot be read or made.
        """
        return b"\n".join((self.head, self.key.encode(), self._seal(body), body))

    def write(self, content: bytes) -> None:
        """Keep it, in the place of what was kept under this name.

        Raises:
            FupinError: it cannot be written.
        """
        with atomic(self.path) as temporary:  # 0600
            temporary.write_bytes(content)

    def keep(self, body: bytes) -> bool:
        """Seal it and write it, in the place of what was kept; whether it is kept: what cannot be written is not."""
        try:
            prepare(self.root)
            self.write(self.content(body))
        except (OSError, FupinError) as error:
            LOG.info("%s: %s, not kept", self.name, type(error).__name__)
            return False
        return True

    def _seal(self, body: bytes) -> bytes:
        text = b"\n".join((self.head, self.label.encode(), self.key.encode(), body))
        return hashlib.blake2b(text, key=workspace_key(self.root), digest_size=32).hexdigest().encode()


class Shelf:
    """Files of one kind, each kept under a name of its own, together not more than `most` bytes. Asked from several threads at once.

    `looks`: what is kept is taken; `keeps`: what was made is kept.
    """

    def __init__(  # noqa: PLR0913 - what is kept, and how
        self, root: Path, suffix: str, head: bytes, most: int, *, looks: bool, keeps: bool, damaged: Damaged = unheard
    ) -> None:
        """Nothing is read or written yet. `damaged` is told of a file that is not as it was written, and why."""
        self.root, self.damaged = root, damaged
        self._suffix, self._head, self._most = suffix, head, most
        self._looks, self._keeps = looks, keeps
        self._lock = Lock()
        self._left = 0  # bytes that may still be kept
        self._ready = False

    def place(self, name: str, key: str) -> Sealed:
        """The file that is kept under a name."""
        return Sealed(self.root, f"{name}{self._suffix}", self._head, name, key)

    def only(self, wanted: Iterable[str]) -> None:
        """Take away what was kept under other names: of what is gone nothing stays."""
        if not self._keeps:
            return
        names = {f"{name}{self._suffix}" for name in wanted}
        self._left = self._most
        for path in folder(self.root).glob(f"*{self._suffix}"):
            with suppress(OSError):
                if path.name in names:
                    self._left -= path.stat().st_size
                else:
                    path.unlink()

    def get(self, name: str, key: str) -> bytes | None:
        """What was kept; None where nothing is, or nothing that holds."""
        return self.place(name, key).read(self.damaged) if self._looks else None

    def put(self, name: str, key: str, make: Callable[[], bytes]) -> None:
        """Keep what is made; what cannot be written, or is more than may be kept, is not."""
        if not (self._keeps and key):
            return
        place = self.place(name, key)
        try:
            content = place.content(make())
            with self._lock:
                if not self._may(len(content), place):
                    return
            place.write(content)
        except (OSError, FupinError) as error:
            LOG.info("%s: %s, not kept", place.name, type(error).__name__)

    def _may(self, size: int, place: Sealed) -> bool:
        """Whether a file of this size may be kept beside the others; if so it counts from now on."""
        more = size - (place.path.stat().st_size if place.path.is_file() else 0)
        if more > self._left:
            return False
        if not self._ready:
            prepare(self.root)
            self._ready = True
        self._left -= more
        return True


def size_of(root: Path, suffix: str) -> tuple[int, int]:
    """How many files of a kind are kept, and their bytes."""
    sizes = []
    with suppress(OSError):
        sizes = [path.stat().st_size for path in folder(root).glob(f"*{suffix}")]
    return len(sizes), sum(sizes)

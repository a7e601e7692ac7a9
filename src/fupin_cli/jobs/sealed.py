"""Files of `.fupin/cache/`: made from what stands elsewhere, never a source of truth.

Readable by their owner only, sealed with the workspace's key, whole or not at all. What is damaged, of another workspace, or
made of something else is as if it were not there.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fupin_cli.errors import FupinError
from fupin_cli.jobs.log import aside
from fupin_cli.ledger.key import FOLDER, KEY_FILE, workspace_key
from fupin_cli.outputs.files import atomic, make_folder

if TYPE_CHECKING:
    from collections.abc import Callable
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

    def _seal(self, body: bytes) -> bytes:
        text = b"\n".join((self.head, self.label.encode(), self.key.encode(), body))
        return hashlib.blake2b(text, key=workspace_key(self.root), digest_size=32).hexdigest().encode()

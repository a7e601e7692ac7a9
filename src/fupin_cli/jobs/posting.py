"""A posting and its files as one: written aside first, then posted, then put in place; interrupted, it is finished later.

What could fail (full disk, bad bank format) fails before anything is posted. Between the posting and the last file stands
only the moving of files, and a note in `.fupin/pending/` says which; the next command moves what is left (SPEC 9, B17).
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fupin_cli.errors import FupinError, os_words
from fupin_cli.ledger import kept, store
from fupin_cli.ledger.key import FOLDER
from fupin_cli.outputs.files import VOID, free_path, make_folder, old_path, same_content
from fupin_cli.outputs.manifest import KEPT, NAME, kept_manifests

if TYPE_CHECKING:
    from collections.abc import Iterator
PENDING = "pending"
PAYABLE = ("代发_", "更正发放_")  # a batch has one set of files that a bank pays, ever


class Stage:
    """Where a batch's files are written before it is posted.

    `folder` is given to whatever writes outputs in place of the output folder: what lands in `folder/2024-05/` will
    stand in `target`.
    """

    def __init__(self, root: Path, batch: str, target: Path) -> None:
        """Make the folder. `target`: the month's output folder."""
        self.root, self.batch, self.target = root, batch, target
        make_folder(target)
        self.folder = target / f".记账-{batch}"
        self.month = self.folder / target.name
        self.note = root / FOLDER / PENDING / f"{batch}.json"
        self.moves: list[tuple[str, str]] = []
        self.kept_file: Path | None = None
        self.posted = False
        self._remember("")
        shutil.rmtree(self.folder, ignore_errors=True)
        self.month.mkdir(parents=True, mode=0o700)

    def keep(self) -> Path:
        """Where to write the archive of the batch's inputs."""
        self.kept_file = self.folder / "inputs.zip"
        os.close(os.open(self.kept_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        return self.kept_file

    def final(self, paths: list[Path]) -> list[Path]:
        """Where staged files stand once they are in place; other outputs stay as they are."""
        return [self.target / path.name if path.parent == self.month else path for path in paths]

    def ready(self, seal: str) -> None:
        """Everything is written: make it last, and note what is to be moved once the batch is posted."""
        month, target = self.month.resolve(), self.target.resolve()
        files = sorted(month.iterdir())
        for path in (*files, *([self.kept_file] if self.kept_file else [])):
            _sync(path)
        moves = [(self.kept_file.resolve(), kept.archive(self.root.resolve(), self.batch))] if self.kept_file else []
        for path in files:
            if path.name != NAME:
                moves += [*_makes_room(path, target), (path, target / path.name)]
        if (month / NAME).exists():
            if (target / NAME).is_file():
                moves.append((target / NAME, target / KEPT / f"{len(kept_manifests(target)) + 1:04d}.json"))
            moves.append((month / NAME, target / NAME))
        self.moves = [(str(source), str(place)) for source, place in moves]
        self._remember(seal)

    def _remember(self, seal: str) -> None:
        self.note.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        text = json.dumps(
            {"batch": self.batch, "seal": seal, "folder": str(self.folder.resolve()), "moves": self.moves},
            ensure_ascii=False,
        )
        temporary = self.note.with_suffix(".tmp")
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(self.note)

    def drop(self) -> None:
        """Nothing was posted: take away what was written."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.note.unlink(missing_ok=True)


@contextmanager
def staged(root: Path, batch: str, target: Path) -> Iterator[Stage]:
    """A stage that is gone if anything fails before the batch is posted (`commit`).

    Raises:
        FupinError: the folder cannot be written to, the disk is full.
    """
    try:
        stage = Stage(root, batch, target)
        try:
            yield stage
        except BaseException:
            if not stage.posted:
                stage.drop()
            raise
    except OSError as error:
        raise FupinError(
            f"{error.filename or target} 写不进去：{os_words(error)}；没有记账", "检查文件夹权限和磁盘空间，再运行一次"
        ) from error


def commit(stage: Stage, posting: store.Posting) -> store.Batch:
    """Post a batch whose files are staged, and put them in place. An interruption waits until that is done.

    Raises:
        AlreadyPostedError: as `store.post_prepared`; nothing was posted.
        FupinError: posted, but a file could not be put in place: the next command does.
        KeyboardInterrupt: posted and in place, and then interrupted.
    """
    stage.ready(posting.batch.seal)
    with _undisturbed():
        batch = store.post_prepared(stage.root, posting)
        stage.posted = True
        try:
            _finish(stage.note)
        except OSError as error:
            raise FupinError(
                f"批次 {batch.batch} 已经记账，但文件还没有全部放好：{error.filename} {os_words(error)}",
                "不要重做。关闭打开着的文件、检查磁盘和权限，再运行 fupin status，会接着放好",
            ) from error
    return batch


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Hold back SIGINT and SIGTERM; they are raised afterwards."""
    came: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    before = {number: handler for number, handler in before.items() if handler is not signal.SIG_IGN}
    for number in before:
        signal.signal(number, lambda got, _: came.append(got))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if came:
            raise KeyboardInterrupt


def finish(root: Path) -> list[str]:
    """Finish what an interruption has left, and say so, a sentence each. The caller holds the workspace's lock.

    Raises:
        FupinError: a file cannot be put in place.
    """
    said = []
    for note in sorted((root / FOLDER / PENDING).glob("*.json")):
        try:
            body: dict[str, Any] = json.loads(note.read_text(encoding="utf-8"))
            batch, seal, moves = body["batch"], body["seal"], body["moves"]
        except (OSError, ValueError, KeyError, TypeError):
            note.unlink(missing_ok=True)
            continue
        known = store.batches(root).filter(batch=batch)
        if not seal or known.is_empty() or known["seal"][0] != seal:
            _clear(body["folder"])
            note.unlink(missing_ok=True)
            continue
        try:
            _finish(note)
        except OSError as error:
            raise FupinError(
                f"批次 {batch} 已经记账，但上次中断，文件还没有全部放好：{error.filename} {os_words(error)}",
                "关闭打开着的文件、检查磁盘和权限，再运行一次，会接着放好",
            ) from error
        places = [Path(target) for _, target in moves]
        names = "、".join(place.name for place in places if place.parent.name != KEPT)
        said.append(f"上次在批次 {batch} 记账以后中断，没有放好的文件已经接着放好：{names}")
    return said


def unfinished(root: Path) -> bool:
    """Whether an interruption has left something to finish."""
    return any((root / FOLDER / PENDING).glob("*.json"))


def _finish(note: Path) -> None:
    """Move what is still to be moved. Done twice it does nothing more."""
    body = json.loads(note.read_text(encoding="utf-8"))
    folder = body["folder"]
    for source, target in ((Path(a), Path(b)) for a, b in body["moves"]):
        if not source.exists():
            continue
        if not source.is_relative_to(folder) and target.exists():
            continue  # what stood there was put away already; what stands in its place is the new one
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        source.replace(target)
    _clear(folder)
    note.unlink(missing_ok=True)


def _makes_room(staged: Path, target: Path) -> list[tuple[Path, Path]]:
    """What must move before a staged file can have its name: what differs goes to `旧/`, a payable file to `作废/`."""
    there = target / staged.name
    if not there.is_file() or same_content(there, staged):
        return []
    payable = staged.name.startswith(PAYABLE)
    return [(there, free_path(target / VOID, there.stem, there.suffix) if payable else old_path(there))]


def _clear(folder: str) -> None:
    path = Path(folder)
    if path.name.startswith(".记账-"):
        shutil.rmtree(path, ignore_errors=True)


def _sync(path: Path) -> None:
    with suppress(OSError):  # some file systems cannot
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

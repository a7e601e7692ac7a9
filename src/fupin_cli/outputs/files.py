"""Files written: whole or not at all, readable by their owner only, nothing overwritten unless told."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from fupin_cli.errors import FupinError, os_words
from fupin_cli.system import MAX_STEM, is_running, long_path, safe_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

VOID = "作废"  # where files go that do not count any more
OLD = "旧"  # where a file goes once a newer one has taken its name
LEFTOVER = re.compile(r"-(\d+)-[^-]*\.tmp$")


def make_folder(folder: Path) -> None:
    """Make an output folder.

    Raises:
        FupinError: it cannot be made or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        _sweep(folder)
    except OSError as error:
        raise FupinError(
            f"输出文件夹 {folder} 写不进去：{os_words(error)}", "检查文件夹权限和磁盘空间，或用 --output 换一个文件夹"
        ) from None


def _sweep(folder: Path) -> None:
    """Take away what a program that was killed has left half-written: its process is no more."""
    for path in folder.glob(".*.tmp"):
        match = LEFTOVER.search(path.name)
        if match and not is_running(int(match[1])):
            path.unlink(missing_ok=True)


def free_path(folder: Path, stem: str, suffix: str) -> Path:
    """A path that no file has yet: `stem`, then `stem_2`, `stem_3` and so on."""
    stem = safe_name(stem, MAX_STEM)
    path = folder / f"{stem}{suffix}"
    number = 2
    while path.exists():
        path = folder / f"{stem}_{number}{suffix}"
        number += 1
    return path


def put_aside(folder: Path, names: list[str]) -> dict[str, str]:
    """Move files of a folder that do not count any more into `作废/` below it; nothing there is overwritten.

    Gives for each file, as it was called, where it is now (below the folder); also for those that were moved before.

    Raises:
        FupinError: a file cannot be moved.
    """
    void = folder / VOID
    moved = {}
    for name in names:
        path = folder / name
        try:
            if path.is_file():
                void.mkdir(exist_ok=True)
                target = free_path(void, path.stem, path.suffix)
                path.replace(target)
                moved[name] = f"{VOID}/{target.name}"
            elif (void / name).is_file():
                moved[name] = f"{VOID}/{name}"
        except OSError as error:
            raise FupinError(
                f"{path} 移不进 {VOID}/：{os_words(error)}", "关闭打开着的同名文件，检查权限，再运行一次"
            ) from error
    return moved


def safe_names(texts: Iterable[str]) -> dict[str, str]:
    """Each of several names as a part of a file name of its own, on systems that tell no case too."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for text in texts:
        base = name = safe_name(text)
        number = 2
        while name.casefold() in taken:
            name = f"{base}_{number}"
            number += 1
        taken.add(name.casefold())
        found[text] = name
    return found


def old_path(path: Path) -> Path:
    """Where a file is to be kept once a newer one takes its name: `旧/名_1.xlsx`, then `_2`, …, the last the newest."""
    folder = path.parent / OLD
    numbers = [int(m[1]) for kept in _names(folder) if (m := _numbered(path).fullmatch(kept))]
    return folder / f"{path.stem}_{max(numbers, default=0) + 1}{path.suffix}"


def _numbered(path: Path) -> re.Pattern[str]:
    return re.compile(rf"{re.escape(path.stem)}_(\d+){re.escape(path.suffix)}")


def _names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir()) if folder.is_dir() else []


def keep_old(path: Path) -> None:
    """Put a copy of a file into `旧/`, unless the newest one there is the same already.

    A copy, so that its name is never without a file, wherever a program is killed.
    """
    target = old_path(path)
    target.parent.mkdir(mode=0o700, exist_ok=True)
    before = target.parent / f"{path.stem}_{int(target.stem.rpartition('_')[2]) - 1}{path.suffix}"
    if before.is_file() and same_content(before, path):
        return
    with atomic(target) as temporary:
        shutil.copyfile(path, temporary)


def same_content(one: Path, other: Path, password: str | None = None) -> bool:
    """Whether two files say the same; an encrypted workbook never has the same bytes twice."""
    if one.read_bytes() == other.read_bytes():
        return True
    if password is None or one.suffix != ".xlsx":
        return False
    from fupin_cli.encryption import decrypt

    try:
        return decrypt(one, password) == decrypt(other, password)
    except ValueError:  # encrypted with another password, or not at all
        return False


@contextmanager
def renewed(path: Path, *, force: bool = False, password: str | None = None) -> Iterator[Path]:
    """As `atomic`, for what is written again and again: the newest always has the plain name (SPEC 9.2, issue 14.5).

    What says the same as the file that stands there is not written; what differs takes its place, and the file before
    goes to `旧/`, numbered (with `force` it is overwritten).

    Raises:
        FupinError: as `atomic`.
    """

    def changed(temporary: Path) -> bool:
        if not path.is_file():
            return True
        if same_content(path, temporary, password):
            return False
        if not force:
            keep_old(path)
        return True

    with atomic(path, changed) as temporary:
        yield temporary


@contextmanager
def atomic(path: Path, wanted: Callable[[Path], bool] = lambda _: True) -> Iterator[Path]:
    """Give a temporary path beside the target; it takes the target's place only if all went well.

    `wanted`: asked of what was written; if not, the target stays as it is.

    Raises:
        FupinError: the disk is full, or the target is open elsewhere.
    """
    target = long_path(path)
    temporary = None
    try:
        handle, name = tempfile.mkstemp(
            dir=long_path(path.parent), prefix=f".fupin-{os.getpid()}-", suffix=".tmp"
        )  # 0600
        os.close(handle)
        temporary = Path(name)
        yield temporary
        if wanted(temporary):
            temporary.replace(target)
    except PermissionError as error:
        if not target.exists():
            raise FupinError(
                f"{path} 写不进去：{os_words(error)}", "检查文件夹的权限，或用 --output 换一个文件夹"
            ) from error
        raise FupinError(
            f"{path} 写不进去：正被别的程序打开，或不许改", "在 Excel 或 WPS 里关闭它，再运行一次；原来的文件没有动"
        ) from error
    except OSError as error:
        raise FupinError(
            f"{path} 写不进去：{os_words(error)}", "关闭打开着的同名文件，检查磁盘空间，再运行一次"
        ) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)

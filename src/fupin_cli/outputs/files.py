"""Files written: whole or not at all, readable by their owner only, nothing overwritten unless told."""

from __future__ import annotations

import os
import re
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from fupin_cli.errors import FupinError, os_words
from fupin_cli.system import MAX_STEM, is_running, long_path, safe_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

VOID = "作废"  # where files go that do not count any more
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


def free_path(folder: Path, stem: str, suffix: str, *, force: bool) -> Path:
    """A path that no file has yet: `stem`, then `stem_2`, `stem_3`, …; with `force` always `stem` itself."""
    stem = safe_name(stem, MAX_STEM)
    path = folder / f"{stem}{suffix}"
    number = 2
    while path.exists() and not force:
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
                target = free_path(void, path.stem, path.suffix, force=False)
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


@contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """Give a temporary path beside the target; it takes the target's place only if all went well.

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

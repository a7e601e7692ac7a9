"""Which counties there are: every folder under a root with a `fupin.toml`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fupin_cli.errors import FupinError, UsageError, os_words
from fupin_cli.policy.settings import County as Settings
from fupin_cli.policy.settings_file import FILE_NAME, read_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

DEEPEST = 6  # province, city, county, and some to spare: a root that is a whole disk is not searched to its end


@dataclass(frozen=True)
class County:
    """One county: `key` is its folder below the root (`朝阳市/示例县`), by which its state and its results are kept."""

    key: str
    root: str
    name: str
    city: str

    @property
    def file(self) -> Path:
        """Its settings."""
        return Path(self.root) / FILE_NAME


def find_counties(root: Path) -> list[County]:
    """Find the counties under a root, in the order of their folders; a folder that two names lead to counts once.

    Folders inside a county's are its own and no counties. A county whose settings cannot be read is one all the same: it
    is its task that tells what is wrong.

    Raises:
        UsageError: no such folder, or no county in it.
        FupinError: the folder cannot be listed.
    """
    if not root.is_dir():
        raise UsageError(f"--root 不是文件夹：{root}", "写各县工作区的上一级文件夹，例如 --root D:\\朝阳市")
    found: list[County] = []
    seen = {root.resolve()}
    level = [root]
    for _ in range(DEEPEST):
        below = [folder for place in level for folder in _folders(place)]
        level = []
        for folder in below:
            real = folder.resolve()
            if real in seen:
                continue
            seen.add(real)
            if (folder / FILE_NAME).is_file():
                found.append(_county(root, folder))
            else:
                level.append(folder)
    if not found:
        hint = "每个县一个文件夹，各有 fupin.toml：fupin init 县名"
        if (root / FILE_NAME).is_file():
            hint = f"这个文件夹本身是一个县的工作区，写它的上一级：--root {root.resolve().parent}"
        raise UsageError(f"{root} 下面没有任何县的工作区（{FILE_NAME}）", hint)
    return sorted(found, key=lambda county: county.key)


def inside(counties: Sequence[County]) -> list[Path]:
    """Workspaces in the folder of a county (two levels deep): no counties, and to be told, or one would be missed unseen."""
    found = []
    for county in counties:
        first = _below(Path(county.root))
        found += [
            folder
            for folder in (*first, *(two for one in first for two in _below(one)))
            if (folder / FILE_NAME).is_file()
        ]
    return found


def _below(place: Path) -> list[Path]:
    try:
        return _folders(place)
    except FupinError:
        return []  # it is the county's task that tells


def _folders(place: Path) -> list[Path]:
    try:
        return sorted(path for path in place.iterdir() if not path.name.startswith(".") and path.is_dir())
    except OSError as error:  # a county that is not seen would look like one that is not there
        raise FupinError(f"文件夹 {place} 打不开：{os_words(error)}", "检查文件夹权限") from error


def _county(root: Path, folder: Path) -> County:
    try:
        written = read_settings(folder / FILE_NAME)
    except FupinError:
        written = {}
    section = written.get("county")
    section = section if isinstance(section, dict) else {}
    name, city = (str(section.get(word) or "") for word in ("name", "city"))
    return County(
        folder.relative_to(root).as_posix(),
        str(folder.resolve()),
        name or folder.name,
        city or Settings().city,
    )

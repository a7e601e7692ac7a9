"""Which files there are, and which of them a month's run uses (SPEC 8.6)."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fupin_cli.errors import FupinError, NoInputError, os_words
from fupin_cli.policy.months import looks_like_month, read_month

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fupin_cli.intake.raw import Source

IGNORED_PREFIXES = ("~$", ".")
IGNORED_NAMES = ("thumbs.db", "desktop.ini")
BLOCK = 1 << 20
SIDE = "side"  # group of the lists that the roster is compared with


@dataclass(frozen=True)
class InboxFile:
    """A file to read. `name` is its path below the inbox, `folder` the month of its folder if it has one.

    `misnamed`: the folder above it whose name only looks like a month; such a file is not used (SPEC 9.1).
    """

    path: Path
    name: str
    folder: int | None
    sha256: str
    stamp: tuple[int, int] = (0, 0)  # size and time of change when it was found
    misnamed: str = ""

    def unchanged(self) -> bool:
        """Whether the file still is what was found: size and time of change."""
        return _stamp(self.path) == self.stamp


@dataclass(frozen=True)
class Passed:
    """What lies in an inbox and cannot be looked into: a folder that may not be listed, a link that leads out.

    `code`: of the finding that tells of it; empty where none does.
    """

    name: str
    code: str
    why: str
    hint: str


def find_files(inbox: Path) -> list[InboxFile]:
    """List the files of an inbox (a folder, or one file), in the order of their names; `survey` without the rest.

    Raises:
        NoInputError: no such folder, or nothing in it.
        FupinError: the folder cannot be listed.
    """
    return survey(inbox)[0]


def survey(inbox: Path) -> tuple[list[InboxFile], list[Passed]]:
    """List the files of an inbox (a folder, or one file), in the order of their names, and what was passed over.

    Links that lead outside the inbox, or nowhere, and folders that may not be listed are passed over and named; what
    other programs leave behind is passed over in silence.

    Raises:
        NoInputError: no such folder, or nothing in it.
        FupinError: the folder cannot be listed.
    """
    hint = "把当月的表放进这个文件夹，或写明路径：fupin check 文件夹 --month 2024-05"
    if not inbox.exists():
        raise NoInputError(f"找不到 {shown(str(inbox))}", hint)
    if inbox.is_file():
        return [_inbox_file(inbox, shown(inbox.name), None)], []
    paths, passed = _named(inbox)
    files = [_inbox_file(path, name, *_folder_month(name.split("/")[:-1])) for name, path in paths.items()]
    if not files:
        unseen = "，".join(f"{entry.name}：{entry.why}" for entry in passed[:3])
        raise NoInputError(
            f"{shown(str(inbox))} 里没有{'可以读的' if unseen else ''}文件{f'（{unseen}）' if unseen else ''}", hint
        )
    return files, sorted(passed, key=lambda entry: entry.name)


def paths_of(inbox: Path) -> dict[str, Path]:
    """Where the files of an inbox (a folder, or one file) lie, by their names; none is opened.

    Raises:
        FupinError: the folder cannot be listed.
    """
    return {shown(inbox.name): inbox} if inbox.is_file() else _named(inbox)[0]


def _named(inbox: Path) -> tuple[dict[str, Path], list[Passed]]:
    """The files of a folder by name, in order, and what was passed over."""
    paths, passed = _walk(inbox)
    paths.sort()
    names = _distinct_names([path.relative_to(inbox).as_posix() for path in paths])
    return dict(zip(names, paths, strict=True)), passed


def _walk(inbox: Path) -> tuple[list[Path], list[Passed]]:
    """Files below a folder, and what cannot be followed. `os.walk` tells of folders that it may not list, `rglob` does not."""
    root = inbox.resolve()
    paths: list[Path] = []
    passed: list[Passed] = []

    def unlisted(error: OSError) -> None:
        folder = Path(error.filename)
        if folder == inbox:
            raise FupinError(f"{shown(str(inbox))} 打不开：{os_words(error)}", "检查文件夹权限") from error
        why = f"文件夹打不开：{os_words(error)}，里面的文件没有读"
        passed.append(
            Passed(f"{shown(folder.relative_to(inbox).as_posix())}/", "IN001", why, "检查文件夹权限，或移出收件夹")
        )

    for top, folders, names in os.walk(inbox, onerror=unlisted):
        folders[:] = [name for name in folders if not name.startswith(IGNORED_PREFIXES)]
        wanted = [n for n in names if not n.startswith(IGNORED_PREFIXES) and n.lower() not in IGNORED_NAMES]
        for path in (Path(top) / name for name in (*folders, *wanted)):
            if path.is_symlink() and not _stays(path, root):
                why = "链接指向收件夹以外或不存在的地方，没有读"
                name = shown(path.relative_to(inbox).as_posix())
                passed.append(Passed(name, "", why, "把文件本身复制进收件夹，删去链接"))
            elif path.is_file():
                paths.append(path)
    return paths, passed


def _stays(link: Path, root: Path) -> bool:
    """Whether a link leads to something inside the inbox."""
    try:
        target = link.resolve(strict=True)
    except (OSError, RuntimeError):  # nowhere, or in a circle
        return False
    return target.is_relative_to(root)


def shown(name: str) -> str:
    """A file's name for people. Its bytes, which the path keeps, may be in GB18030 whatever the system expects.

    Line breaks and what else steers a terminal or a file become `�`.
    """
    # Folder and file may have been named on two machines.
    text = "/".join(_decoded(part) for part in os.fsencode(name).split(b"/"))
    return "".join(c if c.isprintable() else "�" for c in text)


def _decoded(part: bytes) -> str:
    """A name's text. Some pairs of Han characters (通知, 联通) are in GBK what rare letters are in UTF-8: Han is meant."""
    texts = []
    for encoding in ("utf-8", "gb18030"):
        try:
            texts.append(part.decode(encoding))
        except UnicodeDecodeError:
            continue
    rare = [c for c in texts[0] if c > "\x7f"] if len(texts) > 1 else []
    if rare and max(rare) < "\u0800" and all(c < "\x80" or "\u4e00" <= c <= "\u9fff" for c in texts[1]):
        return texts[1]
    return texts[0] if texts else part.decode("utf-8", errors="replace")


def _distinct_names(names: list[str]) -> list[str]:
    """Names as shown; of several that look alike the later ones carry a number."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        text = shown(name)
        seen[text] = seen.get(text, 0) + 1
        found.append(text if seen[text] == 1 else f"{text}〔{seen[text]}〕")
    return found


def _inbox_file(path: Path, name: str, folder: int | None, misnamed: str = "") -> InboxFile:
    stamp = _stamp(path)  # before the hash: what changes from here on is seen
    return InboxFile(path, name, folder, _sha256(path), stamp, misnamed)


def _stamp(path: Path) -> tuple[int, int]:
    try:
        state = path.stat()
    except OSError:
        return (0, 0)
    return (state.st_size, state.st_mtime_ns)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            while block := stream.read(BLOCK):
                digest.update(block)
    except OSError:
        return ""  # reported when the file is read
    return digest.hexdigest()


def folder_month(name: str) -> int | None:
    """Month of the folder in which a file of this name (`InboxFile.name`) lies; None where it serves every month."""
    return _folder_month(name.split("/")[:-1])[0]


def _folder_month(parts: Sequence[str]) -> tuple[int | None, str]:
    """Month of the folder directly under the inbox, and the folder whose name must not be taken for a month.

    Folders further down serve like the one they lie in. One that names another month contradicts it and is misnamed too.
    """
    found = read_month(parts[0]) if parts else None
    for depth, part in enumerate(parts):
        other = read_month(part)
        if other != found if other is not None else looks_like_month(part, whole=found is not None):
            return None, "/".join(parts[: depth + 1])
    return found, ""


def assign_roles(sources: list[Source], month: int, known_until: int) -> list[str]:
    """Mark which sources the month's run uses, and tell of tables that stand in the inbox and in a folder.

    Tables with a month column, and bank returns: all folders. Exports of the national system: the latest folder up to the month (that
    before it serves comparisons), else the inbox itself. Other tables: the inbox itself and the latest such folder. Lists of
    the dead, of prisoners, … also the folders after it up to `known_until`, and where what they say lasts all folders before
    and after it, since nobody is paid of whom the inbox says that he was dead: of each person counts the newest that names
    him (`load.as_last_named`), and one that does not name him takes nothing back.

    Returns one sentence for each table of which the inbox's own copy was not used.
    """
    notes = []
    for table in sorted({s.spec.table for s in sources}):
        own = [s for s in sources if s.spec.table == table]
        spec = own[0].spec
        folders = sorted({s.folder for s in own if s.folder is not None and s.folder <= month})
        direct = [s for s in own if s.folder is None]
        if spec.every_folder:
            used = own
        elif spec.group == SIDE:
            used = _lists(own, folders, max(month, known_until))
        else:
            used = [s for s in own if folders and s.folder == folders[-1]]
            if not spec.snapshot:
                used += direct
            elif not used:
                used = direct
            elif direct:
                notes.append(f"{spec.title}在收件夹和月份文件夹里都有，用了月份文件夹里的；未用 {direct[0].file}")
        for source in used:
            source.role = "current"
        for source in (s for s in own if spec.snapshot and s.folder in folders[-2:-1]):
            source.role = "previous"
    return notes


def _lists(own: list[Source], folders: list[int], until: int) -> list[Source]:
    """Lists of the dead, of prisoners, … that a month knows. `folders`: those up to the month; `until`: the last that is known."""
    if own[0].spec.lasting:
        return own
    since = folders[-1] if folders else 0
    return [s for s in own if s.folder is None or since <= s.folder <= until]

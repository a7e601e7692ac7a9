"""The files that a batch was computed from, byte for byte, in one compressed file a batch beside the ledger (SPEC 9.10).

`.fupin/inputs/202405-01.zip` holds `inbox/…` (the files by the names they had), `schemas/…` (the bureau's own table
formats) and `index.json` (names, hashes, sizes, settings). A file that an earlier batch keeps already is not stored once
more: the index names that batch, so that all months together take the room of their files once.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from fupin_cli.errors import FupinError, os_words
from fupin_cli.ledger.key import FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterable

KEPT, INDEX = "inputs", "index.json"
FORMAT = "fupin.inputs/1"
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
BLOCK = 1 << 20
LEVEL = 1  # of zlib: a third larger than its usual 6 for tables of text, in a third of the time
MAX_INDEX = 64 << 20


class KeptError(FupinError):
    """What was kept is gone, damaged, or not what was kept (exit 12)."""

    exit_code = 12


@dataclass(frozen=True)
class KeptFile:
    """A file: its name below the inbox, what it was, and the batch whose archive holds it."""

    name: str
    sha256: str
    size: int
    batch: str


@dataclass(frozen=True)
class Kept:
    """What a batch keeps. `settings`: as they were; `schemas`, `policies`: names of the bureau's own table formats and policy files."""

    batch: str
    files: list[KeptFile] = field(repr=False)
    settings: dict[str, Any] = field(repr=False)
    schemas: list[str]
    policies: list[str] = field(default_factory=list)


def archive(root: Path, batch: str) -> Path:
    """Where a batch's files are kept."""
    return root / FOLDER / KEPT / f"{batch}.zip"


def keep(  # noqa: PLR0913 - what an archive holds
    root: Path,
    target: Path,
    batch: str,
    files: Iterable[tuple[str, Path, str]],
    *,
    settings: dict[str, Any],
    schemas: Iterable[Path] = (),
    policies: Iterable[Path] = (),
) -> str:
    """Write a batch's archive to `target` and give its SHA-256.

    `files`: name below the inbox, path, SHA-256 of the bytes that were computed from.

    Raises:
        KeptError: a file is not what was computed from any more.
        OSError: the disk is full.
    """
    held = _held(root)
    index: list[dict[str, Any]] = []
    own = {"schemas": sorted(schemas), "policy": sorted(policies)}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as store:
        for name, path, sha256 in files:
            if sha256 in held:
                owner, size = held[sha256]
            else:
                owner, size = batch, _store(store, f"inbox/{name}", path, sha256)
                held[sha256] = (batch, size)
            first = next((e["stored"] for e in index if e["sha256"] == sha256 and e["in"] == batch), name)
            index.append({"name": name, "sha256": sha256, "size": size, "in": owner, "stored": first})
        for part, paths in own.items():
            for path in paths:
                store.writestr(zipfile.ZipInfo(f"{part}/{path.name}", ZIP_TIME), path.read_bytes())
        body = {
            "format": FORMAT,
            "batch": batch,
            "files": index,
            "settings": settings,
            **{part: [path.name for path in paths] for part, paths in own.items()},
        }
        entry = zipfile.ZipInfo(INDEX, ZIP_TIME)
        entry.compress_type = zipfile.ZIP_DEFLATED
        store.writestr(entry, json.dumps(body, ensure_ascii=False, indent=1))
    return file_sha256(target)


def _store(store: zipfile.ZipFile, entry: str, path: Path, sha256: str) -> int:
    info = zipfile.ZipInfo(entry, ZIP_TIME)
    info.compress_type = zipfile.ZIP_DEFLATED
    # The archive's own level is not asked for an entry that is described, and until Python 3.13 there is no other way.
    info._compresslevel = LEVEL  # type: ignore[attr-defined]  # noqa: SLF001
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as stream, store.open(info, "w", force_zip64=True) as target:
        while block := stream.read(BLOCK):
            digest.update(block)
            size += len(block)
            target.write(block)
    if digest.hexdigest() != sha256:
        raise KeptError(f"{path} 在测算以后又变了，没有批准", "等文件放好以后重新测算，看过结果再批准")
    return size


def file_sha256(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _held(root: Path) -> dict[str, tuple[str, int]]:
    """What earlier batches store themselves: SHA-256 → batch, size."""
    held: dict[str, tuple[str, int]] = {}
    for path in sorted((root / FOLDER / KEPT).glob("*.zip")):
        try:
            found = contents(root, path.stem)
        except FupinError:
            continue  # told by `verify`; what it held is stored anew
        held |= {file.sha256: (file.batch, file.size) for file in found.files if file.batch == path.stem}
    return held


def contents(root: Path, batch: str, known: str = "") -> Kept:
    """What a batch keeps. `known`: the SHA-256 that the archive must have.

    Raises:
        KeptError: the archive is gone, damaged or another.
    """
    path = archive(root, batch)
    hint = f"从备份恢复 {path}"
    if not path.is_file():
        raise KeptError(f"批次 {batch} 留存的文件 {path} 不见了", hint)
    try:
        if known and file_sha256(path) != known:
            raise KeptError(f"批次 {batch} 留存的文件 {path} 被改动过", hint)
        with zipfile.ZipFile(path) as store:
            if store.getinfo(INDEX).file_size > MAX_INDEX:
                raise KeptError(f"批次 {batch} 留存的文件 {path} 不是 fupin 写的", hint)
            body = json.loads(store.read(INDEX))
        files = [KeptFile(e["name"], e["sha256"], e["size"], e["in"]) for e in body["files"]]
        return Kept(batch, files, body["settings"], body["schemas"], body.get("policy", []))
    except (OSError, zipfile.BadZipFile, ValueError, KeyError, TypeError) as error:
        raise KeptError(f"批次 {batch} 留存的文件 {path} 读不出", hint) from error


def give_back(root: Path, kept: Kept, folder: Path, hashes: dict[str, str]) -> list[Path]:
    """Write what a batch keeps below `folder`, each file checked by its hash, 0600. Nothing that is there is overwritten.

    `hashes`: the SHA-256 that each batch's archive must have (archives of other batches may hold files of this one).

    Raises:
        KeptError: an archive is gone, damaged or another.
        FupinError: a file is there already, or cannot be written.
    """
    targets = [(file, folder / _safe(file.name)) for file in kept.files]
    for _, path in targets:
        if path.exists():
            raise FupinError(f"{path} 已经有了，没有覆盖；什么也没有写", "换一个空文件夹：--to 文件夹")
    by_batch: dict[str, list[tuple[KeptFile, Path]]] = {}
    for file, path in targets:
        by_batch.setdefault(file.batch, []).append((file, path))
    for batch, wanted in sorted(by_batch.items()):
        contents(root, batch, hashes.get(batch, ""))
        try:
            with zipfile.ZipFile(archive(root, batch)) as store:
                stored = {e["sha256"]: e["stored"] for e in json.loads(store.read(INDEX))["files"] if e["in"] == batch}
                for file, path in wanted:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    _take(store, f"inbox/{stored[file.sha256]}", file, path)
        except OSError as error:
            raise FupinError(f"{error.filename or folder} 写不进去：{os_words(error)}", "检查权限和磁盘空间") from error
        except (zipfile.BadZipFile, KeyError, ValueError) as error:
            raise KeptError(f"批次 {batch} 留存的 {file.name} 读不出", f"从备份恢复 {archive(root, batch)}") from error
    return [path for _, path in targets]


def unchanged(root: Path, kept: Kept, hashes: dict[str, str]) -> None:
    """Look whether the archives that hold a batch's files are still what they were.

    Raises:
        KeptError: an archive is gone, damaged or another.
    """
    for batch in sorted({file.batch for file in kept.files}):
        contents(root, batch, hashes.get(batch, ""))


def give_back_schemas(root: Path, kept: Kept, folder: Path) -> None:
    """Write the bureau's own table formats and policy files of a batch below `folder/schemas/` and `folder/policy/`."""
    for part, names in (("schemas", kept.schemas), ("policy", kept.policies)):
        if not names:
            continue
        (folder / part).mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(archive(root, kept.batch)) as store:
            for name in names:
                (folder / part / _safe(name)).write_bytes(store.read(f"{part}/{name}"))


def _take(store: zipfile.ZipFile, entry: str, file: KeptFile, target: Path) -> None:
    """Unpack one file, whole or not at all, never more than it had."""
    digest, size = hashlib.sha256(), 0
    temporary = target.with_name(f".{target.name}-{os.getpid()}-.tmp")
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with store.open(entry) as stream, os.fdopen(handle, "wb") as out:
            while block := stream.read(BLOCK):
                size += len(block)
                if size > file.size:
                    break
                digest.update(block)
                out.write(block)
        if size != file.size or digest.hexdigest() != file.sha256:
            raise KeptError(f"批次 {file.batch} 留存的 {file.name} 被改动过", "从备份恢复 .fupin/inputs")
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _safe(name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise KeptError(f"留存的文件名 {name} 不对", "从备份恢复 .fupin/inputs")
    return path

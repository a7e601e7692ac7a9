"""The computers a bundle is made for, and whether a set of wheels is whole there. Nothing is downloaded here."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from email.parser import Parser
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

if TYPE_CHECKING:
    from pathlib import Path

    from packaging.version import Version

PYTHON = "3.11"
INTERPRETERS = {"cp311", "py3", "py2.py3", "py311", "abi3"} | {f"cp3{minor}" for minor in range(2, 12)}


@dataclass(frozen=True)
class Target:
    """A kind of computer: name of the bundle, platform tags of wheels (best first), and what markers see there."""

    name: str
    platforms: tuple[str, ...]
    markers: tuple[tuple[str, str], ...]

    @property
    def environment(self) -> dict[str, str]:
        """Values of environment markers there."""
        common = {
            "python_version": PYTHON,
            "python_full_version": f"{PYTHON}.0",
            "implementation_name": "cpython",
            "implementation_version": f"{PYTHON}.0",
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_version": "",
        }
        return common | dict(self.markers)


def _linux(machine: str) -> Target:
    # glibc 2.28: Kylin V10, UOS 20; wheels for older systems run there too
    platforms = (*(f"manylinux_2_{n}_{machine}" for n in (28, 27, 26, 24, 17, 12, 5)), f"manylinux2014_{machine}")
    markers = {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix", "platform_machine": machine}
    return Target(f"linux_{machine}", platforms, tuple(markers.items()))


_WINDOWS = {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt", "platform_machine": "AMD64"}
TARGETS = {
    t.name: t
    for t in (Target("win_amd64", ("win_amd64",), tuple(_WINDOWS.items())), _linux("x86_64"), _linux("aarch64"))
}


def needs(wheel: Path, target: Target, extras: frozenset[str] = frozenset()) -> list[Requirement]:
    """What a wheel requires on a target, with these extras of it."""
    with zipfile.ZipFile(wheel) as archive:
        name = next(n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        headers = Parser().parsestr(archive.read(name).decode("utf-8"))
    found = [Requirement(text) for text in headers.get_all("Requires-Dist", [])]
    environments = [target.environment | {"extra": extra} for extra in ("", *extras)]
    return [r for r in found if r.marker is None or any(r.marker.evaluate(e) for e in environments)]


def fits(wheel: Path, target: Target) -> bool:
    """Whether a wheel can be installed on a target."""
    _, _, _, tags = parse_wheel_filename(wheel.name)
    return any(
        tag.interpreter in INTERPRETERS
        and (tag.platform == "any" or tag.platform in target.platforms)
        and (tag.abi in {"none", "cp311"} or (tag.abi == "abi3" and tag.interpreter != "py3"))
        for tag in tags
    )


def closure(folder: Path, target: Target, root: str = "fupin-cli") -> tuple[set[Path], list[str]]:
    """Wheels of a folder that the program needs on a target, and what is wrong: missing, of another version, unfit."""
    wheels: dict[str, tuple[Path, Version]] = {}
    wrong = [f"{path.name} 不是 wheel" for path in folder.iterdir() if path.suffix != ".whl"]
    for path in sorted(folder.glob("*.whl")):
        name, version, _, _ = parse_wheel_filename(path.name)
        wheels[name] = (path, version)
        if not fits(path, target):
            wrong.append(f"{path.name} 在 {target.name} 上装不了")
    used: set[Path] = set()
    todo, done = [Requirement(root)], set()
    while todo:
        need = todo.pop()
        key = (canonicalize_name(need.name), frozenset(need.extras))
        found = wheels.get(key[0])
        if found is None:
            wrong.append(f"缺 {need.name}")
            continue
        if not need.specifier.contains(found[1], prereleases=True):
            wrong.append(f"{need} 不满足：有 {found[1]}")
        used.add(found[0])
        if key not in done:
            done.add(key)
            todo += needs(found[0], target, key[1])
    return used, sorted(set(wrong))

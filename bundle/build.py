"""Build fupin-<version>-<platform>.zip: python -m bundle.build [platform …]; without one, all three.

Every wheel is pinned with its SHA-256. Wheels for a foreign platform come by `pip download --only-binary=:all:`; what
only that platform needs (pip looks at the markers of the machine it runs on) is found by `closure` and fetched too.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from packaging.utils import canonicalize_name, parse_wheel_filename

from bundle.targets import PYTHON, TARGETS, Target, closure

ROOT = Path(__file__).parents[1]
FILES = Path(__file__).parent / "files"
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
ROUNDS = 4
# file of the bundle → how Windows or Linux wants it: encoding, end of lines
WINDOWS_FILES = {"安装.bat": ("gbk", "\r\n"), "fupin.bat": ("gbk", "\r\n"), "使用说明.txt": ("utf-8-sig", "\r\n")}
LINUX_FILES = {"install.sh": ("utf-8", "\n"), "使用说明.txt": ("utf-8", "\n")}


def run(*words: str | Path) -> None:
    """Run a program; its words go where ours go."""
    subprocess.run([str(word) for word in words], check=True, cwd=ROOT)


def build_wheel(folder: Path) -> Path:
    """Build the program's own wheel."""
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT)
    return next(folder.glob("fupin_cli-*.whl"))


def download(what: list[str], target: Target, folder: Path) -> None:
    """Fetch wheels for a target, at the versions of constraints.txt."""
    platforms = [word for platform in target.platforms for word in ("--platform", platform)]
    run(
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--disable-pip-version-check",
        "--only-binary=:all:",
        *platforms,
        "--python-version",
        PYTHON,
        "--implementation",
        "cp",
        "-c",
        ROOT / "constraints.txt",
        "-d",
        folder,
        *what,
    )


def gather(wheel: Path, target: Target, folder: Path) -> set[Path]:
    """Every wheel that the program needs on a target.

    Raises:
        SystemExit: something is missing, or not pinned.
    """
    (folder / wheel.name).write_bytes(wheel.read_bytes())
    download([str(wheel)], target, folder)
    for _ in range(ROUNDS):
        used, wrong = closure(folder, target)
        missing = [words.removeprefix("缺 ") for words in wrong if words.startswith("缺 ")]
        if not missing:
            break
        download(missing, target, folder)
    if wrong:
        raise SystemExit(f"{target.name}：" + "；".join(wrong))
    if loose := unpinned(used):
        raise SystemExit(f"constraints.txt 里没有写明版本：{'、'.join(loose)}")
    return used


def unpinned(wheels: set[Path]) -> list[str]:
    """Wheels whose version stands nowhere in constraints.txt."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {canonicalize_name(name): version for name, _, version in (line.partition("==") for line in lines)}
    known = [(parse_wheel_filename(path.name), path) for path in sorted(wheels)]
    return [
        path.name for (name, version, _, _), path in known if name != "fupin-cli" and pinned.get(name) != str(version)
    ]


def requirements(wheels: set[Path]) -> str:
    """The pins with their hashes."""
    lines = []
    for path in sorted(wheels, key=lambda p: p.name.lower()):
        name, version, _, _ = parse_wheel_filename(path.name)
        lines.append(f"{name}=={version} --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n")
    return "".join(lines)


def pack(wheels: set[Path], target: Target, folder: Path) -> Path:
    """Write the zip: same wheels, same bytes."""
    own = next(path for path in wheels if path.name.startswith("fupin_cli-"))
    version = str(parse_wheel_filename(own.name)[1])
    stem = f"fupin-{version}-{target.name}"
    files = WINDOWS_FILES if target.name.startswith("win") else LINUX_FILES
    contents = {f"wheels/{path.name}": path.read_bytes() for path in wheels} | {
        "requirements.txt": requirements(wheels).encode()
    }
    for name, (encoding, end) in files.items():
        text = (
            (FILES / name).read_text(encoding="utf-8").replace("@VERSION@", version).replace("@PLATFORM@", target.name)
        )
        contents[name] = re.sub(r"\r?\n", end, text).encode(encoding)
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(folder / f"{stem}.zip", "w") as archive:
        for name, body in sorted(contents.items()):
            entry = zipfile.ZipInfo(f"{stem}/{name}", ZIP_TIME)
            entry.external_attr = (0o755 if name.endswith(".sh") else 0o644) << 16
            entry.compress_type = zipfile.ZIP_STORED if name.endswith(".whl") else zipfile.ZIP_DEFLATED
            archive.writestr(entry, body)
    return folder / f"{stem}.zip"


def main(names: list[str]) -> None:
    """Build the bundles that are named, or all."""
    with tempfile.TemporaryDirectory() as place:
        wheel = build_wheel(Path(place))
        for name in names or list(TARGETS):
            folder = Path(place) / name
            folder.mkdir()
            path = pack(gather(wheel, TARGETS[name], folder), TARGETS[name], ROOT / "dist")
            sys.stdout.write(f"{path.relative_to(ROOT)}  {path.stat().st_size >> 20} MiB\n")


if __name__ == "__main__":
    main(sys.argv[1:])

"""14.1: the three bundles as they are built: whole for their platform; the Linux one runs with no network at all.

Downloads some 200 MiB: `make bundle-test` runs it, `make test` does not.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from bundle.build import build_wheel, gather, pack
from bundle.targets import TARGETS, Target, closure

pytestmark = pytest.mark.download
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(tmp_path_factory.mktemp("own"))


def made(wheel: Path, target: Target, folder: Path) -> Path:
    (folder / "gathered").mkdir()
    path = pack(gather(wheel, target, folder / "gathered"), target, folder)
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    return folder / path.stem


@pytest.mark.parametrize("target", TARGETS.values(), ids=lambda t: t.name)
def test_every_requirement_is_in_the_zip_and_fits(wheel: Path, tmp_path: Path, target: Target) -> None:
    folder = made(wheel, target, tmp_path) / "wheels"
    used, wrong = closure(folder, target)
    assert wrong == []
    assert used == set(folder.iterdir())  # nothing that nobody needs


def test_the_linux_bundle_installs_and_runs_without_any_network(wheel: Path, tmp_path: Path) -> None:
    name = f"linux_{platform.machine()}"
    if sys.platform != "linux" or name not in TARGETS or sys.version_info[:2] != (3, 11):
        pytest.skip("made for Linux and Python 3.11")
    alone = ["unshare", "-r", "-n"]
    if shutil.which("unshare") is None or subprocess.run([*alone, "true"], check=False, capture_output=True).returncode:
        pytest.skip("a network of one's own is not permitted here")
    folder = made(wheel, TARGETS[name], tmp_path)
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHON": sys.executable, "LC_ALL": "C.UTF-8"}

    def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*alone, *map(str, words)], check=False, capture_output=True, text=True, env=environment, cwd=tmp_path
        )

    assert "lo" in run("cat", "/proc/net/dev").stdout
    assert run(sys.executable, "-c", "import socket; socket.create_connection(('1.1.1.1', 53), 2)").returncode != 0
    done = run("sh", folder / "install.sh")
    assert done.returncode == 0, done.stderr
    shutil.copytree(ROOT / "sample_data", tmp_path / "sample")
    program = folder / "venv" / "bin" / "fupin"
    done = run(program, "check", "2024-05", "-w", tmp_path / "sample")
    assert done.returncode == 1, done.stderr
    assert (tmp_path / "sample" / "out" / "2024-05" / "核查_2024-05.xlsx").stat().st_size > 10_000
    assert run(program, "payroll", "2024-05", "--by", "甲", "-w", tmp_path / "sample").returncode == 1
    broken = next((folder / "wheels").glob("filelock-*"))
    broken.write_bytes(broken.read_bytes() + b"x")
    assert run("sh", folder / "install.sh").returncode != 0  # a changed wheel is not installed

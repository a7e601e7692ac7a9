"""14.1: the builder of bundles, with wheels made here: nothing is downloaded. The real ones: make bundle-test."""

from __future__ import annotations

import hashlib
import re
import shlex
import zipfile
from pathlib import Path

import pytest
from typer.main import get_command

from bundle.build import FILES, pack, requirements, unpinned
from bundle.targets import TARGETS, closure, fits
from fupin_cli.cli.app import app

WINDOWS, LINUX = TARGETS["win_amd64"], TARGETS["linux_x86_64"]


def wheel(folder: Path, name: str, *needs: str, tags: str = "py3-none-any") -> Path:
    package, version = name.rsplit("-", 1)
    path = folder / f"{name}-{tags}.whl"
    with zipfile.ZipFile(path, "w") as archive:
        lines = [f"Requires-Dist: {need}" for need in needs]
        archive.writestr(
            f"{name}.dist-info/METADATA", "\n".join([f"Name: {package}", f"Version: {version}", *lines, ""])
        )
    return path


def test_what_only_the_other_platform_needs_is_missed(tmp_path: Path) -> None:
    """Pip looks at the markers of the machine it runs on; the bundle is for another one."""
    wheel(tmp_path, "fupin_cli-1.0", "a[x]>=2", "b; extra == 'dev'")
    wheel(
        tmp_path,
        "a-2.1",
        'colorama; sys_platform == "win32"',
        'c; extra == "x"',
        'd; extra == "y"',
        'e; os_name == "posix"',
    )
    wheel(tmp_path, "c-1")
    used, wrong = closure(tmp_path, WINDOWS)
    assert wrong == ["缺 colorama"]
    assert {p.name.split("-")[0] for p in used} == {"fupin_cli", "a", "c"}
    assert closure(tmp_path, LINUX)[1] == ["缺 e"]


def test_a_wrong_version_a_foreign_wheel_and_an_sdist_are_told(tmp_path: Path) -> None:
    wheel(tmp_path, "fupin_cli-1.0", "a>=2", "b")
    wheel(tmp_path, "a-1.9")
    wheel(tmp_path, "b-1", tags="cp311-cp311-manylinux_2_28_x86_64")
    (tmp_path / "c-1.tar.gz").write_bytes(b"")
    wrong = closure(tmp_path, WINDOWS)[1]
    assert wrong == [
        "a>=2 不满足：有 1.9",
        "b-1-cp311-cp311-manylinux_2_28_x86_64.whl 在 win_amd64 上装不了",
        "c-1.tar.gz 不是 wheel",
    ]
    assert unpinned({tmp_path / "polars-0.0.1-py3-none-any.whl"}) == ["polars-0.0.1-py3-none-any.whl"]


@pytest.mark.parametrize(
    ("tags", "target", "fit"),
    [
        ("py3-none-any", "linux_aarch64", True),
        ("py2.py3-none-any", "win_amd64", True),
        ("cp311-cp311-win_amd64", "win_amd64", True),
        ("cp39-abi3-win_amd64", "win_amd64", True),
        ("cp312-cp312-win_amd64", "win_amd64", False),
        ("cp311-cp311-win32", "win_amd64", False),
        ("cp311-cp311-manylinux_2_17_aarch64.manylinux2014_aarch64", "linux_aarch64", True),
        ("cp311-cp311-manylinux_2_34_x86_64", "linux_x86_64", False),
        ("cp311-cp311-musllinux_1_2_x86_64", "linux_x86_64", False),
        ("cp312-abi3-manylinux_2_28_x86_64", "linux_x86_64", False),
    ],
)
def test_which_wheels_fit(tmp_path: Path, tags: str, target: str, fit: bool) -> None:
    assert fits(tmp_path / f"a-1-{tags}.whl", TARGETS[target]) is fit


@pytest.mark.parametrize("target", TARGETS.values(), ids=lambda t: t.name)
def test_a_bundle_has_pins_with_hashes_and_scripts_as_its_system_reads_them(tmp_path: Path, target: object) -> None:
    assert target in (*TARGETS.values(),)
    chosen = next(t for t in TARGETS.values() if t is target)
    wheels = {wheel(tmp_path, "fupin_cli-9.9", "a"), wheel(tmp_path, "a-1")}
    path = pack(wheels, chosen, tmp_path / "dist")
    assert path.name == f"fupin-9.9-{chosen.name}.zip"
    with zipfile.ZipFile(path) as archive:
        top = f"fupin-9.9-{chosen.name}/"
        files = {name.removeprefix(top): archive.read(name) for name in archive.namelist()}
    pins = files["requirements.txt"].decode()
    for one in wheels:
        assert f"--hash=sha256:{hashlib.sha256(files[f'wheels/{one.name}']).hexdigest()}" in pins
    assert not re.search(r"https?:|index|\.com", pins)
    if chosen is WINDOWS:
        assert {"安装.bat", "fupin.bat", "使用说明.txt"} <= set(files)
        for name in ("安装.bat", "fupin.bat"):
            assert files[name].count(b"\r\n") == files[name].count(b"\n")
            assert "就业帮扶" in files["fupin.bat"].decode("gbk")
        assert files["使用说明.txt"].startswith(b"\xef\xbb\xbf")
    else:
        assert {"install.sh", "使用说明.txt"} <= set(files)
        assert b"\r" not in files["install.sh"]
    assert b"@VERSION@" not in b"".join(files[n] for n in files if not n.startswith("wheels/"))
    first = path.read_bytes()
    assert pack(wheels, chosen, tmp_path / "dist").read_bytes() == first
    assert requirements(wheels).count("\n") == 2


BATCHES = ["安装.bat", "fupin.bat"]


@pytest.mark.parametrize("name", BATCHES)
def test_a_batch_file_reads_well_on_a_chinese_windows(name: str) -> None:
    """By reading only: there was no Windows to run it."""
    text = (FILES / name).read_text(encoding="utf-8")
    lines = text.splitlines()
    assert lines[:2] == ["@echo off", "chcp 936 >nul"]
    labels = {line[1:] for line in lines if re.fullmatch(r":\w+", line)}
    goes = set(re.findall(r"goto (\w+)", text))
    assert goes == labels
    for char in set(text):
        encoded = char.encode("gbk")
        assert len(encoded) == 1 or encoded[1] not in b"|^&<>\\%", char  # would be cut in two by some consoles
    assert not re.search(r"[(][^)\n]*$", re.sub(r'"[^"]*"', "", text), re.MULTILINE)  # no blocks: a ) in them ends them


def test_every_command_of_the_menu_is_one_of_the_program() -> None:
    commands = get_command(app).commands  # type: ignore[attr-defined]
    calls = re.findall(r'^"!FUPIN!" ([a-z].*)$', (FILES / "fupin.bat").read_text(encoding="utf-8"), re.MULTILINE)
    assert [call.split()[0] for call in calls] == [
        "init",
        "check",
        "payroll",
        "approve",
        "reconcile",
        "close",
        "status",
        "doctor",
    ]
    for call in calls:
        name, *words = shlex.split(call.replace("!M!", "2024-05"))
        commands[name].make_context(name, words)


@pytest.mark.parametrize("name", ["安装.bat", "install.sh"])
def test_the_installers_use_the_zip_alone(name: str) -> None:
    text = (FILES / name).read_text(encoding="utf-8")
    for word in ("--no-index", "--find-links wheels", "--require-hashes", "-r requirements.txt"):
        assert word in text
    assert not re.search(r"https?:|curl|wget|index-url", text)

"""14.9: completion scripts for three shells, topics, `python -m fupin_cli`, the version."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.main import get_command

import fupin_cli
from fupin_cli.cli.app import app
from fupin_cli.cli.completion import known_words
from fupin_cli.cli.topics import TOPICS
from tests.conftest import Ran

ROOT = Path(__file__).parents[2]
WORDS = dict(known_words(get_command(app)))


@pytest.mark.parametrize("shell", ["bash", "zsh", "powershell"])
def test_a_script_has_every_command_and_option(fupin: Callable[..., Ran], shell: str) -> None:
    script = fupin("completion", shell).out
    for word in {word for after in WORDS.values() for word in after}:
        assert word in script
    assert "用法：fupin completion" in script.splitlines()[0] or script.startswith("# 用法")


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("che", ["check"]),
        ("ledger ex", ["export"]),
        ("check --fail", ["--fail-on"]),
        ("check --fail-on w", ["warning"]),
        ("ledger export --format ", ["csv", "parquet", "xlsx"]),
        ("ledger show --per", ["--person"]),
        ("check --nosuch", []),
    ],
)
def test_bash_completes(fupin: Callable[..., Ran], tmp_path: Path, typed: str, offered: list[str]) -> None:
    """The real shell runs the script, as if Tab had been pressed."""
    shell = shutil.which("bash")
    if shell is None:
        pytest.skip("there is no bash here")
    script = tmp_path / "fupin.sh"
    script.write_text(fupin("completion", "bash").out, encoding="utf-8")
    words = ["fupin", *typed.split(" ")]
    line = (
        f"source '{script}'; COMP_WORDS=({' '.join(repr(w) for w in words)}); COMP_CWORD={len(words) - 1}; _fupin; "
        'printf "%s\\n" "${COMPREPLY[@]}"'
    )
    done = subprocess.run([shell, "--norc", "-c", line], capture_output=True, text=True, check=True)
    assert sorted(done.stdout.split()) == offered


def test_topics_are_listed_read_and_guessed(fupin: Callable[..., Ran]) -> None:
    listed = fupin("help").out
    for name, page in TOPICS.items():
        assert name in listed
        assert fupin("help", name).out == page + "\n"
    assert "用法: fupin check" in fupin("help", "check").out
    wrong = fupin("help", "退出")
    assert wrong.code == 2
    assert "是不是 退出码？" in wrong.err


def test_topics_name_only_commands_that_there_are() -> None:
    commands = {path for path in WORDS if path} | {""}
    for page in TOPICS.values():
        for name in re.findall(r"fupin ([a-z][a-z-]+)", page):
            assert name in commands


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_the_readme_names_every_command_and_no_option_that_there_is_not(page: str) -> None:
    """11.6: a command that nobody told of is found by nobody; an option that is gone is typed in vain."""
    text = (ROOT / page).read_text(encoding="utf-8")
    assert [name for name in WORDS[""] if not name.startswith("-") and f"fupin {name}" not in text] == []
    told = {option for after in WORDS.values() for option in after if option.startswith("--")}
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text)) <= told


def test_the_module_is_the_program() -> None:
    done = subprocess.run([sys.executable, "-m", "fupin_cli", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"fupin {fupin_cli.__version__}\n"


def test_version_and_changelog_agree() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert project == fupin_cli.__version__
    log = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "keepachangelog.com" in log
    headings = re.findall(r"^## \[([^\]]+)\]", log, re.MULTILINE)
    assert headings[:2] == ["Unreleased", project]
    assert set(re.findall(r"^### (\w+)", log, re.MULTILINE)) <= {
        "Added",
        "Changed",
        "Deprecated",
        "Removed",
        "Fixed",
        "Security",
    }
    for name in ("README.md", "README.zh-CN.md"):
        for version in re.findall(r"fupin_cli-([\d.]+)-py3", (ROOT / name).read_text(encoding="utf-8")):
            assert version == project

"""14.2: each branch that Windows decides, under a false Windows. Windows itself was not there to try."""

from __future__ import annotations

import ctypes
import io
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fupin_cli import system
from fupin_cli.cli import main as program
from fupin_cli.errors import FupinError, os_words
from fupin_cli.jobs import schedule
from fupin_cli.outputs import files
from tests.conftest import Ran


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "WINDOWS", True)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("东川镇", "东川镇"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("com1", "_com1"),
        ("COM", "COM"),
        ("console", "console"),
        ('a<b>c:"d/e\\f|g?h*', "a_b_c__d_e_f_g_h_"),
        ("某镇. ", "某镇"),
        (" ", "_"),
        ("..", "_"),
        ("", "_"),
        ("a\tb\n", "a_b_"),
    ],
)
def test_a_name_that_windows_forbids_is_never_given(text: str, name: str) -> None:
    assert system.safe_name(text) == name


@given(st.text(max_size=120))
def test_any_text_makes_a_name_that_windows_takes(text: str) -> None:
    name = system.safe_name(text)
    assert name
    assert not re.search(r'[<>:"/\\|?*\x00-\x1f]', name)
    assert not name.endswith((".", " "))
    assert not system.DEVICES.match(name)
    assert system.safe_name(name) == name


def test_no_file_is_written_under_such_a_name(tmp_path: Path) -> None:
    assert files.free_path(tmp_path, "NUL", ".xlsx").name == "_NUL.xlsx"
    assert files.free_path(tmp_path, "核查_a:b", ".xlsx").name == "核查_a_b.xlsx"


class Kernel:
    """Windows' kernel with the processes that are given: number → exit code; None: somebody else's."""

    def __init__(self, processes: dict[int, int | None]) -> None:
        """Keep the processes."""
        self.processes, self.closed = processes, 0

    def OpenProcess(self, rights: int, inherit: bool, process: int) -> int:  # noqa: N802
        assert (rights, inherit) == (0x1000, False)  # asking may not end it
        return process if self.processes.get(process) is not None else 0

    def GetLastError(self) -> int:  # noqa: N802
        return 5 if None in self.processes.values() else 87

    def GetExitCodeProcess(self, handle: int, code: Any) -> int:  # noqa: N802
        code._obj.value = self.processes[handle]
        return 1

    def CloseHandle(self, _: int) -> None:  # noqa: N802
        self.closed += 1


@pytest.mark.parametrize(("processes", "runs"), [({7: 259}, True), ({7: 0}, False), ({}, False), ({7: None}, True)])
def test_windows_is_asked_whether_a_process_runs(
    windows: None, monkeypatch: pytest.MonkeyPatch, processes: dict[int, int | None], runs: bool
) -> None:
    kernel = Kernel(processes)
    library = type("windll", (), {"kernel32": kernel})
    monkeypatch.setattr(ctypes, "windll", library, raising=False)
    monkeypatch.setattr(os, "kill", lambda *_: pytest.fail("this ends a process on Windows"))
    assert system.is_running(7) is runs
    assert kernel.closed == (1 if processes.get(7) is not None else 0)
    assert windows is None


def test_leftovers_are_swept_there_too(windows: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(ctypes, "windll", type("windll", (), {"kernel32": Kernel({8: 259})}), raising=False)
    for process in (7, 8):
        (tmp_path / f".fupin-{process}-abc.tmp").write_bytes(b"half")
    files.make_folder(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == [".fupin-8-abc.tmp"]
    assert windows is None


def test_long_paths(windows: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os.path, "abspath", str)
    short, long = "D:\\县\\out", "D:\\" + "很长" * 130
    assert str(system.long_path(Path(short))) == short
    assert str(system.long_path(Path(long))) == "\\\\?\\" + long
    assert str(system.long_path(Path("\\\\server\\share\\" + "a" * 250))) == "\\\\?\\UNC\\server\\share\\" + "a" * 250
    assert str(system.long_path(Path("\\\\?\\" + long))) == "\\\\?\\" + long
    monkeypatch.setattr(system, "WINDOWS", False)
    assert str(system.long_path(Path(long))) == long
    assert windows is None


def test_a_workbook_that_is_open_elsewhere_is_told_and_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "核查.xlsx"
    path.write_bytes(b"open")

    def refuse(self: Path, _: Path) -> None:
        raise PermissionError(13, "Access is denied", str(self))

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(FupinError, match="正被别的程序打开") as caught, files.atomic(path) as temporary:
        temporary.write_bytes(b"new")
    assert "在 Excel 或 WPS 里关闭它" in caught.value.hint
    assert [p.name for p in tmp_path.iterdir()] == ["核查.xlsx"]
    assert path.read_bytes() == b"open"


@pytest.mark.parametrize(
    ("number", "words"), [(32, "正被别的程序打开"), (112, "磁盘满了"), (206, "路径太长"), (9999, "系统错误 9999")]
)
def test_what_windows_refuses_is_said_in_chinese(number: int, words: str) -> None:
    error = OSError(0, "English")
    error.winerror = number  # type: ignore[attr-defined]
    assert os_words(error) == words


def test_schedule_prints_the_task_schedulers_line(
    fupin: Callable[..., Ran], windows: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    root = tmp_path / "示例 县"
    root.mkdir()
    monkeypatch.setattr(schedule, "program", lambda: Path("D:/fupin/venv/Scripts/fupin.exe"))
    out = fupin("schedule", "-w", root, "--at", "7:05").out
    assert "crontab" not in out
    (line,) = [line for line in out.splitlines() if line.startswith("schtasks /Create")]
    assert "/SC DAILY /ST 07:05 /TN fupin" in line
    assert line.endswith(f'/TR "D:/fupin/venv/Scripts/fupin.exe run --workspace \\"{root}\\" --wait 600 --quiet"')
    assert windows is None


class Terminal(io.TextIOWrapper):
    """A stream that says whether it is a terminal."""

    def __init__(self, encoding: str, *, terminal: bool) -> None:
        """Write into memory."""
        super().__init__(io.BytesIO(), encoding=encoding, errors="strict")
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


@pytest.mark.parametrize(
    ("arguments", "terminal", "asked", "encoding"),
    [
        ("check 2024-05", True, None, "gbk"),
        ("check 2024-05", False, None, "utf-8"),
        ("check 2024-05", False, "gbk", "gbk"),
        ("check 2024-05 --format json", False, "gbk", "utf-8"),
        ("check 2024-05 --format=json", True, None, "utf-8"),
    ],
)
def test_data_is_utf8_whatever_the_console(
    monkeypatch: pytest.MonkeyPatch, arguments: str, terminal: bool, asked: str | None, encoding: str
) -> None:
    """14.2: redirected JSON never holds a `?` for a character that GBK lacks."""
    out, err = Terminal("gbk", terminal=terminal), Terminal("gbk", terminal=True)
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    monkeypatch.delenv("PYTHONIOENCODING", raising=False)
    if asked:
        monkeypatch.setenv("PYTHONIOENCODING", asked)
    program.set_up_streams(arguments.split())
    assert out.encoding == encoding
    print("䶮𠮷", file=out, flush=True)
    print("䶮𠮷", file=err, flush=True)  # never an exception
    assert ("?" in out.buffer.getvalue().decode(encoding)) is (encoding == "gbk")  # type: ignore[attr-defined]


def test_a_bug_names_its_file_without_the_folders_of_either_system(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(RuntimeError) as caught:
        raise RuntimeError("x")
    assert program.crash(caught.value) == 70
    said = capsys.readouterr().err
    assert f"  {Path(__file__).name}:" in said
    assert str(Path(__file__).parent) not in said

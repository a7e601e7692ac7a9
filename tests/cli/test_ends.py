"""How a run ends when nobody can hear it: streams that are full, closed, or read no further; an interruption."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fupin_cli.cli import interruption
from fupin_cli.cli import main as entry
from fupin_cli.cli.progress import progress_bar
from fupin_cli.cli.streams import EXIT_UNTOLD, Told
from fupin_cli.errors import FupinError
from tests.cases.test_cases import BASE, build
from tests.conftest import LONG

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Ran

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a shell's streams")
FUPIN = f'"{sys.executable}" -c "from fupin_cli.cli.main import run; run()"'


def ended(line: str, folder: Path) -> tuple[int, str, str]:
    """Exit code, output and errors of a shell line in which `fupin` stands for the program."""
    script = f"set -o pipefail; {line.replace('fupin', FUPIN)}"
    done = subprocess.run(
        [str(shutil.which("bash")), "-c", script], cwd=folder, capture_output=True, check=False, text=True
    )
    return done.returncode, done.stdout, done.stderr


def test_a_full_or_closed_output_is_an_end_of_its_own(tmp_path: Path) -> None:
    """10.A2: 74, never 70 and never as if all had been told."""
    for line in ("fupin rules > /dev/full", "fupin rules >&-", "fupin rules >&- 2>&-", "fupin --help > /dev/full"):
        code, _, errors = ended(line, tmp_path)
        assert (code, "Traceback" in errors) == (EXIT_UNTOLD, False), line


def test_closed_errors_do_not_change_what_a_run_says(tmp_path: Path) -> None:
    """10.A2: with nothing to say on standard error its loss is none; a mistake keeps its own code and stays off stdout."""
    code, out, _ = ended("fupin rules 2>&-", tmp_path)
    assert (code, "POST005" in out) == (0, True)
    code, out, _ = ended("fupin check 2>&-", tmp_path)
    assert (code, out) == (2, "")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (PermissionError(errno.EACCES, "Permission denied", "/县/.fupin/pending"), 2),
        (OSError(errno.ENOSPC, "No space left on device", "/县/.fupin/cache"), 2),
        (FileNotFoundError(errno.ENOENT, "No such file", "/县/.fupin/pending"), 70),  # the program should have looked
        (PermissionError(errno.EPERM, "Operation not permitted"), 70),  # of no file
    ],
)
def test_what_the_system_refuses_is_no_bug(
    monkeypatch: pytest.MonkeyPatch, fupin: Callable[..., Ran], error: OSError, code: int
) -> None:
    """A workspace that another user made, or that was brought back by one: status, doctor and verify asked for a maintainer."""

    def refuse(_: object) -> None:
        raise error

    monkeypatch.setattr("fupin_cli.jobs.workspace.find_workspace", refuse)
    ran = fupin("status")
    assert ran.code == code
    assert (f"错误: {error.filename} 读写不了：" in ran.err) == (code == 2)
    assert ("维护人员" in ran.err) == (code == 70)


def test_a_reader_that_leaves_keeps_the_code_of_the_check(tmp_path: Path) -> None:
    """10.A2: `fupin check | head -1`, with a finding and with none."""
    for name, change, wanted in (("clean", {}, 0), ("found", {"assignments": {"银行账号": "abc"}}, 1)):
        build({"change": change}, tmp_path / name)
        line = f"fupin check --month {BASE['month']} -w {name} --no-workbook -v"
        for reader in ("head -c 1", "true") if LONG or wanted else ("true",):
            assert ended(f"{line} | {reader}; exit ${{PIPESTATUS[0]}}", tmp_path)[0] == wanted, reader


class Raw:
    """A stream that does as told, once for each write."""

    def __init__(self, *does: object) -> None:
        """Keep what to do: so many bytes, nothing yet (None), or an error."""
        self.does = list(does)
        self.got = b""

    def write(self, data: memoryview) -> int | None:
        step = self.does.pop(0) if self.does else len(data)
        if isinstance(step, OSError):
            raise step
        if not isinstance(step, int):
            return None
        self.got += bytes(data[:step])
        return step


def test_a_guarded_stream_writes_all_or_notes_the_loss() -> None:
    slow = Raw(2, None, 1)
    told = Told(slow)
    assert (told.write(b"abcdef"), slow.got, told.lost) == (6, b"abcdef", False)
    left = Told(Raw(BrokenPipeError(32, "")))
    assert (left.write(b"abc"), left.write(b"d"), left.lost) == (3, 1, False)
    full = Told(Raw(OSError(28, "")))
    assert (full.write(b"abc"), full.write(b"d"), full.lost) == (3, 1, True)
    closed = Told(None)
    assert (closed.write(b""), closed.lost) == (0, False)
    assert (closed.write(b"a"), closed.lost, closed.isatty()) == (1, True, False)


@pytest.mark.parametrize(
    "error", [ValueError("writing handle"), FupinError("账本读写不了：OperationalError", "检查磁盘空间")]
)
def test_an_interruption_that_a_library_made_an_error_of_is_one(
    fupin: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """10.A2: the zip that is being written raises an error of its own while it is left, SQLite too; the run still ends with 130."""
    from fupin_cli.outputs import bulk

    build({}, tmp_path / "w")

    def interrupted(*_: object) -> None:
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        raise error

    before = signal.signal(signal.SIGINT, entry._interrupt)
    monkeypatch.setattr(bulk, "_fill", interrupted)
    try:
        ran = fupin("check", "-w", tmp_path / "w", "--month", BASE["month"])
    finally:
        signal.signal(signal.SIGINT, before)
        interruption.asked_to_end.clear()
    assert ran.code == 130
    assert not list((tmp_path / "w" / "out").rglob("*.xlsx"))
    assert not list((tmp_path / "w" / "out").rglob(".*.tmp"))


@pytest.mark.parametrize("asked", [True, False])
def test_an_interruption_that_came_to_nobody_ends_the_run_at_its_next_step(*, asked: bool) -> None:
    """While lxml and pydantic are loaded, their C code drops what is raised: the run went on as if nothing had been."""
    interruption.asked_to_end.extend([2] * asked)
    try:
        with progress_bar(enabled=False) as step, pytest.raises(KeyboardInterrupt) if asked else nullcontext():
            step("读取", 1, 2)
    finally:
        interruption.asked_to_end.clear()


def test_interrupted_while_a_text_is_compiled_it_ends_with_130() -> None:
    """Every dataclass is made so; of such an end Python made the signal's own (-2 to whoever started it), though it was told."""
    code = (
        "import sys; from fupin_cli.cli import app, main; sys.argv[1:] = ['status']\n"
        "app.command = lambda _: exec('raise KeyboardInterrupt')\n"
        "main.run()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.splitlines()[0]) == (130, "错误: 中断了")


@pytest.mark.parametrize(
    "state",
    ["[]", "{", "7", '{"2024-05": 3}', '{"2024-05": {"fingerprint": 1, "outputs": "x"}}', "[" * 100_000, "\\u0000"],
)
def test_an_odd_record_of_the_last_run_is_told_and_the_month_done_again(
    fupin: Callable[..., Ran], tmp_path: Path, state: str
) -> None:
    """10.A2: `run.json` that makes no sense."""
    build({"settings": '[run]\njobs = ["check"]\n'}, tmp_path / "w")
    (tmp_path / "w" / ".fupin").mkdir()
    (tmp_path / "w" / ".fupin" / "run.json").write_text(state, encoding="utf-8")
    ran = fupin("run", "-w", tmp_path / "w", "--month", BASE["month"])
    assert (ran.code, "run.json 读不懂" in ran.out) == (0, True)
    assert BASE["month"] in json.loads((tmp_path / "w" / ".fupin" / "run.json").read_text(encoding="utf-8"))

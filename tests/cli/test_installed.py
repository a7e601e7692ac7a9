"""The program as it is installed: from a wheel, outside the checkout, with its schemas and policy inside."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel, install it into a fresh virtual environment, give its `fupin`.

    The libraries are those of this environment, put on the path: what is tested is what the wheel itself carries.
    """
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT],
        check=True,
        capture_output=True,
    )
    wheel = next(folder.glob("*.whl"))
    venv.create(folder / "venv")
    python = folder / "venv" / "bin" / "python"
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel],
        check=True,
        capture_output=True,
    )
    site = next((folder / "venv" / "lib").glob("python*/site-packages"))
    libraries = next(p for p in sys.path if p.endswith("site-packages"))
    (site / "libraries.pth").write_text(libraries + "\n", encoding="utf-8")
    return folder / "venv" / "bin" / "fupin"


def run(program: Path, *arguments: object, **environment: str) -> subprocess.CompletedProcess[bytes]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("FUPIN", "PYTHON"))}
    return subprocess.run([program, *map(str, arguments)], capture_output=True, check=False, env=clean | environment)


def test_the_installed_program_checks_the_sample(program: Path, tmp_path: Path) -> None:
    done = run(program, "check", "-w", ROOT / "sample_data", "--month", "2024-05", "-o", tmp_path)
    assert done.returncode == 1, done.stderr.decode()
    assert (tmp_path / "2024-05" / "核查_2024-05.xlsx").is_file()
    probe = "import fupin_cli, fupin_cli.intake.contracts as c; print(fupin_cli.__file__); print(c.shipped_schemas())"
    where = subprocess.run([program.parent / "python", "-c", probe], capture_output=True, check=True, cwd=tmp_path)
    assert str(ROOT) not in where.stdout.decode()
    assert b"fupin_cli/schemas" in where.stdout


def test_a_gbk_console_gets_gbk_and_never_an_exception(program: Path) -> None:
    done = run(program, "rules", "POST005", PYTHONIOENCODING="gbk")
    assert done.returncode == 0
    assert "一人多岗" in done.stdout.decode("gbk")


def test_help_imports_nothing_heavy(program: Path) -> None:
    probe = (
        "import sys; from fupin_cli.cli.main import main; main(['--help']); "
        "print([m for m in ('polars', 'pandera', 'openpyxl', 'pydantic', 'fastexcel', 'rich.console', 'yaml') if m in sys.modules])"
    )
    done = subprocess.run([program.parent / "python", "-c", probe], capture_output=True, check=True)
    assert done.stdout.decode().strip().endswith("[]")


def test_a_closed_pipe_is_no_error(program: Path) -> None:
    done = subprocess.run(f"'{program}' rules | head -1", shell=True, capture_output=True, check=False)  # noqa: S602
    assert done.stderr.decode().startswith("下一步：")  # a hint (14.3), no error

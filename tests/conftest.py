"""Helpers that tests share: an inbox written with real files, and `fupin` run in this process."""

from __future__ import annotations

import gc
import hashlib
import json
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import settings

from fupin_cli.cli.main import NEW_OBJECTS, main

# `make test-long`: every kill, seed, month and example; `make test` takes some of each.
LONG = bool(os.environ.get("FUPIN_LONG"))

# How long one example takes says how busy the machine is, no more.
settings.register_profile("fupin", deadline=None, max_examples=100 if LONG else 30)
settings.load_profile("fupin")

# Tables of a few rows gain nothing from threads, and several tests run at once.
os.environ.setdefault("POLARS_MAX_THREADS", "1")

# As a program that was started does it.
gc.set_threshold(NEW_OBJECTS)

# What tests start is not to compile all of the program anew, as an installed one would not.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

SAMPLE = Path(__file__).parents[1] / "sample_data"


def pytest_collection_finish() -> None:
    """What is imported by now stays: nobody has to look through it again for garbage."""
    gc.collect()
    gc.freeze()


# Files whose tests share something that costs more than they do: one worker does all of a file.
TOGETHER = {
    f"tests/{name}.py"
    for name in (
        "cases/test_cases",
        "cases/test_measure_cases",
        "cases/test_payroll_cases",
        "cases/test_reconcile_cases",
        "cli/test_approve",
        "cli/test_check",
        "cli/test_columns",
        "cli/test_corrections",
        "cli/test_installed",
        "cli/test_kept_cells",
        "cli/test_kept_months",
        "cli/test_kept_tables",
        "cli/test_kills",
        "cli/test_payroll",
        "cli/test_quarter",
        "cli/test_run",
        "cli/test_sealed_ledger",
        "cli/test_settlements",
        "counties/test_cluster",
        "errors/test_every_message",
        "page/test_report",
        "unit/test_house",
    )
}
TOGETHER_WITH = {"tests/docs/test_docs.py": "tests/unit/test_house.py"}  # what imports what is read once


def together(nodeid: str) -> str:
    """What goes to one worker with a test: its file, or nothing but itself."""
    file = nodeid.partition("::")[0]
    file = TOGETHER_WITH.get(file, file)
    return file if file in TOGETHER else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give work out by `together`, in the order of `pytest_collection_modifyitems`."""
    from xdist.scheduler import LoadScopeScheduling

    class Together(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return together(nodeid)

    config.option.loadscopereorder = False
    return Together(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None]:
    """Begin with what takes long, then what stays together: at the end every worker has something left to do."""
    yield
    items.sort(key=lambda item: (item.get_closest_marker("long") is None, together(item.nodeid) == item.nodeid))


@dataclass
class Ran:
    """A finished run: exit code, what was printed, and the JSON document if it printed one."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.out)
        return document

    @property
    def findings(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.document["findings"]
        return found

    def codes(self) -> list[str]:
        return sorted(f["code"] for f in self.findings)


Fupin = "Callable[..., Ran]"


@pytest.fixture
def fupin(capfd: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Run a command line in this process."""

    def run(*arguments: object) -> Ran:
        capfd.readouterr()
        code = main([str(a) for a in arguments])
        out, err = capfd.readouterr()
        return Ran(code, out, err)

    return run


@pytest.fixture(scope="session")
def sample_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sample county that tests leave as it is."""
    root = tmp_path_factory.mktemp("sample") / "w"
    shutil.copytree(SAMPLE / "inbox", root / "inbox")
    shutil.copy(SAMPLE / "fupin.toml", root)
    return root


@pytest.fixture(scope="session")
def drafted_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean month of one person, computed by 甲, to be copied; the unattended run makes no further reports."""
    from tests.cases.test_cases import BASE, build

    root = tmp_path_factory.mktemp("drafted") / "w"
    build({"settings": '[run]\njobs = ["check", "payroll"]\n'}, root)
    assert main(["payroll", "-w", str(root), "--month", BASE["month"], "--operator", "甲", "-q"]) == 0
    return root


@pytest.fixture(scope="session")
def approved_once(drafted_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, approved by 乙."""
    from tests.cases.test_cases import BASE

    root = tmp_path_factory.mktemp("approved") / "w"
    shutil.copytree(drafted_once, root)
    assert main(["approve", BASE["month"], "-w", str(root), "--by", "乙", "-y", "--document", "文1"]) == 0
    return root


@pytest.fixture(scope="session")
def _said_of_sample() -> dict[tuple[str, ...], tuple[Ran, Path]]:
    return {}


@pytest.fixture
def of_sample(
    fupin: Callable[..., Ran], sample_once: Path, _said_of_sample: dict[tuple[str, ...], tuple[Ran, Path]]
) -> Callable[..., tuple[Ran, Path]]:
    """What `check` says of the sample's month, and the folder it wrote: each command line is run once.

    Tests that share it stand in files of `TOGETHER`, so that one worker runs it.
    """

    def run(*arguments: str) -> tuple[Ran, Path]:
        if arguments not in _said_of_sample:
            folder = sample_once.parent / f"out-{len(_said_of_sample)}"
            ran = fupin("check", "-w", sample_once, "--month", "2024-05", "-o", folder, *arguments)
            _said_of_sample[arguments] = ran, folder / "2024-05"
        return _said_of_sample[arguments]

    return run


@pytest.fixture(scope="session")
def _elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("elsewhere")


@pytest.fixture(autouse=True)
def _outside(_elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run every test outside the checkout, in a folder that is empty, with none of this machine's settings."""
    for left in _elsewhere.iterdir():
        shutil.rmtree(left) if left.is_dir() and not left.is_symlink() else left.unlink()
    monkeypatch.chdir(_elsewhere)
    for name in ("FUPIN_WORKSPACE", "NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)


def planned(path: Path, plans: list[Any], *_: Any) -> None:
    """Put in a workbook's place what tells two of them apart, and nothing that could be opened."""
    said = repr([(plan.title, plan.heading, plan.rows.rows()) for plan in plans])
    path.write_text(f"tests/conftest.py: books_planned {hashlib.sha256(said.encode()).hexdigest()}", encoding="ascii")


@pytest.fixture
def books_planned(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workbooks are computed, sheet by sheet, and not written: half of what a command costs, for tests that open none.

    A module says `pytestmark = pytest.mark.usefixtures("books_planned")`; its tests that look at a workbook are marked `books`.
    `make test-long` writes them all.
    """
    # What takes the writer by its name takes the real one, whichever test is the first to load it: files for the bank are written.
    import fupin_cli.counties.across
    import fupin_cli.outputs.bank  # noqa: F401

    if not LONG and request.node.get_closest_marker("books") is None:
        monkeypatch.setattr("fupin_cli.outputs.bulk.write_workbook", planned)


def from_yaml(path: Path) -> Any:
    """What a YAML file holds; read by libyaml where there is one, which is ten times as fast."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506


def write_csv(path: Path, rows: list[dict[str, Any]], encoding: str = "utf-8") -> Path:
    """Write rows as a CSV with the headers of the first row."""
    headers = list(rows[0])
    lines = [",".join(headers)] + [",".join(str(row.get(h, "")) for h in headers) for row in rows]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(("\n".join(lines) + "\n").encode(encoding))
    return path

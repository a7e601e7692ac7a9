"""11.6: the commands as functions; what they give is safe to show, and asking writes nothing."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import shutil
import subprocess
import sys
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

import fupin_cli as fupin
from fupin_cli.outputs import frames
from tests.cases.test_cases import BASE, build

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Ran

ROOT = Path(__file__).parents[2]
M = BASE["month"]
ID = re.compile(r"\d{17}[\dXx]")
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
ALL = ("check", "payroll", "reconcile", "roster", "risk", "forecast", "due")


def county(root: Path) -> Path:
    build({}, root)
    return root


def state(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.mark.long
def test_the_page_runs_on_the_sample(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Every block of docs/library.md, in one namespace; what the sample comes to is shown without a person."""
    shutil.copytree(ROOT / "sample_data", tmp_path / "county", ignore=shutil.ignore_patterns("out", ".fupin"))
    before = state(tmp_path)
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    blocks = BLOCK.findall((ROOT / "docs" / "library.md").read_text(encoding="utf-8"))
    assert len(blocks) == 6
    for block in blocks:
        exec(compile(block, "docs/library.md", "exec"), names)  # noqa: S102 - our own page
    assert state(tmp_path) == before
    printed = capfd.readouterr()
    assert printed.err == ""
    assert not ID.search(printed.out)
    runs = [value for value in names.values() if type(value).__module__.startswith("fupin_cli.")]
    people = names["roster"].people["name"].to_list()
    for run in runs:
        shown = repr(run)
        assert len(shown) < 300
        assert not ID.search(shown)
        assert not any(name in shown for name in people)
    assert names["checked"].counts()["errors"] > 100
    for run, frame in ((names["checked"], "findings"), (names["payroll"], "lines"), (names["reconciled"], "verdicts")):
        promised(getattr(run, "findings" if frame == "findings" else "lines"), frame)
    promised(names["roster"].people, "people")
    promised(names["risk"].lines, "risks")


def promised(frame: pl.DataFrame, name: str) -> None:
    """The frame has every column that the page promises, of its type."""
    _, columns = frames.FRAMES[name]
    assert {key: frame.schema.get(key) for key in columns} == {key: one.dtype for key, one in columns.items()}


def test_what_is_asked_is_what_the_command_says_and_nothing_is_written(
    fupin_: Callable[..., Ran], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    root = county(tmp_path)
    before = state(root)
    found = {name: getattr(fupin, name)(root, M) for name in ALL}
    assert state(root) == before
    assert capfd.readouterr() == ("", "")
    assert found["payroll"].lines["person_code"].to_list() == [None]  # no key was made for it
    assert found["payroll"].counts() == {"lines": 1, "pay": 1, "hold": 0, "refuse": 0, "amount_fen": 73205}
    assert set(fupin.check(root, M, select=["CAP"], ignore=["CAP002"]).by_code()) == set()
    assert fupin.subsidy(root, "post", M).lines.equals(found["payroll"].lines)
    promised(found["forecast"].lines, "forecast")
    promised(found["due"].lines, "due")
    document = fupin_("payroll", "-w", root, "-m", M, "--by", "甲", "--format", "json").document
    assert document["totals"]["amount"] == "732.05"
    again = fupin.payroll(root, M)  # the command has made the key
    assert again.lines["person_code"].to_list() == [document["lines"][0]["person_code"]]
    assert again.lines.drop("person_code").equals(found["payroll"].lines.drop("person_code"))
    assert fupin.roster(root, M).people["person_code"].to_list() == again.lines["person_code"].to_list()


@pytest.fixture
def fupin_(fupin: Callable[..., Ran]) -> Callable[..., Ran]:
    """The command line, where `fupin` is the library."""
    return fupin


def test_mistakes_are_exceptions_of_the_project(tmp_path: Path) -> None:
    """Nothing ends the caller's process; the words and hints are those of the command line."""
    with pytest.raises(fupin.FupinError, match="不存在") as gone:
        fupin.check(tmp_path / "nowhere", M)
    assert gone.value.hint
    with pytest.raises(fupin.UsageError, match="月份写法不对"):
        fupin.check(tmp_path, "2024-13")
    with pytest.raises(fupin.NoInputError):
        fupin.check(tmp_path, M)
    root = county(tmp_path / "county")
    with pytest.raises(fupin.UsageError, match="NOSUCH"):
        fupin.check(root, M, select=["NOSUCH"])
    with pytest.raises(fupin.UsageError, match="没有 nosuch"):
        fupin.subsidy(root, "nosuch", M)
    with pytest.raises(fupin.UsageError, match="晚于"):
        fupin.reconcile(root, M, "2024-04")
    assert fupin.NoInputError.exit_code == 10


def test_importing_the_package_alone_loads_nothing() -> None:
    """`import fupin_cli` is what every start of `fupin` pays for."""
    code = "import sys, fupin_cli; print([m for m in sys.modules if m.startswith(('fupin_cli.', 'polars', 'typer'))])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ast.literal_eval(done.stdout) == ["fupin_cli.version"]


def test_everything_offered_is_there_and_typed() -> None:
    assert set(fupin.__all__) == set(dir(fupin))
    assert all(getattr(fupin, name) for name in fupin.__all__)
    with pytest.raises(AttributeError, match="nothing"):
        _ = fupin.nothing  # type: ignore[attr-defined]
    assert (Path(fupin.__file__).parent / "py.typed").is_file()
    assert callable(fupin.reconcile)  # no room of the package takes the name of a function


def test_no_dataclass_shows_a_frame() -> None:
    """A frame holds people: none is printed because somebody printed what holds it."""
    holds = re.compile(r"\b(DataFrame|LazyFrame|Series|RawSheet)\b")
    shown = set()
    for module in pkgutil.walk_packages(fupin.__path__, "fupin_cli."):
        if module.name.endswith(("__main__", "_worker")):
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            if isinstance(value, type) and is_dataclass(value) and value.__module__ == module.name:
                own = value.__repr__.__qualname__.startswith(("Shown.", "object."))
                shown |= {
                    f"{module.name}.{name}.{one.name}"
                    for one in fields(value)
                    if one.repr and not own and holds.search(str(one.type)) and "Callable" not in str(one.type)
                }
    assert shown == {"fupin_cli.outputs.sheet.Bars.series"}  # series of a chart: numbers


def test_the_page_of_frames_is_generated() -> None:
    """`make docs` has been run."""
    assert (ROOT / "docs" / "frames.md").read_text(encoding="utf-8") == frames.page()

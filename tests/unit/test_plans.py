"""How plans are carried out, and how little of the program a command line builds (15)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from fupin_cli.cli.app import app, command
from fupin_cli.cli.threads import LITTLE, THREADS, one_for_little
from fupin_cli.plans import FEW_ROWS, MEMORY, collected, in_memory


@pytest.mark.parametrize("rows", [0, 3, FEW_ROWS, FEW_ROWS + 1])
def test_few_rows_and_many_come_to_the_same(rows: int) -> None:
    frame = pl.DataFrame({"n": range(rows)}, schema={"n": pl.Int64})
    plan = frame.lazy().with_columns(odd=pl.col("n") % 2).filter(pl.col("odd") == 1).join(frame.lazy(), on="n")
    assert collected(plan, rows)["n"].to_list() == list(range(1, rows, 2))
    assert collected(plan).equals(collected(plan, rows))  # where nobody knows how many


def test_who_has_set_another_engine_keeps_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POLARS_ENGINE_AFFINITY", raising=False)
    in_memory()
    assert os.getenv("POLARS_ENGINE_AFFINITY") == MEMORY
    monkeypatch.setenv("POLARS_ENGINE_AFFINITY", "streaming")
    in_memory()
    assert os.getenv("POLARS_ENGINE_AFFINITY") == "streaming"


@pytest.mark.parametrize("where", ["inbox/2024-05/a.csv", "inbox/a.xlsx", ".fupin/ledger.sqlite", "elsewhere/a.csv"])
@pytest.mark.parametrize(("size", "threads"), [(LITTLE, "1"), (LITTLE + 1, None)])
def test_little_is_gone_through_by_one_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str, size: int, threads: str | None
) -> None:
    """15: all that the command may read counts: inbox, ledger, a folder that was named."""
    monkeypatch.delenv(THREADS, raising=False)
    file = tmp_path / where
    file.parent.mkdir(parents=True)
    file.write_bytes(b"")
    os.truncate(file, size)
    one_for_little({"workspace": tmp_path, "places": ["2024-05", str(tmp_path / "elsewhere")]})
    assert os.environ.get(THREADS) == threads


def test_who_has_set_the_threads_keeps_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(THREADS, "3")
    one_for_little({"workspace": tmp_path})
    assert os.environ[THREADS] == "3"
    monkeypatch.delenv(THREADS)
    one_for_little({"root": tmp_path})  # a command of no workspace
    assert THREADS not in os.environ


def test_the_threads_are_set_before_polars_is_loaded(tmp_path: Path) -> None:
    """15: it reads how many it may have when it is loaded, and never again."""
    (tmp_path / "fupin.toml").write_text('[county]\nname = "示例县"\n', encoding="utf-8")
    code = "from fupin_cli.cli.main import main; main(['status']); import polars; print(polars.thread_pool_size())"
    own = {name: value for name, value in os.environ.items() if name != THREADS}
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=own, capture_output=True, text=True, check=True
    )
    assert ran.stdout.splitlines()[-1] == "1"


@pytest.mark.parametrize("name", ["check", "payroll", "what-if", "status"])
def test_a_command_alone_has_the_options_it_has_among_all(name: str) -> None:
    alone, whole = command(name).commands, command().commands  # type: ignore[attr-defined]
    assert list(alone) == [name]
    assert [p.opts for p in alone[name].params] == [p.opts for p in whole[name].params]


def test_the_first_page_has_every_command_and_group_with_its_words() -> None:
    page, whole = command("--help").commands, command().commands  # type: ignore[attr-defined]
    assert list(page) == list(whole)
    assert [c.get_short_help_str(200) for c in page.values()] == [c.get_short_help_str(200) for c in whole.values()]


@pytest.mark.parametrize("asked", ["", "nosuch", "help", "completion", "ledger"])
def test_what_may_tell_of_all_commands_has_them(asked: str) -> None:
    every = [*(i.name for i in app.registered_commands), *(i.name for i in app.registered_groups)]
    assert sorted(command(asked).commands) == sorted(map(str, every))  # type: ignore[attr-defined]

"""How plans are carried out, and how little of the program a command line builds (15)."""

from __future__ import annotations

import os

import polars as pl
import pytest

from fupin_cli.cli.app import app, command
from fupin_cli.plans import FEW_ROWS, MEMORY, collected, in_memory


@pytest.mark.parametrize("rows", [0, 3, FEW_ROWS, FEW_ROWS + 1])
def test_few_rows_and_many_come_to_the_same(rows: int) -> None:
    frame = pl.DataFrame({"n": range(rows)}, schema={"n": pl.Int64})
    plan = frame.lazy().with_columns(odd=pl.col("n") % 2).filter(pl.col("odd") == 1).join(frame.lazy(), on="n")
    assert collected(plan, rows)["n"].to_list() == list(range(1, rows, 2))


def test_who_has_set_another_engine_keeps_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POLARS_ENGINE_AFFINITY", raising=False)
    in_memory()
    assert os.getenv("POLARS_ENGINE_AFFINITY") == MEMORY
    monkeypatch.setenv("POLARS_ENGINE_AFFINITY", "streaming")
    in_memory()
    assert os.getenv("POLARS_ENGINE_AFFINITY") == "streaming"


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

"""One pool for all tests of many counties: starting a worker costs more than what it does here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fupin_cli.counties import pool
from tests.cases.test_cases import BASE, build
from tests.conftest import Ran

MONTH = BASE["month"]


@pytest.fixture(scope="session")
def workers() -> Iterator[pool.Local]:
    """One worker for the whole session."""
    engine = pool.Local(1)
    yield engine
    engine.close()


@pytest.fixture
def counties(
    fupin: Callable[..., Ran], workers: pool.Local, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., Ran]:
    """Run `fupin counties …` on the session's worker, over the counties of `tmp_path / "市"`."""

    class Shared(pool.Local):
        def __init__(self, *_: Any) -> None:
            self.__dict__.update(workers.__dict__)

        def close(self) -> None:
            """Leave the worker to the next."""

    monkeypatch.setattr(pool, "Local", Shared)

    def run(command: str, *arguments: object, month: str = MONTH) -> Ran:
        return fupin("counties", command, "--root", tmp_path / "市", "--month", month, "--format", "json", *arguments)

    return run


def county(folder: Path, name: str, **case: Any) -> Path:
    """Write a county of one person (`tests.cases.test_cases.build`), with another name."""
    build(case, folder)
    file = folder / "fupin.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("示例县", name), encoding="utf-8")
    return folder

"""Helpers that tests share: an inbox written with real files, and `fupin` run in this process."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

from fupin_cli.cli.main import main

settings.register_profile("fupin", deadline=None)  # how long one example takes says how busy the machine is, no more
settings.load_profile("fupin")

# Tables of a few rows gain nothing from threads, and several tests run at once.
os.environ.setdefault("POLARS_MAX_THREADS", "1")

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


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


@pytest.fixture(autouse=True)
def _outside(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run every test outside the checkout, with none of this machine's settings."""
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    for name in ("FUPIN_WORKSPACE", "NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)


def write_csv(path: Path, rows: list[dict[str, Any]], encoding: str = "utf-8") -> Path:
    """Write rows as a CSV with the headers of the first row."""
    headers = list(rows[0])
    lines = [",".join(headers)] + [",".join(str(row.get(h, "")) for h in headers) for row in rows]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(("\n".join(lines) + "\n").encode(encoding))
    return path

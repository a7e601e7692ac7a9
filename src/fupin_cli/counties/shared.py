"""Which codes stand in several counties, and the rows of these: each extract is opened twice, however many counties there are.

A county's extract is small and there are thousands: a task for each range of codes that looked into every one of them would open
each as often as there are ranges. So codes are gathered first, of a group of counties a task; what stands twice is looked for
range by range in what was gathered; the rows are then taken out of the extracts, again a group a task. Only codes are seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from fupin_cli.outputs.files import atomic

if TYPE_CHECKING:
    from collections.abc import Sequence

ROW_GROUP = 1 << 15
CODE = pl.col("code")


@dataclass(frozen=True)
class Gather:
    """Take the codes of a group of extracts, sorted, into `target`."""

    key: str
    files: tuple[str, ...]
    target: str


@dataclass(frozen=True)
class Meet:
    """Write codes from `low` to `high` that stand in several counties, by gathered `files`, into `target`."""

    key: str
    files: tuple[str, ...]
    low: int
    high: int
    target: str


@dataclass(frozen=True)
class Sift:
    """Take the rows with codes in `shared` out of a group of extracts, of counties from number `first`, into `target`."""

    key: str
    files: tuple[str, ...]
    first: int
    shared: tuple[str, ...]
    target: str


def gathered(files: Sequence[str]) -> pl.Series:
    """The codes of some counties, sorted: each once for each county it stands in.

    In an extract equal codes stand side by side (`extract.extract` sorts), so that they are told apart without a table.
    """
    scans = [pl.scan_parquet(file).select(CODE).filter(CODE.ne_missing(CODE.shift(1))) for file in files]
    return pl.concat(scans).collect()["code"].sort()


def met(codes: pl.Series) -> pl.Series:
    """Those of sorted codes that stand there more than once."""
    return codes.filter(codes == codes.shift(1)).unique()


def sifted(files: Sequence[str], first: int, shared: pl.Series) -> pl.DataFrame:
    """The rows of some counties (numbered from `first`: `county`) whose code is in `shared`; of others only the code is read."""
    chosen = shared.implode()
    scans = [
        pl.scan_parquet(file).filter(CODE.is_in(chosen)).with_columns(county=pl.lit(number, dtype=pl.UInt16))
        for number, file in enumerate(files, first)
    ]
    return pl.concat(scans).collect()


def do_gather(task: Gather) -> dict[str, Any]:
    """Do a task `Gather`."""
    return _written(pl.DataFrame({"code": gathered(task.files)}), task.target)


def do_meet(task: Meet) -> dict[str, Any]:
    """Do a task `Meet`."""
    low, high = (pl.lit(edge, dtype=pl.UInt64) for edge in (task.low, task.high))
    scans = [pl.scan_parquet(file).filter(CODE.is_between(low, high)) for file in task.files]
    codes = pl.concat(scans).collect()["code"].sort()
    return _written(pl.DataFrame({"code": met(codes)}), task.target)


def do_sift(task: Sift) -> dict[str, Any]:
    """Do a task `Sift`."""
    shared = pl.concat([pl.read_parquet(file) for file in task.shared])["code"]
    return _written(sifted(task.files, task.first, shared), task.target)


def _written(rows: pl.DataFrame, target: str) -> dict[str, Any]:
    with atomic(Path(target)) as temporary:  # codes do not compress
        rows.write_parquet(temporary, compression="uncompressed", row_group_size=ROW_GROUP, statistics=True)
    return {"status": "done", "rows": rows.height}

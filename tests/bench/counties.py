"""Goals of many counties: `make bench-counties` (PEOPLE="3 30" in millions, 30@2800 of 2,800 counties): made-up extracts, compared.

A measured comparison runs in a process of its own with one Polars thread: processor seconds, and the most memory it held.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from multiprocessing import get_context
from pathlib import Path
from typing import Any

COUNTIES, MONTH, GOALS = 20, 24292, {3.0: (2.0, 300), 30.0: (25.0, 300)}


def make(folder: Path, millions: float, counties: int = COUNTIES) -> None:
    """Write the extracts: each person with 36 paid months and a phone, one in ten thousand in two counties."""
    import polars as pl

    from fupin_cli.counties.across import ROW_GROUP
    from fupin_cli.counties.extract import SCHEMA

    size = int(millions * 1_000_000 / counties)
    for county in range(counties):
        own = pl.int_range(county * size, (county + 1) * size, dtype=pl.UInt64, eager=True)
        away = own.head(size // 10_000) + size  # people of the next county
        number = pl.concat([own, away])
        person = number.hash(1)
        people = pl.DataFrame(
            {
                "kind": 0,
                "code": person,
                "person": person,
                "mask": pl.Series([2**36 - 1], dtype=pl.UInt64).new_from_index(0, len(number)),
            }
        )
        phones = pl.DataFrame({"kind": 1, "code": number.hash(9), "person": person}).with_columns(kind=2)
        rows = pl.concat([people, phones], how="diagonal").with_columns(
            check=pl.col("code").cast(pl.UInt64) % 2**32,
            bucket=pl.col("code") // 2**56,
            registry=True,
            roster=False,
            older=0,
            short=0,
            mask=pl.col("mask").fill_null(0),
        )
        missing = [pl.lit(None, dtype=dtype).alias(name) for name, dtype in SCHEMA.items() if name not in rows.columns]
        rows = rows.with_columns(missing).select(pl.col(name).cast(dtype) for name, dtype in SCHEMA.items())
        path = folder / f"{county}.parquet"
        rows.sort("bucket", "kind", "code", "person").write_parquet(path, row_group_size=ROW_GROUP, statistics=True)


def measure(files: tuple[str, ...], rows: int, target: str, answer: Any) -> None:
    """Compare as a run does, all tasks one after the other in this process: the coordinator's work is in it."""
    os.environ["POLARS_MAX_THREADS"] = "1"
    from fupin_cli.counties.compare import compare
    from fupin_cli.counties.pool import Limits
    from tests.counties.here import Here

    each, before = (rows // len(files),) * len(files), time.process_time()
    hits = compare(files, each, (36,) * len(files), Path(target), MONTH, Here(), Limits())
    answer.put((time.process_time() - before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, hits.height))


def main() -> None:
    """Print the table of goals."""
    sizes = [text.partition("@") for text in sys.argv[1:] or ("0.3", "3")]
    print(f"{'million people':>15} {'counties':>8} {'CPU s':>8} {'MiB':>6} {'hits':>8}  goal")
    spawn = get_context("spawn")
    for people, _, places in sizes:
        millions, counties = float(people), int(places or COUNTIES)
        with tempfile.TemporaryDirectory() as folder:
            maker = get_context("spawn").Process(target=make, args=(Path(folder), millions, counties))
            maker.start()
            maker.join()
            files = tuple(sorted(str(path) for path in Path(folder).glob("*.parquet")))
            answer = spawn.Queue()
            worker = spawn.Process(target=measure, args=(files, int(millions * 2e6), f"{folder}/across", answer))
            worker.start()
            seconds, most, hits = answer.get()
            worker.join()
        goal = "at most {} s, {} MiB".format(*GOALS[millions]) if millions in GOALS else ""
        print(f"{millions:>15} {counties:>8} {seconds:>8.2f} {most:>6.0f} {hits:>8}  {goal}", flush=True)


if __name__ == "__main__":
    main()

"""Benchmarks: `make bench`, smaller by SCALE=0.1, some rows only by ROWS="sample payroll". Asserts nothing.

Prints a Markdown table, a row as soon as it is measured. Reading, where a row has it, is what Polars and fastexcel take to
read the same files as text, in the same run; "after start-up" takes from both what it takes to import what each needs.
"""

from __future__ import annotations

import argparse
import platform
import tempfile
from importlib.metadata import version
from pathlib import Path

from tests.bench import cases
from tests.bench.cases import Row


def main() -> None:
    """Measure the rows that are asked for, each with files of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*", default=list(cases.ROWS), help=" ".join(cases.ROWS))
    parser.add_argument("--scale", type=float, default=1.0, help="part of the sizes, 1 by default")
    given = parser.parse_args()
    names = "polars", "fastexcel", "pandera", "openpyxl"
    print(f"{platform.machine()}, {cases.processors()}; Python {platform.python_version()}, ", end="")
    print(", ".join(f"{name} {version(name)}" for name in names), f"; scale {given.scale:g}\n", sep="")
    print("| work | CPU s | wall s | peak MiB | reading, CPU s | ÷ reading | after start-up |")
    print("|---|--:|--:|--:|--:|--:|--:|", flush=True)
    for name in given.rows:
        with tempfile.TemporaryDirectory(prefix="fupin-bench-") as folder:
            for row in cases.ROWS[name](Path(folder), given.scale):
                print(shown(row), flush=True)


def shown(row: Row) -> str:
    """A row of the table."""
    own, read, start = row.own, row.reading, row.start
    cells = [row.title, f"{own.cpu:.2f}", f"{own.wall:.2f}", f"{own.peak:.0f}"]
    if read is None:
        cells += ["", "", ""]
    elif start is None:
        cells += [f"{read.cpu:.2f}", f"{own.cpu / read.cpu:.1f}", ""]
    else:
        net = (own.cpu - start[0].cpu) / max(read.cpu - start[1].cpu, 0.01)
        cells += [f"{read.cpu:.2f}", f"{own.cpu / read.cpu:.1f}", f"{net:.1f}"]
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()

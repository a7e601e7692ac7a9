"""How a plan over tables is carried out: in memory, and a small one as it is written.

Polars streams by default (from 2.0 on): that costs two milliseconds a plan before its first row, and more memory on tables
that are in memory already. Some hundred rules are asked of every month, most of them of a few rows.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import polars as pl

MEMORY: Literal["in-memory"] = "in-memory"
FEW_ROWS = 20_000


def collected(plan: pl.LazyFrame, rows: int | None = None) -> pl.DataFrame:
    """The rows of a plan over tables of so many rows (None: not known); where these are few, to improve the plan costs more than it saves.

    Of several plans each is given to a thread of Polars as a whole; of one alone, each of its steps, and taken back.
    """
    from polars import QueryOptFlags, collect_all

    how = QueryOptFlags() if rows is None or rows > FEW_ROWS else QueryOptFlags.none()
    return collect_all([plan], engine=MEMORY, optimizations=how)[0]


def in_memory() -> None:
    """Let all plans of this process and of those it starts be carried out so, unless somebody has set it otherwise."""
    os.environ.setdefault("POLARS_ENGINE_AFFINITY", MEMORY)

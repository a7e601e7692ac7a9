"""The Pandera schema of a table: which cells must be filled (IN004) and which words are known (IN007).

Values are typed before: Pandera's own coercion stops at the first bad column and cannot name the cell.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, cast

import polars as pl

from fupin_cli.intake.values import dtype_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import ModuleType

    import pandera.polars as pa

    from fupin_cli.intake.contracts import ColumnSpec, TableSpec

EMPTY, UNLISTED = "IN004", "IN007"


def pandera_schema(spec: TableSpec, names: Iterable[str] | None = None) -> pa.DataFrameSchema:
    """Build the schema of a table from its contract: the columns (`names`: these of them) of which it asks more than a type.

    The types are looked at by `failures` itself: Pandera takes milliseconds for every column, and most have no check.
    """
    import pandera.polars as pa

    return pa.DataFrameSchema(
        {
            name: pa.Column(
                dtype_of(column),
                nullable=True,
                checks=[pa.Check(_asked(holds), name=code, ignore_na=False) for code, holds in checks(column).items()],
            )
            for name, column in spec.columns.items()
            if checks(column) and (names is None or name in names)
        },
        name=spec.table,
        strict=False,
    )


def checks(column: ColumnSpec) -> dict[str, pl.Expr]:
    """What a contract asks of a column's cells, by the code of the finding: true where a cell is right."""
    asked = {}
    cell = pl.col(column.name)
    if column.required and not column.may_be_empty:
        when = column.required_when
        asked[EMPTY] = cell.is_not_null() | ~pl.col(when).fill_null(value=False) if when else cell.is_not_null()
    if column.values:
        known = list(column.values)
        inside = (
            cell.str.split(",").list.eval(pl.element().is_in(known)).list.all()
            if column.type == "choices"
            else cell.is_in(known)
        )
        asked[UNLISTED] = inside | cell.is_null()
    return asked


def _asked(holds: pl.Expr) -> Callable[[pa.PolarsData], pl.LazyFrame]:
    return lambda data: data.lazyframe.select(holds)


def _load_pandera() -> None:
    """Load Pandera without what it makes up data with: where hypothesis is installed (for tests) it loads that, pytest, and ssl.

    For as long as it loads, hypothesis counts as not installed, as it is not where the program is used: five times as fast.
    """
    if "pandera.backends.polars.builtin_checks" in sys.modules or "hypothesis" in sys.modules:
        return
    sys.modules["hypothesis"] = cast("ModuleType", None)  # importlib: whoever imports it is told that there is none
    try:
        import pandera.backends.polars.builtin_checks  # noqa: F401
    finally:
        del sys.modules["hypothesis"]


def failures(frame: pl.DataFrame, spec: TableSpec) -> pl.DataFrame:
    """Validate a typed table. Gives one row a failed cell: code, column, index (0-based in `frame`).

    One pass over the table tells the columns in which a check fails; the cells of these are what Pandera is asked for.
    """
    schema = pl.Schema({"code": pl.String, "column": pl.String, "index": pl.UInt32})
    types = frame.schema
    if any(types[name] != dtype_of(column) for name, column in spec.columns.items()):
        raise AssertionError(f"表格式与程序不符：{spec.table}")
    # Only a filled cell can be outside a list of words, only an empty one be missed.
    # (A column that says one thing is one value, until somebody takes it out of the table.)
    empty = frame.null_count().row(0, named=True)
    doubtful = [
        column
        for name, column in spec.columns.items()
        if (column.values and empty[name] < frame.height) or (column.required and empty[name])
    ]
    asked = {column.name: list(holds.values()) for column in doubtful if (holds := checks(column))}
    right = frame.select(pl.all_horizontal(holds).all().alias(name) for name, holds in asked.items())
    wrong = [name for name in asked if not right[name][0]]
    if not wrong:
        return schema.to_frame()
    _load_pandera()
    from pandera.config import ValidationDepth, config_context
    from pandera.errors import SchemaErrors

    try:
        # Pinned, because two environment variables switch data checks off in silence.
        with config_context(validation_enabled=True, validation_depth=ValidationDepth.SCHEMA_AND_DATA):
            pandera_schema(spec, wrong).validate(frame, lazy=True)
    except SchemaErrors as error:
        cases = error.failure_cases
        if cases["index"].null_count():
            raise AssertionError(f"表格式与程序不符：{spec.table}") from error
        failed: pl.DataFrame = cases.select(
            code=pl.col("check").cast(pl.String),
            column=pl.col("column").cast(pl.String),
            index=pl.col("index").cast(pl.UInt32),
        ).unique(maintain_order=True)
        return failed
    raise AssertionError(f"表格式与程序不符：{spec.table}")

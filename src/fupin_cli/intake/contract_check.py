"""The Pandera schema of a table: which cells must be filled (IN004) and which words are known (IN007).

Values are typed before: Pandera's own coercion stops at the first bad column and cannot name the cell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.intake.values import dtype_of

if TYPE_CHECKING:
    import pandera.polars as pa

    from fupin_cli.intake.contracts import ColumnSpec, TableSpec

EMPTY, UNLISTED = "IN004", "IN007"


def pandera_schema(spec: TableSpec) -> pa.DataFrameSchema:
    """Build the schema of a table from its contract: the columns of which it asks more than their type.

    The types are looked at by `failures` itself: Pandera takes milliseconds for every column, and most have no check.
    """
    import pandera.polars as pa

    return pa.DataFrameSchema(
        {
            column.name: pa.Column(dtype_of(column), nullable=True, checks=_checks(column))
            for column in spec.columns.values()
            if _checks(column)
        },
        name=spec.table,
        strict=False,
    )


def _checks(column: ColumnSpec) -> list[pa.Check]:
    import pandera.polars as pa

    checks = []
    if column.required and not column.may_be_empty:
        when = column.required_when

        def filled(data: pa.PolarsData) -> pl.LazyFrame:
            needed = pl.col(when).fill_null(value=False) if when else pl.lit(value=True)
            return data.lazyframe.select(pl.col(data.key).is_not_null() | ~needed)

        checks.append(pa.Check(filled, name=EMPTY, ignore_na=False))
    if column.values:
        known = list(column.values)
        several = column.type == "choices"

        def listed(data: pa.PolarsData) -> pl.LazyFrame:
            cell = pl.col(data.key)
            inside = (
                cell.str.split(",").list.eval(pl.element().is_in(known)).list.all() if several else cell.is_in(known)
            )
            return data.lazyframe.select(inside | cell.is_null())

        checks.append(pa.Check(listed, name=UNLISTED, ignore_na=False))
    return checks


_SCHEMAS: dict[int, tuple[TableSpec, pa.DataFrameSchema]] = {}


def _kept_schema(spec: TableSpec) -> pa.DataFrameSchema:
    """The schema of a contract, built once: thirty townships send the same table."""
    kept = _SCHEMAS.get(id(spec))
    if kept is None or kept[0] is not spec:
        kept = _SCHEMAS[id(spec)] = (spec, pandera_schema(spec))
    return kept[1]


def failures(frame: pl.DataFrame, spec: TableSpec) -> pl.DataFrame:
    """Validate a typed table. Gives one row a failed cell: code, column, index (0-based in `frame`)."""
    from pandera.config import ValidationDepth, config_context
    from pandera.errors import SchemaErrors

    schema = pl.Schema({"code": pl.String, "column": pl.String, "index": pl.UInt32})
    if any(frame.schema[column.name] != dtype_of(column) for column in spec.columns.values()):
        raise AssertionError(f"表格式与程序不符：{spec.table}")
    try:
        # Pinned, because two environment variables switch data checks off in silence.
        with config_context(validation_enabled=True, validation_depth=ValidationDepth.SCHEMA_AND_DATA):
            _kept_schema(spec).validate(frame, lazy=True)
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
    return schema.to_frame()

"""Each original table's rows that have findings, as sheets of a check's workbook (--annotate)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.outputs.sheet import SheetPlan

if TYPE_CHECKING:
    from fupin_cli.intake.raw import Source
    from fupin_cli.results.check import CheckRun


MESSAGES = "问题"


def annotated_sheets(run: CheckRun, found: pl.DataFrame) -> list[SheetPlan]:
    """Each original table's rows that have findings, as they came, with the cells to mend in colour."""
    plans = []
    for source in run.intake.sources:
        own = found.filter((pl.col("_src") == source.index) & pl.col("_row").is_not_null())
        if own.height:
            plans.append(_annotate(source, own))
    return plans


def _annotate(source: Source, found: pl.DataFrame) -> SheetPlan:
    rows = (
        found.with_columns(said=pl.format("【{}】{}", "code", "message"))
        .group_by("_row", maintain_order=True)
        .agg(pl.col("said").unique(maintain_order=True).str.join("；"))
        .sort("_row")
    )
    cells = source.raw.rows(rows["_row"] - 1)
    labels = source.raw.rows(pl.Series([source.header_row - 1])).row(0)
    filled = [n for n, name in enumerate(cells.columns) if labels[n] or cells[name].null_count() < cells.height]
    headers = {"row": "行", "said": MESSAGES} | {
        str(n): " ".join((labels[n] or source.letter(n)).split()) for n in filled
    }
    frame = (
        cells.select(str(n) for n in filled)
        .with_columns(row=rows["_row"].cast(pl.Int64), said=rows["said"])
        .select(list(headers))
    )
    marked = {}
    for name, position in source.positions.items():
        bad = found.filter(pl.col("column") == name)["_row"].unique()
        if bad.len() and position in filled:
            marked[str(position)] = rows["_row"].is_in(bad.implode())

    title = f"标注-{source.spec.title}"
    where = f"{source.file}{' ! ' + source.sheet if source.sheet else ''}"
    return SheetPlan(
        title, headers, frame, f"{source.spec.title}：有问题的行（{where}）", marked=marked, wrapped=("said",)
    )

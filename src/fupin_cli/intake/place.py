"""Where a finding stands, as Excel shows it: file, sheet, column letter, header, and the cell as it was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.intake.values import FAILED_FORMULA
from fupin_cli.plans import collected

if TYPE_CHECKING:
    from fupin_cli.intake.raw import Source

HINT_FORMULA = "公式没有算出值：用 Excel 打开这个文件，改好公式，保存后再报；或直接填写内容"


def locate(found: pl.DataFrame, sources: list[Source]) -> pl.DataFrame:
    """Add file, sheet, column letter, header and the raw value of the cell to findings that name a source.

    Returns the findings with `letter` and `header` added; the value comes from the file as it stands.
    """
    places = pl.DataFrame(
        [
            (s.index, name, s.letter(position), s.headers.get(position, s.spec.columns[name].header), position)
            for s in sources
            for name, position in s.positions.items()
        ],
        schema={
            "_src": pl.UInt32,
            "column": pl.String,
            "letter": pl.String,
            "header": pl.String,
            "_position": pl.Int64,
        },
        orient="row",
    )
    files = pl.DataFrame(
        [(s.index, s.file, s.sheet) for s in sources],
        schema={"_src": pl.UInt32, "_file": pl.String, "_sheet": pl.String},
        orient="row",
    )
    placed = (
        found.with_row_index("_n")
        .join(files, on="_src", how="left")
        .join(places, on=["_src", "column"], how="left")
        .with_columns(file=pl.coalesce("_file", "file"), sheet=pl.coalesce("_sheet", "sheet"))
    )
    return (
        _with_values(placed, sources)
        .with_columns(
            message=pl.col("message").str.replace("{}", pl.col("value").fill_null(""), literal=True),
            hint=pl.when(_has_no_value()).then(pl.lit(HINT_FORMULA)).otherwise("hint"),
        )
        .sort("_n")
        .drop("_file", "_sheet", "_position", "_n")
    )


def _has_no_value() -> pl.Expr:
    """Whether the finding's cell holds a formula that failed or was never computed (of texts with = IN010 tells itself)."""
    value = pl.col("value")
    return value.str.contains(FAILED_FORMULA) | (value.str.starts_with("=") & (pl.col("code") != "IN010"))


def _with_values(placed: pl.DataFrame, sources: list[Source]) -> pl.DataFrame:
    """Read each finding's cell from its sheet, one gather a column."""
    wanted = placed.filter(pl.col("_position").is_not_null() & pl.col("value").is_null() & pl.col("_row").is_not_null())
    cells = wanted.group_by("_src", "_position").agg("_n", pl.col("_row") - 1)
    if not cells.height:
        return placed
    read = [
        sources[source].raw.column(position, rows).alias("_raw")
        for source, position, rows in zip(cells["_src"], cells["_position"], cells["_row"], strict=True)
    ]
    values = pl.DataFrame([cells["_n"].explode(), pl.concat(read)])
    told = placed.lazy().join(values.lazy(), on="_n", how="left").with_columns(value=pl.coalesce("value", "_raw"))
    return collected(told.drop("_raw"), placed.height)

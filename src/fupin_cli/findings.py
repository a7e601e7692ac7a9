"""The contract between rooms for what is wrong: one row a finding, placed in the file, sheet, row and cell to mend.

Rooms hand on *raw* findings (`SCHEMA`); `intake.place` turns source and column names into what Excel shows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable

SCHEMA = pl.Schema(
    {
        "code": pl.String(),
        "severity": pl.String(),  # null: the rule's own
        "effect": pl.String(),  # null: the rule's own
        "table": pl.String(),
        "_src": pl.UInt32(),  # index of the source; null: about a whole file or run
        "_row": pl.UInt32(),  # the row number that Excel shows
        "column": pl.String(),  # name of the column in the contract
        "person": pl.String(),  # ID number
        "name": pl.String(),
        "post_id": pl.String(),
        "message": pl.String(),
        "hint": pl.String(),  # null: the rule's own
        "clause": pl.String(),  # null: the rule's own
        "waivable": pl.Boolean(),  # null: the rule's own
        "amount_fen": pl.Int64(),  # money at stake
        "months": pl.Int64(),  # months at stake
        "file": pl.String(),
        "sheet": pl.String(),
        "value": pl.String(),  # as written in the cell
        "measure": pl.String(),  # whose claim it stands on; null: of no subsidy besides posts
    }
)


_EMPTY = SCHEMA.to_frame()
_NULL = {name: pl.Series(name, [None], dtype) for name, dtype in SCHEMA.items()}


def empty() -> pl.DataFrame:
    """No findings."""
    return _EMPTY


def conform(frame: pl.DataFrame, code: str | None = None) -> pl.DataFrame:
    """Give a frame all columns of a finding, in order; those it lacks are null. `code`: of all its rows."""
    if not frame.height:
        return _EMPTY
    have = {series.name: series for series in frame.get_columns()}
    if code is not None:
        have["code"] = pl.Series("code", [code]).new_from_index(0, frame.height)
    return pl.DataFrame(
        [
            _NULL[name].new_from_index(0, frame.height)
            if name not in have
            else have[name]
            if have[name].dtype == dtype
            else have[name].cast(dtype)
            for name, dtype in SCHEMA.items()
        ]
    )


def gather(frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Put findings of several origins together."""
    told = [conform(frame) for frame in frames if frame.height]
    return pl.concat(told) if told else _EMPTY


def about_file(code: str, file: str, message: str, sheet: str = "", hint: str | None = None) -> pl.DataFrame:
    """One finding about a whole file or sheet."""
    return conform(
        pl.DataFrame(
            {"code": [code], "file": [file], "sheet": [sheet], "message": [message], "hint": [hint]},
            schema_overrides={"hint": pl.String},
        )
    )

"""11.2: codes, status and form of claim lines, one mechanism for all measures."""

from __future__ import annotations

import polars as pl
import pytest

from fupin_cli import findings
from fupin_cli.measures.claims import LINE, conform, gather_codes, with_status

SPOT = {"_src": [1], "_row": [5]}
FOUND = findings.conform(
    pl.DataFrame({"code": "IN010", "effect": "none", "table": "assignments", **SPOT})
).with_columns(waived=pl.lit(value=False), stops=pl.lit(value=False))


def row_of(line: int, table: str = "assignments") -> pl.DataFrame:
    """A row of a table that belongs to a line (`line`: the row on which it stands)."""
    schema = {"_src": pl.UInt32, "_row": pl.UInt32, "line_src": pl.UInt32, "line_row": pl.UInt32}
    return pl.DataFrame({**SPOT, "line_src": [1], "line_row": [line]}, schema=schema).with_columns(table=pl.lit(table))


@pytest.mark.parametrize(("table", "codes"), [("assignments", ["IN010"]), ("attendance", [])])
def test_a_finding_stands_on_the_line_of_its_row(table: str, codes: list[str]) -> None:
    """Also one that names no person and no post; not on the line of the same row of another table."""
    gathered = gather_codes(FOUND, row_of(3, table))
    assert gathered["codes"].to_list() == [codes] * len(codes)
    assert gathered["_row"].to_list() == [3] * len(codes)


@pytest.mark.parametrize(
    ("effect", "due", "id_ok", "more", "status"),
    [
        ("none", 5, True, [], "pay"),
        ("hold", 5, True, [], "hold"),
        ("refuse", 5, True, ["IN012"], "refuse"),
        ("none", 5, True, ["IN012"], "hold"),
        ("none", None, True, [], "hold"),  # what is not known is not paid
        ("none", 5, False, [], "hold"),
    ],
)
def test_status(effect: str, due: int | None, id_ok: bool, more: list[str], status: str) -> None:
    rows = pl.DataFrame(
        {"_src": [1], "_row": [3], "due_fen": [due], "id_ok": [id_ok]},
        schema_overrides={"_src": pl.UInt32, "_row": pl.UInt32},
    )
    found = FOUND.with_columns(effect=pl.lit(effect), stops=pl.lit(effect != "none"))
    line = with_status(rows, gather_codes(found, row_of(3)), more)
    assert line["status"].item() == status
    assert line["codes"].to_list() == [sorted({"IN010", *more})]
    assert sorted(line["stopping"].item()) == sorted({*(["IN010"] if effect != "none" else []), *more})


def test_lines_have_one_form() -> None:
    line = conform(pl.DataFrame({"_row": [3], "amount_fen": [5], "of_its_own": ["x"]}))
    assert line.schema == pl.Schema({name: column.dtype for name, column in LINE.items()})
    assert line.row(0, named=True)["amount_fen"] == 5
    assert line.row(0, named=True)["fund"] is None
    assert all(column.meaning for column in LINE.values())
    money = [name for name in LINE if name.endswith("_fen")]
    assert {LINE[name].unit for name in money} == {"fen"}

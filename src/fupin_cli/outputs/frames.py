"""The columns of the results' frames, for who uses fupin as a library: `docs/frames.md` is made of them.

`python -m fupin_cli.outputs.frames docs/frames.md`, by `make docs`. A frame may have more columns; those are not promised.
"""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

from fupin_cli.measures.claims import LINE, Column

TEXT, WHOLE = pl.String, pl.Int64
AREA = {
    "county": Column(TEXT, "", "where the person lives"),
    "township": Column(TEXT, "", "where the person lives"),
    "village": Column(TEXT, "", "where the person lives"),
}
WHO = {
    "id_number": Column(TEXT, "", "the person's ID number"),
    "name": Column(TEXT, "", "the person"),
    "person_code": Column(TEXT, "", "the workspace's code for the person; null: it has no key yet"),
    **AREA,
}
CELL = {
    "_file": Column(TEXT, "", "file of the row, below the inbox"),
    "_sheet": Column(TEXT, "", "sheet of the row; empty for CSV"),
    "_row": Column(pl.UInt32, "", "row number that Excel shows"),
}
OBLIGATION = {
    "measure": Column(TEXT, "", "the subsidy's code"),
    "person": Column(TEXT, "", "ID number, credit code, or the row itself"),
    "name": Column(TEXT, "", "the person or organisation"),
    "post_id": Column(TEXT, "", "the post, or what tells two claims of one person apart"),
    **AREA,
    "fund": Column(TEXT, "", "fund that pays; null: not known"),
    "status": Column(TEXT, "", "pay, hold, refuse"),
}
FINDING = {
    "code": Column(TEXT, "", "the rule (docs/rules.md)"),
    "severity": Column(TEXT, "", "error, warning, info"),
    "effect": Column(TEXT, "", "on the claim line: none, hold, refuse"),
    "table": Column(TEXT, "", "the table it stands in; empty or null: a whole file"),
    "file": Column(TEXT, "", "file to mend, below the inbox"),
    "sheet": Column(TEXT, "", "sheet to mend; empty for CSV"),
    "_row": Column(pl.UInt32, "", "row number that Excel shows"),
    "letter": Column(TEXT, "", "the cell's column as Excel shows it"),
    "header": Column(TEXT, "", "the column's header as the file has it"),
    "column": Column(TEXT, "", "the column's name in the contract (docs/schemas.md)"),
    "value": Column(TEXT, "", "the cell as it is written"),
    "personal": Column(pl.Boolean, "", "whether the cell holds personal data"),
    "person": Column(TEXT, "", "ID number"),
    "name": Column(TEXT, "", "the person or organisation"),
    "post_id": Column(TEXT, "", "the post"),
    "message": Column(TEXT, "", "what is wrong, in Chinese"),
    "hint": Column(TEXT, "", "what to do, in Chinese"),
    "clause": Column(TEXT, "", "clause of the policy that it rests on"),
    "waivable": Column(pl.Boolean, "", "whether it can be waived"),
    "waived": Column(pl.Boolean, "", "whether it is"),
    "waiver": Column(TEXT, "", "the document by which it is"),
    "amount_fen": Column(WHOLE, "fen", "money at stake; null: none, or not known"),
    "months": Column(WHOLE, "months", "months at stake"),
    "measure": Column(TEXT, "", "the subsidy whose claim it stands on; null: of none besides posts"),
    **AREA,
}
FRAMES: dict[str, tuple[str, dict[str, Column]]] = {
    "findings": (
        "`check(…).findings`, `payroll(…).findings`, `subsidy(…).findings`, `reconcile(…).findings`: one row a finding",
        FINDING,
    ),
    "lines": ("`payroll(…).lines`, `subsidy(…).lines`: one row a claim line", LINE),
    "verdicts": (
        "`reconcile(…).lines`: one row a person, post (or other subsidy) and month",
        OBLIGATION
        | {
            "month": Column(WHOLE, "month index", "year × 12 + month − 1; null: not known"),
            "codes": Column(TEXT, "", "codes on the line, as a text"),
            "due_fen": Column(WHOLE, "fen", "what it comes to now"),
            "approved_fen": Column(WHOLE, "fen", "what stands approved"),
            "paid_fen": Column(WHOLE, "fen", "what the bank says that it paid"),
            "difference_fen": Column(WHOLE, "fen", "paid − due"),
            "verdict": Column(TEXT, "", "one of the closed list (`reconciliation.verdict.VERDICTS`)"),
            "why": Column(TEXT, "", "why, in Chinese"),
            "advice": Column(TEXT, "", "what to do, in Chinese"),
        },
    ),
    "people": (
        "`roster(…).people`: one row a person whom the policy means",
        WHO
        | {
            "household_id": Column(TEXT, "", "the household"),
            "category": Column(TEXT, "", "脱贫户, or the kind of 监测对象"),
            "labour_class": Column(TEXT, "", "劳动技能 as registered; children and pupils apart"),
            "labour": Column(pl.Boolean, "", "whether the person counts as labour"),
            "risk": Column(TEXT, "", "whether the risk is removed, of 监测对象"),
            "age_band": Column(TEXT, "", "age on the month's last day, in bands"),
            "state": Column(TEXT, "", "where the person works (`month.states`); null: not known"),
            "place": Column(TEXT, "", "place of work"),
            "table": Column(TEXT, "", "table that the state rests on"),
            **CELL,
        },
    ),
    "risks": (
        "`risk(…).lines`: one row a person and risk",
        WHO
        | {
            "household_id": Column(TEXT, "", "the household"),
            "category": Column(TEXT, "", "as on the roster"),
            "code": Column(TEXT, "", "the risk (RSK…, docs/rules.md)"),
            "title": Column(TEXT, "", "the risk in words"),
            "fact": Column(TEXT, "", "what it rests on, in Chinese"),
            "advice": Column(TEXT, "", "what to do, in Chinese"),
            "kind": Column(TEXT, "", "new or continuing"),
            "since": Column(TEXT, "month, 2024-05", "since when it has stood"),
            "feedback": Column(TEXT, "", "what the township answered"),
            "feedback_on": Column(pl.Date, "", "when it did"),
            "table": Column(TEXT, "", "table that it rests on"),
            **CELL,
        },
    ),
    "forecast": (
        "`forecast(…).lines`: one row a line and month to come",
        OBLIGATION
        | {
            "month": Column(WHOLE, "month index", "year × 12 + month − 1"),
            "amount_fen": Column(WHOLE, "fen", "what it will come to; null: no standard that year"),
        },
    ),
    "due": (
        "`due(…).lines`: one row a person and end (of a contract: a line and end), the soonest first",
        OBLIGATION
        | {
            "kind": Column(TEXT, "", "what ends: cap, pension, contract, insurance"),
            "within": Column(WHOLE, "months", "the shortest of 3, 6, 12 in which it ends; 0: it is over"),
            "month": Column(WHOLE, "month index", "the last month"),
            "date": Column(pl.Date, "", "the last day"),
            **CELL,
        },
    ),
}
HEAD = """# Frames of the results

Generated from the code (`make docs`). The Polars frames that [the library](library.md) gives, with the columns that are
promised; a frame may have more. Money is whole fen, a month index is year × 12 + month − 1 (`2024-05` is 24292).
The frames hold ID numbers and names in full: they are what the clerk's workbook is made of.
"""


def page() -> str:
    """The page, in Markdown."""
    parts = [HEAD]
    for name, (title, columns) in FRAMES.items():
        rows = [f"| `{key}` | {_dtype(one)} | {one.unit} | {one.meaning} |" for key, one in columns.items()]
        parts.append(
            "\n".join([f"## {name}\n", f"{title}\n", "| column | type | unit | meaning |", "|---|---|---|---|", *rows])
        )
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _dtype(column: Column) -> str:
    return str(column.dtype) if isinstance(column.dtype, pl.DataType) else column.dtype.__name__


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")

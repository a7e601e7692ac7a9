"""Which attempt a bank's answer belongs to, copies of return files, batches that nobody sent (9.A1, 9.A7)."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from fupin_cli.ledger.store import AGAIN, LINE
from fupin_cli.reconciliation.attempts import last_attempts
from fupin_cli.reconciliation.match import LINE as MATCHED
from fupin_cli.reconciliation.match import match
from fupin_cli.reconciliation.returns import FAILED, PAID, without_copies

OLD, NEW = "6217990000000000014", "6217990000000000022"
FIRST = {"batch": "202405-01", "line_no": 1, "kind": LINE, "account": OLD}
SECOND = {"batch": "202405-02", "line_no": 1, "kind": AGAIN, "account": NEW}
AS_IS = SECOND | {"account": OLD}
ROW = {
    "batch": "202405-01",
    "source_batch": None,
    "account": OLD,
    "name": "张三",
    "amount_fen": 66550,
    "failure": "已销户",
    "paid_on": None,
    "result": FAILED,
    "matched": MATCHED,
}
TYPES = {"source_batch": pl.String, "batch": pl.String, "paid_on": pl.Date}


def tries(sent: list[dict[str, Any]], rows: list[dict[str, Any]]) -> tuple[int, bool, bool]:
    root = {"root_batch": "202405-01", "root_line": 1}
    lines = pl.DataFrame([line | root for line in sent])
    told = pl.DataFrame([ROW | row | root for row in rows], schema_overrides=TYPES)
    (found,) = last_attempts(lines, told).select("attempts", "answered", "failed").rows()
    return found


@pytest.mark.parametrize(
    ("sent", "rows", "expected"),
    [
        ([FIRST], [{}], (0, True, True)),
        ([FIRST], [{}, {}], (0, True, True)),  # the same failure in two files
        ([FIRST, SECOND], [{}], (1, False, False)),
        ([FIRST, SECOND], [{}, {}, {}], (1, False, False)),  # however often the first failure is told
        ([FIRST, SECOND], [{}, {"batch": None}], (1, False, False)),  # and in a file that names no batch
        ([FIRST, SECOND], [{}, {"batch": "202405-02", "account": NEW}], (1, True, True)),
        ([FIRST, SECOND], [{}, {"batch": "202405-02", "account": NEW, "result": PAID}], (1, True, False)),
        (
            [FIRST, SECOND],
            [{}, {"batch": None, "account": NEW}],
            (1, True, True),
        ),  # the account that only the second had
        ([FIRST, SECOND], [{}, {"batch": "更正1", "source_batch": "202405-01", "account": NEW}], (1, True, True)),
        (
            [FIRST, SECOND],
            [{}, {"batch": "更正1", "source_batch": "202405-01"}],
            (1, False, False),
        ),  # the bank's own, before
        ([FIRST, AS_IS], [{"batch": None}, {"batch": None}], (1, False, False)),
        ([FIRST, AS_IS], [{"batch": None}, {"batch": None, "failure": "超限额"}], (1, True, True)),
    ],
)
def test_only_an_answer_to_the_last_attempt_counts(
    sent: list[dict[str, Any]], rows: list[dict[str, Any]], expected: tuple[int, bool, bool]
) -> None:
    """9.A1: a line with an unanswered reissue is not sent again, whatever is said of the attempt before."""
    assert tries(sent, rows) == expected


def two_files(first: list[dict[str, Any]], second: list[dict[str, Any]]) -> tuple[int, list[str]]:
    base = {"line_no": "1", "id_number": None, "_sheet": "", "folder": None}
    rows = [
        ROW | base | row | {"_src": n, "_file": f"{n}.csv"} for n, part in enumerate((first, second)) for row in part
    ]
    kept, told = without_copies(
        pl.DataFrame(rows, schema_overrides=TYPES | {"id_number": pl.String, "line_no": pl.String})
    )
    return kept.height, told["code"].to_list()


def test_a_file_that_says_the_same_in_another_order_counts_once() -> None:
    """9.A1: 批次号+序号 counts once over all return files; one that says more, or another thing, is no copy."""
    one, two = {"line_no": "1"}, {"line_no": "2", "account": NEW}
    assert two_files([one, two], [two, one]) == (2, ["IN008"])
    assert two_files([one, two], [two, one, one]) == (5, [])
    assert two_files([one, two], [two, one | {"result": PAID}]) == (4, [])
    assert two_files([one], [one | {"batch": None}]) == (2, [])
    bare = one | {"batch": None}
    assert two_files([bare], [bare]) == (2, [])  # two months may be paid alike
    assert two_files([bare | {"folder": 24292}], [bare | {"folder": 24293}]) == (2, [])
    assert two_files([bare | {"folder": 24292}], [bare | {"folder": 24292}]) == (1, ["IN008"])
    assert two_files([bare | {"folder": 24292}], [bare | {"folder": 24292, "paid_on": date(2024, 6, 1)}]) == (2, [])


def test_a_batch_that_nobody_sent_matches_nothing() -> None:
    """9.A7: a row of 202404-01 in May's folder is nobody's payment, though person, account and amount fit; it is listed."""
    batches = pl.DataFrame({"batch": ["202405-01"], "kind": ["approval"], "month": [24292]})
    sent = pl.DataFrame(
        [
            {
                "period": 24292,
                "batch": "202405-01",
                "line_no": 1,
                "person": "P",
                "payee_id": "P",
                "payee": "张三",
                "name": "张三",
                "account": OLD,
                "amount_fen": 66550,
                "root_batch": "202405-01",
                "root_line": 1,
            }
        ]
    )
    base: dict[str, Any] = {
        "line_no": "1",
        "id_number": "P",
        "name": "张三",
        "account": OLD,
        "amount_fen": 66550,
        "folder": 24292,
    }
    cases: list[tuple[dict[str, Any], str]] = [
        ({"batch": "202404-01", "source_batch": None}, "ambiguous"),
        ({"batch": None, "source_batch": "202404-01"}, "ambiguous"),
        ({"batch": "更正2", "source_batch": "更正1"}, "line"),  # over another row to a batch that is known
        ({"batch": "更正1", "source_batch": "202405-01"}, "line"),
        ({"batch": "202405-01", "source_batch": None}, "line"),
        ({"batch": None, "source_batch": None}, "line"),
    ]
    schema = {"batch": pl.String, "source_batch": pl.String, "folder": pl.Int32}
    rows = pl.DataFrame([base | case for case, _ in cases], schema_overrides=schema)
    matched, doubtful = match(rows, sent, batches)
    assert matched["matched"].to_list() == [expected for _, expected in cases]
    assert doubtful.height == 0

"""15: a history of millions of payments is looked at by numbers, hashes and distinct words; what comes out is what each row says."""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fupin_cli.checks.idc import _repeated
from fupin_cli.intake import values
from fupin_cli.intake import words as few
from fupin_cli.intake.contracts import load_contracts
from fupin_cli.intake.load import Intake
from fupin_cli.jobs.memo import Memo
from fupin_cli.measures import claimed
from fupin_cli.measures.claimed import Claimed
from fupin_cli.month.month import Month
from fupin_cli.month.past_due import past_due
from fupin_cli.month.used_months import paid_rows, payments
from fupin_cli.outputs import bank
from fupin_cli.policy.bank_settings import SHIPPED_PROFILES

KEYS = ["id_number", "month"]
IDS = ["211390198401140838", "21139019840114083X", "999999198401140838", "211390840114083", "2113", None]
NAMES = ["张三", "李四", "王5", None]
WORDS = [
    "是",
    " 是",
    "否",
    "２０２４年５月",
    "2024-05",
    "45000",
    "",
    "-",
    "=1",
    "#N/A",
    "１２.50",
    "低保",
    None,
    "a,b",
    ",",
    "—",
]
ROWS = st.lists(st.tuples(st.sampled_from(IDS), st.sampled_from(NAMES), st.integers(0, 2)), max_size=12)


def table(rows: list[tuple[Any, ...]], source: int) -> pl.DataFrame:
    schema = {"id_number": pl.String, "name": pl.String, "_row": pl.UInt32}
    frame = pl.DataFrame(rows, schema=schema, orient="row").with_columns(_row=pl.int_range(pl.len(), dtype=pl.UInt32))
    return frame.with_columns(_src=pl.lit(source, dtype=pl.UInt32), _file=pl.lit("f"), _sheet=pl.lit(""))


@settings(max_examples=25)
@given(ROWS, ROWS, st.sets(st.sampled_from([i for i in IDS if i])))
def test_people_and_names_are_those_of_the_rows(first: list[Any], second: list[Any], wanted: set[str]) -> None:
    """15: distinct numbers, the names each stands under, and the rows that name some of them, in their order."""
    tables = {"registry": table(first, 0), "payment_history": table(second, 1), "waivers": table(first, 2)}
    month = Month(SimpleNamespace(tables=tables), None, {})  # type: ignore[arg-type]
    rows = [(src, n, *row[:2]) for src, part in ((0, first), (1, second)) for n, row in enumerate(part) if row[0]]
    assert sorted(month.numbers["id_number"]) == sorted({person for *_, person, _ in rows})
    people: dict[str, set[str]] = {}
    for *_, person, name in rows:
        people.setdefault(person, set()).update({name} - {None})
    names, several = month.names
    assert sorted(names) == sorted({name for own in people.values() for name in own})
    twice = month.numbers.filter(pl.col("_who").is_in(several.implode()))["id_number"]
    assert set(twice) == {person for person, own in people.items() if len(own) > 1}
    found = month.naming(pl.Series(sorted(wanted), dtype=pl.String))
    assert found.select("_src", "_row").rows() == [(src, n) for src, n, person, _ in rows if person in wanted]


@given(
    st.lists(st.tuples(st.sampled_from(["a", "b", None]), st.sampled_from(["x", None]), st.integers(0, 1)), max_size=10)
)
def test_repeated_rows_are_told_by_their_keys(rows: list[tuple[Any, ...]]) -> None:
    """15: hashes say which rows to look at, the keys themselves which are repeated."""
    frame = pl.DataFrame(rows, schema={"a": pl.String, "b": pl.String, "c": pl.Int64}, orient="row")
    plain = frame.filter(pl.col("a").is_not_null()).filter(pl.struct("a", "b", "c").is_duplicated())
    assert _repeated(frame, ["a", "b", "c"]).equals(plain)


@pytest.fixture(scope="module")
def columns() -> tuple[Any, list[Any]]:
    """Columns of every type that any table has."""
    kinds: dict[str, Any] = {}
    for spec in load_contracts().values():
        for column in spec.columns.values():
            kinds.setdefault(column.type, (spec.common, column))
    common = next(iter(kinds.values()))[0]
    unlike = {column.name: column for _, column in kinds.values()}
    return common, list(unlike.values())


@settings(max_examples=10)
@given(st.lists(st.sampled_from(WORDS), min_size=16, max_size=40))
def test_few_words_are_typed_like_cells(columns: tuple[Any, list[Any]], cells: list[str | None]) -> None:
    """15: what a column's distinct words come to is what each of its cells comes to, cleaned and typed.

    Empty cells too: one of 享受低保 says no (SPEC 8.20), in a large table as in a small one.
    """
    common, specs = columns
    raw = pl.DataFrame({spec.name: cells for spec in specs}, schema=dict.fromkeys((s.name for s in specs), pl.String))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(few, "MANY_ROWS", 10_000)
        assert not few.few_words(raw)
        text = values.clean(raw)
        plain = values.convert(text, specs, common)
        patch.setattr(few, "MANY_ROWS", 2)
        words = few.Words({name: raw[name].unique() for name in raw.columns})
        dirty = values.wrapped(raw, words)
        assert values.clean(raw, dirty).equals(text)
        assert values.clean(raw, dirty, words).equals(text)
        fast = [values.convert(text, specs, common, words.without(dirty))]
        fast += [values.convert(text, specs, common, few.Words({n: text[n].unique() for n in text.columns}))]
        patch.setattr(values, "SHORT", 1)
        fast += [values.convert(text, specs, common, few.Words({n: text[n].unique() for n in text.columns}))]
    for name, slow in plain.items():
        for part in ("series", "bad", "month_only"):
            for other in (getattr(one[name], part) for one in fast):
                one = getattr(slow, part)
                assert (one is None) == (other is None), (name, part)
                assert one is None or one.equals(other), (name, part)


PAID = st.lists(st.tuples(st.sampled_from("AB"), st.integers(24290, 24293), st.integers(0, 2)), min_size=1, max_size=8)
DAYS = st.lists(st.tuples(st.sampled_from("ABC"), st.integers(24290, 24294), st.integers(0, 23)), max_size=6)


@dataclass
class Rules:
    """A policy with one standard, shared by days worked."""

    settings: Any = None

    def standards_fen(self, months: pl.Series) -> dict[int, int]:
        return {month: 70000 for month in months if month != 24291}


@settings(max_examples=30)
@given(PAID, DAYS)
def test_past_months_are_due_what_their_attendance_says(paid: list[Any], days: list[Any]) -> None:
    """15: months without attendance are left out of the comparison, and all payments stay, in their order."""
    schema = {"id_number": pl.String, "month": pl.Int32, "amount_fen": pl.Int64}
    history = pl.DataFrame(paid, schema=schema, orient="row").with_columns(
        measure=pl.lit("post"), status=pl.lit(None, dtype=pl.String)
    )
    counted = payments(history)
    assert counted.select(list(schema)).equals(paid_rows(history).select(list(schema)))
    worked = pl.DataFrame(days, schema=["id_number", "month", "attended_days_x100"], orient="row")
    attendance = worked.cast({"id_number": pl.String, "month": pl.Int32, "attended_days_x100": pl.Int64}).with_columns(
        pl.col("attended_days_x100") * 100, post_id=pl.lit("p"), required_days_x100=pl.lit(2200, dtype=pl.Int64)
    )
    rules = Rules(SimpleNamespace(post=SimpleNamespace(proration="attendance", fixed_days=None)))
    due = past_due(counted, attendance, None, None, rules)  # type: ignore[arg-type]
    assert due.select("_nth", *KEYS).equals(counted.select("_nth", *KEYS))
    for person, month, fen in due.select(*KEYS, "due_fen").iter_rows():
        own = attendance.filter(id_number=person, month=month).unique()
        standard = rules.standards_fen(pl.Series([month])).get(month)
        if standard is None or not own.height:
            assert fen is None
        else:
            sums = sum((2 * standard * d + 2200) // 4400 for d in own["attended_days_x100"])
            assert fen == min(sums, standard)


def test_claims_are_made_when_they_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """15: a table that serves something else costs nothing until its measure is asked for; made once."""
    made: list[str] = []

    @dataclass
    class Asked:
        code: str
        leads: bool = False

        def claims(self, month: Claimed) -> str:  # noqa: ARG002 - as a measure has it
            made.append(self.code)
            return f"claims of {self.code}"

    monkeypatch.setattr(claimed, "known_people", lambda claims, _: claims)
    month: Any = Claimed(Intake(24291), None, {})  # type: ignore[arg-type]
    month.supplied = {code: Asked(code) for code in "ab"}
    assert made == []
    assert [month.claims_of(month.supplied["b"]) for _ in range(2)] == ["claims of b"] * 2
    assert made == ["b"]
    gone = weakref.ref(month)
    del month
    assert gone() is None  # nothing of a month holds it: its tables go with it, not when Python looks for circles


def test_a_part_of_the_ledger_is_hashed_once_while_it_stays_the_same() -> None:
    """15: another row, another order or another part is hashed anew."""
    memo, hashed = Memo(), []

    def work(rows: pl.DataFrame) -> str:
        hashed.append(rows.height)
        return str(rows.rows())

    rows = pl.DataFrame({"a": [1, 2]})
    assert memo.content((1, "post"), rows, work) == memo.content((1, "post"), rows.clone(), work)
    assert len(hashed) == 1
    assert memo.content((1, "post"), rows.reverse(), work) == str([(2,), (1,)])
    memo.content((2, "post"), rows, work)
    assert len(hashed) == 3


TEXTS = ["张三", "=1", "a=b", "𠮷野", "a|b", "a\nb", "a\u2028b", "\t", "-", "", " ", "a\u0085", "^]", "é\u00ad", None]
ACCOUNTS = ["6222000000000000", "62220", "6222000000000000\n", "６２２２００００００００", "", None]
LINES = st.lists(
    st.tuples(st.sampled_from(TEXTS), st.sampled_from(ACCOUNTS), st.sampled_from(TEXTS), st.integers(-1, 2)), max_size=9
)


@settings(max_examples=40)
@given(LINES, st.sampled_from(["generic-csv", "pipe-txt", "ykt-17"]), st.sampled_from(["GBK", "gb18030", "ascii"]))
def test_lines_that_a_bank_cannot_take_are_told_by_columns(rows: list[Any], name: str, encoding: str) -> None:
    """15: columns say which lines are in doubt; whoever is left out, and why, is what each line says by itself."""
    profile = SHIPPED_PROFILES[name]
    schema = {"payee": pl.String, "account": pl.String, "bank": pl.String, "amount_fen": pl.Int64}
    lines = pl.DataFrame(rows, schema=schema, orient="row").with_columns(
        no=pl.int_range(pl.len()).cast(pl.String), phone="bank"
    )
    plain = []
    cells = lines.select(bank._cell(lines, field, profile).alias(header) for header, field in profile.columns.items())
    assert cells.height == lines.height
    for row, own in zip(lines.iter_rows(named=True), cells.iter_rows(named=True), strict=True):
        if why := bank._obstacle(own, row, row["amount_fen"], profile, encoding):
            plain.append((row["payee"] or "", why, row["amount_fen"]))
    assert list(bank._left_out(lines, cells, profile, encoding).values()) == plain

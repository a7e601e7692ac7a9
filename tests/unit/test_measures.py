"""Whatever the files say: no negative amount, no line without clause and fund, totals that tie, and no order of rows."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from fupin_cli.checks.catalogue import all_rules
from fupin_cli.checks.claim_faults import faults_of
from fupin_cli.intake.contracts import TableSpec, load_contracts
from fupin_cli.intake.load import Intake
from fupin_cli.intake.raw import RawSheet, Source
from fupin_cli.intake.values import dtype_of
from fupin_cli.measures.catalogue import all_measures, other_measures
from fupin_cli.measures.claimed import Claimed
from fupin_cli.measures.claims import gather_codes, with_status
from fupin_cli.measures.measure import fund_of
from fupin_cli.policy.idnumber import check_digit
from fupin_cli.policy.parameters import Policy, load_policy
from fupin_cli.policy.settings import Settings
from tests.conftest import LONG

CONTRACTS = load_contracts()
MONTH = 2024 * 12 + 4
PEOPLE = [body + check_digit(body) for body in ("21139019800101001", "21139019850505003", "21139019700303002")]
CODES = ["91211390MA0A0A0A0X", "91211390MA0B0B0B0Y"]
VALUES: dict[str, dict[str, Any]] = {
    "transport": {"method": "ticket", "in_province": "100", "out_of_province": "300"},
    "on_the_job_training": {"monthly": "600.05"},
    "employer_post": {"monthly": "400"},
    "flexible_social_insurance": {"share": "2/3"},
    "training": {"dibao_monthly": "433.33", "course": "1200"},
    "rain_dew": {"term": "1500"},
    "startup": {
        "interest_share": "1/2",
        "principal_max": "100000",
        "years_max": 2,
        "venue_share": "0.5",
        "venue_monthly_max": "300",
        "venue_months_max": 12,
        "incubator_share": "1/3",
        "incubator_max": "50000",
    },
    "base_reward": {"steps": {"10": "5000"}},
    "unemployment_aid": {"monthly": "1000"},
    "accident_insurance": {"premium": "100"},
}
SETTINGS = Settings.model_validate(VALUES)
POLICY = Policy(load_policy("朝阳市"), SETTINGS)
DAYS = st.dates(date(2022, 1, 1), date(2025, 12, 31))
BY_TYPE: dict[str, st.SearchStrategy[Any]] = {
    "id": st.sampled_from(PEOPLE),
    "credit_code": st.sampled_from(CODES),
    "date": DAYS,
    "month": st.sampled_from([MONTH, MONTH - 1]),
    "money": st.integers(0, 10**9),
    "count": st.integers(0, 60),
    "days": st.integers(0, 3100),
    "rate": st.integers(0, 200_000),
    "yes_no": st.booleans(),
    "text": st.sampled_from(["涉农", "铁路", "飞机", "示例县", "大连市", "中职", "2024春", "2024 春"]),
    "code": st.sampled_from(["A1", "B2"]),
    "name": st.just("某人"),
    "place": st.sampled_from(["示例县", "第一乡", "第二乡"]),
    "account": st.just("6217990000000000014"),
    "choices": st.none(),
    "phone": st.none(),
    "benefit": st.booleans(),
    "measure": st.none(),
    "pay_status": st.none(),
}


def rows_of(spec: TableSpec) -> st.SearchStrategy[list[dict[str, Any]]]:
    columns = {
        c.name: st.one_of(st.none(), st.sampled_from(c.values) if c.values else BY_TYPE[c.type])
        for c in spec.columns.values()
    }
    if spec.has_person_key:
        columns["id_number"] = BY_TYPE["id"]
    return st.lists(st.fixed_dictionaries(columns), min_size=1, max_size=6)


def frame(spec: TableSpec, rows: list[dict[str, Any]], source: int) -> pl.DataFrame:
    typed = pl.DataFrame(rows, schema={c.name: dtype_of(c) for c in spec.columns.values()})
    return typed.with_columns(
        _card=pl.lit(None, dtype=pl.String),
        _src=pl.lit(source, dtype=pl.UInt32),
        _file=pl.lit("a"),
        _sheet=pl.lit(""),
        _row=pl.int_range(2, typed.height + 2, dtype=pl.UInt32),
    )


def registry() -> pl.DataFrame:
    spec = CONTRACTS["registry"]
    rows = [
        dict.fromkeys(spec.columns)
        | {
            "id_number": person,
            "name": "某人",
            "household_id": "H",
            "household_type": kind,
            "labour_ability": "普通劳动力",
        }
        for person, kind in zip(PEOPLE, ["脱贫户", "脱贫户", "普通农户"], strict=True)
    ]
    return frame(spec, rows, 0)


def lines(tables: dict[str, list[dict[str, Any]]]) -> dict[str, pl.DataFrame]:
    intake = Intake(MONTH)
    intake.tables = {"registry": registry()}
    for number, (name, rows) in enumerate(tables.items(), 1):
        intake.tables[name] = frame(CONTRACTS[name], rows, number)
    intake.sources = [
        Source(n, "a", "", "", CONTRACTS[name], RawSheet("", pl.DataFrame()), 1, {}, MONTH, "current")
        for n, name in enumerate(intake.tables)
    ]
    ctx = Claimed(intake, POLICY, CONTRACTS)
    effects = {code: rule.effect for code, rule in all_rules().items()}
    found = {}
    for code, asked in ctx.supplied.items():
        claims = ctx.claims_of(asked)
        faults = faults_of(ctx, code).with_columns(waived=pl.lit(value=False))
        faults = faults.with_columns(
            effect=pl.coalesce("effect", pl.col("code").replace_strict(effects, default="hold"))
        )
        measure = all_measures(ctx.policy)[code]
        codes = gather_codes(measure.standing(faults, faults.clear()), measure.spots(ctx, claims.rows))
        found[code] = measure.settle(with_status(claims.rows, codes, []), ctx)
    return found


TABLES = sorted({m.table for m in other_measures(POLICY).values()} | {"workshops", "assignments"} - {"assignments"})


@settings(
    max_examples=40 if LONG else 5,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(data=st.data())
def test_any_claims(data: st.DataObject) -> None:
    tables = {name: data.draw(rows_of(CONTRACTS[name]), label=name) for name in TABLES}
    once = lines(tables)
    turned = lines({name: data.draw(st.permutations(rows)) for name, rows in tables.items()})
    for code, measure in other_measures(POLICY).items():
        rows = once[code]
        assert measure.clause
        assert fund_of(measure, SETTINGS)
        assert rows["amount_fen"].null_count() == 0
        assert (rows["amount_fen"] >= 0).all()
        assert (rows["due_fen"].drop_nulls() >= 0).all()
        assert rows.filter(pl.col("status") != "pay")["amount_fen"].sum() == 0
        assert (rows.filter(pl.col("status") == "pay")["amount_fen"] > 0).all(), code
        assert (rows.filter(pl.col("status") != "pay")["codes"].list.len() > 0).all(), code
        by_status = dict(rows.group_by("status").len().iter_rows())
        assert sum(by_status.values()) == rows.height
        keys = ["id_number", "ref", "status", "amount_fen", "due_fen"]
        assert rows.select(keys).sort(keys).equals(turned[code].select(keys).sort(keys)), code


def test_a_history_may_call_subsidies_as_the_policy_does() -> None:
    """What a clerk copies from this program's own outputs counts as paid."""
    listed = load_contracts()["payment_history"].common.measures
    for code, said in load_policy("朝阳市").file.measures.items():
        assert said.title in listed[code], code
        assert not said.short or said.short in listed[code], code

"""Table contracts: a closed format, a Pandera schema each, a bureau's own laid over them."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pandera.polars as pa
import polars as pl
import pytest
import yaml

from fupin_cli.errors import FupinError
from fupin_cli.intake.contract_check import failures, pandera_schema
from fupin_cli.intake.contracts import TYPES, load_contracts, normalise_header, shipped_schemas
from fupin_cli.intake.values import CONVERTERS, dtype_of

ROOT = Path(__file__).parents[2]
CONTRACTS = load_contracts()


@pytest.mark.parametrize("file", sorted(p.name for p in (ROOT / "schemas").glob("[!_]*.yaml")))
def test_every_contract_keeps_to_the_format(file: str) -> None:
    body = yaml.safe_load((ROOT / "schemas" / file).read_text(encoding="utf-8"))
    format_ = json.loads((ROOT / "schemas" / "_format.json").read_text(encoding="utf-8"))
    jsonschema.validate(body, format_)
    assert body["table"] == file.removesuffix(".yaml")
    assert set(format_["properties"]["columns"]["additionalProperties"]["properties"]["type"]["enum"]) == set(TYPES)


def test_all_tables_of_the_bureaus_are_there() -> None:
    assert set(CONTRACTS) == {p.stem for p in (ROOT / "schemas").glob("[!_]*.yaml")}
    assert {"registry", "employment", "employment_plan", "villages", "households", "assignments", "attendance"} <= set(
        CONTRACTS
    )
    assert set(TYPES) == set(CONVERTERS)


@pytest.mark.parametrize("table", sorted(CONTRACTS))
def test_every_contract_builds_a_pandera_schema_that_takes_an_empty_table(table: str) -> None:
    spec = CONTRACTS[table]
    schema = pandera_schema(spec)
    assert isinstance(schema, pa.DataFrameSchema)
    empty = pl.DataFrame(schema={name: dtype_of(column) for name, column in spec.columns.items()})
    assert failures(empty, spec).height == 0


@pytest.mark.parametrize("table", sorted(CONTRACTS))
def test_no_header_of_a_table_means_two_columns(table: str) -> None:
    spec = CONTRACTS[table]
    own = [normalise_header(h) for c in spec.columns.values() for h in (c.header, *c.aliases)]
    assert len(own) == len(set(own))
    for column in spec.columns.values():
        assert spec.by_header[normalise_header(column.header)] == column.name
    assert set(spec.unique) <= set(spec.columns)


def test_personal_columns_are_marked() -> None:
    for spec in CONTRACTS.values():
        for column in spec.columns.values():
            assert column.personal == (column.type in ("id", "name", "phone", "account")), (spec.table, column.name)


def test_a_bureau_adds_an_alias_and_a_synonym_without_touching_code(tmp_path: Path) -> None:
    (tmp_path / "schemas").mkdir()
    extra = "columns:\n  attended_days_x100: {aliases: [上工天数]}\n"
    (tmp_path / "schemas" / "attendance.yaml").write_text(extra, encoding="utf-8")
    spec = load_contracts(tmp_path)["attendance"]
    assert spec.by_header["上工天数"] == "attended_days_x100"
    assert spec.by_header["实出勤天数"] == "attended_days_x100"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("columns:\n  name: {headr: 姓名}\n", "header"),
        ("colums: {}\n", "columns"),
        ("columns:\n  name: {type: 文字}\n", "文字"),
        ("a: [", "YAML"),
        ("", "空"),
    ],
)
def test_a_slip_in_a_bureaus_contract_is_named(tmp_path: Path, text: str, word: str) -> None:
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas" / "attendance.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(FupinError, match=word):
        load_contracts(tmp_path)


def test_the_contracts_of_a_checkout_are_those_at_its_top() -> None:
    assert Path(str(shipped_schemas())) == ROOT / "schemas"

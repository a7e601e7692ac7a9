"""The documents `fupin.roster/1`, `fupin.risk/1`, `fupin.match/1`: people masked unless asked for, keys only ever added."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from fupin_cli.checks.catalogue import rules_of
from fupin_cli.outputs.manifest import input_list
from fupin_cli.outputs.masking import mask_name_expr, mask_number_expr
from fupin_cli.policy.months import month_text
from fupin_cli.policy.rounding import fen_to_yuan_expr
from fupin_cli.reports.risk_rules import RISKS

if TYPE_CHECKING:
    from fupin_cli.reports.runs import MatchRun, RiskRun, RosterRun

COUNTS = ("before", "joined", "left", "in", "out", "after")
PLACE = {"file": "_file", "sheet": "_sheet", "row": "_row"}


def _who(*, unmask: bool) -> list[pl.Expr]:
    """person_code, person, name."""
    person, name = pl.col("id_number"), pl.col("name")
    return [
        pl.col("person_code"),
        (person if unmask else mask_number_expr(person)).alias("person"),
        (name if unmask else mask_name_expr(name)).alias("name"),
    ]


def _origin() -> list[pl.Expr]:
    return [pl.col("table"), *(pl.col(source).alias(key) for key, source in PLACE.items())]


def roster_document(run: RosterRun, *, unmask: bool) -> dict[str, Any]:
    """The document of a roster; `people` may be a part of it (`--where`, `--person`), the proof is of all."""
    area = ["county", "township", "village"]
    people = run.people.select(
        *_who(unmask=unmask),
        *area,
        "household_id",
        "category",
        "labour",
        "labour_class",
        "risk",
        "age_band",
        "state",
        "place",
        *_origin(),
    )
    strangers = run.strangers.select(
        *_who(unmask=unmask),
        *area,
        "place",
        "employer",
        "industry",
        fen_to_yuan_expr(pl.col("income_fen")).alias("income"),
        *PLACE_EXPR,
    )
    return {
        "format": "fupin.roster/1",
        "month": month_text(run.month),
        "before": None if run.before is None else month_text(run.before),
        "policy": run.policy.file.id,
        "inputs": input_list(run.intake),
        "people": people.to_dicts(),
        "strangers": strangers.to_dicts(),
        "changes": []
        if run.changes is None
        else run.changes.select(*_who(unmask=unmask), "kind", "field", "from", "to", "reason").to_dicts(),
        "proof": [] if run.proof is None else run.proof.select("dimension", "class", *COUNTS, "holds").to_dicts(),
        "proof_by_township": []
        if run.by_town is None
        else run.by_town.select("county", "township", "dimension", "class", *COUNTS, "holds").to_dicts(),
        "summary": {
            "people": run.whole,
            "labour": run.labour,
            "working": run.working,
            "strangers": run.strangers.height,
            "rows_repeated": run.repeated,
            "rows_set_aside": run.aside,
        },
        "missing_tables": run.missing,
        "skipped": run.skipped,
        "outputs": [str(path) for path in run.outputs],
    }


PLACE_EXPR = [pl.col(source).alias(key) for key, source in PLACE.items()]


def risk_document(run: RiskRun, *, unmask: bool) -> dict[str, Any]:
    """The document of the risks."""
    shown = [
        *_who(unmask=unmask),
        "county",
        "township",
        "village",
        "household_id",
        "category",
        "code",
        "title",
        "kind",
        "since",
        "fact",
        "advice",
        "feedback",
        pl.col("feedback_on").cast(pl.String),
        *_origin(),
    ]
    proof, rules = run.compared.proof, rules_of(run.policy, run.month)
    return {
        "format": "fupin.risk/1",
        "month": month_text(run.month),
        "before": None if run.before is None else month_text(run.before),
        "policy": run.policy.file.id,
        "inputs": input_list(run.intake),
        "risks": run.compared.rows.select(shown).to_dicts(),
        "cleared": run.compared.cleared.with_columns(kind=pl.lit("cleared")).select(shown).to_dicts(),
        "feedback_not_counted": run.odd_answers,
        "proof": proof.to_dicts(),
        "summary": {
            key: value
            for key, value in proof.filter(pl.col("code") == "合计").row(0, named=True).items()
            if key not in ("code", "holds")
        },
        "skipped": [
            {
                "code": entry.code,
                "missing_tables": list(entry.missing_tables),
                "missing_settings": list(entry.missing_settings),
            }
            for entry in run.listed.not_run
        ],
        "not_compared": run.compared.apart,
        "rules": [
            {"code": risk.code, "title": rules[risk.code].title, "compares": rules[risk.code].compares}
            for risk in RISKS
        ],
        "outputs": [str(path) for path in run.outputs],
    }


def match_document(run: MatchRun, *, unmask: bool) -> dict[str, Any]:
    """The document of going-out list, vacancies and matches."""
    found = run.matched
    given = found.vacancies.select(
        "no",
        "employer",
        pl.col("place").alias("work_place"),
        pl.col("trade").alias("work_trade"),
        wage=fen_to_yuan_expr(pl.col("wage_fen")),
    )
    marks = ["county", "township", "village", "beneficiary", "labour", "state"]
    wish = [pl.col("trade").alias("wish_trade"), pl.col("destination").alias("wish_place"), pl.col("skill")]
    people = found.people.join(given, left_on="vacancy", right_on="no", how="left", maintain_order="left").select(
        *_who(unmask=unmask),
        *marks,
        *wish,
        "priority",
        "score",
        "reason",
        "employer",
        "work_place",
        "work_trade",
        "wage",
        "vacancy",
        *_origin(),
    )
    return {
        "format": "fupin.match/1",
        "month": month_text(run.month),
        "before": None if run.before is None else month_text(run.before),
        "policy": run.policy.file.id,
        "inputs": input_list(run.intake),
        "people": people.to_dicts(),
        "matches": people.filter(pl.col("vacancy").is_not_null()).drop("reason").to_dicts(),
        "unmatched": people.filter(pl.col("vacancy").is_null())
        .select("person_code", "person", "name", "wish_trade", "wish_place", "reason")
        .to_dicts(),
        "left_out": found.left_out.select(*_who(unmask=unmask), *marks, *wish, "reason", *_origin()).to_dicts(),
        "vacancies": found.vacancies.select(
            "no",
            "employer",
            "place",
            "trade",
            "headcount",
            "usable",
            "taken",
            "left",
            "reason",
            fen_to_yuan_expr(pl.col("wage_fen")).alias("wage"),
            *PLACE_EXPR,
        ).to_dicts(),
        "proof": found.proof(),
        "missing_tables": run.missing,
        "outputs": [str(path) for path in run.outputs],
    }

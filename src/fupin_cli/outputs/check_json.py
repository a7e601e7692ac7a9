"""The JSON document of a check: one on stdout, keys are only ever added. Personal data is masked unless asked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import polars as pl

from fupin_cli.outputs.manifest import input_list, summary
from fupin_cli.outputs.masking import masked
from fupin_cli.policy.months import month_text
from fupin_cli.policy.rounding import fen_to_yuan_expr

if TYPE_CHECKING:
    from fupin_cli.results.check import CheckRun


def check_rows(run: CheckRun, *, unmask: bool) -> list[dict[str, Any]]:
    """Findings as the contract has them."""
    return finding_rows(run.result.found, unmask=unmask)


def finding_rows(found: pl.DataFrame, *, unmask: bool) -> list[dict[str, Any]]:
    """Located findings as JSON has them."""
    found = found if unmask else masked(found)
    return found.select(
        "code", "severity", "effect", "table", "file", "sheet", row="_row", column="letter", header="header", person="person",
        name="name", post="post_id", value="value", message="message", clause="clause", hint="hint", waived="waived",
        waiver="waiver", amount=fen_to_yuan_expr(pl.col("amount_fen")), months="months", county="county", township="township", village="village",
    ).to_dicts()  # fmt: skip


def check_document(run: CheckRun, *, unmask: bool) -> dict[str, Any]:
    """The document `fupin.check/1` of a run."""
    return {
        "format": "fupin.check/1",
        "month": month_text(run.month),
        "policy": run.policy.file.id,
        "inputs": input_list(run.intake),
        "findings": check_rows(run, unmask=unmask),
        "skipped": [
            {
                "code": o.code,
                "missing_tables": list(o.missing_tables),
                "missing_settings": list(o.missing_settings),
                "partial": o.status != "not_run",
            }
            for o in run.result.outcomes
            if o.status != "crashed" and (o.missing_tables or o.missing_settings)
        ],
        "crashed": [{"code": o.code, "error": o.error} for o in run.result.outcomes if o.status == "crashed"],
        "summary": summary(run.result.found),
        "outputs": [str(path) for path in run.outputs],
        **_marked(run),
    }


def _marked(run: CheckRun) -> dict[str, Any]:
    """Marked copies, where they were asked for."""
    if run.marked is None:
        return {}
    rows = [
        {
            "file": copy.file, "copy": str(copy.copy) if copy.copy else None, "cells": copy.cells, "errors": copy.errors,
            "warnings": copy.warnings, "note": copy.note,
        }
        for copy in run.marked
    ]  # fmt: skip
    return {"annotated": rows}


def check_json(run: CheckRun, *, unmask: bool) -> str:
    """Write the document as text."""
    return json.dumps(check_document(run, unmask=unmask), ensure_ascii=False, indent=2)

"""The JSON document of a check: one on stdout, keys are only ever added. Personal data is masked unless asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from fupin_cli.outputs.json_text import document_json
from fupin_cli.outputs.manifest import input_list, summary
from fupin_cli.outputs.masking import masked
from fupin_cli.policy.months import month_text, text_expr
from fupin_cli.policy.rounding import fen_to_yuan, fen_to_yuan_expr
from fupin_cli.results.since import STATES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fupin_cli.results.check import CheckRun
    from fupin_cli.results.since import Since


def check_rows(run: CheckRun, *, unmask: bool) -> list[dict[str, Any]]:
    """Findings as the contract has them."""
    return finding_rows(run.result.found, unmask=unmask)


def finding_rows(found: pl.DataFrame, *, unmask: bool) -> list[dict[str, Any]]:
    """Located findings as JSON has them."""
    return _finding_table(found, unmask=unmask).to_dicts()


def _finding_table(found: pl.DataFrame, *, unmask: bool) -> pl.DataFrame:
    found = found if unmask else masked(found)
    return found.select(
        "code",
        "severity",
        "effect",
        "table",
        "file",
        "sheet",
        row="_row",
        column="letter",
        header="header",
        person="person",
        name="name",
        post="post_id",
        value="value",
        message="message",
        clause="clause",
        hint="hint",
        waived="waived",
        waiver="waiver",
        amount=fen_to_yuan_expr(pl.col("amount_fen")),
        months="months",
        since=_since(found),
        standing=_standing(found),
        county="county",
        township="township",
        village="village",
    )


def _since(found: pl.DataFrame) -> pl.Expr:
    """Since which month a finding stands; null where it was not compared, and of findings that no check has."""
    return text_expr(pl.col("since")) if "since" in found.columns else pl.lit(None, dtype=pl.String)


def _standing(found: pl.DataFrame) -> pl.Expr:
    return pl.col("standing") if "standing" in found.columns else pl.lit(None, dtype=pl.String)


def _compared(since: Since | None) -> dict[str, Any]:
    """The findings beside those of an earlier month's check: sums of new, lasting and mended ones."""
    if since is None:
        return {}
    return {
        "compared": {
            "with": None if since.before is None else month_text(since.before),
            "why": since.why or None,
            "unchecked": [month_text(month) for month in since.unchecked],
            "not_compared": [{"code": code, "why": why} for code, why in since.unlike.items()],
            "left_out": dict(zip(("now", "before"), since.left, strict=True)),
            "totals": None if since.before is None else _sums(since.totals),
            "by_code": _groups(since, "code"),
            "by_township": _groups(since, "county", "township"),
            "since_last_run": since.again,
        }
    }


def _sums(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] or 0 for name in STATES} | {
        f"{name}_amount": fen_to_yuan(row[f"{name}_fen"] or 0) for name in STATES
    }


def _groups(since: Since, *columns: str) -> list[dict[str, Any]]:
    return [{name: row[name] for name in columns} | _sums(row) for row in since.by(*columns).iter_rows(named=True)]


def check_document(run: CheckRun, *, unmask: bool) -> dict[str, Any]:
    """The document `fupin.check/1` of a run."""
    return _document(run, unmask=unmask) | {"findings": check_rows(run, unmask=unmask)}


def _document(run: CheckRun, *, unmask: bool) -> dict[str, Any]:
    """The same with the findings as a table."""
    return {
        "format": "fupin.check/1",
        "month": month_text(run.month),
        "policy": run.policy.file.id,
        "inputs": input_list(run.intake),
        "findings": _finding_table(run.result.found, unmask=unmask),
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
        "summary": summary(run.result),
        "outputs": [str(path) for path in run.outputs],
        **_compared(run.since),
        **_marked(run),
    }


def _marked(run: CheckRun) -> dict[str, Any]:
    """Marked copies, where they were asked for."""
    if run.marked is None:
        return {}
    rows = [
        {
            "file": copy.file,
            "copy": str(copy.copy) if copy.copy else None,
            "cells": copy.cells,
            "errors": copy.errors,
            "warnings": copy.warnings,
            "note": copy.note,
        }
        for copy in run.marked
    ]
    return {"annotated": rows}


def check_pieces(run: CheckRun, *, unmask: bool) -> Iterator[str]:
    """The document as text, piece by piece."""
    return document_json(_document(run, unmask=unmask))

"""The document `fupin.report/1`: what stands on the page, money in yuan, months as text."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import polars as pl

from fupin_cli.outputs.json_shapes import SECTIONS
from fupin_cli.outputs.manifest import input_list
from fupin_cli.outputs.page_words import kind_of, sentence
from fupin_cli.policy.months import month_text, text_expr
from fupin_cli.policy.rounding import fen_to_yuan
from fupin_cli.reports.known import Missing

if TYPE_CHECKING:
    from fupin_cli.reports.page import Page
    from fupin_cli.reports.report_run import ReportRun


def in_yuan(facts: dict[str, Any]) -> dict[str, Any]:
    """Figures with `…_fen` as yuan under the name without it; where a count has that name (hold, new) as `…_amount`."""

    def name(key: str) -> str:
        bare = key.removesuffix("_fen")
        return f"{bare}_amount" if bare != key and bare in facts else bare

    return {
        name(key): fen_to_yuan(value) if key.endswith("_fen") and value is not None else value
        for key, value in facts.items()
    }


def _part(part: pl.DataFrame | dict[str, int] | Missing) -> Any:
    if isinstance(part, Missing):
        return {"missing": part.why}
    if isinstance(part, dict):
        return in_yuan(part)
    rows = part.with_columns(text_expr(pl.col("month"))) if "month" in part.columns else part
    return [in_yuan(row) for row in rows.iter_rows(named=True)]


def report_document(run: ReportRun) -> dict[str, Any]:
    """The page as a document; a part that could not be computed is `{"missing": why}`."""
    return {
        **page_document(run.page),
        "inputs": input_list(run.known.check.intake),
        "outputs": [str(path) for path in run.outputs],
    }


def page_document(page: Page) -> dict[str, Any]:
    """The same without what it was taken from and where it was written."""
    about = page.about
    return {
        "format": "fupin.report/1",
        "kind": kind_of(page.scope),
        "month": month_text(page.scope.month),
        "from": month_text(page.scope.first),
        "to": month_text(page.scope.month),
        "town": page.scope.town or None,
        "by": page.by,
        "policy": "、".join(law.id for law in about.laws),
        "state": page.state,
        "standard": fen_to_yuan(about.standards[0]) if len({*about.standards}) == 1 else None,
        "sentence": sentence(page),
        "todo": [in_yuan({k: v for k, v in asdict(entry).items() if k != "where" or v}) for entry in page.todo],
        "totals": _part(page.totals if page.totals is not None else page.totals_missing or Missing("")),
        "opening": fen_to_yuan(page.opening_fen),
        "severities": page.severities,
        "at_stake": fen_to_yuan(page.at_stake_fen),
        "moves": _part(page.moves),
        "compared": {name: month_text(month) for name, month in page.when.items()},
        **{name: _part(getattr(page, name)) for name in SECTIONS},
        "skipped": [
            {
                "code": o.code,
                "missing_tables": list(o.missing_tables),
                "missing_settings": list(o.missing_settings),
                "partial": o.status != "not_run",
            }
            for o in page.outcomes
            if o.status != "crashed" and (o.missing_tables or o.missing_settings)
        ],
    }

"""A county's page as plain data: what of it can be added up with other counties'. No person, no file name, no township."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import polars as pl

from fupin_cli.outputs.manifest import digest
from fupin_cli.reports.about import CURRENT
from fupin_cli.reports.known import Missing
from fupin_cli.reports.page_people import BEFORE, NOW, YEAR_AGO
from fupin_cli.reports.todo import DUE, STAFF

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fupin_cli.reports.page import Page, Part

FORMAT = "fupin.county_page/2"
PLATFORM = ("present", "missing", "villages", "uncovered")
PLAIN = {"i": pl.Int64, "s": pl.String}


def own_page(page: Page) -> dict[str, Any]:
    """Take from a county's page what a city's is made of. A part that was not computed is `{"lacking": why}`."""
    about = page.about
    used = [source for source in about.sources if source.role == CURRENT]
    lacks = [] if isinstance(page.areas, Missing) else sorted({name for names in page.areas["lacks"] for name in names})
    return {
        "format": FORMAT,
        "state": page.state or "",
        "laws": [[law.id, law.title, law.valid_from.isoformat(), law.valid_to.isoformat()] for law in about.laws],
        "standards": about.standards,
        "measure_titles": {}
        if isinstance(page.measures, Missing)
        else {code: about.measures.get(code, code) for code in page.measures["measure"].drop_nulls()},
        "totals": page.totals if page.totals is not None else _missing(page.totals_missing or Missing("没有算")),
        "funds": plain(page.funds),
        "opening_fen": page.opening_fen,
        "ahead": about.ahead,
        "months": plain(page.months),
        "verdicts": plain(page.verdicts),
        "measures": plain(page.measures),
        "lacks": {name: about.tables.get(name, name) for name in lacks},
        "late": about.late,
        "severities": page.severities,
        "changes": plain(page.changes),
        "compared": about.compared,
        "left": list(about.since.left) if about.since is not None else [0, 0],
        "rules": plain(page.rules),
        "at_stake_fen": page.at_stake_fen,
        "scale": _sums(page.scale, [name for name in (NOW, BEFORE, YEAR_AGO) if name in page.when]),
        "when": page.when,
        "moves": _missing(page.moves) if isinstance(page.moves, Missing) else page.moves,
        "due": plain(page.due),
        "due_idle": about.due_idle,
        "risks": plain(page.risks),
        "risks_before": about.risks_before,
        "staff": _sums(page.staff, PLATFORM),
        "wanted": about.wanted,
        "outcomes": [[o.code, o.status, o.count, about.clauses[o.code]] for o in page.outcomes],
        "whys": about.whys,
        "words": {
            code: rule.words for code, rule in about.rules.items() if any(text.numbers for text in rule.rule.words)
        },
        "todo": [
            asdict(entry) | {"names": [] if entry.kind not in (DUE, STAFF) else list(entry.names)}
            for entry in page.todo
        ],
        "tables": len(used),
        "rows": [sum(getattr(s, name) for s in used) for name in ("rows_read", "rows_accepted", "rows_set_aside")],
        "unread": len(about.unread),
        "sha256": digest(sorted(source.sha256 for source in about.sources)),
    }


def plain(part: Part) -> dict[str, Any]:
    """A frame of whole numbers and texts as columns."""
    if isinstance(part, Missing):
        return _missing(part)
    kinds = {name: "i" if dtype.is_integer() else "s" for name, dtype in part.schema.items()}
    rows = part.select(pl.col(name).cast(PLAIN[kind]) for name, kind in kinds.items())
    return {"types": kinds, "columns": rows.to_dict(as_series=False)}


def framed(part: dict[str, Any]) -> pl.DataFrame:
    """The frame that `plain` was given."""
    return pl.DataFrame(part["columns"], schema={name: PLAIN[kind] for name, kind in part["types"].items()})


def _missing(part: Missing) -> dict[str, Any]:
    return {"lacking": part.why}


def _sums(part: Part, names: Sequence[str]) -> dict[str, Any]:
    """Sums of columns of areas; a column of which nothing is known has none."""
    if isinstance(part, Missing):
        return _missing(part)
    return {name: int(part[name].sum()) if part[name].count() or not part.height else None for name in names}

"""What stands on a page beside its figures: whose page, by which law, compared with what, read from which tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fupin_cli.checks.catalogue import rules_of
from fupin_cli.measures.catalogue import known_measures
from fupin_cli.month.platform import PER_TOWNSHIP, PER_VILLAGE

if TYPE_CHECKING:
    from datetime import date

    import polars as pl

    from fupin_cli.checks.rule import WordedRule
    from fupin_cli.policy.parameters import Policy
    from fupin_cli.reports.known import Known
    from fupin_cli.results.since import Since

CURRENT = "current"


@dataclass(frozen=True)
class Law:
    """A policy file: what it is called, and its term."""

    id: str
    title: str
    valid_from: date
    valid_to: date


@dataclass(frozen=True)
class Source:
    """A table that was read, or (on a page of many counties) a county's tables together."""

    name: str
    said: str
    role: str
    rows_read: int
    rows_accepted: int
    rows_set_aside: int
    sha256: str
    tables: int = 1


@dataclass(frozen=True)
class Absent:
    """A county that is in no figure of the page: what became of it, and why."""

    city: str
    name: str
    status: str
    why: str
    hint: str


@dataclass
class About:
    """All texts and facts of a page that are no figures of its tables.

    `standards`: the month's standards of posts (fen). `tables`, `measures`: titles by code; `clauses`: what each rule rests
    on; `rules`: as they are worded here; `whys`: why a rule did not run. `wanted`: how many assistants and staff the law asks for. `late`: whether it is
    known who has handed in what. `unread_later`: how much of the folders of later months could not be read. `compared`, `risks_before`: months that findings and risks are compared with; `ahead`:
    why there is no forecast. `notes`: what a section says besides, by its name.
    On a page of many counties: `absent`, those that are in no figure; `states`, how many counties stand where; `each`, what
    is to be done in each of them.
    """

    name: str
    laws: list[Law]
    standards: list[int]
    tables: dict[str, str]
    measures: dict[str, str]
    clauses: dict[str, str]
    rules: dict[str, WordedRule] = field(repr=False)
    whys: dict[str, str]
    wanted: str
    late: bool
    sources: list[Source]
    unread: list[str]
    unread_later: int = 0
    since: Since | None = None
    compared: list[int] = field(default_factory=list)
    due_idle: dict[str, str] = field(default_factory=dict)
    risks_before: list[int] = field(default_factory=list)
    ahead: str = ""
    notes: dict[str, list[str]] = field(default_factory=dict)
    absent: list[Absent] | None = None
    states: dict[str, int] = field(default_factory=dict)
    each: pl.DataFrame | None = field(default=None, repr=False)


def about(known: Known) -> About:
    """Take them from the results of a month's commands."""
    policy, check, month = known.policy, known.check, known.scope.month
    law, since, risk = policy.file, known.check.since, known.risk
    standard = policy.standard_fen(month)
    outcomes = check.result.outcomes
    return About(
        name=policy.settings.county.name,
        laws=[Law(law.id, law.title, law.valid_from, law.valid_to)],
        standards=[] if standard is None else [standard],
        tables=known.tables,
        measures={code: measure.title for code, measure in known_measures(policy).items()},
        clauses={outcome.code: policy.basis(outcome.code).clause for outcome in outcomes},
        rules=rules_of(policy, month),
        whys={o.code: o.why(known.tables) for o in outcomes if o.status in {"not_run", "crashed"}},
        wanted=_wanted(policy, month),
        late=known.handed_in is not None,
        sources=[
            Source(
                f"{s.file}{f' ! {s.sheet}' if s.sheet else ''}",
                s.spec.title,
                s.role,
                s.rows_read,
                s.rows_accepted,
                s.rows_set_aside,
                s.sha256,
            )
            for s in check.intake.sources
        ],
        unread=[f"{entry.file}{f'（{entry.sheet}）' if entry.sheet else ''}" for entry in known.unread],
        unread_later=len(check.intake.unplaced) - len(known.unread),
        since=since,
        compared=[] if since is None or since.before is None else [since.before],
        due_idle={} if known.due is None else {k: known.tables[table] for k, table in known.due.not_run.items()},
        risks_before=[] if risk is None or risk.before is None else [risk.before],
        ahead="" if known.forecast is not None else known.missing("forecast").why,
    )


def _wanted(policy: Policy, month: int) -> str:
    """How many the law asks for, by its clause; where it says nothing of one place, that nothing was computed for it."""
    said, silent, clause = [], [], ""
    for name, place, who in (
        (PER_TOWNSHIP, "每个乡镇", "劳动保障协理员"),
        (PER_VILLAGE, "每个村", "专（兼）职工作人员"),
    ):
        if policy.has(name, month):
            clause = clause or policy.cited(name, month).clause
            said.append(f"{place} {policy.number(name, month)} 名{who}")
        else:
            silent.append(f"{place}配几名{who}")
    return f"{clause}：{'，'.join(said)}。" + (f"{'、'.join(silent)}，政策没有数，没有算。" if silent else "")

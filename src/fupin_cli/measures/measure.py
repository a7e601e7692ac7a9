"""The common form of every subsidy besides posts: who claims what for which period, and which conditions fail.

A measure is one small module: its table, its conditions, its amount. Everything after (status, codes, workbook,
approval, ledger, bank file, reconciliation, corrections) is one mechanism for all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl

    from fupin_cli.month.month import Month
    from fupin_cli.policy.settings import Settings

EMPLOYMENT, BRIDGING, UNEMPLOYMENT = "就业补助资金", "衔接推进乡村振兴补助资金", "失业保险基金"
COUNTY = ""  # the county says which fund: settings [funds]
COUNTY_WORDS = "县级资金"


@dataclass(frozen=True)
class Fault:
    """A condition that fails on some claims: `when` says on which, `message` why, `column` where it is mended.

    `effect`: where it is not that of the rule (`hold` for what is merely unknown). `among_good`: `when` compares claims with
    each other, and only with those on which nothing else fails: a claim that is refused anyway takes nobody's place.
    `excluded_by`: measures of which a line of the same person, that is not refused itself, makes it fail.
    """

    code: str
    when: pl.Expr
    message: str | pl.Expr
    column: str | None = "id_number"
    effect: str | None = None
    among_good: bool = False
    excluded_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Claims:
    """A month's claims of one measure.

    `rows`: one a claim, from the measure's table: `_src`, `_row`, `_file`, `_sheet`, `id_number` and `name` of the person (or of the
    organisation), `ref` (what tells two claims of one person apart), `rate_fen`, `numerator_x100`, `divisor_x100`,
    `due_fen` (null: cannot be computed), `how` (the amount in words), and, where they are known, `payee_key` (who is
    paid: an organisation's credit code), `payee_name`, `account`, `bank`; `_from`, `_until`: the days that the claim is for
    (else the month's). `left`: rows of the table that are not of the month.
    """

    rows: pl.DataFrame
    faults: list[Fault] = field(default_factory=list)
    left: int = 0


@dataclass(frozen=True)
class Measure:
    """One subsidy. `law`: a phrase of the clause; `settings`: what must be set before it can be computed."""

    code: str
    title: str
    clause: str
    law: str
    fund: str
    who: str
    table: str
    claims: Callable[[Month], Claims]
    settings: Callable[[Settings], list[str]] = lambda _: []
    needs: tuple[str, ...] = ("registry",)
    monthly: bool = False
    also: tuple[str, ...] = field(default=())  # further clauses
    # Whether a check tells its conditions; a table that serves something else first is told of when the measure is asked for.
    in_check: bool = True
    section: str = ""  # of the settings; the code itself where it is not said


def fund_of(measure: Measure, settings: Settings) -> str:
    """The fund that a measure is paid from: the law's, or the one the county names."""
    return measure.fund or settings.funds.get(measure.code, COUNTY_WORDS)


def unset(section: str, settings: object, *keys: str) -> list[str]:
    """Which of a section's keys have no value, by their full names."""
    return [f"{section}.{key}" for key in keys if not getattr(settings, key)]

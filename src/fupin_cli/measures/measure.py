"""The common form of every subsidy: who claims what for which period, and which conditions fail.

A measure is one small module: its table, its conditions, its amount. Everything after (status, codes, workbook,
approval, ledger, bank file, reconciliation, corrections) is one mechanism for all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.intake.cell_findings import SHIFTED
from fupin_cli.measures.claims import PAY, SPOT
from fupin_cli.measures.payees import paid_to

if TYPE_CHECKING:
    from collections.abc import Callable

    from fupin_cli.month.month import Month
    from fupin_cli.policy.parameters import Policy
    from fupin_cli.policy.schema import MeasureLaw
    from fupin_cli.policy.settings import Settings

COUNTY = ""  # the county says which fund: settings [funds]
COUNTY_WORDS = "县级资金"
ID_CODES, CELL_CODES = "^(ID00[1-57]|ID017)$", "^IN00[4-6]$"


@dataclass(frozen=True)
class Fault:
    """A condition that fails on some claims: `when` says on which, `message` why, `column` where it is mended.

    `effect`: where it is not that of the rule (`hold` for what is merely unknown). `among_good`: `when` compares claims with
    each other, and only with those on which nothing else fails: a claim that is refused anyway takes nobody's place.
    `excluded_by`: measures of which a line of the same person, that is not refused itself, makes it fail (`undated`: one of
    which the month is not known).
    """

    code: str
    when: pl.Expr
    message: str | pl.Expr
    column: str | None = "id_number"
    effect: str | None = None
    among_good: bool = False
    excluded_by: tuple[str, ...] = ()
    undated: bool = False


@dataclass(frozen=True)
class Claims:
    """A month's claims of one measure.

    `rows`: one a claim, from the measure's table: `_src`, `_row`, `_file`, `_sheet`, `id_number` and `name` of the person (or of the
    organisation), `ref` (what tells two claims of one person apart), `rate_fen`, `numerator_x100`, `divisor_x100`,
    `due_fen` (null: cannot be computed), `how` (the amount in words), and, where they are known, `payee_key` (who is
    paid: an organisation's credit code, null where it is not written; what pays persons has no such column, or `TO_PERSONS`), `payee_name`,
    `account`, `bank`; `_from`, `_until`: the days that the claim is for (else the month's). `left`: rows of the table that are not of the month.
    """

    rows: pl.DataFrame = field(repr=False)
    faults: list[Fault] = field(default_factory=list)
    left: int = 0
    holds: tuple[str, ...] = ()  # codes that hold every claim (a month without a standard)


def nothing_to_set(_: Settings) -> list[str]:
    """Need no setting of the county."""
    return []


@dataclass(frozen=True)
class Measure:
    """One subsidy. `settings`: what must be set before it can be computed; `said`: what the month's policy says of it.

    `numbers`: numbers of the law that it is computed with; a policy file that has the subsidy has them. `county`: keys of
    the county's settings, in the subsidy's section, that it is computed with.
    """

    code: str
    table: str
    claims: Callable[[Month], Claims]
    settings: Callable[[Settings], list[str]] = nothing_to_set
    needs: tuple[str, ...] = ("registry",)
    monthly: bool = False
    numbers: tuple[str, ...] = ()
    county: tuple[str, ...] = ()
    # Whether a check tells its conditions; a table that serves something else first is told of when the measure is asked for.
    in_check: bool = True
    section: str = ""  # of the settings; the code itself where it is not said
    leads: bool = False  # the month's payroll: everything that is wrong in the month is told beside it
    counts_months: bool = False  # its lines count months towards a cap of its own, each a share of the month
    more_tables: tuple[str, ...] = ()  # whose rows belong to its lines too
    said: MeasureLaw | None = None

    @property
    def title(self) -> str:
        """What the policy calls it."""
        return self.said.title if self.said else self.code

    @property
    def short(self) -> str:
        """The title where there is little room."""
        return (self.said.short if self.said else "") or self.title

    @property
    def clause(self) -> str:
        """The clause of the law that it rests on."""
        return self.said.clause if self.said else ""

    @property
    def also(self) -> tuple[str, ...]:
        """Further clauses."""
        return tuple(self.said.also) if self.said else ()

    @property
    def law(self) -> str:
        """A phrase of the clause, by which its sentence is found."""
        return self.said.law if self.said else ""

    @property
    def fund(self) -> str:
        """The fund that the law names; empty where the county says which."""
        return self.said.fund if self.said else COUNTY

    @property
    def own_term(self) -> bool:
        """Whether the law ends it before the rest: nothing is reckoned ahead for it."""
        return bool(self.said and self.said.term)

    @property
    def who(self) -> str:
        """Who receives it."""
        return self.said.who if self.said else ""

    @property
    def tables(self) -> tuple[str, ...]:
        """Tables on whose rows findings can stop a line."""
        return (self.table, *self.more_tables)

    @property
    def command(self) -> str:
        """The command that computes it."""
        return "payroll" if self.leads else f"subsidy {self.code}"

    def missing(self, month: Month) -> list[str]:
        """Tables without which no line can be judged: each line is held for them with IN012 (SPEC 8.5)."""
        return [table for table in self.needs if not month.has(table)]

    def proration(self, policy: Policy) -> str:  # noqa: ARG002 - for those that share a month
        """How a line's part is reckoned: here its quantity stands on the line itself."""
        return "quantity"

    def standing(self, told: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
        """Findings that stand on lines: its conditions (`told`), and of its table's (`found`) those on ID numbers and unreadable cells.

        `told`: code, effect, waived; the others give their code only: what they leave unknown is held anyway.
        """
        mine = (pl.col("table") == self.table) & pl.col("measure").is_null()
        cells = found.filter(mine & pl.col("code").str.contains(f"{ID_CODES}|{CELL_CODES}"))
        cells = cells.with_columns(effect=pl.lit("none"), stops=pl.lit(value=True))
        columns = ["code", "effect", "waived", "stops", "table", *SPOT]
        told = told.with_columns(stops=pl.col("effect") != "none")
        return pl.concat([told.select(columns), cells.select(columns)])

    def decided(self, rows: pl.DataFrame, settled: pl.DataFrame) -> pl.DataFrame:  # noqa: ARG002 - for posts only
        """Claims as they were settled by hand."""
        return rows

    def spots(self, month: Month, rows: pl.DataFrame) -> pl.DataFrame:  # noqa: ARG002 - for those that merge rows
        """Which line a row belongs to: table, `_src`, `_row`, `line_src`, `line_row`. Here each row is a line."""
        return rows.select(pl.lit(self.table).alias("table"), *SPOT, line_src="_src", line_row="_row")

    def aside(self, month: Month) -> pl.DataFrame:
        """Rows of the month whose ID number cannot be a key."""
        rows = month.intake.set_aside[self.table]
        if self.monthly:
            # One whose cells stand in wrong columns, or that says no month, is of its folder's.
            said = pl.when(pl.col("_reason") != SHIFTED).then("month")
            rows = rows.filter((said == month.month).fill_null(month.folder == month.month))
        return rows.select(name for name in (*SPOT, "_file", "_sheet", "name") if name in rows.columns)

    def settle(self, lines: pl.DataFrame, month: Month) -> pl.DataFrame:  # noqa: ARG002 - for those with a cap
        """Add `amount_fen`: what is due, where the line pays."""
        return lines.with_columns(amount_fen=pl.when(pl.col("status") == PAY).then("due_fen").otherwise(0))

    def paid_to(self, lines: pl.DataFrame, month: Month) -> pl.DataFrame:
        """Add who is paid and where to, and from which fund (`payees.paid_to`)."""
        return paid_to(lines, month, fund_of(self, month.settings))


def fund_of(measure: Measure, settings: Settings) -> str:
    """The fund that a measure is paid from: the law's, or the one the county names."""
    return measure.fund or settings.funds.get(measure.code, COUNTY_WORDS)


def unset(section: str, settings: object, *keys: str) -> list[str]:
    """Which of a section's keys have no value, by their full names."""
    return [f"{section}.{key}" for key in keys if not getattr(settings, key)]

"""Approved months computed again from the files as they are now: what they should have been."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.ledger.store import APPROVED_KINDS
from fupin_cli.measures.catalogue import MEASURES, measure_of
from fupin_cli.measures.claims import RANK
from fupin_cli.reconciliation.corrections import FIGURES, KEYS, PAYEE, beside, differences, undecided, unlike

if TYPE_CHECKING:
    from fupin_cli.jobs.desk import Desk
    from fupin_cli.measures.measure import Measure
    from fupin_cli.policy.parameters import Policy
    from fupin_cli.results.subsidy import PayrollRun


@dataclass(frozen=True)
class Again:
    """An approved month of a measure as it is computed now. `lines`: what `lines_now` gives; `policy`: that of the month."""

    month: int
    measure: str
    policy: Policy
    lines: pl.DataFrame = field(repr=False)

    @property
    def subsidy(self) -> Measure:
        """The measure that is computed."""
        return measure_of(self.measure, self.policy)


def months_to_check(desk: Desk, month: int, measure: str) -> list[int]:
    """Approved months that the payroll of a month computes again: those of the last `months_back`, and later ones."""
    back = desk.policy.settings.corrections.months_back
    return [m for m in desk.approved_months(measure) if m != month and m >= month - back]


def compared(desk: Desk, months: list[Again]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What approved months of one measure that were computed again come to beside what stands.

    Gives the differences (`reconciliation.corrections.differences`), and the lines that are now only held (`undecided`).
    """
    new = pl.concat(again.lines for again in months)
    posted = _posted(desk, [again.month for again in months], months[0].measure)
    told = unlike(posted.group_by(KEYS).agg(old_fen=pl.col("amount_fen").sum()), new)
    posted, new = (lines.join(told, on=KEYS, how="semi", maintain_order="left") for lines in (posted, new))
    lines = beside(_standing(posted), new)
    return differences(lines, desk.money), undecided(lines)


def standing_lines(desk: Desk, month: int, measure: str) -> pl.DataFrame:
    """What stands approved, in the columns of `lines_now`: for a month that cannot be computed again."""
    lines = standing(desk, [month], measure)
    return lines.select(*KEYS, *FIGURES, *PAYEE, amount_fen="old_fen", due_fen="old_fen")


def standing(desk: Desk, months: list[int], measure: str) -> pl.DataFrame:
    """What stands approved for months of a measure: the facts of each line's last posting, the sum of all, the first one's number."""
    return _standing(_posted(desk, months, measure))


def _posted(desk: Desk, months: list[int], measure: str) -> pl.DataFrame:
    mine = pl.col("month").is_in(months) & (pl.col("measure") == measure)
    posted = desk.lines.filter(mine & pl.col("kind").is_in(APPROVED_KINDS))
    if MEASURES[measure].leads:
        return posted
    # Of a claim that was handed in twice the row that was paid stands for it.
    nothing = pl.col("amount_fen") == 0
    return posted.filter(~nothing | nothing.all().over(*KEYS, "batch"))


def one_each(lines: pl.DataFrame) -> pl.DataFrame:
    """`lines_now` with one line for each thing that is claimed, as the ledger knows it: who hands in twice is paid once.

    The line that pays speaks for those that do not, one that is held for those that are refused; sums are added.
    """
    several = pl.struct(KEYS).is_duplicated()
    twice = lines.filter(several)
    if not twice.height:
        return lines
    rank = pl.col("status").replace_strict(RANK, return_dtype=pl.Int8)
    best = twice.sort(rank, maintain_order=True).group_by(KEYS, maintain_order=True)
    rest = [name for name in lines.columns if name not in {*KEYS, "amount_fen"}]
    one = best.agg(pl.col(rest).first(), pl.col("amount_fen").sum())
    return pl.concat([lines.filter(~several), one.select(lines.columns)])


def _standing(posted: pl.DataFrame) -> pl.DataFrame:
    return posted.group_by(KEYS, maintain_order=True).agg(
        pl.col(*FIGURES, *PAYEE).last(),
        old_fen=pl.col("amount_fen").sum(),
        batch=pl.col("batch").first(),
        line_no=pl.col("line_no").first(),
    )


def lines_now(run: PayrollRun) -> pl.DataFrame:
    """Claim lines as the ledger has them: `KEYS`, `FIGURES`, `PAYEE`, `amount_fen`, `due_fen`; texts without nulls."""
    lines = run.with_heads()
    texts = [
        "name",
        "county",
        "township",
        "village",
        "fund",
        "bank",
        "account",
        "phone",
        "head_name",
        "head_id",
        "post_id",
    ]
    return lines.select(
        pl.lit(run.measure).alias("measure"),
        pl.col("person_key").alias("person"),
        pl.lit(run.month, dtype=pl.Int64).alias("month"),
        *(pl.col(name).fill_null("") for name in texts),
        "status",
        "standard_fen",
        "numerator_x100",
        "divisor_x100",
        "amount_fen",
        "due_fen",
        codes=pl.col("codes").list.join(","),
        payee=pl.coalesce("payee_name", "name").fill_null(""),
        payee_id=pl.coalesce("payee_id", "person_key"),
    )

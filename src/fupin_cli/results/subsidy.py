"""A computed month of one subsidy: its lines with status, codes and amounts, and totals that tie."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.ledger.store import BACK_PAY
from fupin_cli.measures.catalogue import measure_of
from fupin_cli.measures.claims import HOLD, MEASURE, RANK, REFUSE, STATUSES
from fupin_cli.month.households import heads_of, one_row_each
from fupin_cli.policy.months import month_text
from fupin_cli.reconciliation.money import BatchSums
from fupin_cli.results.exit_codes import exit_code
from fupin_cli.results.shown import Shown

if TYPE_CHECKING:
    from fupin_cli.checks.engine import CheckResult
    from fupin_cli.intake.contracts import TableSpec
    from fupin_cli.intake.load import Intake
    from fupin_cli.intake.raw import Unplaced
    from fupin_cli.measures.measure import Measure
    from fupin_cli.policy.parameters import Policy
    from fupin_cli.results.fund import Fund

SUMMED = ("status", "amount_fen", "due_fen")  # what totals of lines are made of
# Rules (a group, or a code) whose findings stand on rows that no line of a payroll is made of (registry, employment, history,
# insurance, …) and stop nothing: an approved month is computed again without them.
APART = ("REG", "WRK", "PLT", "SCL001", "CAP005", "CAP006", "ID011", "ID012", "ID013", "INS003", "INS004")


@dataclass(repr=False)
class PayrollRun(Shown):
    """A computed month. `lines`: one row a claim line (`measures.claims.LINE`), in the order of their rows."""

    month: int
    policy: Policy
    intake: Intake
    contracts: dict[str, TableSpec]
    result: CheckResult
    lines: pl.DataFrame
    rows_out_of_month: int
    # Differences of months approved before (`reconciliation.corrections.differences`), to be posted with this one.
    corrections: pl.DataFrame = field(default_factory=pl.DataFrame)
    # Lines of those months that are now only held (`reconciliation.corrections.undecided`): listed, never posted.
    undecided: pl.DataFrame = field(default_factory=pl.DataFrame)
    not_again: list[str] = field(default_factory=list)  # approved months that could not be computed again, and why
    as_approved: list[str] = field(default_factory=list)  # those computed under settings of then that differ, and how
    measure: str = MEASURE
    missing: list[str] = field(default_factory=list)  # tables without which no line can be judged (SPEC 8.5)
    funds: list[Fund] = field(default_factory=list)  # as they stood before this run
    idle_budgets: list[str] = field(default_factory=list)  # names in [budget] of funds from which nothing is paid
    outputs: list[Path] = field(default_factory=list)
    kept: dict[str, int] = field(default_factory=dict)  # fen kept back from its payments, by township
    policies: pl.DataFrame | None = None  # by which people are insured (`Month.policies`); None: not known
    posted: int = 0  # postings that the ledger had
    root: Path = field(default_factory=Path)  # the workspace
    password: str | None = None  # with which its workbooks are encrypted

    @property
    def findings(self) -> pl.DataFrame:
        """One row a finding (docs/frames.md), the worst first."""
        return self.result.found

    @property
    def crashed(self) -> bool:
        """Whether a rule ended with a bug of the program (exit code 70): then nothing of the result is to be used."""
        return self.result.crashed

    def counts(self) -> dict[str, int]:
        """Lines by status, and what the bank pays: lines, pay, hold, refuse, amount_fen."""
        totals = self.totals()
        return {name: totals[name] for name in ("lines", *STATUSES)} | {"amount_fen": totals["amount"]}

    def by_code(self) -> dict[str, int]:
        """How many lines bear a code."""
        return dict(self.lines["codes"].explode().drop_nulls().value_counts(name="n").sort("codes").iter_rows())

    @property
    def exit_code(self) -> int:
        """70 a rule crashed, 3 input could not be read, 1 an error finding that is not waived, else 0."""
        unpriced = self.lines["codes"].list.set_intersection(["IN012", "MEA001"]).list.len().sum() > 0
        return exit_code(self.result, self.intake, found=unpriced or self.result.at_or_above("error"))

    @property
    def missing_words(self) -> str:
        """Which tables were not supplied, in words; empty if none that is needed."""
        titles = [self.contracts[table].title for table in self.missing]
        return f"没有报送：{'、'.join(titles)}" if titles else ""

    @property
    def subsidy(self) -> Measure:
        """The measure that is computed."""
        return measure_of(self.measure, self.policy)

    @property
    def title(self) -> str:
        """The subsidy in the policy's words."""
        return self.subsidy.title

    @property
    def table(self) -> str:
        """The table whose rows make the lines."""
        return self.subsidy.table

    @property
    def clause(self) -> str:
        """The clause that the subsidy rests on."""
        return self.subsidy.clause

    @property
    def proration(self) -> str:
        """How a month's part is reckoned; of other measures than posts their quantity stands on the line itself."""
        return self.subsidy.proration(self.policy)

    def correction_sums(self) -> dict[str, int]:
        """Money of the corrections in fen by kind: `back_pay`, `recover`, `cancel` (all as positive amounts)."""
        if not self.corrections.height:
            return {}
        sums = self.corrections.group_by("kind").agg(pl.col("amount_fen").sum().abs())
        return dict(sorted(sums.iter_rows()))

    @property
    def unplaced(self) -> list[Unplaced]:
        """Files, folders, links and sheets that the computation could not take in."""
        return self.intake.unplaced

    def sums(self, part: str = "", nowhere: str = "") -> BatchSums:
        """What the bank is to pay by this batch: all of it, or in one township (`part`; `nowhere`: lines that name none)."""
        here = (pl.col("township").replace("", None).fill_null(nowhere) == part) | (part == "")
        fen = pl.col("amount_fen").filter(here).sum()
        back = self.corrections.filter(pl.col("kind") == BACK_PAY) if self.corrections.height else None
        return BatchSums(
            int(self.lines.select(fen).item()),
            int(back.select(fen).item()) if back is not None else 0,
            sum(kept for town, kept in self.kept.items() if part in ("", town or nowhere)),
        )

    @cached_property
    def unreported(self) -> list[str]:
        """Townships that handed in nothing, a sentence each (IN015)."""
        return self.result.messages("IN015")

    @property
    def undecided_words(self) -> str:
        """Lines of approved months that are to be decided, in words; empty if none (SPEC 9.4)."""
        if not self.undecided.height:
            return ""
        months = "、".join(month_text(month) for month in self.undecided["month"].unique().sort())
        return (
            f"已批准的 {self.undecided.height} 行（{months}）现在暂缓，待核定：不补发也不追回，"
            "改正原表或写进核定清单后再算"
        )

    def with_heads(self) -> pl.DataFrame:
        """Claim lines with the head of each person's household, where the registry was supplied."""
        registry = self.intake.tables.get("registry")
        if registry is None:
            return self.lines.with_columns(head_id=pl.lit(""), head_name=pl.lit(""))
        people = one_row_each(registry)
        homes = people.select("id_number", "household_id").join(heads_of(people), on="household_id", how="left")
        return self.lines.join(homes.drop("household_id"), on="id_number", how="left", maintain_order="left")

    @cached_property
    def people(self) -> dict[str, int]:
        """People by the best of their lines: pay before hold before refuse."""
        rank = pl.col("status").replace_strict(RANK, return_dtype=pl.Int8)
        best = self.lines.group_by("person_key").agg(rank.min().alias("r"))["r"]
        return {status: int((best == RANK[status]).sum()) for status in STATUSES}

    def totals(self, lines: pl.DataFrame | None = None) -> dict[str, int]:
        """Counts and sums in fen over lines (`SUMMED` of them): lines, pay, hold, refuse, amount, due_hold, due_refuse."""
        rows = self.lines if lines is None else lines
        by_status = dict(rows.group_by("status").len().iter_rows())
        due = dict(rows.group_by("status").agg(pl.col("due_fen").sum()).iter_rows())
        return {
            "lines": rows.height,
            **{status: by_status.get(status, 0) for status in STATUSES},
            "amount": int(rows["amount_fen"].sum()),
            "due_hold": due.get(HOLD, 0) or 0,
            "due_refuse": due.get(REFUSE, 0) or 0,
        }

    def unpriced(self, status: str, lines: pl.DataFrame | None = None) -> int:
        """Lines of a status of which nobody can say what they would come to: they are in no sum."""
        rows = self.lines if lines is None else lines
        return rows.filter((pl.col("status") == status) & pl.col("due_fen").is_null()).height

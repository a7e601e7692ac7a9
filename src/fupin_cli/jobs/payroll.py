"""`fupin payroll`: a month's roster → claim lines, each with status, codes and amount; totals that tie."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.checks.engine import CheckResult, run_checks
from fupin_cli.checks.registry import all_rules
from fupin_cli.errors import NoInputError
from fupin_cli.jobs.corrections import corrections_of, months_to_check
from fupin_cli.jobs.exit_codes import exit_code
from fupin_cli.jobs.person_code import person_codes, workspace_key
from fupin_cli.measures.claims import HOLD, KEYS, MEASURE, PAY, REFUSE, STATUSES, claim_lines, line_codes
from fupin_cli.measures.households import heads_of, one_row_each
from fupin_cli.measures.roster import roster_rows
from fupin_cli.policy.months import month_text

if TYPE_CHECKING:
    from pathlib import Path

    from fupin_cli.checks.context import Context
    from fupin_cli.intake.contracts import TableSpec
    from fupin_cli.intake.load import Intake
    from fupin_cli.jobs.desk import Desk
    from fupin_cli.policy.parameters import Policy

NEEDED = ("posts", "registry", "accident_insurance")
ROSTER = "assignments"
RANK = {PAY: 0, HOLD: 1, REFUSE: 2}


@dataclass
class PayrollRun:
    """A computed month. `lines`: one row a claim line (see `claim_lines`), in the order of the roster."""

    month: int
    policy: Policy
    intake: Intake
    contracts: dict[str, TableSpec]
    result: CheckResult
    lines: pl.DataFrame
    rows_out_of_month: int
    # Differences of months approved before (`measures.corrections.differences`), to be posted with this one.
    corrections: pl.DataFrame = field(default_factory=pl.DataFrame)
    outputs: list[Path] = field(default_factory=list)
    posted: int = 0  # postings that the ledger had
    password: str | None = None  # with which its workbooks are encrypted

    @property
    def exit_code(self) -> int:
        """70 a rule crashed, 3 input could not be read, 1 an error finding that is not waived, else 0."""
        unpriced = self.lines["codes"].list.set_intersection(["IN012", "MEA001"]).list.len().sum() > 0
        return exit_code(self.result, self.intake, found=unpriced or self.result.at_or_above("error"))

    @property
    def missing_words(self) -> str:
        """Which tables were not supplied, in words; empty if none that is needed."""
        titles = [self.contracts[table].title for table in missing_tables(self.intake, self.policy)]
        return f"没有报送：{'、'.join(titles)}" if titles else ""

    @property
    def measure(self) -> str:
        """Which subsidy."""
        return MEASURE

    def correction_sums(self) -> dict[str, int]:
        """Money of the corrections in fen by kind: `back_pay`, `recover`, `cancel` (all as positive amounts)."""
        if not self.corrections.height:
            return {}
        sums = self.corrections.group_by("kind").agg(pl.col("amount_fen").sum().abs())
        return dict(sorted(sums.iter_rows()))

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
        """Counts and sums in fen over lines: lines, pay, hold, refuse, amount, due_hold, due_refuse."""
        rows = self.lines if lines is None else lines
        by_status = dict(rows.group_by("status").len().iter_rows())
        due = dict(rows.group_by("status").agg(pl.col("due_fen").sum()).iter_rows())
        return {
            "lines": rows.height, **{status: by_status.get(status, 0) for status in STATUSES},
            "amount": int(rows["amount_fen"].sum()), "due_hold": due.get(HOLD, 0) or 0, "due_refuse": due.get(REFUSE, 0) or 0,
        }  # fmt: skip


# Groups whose findings stand on no line of a payroll: an approved month is computed again without them.
APART = ("REG", "WRK")


def payroll(desk: Desk, month: int) -> PayrollRun:
    """Compute a month from its files, and what months approved before should have been.

    Writes nothing but, once, the workspace's key for person codes. A month that is approved itself gives its own
    differences.

    Raises:
        FupinError: wrong settings (exit 2), no input or no roster (exit 10).
    """
    run = compute(desk, month, set(all_rules()))
    approved = month in desk.approved_months()
    earlier = [] if approved else months_to_check(desk, month)
    parts = []
    for number, m in enumerate(earlier, 1):
        desk.progress(f"重算 {month_text(m)}", number, len(earlier))
        parts.append(corrections_of(desk, again(desk, m)))
    if approved:
        parts.append(corrections_of(desk, run))
    if parts:
        run.corrections = pl.concat(parts)
    return run


def again(desk: Desk, month: int) -> PayrollRun:
    """Compute an approved month as it should have been: the rules that can stop a line."""
    return compute(desk, month, {code for code, rule in all_rules().items() if rule.group not in APART})


def compute(desk: Desk, month: int, codes: set[str]) -> PayrollRun:
    """Compute one month under the rules of these codes."""
    ctx = desk.context(month)
    intake, contracts = ctx.intake, ctx.contracts
    if ROSTER not in intake.tables and ROSTER not in intake.set_aside:
        raise NoInputError(f"没有“{contracts[ROSTER].title}”，发放从花名册算起", "把在岗人员花名册放进收件夹")
    result = run_checks(ctx, codes, desk.progress)
    lines = _lines(ctx, result)
    person = person_codes(lines["person_key"], workspace_key(desk.workspace.root))
    lines = lines.with_columns(person_code=person)
    out_of_month = int((~ctx.roster["in_month"]).sum())
    return PayrollRun(
        month,
        ctx.policy,
        intake,
        contracts,
        result,
        lines,
        out_of_month,
        posted=desk.batches.height,
        password=desk.workspace.password,
    )


def _lines(ctx: Context, result: CheckResult) -> pl.DataFrame:
    codes = ["IN012"] if missing_tables(ctx.intake, ctx.policy) else []
    lines = ctx.counted.with_columns(missing=pl.lit(codes, dtype=pl.List(pl.String)))
    claims = claim_lines(lines, line_codes(result.found, _spots(ctx)), ctx.policy, ctx.month)
    claims = pl.concat([claims, _unkeyed(ctx, result, claims)], how="diagonal").sort(
        "_src", "_row", maintain_order=True
    )
    # Where a row has no usable ID number, the row itself stands for the person.
    row = pl.format("行{}-{}", "_src", "_row")
    return claims.with_columns(person_key=pl.coalesce("id_number", row))


def missing_tables(intake: Intake, policy: Policy) -> list[str]:
    """Tables without which no line can be judged: each line is held for them with IN012 (SPEC 8.5)."""
    needed = list(NEEDED)
    if policy.settings.post.proration != "calendar":
        needed.append("attendance")
    needed += policy.settings.checks.required_tables
    return [table for table in dict.fromkeys(needed) if table not in intake.tables]


def _spots(ctx: Context) -> pl.DataFrame:
    """Which line each roster row and each of the month's attendance rows belongs to."""
    roster = ctx.roster.filter(pl.col("in_month")).select(pl.lit(ROSTER).alias("table"), "_src", "_row", *KEYS)
    if ctx.attended is None:
        return roster
    attended = ctx.attended.select(pl.lit("attendance").alias("table"), "_src", "_row", *KEYS)
    return pl.concat([roster, attended])


def _unkeyed(ctx: Context, result: CheckResult, claims: pl.DataFrame) -> pl.DataFrame:
    """Roster rows whose ID number cannot be a key still make a line, held with the code of their ID (SPEC 8.3)."""
    aside = ctx.intake.set_aside.get(ROSTER)
    if aside is None or not aside.height:
        return claims.clear()
    rows = roster_rows(aside.drop("_reason"), None, ctx.month)
    rows = rows.filter(pl.col("touches") & ~pl.col("gone")).with_columns(id_number=pl.lit(None, dtype=pl.String))
    own = (
        result.found.filter(pl.col("table") == ROSTER)
        .group_by("_src", "_row")
        .agg(codes=pl.col("code").unique().sort())
    )
    none = pl.lit([], dtype=pl.List(pl.String))
    return rows.join(own, on=["_src", "_row"], how="left", maintain_order="left").select(
        *[name for name in rows.columns if name in claims.columns],
        codes=pl.col("codes").fill_null(none),
        waived_codes=none,
        status=pl.lit(HOLD),
        amount_fen=pl.lit(0, dtype=pl.Int64),
        standard_fen=pl.lit(ctx.policy.standard_fen(ctx.month), dtype=pl.Int64),
    )


def write_outputs(  # noqa: PLR0913 - what a run is told on the command line
    run: PayrollRun, folder: Path, *, split_by: str | None, force: bool, state: str, approved: bool = False
) -> None:
    """Write the workbook (and one for each township with `split_by`) and, from drafts, the 公示表 into `out/2024-05/`.

    Raises:
        FupinError: the folder cannot be written to (exit 2).
    """
    from fupin_cli.outputs.bulk import save_workbooks
    from fupin_cli.outputs.check_workbook import NO_TOWN
    from fupin_cli.outputs.files import make_folder, safe_name
    from fupin_cli.outputs.notice import notice_sheets
    from fupin_cli.outputs.payroll_workbook import payroll_sheets
    from fupin_cli.policy.months import last_day

    text = month_text(run.month)
    target = folder / text
    make_folder(target)
    plans = {f"{'批准' if approved else '发放'}_{text}": payroll_sheets(run, run.lines, state)}
    if split_by == "town":
        towns = run.lines.with_columns(pl.col("township").fill_null(NO_TOWN)).partition_by("township", as_dict=True)
        plans |= {
            f"发放_{text}_{safe_name(str(town))}": payroll_sheets(run, part, state, str(town))
            for (town,), part in sorted(towns.items())
        }
    posts = run.intake.tables.get("posts")
    names = dict(posts.select("post_id", "post_name").drop_nulls().iter_rows()) if posts is not None else {}
    notices = [] if approved else notice_sheets(run, names)
    if notices:
        plans[f"公示_{text}"] = notices
    run.outputs += save_workbooks(target, plans.items(), last_day(run.month), force=force, password=run.password)


def write_corrections(run: PayrollRun, folder: Path) -> None:
    """Write what an approved month should have been into `folder/2024-05/`.

    Raises:
        FupinError: the folder cannot be written to (exit 2).
    """
    from fupin_cli.outputs.bulk import save_workbooks
    from fupin_cli.outputs.files import make_folder
    from fupin_cli.outputs.payroll_workbook import correction_sheet
    from fupin_cli.policy.months import last_day

    target = folder / month_text(run.month)
    make_folder(target)
    books = [(f"重算差额_{month_text(run.month)}", [correction_sheet(run)])]
    run.outputs += save_workbooks(target, books, last_day(run.month), force=False, password=run.password)

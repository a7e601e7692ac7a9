"""`fupin payroll`: a month's roster → claim lines, each with status, codes and amount; totals that tie."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.checks.engine import CheckResult, run_checks
from fupin_cli.checks.registry import all_rules
from fupin_cli.errors import NoInputError
from fupin_cli.jobs.exit_codes import exit_code
from fupin_cli.jobs.month import read_month
from fupin_cli.jobs.person_code import person_codes, workspace_key
from fupin_cli.measures.claims import HOLD, KEYS, PAY, REFUSE, STATUSES, claim_lines, line_codes
from fupin_cli.measures.roster import roster_rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fupin_cli.checks.context import Context
    from fupin_cli.intake.contracts import TableSpec
    from fupin_cli.intake.load import Intake
    from fupin_cli.jobs.workspace import Workspace
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
    outputs: list[Path] = field(default_factory=list)

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


def payroll(
    workspace: Workspace,
    inbox: Path | None,
    month: int,
    progress: Callable[[str, int, int], None] = lambda *_: None,
) -> PayrollRun:
    """Compute a month from its files. Writes nothing but, once, the workspace's key for person codes.

    Raises:
        FupinError: wrong settings (exit 2), no input or no roster (exit 10).
    """
    ctx = read_month(workspace, inbox, month, progress)
    intake, contracts = ctx.intake, ctx.contracts
    if ROSTER not in intake.tables and ROSTER not in intake.set_aside:
        raise NoInputError(f"没有“{contracts[ROSTER].title}”，发放从花名册算起", "把在岗人员花名册放进收件夹")
    result = run_checks(ctx, set(all_rules()), progress)
    lines = _lines(ctx, result)
    codes = person_codes(lines["person_key"], workspace_key(workspace.root))
    lines = lines.with_columns(person_code=codes)
    return PayrollRun(month, ctx.policy, intake, contracts, result, lines, int((~ctx.roster["in_month"]).sum()))


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
    from fupin_cli.policy.months import last_day, month_text

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
    run.outputs += save_workbooks(target, plans.items(), last_day(run.month), force=force)

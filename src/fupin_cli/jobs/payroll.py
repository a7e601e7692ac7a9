"""`fupin payroll`: a month's roster → claim lines, each with status, codes and amount; totals that tie."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.checks import settle
from fupin_cli.checks.catalogue import all_rules
from fupin_cli.checks.engine import run_checks
from fupin_cli.errors import NoInputError
from fupin_cli.jobs import undated
from fupin_cli.jobs.batch_lines import kept_by_town
from fupin_cli.jobs.corrections import corrections_of, months_to_check, undecided_of
from fupin_cli.jobs.funds import funds_of
from fupin_cli.jobs.own_month import refuse_without_own
from fupin_cli.jobs.person_code import person_codes, workspace_key
from fupin_cli.measures.claims import HOLD, KEYS, MEASURE, claim_lines, line_codes
from fupin_cli.measures.settlements import with_settled
from fupin_cli.month.roster import roster_rows
from fupin_cli.policy.months import month_text
from fupin_cli.results.subsidy import APART, PayrollRun

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fupin_cli.checks.engine import CheckResult
    from fupin_cli.intake.load import Intake
    from fupin_cli.jobs.desk import Desk
    from fupin_cli.month.month import Month
    from fupin_cli.policy.parameters import Policy

NEEDED = ("posts", "registry", "accident_insurance")
ROSTER = "assignments"


def payroll(desk: Desk, month: int) -> PayrollRun:
    """Compute a month's post subsidies from its files, and what months approved before should have been.

    Writes nothing but, once, the workspace's key for person codes. A month that is approved itself gives its own
    differences.

    Raises:
        FupinError: wrong settings (exit 2), no input or no roster (exit 10).
    """
    fresh = month not in desk.approved_months()
    return with_corrections(desk, compute(desk, month, set(all_rules()), fresh=fresh), again)


def with_corrections(desk: Desk, run: PayrollRun, once_more: Callable[[Desk, int], PayrollRun]) -> PayrollRun:
    """Add to a run the differences of the months of its measure that were approved before (`once_more` computes one), and the funds.

    Raises:
        UsageError: a county number was changed without saying from which month (exit 2).
    """
    approved = run.month in desk.approved_months(run.measure)
    months = [run.month] if approved else months_to_check(desk, run.month, run.measure)
    parts, waiting, doubtful = [], [], []
    for number, month in enumerate(months, 1):
        desk.progress(f"重算 {month_text(month)}", number, len(months))
        # Without its files a month cannot be judged: nobody is asked for money back because a folder was put away.
        if file := desk.gone(month, run.measure):
            run.not_again.append(f"{month_text(month)} 的输入 {file} 已不在收件夹里，没有重算这个月的差额")
        else:
            now = run if approved else once_more(desk, month)
            doubtful.append(undated.by_a_number(desk, now))
            parts.append(corrections_of(desk, now))
            waiting.append(undecided_of(desk, now))
    undated.ask(run, doubtful)
    if parts:
        run.corrections, run.undecided = pl.concat(parts), pl.concat(waiting)
    run.funds = funds_of(desk, run.month // 12)
    run.kept = {} if approved else kept_by_town(run, desk)
    return run


def again(desk: Desk, month: int) -> PayrollRun:
    """Compute an approved month as it should have been: the rules that can stop a line."""
    return compute(desk, month, {code for code, rule in all_rules().items() if rule.group not in APART})


def compute(desk: Desk, month: int, codes: set[str], *, fresh: bool = False) -> PayrollRun:
    """Compute one month under the rules of these codes. `fresh`: for the first time; it must have something of its own.

    Raises:
        NoInputError: no roster, or nothing of the month (exit 10).
    """
    ctx = desk.context(month)
    intake, contracts = ctx.intake, ctx.contracts
    if ROSTER not in intake.tables and ROSTER not in intake.set_aside:
        raise NoInputError(f"没有“{contracts[ROSTER].title}”，发放从花名册算起", "把在岗人员花名册放进收件夹")
    if fresh and ROSTER in intake.tables:
        refuse_without_own(ctx)
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
        missing=missing_tables(intake, ctx.policy),
        posted=desk.postings.height,
        root=desk.workspace.root,
        password=desk.workspace.password,
    )


def _lines(ctx: Month, result: CheckResult) -> pl.DataFrame:
    codes = ["IN012"] if missing_tables(ctx.intake, ctx.policy) else []
    lines = with_settled(ctx.counted, result.settled).with_columns(missing=pl.lit(codes, dtype=pl.List(pl.String)))
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


def _spots(ctx: Month) -> pl.DataFrame:
    """Which line each roster row and each of the month's attendance rows belongs to."""
    roster = ctx.roster.filter(pl.col("in_month")).select(pl.lit(ROSTER).alias("table"), "_src", "_row", *KEYS)
    roster = pl.concat([roster, settle.spots(ctx)])
    if ctx.attended is None:
        return roster
    attended = ctx.attended.select(pl.lit("attendance").alias("table"), "_src", "_row", *KEYS)
    return pl.concat([roster, attended])


def _unkeyed(ctx: Month, result: CheckResult, claims: pl.DataFrame) -> pl.DataFrame:
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
    from fupin_cli.outputs.files import make_folder, safe_names
    from fupin_cli.outputs.notice import notice_sheets
    from fupin_cli.outputs.payroll_workbook import payroll_sheets
    from fupin_cli.policy.months import last_day
    from fupin_cli.system import safe_name

    text = month_text(run.month)
    target = folder / text
    make_folder(target)
    which = "" if run.measure == MEASURE else f"{safe_name(run.title)}_"
    plans = {f"{'批准' if approved else '发放'}_{which}{text}": payroll_sheets(run, run.lines, state)}
    if split_by == "town":
        towns = run.lines.with_columns(pl.col("township").fill_null(NO_TOWN)).partition_by("township", as_dict=True)
        stems = safe_names(str(town) for (town,) in sorted(towns))
        plans |= {
            f"发放_{which}{text}_{stems[str(town)]}": payroll_sheets(run, part, state, str(town))
            for (town,), part in sorted(towns.items())
        }
    posts = run.intake.tables.get("posts")
    names = dict(posts.select("post_id", "post_name").drop_nulls().iter_rows()) if posts is not None else {}
    notices = [] if approved or which else notice_sheets(run, names)
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
    from fupin_cli.outputs.payroll_workbook import correction_sheet, undecided_sheet
    from fupin_cli.policy.months import last_day

    target = folder / month_text(run.month)
    make_folder(target)
    which = "" if run.measure == MEASURE else f"{run.measure}_"
    sheets = [correction_sheet(run, in_batch=False), *([undecided_sheet(run)] if run.undecided.height else [])]
    books = [(f"重算差额_{which}{month_text(run.month)}", sheets)]
    run.outputs += save_workbooks(target, books, last_day(run.month), force=False, password=run.password)

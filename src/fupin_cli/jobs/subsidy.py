"""`fupin subsidy`: a month's lines of a measure besides posts, as a run in the common form."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.checks.catalogue import all_rules
from fupin_cli.checks.engine import run_checks
from fupin_cli.checks.mea import effect_of, faults_of
from fupin_cli.errors import NoInputError, UsageError
from fupin_cli.jobs.own_month import refuse_without_own
from fupin_cli.jobs.payroll import payroll, with_corrections
from fupin_cli.jobs.person_code import person_codes, workspace_key
from fupin_cli.measures.catalogue import all_measures
from fupin_cli.measures.claims import HOLD, MEASURE, claim_status
from fupin_cli.measures.measure import Measure, fund_of
from fupin_cli.results.subsidy import PayrollRun

if TYPE_CHECKING:
    from fupin_cli.checks.engine import CheckResult
    from fupin_cli.jobs.desk import Desk
    from fupin_cli.measures.claimed import Claimed
    from fupin_cli.month.month import Month

# Rules that can stand on a measure's rows: identity, cells, its own conditions, the caps that all measures share.
GROUPS = ("IN", "ID", "MEA", "WVR")
SHARED = ("CAP007", "CAP008", "CAP009", "CAP010")
AREA = ["county", "township", "village"]


def find_measure(code: str) -> Measure:
    """Find a measure by its code or its title.

    Raises:
        UsageError: there is none of that name; the hint names the nearest.
    """
    import difflib

    known = all_measures()
    for measure in known.values():
        if code in (measure.code, measure.title):
            return measure
    near = difflib.get_close_matches(code, [*known, *(m.title for m in known.values())], n=1, cutoff=0.0)[0]
    raise UsageError(f"没有 {code} 这项补贴", f"是不是 {near}？全部补贴：fupin subsidy")


def compute_measure(desk: Desk, measure: Measure, month: int, *, fresh: bool = False) -> PayrollRun:
    """Compute a measure for a month. `fresh`: for the first time; the month must have something of its own.

    Raises:
        NoInputError: the measure's table was not supplied, or nothing of the month (exit 10).
    """
    ctx = desk.context(month, measure.code).with_empty(measure.table)
    if not ctx.has(measure.table):
        title = desk.contracts[measure.table].title
        raise NoInputError(
            f"没有“{title}”，{measure.title}算不了", f"放进收件夹；空白模板：fupin template {measure.table}"
        )
    codes = {code for code, rule in all_rules().items() if rule.group in GROUPS or code in SHARED}
    result = run_checks(ctx, codes, desk.progress)
    # What is wrong with other tables is not this measure's to tell.
    own = (pl.col("table") == measure.table) | pl.col("table").is_null() | pl.col("table").is_in(["", "waivers"])
    shared = pl.col("code").str.starts_with("MEA") | pl.col("code").is_in(SHARED)
    told = (pl.col("measure") == measure.code) | (
        pl.col("measure").is_null() & ~shared
    )  # two measures may share a table
    result = replace(result, found=result.found.filter(own & told))
    missing = [table for table in measure.needs if not ctx.has(table)]
    lines = _lines(ctx, measure, result, ["IN012"] if missing else [])
    lines = lines.with_columns(person_code=person_codes(lines["person_key"], workspace_key(desk.workspace.root)))
    if fresh:
        refuse_without_own(ctx, claims=lines.height > 0)
    return PayrollRun(
        month, ctx.policy, ctx.intake, ctx.contracts, result, lines, ctx.claims[measure.code].left,
        measure=measure.code, missing=missing, posted=desk.postings.height, root=desk.workspace.root, password=desk.workspace.password,
    )  # fmt: skip


def subsidy(desk: Desk, measure: Measure, month: int) -> PayrollRun:
    """Compute a measure for a month, and what its months approved before should have been.

    Raises:
        NoInputError: the measure's table was not supplied (exit 10).
    """
    fresh = month not in desk.approved_months(measure.code)
    run = compute_measure(desk, measure, month, fresh=fresh)
    return with_corrections(desk, run, lambda d, m: compute_measure(d, measure, m))


def with_its_corrections(desk: Desk, code: str, month: int) -> PayrollRun:
    """A month of any subsidy, posts among them, and what its months approved before should have been.

    Raises:
        NoInputError: the subsidy's table was not supplied (exit 10).
        UsageError: there is no such subsidy.
    """
    return payroll(desk, month) if code == MEASURE else subsidy(desk, find_measure(code), month)


def _lines(ctx: Claimed, measure: Measure, result: CheckResult, more: list[str]) -> pl.DataFrame:
    rows = ctx.claims[measure.code].rows
    told = faults_of(ctx, measure.code)
    faults = told.with_columns(effect=effect_of())
    waived = result.found.filter("waived").select("code", "_src", "_row", "measure", waived=pl.lit(value=True))
    faults = faults.join(waived.unique(), on=["code", "_src", "_row", "measure"], how="left").with_columns(
        pl.col("waived").fill_null(value=False)
    )
    found = result.found.filter(pl.col("table") == measure.table)
    lines = claim_status(rows, faults, found.filter(pl.col("measure").is_null()), more)
    lines = pl.concat([lines, _unkeyed(ctx, measure, found, lines)], how="diagonal")
    lines = _with_people(ctx, lines)
    settings = ctx.settings
    payees = settings.payees
    organisation = pl.col("payee_key").is_not_null()
    key = pl.col("payee_key")
    kept = {
        name: key.replace_strict({k: getattr(v, name) for k, v in payees.items()}, default=None, return_dtype=pl.String)
        for name in ("account", "bank", "name")
    }
    spot = pl.format("行{}-{}", "_src", "_row")
    return lines.with_columns(
        person_key=pl.coalesce("id_number", pl.when(organisation).then("payee_key"), spot),
        post_id=pl.col("ref").fill_null(""),
        fund=pl.lit(fund_of(measure, settings)),
        standard_fen="rate_fen",
        payee_id=pl.coalesce("payee_key", "id_number"),
        payee_name=pl.coalesce(pl.when(kept["name"] != "").then(kept["name"]), "payee_name", "name"),
        account=pl.when(organisation).then(pl.coalesce(kept["account"], "account")).otherwise("account"),
        bank=pl.when(organisation).then(pl.coalesce(kept["bank"], "bank")).otherwise("bank"),
        extended=pl.lit(value=False),
    ).sort("_src", "_row", maintain_order=True)


def _unkeyed(ctx: Month, measure: Measure, found: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Rows whose ID number cannot be a key still make a line, held with the code of their ID (SPEC 8.3)."""
    aside = ctx.intake.set_aside.get(measure.table)
    if aside is None or not aside.height:
        return lines.clear()
    if measure.monthly:
        aside = aside.filter(pl.col("month") == ctx.month)
    codes = found.group_by("_src", "_row").agg(codes=pl.col("code").unique().sort())
    none = pl.lit([], dtype=pl.List(pl.String))
    return aside.join(codes, on=["_src", "_row"], how="left", maintain_order="left").select(
        *(name for name in ("_src", "_row", "_file", "_sheet", "name") if name in aside.columns),
        id_number=pl.lit(None, dtype=pl.String), codes=pl.col("codes").fill_null(none), waived_codes=none,
        status=pl.lit(HOLD), amount_fen=pl.lit(0, dtype=pl.Int64),
    )  # fmt: skip


def _with_people(ctx: Month, lines: pl.DataFrame) -> pl.DataFrame:
    """Where people live, and the account of who has none in this table but on the roster."""
    if ctx.has("registry"):
        homes = ctx.people.select("id_number", *(pl.col(name).alias(f"_{name}") for name in AREA))
        lines = lines.join(homes, on="id_number", how="left", maintain_order="left").with_columns(
            pl.coalesce(name, f"_{name}").alias(name) for name in AREA
        )
    if ctx.has("assignments"):
        held = ctx.intake.tables["assignments"].filter(pl.col("account").is_not_null())
        held = held.unique("id_number", keep="last", maintain_order=True).select(
            "id_number", _account="account", _bank="bank", _payee="payee_name"
        )
        none = pl.col("account").is_null() & pl.col("payee_key").is_null()
        lines = lines.join(held, on="id_number", how="left", maintain_order="left").with_columns(
            account=pl.when(none).then("_account").otherwise("account"), bank=pl.when(none).then("_bank").otherwise("bank"),
            payee_name=pl.when(none).then(pl.coalesce("_payee", "payee_name")).otherwise("payee_name"),
        )  # fmt: skip
    return lines


def supplied(desk: Desk, month: int) -> list[Measure]:
    """Measures whose table is in the inbox."""
    ctx = desk.context(month)
    return [measure for measure in all_measures().values() if ctx.has(measure.table)]

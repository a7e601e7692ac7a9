"""A month of one subsidy, posts among them: files → claim lines with status, codes and amount, as a run."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.checks.catalogue import all_rules
from fupin_cli.checks.claim_faults import effect_of, faults_of
from fupin_cli.errors import FupinError, NoInputError, UsageError
from fupin_cli.jobs import kept_months, undated
from fupin_cli.jobs.batch_lines import kept_by_town
from fupin_cli.jobs.corrections import Again, compared, months_to_check
from fupin_cli.jobs.desk import Desk
from fupin_cli.jobs.fingerprint import Fingerprints
from fupin_cli.jobs.funds import funds_of, unpaid_budgets
from fupin_cli.jobs.kept_months import Cache
from fupin_cli.jobs.more_days import beside_later, raised
from fupin_cli.jobs.newly_due import with_all_paid
from fupin_cli.jobs.one_batch import beside_this_batch
from fupin_cli.jobs.own_month import refuse_without_own
from fupin_cli.jobs.sealed import logged
from fupin_cli.jobs.settings_then import changed_words
from fupin_cli.jobs.unsaid import again_of
from fupin_cli.measures.catalogue import known_measures, measure_of, other_measures
from fupin_cli.measures.claims import SPOT, conform
from fupin_cli.measures.lines import Judged, claim_lines
from fupin_cli.policy.months import month_text
from fupin_cli.results.subsidy import APART, PayrollRun

if TYPE_CHECKING:
    from collections.abc import Callable

    from fupin_cli.checks.engine import CheckResult
    from fupin_cli.measures.claimed import Claimed
    from fupin_cli.measures.measure import Measure
    from fupin_cli.policy.parameters import Policy

# Rules that can stand on a measure's rows: identity, cells, its own conditions, the caps that all measures share.
GROUPS = ("IN", "ID", "MEA", "WVR")
SHARED = ("CAP007", "CAP008", "CAP009", "CAP010")


def find_measure(code: str, policy: Policy, *, others: bool = False) -> Measure:
    """Find a measure of the city's policies by its code or its title. `others`: not the one that leads.

    Raises:
        UsageError: there is none of that name; the hint names the nearest.
    """
    import difflib

    known = {code: one for code, one in known_measures(policy).items() if not (others and one.leads)}
    for measure in known.values():
        if code in (measure.code, measure.title):
            return measure
    near = difflib.get_close_matches(code, [*known, *(m.title for m in known.values())], n=1, cutoff=0.0)[0]
    raise UsageError(f"没有 {code} 这项补贴", f"是不是 {near}？全部补贴：fupin subsidy")


def subsidy(desk: Desk, measure: Measure, month: int, *, coded: bool = True) -> PayrollRun:
    """Compute a measure for a month, and what its months approved before should have been.

    Writes nothing but, once, the workspace's key for person codes. A month that is approved itself gives its own
    differences. `coded`: whether people are given their codes, which no hash of a result holds.

    Raises:
        FupinError: wrong settings (exit 2).
        NoInputError: no input, or the measure's table was not supplied (exit 10).
    """
    if month in desk.approved_months(measure.code):
        run = compute(desk, measure, month, coded=coded)
        return _with_corrections(desk, run, *_of_months(desk, measure, [month], lambda _: again_of(desk, run)))
    _readable(desk, measure, month, fresh=True)
    # First, so that what they hold is gone before the month itself is computed.
    keys = Fingerprints(desk)
    earlier = months_to_check(desk, month, measure.code)
    again, gone = _of_months(desk, measure, earlier, lambda one: _again(desk, measure, one, keys))
    run = _with_corrections(desk, compute(desk, measure, month, fresh=True, coded=coded), again, gone)
    return replace(run, kept=kept_by_town(run, desk))


def compute(  # noqa: PLR0913 - how a month can be computed
    desk: Desk, measure: Measure, month: int, *, again: bool = False, fresh: bool = False, coded: bool = True
) -> PayrollRun:
    """Compute a measure for a month alone.

    `again`: as it should have been, under the rules that can stop a line, its people without codes; `fresh`: for the first
    time, the month must have something of its own.

    Raises:
        NoInputError: the measure's table was not supplied, or nothing of the month (exit 10).
        UsageError: the month's policy has no such subsidy (exit 2).
    """
    measure, ctx = _readable(desk, measure, month, fresh=fresh)
    result = desk.checked(ctx, _codes(measure, again=again))
    if not measure.leads:
        result = _of_measure(result, measure)
    missing = measure.missing(ctx)
    judged = Judged(_told(ctx, measure, result), result.found, result.settled, missing)
    lines = claim_lines(measure, ctx, judged)
    if fresh and not measure.leads:
        refuse_without_own(ctx, claims=lines.height > 0)
    # Differences are told by ID number: the people of an approved month have their codes already.
    nobody = pl.repeat(None, lines.height, dtype=pl.String, eager=True)
    person = desk.codes(lines["person_key"]) if coded and not again else nobody
    run = PayrollRun(
        month,
        ctx.policy,
        ctx.intake,
        ctx.contracts,
        result,
        conform(lines.with_columns(person_code=person)),
        ctx.claims_of(measure).left,
        measure=measure.code,
        missing=missing,
        policies=ctx.policies if measure.leads and ctx.has("accident_insurance") else None,
        posted=desk.postings.height,
        root=desk.workspace.root,
        password=desk.workspace.password,
    )
    more = raised(desk, run) if desk.newly.is_empty() else pl.DataFrame()
    if not more.height:
        return run
    beside = desk.supposing(desk.payments, more["person_key"])
    anew = compute(beside, measure, month, again=again, coded=coded)
    return replace(run, lines=beside_later(run.lines, anew.lines, more))


def _readable(desk: Desk, measure: Measure, month: int, *, fresh: bool) -> tuple[Measure, Claimed]:
    """The measure as the month's policy has it, and the month as it is read for it.

    Raises:
        NoInputError, UsageError: as `compute`.
    """
    given = desk.context(month, measure.code)
    measure = measure_of(measure.code, given.policy)
    if measure.said is None:
        raise UsageError(
            f"{month_text(month)} 的政策（{given.policy.file.title}）没有 {measure.code} 这项补贴",
            "全部补贴：fupin subsidy",
        )
    ctx = given.with_empty(measure.table)
    if not ctx.has(measure.table):
        title = desk.contracts[measure.table].title
        raise NoInputError(
            f"没有“{title}”，{measure.title}算不了", f"放进收件夹；空白模板：fupin template {measure.table}"
        )
    if fresh and measure.leads and given.has(measure.table):
        refuse_without_own(given)
    return measure, ctx


def _codes(measure: Measure, *, again: bool) -> set[str]:
    """Rules that are run for a measure: for posts everything, the month's work; for others what stands on their rows."""
    return {
        code
        for code, rule in all_rules().items()
        if not (again and {rule.group, code} & set(APART)) and (measure.leads or rule.group in GROUPS or code in SHARED)
    }


def _of_measure(result: CheckResult, measure: Measure) -> CheckResult:
    """What is wrong with other tables, and with another measure's claims of the same table, is not this measure's to tell."""
    own = (pl.col("table") == measure.table) | pl.col("table").is_null() | pl.col("table").is_in(["", "waivers"])
    shared = pl.col("code").str.starts_with("MEA") | pl.col("code").is_in(SHARED)
    told = (pl.col("measure") == measure.code) | (pl.col("measure").is_null() & ~shared)
    return replace(result, found=result.found.filter(own & told))


def _told(ctx: Claimed, measure: Measure, result: CheckResult) -> pl.DataFrame:
    """Findings on the measure's own conditions, with the effect that their rules have and whether they are waived."""
    told = faults_of(ctx, measure.code).with_columns(effect=effect_of())
    keys = ["code", *SPOT, "measure"]
    waived = result.found.filter("waived").select(*keys, waived=pl.lit(value=True)).unique()
    return told.join(waived, on=keys, how="left").with_columns(pl.col("waived").fill_null(value=False))


def _of_months(
    desk: Desk, measure: Measure, months: list[int], again: Callable[[int], Again]
) -> tuple[list[Again], list[str]]:
    """Approved months as they are computed now, and what is said of those that cannot be.

    Without its files a month cannot be judged: nobody is asked for money back because a folder was put away.
    """
    found, gone = [], []
    for number, month in enumerate(months, 1):
        desk.progress(f"重算 {month_text(month)}", number, len(months))
        if file := desk.gone(month, measure.code):
            gone.append(f"{month_text(month)} 的输入 {file} 已不在收件夹里，没有重算这个月的差额")
        else:
            found.append(with_all_paid(desk, again(month), partial(_alone, measure)))
    return found, gone


def _with_corrections(desk: Desk, run: PayrollRun, again: list[Again], gone: list[str]) -> PayrollRun:
    """Add to a run the differences of the months of its measure that were approved before, and the funds.

    Raises:
        UsageError: a county number was changed without saying from which month (exit 2).
    """
    if again:
        undated.ask(run, undated.by_a_number(desk, again))
        corrections, undecided = compared(desk, again)
        if run.month not in desk.approved_months(run.measure):
            together = beside_this_batch(desk, run, again, corrections, partial(_computed, run.subsidy))
            if together is not again:
                corrections, undecided = compared(desk, together)
        run = replace(run, corrections=corrections, undecided=undecided)
    idle = unpaid_budgets(desk.policy, desk.contracts)
    then = [changed_words(one.month, desk.policy_of(one.month, run.measure), desk.policy) for one in again]
    said = [words for words in then if words]
    return replace(run, not_again=gone, as_approved=said, funds=funds_of(desk, run.month // 12), idle_budgets=idle)


def _alone(measure: Measure, desk: Desk, month: int) -> Again:
    return again_of(desk, compute(desk, measure, month, again=True))


def as_now(desk: Desk, run: PayrollRun) -> Again:
    """A month that was computed again, with all that was paid where that counts (`newly_due`)."""
    return with_all_paid(desk, again_of(desk, run), partial(_alone, run.subsidy))


def _computed(measure: Measure, desk: Desk, month: int) -> Again:
    return as_now(desk, compute(desk, measure, month, again=True))


def _again(desk: Desk, measure: Measure, month: int, keys: Fingerprints) -> Again:
    """An approved month as it is computed now; as it was kept, where nothing that it depends on has changed since (decision 020)."""
    if desk.memo is not None:
        key, months = keys.of(month, measure.code), desk.memo.months
        if not key or key not in months:
            run = compute(desk, measure, month, again=True)
            if run.result.crashed or not key:
                return again_of(desk, run)
            months[key] = again_of(desk, run).lines
        return Again(month, measure.code, desk.policy.of(month), months[key])
    if desk.cache is Cache.OFF:
        return _alone(measure, desk, month)
    place = kept_months.Place(desk.workspace.root, month, measure.code, keys.of(month, measure.code))
    damaged = logged(place.root, desk.policy.settings.run, "kept month damaged", writes=desk.cache.keeps)
    lines = kept_months.read(place, damaged)
    if lines is not None:
        kept = Again(month, measure.code, desk.policy.of(month), lines)
        # An approval posts nothing that it has not computed itself: it takes a month as it was kept only where that changes nothing.
        if desk.cache.looks or not any(part.height for part in compared(desk, [kept])):
            return kept
    run = compute(desk, measure, month, again=True)
    again = again_of(desk, run)
    if desk.cache.keeps and not run.result.crashed:
        kept_months.write(place, again.lines)
    return again


def keep_approved(desk: Desk, measure: Measure, month: int) -> None:
    """Keep a month that this desk has just approved as later payrolls compute it again, while its files are in memory.

    What was approved is not kept as it is: computed again, a month knows the ledger with its own posting, lists handed in late, and nothing of what
    later months say of attendance. A month that cannot be computed again is not kept; the next payroll says why.
    """
    if not desk.cache.keeps:
        return
    after = Desk(desk.workspace, desk.folder, desk.progress, cache=Cache.KEEP)
    after.share_inbox(desk)
    desk.forget()
    with suppress(FupinError):
        _again(after, measure, month, Fingerprints(after))


def supplied(desk: Desk, month: int) -> list[Measure]:
    """Measures besides posts whose table is in the inbox."""
    ctx = desk.context(month)
    return [
        measure for measure in other_measures(ctx.policy).values() if ctx.with_empty(measure.table).has(measure.table)
    ]

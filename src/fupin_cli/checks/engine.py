"""Runs the rules over a month's tables: one crash stops one rule, a rule that did not run never looks like a pass."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import polars as pl

from fupin_cli import findings
from fupin_cli.checks import refused, settle, waivers, xc
from fupin_cli.checks.catalogue import all_rules, find_rules
from fupin_cli.checks.gather import gathered
from fupin_cli.checks.placed import SEVERITIES, completed_by_rules, placed
from fupin_cli.checks.remarks import said_dead
from fupin_cli.checks.rule import Rule, told_by
from fupin_cli.checks.unread_payments import unread_payments
from fupin_cli.checks.unreported import unreported
from fupin_cli.errors import UsageError
from fupin_cli.measures.settlements import SETTLED
from fupin_cli.policy.parameters import LINE
from fupin_cli.policy.schema import NUMBERS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fupin_cli.checks.rule import Rule
    from fupin_cli.measures.claimed import Claimed
    from fupin_cli.month.month import Month

Status = Literal["ok", "found", "not_run", "crashed", "ignored", "elsewhere"]
SETTING = "setting:"
PREVIOUS, BEFORE, YEAR_AGO = "@previous", "@before", "@year_ago"
POLICY = "policy:"
CELL = ["code", "_src", "_row", "column"]


@dataclass(frozen=True)
class Outcome:
    """What became of one rule. `missing_tables` and `missing_settings` of an `ok` or `found` rule: it ran in part."""

    code: str
    status: Status
    count: int = 0
    missing_tables: tuple[str, ...] = ()
    missing_settings: tuple[str, ...] = ()
    error: str = ""

    def why(self, titles: Mapping[str, str]) -> str:
        """Why it did not run, or ran in part only; empty where it ran in full. `titles`: what tables are called."""
        if self.status == "crashed":
            return f"程序出错，请把本行连同版本号报给维护人员：{self.error}"
        tables = [(titles.get(name, name), when) for name, _, when in (t.partition("@") for t in self.missing_tables)]
        named = [f"上月的{title}" if when else title for title, when in tables]
        parts = [f"没有报送：{'、'.join(named)}"] if named else []
        if self.missing_settings:
            parts.append(f"fupin.toml 没有设置：{'、'.join(self.missing_settings)}")
        return ("只运行了一部分；" if parts and self.status != "not_run" else "") + "；".join(parts)


@dataclass
class CheckResult:
    """All findings of a run, located, with `waived`; and one outcome for each rule."""

    found: pl.DataFrame = field(repr=False)
    outcomes: list[Outcome] = field(default_factory=list, repr=False)
    settled: pl.DataFrame = field(
        default_factory=SETTLED.to_frame, repr=False
    )  # lines settled by hand (`measures.settlements`)

    @property
    def crashed(self) -> bool:
        """Whether a rule ended with a bug of the program."""
        return any(outcome.status == "crashed" for outcome in self.outcomes)

    @property
    def crash_words(self) -> str:
        """That nothing of the result is to be used, to stand before what it came to; empty where no rule crashed."""
        codes = [outcome.code for outcome in self.outcomes if outcome.status == "crashed"]
        return f"程序出错，{'、'.join(codes)} 没有跑完，结果不能用，请报给维护人员；" if codes else ""

    def counts(self) -> dict[str, int]:
        """Findings by severity (errors, warnings, infos), and how many of them are waived."""
        by_severity = dict(self.found.group_by("severity").len().iter_rows())
        return {f"{name}s": by_severity.get(name, 0) for name in SEVERITIES} | {
            "waived": int(self.found["waived"].sum())
        }

    def by_code(self) -> dict[str, int]:
        """Findings by code, in the order of the codes."""
        return dict(sorted(self.found.group_by("code").len().iter_rows()))

    def messages(self, code: str) -> list[str]:
        """What the findings of a code say."""
        found: list[str] = self.found.filter(pl.col("code") == code)["message"].to_list()
        return found

    def at_or_above(self, severity: str) -> bool:
        """Whether a finding that is not waived is at least as severe."""
        worst = SEVERITIES[: SEVERITIES.index(severity) + 1]
        return self.found.filter(pl.col("severity").is_in(worst) & ~pl.col("waived")).height > 0


def chosen_codes(select: list[str], ignore: list[str]) -> set[str]:
    """Resolve codes and groups (`POST005`, `POST`) to codes; nothing selected is everything.

    Raises:
        UsageError: no such code or group.
    """
    chosen = {rule.code for name in select for rule in find_rules(name)} if select else set(all_rules())
    return chosen - {rule.code for name in ignore for rule in find_rules(name)}


def run_checks(
    ctx: Claimed, codes: set[str], progress: Callable[[str, int, int], None] = lambda *_: None, *, gather: bool = False
) -> CheckResult:
    """Run the chosen rules over the tables of a run, and apply the waivers.

    `gather`: say once what many rows of a file have in common (`gathered`); whoever gives lines their codes needs every row.
    """
    rules = all_rules()
    required = _required_tables(ctx)
    outcomes: dict[str, Outcome] = {}
    raw = [required, unread_payments(ctx), said_dead(ctx), unreported(ctx)]
    known = refused.note_refused_posts(ctx)
    todo = [rule for rule in rules.values() if rule.run is not None and rule.code in codes]
    first = [rule for rule in todo if rule.stage != "last"]
    for number, rule in enumerate(first, 1):  # one after the other: Polars is parallel inside, two at once are slower
        progress(f"核查 {rule.code}", number, len(todo))
        outcomes[rule.code], found = _run(rule, ctx, known)
        raw.append(found)
    told = pl.concat(raw)
    done = completed_by_rules(pl.concat([_not_held(ctx.intake.found, told), told]), ctx)
    done, set_findings, settled = _settled(ctx, done, codes)
    done = pl.concat([done, completed_by_rules(set_findings, ctx)])
    late = []
    for rule in todo:
        if rule.stage == "last":
            outcomes[rule.code], found = _run(rule, ctx, known)
            late.append(_on_paying_lines(completed_by_rules(found, ctx), done))
    marked, waiver_findings = waivers.apply(
        ctx, pl.concat([done, *late]), [code for code, rule in rules.items() if rule.waivable]
    )
    waiver_findings = completed_by_rules(findings.conform(waiver_findings), ctx).with_columns(
        waived=pl.lit(value=False), waiver=pl.lit(None, dtype=pl.String)
    )
    everything = pl.concat([marked, waiver_findings], how="diagonal").filter(pl.col("code").is_in(sorted(codes)))
    located = placed(everything, ctx)
    if gather:
        located = gathered(located)
    counts = dict(located.group_by("code").len().iter_rows())
    return CheckResult(located, [_final(rule, codes, outcomes, counts, ctx) for rule in rules.values()], settled)


def _settled(ctx: Month, done: pl.DataFrame, codes: set[str]) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Apply the settlements (`settle.apply`) to findings as the waivers leave them; of other measures there are none."""
    if "SET001" not in codes or not ctx.has(settle.TABLE):
        return done, findings.empty(), SETTLED.to_frame()
    waivable = [code for code, rule in all_rules().items() if rule.waivable]
    freed, told, settled = settle.apply(ctx, waivers.apply(ctx, done, waivable)[0])
    return freed.drop("waived", "waiver"), told, settled


def _not_held(found: pl.DataFrame, told: pl.DataFrame) -> pl.DataFrame:
    """What the intake says of cells, without those for which a claim is held: the measure says that."""
    held = told.filter(pl.col("measure").is_not_null() & pl.col("code").str.starts_with("IN"))
    return found.join(held.select(CELL).unique(), on=CELL, how="anti", maintain_order="left")


def completed(found: pl.DataFrame, ctx: Month) -> pl.DataFrame:
    """Findings of a job of its own (a reconciliation): with what their rules say of them, and where they stand."""
    none = pl.lit(None, dtype=pl.String)
    return placed(completed_by_rules(found, ctx).with_columns(waived=pl.lit(value=False), waiver=none), ctx)


def _run(rule: Rule, ctx: Claimed, known: dict[str, pl.DataFrame]) -> tuple[Outcome, pl.DataFrame]:
    """Run one rule if it can be run (`known`: what has run already). A bug in it is its outcome and stops no other rule."""
    outcome = _availability(rule, ctx)
    if outcome.status == "not_run":
        return outcome, findings.empty()
    try:
        return outcome, known[rule.code] if rule.code in known else told_by(rule, ctx)
    except Exception as error:  # noqa: BLE001 - whatever it is
        return Outcome(rule.code, "crashed", error=f"{type(error).__name__}: {error}"[:500]), findings.empty()


def _final(rule: Rule, codes: set[str], outcomes: dict[str, Outcome], counts: dict[str, int], ctx: Month) -> Outcome:
    """State what became of a rule, with the number of its findings."""
    count = counts.get(rule.code, 0)
    if rule.code not in codes:
        return Outcome(rule.code, "ignored")
    if rule.stage in ("reconcile", "risk"):
        return Outcome(rule.code, "elsewhere")
    outcome = outcomes.get(rule.code) or _availability(rule, ctx)
    if outcome.status in ("crashed", "not_run") and not count:
        return outcome
    status: Status = "crashed" if outcome.status == "crashed" else ("found" if count else "ok")
    return Outcome(rule.code, status, count, outcome.missing_tables, outcome.missing_settings, outcome.error)


def _availability(rule: Rule, ctx: Month) -> Outcome:
    """Whether a rule can run, in whole or in part, on what was supplied and set."""
    missing = tuple(name for name in rule.tables if not _have(name, ctx))
    if rule.any_of and not any(_have(name, ctx) for name in rule.any_of):
        missing += rule.any_of
    unset = tuple(name for name in rule.settings if not _have(SETTING + name, ctx))
    law = [name for name in rule.bounds if name in NUMBERS and name != LINE]
    if law and not any(ctx.policy.has(name, ctx.month) for name in law):  # this law has no such number
        unset += tuple(law)
    if missing or unset:
        tables, settings = _split(missing)
        return Outcome(rule.code, "not_run", missing_tables=tables, missing_settings=settings + unset)
    tables, settings = _split(tuple(name for name in rule.partly if not _have(name, ctx)))
    return Outcome(rule.code, "ok", missing_tables=tables, missing_settings=settings)


def _split(names: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    tables = tuple(name for name in names if not name.startswith((SETTING, POLICY)))
    return tables, tuple(name.removeprefix(SETTING).removeprefix(POLICY) for name in names if name not in tables)


def _have(name: str, ctx: Month) -> bool:
    if name.startswith(SETTING):
        section, key = name.removeprefix(SETTING).split(".")
        return bool(getattr(getattr(ctx.settings, section), key))
    if name.startswith(POLICY):
        return ctx.policy.standard_fen(ctx.month) is not None
    for mark, other in ((BEFORE, "before"), (YEAR_AGO, "year_ago")):
        if name.endswith(mark):
            month = getattr(ctx, other)
            return month is not None and month.has(name.removesuffix(mark))
    if name.endswith(PREVIOUS):
        return name.removesuffix(PREVIOUS) in ctx.intake.previous
    return ctx.has(name) and (name != xc.TABLE or xc.compared(ctx))


def _required_tables(ctx: Month) -> pl.DataFrame:
    """IN012 for tables that the county says must be supplied.

    Raises:
        UsageError: the setting names a table that does not exist.
    """
    found = []
    for name in ctx.settings.checks.required_tables:
        if name not in ctx.contracts:
            near = difflib.get_close_matches(name, ctx.contracts, n=1, cutoff=0.0)[0]
            raise UsageError(
                f"设置 checks.required_tables：没有 {name} 这张表", f"是不是 {near}？全部表：fupin template --list"
            )
        if not ctx.has(name):
            found.append(findings.about_file("IN012", "", f"没有报送“{ctx.contracts[name].title}”"))
    return findings.gather(found)


def _on_paying_lines(found: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    """Keep findings on lines that nothing holds or refuses: roster rows, or attendance of the same person and post."""
    stopped = others.filter(pl.col("effect") != "none").select("person", "post_id", "_src", "_row", "table")
    rows = stopped.filter(pl.col("table") == "assignments").select("_src", "_row").unique()
    elsewhere = stopped.filter(pl.col("table") != "assignments").select("person", "post_id").drop_nulls().unique()
    return found.join(rows, on=["_src", "_row"], how="anti", maintain_order="left").join(
        elsewhere, on=["person", "post_id"], how="anti", maintain_order="left"
    )

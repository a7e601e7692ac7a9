"""Each fund's budget, what was approved from it, paid, and left, in a year; approvals stay within the budget."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.checks.post import EMPLOYMENT_FUND
from fupin_cli.errors import MonthClosedError
from fupin_cli.ledger import store
from fupin_cli.measures.catalogue import all_measures
from fupin_cli.measures.measure import fund_of
from fupin_cli.policy.rounding import fen_to_yuan, yuan_to_fen
from fupin_cli.results.fund import Fund

if TYPE_CHECKING:
    from fupin_cli.intake.contracts import TableSpec
    from fupin_cli.jobs.desk import Desk
    from fupin_cli.policy.parameters import Policy
    from fupin_cli.results.subsidy import PayrollRun


def funds_of(desk: Desk, year: int) -> list[Fund]:
    """Every fund that has a budget, or from which batches of the year were approved.

    Committed is what the year's batches posted, corrections counted; paid what of their lines the bank has paid.
    """
    batches = desk.batches.filter(pl.col("month") // 12 == year).filter(pl.col("kind") == store.APPROVAL)
    lines = desk.lines.select("batch", "kind", "fund", "amount_fen")
    posted = lines.filter(pl.col("kind").is_in(store.APPROVED_KINDS)).join(
        batches.select("batch"), on="batch", how="semi"
    )
    committed = dict(posted.group_by("fund").agg(pl.col("amount_fen").sum()).iter_rows())
    money = desk.money.select("month", "fund", "paid_fen") if desk.lines.height else desk.lines.clear()
    months = money.filter(pl.col("month") // 12 == year)
    paid = dict(months.group_by("fund").agg(pl.col("paid_fen").sum()).iter_rows()) if months.height else {}
    budget = _budgets(desk)
    names = sorted(
        {*budget, *(name for name, fen in committed.items() if fen), *(name for name, fen in paid.items() if fen)}
    )
    return [Fund(name, budget.get(name), int(committed.get(name, 0)), int(paid.get(name, 0))) for name in names]


def _budgets(desk: Desk) -> dict[str, int]:
    """The budgets in fen, by the funds' full names: 就业补助 is 就业补助资金 here as on the list of posts (SPEC 8.20)."""
    settings, words = desk.policy.settings, desk.contracts["posts"].columns["fund"].synonyms
    own = set(settings.funds.values())  # a fund that the county names itself is called as it says
    found: dict[str, int] = {}
    for name, text in settings.budget.items():
        plain = name.strip()
        fund = plain if plain in own else words.get(plain, plain)
        found[fund] = found.get(fund, 0) + yuan_to_fen(text)
    return found


def unpaid_budgets(policy: Policy, contracts: dict[str, TableSpec]) -> list[str]:
    """Budgets of funds from which no subsidy is paid: they guard nothing."""
    settings, words = policy.settings, contracts["posts"].columns["fund"].synonyms
    paying = {fund_of(measure, settings) for measure in all_measures(policy).values()} | {EMPLOYMENT_FUND}
    return [name for name in settings.budget if name.strip() not in paying and words.get(name.strip()) not in paying]


def refuse_over_budget(run: PayrollRun, desk: Desk, document: str) -> None:
    """An approval that would exceed a fund's budget needs a document that says so.

    Raises:
        MonthClosedError: a budget would be exceeded, and no document was given (exit 12).
    """
    if document or not desk.policy.settings.budget:
        return
    wanted = dict(run.lines.group_by(pl.col("fund").fill_null("")).agg(pl.col("amount_fen").sum()).iter_rows())
    if run.corrections.height:
        for fund, fen in run.corrections.group_by("fund").agg(pl.col("amount_fen").sum()).iter_rows():
            wanted[fund] = wanted.get(fund, 0) + fen
    left = {fund.name: fund.left_fen for fund in funds_of(desk, run.month // 12)}
    over = {name: fen - room for name, fen in wanted.items() if (room := left.get(name)) is not None and fen > room}
    if over:
        words = "，".join(f"{name} 超出 {fen_to_yuan(fen)} 元" for name, fen in over.items())
        raise MonthClosedError(
            f"超过本年预算：{words}", "调整预算（fupin.toml 的 [budget]），或写明同意超支的文号：--over-budget 文号"
        )

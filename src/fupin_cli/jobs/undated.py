"""A county number that was changed without saying from which month: asked about, never posted as corrections (8.24)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.errors import UsageError
from fupin_cli.jobs.corrections import standing
from fupin_cli.ledger import store
from fupin_cli.measures.claims import PAY
from fupin_cli.outputs.manifest import digest
from fupin_cli.policy.dated import timelines
from fupin_cli.policy.months import month_text
from fupin_cli.policy.rounding import fen_to_yuan
from fupin_cli.reconciliation.corrections import KEYS

if TYPE_CHECKING:
    from fupin_cli.jobs.corrections import Again
    from fupin_cli.jobs.desk import Desk
    from fupin_cli.results.subsidy import PayrollRun

SHOWN = 12


def plain_numbers(run: PayrollRun | Again) -> list[str]:
    """The numbers of a measure's section that are written without `from`, by their full names."""
    if run.subsidy.leads:  # its standard stands by year, with its source
        return []
    measure = run.subsidy
    section = measure.section or measure.code
    own = getattr(run.policy.settings, section, None)
    if own is None:
        return []
    dated = {key.split(".")[0] for key in timelines(own)}
    return [
        f"{section}.{key}" for key in sorted(own.model_fields_set - dated) if getattr(own, key) not in (None, {}, [])
    ]


def settings_hash(run: PayrollRun | Again) -> str:
    """SHA-256 of what a draft records of settings and policy."""
    return digest(run.policy.settings.model_dump(mode="json") | {"policy": run.policy.file.model_dump(mode="json")})


def by_a_number(desk: Desk, months: list[Again]) -> pl.DataFrame:
    """Lines of approved months of one measure that pay now as then, for the same quantity, and come to another sum.

    Where the settings are those of the approval, or the section has no plain number, there are none. Gives `KEYS`,
    `old_fen`, `amount_fen`.
    """
    asked = [again for again in months if plain_numbers(again) and _set_anew(desk, again)]
    old = standing(desk, [again.month for again in asked], months[0].measure)
    new = pl.concat(again.lines for again in asked) if asked else months[0].lines.clear()
    same = (
        (pl.col("status") == PAY)
        & (pl.col("status_new") == PAY)
        & pl.col("numerator_x100").eq_missing(pl.col("numerator_x100_new"))
    )
    both = old.join(new, on=KEYS, suffix="_new", maintain_order="left")
    return both.filter(same & (pl.col("old_fen") != pl.col("amount_fen"))).select(*KEYS, "old_fen", "amount_fen")


def _set_anew(desk: Desk, again: Again) -> bool:
    """Whether settings or policy are others than those of the month's last draft."""
    draft = store.last_draft(desk.workspace.root, again.month, again.measure)
    return draft is not None and draft.settings_hash != settings_hash(again)


def ask(run: PayrollRun, found: pl.DataFrame) -> None:
    """Stop where numbers changed without a month. `found`: what `by_a_number` gives.

    Raises:
        UsageError: there are such lines; the months and sums are named (exit 2).
    """
    if not found.height:
        return
    sums = (
        found.group_by("month").agg(pl.len(), old=pl.col("old_fen").sum(), new=pl.col("amount_fen").sum()).sort("month")
    )
    words = [
        f"{month_text(row['month'])} {row['len']} 笔，已批准 {fen_to_yuan(row['old'])} 元，按现在的数是 {fen_to_yuan(row['new'])} 元"
        for row in sums.iter_rows(named=True)
    ]
    more = f"；等 {len(words)} 个月" if len(words) > SHOWN else ""
    numbers = "、".join(plain_numbers(run))
    raise UsageError(
        f"{run.title}：县定的数（{numbers}）改了，没有写从哪个月起，已批准的月份会跟着变："
        + "；".join(words[:SHOWN])
        + more,
        '写成带月份的：[{from = "2025-01", value = 原来的数, source = "文件"}, {from = "2025-04", value = 新的数, source = "文件"}]；'
        "确要从头改的，把新的数写成 from 为最早月份的一项",
    )

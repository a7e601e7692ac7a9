"""`fupin what-if`: a month computed as set and with changes, on the same inputs; nothing enters draft or ledger (SPEC 15)."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

import polars as pl

from fupin_cli.errors import NoInputError, UsageError
from fupin_cli.jobs.desk import Desk
from fupin_cli.jobs.subsidy import compute, supplied
from fupin_cli.jobs.workspace import refuse_unknown_funds
from fupin_cli.measures.catalogue import leading
from fupin_cli.policy.months import month_text
from fupin_cli.policy.settings import Settings
from fupin_cli.policy.settings_words import TRIED, load_settings, overlaid, validated
from fupin_cli.reports.runs import Scenario, WhatIfRun
from fupin_cli.reports.what_if import FACTS, FIGURES, KEYS, compare

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fupin_cli.jobs.workspace import Workspace

# Numbers of the law are tried through post.standard.YEAR or [policy] only, as in a real run.
OF_THE_LAW = ("post.cap_months",)
NOT_TRIED = ("county", "bank", "approval", "intake", "run", "payees")
ASSUMED = "试算"  # where a setting needs a source


def parse_changes(texts: list[str]) -> dict[str, Any]:
    """Turn `post.fixed_days=21.75` into a nested mapping of settings.

    Raises:
        UsageError: no =, or something that may not be tried.
    """
    changes: dict[str, Any] = {}
    for text in texts:
        key, found, value = (part.strip() for part in text.replace("＝", "=").partition("="))
        path = key.split(".")
        if not found or not all(path) or len(path) == 1:
            raise UsageError(f"--set {text} 看不懂", "写成 段.项=值，例如 --set post.fixed_days=21.75")
        if key in OF_THE_LAW:
            raise UsageError(f"{key} 是政策定死的数，不能试算", "岗位标准用 post.standard.年，期限用 policy.extend_to")
        if path[0] in NOT_TRIED:
            raise UsageError(f"{key} 不影响发放，不能试算", "可以试的：post、checks、各项补贴、policy、budget")
        place = changes
        for part in path[:-1]:
            place = place.setdefault(part, {})
            if not isinstance(place, dict):
                raise UsageError(f"--set {text} 与前面的 --set 矛盾", "同一项只写一次")
        place[path[-1]] = _value(value)
    for year in _standards(changes).values():
        if isinstance(year, dict):
            year.setdefault("source", ASSUMED)
    if "extend_to" in changes.get("policy", {}):
        changes["policy"].setdefault("source", ASSUMED)
    return changes


def _standards(changes: dict[str, Any]) -> dict[str, Any]:
    """The years whose standard is changed; what is no table is refused with the other settings."""
    years = changes.get("post", {}).get("standard", {})
    return years if isinstance(years, dict) else {}


def _value(text: str) -> Any:
    """A value as in fupin.toml; a bare word is text, a number keeps its digits."""
    try:
        return tomllib.loads(f"x = {text}", parse_float=str)["x"]
    except tomllib.TOMLDecodeError:
        return text


def changed_settings(settings: Settings, changes: dict[str, Any]) -> Settings:
    """The settings with changes over them, checked like a file.

    Raises:
        FupinError: unknown key (with the nearest), wrong value (exit 2).
    """
    base = settings.model_dump(mode="python", exclude_unset=True)
    for year in _standards(changes):  # annual and monthly exclude each other
        base.get("post", {}).get("standard", {}).pop(year, None)
    return validated(lambda: Settings.model_validate(overlaid(base, changes)), TRIED)


def what_if(
    workspace: Workspace,
    inbox: Path | None,
    months: tuple[int, int],
    scenarios: dict[str, list[str]],
    progress: Callable[[str, int, int], None] = lambda *_: None,
) -> WhatIfRun:
    """Compute each month as set and under each scenario (name → its `段.项=值`).

    Raises:
        UsageError: a change that may not be tried (exit 2).
        NoInputError: nothing to compute (exit 10).
    """
    settings = load_settings(workspace.file)
    # A slip is told before anything is computed.
    tried = {name: changed_settings(settings, parse_changes(texts)) for name, texts in scenarios.items()}
    desk = Desk(workspace, inbox, progress, as_approved=False)
    for one in tried.values():
        refuse_unknown_funds(desk.policy.laws, one, TRIED)
    old = _lines(desk, months)
    found = []
    for name, texts in scenarios.items():
        other = Desk(workspace, inbox, progress, policy=desk.policy.with_settings(tried[name]), as_approved=False)
        other.share_inbox(desk)
        found.append(Scenario(name, texts, compare(old, _lines(other, months))))
    first, last = months
    return WhatIfRun(first, last, desk.policy, found)


def _lines(desk: Desk, months: tuple[int, int]) -> pl.DataFrame:
    """Claim lines of posts and of every subsidy that was supplied, in the months."""
    parts = []
    for month in range(months[0], months[1] + 1):
        runs = []
        if desk.context(month).has(leading().table):
            runs.append(compute(desk, leading(), month))
        runs += [compute(desk, measure, month) for measure in supplied(desk, month)]
        for run in runs:
            rows = run.lines.with_columns(measure=pl.lit(run.measure), month=pl.lit(month, dtype=pl.Int64))
            known = [pl.col(c) if c in rows.columns else pl.lit(None, dtype=pl.String).alias(c) for c in FACTS]
            parts.append(rows.select("measure", "month", "person_key", "post_id", *known, *FIGURES))
    if not parts:
        raise NoInputError(f"{month_text(months[0])} 没有可以试算的补贴", "把花名册或各项补贴的表放进收件夹")
    # Rows of one person and post that repeat stay apart.
    lines = pl.concat(parts)
    nth = pl.int_range(pl.len()).over(KEYS).cast(pl.String)
    return lines.with_columns(
        post_id=pl.when(nth == "0")
        .then("post_id")
        .otherwise(pl.concat_str(pl.col("post_id").fill_null(""), pl.lit("#"), nth))
    )

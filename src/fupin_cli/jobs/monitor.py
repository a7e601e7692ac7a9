"""`fupin roster`, `fupin risk`, `fupin match`: a month beside the month folder before it → reports, workbooks (SPEC 10–12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.checks.catalogue import rules_of
from fupin_cli.checks.unreported import unreported
from fupin_cli.errors import FupinError, NoInputError
from fupin_cli.jobs.person_code import LENGTH
from fupin_cli.jobs.sent import sent_list
from fupin_cli.month import states
from fupin_cli.policy.months import month_text
from fupin_cli.reports import roster as rosters
from fupin_cli.reports.match import match
from fupin_cli.reports.risk import RiskList, compare, feedback_of, risks_of, unknown_answers, with_feedback
from fupin_cli.reports.risk_scene import scene_of
from fupin_cli.reports.runs import MatchRun, RiskRun, RosterRun

if TYPE_CHECKING:
    from collections.abc import Callable

    from fupin_cli.jobs.desk import Desk
    from fupin_cli.jobs.sent import SentList
    from fupin_cli.month.month import Month

REGISTRY = "registry"

CHAIN = 12  # months back that a list is computed again where none was sent
BY = ("county", "township")
WHO = ["id_number", "name", "county", "township", "village", "household_id", "category"]


def _needed(desk: Desk, month: Month, table: str) -> None:
    if not month.has(table):
        raise NoInputError(f"没有“{desk.contracts[table].title}”", f"把{desk.contracts[table].title}放进收件夹")


def _coded(desk: Desk, frame: pl.DataFrame) -> pl.DataFrame:
    """Add person_code (一人一码).

    Raises:
        FupinError: two people have one code.
    """
    coded = frame.with_columns(person_code=desk.codes(frame["id_number"]))
    pairs = coded.select("id_number", "person_code").drop_nulls("person_code").unique()
    if pairs["person_code"].n_unique() != pairs["id_number"].n_unique():
        twice = pairs.filter(pl.col("person_code").is_duplicated())["person_code"].to_list()
        raise FupinError(f"两个人的一人一码相同：{twice[0]}", "请报给维护人员，换一个工作区密钥以前不要使用编码")
    return coded


def roster(desk: Desk, month: int) -> RosterRun:
    """Make a month's roster, with the changes since the month folder before it. Writes nothing.

    Raises:
        NoInputError: no registry (exit 10).
    """
    now = desk.context(month)
    _needed(desk, now, REGISTRY)
    people = rosters.people_of(now)
    before, skipped = now.before, []
    changes = proof = by_town = None
    if before is None:
        skipped.append("没有更早的月份文件夹，没有比较变化")
    elif not before.has(REGISTRY):
        skipped.append(f"{month_text(before.month)} 没有{desk.contracts[REGISTRY].title}，没有比较变化")
    else:
        if lacking := [desk.contracts[t].title for t in states.TABLES if now.has(t) and not before.has(t)]:
            skipped.append(
                f"{month_text(before.month)} 没有报送{'、'.join(lacking)}，上月的就业状态按本月这些表里的日期算"
            )
        old = rosters.people_of(states.lent(before, now))
        changes = _named(_coded(desk, rosters.changes_between(old, people, _dead(now))), people, old)
        proof, by_town = rosters.proof_of(old, people), rosters.proof_of(old, people, BY)
    missing = [name for name in states.TABLES if not now.has(name)]
    if states.DECIDING in missing:
        skipped.append(f"没有{desk.contracts[states.DECIDING].title}：不在别的表里的人，就业状态记为不明")
    registry = now.table(REGISTRY).collect()
    return RosterRun(
        month,
        before.month if before is not None and changes is not None else None,
        now.policy,
        now.intake,
        _coded(desk, people),
        _coded(desk, rosters.strangers_of(now)),
        changes,
        proof,
        by_town,
        missing,
        skipped,
        repeated=registry.height - registry["id_number"].n_unique(),
        aside=now.intake.set_aside[REGISTRY].height if REGISTRY in now.intake.set_aside else 0,
        whole=people.height,
        labour=people.filter("labour").height,
        working=people.filter(pl.col("state").is_in(states.WORKING)).height,
        unreported=unreported(now)["message"].to_list(),
    )


def _dead(month: Month) -> pl.DataFrame:
    if not month.has("deaths"):
        return pl.DataFrame(schema={"id_number": pl.String})
    return month.table("deaths").filter(pl.col("death_date") <= month.last).select("id_number").collect()


def _named(frame: pl.DataFrame, people: pl.DataFrame, old: pl.DataFrame) -> pl.DataFrame:
    """Add name and area of people of either month, the later's first."""
    both = pl.concat([people.select(WHO), old.select(WHO)]).unique("id_number", keep="first", maintain_order=True)
    return frame.join(both, on="id_number", how="left", maintain_order="left")


def risk(desk: Desk, month: int, *, sent: Callable[[int], SentList | None] | None = None) -> RiskRun:
    """Judge a month's risks and compare them with the month folder before (its list as it was sent, else computed again).

    `sent`: gives the list that was sent for a month (`fupin verify`: as it was then); without it, the latest.

    Raises:
        NoInputError: no registry (exit 10).
    """
    now = desk.context(month)
    _needed(desk, now, REGISTRY)
    before = desk.with_past(now.before.month) if now.before is not None else None
    scene = scene_of(now, before)
    listed = risks_of(scene)
    old, since, record, names = None, None, None, scene.people
    if before is not None and before.has(REGISTRY):
        record = sent(before.month) if sent else sent_list(desk.workspace.root, before.month)
        old, since, names = _list_before(desk, before, scene.people, record)
    compared = compare(listed, old, since)
    answers = feedback_of(now)
    heads = now.people.select(*WHO[:-1], category=pl.coalesce("monitored_type", "household_type"))
    both = pl.concat([heads, names.select(WHO)]).unique("id_number", keep="first", maintain_order=True)
    compared.rows = _told(desk, month, compared.rows, both, answers)
    compared.cleared = _told(desk, month, compared.cleared, both, answers)
    titles = {name: spec.title for name, spec in desk.contracts.items()}
    return RiskRun(
        month,
        old.month if old is not None else None,
        now.policy,
        now.intake,
        listed,
        compared,
        record.sha256 if record is not None else "",
        unknown_answers(now),
        titles,
        unreported=unreported(now)["message"].to_list(),
    )


def _told(desk: Desk, month: int, rows: pl.DataFrame, names: pl.DataFrame, answers: pl.DataFrame) -> pl.DataFrame:
    rules = rules_of(desk.policy, month)
    titles = {code: rule.title for code, rule in rules.items()}
    advice = {code: rule.hint for code, rule in rules.items()}
    told = rows.join(names, on="id_number", how="left", maintain_order="left").with_columns(
        title=pl.col("code").replace_strict(titles, return_dtype=pl.String),
        advice=pl.col("code").replace_strict(advice, return_dtype=pl.String),
    )
    coded = _coded(desk, with_feedback(told, answers))
    # A code where a number stands: somebody of the earlier list whom no registry has any more.
    lost = pl.col("id_number").str.len_chars() == LENGTH
    return coded.with_columns(
        person_code=pl.when(lost).then("id_number").otherwise("person_code"),
        id_number=pl.when(~lost).then("id_number"),
    )


def _list_before(
    desk: Desk, before: Month, people: pl.DataFrame, record: SentList | None
) -> tuple[RiskList, pl.DataFrame, pl.DataFrame]:
    """The list of the month folder before: its risks; id_number, code, since; and the names of its people.

    Of whom neither month's registry has any more only the code is known: it stands in place of the number (`_told`).
    """
    if record is None:
        return _computed(before, CHAIN)
    # Of a list that was sent it is known since when each risk has stood: only its own month is looked at again.
    scene = scene_of(before, before.before)
    computed = risks_of(scene)
    known = pl.concat([people.select("id_number"), before.people.select("id_number")]).unique()
    known = known.with_columns(person_code=desk.codes(known["id_number"]))
    entries = pl.DataFrame(
        record.entries, schema=dict.fromkeys(("person_code", "code", "since"), pl.String), orient="row"
    )
    entries = entries.join(known, on="person_code", how="left", maintain_order="left")
    entries = entries.with_columns(pl.coalesce("id_number", "person_code").alias("id_number"))
    rows = entries.select("id_number", "code").join(
        computed.rows, on=["id_number", "code"], how="left", maintain_order="left"
    )
    not_run = [entry for entry in computed.not_run if entry.code not in record.ran]
    listed = RiskList(before.month, rows.select(computed.rows.columns), not_run)
    return listed, entries.select("id_number", "code", "since"), scene.people


def _computed(month: Month, depth: int) -> tuple[RiskList, pl.DataFrame, pl.DataFrame]:
    """A month's list computed from its files, with since when each risk has stood, as far back as the files go."""
    before = month.before if depth else None
    scene = scene_of(month, before)
    listed = risks_of(scene)
    old = since = None
    if before is not None and before.has(REGISTRY):
        old, since, _ = _computed(before, depth - 1)
    rows = compare(listed, old, since).rows
    return listed, rows.select("id_number", "code", "since"), scene.people


def match_month(desk: Desk, month: int) -> MatchRun:
    """Suggest vacancies to those willing to go out. Writes nothing.

    Raises:
        NoInputError: neither a list of the willing nor a plan, or no vacancies (exit 10).
    """
    now = desk.context(month)
    if not now.has("going_out") and not now.has("employment_plan"):
        raise NoInputError(
            f"没有“{desk.contracts['going_out'].title}”，也没有“{desk.contracts['employment_plan'].title}”",
            "把其中一张放进收件夹",
        )
    _needed(desk, now, "vacancies")
    found = match(now, now.before)
    found.people, found.left_out = _coded(desk, found.people), _coded(desk, found.left_out)
    missing = [name for name in (REGISTRY, "employment", "deaths") if not now.has(name)]
    return MatchRun(month, now.before.month if now.before is not None else None, now.policy, now.intake, found, missing)

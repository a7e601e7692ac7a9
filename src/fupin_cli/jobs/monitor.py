"""`fupin roster`, `fupin risk`, `fupin match`: a month beside the month folder before it → reports, workbooks (SPEC 10–12)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from fupin_cli.checks.catalogue import rules_of
from fupin_cli.errors import FupinError, NoInputError, UsageError
from fupin_cli.jobs.person_code import LENGTH
from fupin_cli.jobs.sent import record_sent, sent_list
from fupin_cli.month import states
from fupin_cli.policy.months import last_day, month_text
from fupin_cli.reports import roster as rosters
from fupin_cli.reports.match import match
from fupin_cli.reports.risk import RiskList, compare, feedback_of, risks_of, unknown_answers, with_feedback
from fupin_cli.reports.risk_rules import scene_of
from fupin_cli.reports.runs import DueRun, ForecastRun, MatchRun, RiskRun, RosterRun, WhatIfRun

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from fupin_cli.jobs.desk import Desk
    from fupin_cli.jobs.sent import SentList
    from fupin_cli.month.month import Month

REGISTRY = "registry"

CHAIN = 12  # months back that a list is computed again where none was sent
BY = ("county", "township")
WHO = ["id_number", "name", "county", "township", "village", "household_id", "category"]
FIELDS = {
    "乡": "township",
    "乡镇": "township",
    "县": "county",
    "村": "village",
    "类别": "category",
    "劳动能力": "labour_class",
    "劳动力": "labour",
    "风险": "risk",
    "年龄": "age_band",
    "状态": "state",
    "户编号": "household_id",
    "姓名": "name",
}
# How a span of years is written by hand: "30-44", "30至44".
DASHES = str.maketrans(dict.fromkeys("-—－−~～至到", "–"))
FEW = 12  # values that are listed whole
YES_NO = {"是": True, "否": False, "1": True, "0": False, "true": True, "false": False}


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
    )


def _dead(month: Month) -> pl.DataFrame:
    if not month.has("deaths"):
        return pl.DataFrame(schema={"id_number": pl.String})
    return month.table("deaths").filter(pl.col("death_date") <= month.last).select("id_number").collect()


def _named(frame: pl.DataFrame, people: pl.DataFrame, old: pl.DataFrame) -> pl.DataFrame:
    """Add name and area of people of either month, the later's first."""
    both = pl.concat([people.select(WHO), old.select(WHO)]).unique("id_number", keep="first", maintain_order=True)
    return frame.join(both, on="id_number", how="left", maintain_order="left")


def chosen(run: RosterRun, where: str | None, person: str | None) -> pl.DataFrame:
    """The people of a roster whom `--where` and `--person` (name, ID number or code) ask for.

    Raises:
        UsageError: a field or a work state that does not exist, a condition without =.
    """
    people = run.people
    for condition in (where or "").replace("，", ",").split(","):
        if condition.strip():
            people = people.filter(_condition(condition))
    if person is not None:
        word = person.strip().upper()
        people = people.filter(
            (pl.col("id_number") == word) | (pl.col("person_code") == word) | (pl.col("name") == person.strip())
        )
    return people


def _condition(text: str) -> pl.Expr:
    import difflib

    name, found, value = (part.strip() for part in text.replace("＝", "=").partition("="))
    if not found or name not in {*FIELDS, *FIELDS.values()}:
        near = difflib.get_close_matches(name, FIELDS, n=1, cutoff=0.0)[0]
        raise UsageError(
            f"--where 里的“{text.strip()}”看不懂", f"写成 项目=值，例如 {near}=…；可用：{'、'.join(FIELDS)}"
        )
    column = FIELDS.get(name, name)
    if column == "labour":
        if value not in YES_NO:
            raise UsageError(f"--where 里的“{text.strip()}”看不懂", "劳动力=是，或 劳动力=否")
        return pl.col("labour") == YES_NO[value]
    if column == "state":
        known = {word: code for code, word in states.STATE_WORDS.items()} | {code: code for code in states.STATES}
        if value not in known and value != states.UNKNOWN_WORDS:
            raise UsageError(
                f"没有“{value}”这种就业状态", f"可用：{'、'.join(f'{w}（{c}）' for w, c in known.items() if w != c)}"
            )
        return pl.col("state").is_null() if value not in known else pl.col("state") == known[value]
    if column == "age_band":
        value = value.removesuffix("岁").translate(DASHES)
    return pl.col(column) == value


def nobody_has(run: RosterRun, where: str | None) -> list[str]:
    """What `--where` asks for that nobody of the whole roster has, in words, with the values that there are (the likest first).

    `run`: the whole roster. A slip in a township's name must not look like a township without people.
    """
    import difflib

    found = []
    for condition in (where or "").replace("，", ",").split(","):
        if not condition.strip() or run.people.filter(_condition(condition)).height:
            continue
        name, _, value = (part.strip() for part in condition.replace("＝", "=").partition("="))
        column = FIELDS.get(name, name)
        listed = run.people[column].cast(pl.String).drop_nulls().unique().sort().to_list()
        near = difflib.get_close_matches(value, listed, n=3, cutoff=0.5) or (listed if len(listed) <= FEW else [])
        # Numbers and names of people are theirs alone: they are not shown to whoever guesses.
        words = f"，有：{'、'.join(near)}" if near and column not in ("name", "household_id", "labour", "state") else ""
        found.append(f"台账里没有{name}是“{value}”的人{words}")
    return found


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


def write_books(  # noqa: PLR0913 - what a run is told on the command line
    run: RosterRun | RiskRun | MatchRun | ForecastRun | WhatIfRun | DueRun,
    desk: Desk,
    folder: Path,
    *,
    force: bool,
    operator: str,
    now: datetime,
) -> list[Path]:
    """Write the workbook (of a roster also `roster.parquet`) and the manifest into `out/2024-05/`.

    What was only tried (`what-if`) has no manifest.

    Raises:
        FupinError: the folder cannot be written to (exit 2).
    """
    from fupin_cli.jobs.result_hash import report_hash
    from fupin_cli.outputs.bulk import save_workbooks
    from fupin_cli.outputs.due_views import due_sheets
    from fupin_cli.outputs.family import told
    from fupin_cli.outputs.files import make_folder, renewed
    from fupin_cli.outputs.forecast_views import forecast_sheets
    from fupin_cli.outputs.manifest import write_manifest
    from fupin_cli.outputs.match_workbook import match_sheets
    from fupin_cli.outputs.risk_workbook import risk_sheets
    from fupin_cli.outputs.roster_workbook import roster_sheets
    from fupin_cli.outputs.what_if_views import what_if_sheets
    from fupin_cli.outputs.workbook_charts import forecast_charts

    text = month_text(run.month)
    target = folder / text
    make_folder(target)
    titles = {name: spec.title for name, spec in desk.contracts.items()}
    if isinstance(run, RosterRun):
        stem, sheets = f"台账_{text}", roster_sheets(run, titles)
    elif isinstance(run, RiskRun):
        stem, sheets = f"风险推送_{text}", risk_sheets(run, titles)
    elif isinstance(run, DueRun):
        stem, sheets = f"到期_{text}", due_sheets(run)
    elif isinstance(run, WhatIfRun):
        stem, sheets = f"试算_{text}", what_if_sheets(run)
    elif isinstance(run, ForecastRun):
        stem, sheets = f"预测_{text}", [*forecast_sheets(run), *forecast_charts(run)]
    else:
        stem, sheets = f"外出人员和岗位_{text}", match_sheets(run)
    if not isinstance(run, WhatIfRun):
        sheets = told(sheets, run.kind, run.intake.tables, titles)
    paths = save_workbooks(target, [(stem, sheets)], last_day(run.month), force=force, password=desk.workspace.password)
    if isinstance(run, RosterRun) and desk.workspace.password is None:  # a frame cannot be encrypted
        with renewed(target / "roster.parquet", force=force) as temporary:
            run.people.write_parquet(temporary)
        paths.append(target / "roster.parquet")
    if isinstance(run, RiskRun):
        record_sent(desk.workspace.root, run, paths[0])
    run.outputs += paths
    if not isinstance(run, WhatIfRun):
        run.root, run.posted = desk.workspace.root, desk.postings.height
        more: dict[str, Any] = {"renew": run.renew} if isinstance(run, ForecastRun) else {}
        more |= {"sent_list": run.sent_list} if isinstance(run, RiskRun) else {}
        write_manifest(run, folder, run.kind, operator, now, result=report_hash(run), **more)
    return paths

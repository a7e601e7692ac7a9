"""The ten risks (SPEC 11): each a function of two months that gives the people at risk and the row that says so.

Every function gives id_number, fact (in words) and the row that decides: table, _src, _row, _file, _sheet. Household risks
(RSK002, RSK010) stand on the head. Numbers in fen, months as month indexes.
"""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.checks.cap import with_left
from fupin_cli.month import states
from fupin_cli.month.used_months import POSTS, pension_facts, used_months
from fupin_cli.policy import months
from fupin_cli.policy.rounding import fen_to_yuan, fen_to_yuan_expr
from fupin_cli.reports.risk_scene import Risk, Scene

if TYPE_CHECKING:
    from fupin_cli.month.month import Month

ORIGIN = ["_src", "_row", "_file", "_sheet"]
HOME = "户主"


def _rows(frame: pl.DataFrame, table: str, fact: str | pl.Expr) -> pl.DataFrame:
    """The rows that decide, with what they say."""
    words = pl.lit(fact) if isinstance(fact, str) else fact
    return frame.select("id_number", words.alias("fact"), pl.lit(table).alias("table"), *ORIGIN)


def _in(frame: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    return frame.join(others.select("id_number").unique(), on="id_number", how="semi", maintain_order="left")


def _job_lost(scene: Scene) -> pl.DataFrame:
    """RSK001: working in the month before, not in this one (an unknown state says nothing)."""
    before = scene.people_before
    if before is None:
        return scene.people.clear().select(pl.lit("").alias("fact"), "id_number")
    worked = before.filter(pl.col("state").is_in(states.WORKING)).select("id_number", _was="state", _where="place")
    words = pl.col("_was").replace_strict(states.STATE_WORDS, return_dtype=pl.String)
    lost = scene.people.filter(pl.col("state").is_in(states.WORKING).not_()).join(worked, on="id_number")
    fact = pl.concat_str(pl.lit("上月"), words, pl.col("_where").fill_null(""), pl.lit("，本月没有工作"), scene.doubt)
    return lost.select("id_number", "table", *ORIGIN, fact=fact)


def _poor(scene: Scene) -> pl.DataFrame:
    """RSK002: the household's income a head below the year's line, not monitored or the risk removed; on the head."""
    line = scene.month.policy.line_fen(scene.month.month)
    if line is None:
        raise ValueError("no line")
    # 人均纯收入 is the household's: where it stands on another member's row only, it is the head's too.
    people = scene.month.people.with_columns(
        income_per_head_fen=pl.coalesce(
            "income_per_head_fen", pl.col("income_per_head_fen").drop_nulls().first().over("home")
        )
    )
    below = (pl.col("income_per_head_fen") < line) & (
        pl.col("monitored_type").is_null() | pl.col("risk_removed").fill_null(value=False)
    )
    fact = pl.format(
        f"人均纯收入{{}}元，低于监测标准{fen_to_yuan(line)}元", fen_to_yuan_expr(pl.col("income_per_head_fen"))
    )
    return _rows(_heads(people, scene.gone).filter(below), "registry", fact)


def _heads(people: pl.DataFrame, dead: pl.DataFrame) -> pl.DataFrame:
    """One row a household (`home`) of which somebody lives: its head's, else its first member's who is not among the `dead`."""
    head = (pl.col("relation") == HOME).fill_null(value=False)
    return (
        people.join(dead, on="id_number", how="anti", maintain_order="left")
        .with_columns(_head=head)
        .sort("_head", descending=True, maintain_order=True)
        .unique("home", keep="first", maintain_order=True)
        .sort("_src", "_row")
    )


def _contract_ends(scene: Scene) -> pl.DataFrame:
    """RSK003: the last contract of a person (post or employer) ends between the month's first day and some days after its last.

    Of whom another contract is listed without an end that can be read nobody can say which is the last.
    """
    month = scene.month
    parts = [
        month.table(name).select("id_number", "contract_end", *ORIGIN, table=pl.lit(name)).collect()
        for name in ("assignments", "employer_claims")
        if month.has(name)
    ]
    contracts = pl.concat(parts)
    open_ = contracts.filter(pl.col("contract_end").is_null())
    last = (
        contracts.join(open_, on="id_number", how="anti", maintain_order="left")
        .sort("contract_end", descending=True, maintain_order=True)
        .unique("id_number", keep="first", maintain_order=True)
    )
    until = month.last + timedelta(days=month.settings.checks.contract_warning_days)
    ending = last.filter(pl.col("contract_end").is_between(month.first, until))
    return ending.select("id_number", "table", *ORIGIN, fact=pl.format("合同{}到期，没有更晚的合同", "contract_end"))


def _cap_near(scene: Scene) -> pl.DataFrame:
    """RSK004: few months left of the cap after this month, without extension; also who has used it up."""
    month = scene.month
    cap, warn = month.policy.cap_months(month.month), month.settings.checks.cap_warning_months
    history = month.table("payment_history").collect()
    parts = []
    if month.has("assignments"):
        by_months = pl.lit(month.settings.post.month_count == "paid_months")
        spared = (by_months & ~(pl.col("due_fen") > 0).fill_null(value=False)).cast(pl.Int64)
        left = pl.col("_left") + spared  # a month that pays nothing uses nothing
        few = with_left(month).filter(pl.col("_whole") + spared <= warn)
        near = few.with_columns(_left=pl.max_horizontal(left, pl.lit(0))).collect()
        parts.append(_rows(near, "assignments", pl.format("本月以后还能领{}个月", "_left")))
        held = month.months_used.filter("extended").select("id_number")
    else:
        held = pl.DataFrame(schema={"id_number": pl.String})
    used = used_months(history, month.policy, month.month)
    spent = used.filter(pl.col("used_num") >= pl.col("used_den") * cap).join(held, on="id_number", how="anti")
    posts = history.filter(pl.col("measure") == POSTS)
    latest = posts.sort("month", descending=True, nulls_last=True, maintain_order=True)
    rows = latest.unique("id_number", keep="first", maintain_order=True).join(spent, on="id_number")
    parts.append(_rows(rows, "payment_history", pl.format("已领{}个月", "months_counted")))
    return pl.concat(parts).unique("id_number", keep="first", maintain_order=True)


def _pension_near(scene: Scene) -> pl.DataFrame:
    """RSK005: the pension month lies in the months after this one."""
    month = scene.month
    people, kinds = scene.labour, _insured(month)
    facts = pension_facts(
        people.join(kinds, on="id_number", how="left", maintain_order="left").with_columns(
            person_approval=pl.lit(None, dtype=pl.Date)
        ),
        month.policy,
        month.month,
    )
    ahead = months.index_expr(pl.col("pension_date")) - month.month
    near = facts.filter(ahead.is_between(1, month.settings.risk.pension_months))
    own = month.people.select("id_number", *(pl.col(c).alias(f"_r{c}") for c in ORIGIN))
    near = near.drop(ORIGIN).join(own, on="id_number").rename({f"_r{c}": c for c in ORIGIN})
    return _rows(near, "registry", pl.format("{}到养老金领取年龄", "pension_date"))


def _insured(month: Month) -> pl.DataFrame:
    """How people are insured: as the roster says, else as the month's claims say; whom an employer claims for is an employee."""
    parts = [pl.DataFrame(schema={"id_number": pl.String, "insured_type": pl.String})]
    for table, otherwise in (("assignments", None), ("employer_claims", "职工"), ("flexible_claims", None)):
        if month.has(table):
            rows = month.intake.tables[table]
            rows = rows.filter(pl.col("month") == month.month) if "month" in rows.columns else rows
            kind = pl.coalesce("insured_type", pl.lit(otherwise, dtype=pl.String))
            parts.append(rows.select("id_number", insured_type=kind).drop_nulls())
    return pl.concat(parts).unique("id_number", keep="first", maintain_order=True)


def _back(scene: Scene) -> pl.DataFrame:
    """RSK006: a spell outside the county ended in the month, none began after it, and no other outside runs on.

    One marked 是 of which the start is not known may have begun after it.
    """
    month = scene.month
    spells = month.table("employment").collect()
    away = states.spells_in(month, ended_too=True).filter(pl.col("state") != states.LOCAL)
    ended = away.filter(pl.col("end").is_between(month.first, month.last))
    ended = ended.sort("end", descending=True, maintain_order=True).unique(
        "id_number", keep="first", maintain_order=True
    )
    ends = ended.select("id_number", _end="end")
    open_ = pl.col("working").fill_null(value=False) & pl.col("end").is_null()
    begun = (pl.col("start") > pl.col("_end")).fill_null(open_)
    running = away.join(ends, on="id_number").filter(
        pl.col("working").fill_null(value=True) & (pl.col("end") > pl.col("_end")).fill_null(value=True)
    )
    later = spells.join(ends, on="id_number").filter(begun)
    again = pl.concat([later.select("id_number"), running.select("id_number")])
    rows = ended.join(again, on="id_number", how="anti", maintain_order="left").sort("_src", "_row")
    return _rows(rows, "employment", pl.format("在{}务工，{}结束", pl.col("place").fill_null("外地"), "end"))


def willing(month: Month) -> pl.DataFrame:
    """Who wants to go out: rows of going_out, then of the plan (是否计划务工 = 是); id_number and origin, one a person."""
    parts = []
    if month.has("going_out"):
        parts.append(_rows(month.table("going_out").collect(), "going_out", "在有意愿外出人员清单"))
    if month.has("employment_plan"):
        parts.append(
            _rows(month.table("employment_plan").filter("planned").collect(), "employment_plan", "计划外出务工")
        )
    return pl.concat(parts).unique("id_number", keep="first", maintain_order=True)


def _not_placed(scene: Scene) -> pl.DataFrame:
    """RSK007: willing in both months and working in neither (an unknown state says nothing)."""
    before = scene.people_before
    if before is None:
        return willing(scene.month).clear()
    idle = pl.col("state").is_in(states.WORKING).not_()
    rows = _in(_in(willing(scene.month), willing(scene.earlier)), scene.people.filter(idle))
    return _in(rows, before.filter(idle)).with_columns(fact=pl.concat_str("fact", pl.lit("，两个月都没有就业")))


def _training_wanted(scene: Scene) -> pl.DataFrame:
    """RSK008: the plan asks for training and no class of the last months has the person."""
    month = scene.month
    wanted = month.table("employment_plan").filter(pl.col("service_need").str.contains("培训", literal=True)).collect()
    begun, since = months.index_expr(pl.col("start")), month.month - month.settings.risk.training_months + 1
    # A month hands in its own classes: those of the months before stand in their folders.
    # Of a class of which the start is not known nobody can say that it was not among them.
    recent = begun.is_between(since, month.month).fill_null(value=True)
    given = month.rows_since("training", since).filter(recent).select("id_number")
    rows = wanted.unique("id_number", keep="first", maintain_order=True).join(
        given, on="id_number", how="anti", maintain_order="left"
    )
    return _rows(rows, "employment_plan", pl.format("需要{}，近期没有参加培训", "service_need"))


def _income_fallen(scene: Scene) -> pl.DataFrame:
    """RSK009: the monthly income of the same spell is below the county's share of that of the month before.

    A person's spells are told apart by their start, of several from one day on by the employer too.
    """
    share = scene.month.settings.risk.income_drop
    if share is None:
        raise ValueError("no share")
    numerator, denominator = Fraction(share).as_integer_ratio()
    key = ["id_number", "start", "_employer"]
    now, then = (_earning(month) for month in (scene.month, scene.earlier))
    then = then.select(*key, _then="income_fen")
    fallen = now.join(then, on=key, maintain_order="left").filter(
        pl.col("income_fen") * denominator < pl.col("_then") * numerator
    )
    fallen = fallen.unique("id_number", keep="first", maintain_order=True)
    return _rows(
        fallen,
        "employment",
        pl.format(
            "务工月收入{}元，上月{}元", fen_to_yuan_expr(pl.col("income_fen")), fen_to_yuan_expr(pl.col("_then"))
        ),
    )


def _earning(month: Month) -> pl.DataFrame:
    """Spells with an income, with `_employer` where the person has several from one day on; of two that are alike none."""
    rows = month.table("employment").filter(pl.col("income_fen").is_not_null())
    several = pl.struct("id_number", "start").is_duplicated()
    rows = rows.with_columns(_employer=pl.when(several).then("employer").otherwise(pl.lit("")))
    return rows.filter(pl.struct("id_number", "start", "_employer").is_unique()).collect()


def _breadwinner_died(scene: Scene) -> pl.DataFrame:
    """RSK010: a member of the household died in the month and nobody of it is working; on the head, if anybody is left.

    The dead may have left the export already: their household is then looked up in the month before. Those who died
    earlier and are still in the export are no more the household's head, or its worker, than those of this month.
    """
    month = scene.month
    homes = [month.people.select("id_number", "home")]
    if scene.before is not None and scene.before.has("registry"):
        there = scene.before.people.filter(pl.col("household_id").is_not_null())
        homes.append(there.select("id_number", home="household_id"))
    home = pl.concat(homes).unique("id_number", keep="first", maintain_order=True)
    gone = scene.gone
    dead = gone.filter(pl.col("death_date") >= month.first)
    struck = dead.join(home, on="id_number", maintain_order="left").unique("home", keep="first", maintain_order=True)
    busy = (
        states.work_states(month)
        .filter(pl.col("state").is_in(states.WORKING))
        .join(gone, on="id_number", how="anti")
        .join(home, on="id_number")
        .select("home")
        .unique()
    )
    struck = struck.join(busy, on="home", how="anti", maintain_order="left")
    heads = _heads(month.people, gone).select("id_number", "home")
    rows = heads.join(struck.drop("id_number"), on="home", maintain_order="left")
    return _rows(rows, "deaths", pl.format("家庭成员{}死亡，家中没有人就业", "death_date"))


RISKS = (
    Risk("RSK001", _job_lost, ("registry", "employment", "registry@previous", "employment@previous")),
    Risk("RSK002", _poor, ("registry",), household=True),
    Risk("RSK003", _contract_ends, (), any_of=(("assignments", "employer_claims"),)),
    Risk("RSK004", _cap_near, ("payment_history",)),
    Risk("RSK005", _pension_near, ("registry",)),
    Risk("RSK006", _back, ("employment",)),
    Risk(
        "RSK007",
        _not_placed,
        ("registry@previous", "employment", "employment@previous"),
        any_of=(("going_out", "employment_plan"), ("going_out@previous", "employment_plan@previous")),
    ),
    Risk("RSK008", _training_wanted, ("employment_plan", "training")),
    Risk("RSK009", _income_fallen, ("employment", "employment@previous"), settings=("risk.income_drop",)),
    Risk("RSK010", _breadwinner_died, ("registry", "employment", "deaths"), household=True),
)

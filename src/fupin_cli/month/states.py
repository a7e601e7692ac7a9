"""The one work state of each person in a month, and the row it rests on (SPEC 10.3)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.month.roster import touching_rows
from fupin_cli.plans import collected
from fupin_cli.policy.places import at_home, full_county

if TYPE_CHECKING:
    from fupin_cli.month.month import Month

POST, WORKSHOP, FLEXIBLE, PLANNED, NONE = "post", "workshop", "flexible", "planned", "none"
OUT_PROVINCE, OUT_CITY, OTHER_COUNTY, LOCAL = "out_province", "out_city", "other_county", "local"
# The first that fits decides; `working` are all before `planned`.
SPELL_STATES = (OUT_PROVINCE, OUT_CITY, OTHER_COUNTY, LOCAL)
STATES = (POST, WORKSHOP, *SPELL_STATES, FLEXIBLE, PLANNED, NONE)
WORKING = STATES[: STATES.index(PLANNED)]
STATE_WORDS = {
    POST: "公益性岗位",
    WORKSHOP: "帮扶车间",
    OUT_PROVINCE: "省外务工",
    OUT_CITY: "省内市外务工",
    OTHER_COUNTY: "市内县外务工",
    LOCAL: "县内务工",
    FLEXIBLE: "灵活就业",
    PLANNED: "计划外出",
    NONE: "未就业",
}
UNKNOWN_WORDS = "不明"
WORKSHOP_KIND, WORKSHOP_CHANNEL = "就业帮扶车间", "帮扶车间"
TABLES = ("assignments", "other_posts", "employer_claims", "employment", "flexible_claims", "employment_plan")
# Without the export of who works nobody can be said to be out of work.
DECIDING = "employment"
FOUND = ["id_number", "rank", "state", "place", "since", "table", "_src", "_row", "_file", "_sheet"]


def lent(before: Month, now: Month) -> Month:
    """The month before with the tables of work that it lacks taken from the later month.

    Their dates say what touched the earlier month; without them everybody on a roster that was handed in for the first
    time would seem to have just begun.
    """
    missing = {name: now.intake.tables[name] for name in TABLES if now.has(name) and not before.has(name)}
    if not missing:
        return before
    return replace(before, intake=replace(before.intake, tables=before.intake.tables | missing))


def touches(month: Month, *, undated: pl.Expr) -> pl.Expr:
    """Whether a period (start, end) touches the month: begun by its last day, and open or ended on or after its first.

    `undated`: whether one of which the start is not known counts as begun; by what is not written nobody is out of work.
    """
    begun = (pl.col("start") <= month.last).fill_null(undated)
    return begun & (pl.col("end").is_null() | (pl.col("end") >= month.first))


def bare_province(name: pl.Expr) -> pl.Expr:
    """A province without 省, 市, 自治区 and the peoples in their names."""
    return name.str.replace(r"(维吾尔|壮族|回族)?(自治区|省|市|特别行政区)$", "")


def bare_city(name: pl.Expr, province: str) -> pl.Expr:
    """A city without its province before it and 市 behind it."""
    return name.str.strip_prefix(province).str.replace(r"市$", "")


def spells_in(month: Month, *, ended_too: bool = False) -> pl.DataFrame:
    """Spells of work that touch the month and are not marked 否, with `state` by the place of work, `place` in words.

    `ended_too`: also those marked 否 (who came back in the month is marked so), and those that end in the month and of
    which the start is not known. A part of the place that is not filled says nothing; with no part filled the work counts as local.
    """
    return collected(_spells(month, ended_too=ended_too), month.size)


def _spells(month: Month, *, ended_too: bool = False) -> pl.LazyFrame:
    homes = (
        month.people.lazy().select("id_number", _home="county")
        if month.has("registry")
        else pl.LazyFrame(schema={"id_number": pl.String, "_home": pl.String})
    )
    own_county = pl.coalesce("_home", "county", pl.lit(month.settings.county.name or None, dtype=pl.String))
    at_work = pl.col("working").fill_null(value=False)  # marked 是
    area = month.policy.file.area
    own_city = area.city.removesuffix("市")
    spells = (
        month.table("employment")
        .filter(
            (touches(month, undated=at_work) & (pl.col("working").fill_null(value=True) | ended_too))
            | (pl.lit(ended_too) & pl.col("start").is_null() & pl.col("end").is_between(month.first, month.last))
        )
        .join(homes, on="id_number", how="left", maintain_order="left")
    )
    province = bare_province(pl.col("work_province"))
    of_ours = full_county(pl.col("work_city")).is_in(area.counties)  # 北票市 is a county, wherever it is written
    state = (
        pl.when(province != bare_province(pl.lit(area.province)))
        .then(pl.lit(OUT_PROVINCE))
        .when((bare_city(pl.col("work_city"), area.province) != own_city) & ~of_ours)
        .then(pl.lit(OUT_CITY))
        .when(~at_home(own_county, pl.coalesce("work_county", pl.when(of_ours).then("work_city"))))
        .then(pl.lit(OTHER_COUNTY))
        .otherwise(pl.lit(LOCAL))
    )
    place = pl.concat_str("work_province", "work_city", "work_county", ignore_nulls=True)
    return spells.with_columns(state=state, place=pl.when(place != "").then(place))


def work_states(month: Month) -> pl.DataFrame:
    """The state of every person whom any table of work names in the month, one row a person.

    Gives id_number, state, place (in words), table, _src, _row, _file, _sheet of the row that decides. Whoever is not
    there is in no table: `none`.
    """
    parts = [part(month) for name, part in PARTS.items() if month.has(name)]
    if not parts:
        return pl.DataFrame(schema=dict.fromkeys(FOUND, pl.String)).drop("rank", "since")
    deciding = (
        pl.concat(parts)
        .filter(pl.col("id_number").is_not_null())
        .sort(
            "id_number", "rank", "since", "_src", "_row", descending=[False, False, True, False, False], nulls_last=True
        )
        .unique("id_number", keep="first", maintain_order=True)
        .drop("rank", "since")
    )
    return collected(deciding, month.size)


# The four states of a spell share a rank: of several spells the latest start decides, wherever it was.
RANKS = {name: STATES.index(OUT_PROVINCE) if name in SPELL_STATES else n for n, name in enumerate(STATES)}


def _found(rows: pl.LazyFrame, table: str, state: str | pl.Expr, place: pl.Expr, since: str | None) -> pl.LazyFrame:
    state = pl.lit(state) if isinstance(state, str) else state
    found = {
        "rank": state.replace_strict(RANKS, return_dtype=pl.Int8),
        "state": state,
        "place": place,
        "since": pl.col(since) if since else pl.lit(None, dtype=pl.Date),
        "table": pl.lit(table),
    }
    return rows.select(found.get(name, pl.col(name)).alias(name) for name in FOUND)


def post_holders(month: Month) -> pl.DataFrame:
    """Roster rows whose contract or spell touches the month and whose holder has not gone."""
    rows = touching_rows(month.intake.tables["assignments"], month.month)
    return rows.filter(pl.col("touches") & ~pl.col("gone"))


def _of_roster(month: Month) -> pl.LazyFrame:
    place = pl.concat_str("township", "village", ignore_nulls=True)
    return _found(post_holders(month).lazy(), "assignments", POST, place, "contract_start")


def _of_other_posts(month: Month) -> pl.LazyFrame:
    rows = month.table("other_posts").filter(touches(month, undated=pl.lit(value=True)))
    return _found(rows, "other_posts", POST, pl.col("department"), "start")


def _of_employer_claims(month: Month) -> pl.LazyFrame:
    rows = month.table("employer_claims").filter(
        (pl.col("month") == month.month) & (pl.col("employer_kind") == WORKSHOP_KIND)
    )
    return _found(rows, "employer_claims", WORKSHOP, pl.col("employer"), "contract_start")


def _of_spells(month: Month) -> pl.LazyFrame:
    spells = _spells(month)
    in_workshop = (pl.col("channel") == WORKSHOP_CHANNEL).fill_null(value=False)
    state = pl.when(in_workshop).then(pl.lit(WORKSHOP)).otherwise("state")
    return _found(spells, "employment", state, pl.col("place"), "start")


def _of_flexible(month: Month) -> pl.LazyFrame:
    rows = month.table("flexible_claims").filter(pl.col("month") == month.month)
    return _found(rows, "flexible_claims", FLEXIBLE, pl.lit(None, dtype=pl.String), None)


def _of_plans(month: Month) -> pl.LazyFrame:
    rows = month.table("employment_plan").filter(pl.col("planned"))
    return _found(rows, "employment_plan", PLANNED, pl.col("plan_county"), None)


PARTS = {
    "assignments": _of_roster,
    "other_posts": _of_other_posts,
    "employer_claims": _of_employer_claims,
    "employment": _of_spells,
    "flexible_claims": _of_flexible,
    "employment_plan": _of_plans,
}


def is_labour(month: Month) -> pl.Expr:
    """Labour as the policy means it (一), of people of `Month.people`: able, of working age by the law, not in school.

    Here what is not known is not fulfilled: nobody of unknown age or ability is labour. (`Month.people.labour`, by which
    checks accuse, leaves the unknown open.)
    """
    old = (pl.col("age") >= month.labour_age).fill_null(value=False)
    return pl.col("can_work") & old & ~pl.col("in_school")


def idle_labour(month: Month) -> pl.DataFrame:
    """Beneficiaries who are labour (一), not on the list of the dead, and whom no table shows at work: id_number, county, township.

    Needs the registry and the export of who works: without it nobody can be said to be out of work.
    """
    busy = work_states(month).filter(pl.col("state").is_in(WORKING)).select("id_number")
    helped = month.people.filter(pl.col("beneficiary") & is_labour(month)).select("id_number", "county", "township")
    if month.has("deaths"):
        died = (pl.col("death_date") <= month.last).fill_null(value=True)
        helped = helped.join(
            month.intake.tables["deaths"].filter(died), on="id_number", how="anti", maintain_order="left"
        )
    return helped.join(busy, on="id_number", how="anti", maintain_order="left")

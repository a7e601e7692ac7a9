"""Who wants to go out, which vacancies there are, and a suggestion who goes where (SPEC 12; 二(二), 四(四)).

A suggestion only: nothing is written back. People come in the order of the policy: 脱贫劳动力作为优先保障对象.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.month import states
from fupin_cli.policy.idnumber import age_expr, birth_expr

if TYPE_CHECKING:
    from fupin_cli.month.month import Month

OUT = (states.OUT_PROVINCE, states.OUT_CITY)
TRADE, SKILL, PLACE = 4, 2, 1  # what a fit scores
NO_TRADE, NO_PLACE, FULL = "无此工种", "无此地点", "岗位已满"
NOT_LABOUR, TOO_YOUNG, AT_SCHOOL, DEAD, GONE = "不是劳动力", "未满16周岁", "在校", "已死亡", "已在外务工"
NO_COUNT, REPEATED = "人数没有写或读不出", "与前面一行重复"
ORIGIN = ["_src", "_row", "_file", "_sheet"]
PROVINCE = r"^[^省区]{2,6}(?:省|自治区)(.{2,})$"  # before a place inside it
NO_WISH = r"^(?:不限.*|无|无要求|没有要求|均可|都可以?|都行|任意|随意|听从安排|服从安排|全国各?地?)$"
WISH = ["trade", "destination", "skill"]


@dataclass
class Matched:
    """A month's suggestion.

    `people`: everyone to be placed, in their order, with `vacancy` (row number in `vacancies`; null: none), `score`, `reason`
    (of the rest). `left_out`: who is not to be placed, with `reason`. `vacancies`: with `usable`, `taken`, `left`, `reason`.
    """

    people: pl.DataFrame = field(repr=False)
    left_out: pl.DataFrame = field(repr=False)
    vacancies: pl.DataFrame = field(repr=False)

    def proof(self) -> dict[str, int]:
        """People = matched + rest; places = taken + left."""
        usable = self.vacancies.filter("usable")
        return {
            "people": self.people.height,
            "matched": int(self.people["vacancy"].is_not_null().sum()),
            "rest": int(self.people["vacancy"].is_null().sum()),
            "places": int(usable["headcount"].sum() or 0),
            "taken": int(usable["taken"].sum() or 0),
            "left": int(usable["left"].sum() or 0),
        }


def plain(text: pl.Expr) -> pl.Expr:
    """A trade or a place as it is compared: no spaces, half-width signs, lower case; empty is null."""
    bare = text.str.normalize("NFKC").str.to_lowercase().str.replace_all(r"\s", "")
    return pl.when(bare != "").then(bare)


def wishes_of(month: Month) -> pl.DataFrame:
    """Everyone willing to go out, one row an ID: going_out (its wishes first), then the plan (是否计划务工 = 是)."""
    parts = []
    if month.has("going_out"):
        rows = month.table("going_out").collect()
        parts.append(rows.select("id_number", "name", *WISH, *ORIGIN, table=pl.lit("going_out")))
    if month.has("employment_plan"):
        rows = month.table("employment_plan").filter("planned").collect()
        none = pl.lit(None, dtype=pl.String)
        parts.append(
            rows.select(
                "id_number",
                "name",
                none.alias("trade"),
                pl.col("plan_county").alias("destination"),
                none.alias("skill"),
                *ORIGIN,
                table=pl.lit("employment_plan"),
            )
        )
    return pl.concat(parts).unique("id_number", keep="first", maintain_order=True)


def match(month: Month, before: Month | None) -> Matched:
    """Suggest a vacancy for each person willing to go out.

    `before`: the month folder before, by whose list those who have waited longer come first.
    """
    people, left_out = _marked(month, before)
    vacancies = _vacancies(month)
    wishes = people.select(WISH).unique(maintain_order=True).with_row_index("_wish")
    fits = _fits(wishes, vacancies.filter("usable"))
    people = people.join(wishes, on=WISH, nulls_equal=True, maintain_order="left")
    chosen = _assign(people["_wish"].to_list(), fits, vacancies)
    people = people.with_columns(
        vacancy=pl.Series(chosen["vacancy"], dtype=pl.UInt32), score=pl.Series(chosen["score"], dtype=pl.Int64)
    )
    people = people.join(_reasons(wishes, vacancies.filter("usable")), on="_wish", maintain_order="left").with_columns(
        reason=pl.when(pl.col("vacancy").is_null()).then("reason")
    )
    taken = people.group_by(no="vacancy").agg(taken=pl.len().cast(pl.Int64)).drop_nulls("no")
    vacancies = vacancies.join(taken, on="no", how="left", maintain_order="left").with_columns(
        pl.when("usable").then(pl.col("taken").fill_null(0)).alias("taken")
    )
    vacancies = vacancies.with_columns(left=pl.col("headcount") - pl.col("taken"))
    return Matched(people.drop("_wish"), left_out, vacancies)


def _marked(month: Month, before: Month | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The people to be placed, in the order of the policy, and those who are not, with the reason."""
    wishes = wishes_of(month)
    facts = ["county", "township", "village", "beneficiary", "labour", "in_school", "monitored_type", "risk_removed"]
    if month.has("registry"):
        known = month.people.with_columns(labour=states.is_labour(month)).select("id_number", *facts, _able="can_work")
    else:
        known = pl.DataFrame(
            schema={
                "id_number": pl.String,
                **dict.fromkeys(("county", "township", "village", "monitored_type"), pl.String),
                **dict.fromkeys(("beneficiary", "labour", "in_school", "risk_removed", "_able"), pl.Boolean),
            }
        )
    states_now = states.work_states(month).select("id_number", "state")
    nothing = pl.lit(states.NONE if month.has(states.DECIDING) else None, dtype=pl.String)
    dead = pl.DataFrame(schema={"id_number": pl.String, "_dead": pl.Boolean})
    if month.has("deaths"):
        # Of whom the list does not say when: dead all the same.
        died = (pl.col("death_date") <= month.last).fill_null(value=True)
        rows = month.table("deaths").filter(died).collect()
        dead = rows.select("id_number", _dead=pl.lit(value=True)).unique("id_number")
    place = pl.DataFrame(schema={"id_number": pl.String, "_place": pl.UInt32})
    if before is not None and (before.has("going_out") or before.has("employment_plan")):
        place = wishes_of(before).select("id_number").with_row_index("_place")
    age = age_expr(birth_expr(pl.col("id_number")), month.last)
    urgent = pl.col("monitored_type").is_not_null() & ~pl.col("risk_removed").fill_null(value=False)
    everyone = wishes
    for frame in (known, states_now, dead, place):
        everyone = everyone.join(frame, on="id_number", how="left", maintain_order="left")
    everyone = everyone.with_columns(
        pl.col("state").fill_null(nothing),
        pl.col("beneficiary").fill_null(value=False),
        priority=pl.when(urgent).then(0).when(pl.col("beneficiary").fill_null(value=False)).then(1).otherwise(2),
        reason=pl.when(pl.col("_dead"))
        .then(pl.lit(DEAD))
        .when(age < month.labour_age)
        .then(pl.lit(TOO_YOUNG))
        .when("in_school")
        .then(pl.lit(AT_SCHOOL))
        .when(pl.col("_able").not_())
        .then(pl.lit(NOT_LABOUR))
        .when(pl.col("state").is_in(OUT))
        .then(pl.lit(GONE)),
    )
    goes = everyone.filter(pl.col("reason").is_null()).sort("priority", "_place", "id_number", nulls_last=True)
    return goes.drop("_able", "_dead", "_place", "reason"), everyone.filter(pl.col("reason").is_not_null())


def _vacancies(month: Month) -> pl.DataFrame:
    """The vacancies with a number each, `usable` or why not; of those that repeat the first counts."""
    rows = month.table("vacancies").collect().with_row_index("no")
    same = [plain(pl.col(c)) for c in ("employer", "place", "trade")]
    nth = pl.int_range(pl.len()).over(*same)
    reason = (
        pl.when(pl.col("headcount").is_null() | (pl.col("headcount") <= 0))
        .then(pl.lit(NO_COUNT))
        .when(nth > 0)
        .then(pl.lit(REPEATED))
    )
    return rows.with_columns(reason=reason).with_columns(usable=pl.col("reason").is_null())


def _wished(text: pl.Expr) -> pl.Expr:
    """What is wished, as it is compared; 不限 and the like wish nothing, as an empty cell does."""
    bare = plain(text)
    return pl.when(~bare.str.contains(NO_WISH)).then(bare)


def _bare_of_one(where: pl.Expr, at: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Two places as they are compared: a province that only one of them names (辽宁省大连市, 大连市金州区) says nothing."""
    both = where.str.contains(PROVINCE) & at.str.contains(PROVINCE)
    bare = [pl.when(both).then(place).otherwise(place.str.replace(PROVINCE, "$1")) for place in (where, at)]
    return bare[0], bare[1]


def _pairs(wishes: pl.DataFrame, vacancies: pl.DataFrame) -> pl.DataFrame:
    """Every wish beside every vacancy, and whether trade and place fit."""
    wanted = wishes.select(
        "_wish", _trade=_wished(pl.col("trade")), _where=_wished(pl.col("destination")), _skill=plain(pl.col("skill"))
    )
    offered = vacancies.select(
        "no", "wage_fen", "_src", "_row", _kind=plain(pl.col("trade")), _at=plain(pl.col("place"))
    )
    where, at = _bare_of_one(pl.col("_where"), pl.col("_at"))
    inside, around = at.str.contains(where, literal=True), where.str.contains(at, literal=True)
    return wanted.join(offered, how="cross").with_columns(
        trade_fits=pl.col("_trade").is_null() | (pl.col("_trade") == pl.col("_kind")).fill_null(value=False),
        place_fits=pl.col("_where").is_null() | pl.col("_at").is_null() | (inside | around).fill_null(value=False),
    )


def _fits(wishes: pl.DataFrame, vacancies: pl.DataFrame) -> dict[int, list[tuple[int, int]]]:
    """For each wish its fitting vacancies, the best first: (number, score); tie: higher wage, then the row."""
    equal_trade = (pl.col("_trade") == pl.col("_kind")).fill_null(value=False)
    skilled = pl.col("_skill").str.contains(pl.col("_kind"), literal=True).fill_null(value=False)
    equal_place = (pl.col("_where") == pl.col("_at")).fill_null(value=False)
    score = equal_trade.cast(pl.Int64) * TRADE + skilled.cast(pl.Int64) * SKILL + equal_place.cast(pl.Int64) * PLACE
    pairs = _pairs(wishes, vacancies).filter(pl.col("trade_fits") & pl.col("place_fits")).with_columns(score=score)
    pairs = pairs.sort(
        "_wish", "score", "wage_fen", "_src", "_row", descending=[False, True, True, False, False], nulls_last=True
    )
    grouped = pairs.group_by("_wish", maintain_order=True).agg("no", "score")
    return {wish: list(zip(nos, scores, strict=True)) for wish, nos, scores in grouped.iter_rows()}


def _assign(
    wishes: list[int], fits: dict[int, list[tuple[int, int]]], vacancies: pl.DataFrame
) -> dict[str, list[int | None]]:
    """Each person in turn takes the best vacancy with a place left.

    One after the other by its nature: what one takes, the next cannot have. Places only ever become fewer, so that the
    full ones at the head of a wish's list are passed over once.
    """
    room = dict(vacancies.filter("usable").select("no", "headcount").iter_rows())
    head = dict.fromkeys(fits, 0)
    chosen: dict[str, list[int | None]] = {"vacancy": [], "score": []}
    for wish in wishes:
        options, at = fits.get(wish, []), head.get(wish, 0)
        while at < len(options) and room[options[at][0]] == 0:
            at += 1
        head[wish] = at
        number, score = options[at] if at < len(options) else (None, None)
        if number is not None:
            room[number] -= 1
        chosen["vacancy"].append(number)
        chosen["score"].append(score)
    return chosen


def _reasons(wishes: pl.DataFrame, vacancies: pl.DataFrame) -> pl.DataFrame:
    """Why a wish may come to nothing: _wish, reason (no trade, no place, places gone)."""
    pairs = _pairs(wishes, vacancies)
    found = pairs.group_by("_wish").agg(
        _trade=pl.col("trade_fits").any(), _both=(pl.col("trade_fits") & pl.col("place_fits")).any()
    )
    rows = wishes.select("_wish").join(found, on="_wish", how="left", maintain_order="left").fill_null(value=False)
    reason = pl.when("_both").then(pl.lit(FULL)).when("_trade").then(pl.lit(NO_PLACE)).otherwise(pl.lit(NO_TRADE))
    return rows.select("_wish", reason=reason)

"""The roster of beneficiaries (台账): who, in which classes, and what changed since the month before (SPEC 10; 四(一), 二(二))."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.month import states
from fupin_cli.policy.places import full_county

if TYPE_CHECKING:
    from fupin_cli.month.month import Month

CHILD, PUPIL = "未满16周岁", "在校"
LIFTED = "脱贫户"
AGE_BANDS = ((30, "16–29"), (45, "30–44"), (60, "45–59"))  # below so many years; at or above the last: ELDER
ELDER, AGE_UNKNOWN = "60+", "年龄不明"
NOT_FILLED = "（未填）"
DIED, REASON_UNKNOWN = "死亡", "未知"
AREA = ["county", "township", "village"]
# What a change is told of, and the classes that are proved; `area` is the place of residence, `place` that of work.
WATCHED = ("category", "labour", "state", "place", "area")
DIMENSIONS = ("category", "labour", "state", "risk_removed", "age_band", "area")
PEOPLE = [
    "id_number",
    "name",
    *AREA,
    "area",
    "household_id",
    "category",
    "labour_class",
    "labour",
    "risk",
    "age_band",
    "state",
    "place",
    "table",
    "_src",
    "_row",
    "_file",
    "_sheet",
]
STRANGERS = pl.Schema(
    dict.fromkeys(("id_number", "name", *AREA, "place", "employer", "industry"), pl.String())
    | {"income_fen": pl.Int64(), "start": pl.Date(), "_src": pl.UInt32(), "_row": pl.UInt32()}
    | dict.fromkeys(("_file", "_sheet"), pl.String())
)


def people_of(month: Month) -> pl.DataFrame:
    """Every person of 10.1 in the month's registry, one row each, in the registry's order.

    Gives id_number, name, county, township, village, area (the three in one), household_id, `category`, `labour_class` (劳动技能,
    children and pupils apart), `labour` (一), `risk`, `age_band`, `state` (null: unknown, the export of who works was not
    supplied), `place` of work, and table, _src, _row, _file, _sheet of what the state rests on (`none`: the registry row).
    """
    helped = month.people.filter("beneficiary")
    age = pl.col("age")
    band = pl.when(age.is_null()).then(pl.lit(AGE_UNKNOWN)).when(age < month.labour_age).then(pl.lit(CHILD))
    for bound, word in AGE_BANDS:
        band = band.when(age < bound).then(pl.lit(word))
    removed = pl.col("risk_removed")
    rows = helped.select(
        "id_number",
        "name",
        *AREA,
        "household_id",
        area=pl.concat_str(pl.col(c).fill_null(NOT_FILLED) for c in AREA),
        category=pl.coalesce("monitored_type", pl.lit(LIFTED)),
        labour_class=pl.when(age < month.labour_age)
        .then(pl.lit(CHILD))
        .when("in_school")
        .then(pl.lit(PUPIL))
        .otherwise(pl.col("labour_ability").fill_null(NOT_FILLED)),
        labour=states.is_labour(month),
        risk=pl.when(pl.col("monitored_type").is_null())
        .then(pl.lit("不是监测对象"))
        .when(removed)
        .then(pl.lit("风险已消除"))
        .when(removed.not_())
        .then(pl.lit("风险未消除"))
        .otherwise(pl.lit("风险状况未填")),
        age_band=band.otherwise(pl.lit(ELDER)),
        _own=pl.struct("_src", "_row", "_file", "_sheet"),
    )
    return _with_state(rows, month).select(PEOPLE)


def _with_state(rows: pl.DataFrame, month: Month) -> pl.DataFrame:
    """Join the work state; whom no table names is `none` if the export of who works was supplied, else unknown."""
    nothing = pl.lit(states.NONE if month.has(states.DECIDING) else None, dtype=pl.String)
    own = pl.col("_own").struct
    return rows.join(states.work_states(month), on="id_number", how="left", maintain_order="left").with_columns(
        pl.col("state").fill_null(nothing),
        pl.col("table").fill_null("registry"),
        *(pl.coalesce(name, own.field(name)).alias(name) for name in ("_src", "_row", "_file", "_sheet")),
    )


def strangers_of(month: Month) -> pl.DataFrame:
    """People of elsewhere who work here (在本地务工): spells in the month whose 务工所在县 is the county, of a person of another.

    Gives `STRANGERS`, one row a person: that of the latest spell; income in fen a month.
    """
    own = month.settings.county.name
    if not month.has("employment") or not own:
        return STRANGERS.to_frame()
    homes = month.people.select("id_number", _home="county") if month.has("registry") else None
    own = pl.select(full_county(pl.lit(own))).item()
    spells = states.spells_in(month).filter(full_county(pl.col("work_county")) == own)
    if homes is None:
        spells = spells.with_columns(_home=pl.lit(None, dtype=pl.String))
    else:
        spells = spells.join(homes, on="id_number", how="left", maintain_order="left")
    home, county = full_county(pl.col("_home")), full_county(pl.col("county"))
    foreign = home.is_null() | (home != own) | (county != own).fill_null(value=False)
    return (
        spells.filter(foreign)
        .sort("start", descending=True, nulls_last=True, maintain_order=True)
        .unique("id_number", keep="first", maintain_order=True)
        .sort("_src", "_row")
        .select(pl.col(name).cast(dtype) for name, dtype in STRANGERS.items())
    )


def changes_between(before: pl.DataFrame, after: pl.DataFrame, deaths: pl.DataFrame) -> pl.DataFrame:
    """Who joined, who left and why, what changed of whom (10.4): id_number, kind, field, from, to, reason.

    `before`, `after`: `people_of` of two months; `deaths`: id_number of those dead by the later month's last day.
    """
    joined = after.join(before, on="id_number", how="anti", maintain_order="left").select(
        "id_number", kind=pl.lit("joined")
    )
    dead = deaths.select("id_number", _dead=pl.lit(value=True)).unique("id_number")
    left = (
        before.join(after, on="id_number", how="anti", maintain_order="left")
        .join(dead, on="id_number", how="left", maintain_order="left")
        .select(
            "id_number",
            kind=pl.lit("left"),
            reason=pl.when(pl.col("_dead")).then(pl.lit(DIED)).otherwise(pl.lit(REASON_UNKNOWN)),
        )
    )
    both = after.join(before, on="id_number", how="inner", suffix="_old", maintain_order="left")
    parts = []
    for field in WATCHED:
        column = "labour_class" if field == "labour" else field
        old, new = pl.col(f"{column}_old"), pl.col(column)
        parts.append(
            both.filter(old.ne_missing(new)).select(
                "id_number", kind=pl.lit("changed"), field=pl.lit(field), **{"from": old, "to": new}
            )
        )
    empty = pl.DataFrame(schema=dict.fromkeys(("id_number", "kind", "field", "from", "to", "reason"), pl.String))
    return pl.concat([empty, joined, left, *parts], how="diagonal")


TOTAL = "合计"
PROOF = ["dimension", "class", "before", "joined", "left", "in", "out", "after"]


def proof_of(before: pl.DataFrame, after: pl.DataFrame, by: tuple[str, ...] = ()) -> pl.DataFrame:
    """For each class: before + joined − left + in − out = after (10.4), whole or by county and township.

    Gives `by`, dimension, class and the six counts (people), and `holds`. In and out are moves between classes (and, by
    township, between townships); within a dimension of the whole they are equal in sum.
    """
    gone = before.join(after, on="id_number", how="anti")
    come = after.join(before, on="id_number", how="anti")
    both = before.join(after, on="id_number", suffix="_new")
    parts = []
    for dimension in ("total", *DIMENSIONS):
        if dimension == "area" and by:
            continue
        keys = [*by, "class"]
        counted = [
            _count(frame, dimension, by, "").group_by(keys).agg(pl.len().cast(pl.Int64).alias(name))
            for name, frame in (("before", before), ("after", after), ("joined", come), ("left", gone))
        ]
        old, new = _count(both, dimension, by, ""), _count(both, dimension, by, "_new")
        moved = pl.any_horizontal(old[key].ne_missing(new[key]) for key in keys) if both.height else None
        if moved is not None:
            flags = pl.select(moved).to_series()
            counted += [
                frame.filter(flags).group_by(keys).agg(pl.len().cast(pl.Int64).alias(name))
                for name, frame in (("out", old), ("in", new))
            ]
        parts.append(_together(counted, keys).with_columns(dimension=pl.lit(dimension)))
    proof = pl.concat(parts).select(*by, *PROOF)
    balance = pl.col("before") + pl.col("joined") - pl.col("left") + pl.col("in") - pl.col("out")
    return proof.with_columns(holds=balance == pl.col("after"))


def _count(frame: pl.DataFrame, dimension: str, by: tuple[str, ...], suffix: str) -> pl.DataFrame:
    """The class of each person in one dimension, and where they live."""
    column = {"labour": "labour_class", "risk_removed": "risk"}.get(dimension, dimension)
    word = pl.lit(TOTAL) if dimension == "total" else pl.col(f"{column}{suffix}").fill_null(states.UNKNOWN_WORDS)
    places = (pl.col(f"{key}{suffix}").fill_null(NOT_FILLED).alias(key) for key in by)
    return frame.with_columns(*places, word.alias("class")).select(*by, "class")


def _together(counted: list[pl.DataFrame], keys: list[str]) -> pl.DataFrame:
    everyone = pl.concat([part.select(keys) for part in counted]).unique().sort(keys)
    for part in counted:
        everyone = everyone.join(part, on=keys, how="left", maintain_order="left")
    for name in ("before", "joined", "left", "in", "out", "after"):
        if name not in everyone.columns:
            everyone = everyone.with_columns(pl.lit(0, dtype=pl.Int64).alias(name))
    return everyone.with_columns(pl.col("before", "joined", "left", "in", "out", "after").fill_null(0))


def classes_by_township(people: pl.DataFrame) -> pl.DataFrame:
    """Classes × townships (sheet 汇总): dimension, class, county, township, people; each class's total first."""
    parts = []
    for dimension in ("total", "category", "labour", "risk_removed", "age_band", "state"):
        own = _count(people, dimension, ("county", "township"), "")
        towns = own.group_by("class", "county", "township").agg(people=pl.len().cast(pl.Int64))
        whole = (
            own.group_by("class")
            .agg(people=pl.len().cast(pl.Int64))
            .with_columns(county=pl.lit(TOTAL), township=pl.lit(TOTAL))
        )
        parts.append(pl.concat([whole, towns], how="diagonal").with_columns(dimension=pl.lit(dimension)))
    return pl.concat(parts, how="diagonal").select("dimension", "class", "county", "township", "people")
